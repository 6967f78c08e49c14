"""The stops of a tour: where and when each is, and which booths it has."""

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfoNotFoundError, available_timezones

from server.rules.fair import DEFAULT_REGION, DEFAULT_TIMEZONE
from server.rules.names import LANGUAGES, folded
from server.rules.reader import Place, Reader, place_in_words, shown
from server.rules.tour.days import read_day, read_days, read_time, refuse_backwards
from server.rules.tour.lists import read_ids, refuse_double_ids, refuse_double_names
from server.rules.tour.stalls import At
from wire.described import Hours, Names
from wire.programme import Booth, Fair
from wire.zones import zone_of

MAX_FAIRS: Final = 200
_OPTIONAL: Final = (
    "days",
    "first_day",
    "last_day",
    "timezone",
    "region",
    "venue",
    "hall",
    "territory",
    "opens",
    "closes",
    "other_hours",
    "booths",
)


@dataclass(frozen=True, slots=True)
class TourHead:
    """What the tour says for all its fairs; each fair may say otherwise."""

    id: str
    names: Names
    timezone: str
    region: str
    opens: str | None
    closes: str | None


@dataclass(frozen=True, slots=True)
class Stop:
    """A fair with its region, and the booths that it names; None where it has all."""

    place: Place
    fair: Fair
    region: str
    booths: list[str] | None

    @property
    def id(self) -> str:
        """The fair's id."""
        return self.fair.id


def read_head(reader: Reader, table: Mapping[str, Any]) -> TourHead:
    """Read the tour's own table."""
    place = ("tour",)
    opens, closes = _span(reader, table, place, None, None)
    return TourHead(
        id=reader.slug(table.get("id"), (*place, "id")),
        names=reader.names(table.get("names"), (*place, "names")),
        timezone=_timezone(reader, table.get("timezone", DEFAULT_TIMEZONE), (*place, "timezone")),
        region=reader.slug(table.get("region", DEFAULT_REGION), (*place, "region")),
        opens=opens,
        closes=closes,
    )


def read_fairs(
    reader: Reader, value: object, head: TourHead, *, territories: Collection[str], booths: Collection[str]
) -> list[Stop]:
    """Read the stops in the file's order."""
    stops = []
    for place, entry in reader.tables(value, ("fairs",)):
        spanned = isinstance(entry, dict) and ("first_day" in entry or "last_day" in entry)
        required = ("id", "names") if spanned else ("id", "names", "days")
        table = reader.table(entry, place, required=required, optional=_OPTIONAL)
        stops.append(_stop(reader, table, place, head, territories=territories, booths=booths))
    if isinstance(value, list) and not value:
        reader.note(("fairs",), "the tour has no fair", reader.words.missing("fairs", ""))
    if len(stops) > MAX_FAIRS:
        what = f"the tour has {len(stops)} fairs"
        reader.note(("fairs",), what, f"write at most {MAX_FAIRS}; make another tour of the others")
        return []
    refuse_double_ids(reader, "fairs", stops)
    refuse_double_names(reader, (((*stop.place, "names"), stop.fair.names) for stop in stops))
    _refuse_shared_halls(reader, stops)
    return stops


def _stop(
    reader: Reader,
    table: Mapping[str, Any],
    place: Place,
    head: TourHead,
    *,
    territories: Collection[str],
    booths: Collection[str],
) -> Stop:
    days = read_days(reader, table, place)
    fair = Fair(
        id=reader.slug(table.get("id"), (*place, "id")),
        tour=head.id,
        names=reader.names(table.get("names"), (*place, "names")),
        days=days,
        timezone=_timezone(reader, table.get("timezone", head.timezone), (*place, "timezone")),
        venue=reader.names(table.get("venue"), (*place, "venue")),
        hall=reader.names(table.get("hall"), (*place, "hall")),
        territory=reader.reference(table.get("territory"), (*place, "territory"), territories, "territories"),
        hours=_hours(reader, table, place, head, days),
    )
    chosen = None
    if table.get("booths") is not None:
        chosen = read_ids(reader, table["booths"], (*place, "booths"), booths, "booths")
        if table["booths"] == []:
            what = "the fair has no booth"
            reader.note((*place, "booths"), what, "leave this out where the fair has all of them")
    return Stop(place, fair, reader.slug(table.get("region", head.region), (*place, "region")), chosen)


