"""Lists of ids, and the refusing of what stands twice."""

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from server.rules.names import LANGUAGES, folded
from server.rules.reader import Place, Reader, kind, shown
from wire.described import Names


class Identified(Protocol):
    """Something with an id."""

    @property
    def id(self) -> str:
        """The id."""


def read_ids(reader: Reader, value: object, place: Place, known: Collection[str], section: str) -> list[str]:
    """Read a list of ids that another section describes, each once."""
    found: dict[str, None] = {}
    for here, entry in entries(reader, value, place):
        text = reader.reference(entry, here, known, section)
        if text in found:
            reader.note(here, f"{shown(text)} stands here a second time", "take one of them out")
        elif text:
            found[text] = None
    return list(found)


def entries(reader: Reader, value: object, place: Place) -> list[tuple[Place, object]]:
    """Take a list of plain entries apart, each with its place."""
    if value is None:
        return []
    if not isinstance(value, list):
        what = f"{kind(value)} stands where a list belongs"
        example = shown(value).strip("'") if isinstance(value, str) else "…"
        reader.note(place, what, f'write ["{example}"]')
        return []
    return [((*place, number), entry) for number, entry in enumerate(value)]


def refuse_double_ids(reader: Reader, key: str, listed: Sequence[Identified]) -> None:
    """Note every id of a section that an earlier entry has."""
    reader.refuse_doubles((((key, number, "id"), entry.id) for number, entry in enumerate(listed)), "id")


def refuse_double_names(reader: Reader, named: Iterable[tuple[Place, Names]]) -> None:
    """Note every name that an earlier one has in the same language; places are those of ``names``."""
    listed = list(named)
    for language, called in LANGUAGES.items():
        reader.refuse_doubles(
            (((*place, language), folded(names.get(language, ""))) for place, names in listed),
            f"name in {called}",
        )


def first_numbers(listed: Sequence[Identified]) -> dict[str, int]:
    """Give, for each id, the number of its first entry."""
    numbers: dict[str, int] = {}
    for number, entry in enumerate(listed):
        numbers.setdefault(entry.id, number)
    return numbers
