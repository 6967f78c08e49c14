"""What a description of one fair must say, whatever file it came from.

The description is plain values (tables, lists, texts, numbers, days), as TOML or a workbook
gives them::

    body         id, names
    fair         id, tour, names, days, and if wanted timezone, venue, territory, region
    booths       a list: id, names, and if wanted partner, sector
    partners     a list: id, names, sector
    territories  a list: id, names, and if wanted parent, code

``examine`` finds everything that is wrong at once and says where, as a place such as
``("booths", 1, "partner")``; the reader of the file knows the line or cell of a place.
"""

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfoNotFoundError, available_timezones

import msgspec

from server.rules.names import LANGUAGES, folded
from server.rules.reader import Finding, Place, Reader, kind, shown
from wire.card import DAY_ZERO, LAST_DAY
from wire.programme import Body, Booth, Fair, Partner, Territory
from wire.zones import zone_of

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
MAX_DAYS: Final = 31
MAX_CODE: Final = 255
MAX_DESCRIPTION_BYTES: Final = 192 * 1024
"""What fits a programme of 256 KB with room for the keys of its kiosks."""

_EXAMPLES = {
    "body": "write [body] with id and names",
    "fair": "write [fair] with id, tour, names and days",
    "booths": "write [[booths]] with id and names, once for each booth",
    "days": "write days = [2024-12-27, 2024-12-28]",
    "names": 'write names = { ar = "…", fr = "…" }',
    "sector": 'write sector = "bank" or another sector',
    "tour": 'write tour = "…", the id of the series of stops',
}
_SHOWN_STEPS = 14
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")


class FairDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """One fair as its file describes it: what a programme says but for keys and kiosks.

    ``region`` is the slug that stands in the topics of the fair's devices.
    """

    body: Body
    fair: Fair
    booths: list[Booth]
    partners: list[Partner]
    territories: list[Territory]
    region: str = DEFAULT_REGION


def examine(values: Mapping[str, Any]) -> tuple[FairDefinition | None, list[Finding]]:
    """Read a description; the definition is there only where nothing is wrong. Never raises."""
    reader = Reader(_EXAMPLES)
    top = reader.table(values, (), required=("body", "fair", "booths"), optional=("partners", "territories"))
    body = _body(reader, top.get("body"))
    territories = _territories(reader, top.get("territories"))
    partners = _partners(reader, top.get("partners"))
    booths = _booths(reader, top.get("booths"), partners)
    fair, region = _fair(
        reader, top.get("fair"), dict.fromkeys(entry.id for entry in territories if entry.id)
    )
    definition = FairDefinition(
        body=body, fair=fair, booths=booths, partners=partners, territories=territories, region=region
    )
    if not reader.findings:
        _refuse_too_long(reader, definition)
    return (None if reader.findings else definition), reader.findings


def moved(definition: FairDefinition, second_day: date) -> FairDefinition:
    """Move a fair so that its second day is the given one; the days between its days stay.

    A fair of one day is moved so that this day is the given one.
    """
    days = definition.fair.days
    by = second_day - days[min(1, len(days) - 1)]
    fair = msgspec.structs.replace(definition.fair, days=[day + by for day in days])
    return msgspec.structs.replace(definition, fair=fair)


def _body(reader: Reader, value: object) -> Body:
    table = reader.table(value, ("body",), required=("id", "names"))
    return Body(
        id=reader.slug(table.get("id"), ("body", "id")),
        names=reader.names(table.get("names"), ("body", "names")),
    )


def _fair(reader: Reader, value: object, territories: Collection[str]) -> tuple[Fair, str]:
    table = reader.table(
        value,
        ("fair",),
        required=("id", "tour", "names", "days"),
        optional=("timezone", "venue", "territory", "region"),
    )
    fair = Fair(
        id=reader.slug(table.get("id"), ("fair", "id")),
        tour=reader.slug(table.get("tour"), ("fair", "tour")),
        names=reader.names(table.get("names"), ("fair", "names")),
        days=_days(reader, table.get("days"), ("fair", "days")),
        timezone=_timezone(reader, table.get("timezone", DEFAULT_TIMEZONE)),
        venue=reader.names(table.get("venue"), ("fair", "venue")),
        territory=reader.reference(table.get("territory"), ("fair", "territory"), territories, "territories"),
    )
    return fair, reader.slug(table.get("region", DEFAULT_REGION), ("fair", "region"))


