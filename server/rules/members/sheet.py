"""A member as the cells of a list, none of which a spreadsheet takes for a formula."""

import re
from typing import Final

from server.rules.members.member import Member, kind_names
from server.rules.moments import utc
from wire.card import Category

COLUMNS: Final = (
    "member",
    "name_ar",
    "name_latin",
    "category",
    "principal",
    "birth",
    "employee_number",
    "phone",
    "email",
    "territory",
    "language",
    "kinds",
    "national_id_kept",
    "deactivated",
)
_HARMLESS: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_SIGN: Final = r"'*[=+\-@\t\r|]"
_FORMULA: Final = re.compile(_SIGN)
_PARTS: Final = r"(?<=[;,\t\r\n])"
"""Where a program that splits by another sign than the file's begins a cell."""
_WITHIN: Final = re.compile(rf"{_PARTS}(?={_SIGN})")
_GUARDED: Final = re.compile(rf"{_PARTS}'(?={_SIGN})")


def cells_of(member: Member) -> list[str]:
    """Give a member's cells, in the order of ``COLUMNS``."""
    kept = f"{member.national_id}:{member.national_tail}" if member.national_id else ""
    return [
        member.member,
        member.name_ar,
        member.name_latin,
        Category(member.category).name.lower(),
        member.principal,
        member.birth,
        member.employee_number,
        member.phone,
        member.email,
        member.territory,
        member.language,
        ", ".join(kind_names(member.kinds)),
        kept,
        moment(member.deactivated_at),
    ]


def moment(at: int | None) -> str:
    """Give ms UTC as ISO, to the second; nothing for None."""
    return utc(at).strftime("%Y-%m-%dT%H:%M:%SZ") if at is not None else ""


def safe(text: str) -> str:
    """Give a cell of a CSV that no spreadsheet takes for a formula: ``'=1+1``; numbers stay as they are.

    Nor one that splits by another sign than the file does, as Excel by the country that it is set to:
    ``Ali;'=1+1``.
    """
    guarded = _WITHIN.sub("'", text)
    return f"'{guarded}" if _FORMULA.match(text) and not _HARMLESS.fullmatch(text) else guarded


def as_it_was(cell: str) -> str:
    """Undo :func:`safe`."""
    return _GUARDED.sub("", cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell)
