"""Where members come from: levels and territories of the body's own making."""

from collections.abc import Sequence
from typing import Final

from server.rules.reader import Place, Reader, kind, shown
from server.rules.tour.lists import refuse_double_ids
from wire.described import Level
from wire.programme import Territory

MAX_CODE: Final = 255
_SHOWN_STEPS: Final = 14


def read_levels(reader: Reader, value: object) -> list[Level]:
    """Read the levels; one at most stands on cards."""
    levels: list[Level] = []
    marked: list[Place] = []
    for place, entry in reader.tables(value, ("levels",)):
        table = reader.table(entry, place, required=("id", "names"), optional=("on_card",))
        on_card = reader.flag(table.get("on_card"), (*place, "on_card"))
        if on_card:
            marked.append((*place, "on_card"))
        levels.append(
            Level(
                id=reader.slug(table.get("id"), (*place, "id")),
                names=reader.names(table.get("names"), (*place, "names")),
                on_card=on_card,
            )
        )
    for place in marked[1:]:
        what = "another level is on cards already, and a card has room for one code"
        reader.note(place, what, "keep on_card at one level", by_itself=False)
    refuse_double_ids(reader, "levels", levels)
    return levels


def read_territories(reader: Reader, value: object, levels: Sequence[Level]) -> list[Territory]:
    """Read the territories; parents may stand before or after."""
    territories = []
    listed = reader.tables(value, ("territories",))
    ids = [entry.get("id") for _, entry in listed if isinstance(entry, dict)]
    known = dict.fromkeys(text for text in ids if isinstance(text, str) and text)
    known_levels = dict.fromkeys(level.id for level in levels if level.id)
    on_card = next((level.id for level in levels if level.on_card), None)
    for place, entry in listed:
        table = reader.table(entry, place, required=("id", "names"), optional=("parent", "level", "code"))
        territory = Territory(
            id=reader.slug(table.get("id"), (*place, "id")),
            names=reader.names(table.get("names"), (*place, "names")),
            parent=reader.reference(table.get("parent"), (*place, "parent"), known, "territories"),
            level=reader.reference(table.get("level"), (*place, "level"), known_levels, "levels"),
            code=_code(reader, table.get("code", 0), (*place, "code")),
        )
        _judge_code(reader, territory, place, on_card, is_written="code" in table)
        territories.append(territory)
    refuse_double_ids(reader, "territories", territories)
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
        reader.note(place, f"{kind(value)} stands where a number belongs", reader.words.number(example))
    elif not 0 <= value <= MAX_CODE:
        reader.note(
            place, f"a card has no room for the code {shown(value)}", f"write 1 to {MAX_CODE}, or 0 for none"
        )
    else:
        return value
    return 0


def _judge_code(
    reader: Reader, territory: Territory, place: Place, on_card: str | None, *, is_written: bool
) -> None:
    """Hold the code against the level that stands on cards, where the body has marked one."""
    if on_card is None:
        return
    if territory.level == on_card and not territory.code and not is_written:
        what = f"a territory of the level {shown(on_card)}, which stands on cards, has no code"
        reader.note((*place, "code"), what, f"write code = 1 to {MAX_CODE}, no two alike", by_itself=False)
    elif territory.level != on_card and territory.code:
        what = f"only the level {shown(on_card)} stands on cards"
        instead = f"take the code out, or write level = {shown(on_card)}"
        reader.note((*place, "code"), what, instead, by_itself=False)


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