def _timezone(reader: Reader, value: object) -> str:
    place = ("fair", "timezone")
    text = reader.text(value, place)
    if not isinstance(value, str) or text == DEFAULT_TIMEZONE:
        return text
    try:
        zone_of(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = False
    else:
        known = True
    if not known:
        zones = sorted(available_timezones())
        near = difflib.get_close_matches(text[:40], zones, n=1, cutoff=0.8)
        reader.note(
            place, f"{shown(text)} is no time zone", f'write "{near[0] if near else DEFAULT_TIMEZONE}"'
        )
    return text


def _days(reader: Reader, value: object, place: Place) -> list[date]:
    if value is None:
        return []
    if not isinstance(value, list):
        single = _day(value)
        example = single.isoformat() if isinstance(single, date) else "2024-12-27"
        what = f"{kind(value)} stands where a list of days belongs"
        reader.note(place, what, f"write [{example}]")
        return []
    days: list[date] = []
    seen: set[date] = set()
    for number, entry in enumerate(value):
        here = (*place, number)
        day = _day(entry)
        if not isinstance(day, date):
            reader.note(here, *day)
            continue
        if not DAY_ZERO <= day <= LAST_DAY:
            reader.note(here, f"no card is valid on {day}", f"write a day from {DAY_ZERO} to {LAST_DAY}")
        elif day in seen:
            reader.note(here, f"the day {day} stands here a second time", "take one of them out")
        elif days and day < days[-1]:
            reader.note(here, f"{day} comes before {days[-1]}", "write the days in their order")
        days.append(day)
        seen.add(day)
    if not value:
        reader.note(place, "the fair has no day", "write its days, such as [2024-12-27, 2024-12-28]")
    if len(value) > MAX_DAYS:
        reader.note(
            place, f"the fair has {len(value)} days", f"write at most {MAX_DAYS}; make each stop a fair"
        )
    return days


def _day(value: object) -> date | tuple[str, str]:
    """Read one day; or say what is wrong and what to write instead."""
    if isinstance(value, datetime):
        return f"{shown(value)} is a day with a time", f"write the day alone: {value.date()}"
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        return f"{kind(value)} stands where a day belongs", "write a day as year-month-day: 2024-12-27"
    return _day_of_text(value)


def _day_of_text(value: str) -> date | tuple[str, str]:
    if _ISO_DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return f"the day {value} does not exist", "write a day of the calendar, such as 2024-12-27"
    if month := _MONTH.fullmatch(value):
        example = f"{month[1]}-{month[2].zfill(2)}-01"
        return f"{shown(value)} is a month, not a day", f"write each day of the fair, such as {example}"
    guess = _guessed_day(value)
    example = guess.isoformat() if guess else "2024-12-27"
    return f"{shown(value)} is not written as a day", f"write year-month-day: {example}"


def _guessed_day(text: str) -> date | None:
    if match := _YEAR_FIRST.fullmatch(text.strip()):
        year, month, day = match.groups()
    elif match := _YEAR_LAST.fullmatch(text.strip()):
        day, month, year = match.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _partners(reader: Reader, value: object) -> list[Partner]:
    partners = []
    for place, entry in reader.tables(value, ("partners",)):
        table = reader.table(entry, place, required=("id", "names", "sector"))
        partners.append(
            Partner(
                id=reader.slug(table.get("id"), (*place, "id")),
                names=reader.names(table.get("names"), (*place, "names")),
                sector=_sector(reader, table.get("sector"), (*place, "sector"), own=False),
            )
        )
    _refuse_double_ids(reader, "partners", partners)
    return partners


def _sector(reader: Reader, value: object, place: Place, *, own: bool) -> str:
    choices = [sector for sector in SECTORS if own or sector != OWN]
    if value == OWN and not own:
        what = "'own' is for booths of the body itself, without a partner"
        reader.note(place, what, f"write one of: {', '.join(choices)}")
        return OWN
    return reader.choice(value, place, choices, "sector")


def _booths(reader: Reader, value: object, partners: Sequence[Partner]) -> list[Booth]:
    sector_of = {partner.id: partner.sector for partner in partners if partner.id}
    booths = []
    for place, entry in reader.tables(value, ("booths",)):
        table = reader.table(entry, place, required=("id", "names"), optional=("partner", "sector"))
        partner = reader.reference(table.get("partner"), (*place, "partner"), sector_of, "partners")
        sector = _sector(reader, table.get("sector"), (*place, "sector"), own=not partner)
        booths.append(
            Booth(
                id=reader.slug(table.get("id"), (*place, "id")),
                names=reader.names(table.get("names"), (*place, "names")),
                partner=partner,
                sector=sector or (sector_of.get(partner, "other") if partner else OWN),
            )
        )
    if isinstance(value, list) and not value:
        reader.note(("booths",), "the fair has no booth", _EXAMPLES["booths"])
    _refuse_double_ids(reader, "booths", booths)
    for language in LANGUAGES:
        named = [
            (("booths", number, "names", language), folded(booth.names.get(language, "")))
            for number, booth in enumerate(booths)
        ]
        reader.refuse_doubles(named, f"name in {LANGUAGES[language]}")
    return booths


def _territories(reader: Reader, value: object) -> list[Territory]:
    territories = []
    entries = reader.tables(value, ("territories",))
    ids = [entry.get("id") for _, entry in entries if isinstance(entry, dict)]
    known = dict.fromkeys(text for text in ids if isinstance(text, str) and text)
    for place, entry in entries:
        table = reader.table(entry, place, required=("id", "names"), optional=("parent", "code"))
        territories.append(
            Territory(
                id=reader.slug(table.get("id"), (*place, "id")),
                names=reader.names(table.get("names"), (*place, "names")),
                parent=reader.reference(table.get("parent"), (*place, "parent"), known, "territories"),
                code=_code(reader, table.get("code", 0), (*place, "code")),
            )
        )
    _refuse_double_ids(reader, "territories", territories)
    codes = [
        (("territories", number, "code"), str(entry.code or "")) for number, entry in enumerate(territories)
    ]
    reader.refuse_doubles(codes, "code")
    _refuse_circles(reader, territories)
    return territories


def _code(reader: Reader, value: object, place: Place) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        number = value.strip() if isinstance(value, str) else ""
        plain = number.isascii() and number.isdigit() and len(number) < len("1000")
        example = str(int(number)) if plain else "4"
        reader.note(place, f"{kind(value)} stands where a number belongs", f"write {example}, without quotes")
    elif not 0 <= value <= MAX_CODE:
        reader.note(
            place, f"a card has no room for the code {shown(value)}", f"write 1 to {MAX_CODE}, or 0 for none"
        )
    else:
        return value
    return 0


def _refuse_circles(reader: Reader, territories: Sequence[Territory]) -> None:
    """Note each circle of parents once, at the first of its territories in the file."""
    parents = {entry.id: entry.parent for entry in territories}
    place = {entry.id: ("territories", number, "parent") for number, entry in enumerate(territories)}
    settled: set[str] = set()
    for start in parents:
        chain: list[str] = []
        current = start
        on_chain: set[str] = set()
        while current in parents and current not in settled and current not in on_chain:
            chain.append(current)
            on_chain.add(current)
            current = parents[current]
        settled |= on_chain
        if current not in on_chain:
            continue
        circle = chain[chain.index(current) :]
        if len(circle) == 1:
            what = f"{shown(current)} is its own parent"
        else:
            steps = [*circle[:_SHOWN_STEPS], current]
            what = f"the parents go in a circle: {' → '.join(steps)}"
        instead = "write the territory that it lies in, or leave parent out"
        reader.note(place[current], what, instead, by_itself=False)


def _refuse_double_ids(reader: Reader, key: str, entries: Sequence[Partner | Booth | Territory]) -> None:
    reader.refuse_doubles((((key, number, "id"), entry.id) for number, entry in enumerate(entries)), "id")


def _refuse_too_long(reader: Reader, definition: FairDefinition) -> None:
    size = len(msgspec.json.encode(definition))
    if size > MAX_DESCRIPTION_BYTES:
        lists = {
            "booths": definition.booths,
            "partners": definition.partners,
            "territories": definition.territories,
        }
        longest = max(lists, key=lambda key: len(msgspec.json.encode(lists[key])))
        what = (
            f"the whole description takes {size} bytes, and a kiosk is sent at most {MAX_DESCRIPTION_BYTES}"
        )
        reader.note((longest,), what, f"describe fewer {longest}, or shorten their names", by_itself=False)
