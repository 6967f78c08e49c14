"""One fair as its tour describes it: what the page, the office and a programme are made from."""

from datetime import date
from typing import Final

import msgspec

from server.rules.members.member import MemberRules
from wire.described import CategoryWords, Consent, Form, Level, Names, Notice, Offer, Session, Theme, Topic
from wire.programme import (
    Body,
    Booth,
    CardKey,
    Fair,
    KioskEntry,
    Partner,
    Programme,
    ServerKeys,
    Territory,
)

OWN: Final = "own"
SECTORS: Final = (
    OWN,
    "bank",
    "insurance",
    "telecoms",
    "real_estate",
    "health",
    "schooling",
    "transport",
    "leisure",
    "sport",
    "culture",
    "other",
)
"""The fields of a booth; ``own`` is for the body's own services."""
DEFAULT_TIMEZONE: Final = "Africa/Casablanca"
DEFAULT_REGION: Final = "00"
_NOT_SAID: Final = ("region", "members")
"""What a programme does not say."""


class FairDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """One fair as its file describes it: what a programme says but for keys and kiosks.

    ``region`` is the slug that stands in the topics of the fair's devices. ``members`` is the server's
    alone.
    """

    body: Body
    fair: Fair
    booths: list[Booth]
    partners: list[Partner]
    territories: list[Territory]
    region: str = DEFAULT_REGION
    tour_names: Names = {}
    levels: list[Level] = []
    categories: list[CategoryWords] = []
    offers: list[Offer] = []
    sessions: list[Session] = []
    consents: list[Consent] = []
    notices: list[Notice] = []
    theme: Theme = Theme()
    retention: dict[str, int] = {}
    topics: list[Topic] = []
    members: MemberRules = MemberRules()
    form: Form | None = None

    @property
    def asks_national_ids(self) -> bool:
        """Whether kiosks may ask for national ids, and do: then they need the key of their hashes."""
        form = self.form
        return bool(form and form.national_id and any(each.id == "national_id" for each in form.fields))

    def programme(
        self,
        *,
        version: int,
        issued_at: int,
        server: ServerKeys,
        card_keys: list[CardKey],
        kiosks: list[KioskEntry],
        closed: bool = False,
    ) -> Programme:
        """Make the programme that says all this, with the keys."""
        said = {name: getattr(self, name) for name in self.__struct_fields__ if name not in _NOT_SAID}
        return Programme(
            version=version,
            issued_at=issued_at,
            server=server,
            card_keys=card_keys,
            kiosks=kiosks,
            closed=closed,
            **said,
        )


def moved(definition: FairDefinition, second_day: date) -> FairDefinition:
    """Move a fair so that its second day is the given one; the days between its days stay.

    A fair of one day is moved so that this day is the given one.
    """
    days = definition.fair.days
    by = second_day - days[min(1, len(days) - 1)]
    fair = msgspec.structs.replace(definition.fair, days=[day + by for day in days])
    return msgspec.structs.replace(definition, fair=fair)
