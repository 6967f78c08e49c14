"""Meetings, workshops and trainings, and who is invited to them."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from server.rules.reader import Place, Reader, shown
from server.rules.tour.days import read_partial_day, read_time, refuse_backwards
from server.rules.tour.lists import entries, refuse_double_ids
from wire.described import Session

KINDS: Final = ("meeting", "workshop", "training")
CARD_NUMBER: Final = re.compile(r"[0-9a-f]{4}-[0-9a-f]{14}")
_MEMBER_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9./-]{0,31}")
_WHOLE_DAY: Final = len("2025-04-05")


class Planned(NamedTuple):
    """A session, its fair, and who is invited; None where everyone is."""

    session: Session
    fair: str
    invitees: list[str] | None


def read_sessions(
    reader: Reader,
    value: object,
    *,
    days: Mapping[str, Sequence[date]],
    booths: Collection[str],
    territories: Collection[str],
) -> list[Planned]:
    """Read the sessions; ``days`` holds those of each fair by its id."""
    planned = []
    optional = (
        *("kind", "booth", "territory", "day", "last_day", "starts", "ends", "invitees"),
        "invitees_from",  # whoever read the file has put what stands there in its place
    )
    for place, entry in reader.tables(value, ("sessions",)):
        table = reader.table(entry, place, required=("id", "names", "fair"), optional=optional)
        fair = reader.reference(table.get("fair"), (*place, "fair"), days, "fairs")
        invitees = _invitees(reader, table.get("invitees"), (*place, "invitees"))
        first, last = _days(reader, table, place, days.get(fair, ()))
        starts = read_time(reader, table.get("starts"), (*place, "starts"))
        ends = read_time(reader, table.get("ends"), (*place, "ends"))
        if not last or last == first:
            refuse_backwards(reader, starts, ends, (*place, "ends"))
        session = Session(
            id=reader.slug(table.get("id"), (*place, "id")),
            names=reader.names(table.get("names"), (*place, "names")),
            kind=reader.choice(table.get("kind", KINDS[0]), (*place, "kind"), KINDS, "kind of session"),
            booth=reader.reference(table.get("booth"), (*place, "booth"), booths, "booths"),
            territory=reader.reference(
                table.get("territory"), (*place, "territory"), territories, "territories"
            ),
            day=first,
            last_day=last,
            starts=starts,
            ends=ends,
            by_invitation=invitees is not None,
        )
        planned.append(Planned(session, fair, invitees))
    refuse_double_ids(reader, "sessions", [entry.session for entry in planned])
    return planned


def _days(reader: Reader, table: Mapping[str, Any], place: Place, of_fair: Sequence[date]) -> tuple[str, str]:
    """Read first and last day, as far as known; a whole day must be one of the fair's."""
    first, last = (read_partial_day(reader, table.get(key), (*place, key)) for key in ("day", "last_day"))
    refuse_backwards(reader, first, last, (*place, "last_day"))
    known = [day.isoformat() for day in of_fair]
    for key, day in (("day", first), ("last_day", last)):
        if known and len(day) == _WHOLE_DAY and day not in known:
            listed = ", ".join(known)
            reader.note((*place, key), f"{day} is no day of this fair", f"write one of: {listed}")
    return first, last


def _invitees(reader: Reader, value: object, place: Place) -> list[str] | None:
    if value is None:
        return None
    found: dict[str, None] = {}
    for here, entry in entries(reader, value, place):
        text = reader.text(entry, here)
        if not isinstance(entry, str):
            continue
        number = unicodedata.normalize("NFKC", text).strip()
        if not CARD_NUMBER.fullmatch(number.lower()) and not _MEMBER_NUMBER.fullmatch(number.upper()):
            what = f"{shown(text)} is neither a card's number nor a member's"
            instead = "write it as on the card, 0001-00c0ffee00c0ff, or 1 to 32 letters and digits"
            reader.note(here, what, instead)
            continue
        number = number.lower() if CARD_NUMBER.fullmatch(number.lower()) else number.upper()
        if number in found:
            reader.note(here, f"{shown(number)} is invited already", "take one of them out")
        found[number] = None
    return list(found)
