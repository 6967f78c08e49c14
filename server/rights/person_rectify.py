"""Corrects what is held about a member, by the rules by which lists of members are taken in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from server.members.membership import Membership
from server.office import OfficeError
from server.rights.person import find_person
from server.rules.members.columns import FIELDS, columns_of
from server.rules.members.households import Listed
from server.rules.members.matching import Known, settle
from server.rules.members.member import MEMBER_ID, Member
from server.rules.members.rows import Draft, ListRow, Problem, RowReader
from server.rules.members.sheet import COLUMNS, cells_of
from server.rules.person.deadline import asked_detail
from server.rules.reader import nearest, shown
from server.store.audit_log import Transaction
from server.store.members import Members

_NOT_SET: Final = ("member", "national_id_kept", "deactivated")
_ON_CARDS: Final = ("category", "territory", "language")


@dataclass(frozen=True, slots=True)
class Rectified:
    """A member before and after; ``fields`` are those that differ, as a list writes them: (before, after).

    ``cards`` says that cards in force say otherwise now.
    """

    before: Member = field(repr=False)
    after: Member = field(repr=False)
    fields: dict[str, tuple[str, str]] = field(repr=False)
    cards: bool = False


class Rectifying:
    """Corrects members of one body."""

    def __init__(self, membership: Membership) -> None:
        self._membership = membership

    def rectify(
        self, who: str, said: Mapping[str, str], *, asked: date | None = None, dry_run: bool = False
    ) -> Rectified:
        """Set fields of a member and give what that changes; raises :class:`OfficeError`.

        The audit log says which fields, never what stood or stands there.
        """
        _check(said)
        with self._membership.acting() as connection:
            person = find_person(connection, self._membership, who)
            if person.member is None:
                raise OfficeError(
                    f"{person.cards[0]} is the card of nobody who is known by name: there is nothing to "
                    "correct. It can be refused: riwaq-server cards revoke"
                )
            found = self._settled(connection, person.member, said)
            if found.fields and not dry_run:
                self._write(connection, found, asked)
        return found

    def _settled(self, connection: Transaction, member: Member, said: Mapping[str, str]) -> Rectified:
        rules = self._membership.rules
        names = ["member", *said]
        columns = columns_of([*names], {}, with_national_ids=bool(rules.national_id))
        if left := [why for name, why in columns.left if name in said]:
            raise OfficeError(f"nothing was changed: {left[0]}")
        today = datetime.fromtimestamp(self._membership.now() / 1000, UTC).date()
        reader = RowReader(
            columns, rules, self._membership.places, today=today, key=self._membership.identity_key
        )
        draft = reader.read(ListRow(1, [member.member, *said.values()]))
        members = Members(connection, self._membership.body)
        if not draft.problems:
            _name_principal(members, draft)
        number = draft.values.get("employee_number", "")
        known = Known(
            {member.member: member},
            members.by_number([number] if number else []),
            {},
            Listed([1], {member.member: 0}, {}, {}),
            members.principals([member.member]),
        )
        settled = settle(0, draft, known, fresh="", columns=columns) if not draft.problems else None
        problems = [*draft.problems, *(settled.problems if settled else ())]
        if problems or settled is None or settled.after is None:
            lines = [f"  - {each.column}: {each.what}; {each.instead}" for each in problems]
            raise OfficeError("nothing was changed:\n" + "\n".join(lines))
        after = settled.after
        fields = {
            name: (old, new)
            for name, old, new in zip(COLUMNS, cells_of(member), cells_of(after), strict=True)
            if old != new
        }
        has_cards = bool(members.cards_of([member.member]))
        return Rectified(member, after, fields, has_cards and any(name in fields for name in _ON_CARDS))

    def _write(self, connection: Transaction, found: Rectified, asked: date | None) -> None:
        members = Members(connection, self._membership.body)
        members.change([(found.before, found.after)], self._membership.now())
        former = [found.before.employee_number] if found.before.employee_number else []
        if "employee_number" in found.fields:
            self._membership.office.know_cards(connection, [found.after], former)
        self._membership.note(
            connection,
            "person rectify",
            about=found.after.member,
            fields=sorted(found.fields),
            **asked_detail(asked),
        )


def _check(said: Mapping[str, str]) -> None:
    for name in said:
        if name in _NOT_SET or name not in FIELDS:
            near = nearest(name, [each for each in FIELDS if each not in _NOT_SET])
            known = ", ".join(each for each in FIELDS if each not in _NOT_SET)
            instead = f"write {near}" if near else f"write one of {known}"
            raise OfficeError(f"{shown(name)} is no field that can be set: {instead}")
    if not said:
        raise OfficeError("nothing is to be corrected: say what with  --set phone=0612345678")


def _name_principal(members: Members, draft: Draft) -> None:
    """Find the principal by a member's id or an employee's number."""
    ref = draft.principal
    if not ref:
        return
    found = members.get([ref]) if MEMBER_ID.fullmatch(ref) else {}
    principal = found.get(ref) or members.by_number([ref]).get(ref)
    if principal is None:
        instead = "add the principal first, or correct the number"
        draft.problems.append(Problem("principal", f"no member has the number {shown(ref)}", instead))
    elif principal.principal:
        instead = "write the number of the one whose rights these are"
        draft.problems.append(Problem("principal", f"{shown(ref)} is a dependant, too", instead))
    else:
        draft.values["principal"] = principal.member
