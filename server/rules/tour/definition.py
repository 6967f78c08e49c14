"""A tour as its file describes it, and what to write where something is missing."""

from typing import Final

import msgspec

from server.rules.fair import FairDefinition
from wire.described import Names
from wire.programme import Body

EXAMPLES: Final = {
    "body": "write [body] with id and names",
    "tour": "write [tour] with id and names",
    "fairs": "write [[fairs]] with id, names and days, once for each stop",
    "booths": "write [[booths]] with id and names, once for each booth",
    "days": "write days = [2024-12-27, 2024-12-28]",
    "names": 'write names = { ar = "…", fr = "…" }',
    "texts": 'write texts = { ar = "…", fr = "…" }',
    "sector": 'write sector = "bank" or another sector',
    "fair": 'write fair = "…", the id of one of the fairs',
    "fields": 'write fields = ["name_ar", "name_latin", "category", "phone"]',
    "booth": 'write booth = "…", the id of one of the booths',
}
"""What to write where a key is missing, in TOML."""


class TourDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """One body and one tour with its fairs.

    ``invitees`` holds, by fair and session, card numbers and members' numbers as they were
    written. They are in no fair's definition: that is published to everyone. ``logo`` is the picture
    that the theme of every fair names, empty for none.
    """

    body: Body
    id: str
    names: Names
    fairs: list[FairDefinition]
    invitees: dict[str, dict[str, list[str]]] = {}
    logo: bytes = b""
