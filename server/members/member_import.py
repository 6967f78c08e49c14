"""A list of members taken in: every row judged first, then all that is good in one transaction.

A list is read once. What its rows say waits in a file without a name beside the ledger, where
nobody else reads it and nothing is left of it; in memory stand numbers alone, some five hundred bytes a row.

::

    prepare   read, check, resolve principals, compare with the store → counts, and what is refused
    commit    write what is new or changed, unless somebody changed members meanwhile
"""

import secrets
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Final

import msgspec

from server.members.membership import Membership
from server.office import OfficeError
from server.rules.members.columns import Columns
from server.rules.members.households import Listed, principal_in_list
from server.rules.members.matching import Known, Outcome, Settled, likeness_of, settle
from server.rules.members.member import Member
from server.rules.members.rows import Draft, ListRow, Problem, RowReader
from server.rules.members.texts import Unfit
from server.rules.reader import shown
from server.store.audit_log import AuditLog, Transaction
from server.store.engine import Store
from server.store.members import Members

_AT_ONCE: Final = 4000
_TELL_EVERY: Final = 500

_ALL_AT_ONCE: Final = frozenset({"import", "deactivate"})
_ONE_BY_ONE: Final = frozenset({"register", "void"})
"""What kiosks do with members all day: an import must go on beside it."""

OnRows = Callable[[str, int], None]
"""Gets a step (``reading``, ``comparing``, ``writing``) and how many rows more it has done."""
Refuse = Callable[[Draft], None]
"""Gets each row that is not taken, with its problems, in the order of the list."""


@dataclass(slots=True)
class Counts:
    """What became of the rows of a list."""

    new: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0


class _Write(msgspec.Struct, array_like=True):
    before: Member | None
    after: Member


def _check_still(members: Members, writes: Sequence[_Write]) -> None:
    """Raise where a member of these rows is not as when the rows were compared."""
    before = {write.before.member: write.before for write in writes if write.before is not None}
    fresh = {write.after.employee_number for write in writes if write.before is None} - {""}
    if members.get(before.keys()) != before or members.by_number(fresh):
        raise _meanwhile()


def _meanwhile() -> OfficeError:
    return OfficeError("members were changed meanwhile: nothing was imported, import the list again")


