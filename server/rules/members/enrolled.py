"""What a kiosk's registration says of a member, and how it is brought together with what is known."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any, Final

import msgspec

from server.rules.members.choices import MEMBERS_CATEGORIES
from server.rules.members.columns import Columns
from server.rules.members.likely import Wanted, likeliest
from server.rules.members.member import Kind, Member, MemberRules
from server.rules.members.places import Places
from server.rules.members.rows import ListRow, RowReader
from wire.card import LANGUAGES, Category
from wire.events import CardRef
from wire.folding import folded

_FIELDS: Final = (
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
    "national_id_kept",
)
"""As a list of members names them: a form's are the same but for the national id, which comes hashed."""
_NAMES: Final = ("name_ar", "name_latin")
_FILLED: Final = (
    *_NAMES,
    "category",
    "birth",
    "employee_number",
    "phone",
    "email",
    "territory",
    "national_id",
)
_NATIONAL_ID: Final = ("national_id", "national_tail")
_PERSON: Final = b"riwaq member"
_MOST_ALIKE: Final = 8


@dataclass(frozen=True, slots=True)
class Form:
    """What is taken of a form: values of a Member's fields, whose dependant, and which fields are unfit.

    ``principal`` is a card's number or an employee's, empty for none.
    """

    values: dict[str, Any]
    principal: str
    unfit: list[str]


def form_reader(rules: MemberRules, places: Places, *, today: date) -> RowReader:
    """Give what reads forms as the rows of a list are read."""
    columns = Columns(_FIELDS, dict(enumerate(_FIELDS)))
    # No key: a national id comes hashed.
    return RowReader(columns, rules, places, today=today, key=b"")


def read_form(reader: RowReader, said: Mapping[str, str], card: CardRef) -> Form | None:
    """Read a form; None where nobody's name is in it, or the card is of no member's category.

    What is unfit is left out, and the rest taken: the member has got a card. The category is the card's,
    since other kiosks have counted it by then.
    """
    if card.category not in MEMBERS_CATEGORIES:
        return None
    cells = {name: said.get(name, "") for name in _FIELDS}
    cells["category"] = Category(card.category).name.lower()
    cells["language"] = cells["language"] or (card.language if card.language in LANGUAGES else "")
    if said.get("national_id"):
        cells["national_id_kept"] = f"{said['national_id']}:{said.get('national_tail', '')}"
    unfit: list[str] = []
    # One field less each time: a row says what is wrong with a name before it looks at the other one.
    while (draft := reader.read(ListRow(1, list(cells.values())))).problems:
        wrong = [problem.column for problem in draft.problems if cells.get(problem.column)]
        if not wrong:
            return None
        for name in wrong:
            cells[name] = ""
        unfit += wrong
    return Form(draft.values, draft.principal, [name.removesuffix("_kept") for name in unfit])


def member_id_of(event_id: str, key: bytes) -> str:
    """Give the id of whom a registration makes, 16 hex digits.

    Nobody without the server's key can tell it from the event; and where the ledger is put back from an
    older backup, the same registration makes the same member again.
    """
    return blake2b(event_id.encode(), digest_size=8, key=key[:64], person=_PERSON).hexdigest()


def filled(before: Member, values: Mapping[str, Any]) -> tuple[Member, list[str]]:
    """Fill in what is not known of a member; gives also the fields of which something else is known."""
    chosen: dict[str, Any] = {"kinds": before.kinds | Kind.MEMBER}
    differing = []
    for name in _FILLED:
        kept, said = getattr(before, name), values.get(name)
        if not said:
            continue
        if not kept or (name == "category" and not before.kinds & Kind.MEMBER):
            chosen |= {each: values[each] for each in (_NATIONAL_ID if name == "national_id" else (name,))}
        elif not _is_same(name, kept, said):
            differing.append(name)
    return msgspec.structs.replace(before, **chosen), differing


def _is_same(name: str, kept: Any, said: Any) -> bool:
    return bool(folded(kept) == folded(said) if name in _NAMES else kept == said)


def alike(member: Member, others: Iterable[Member]) -> list[str]:
    """Give the ids of those who may be the same person, the likeliest first, at most eight.

    A phone alone says nothing within a household.
    """
    wanted = Wanted(*names_of(member), member.phone, member.employee_number, member.birth)
    found = likeliest(wanted, others)
    listed = [other.member for other, same in found if same != ["phone"] or not _live_together(member, other)]
    return listed[:_MOST_ALIKE]


def names_of(member: Member) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the folded words of the Arabic name and of the Latin one."""
    return tuple(folded(member.name_ar).split()), tuple(folded(member.name_latin).split())


def _live_together(one: Member, other: Member) -> bool:
    return (one.principal or one.member) == (other.principal or other.member)


def may_depend(member: Member, principal: Member, *, has_dependants: bool) -> bool:
    """Say whether one may be the other's dependant: never oneself's, nor a dependant's."""
    return not (principal.member == member.member or principal.principal or has_dependants)


def doubt_of(**told: str | Collection[str] | bool) -> str:
    """Give what organizers should look at, as words: ``like:1f… differs:phone,birth was_inactive``.

    Fields by their names and members by their ids; no values.
    """
    words: list[str] = []
    for name, what in told.items():
        if what is True:
            words.append(name)
        elif what:
            listed: Sequence[str] = [what] if isinstance(what, str) else sorted(what)
            words.append(f"{name}:{','.join(listed)}")
    return " ".join(words)