def _hours(
    reader: Reader, table: Mapping[str, Any], place: Place, head: TourHead, days: Sequence[date]
) -> list[Hours]:
    opens, closes = _span(reader, table, place, head.opens, head.closes)
    other: dict[date, tuple[str, str]] = {}
    seen: set[date] = set()
    here: Place = (*place, "other_hours")
    for at, entry in reader.tables(table.get("other_hours"), here):
        row = reader.table(entry, at, required=("day", "opens", "closes"))
        day = read_day(reader, row.get("day"), (*at, "day"))
        span = _span(reader, row, at, None, None)
        if day is None:
            continue
        if day in seen:
            reader.note((*at, "day"), f"{day} has other hours already", "take one of them out")
        elif days and day not in days:
            listed = ", ".join(map(str, days))
            reader.note((*at, "day"), f"{day} is no day of this fair", f"write one of: {listed}")
        seen.add(day)
        if span[0] is not None and span[1] is not None:
            other[day] = (span[0], span[1])
    hours = []
    for day in days:
        span = other.get(day, (opens, closes))
        if span[0] is not None and span[1] is not None:
            hours.append(Hours(day=day, opens=span[0], closes=span[1]))
    return hours


def _span(
    reader: Reader, table: Mapping[str, Any], place: Place, opens: str | None, closes: str | None
) -> tuple[str | None, str | None]:
    """Read when something opens and closes; what is given stands where the table says nothing."""
    if "opens" in table or "closes" in table:
        opens = read_time(reader, table["opens"], (*place, "opens")) if "opens" in table else opens
        closes = read_time(reader, table["closes"], (*place, "closes")) if "closes" in table else closes
        refuse_backwards(reader, opens, closes, (*place, "closes" if "closes" in table else "opens"))
        known = ("opens" in table or opens is not None) and ("closes" in table or closes is not None)
        if not known and len(place) < len(("fairs", 0, "other_hours", 0)):
            missing = "closes" if "opens" in table else "opens"
            example = {"opens": '"09:00"', "closes": '"18:00"'}[missing]
            reader.note((*place, missing), "this is missing", f"write {missing} = {example}", by_itself=False)
    return opens, closes


def _timezone(reader: Reader, value: object, place: Place) -> str:
    text = reader.text(value, place)
    if not isinstance(value, str) or text == DEFAULT_TIMEZONE:
        return text
    try:
        zone_of(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zones = sorted(available_timezones())
        near = difflib.get_close_matches(text[:40], zones, n=1, cutoff=0.8)
        reader.note(
            place, f"{shown(text)} is no time zone", f'write "{near[0] if near else DEFAULT_TIMEZONE}"'
        )
    return text


def _refuse_shared_halls(reader: Reader, stops: Sequence[Stop]) -> None:
    """Note each fair that is on a day in a hall in which an earlier one is on the same day.

    Where one of the two names no venue, nobody knows; where it names no hall, it has the whole venue.
    """
    taken: dict[date, list[Stop]] = {}
    for stop in stops:
        earlier = next(
            (
                (day, other)
                for day in stop.fair.days
                for other in taken.get(day, ())
                if _same(stop.fair.venue, other.fair.venue)
                and (not stop.fair.hall or not other.fair.hall or _same(stop.fair.hall, other.fair.hall))
            ),
            None,
        )
        if earlier is not None:
            day, other = earlier
            what = f"{place_in_words(other.place)} is in this hall on {day}, too"
            reader.note(
                (*stop.place, "venue"), what, "write other days, or the hall of each", by_itself=False
            )
        for day in set(stop.fair.days):
            taken.setdefault(day, []).append(stop)


def _same(one: Names, other: Names) -> bool:
    return any(
        one.get(language) and folded(one[language]) == folded(other.get(language, ""))
        for language in LANGUAGES
    )


def booths_of(stop: Stop, booths: Sequence[Booth], at: At) -> list[Booth]:
    """Give the booths of one fair: all of the tour, less what either side leaves out."""
    return [
        booth
        for booth in booths
        if (stop.booths is None or booth.id in stop.booths)
        and (booth.id not in at or stop.id in at[booth.id])
    ]


def refuse_disagreement(reader: Reader, stop: Stop, at: At) -> None:
    """Note booths that a fair names while they say that they are not there."""
    for number, booth in enumerate(stop.booths or ()):
        if booth in at and stop.id not in at[booth]:
            what = f"the booth {shown(booth)} says that it is at other fairs alone"
            instead = "take it out here, or add this fair to the booth's own fairs"
            reader.note((*stop.place, "booths", number), what, instead, by_itself=False)