class MemberImport:
    """One list on its way in. ``directory`` is where its rows wait.

    ``adds_kinds``: whom the list names stays what that one was to the body, and is what it says besides.
    """

    def __init__(
        self,
        store: Store,
        membership: Membership,
        columns: Columns,
        directory: Path,
        *,
        adds_kinds: bool = False,
    ) -> None:
        self._adds_kinds = adds_kinds
        self._store = store
        self._membership = membership
        self._columns = columns
        self._rows: IO[bytes] = tempfile.TemporaryFile(dir=directory)  # noqa: SIM115 - closed by close()
        self._writes: IO[bytes] = tempfile.TemporaryFile(dir=directory)  # noqa: SIM115 - the same
        self._numbers = array("q")
        self._listed = Listed(self._numbers, {}, {}, {})
        self._is_principal: set[int] = set()
        self._assigned: dict[int, str | None] = {}
        self._misplaced: dict[int, Problem] = {}
        self._like: dict[int, int] = {}
        self._log_end = 0
        self.counts = Counts()

    @property
    def length(self) -> int:
        """How many rows were read so far."""
        return len(self._numbers)

    def close(self) -> None:
        """Forget the rows."""
        self._rows.close()
        self._writes.close()

    def prepare(self, rows: Iterable[ListRow], reader: RowReader, refuse: Refuse, on_rows: OnRows) -> Counts:
        """Judge every row; changes nothing."""
        for row in rows:
            self._take(reader.read(row))
            if len(self._numbers) % _TELL_EVERY == 0:
                on_rows("reading", _TELL_EVERY)
        self._resolve_principals()
        with self._store.reading() as connection:
            members = Members(connection, self._membership.body)
            end = AuditLog(connection, self._membership.body).end()
            self._log_end = end.number if end else 0
            for drafts in self._drafts(only=self._is_principal):
                for entry, settled in self._settled(members, drafts):
                    self._assigned[entry] = settled.after.member if settled.after else None
            for drafts in self._drafts():
                for entry, settled in self._settled(members, drafts):
                    self._count(drafts[entry], settled, refuse)
                on_rows("comparing", len(drafts))
        return self.counts

    def commit(self, file: str, on_rows: OnRows) -> None:
        """Write what is new or changed, all or nothing; raises :class:`OfficeError`."""
        with self._membership.acting() as connection:
            members = Members(connection, self._membership.body)
            since = self._done_since(connection)
            if since & _ALL_AT_ONCE:
                raise _meanwhile()
            self._membership.note(
                connection, "import", file=file, new=self.counts.new, changed=self.counts.changed
            )
            now = self._membership.now()
            left: list[str] = []
            self._writes.seek(0)
            decoder = msgspec.json.Decoder(_Write)
            while lines := list(islice(self._writes, _AT_ONCE)):
                writes = [decoder.decode(line) for line in lines]
                if since & _ONE_BY_ONE:
                    _check_still(members, writes)
                members.add([write.after for write in writes if write.before is None], now)
                changes = [(write.before, write.after) for write in writes if write.before is not None]
                members.change(changes, now)
                self._tell_sessions(connection, changes)
                left += [
                    after.member for before, after in changes if before.is_active and not after.is_active
                ]
                on_rows("writing", len(writes))
            self._membership.refuse_cards(connection, left)

    def _tell_sessions(self, connection: Transaction, changes: Sequence[tuple[Member, Member]]) -> None:
        """Tell the sessions that invite by number whose number is another than before."""
        other = [pair for pair in changes if pair[0].employee_number != pair[1].employee_number]
        former = [before.employee_number for before, _ in other if before.employee_number]
        if other:
            self._membership.office.know_cards(connection, [after for _, after in other], former)

    def _done_since(self, connection: Transaction) -> set[str]:
        """Name what was done with members since the rows were compared."""
        log = AuditLog(connection, self._membership.body)
        end = log.end()
        if (end.number if end else 0) == self._log_end:
            return set()
        return {entry.what for entry in log.entries(after=self._log_end)}

    # -- the list by itself ------------------------------------------------------------------

    def _take(self, draft: Draft) -> None:
        entry = len(self._numbers)
        self._numbers.append(draft.number)
        for field, known in (("member", self._listed.by_id), ("employee_number", self._listed.by_number)):
            number = draft.values.get(field)
            if not number:
                continue
            if number in known:
                what = f"row {self._numbers[known[number]]} has {shown(number)} already"
                self._add(draft, field, what, "keep one of the two rows, or correct the number")
            else:
                known[number] = entry
        if draft.principal:
            self._listed.refs[entry] = draft.principal
        self._rows.write(msgspec.json.encode(draft) + b"\n")

    def _resolve_principals(self) -> None:
        for entry in self._listed.refs:
            try:
                principal = principal_in_list(self._listed, entry)
            except Unfit as problem:
                column = self._columns.name_of("principal")
                self._misplaced[entry] = Problem(column, problem.what, problem.instead)
            else:
                if principal is not None:
                    self._is_principal.add(principal)

    # -- against the store -------------------------------------------------------------------

    def _drafts(self, only: set[int] | None = None) -> Iterator[dict[int, Draft]]:
        """Give the rows, some thousand at once, by their entries."""
        decoder = msgspec.json.Decoder(Draft)
        self._rows.seek(0)
        chosen = ((at, line) for at, line in enumerate(self._rows) if only is None or at in only)
        while some := list(islice(chosen, _AT_ONCE)):
            yield {at: decoder.decode(line) for at, line in some}

    def _settled(self, members: Members, drafts: dict[int, Draft]) -> Iterator[tuple[int, Settled]]:
        """Say what becomes of some rows, each with its entry."""
        outside = {
            ref
            for entry in drafts
            if (ref := self._listed.refs.get(entry)) and self._listed.entry_of(ref) is None
        }
        by_id = members.known(
            outside | {member for each in drafts.values() if (member := each.values.get("member"))}
        )
        numbers = {number for each in drafts.values() if (number := each.values.get("employee_number"))}
        by_number = members.by_number(outside | numbers)
        ready: list[tuple[int, Draft]] = []
        for entry, draft in drafts.items():
            misplaced = self._misplaced.get(entry)
            if misplaced and not any(problem.column == misplaced.column for problem in draft.problems):
                draft.problems.append(misplaced)
            if not draft.problems:
                self._name_principal(entry, draft, by_id, by_number)
            ready.append((entry, draft))
        likenesses = {
            likeness
            for _, draft in ready
            if not draft.problems and (likeness := likeness_of(draft)) is not None
        }
        by_likeness = members.by_likeness(likenesses)
        known = Known(by_id, by_number, by_likeness, self._listed)
        moving = {
            stored.member
            for _, draft in ready
            if draft.values.get("principal") and (stored := known.of(draft, likeness_of(draft)))
        }
        known.with_dependants.update(members.principals(moving))
        for entry, draft in ready:
            yield entry, self._one(entry, draft, known)

    def _one(self, entry: int, draft: Draft, known: Known) -> Settled:
        if draft.problems:
            return Settled(Outcome.REFUSED)
        fresh = self._assigned.get(entry) or secrets.token_hex(8)
        return settle(entry, draft, known, fresh=fresh, columns=self._columns, adds_kinds=self._adds_kinds)

    def _name_principal(
        self, entry: int, draft: Draft, by_id: dict[str, Member], by_number: dict[str, Member]
    ) -> None:
        ref = self._listed.refs.get(entry)
        if ref is None:
            return
        listed = self._listed.entry_of(ref)
        if listed is not None:
            principal = self._assigned.get(listed)
            if principal is None:
                what = f"the principal, row {self._numbers[listed]}, is refused"
                self._add(draft, "principal", what, "mend that row first")
            else:
                draft.values["principal"] = principal
            return
        stored = by_id.get(ref) or by_number.get(ref)
        if stored is None:
            what = f"no member has the number {shown(ref)}, here or in this list"
            self._add(draft, "principal", what, "add the principal to the list, or correct the number")
        elif stored.principal:
            what = f"{shown(ref)} is a dependant, too"
            self._add(draft, "principal", what, "write the number of the one whose rights these are")
        else:
            draft.values["principal"] = stored.member

    def _count(self, draft: Draft, settled: Settled, refuse: Refuse) -> None:
        draft.problems += settled.problems
        if settled.after is not None and settled.outcome is not Outcome.REFUSED:
            likeness = settled.after.likeness
            if likeness is not None and not draft.values.get("member"):
                if likeness in self._like:
                    what = f"row {self._like[likeness]} says the same of the same name"
                    self._add(draft, self._name_field(), what, "take one out, or tell them apart by a number")
                self._like.setdefault(likeness, draft.number)
        if draft.problems or settled.after is None:
            self.counts.refused += 1
            refuse(draft)
        elif settled.outcome is Outcome.SAME:
            self.counts.same += 1
        else:
            is_new = settled.outcome is Outcome.NEW
            self.counts.new += is_new
            self.counts.changed += not is_new
            self._writes.write(msgspec.json.encode(_Write(settled.before, settled.after)) + b"\n")

    def _name_field(self) -> str:
        return next((name for name in self._columns.fields.values() if name.startswith("name")), "member")

    def _add(self, draft: Draft, field: str, what: str, instead: str) -> None:
        draft.problems.append(Problem(self._columns.name_of(field), what, instead))
