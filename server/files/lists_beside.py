"""Lists that a description keeps in files beside it: territories, and who is invited.

``[tour] territories_from = "centres.csv"`` (or a list of such files) has the columns ``id parent
level code ar fr zgh en``; ``invitees_from`` of a session has one column, ``invitee``.
"""

from collections.abc import Callable
from typing import Any, Final

from server.files.csv_rows import Rows, read_rows
from server.files.located import Located, Note, Spot
from server.rules.names import LANGUAGES
from server.rules.reader import Place, kind

Fetch = Callable[[str], bytes | str]
"""Gives the content of a file beside the description, or in words why it cannot be had."""

TERRITORY_COLUMNS: Final = ("id", "parent", "level", "code", *LANGUAGES)
_INVITEE: Final = "invitee"


def join_lists(located: Located, fetch: Fetch) -> None:
    """Put what stands in files beside into the values; what is wrong with those files is noted."""
    values = located.values
    if values is None:
        return
    tour = values.get("tour")
    if isinstance(tour, dict) and "territories_from" in tour:
        named = tour.pop("territories_from")
        place = ("tour", "territories_from")
        for name in named if isinstance(named, list) else [named]:
            _join_territories(located, values, name, place, fetch)
    sessions = values.get("sessions")
    for number, session in enumerate(sessions if isinstance(sessions, list) else []):
        if isinstance(session, dict) and "invitees_from" in session:
            _join_invitees(located, session, ("sessions", number), fetch)


def _join_territories(
    located: Located, values: dict[str, Any], name: object, place: Place, fetch: Fetch
) -> None:
    found = _fetched(located, name, place, fetch, columns=TERRITORY_COLUMNS, required=("id", "ar", "fr"))
    territories = values.setdefault("territories", [])
    if found is None or not isinstance(territories, list):
        return
    file = str(name)
    for line, row in found.rows:
        entry: dict[str, Any] = {key: row[key] for key in ("id", "parent", "level") if key in row}
        code = row.get("code", "")
        if code:
            entry["code"] = int(code) if code.isascii() and code.isdigit() and len(code) <= 4 else code  # noqa: PLR2004 - more digits are no code
        entry["names"] = {language: row[language] for language in LANGUAGES if language in row}
        located.other_spots["territories", len(territories)] = Spot(file, line)
        territories.append(entry)


def _join_invitees(located: Located, session: dict[str, Any], place: Place, fetch: Fetch) -> None:
    name = session.pop("invitees_from")
    here = (*place, "invitees_from")
    found = _fetched(located, name, here, fetch, columns=(_INVITEE,), required=(_INVITEE,))
    invitees = session.setdefault("invitees", [])
    if found is None or not isinstance(invitees, list):
        return
    for line, row in found.rows:
        located.other_spots[(*place, "invitees", len(invitees))] = Spot(str(name), line)
        invitees.append(row[_INVITEE])


def _fetched(
    located: Located,
    name: object,
    place: Place,
    fetch: Fetch,
    *,
    columns: tuple[str, ...],
    required: tuple[str, ...],
) -> Rows | None:
    """Read a list, or note in the description why it cannot be had."""
    content = fetched_beside(located, name, place, fetch, such_as="list.csv")
    if content is None:
        return None
    found = read_rows(content, str(name), columns, required)
    located.flaws += found.flaws
    return found


def fetched_beside(
    located: Located, name: object, place: Place, fetch: Fetch, *, such_as: str
) -> bytes | None:
    """Fetch a file beside, or note in the description why it cannot be had; ``such_as`` is a good name."""
    spot = located.spot(place)
    if not isinstance(name, str):
        what = f"{kind(name)} stands where a file's name belongs"
        located.flaws.append(Note(spot, what, f'write it in quotes: "{such_as}"'))
        return None
    content = fetch(name)
    if isinstance(content, str):
        located.flaws.append(
            Note(spot, f"{name!r} {content}", "put it beside this file, or correct its name")
        )
        return None
    return content
