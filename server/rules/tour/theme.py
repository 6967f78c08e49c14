"""How a tour looks: its two colours and the body's logo."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from server.rules.reader import Place, Reader, kind, shown
from wire.contrast import Weakness, weakness_of_accent, weakness_of_colour
from wire.described import Theme
from wire.logo import name_of

_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")


def read_theme(reader: Reader, value: object, languages: Sequence[str]) -> tuple[Theme, bytes]:
    """Read the colours, on which words must be readable, and the logo; give its bytes as well.

    Whoever read the file has put the picture in the place of its file's name.
    """
    table = reader.table(value, ("theme",), required=(), optional=("colour", "accent", "logo"))
    default = Theme()
    logo = _logo(reader, table.get("logo"))
    theme = Theme(
        colour=_colour(reader, table.get("colour"), ("theme", "colour"), default.colour, weakness_of_colour),
        accent=_colour(reader, table.get("accent"), ("theme", "accent"), default.accent, weakness_of_accent),
        languages=list(languages),
        logo=name_of(logo) if logo else "",
    )
    return theme, logo


def _colour(
    reader: Reader, value: object, place: Place, default: str, weakness_of: Callable[[str], Weakness | None]
) -> str:
    if value is None:
        return default
    colour = reader.text(value, place).strip().lower()
    if not isinstance(value, str):
        return default
    if not _COLOUR.fullmatch(colour):
        reader.note(place, f"{shown(value)} is no colour", f"write # and six hex digits, such as {default}")
        return default
    weakness = weakness_of(colour)
    if weakness is not None:
        reader.note(place, *weakness)
    return colour


def _logo(reader: Reader, value: object) -> bytes:
    if value is None or isinstance(value, bytes):
        return value or b""
    what = f"{kind(value)} stands where a picture belongs"
    reader.note(("theme", "logo"), what, "put the picture beside the file and write its name")
    return b""
