"""One row of a list of members: texts in, a member's fields out, or everything that is wrong with it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

import msgspec

from server.rules.members import choices, identifiers
from server.rules.members.columns import NAMES, Columns
from server.rules.members.member import DEFAULT_LANGUAGE, MEMBER_ID, Kind, MemberRules
from server.rules.members.places import Places
from server.rules.members.texts import Unfit, cleaned_name, has_arabic, has_latin, is_arabic
from server.rules.reader import shown
from wire.card import Category
from wire.national_id import hashed

_KEPT_ID: Final = re.compile(r"([0-9a-f]{32}):([A-Z0-9]{1,3})")
_HALVES: Final = {"name_ar": ("given_ar", "family_ar"), "name_latin": ("given_latin", "family_latin")}
_EMPTY: Final = {
    "birth": "",
    "employee_number": "",
    "phone": "",
    "email": "",
    "territory": "",
    "language": DEFAULT_LANGUAGE,
    "kinds": int(Kind.MEMBER),
    "deactivated": None,
    "category": None,
}


class Problem(NamedTuple):
    """What is wrong with a row: in which column (its own name in the list), and what to write instead."""

    column: str
    what: str
    instead: str


class ListRow(NamedTuple):
    """A row of a file: its number there from 1, its cells as texts, and what is wrong with their form."""

    number: int
    cells: Sequence[str]
    flaws: Sequence[tuple[int, str, str]] = ()


class Draft(msgspec.Struct, array_like=True):
    """What a row says: values of a Member's fields, and whose dependant it names, as it is written.

    ``cells`` is the row as it was. Where ``problems`` are named the rest is not to be used.
    """

    number: int
    values: dict[str, Any]
    principal: str
    cells: Sequence[str]
    problems: list[Problem] = []


class RowReader:
    """Reads the rows of one list. ``key`` is that of the hashes of national ids.

    ``kinds`` is what everybody of the list is to the body, besides what a row says; 0 where that is not said.
    """

    def __init__(
        self,
        columns: Columns,
        rules: MemberRules,
        places: Places,
        *,
        today: date,
        key: bytes,
        kinds: int = 0,
    ) -> None:
        self._columns = columns
        self._kinds = kinds
        self._empty = {**_EMPTY, "kinds": kinds or _EMPTY["kinds"]}
        self._key = key
        self._at = {found: at for at, found in columns.fields.items()}
        readers: dict[str, Callable[[str], Any]] = {
            "category": choices.category,
            "birth": identifiers.birth(today),
            "employee_number": identifiers.employee_number(rules.employee_number),
            "phone": identifiers.e164,
            "email": identifiers.email,
            "territory": places.find,
            "language": choices.language,
            "kinds": choices.kinds,
            "deactivated": _moment,
        }
        self._plain = [(at, found, readers[found]) for found, at in self._at.items() if found in readers]
        self._has_names = [name for name in NAMES if name in self._at]
        self._with_names = {
            whole for whole, halves in _HALVES.items() if any(name in self._at for name in (whole, *halves))
        }

    def read(self, row: ListRow) -> Draft:
        """Read a row; never raises."""
        cells = row.cells
        draft = Draft(row.number, {}, "", cells)
        names = self._columns.names
        if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
            what = f"the row has {len(cells)} cells, and {len(names)} columns are named"
            draft.problems.append(Problem("", what, "put a cell that holds a comma into quotes"))
            return draft
        if len(cells) < len(names):
            cells = [*cells, *[""] * (len(names) - len(cells))]
        flawed = {at for at, _, _ in row.flaws}
        draft.problems += [Problem(self._name(at), what, instead) for at, what, instead in row.flaws]
        for at, found, read in self._plain:
            text = cells[at]
            try:
                draft.values[found] = read(text) if text and not text.isspace() else self._empty[found]
            except Unfit as problem:
                if at not in flawed:
                    draft.problems.append(Problem(names[at], problem.what, problem.instead))
        self._read_names(cells, draft)
        self._read_identity(cells, draft)
        self._settle(draft)
        return draft

    def _name(self, at: int) -> str:
        return self._columns.names[at] if at < len(self._columns.names) else str(at + 1)

    def _read_names(self, cells: Sequence[str], draft: Draft) -> None:
        parts: dict[str, str] = {}
        for name in self._has_names:
            try:
                parts[name] = cleaned_name(cells[self._at[name]])
            except Unfit as problem:
                draft.problems.append(
                    Problem(names_column(self._columns, name), problem.what, problem.instead)
                )
                return
        said = {
            whole: parts.get(whole) or " ".join(filter(None, (parts.get(half, "") for half in halves)))
            for whole, halves in _HALVES.items()
        }
        mixed = next((whole for whole, text in said.items() if has_arabic(text) and has_latin(text)), "")
        if mixed:
            what = f"{shown(said[mixed])} is in two scripts"
            where = next(name for name in (mixed, *_HALVES[mixed]) if parts.get(name))
            self._note_name(
                draft, what, "write the Arabic name and the Latin one into columns of their own", where
            )
            return
        for whole in ("name_ar", "name_latin"):
            # Offices write Arabic names below French headings, and the other way round.
            if is_arabic(said[whole]) != (whole == "name_ar") and said[whole]:
                other = "name_latin" if whole == "name_ar" else "name_ar"
                if said[other] and is_arabic(said[other]) != (other == "name_ar"):
                    said[whole], said[other] = said[other], said[whole]
                elif said[other]:
                    what = f"{shown(said[whole])} and {shown(said[other])} are in one script"
                    self._note_name(draft, what, "write the Arabic name and the Latin one, or one of them")
                    return
                else:
                    said[whole], said[other] = "", said[whole]
        if self._has_names and not any(said.values()):
            self._note_name(draft, "no name stands here", "write a name in Arabic or in Latin letters")
        draft.values.update(
            {whole: name for whole, name in said.items() if whole in self._with_names or name}
        )

    def _note_name(self, draft: Draft, what: str, instead: str, where: str = "") -> None:
        first = names_column(self._columns, where or self._has_names[0])
        if not any(problem.column == first for problem in draft.problems):
            draft.problems.append(Problem(first, what, instead))

    def _read_identity(self, cells: Sequence[str], draft: Draft) -> None:
        for found, read in (
            ("member", self._member),
            ("principal", self._principal),
            ("national_id", self._national_id),
            ("national_id_kept", self._kept_id),
        ):
            at = self._at.get(found)
            if at is None:
                continue
            try:
                read(cells[at].strip(), draft)
            except Unfit as problem:
                draft.problems.append(Problem(self._columns.names[at], problem.what, problem.instead))

    def _member(self, text: str, draft: Draft) -> None:
        if text and not MEMBER_ID.fullmatch(text):
            what = f"{shown(text)} is no member's number of this server"
            raise Unfit(what, "keep what an export wrote there, or leave the cell empty for a new member")
        if text:
            draft.values["member"] = text

    def _principal(self, text: str, draft: Draft) -> None:
        draft.values["principal"] = ""
        if MEMBER_ID.fullmatch(text):
            draft.principal = text
        elif text:
            draft.principal = identifiers.employee_number("")(text)

    def _national_id(self, text: str, draft: Draft) -> None:
        kept = hashed(identifiers.national_id(text), self._key) if text else ("", "")
        draft.values["national_id"], draft.values["national_tail"] = kept

    def _kept_id(self, text: str, draft: Draft) -> None:
        if draft.values.get("national_id"):
            return
        found = _KEPT_ID.fullmatch(text)
        if text and not found:
            raise Unfit("this is not what an export writes here", "leave the cell as it was, or empty")
        kept = (found[1], found[2]) if found else ("", "")
        draft.values["national_id"], draft.values["national_tail"] = kept

    def _settle(self, draft: Draft) -> None:
        """Hold the fields against each other, and give them their names in a Member."""
        values = draft.values
        if self._kinds:
            values["kinds"] = values.get("kinds", 0) | self._kinds
        if "deactivated" in values:
            values["deactivated_at"] = values.pop("deactivated")
        if values.get("category", 0) is None:
            if values.get("kinds", Kind.MEMBER) & Kind.MEMBER:
                column = self._columns.name_of("category")
                draft.problems.append(
                    Problem(column, "a member has a category", "write active, retired, widow, child or other")
                )
            values["category"] = int(Category.OTHER)
        if draft.principal and draft.principal in (values.get("member"), values.get("employee_number")):
            column = self._columns.name_of("principal")
            what = f"{shown(draft.principal)} is this row's own number: nobody is their own dependant"
            draft.problems.append(
                Problem(column, what, "write the number of the one whose rights these are, or leave it empty")
            )


def names_column(columns: Columns, name: str) -> str:
    """Give the list's own name of a column of names."""
    return columns.name_of(name)


def lacking(values: Mapping[str, Any]) -> Iterable[str]:
    """Name what a new member must have and a list did not say."""
    return [what for what in ("category",) if what not in values]


def _moment(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Unfit(f"{shown(text)} is no day", "write 2026-11-23, or leave the cell empty") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp()) * 1000
