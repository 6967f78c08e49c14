"""Lists of sessions and of rolls, taken in: every row judged first, then all good ones in one transaction."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import msgspec

from server.rules.members.rows import ListRow, Problem
from server.rules.sessions.columns import ListColumns
from server.rules.sessions.held import BodySession, Taking, has_list
from server.rules.sessions.rows import RollRow, SessionRow, roll_row, session_row
from server.sessions.participants import meant_by
from server.sessions.rolls import ATTENDED, Rolls
from server.sessions.sessions import SessionOffice
from server.store.engine import Store

_AT_ONCE = 500
Refuse = Callable[[SessionRow | RollRow], None]
OnRows = Callable[[int], None]


@dataclass(slots=True)
class ListCounts:
    """What became of a list's rows; ``absent`` are those of a roll that say that somebody did not come."""

    new: int = 0
    changed: int = 0
    same: int = 0
    absent: int = 0
    refused: int = 0


class SessionsImport:
    """A list of sessions on its way in."""

    def __init__(self, office: SessionOffice, columns: ListColumns) -> None:
        self._office = office
        self._columns = columns
        self._there = {each.session: each for each in office.all()}
        self._of_fairs = office.of_fairs()
        self._rows: dict[str, int] = {}
        self._writes: list[BodySession] = []
        self.counts = ListCounts()

    def prepare(self, rows: Iterable[ListRow], refuse: Refuse, on_rows: OnRows) -> ListCounts:
        """Judge every row; changes nothing."""
        for row in rows:
            read = session_row(row, self._columns, self._office.territory_of, self._there.get)
            if read.session is not None:
                self._judge(read, read.session)
            if read.problems:
                self.counts.refused += 1
                refuse(read)
            on_rows(1)
        return self.counts

    def commit(self, file: str) -> None:
        """Write what is new or changed, all or nothing. No list of sessions names a person."""
        del file
        self._office.put_all(self._writes)

    def _judge(self, row: SessionRow, session: BodySession) -> None:
        column, earlier = self._columns.name_of("session"), self._rows.get(session.session)
        before = self._there.get(session.session)
        if earlier is not None:
            what = f"row {earlier} is about the same session"
            row.problems.append(Problem(column, what, "keep one of the two rows"))
        elif before is None and session.session in self._of_fairs:
            what = f"{self._of_fairs[session.session]} has a session of this id"
            row.problems.append(Problem(column, what, "choose another id"))
        else:
            self._rows[session.session] = row.number
            if before == session:
                self.counts.same += 1
                return
            self._writes.append(session)
            self.counts.changed += before is not None
            self.counts.new += before is None


class RollImport:
    """One session's list on its way in: who is invited, or who was there (``what``)."""

    def __init__(self, store: Store, rolls: Rolls, columns: ListColumns, session: str, *, what: str) -> None:
        self._store = store
        self._rolls = rolls
        self._columns = columns
        self._session = session
        self._what = what
        self._there = {each.person: each for each in rolls.roll(session)}
        # Of a session without a list, the sheet on which the absent stand is the list.
        says_who_came = what == ATTENDED and "attended" in columns.fields.values()
        self._is_sheet = says_who_came and not has_list(self._there.values())
        self._writes: dict[str, Taking] = {}
        self.counts = ListCounts()

    def prepare(self, rows: Iterable[ListRow], refuse: Refuse, on_rows: OnRows) -> ListCounts:
        """Judge every row; changes nothing."""
        step: list[RollRow] = []
        for row in rows:
            step.append(roll_row(row, self._columns))
            if len(step) == _AT_ONCE:
                self._judge(step, refuse)
                on_rows(len(step))
                step = []
        self._judge(step, refuse)
        on_rows(len(step))
        return self.counts

    def commit(self, file: str) -> None:
        """Write what is new, all or nothing; the audit log says so."""
        self._rolls.put(self._session, list(self._writes.values()), what=self._what, file=file)

    def _judge(self, rows: Sequence[RollRow], refuse: Refuse) -> None:
        texts = {text for row in rows for text in (row.who, row.behalf) if text}
        body = self._rolls.body
        with self._store.reading() as connection:
            meant = meant_by(connection, body, texts)
        for row in rows:
            for name, text in (("who", row.who), ("behalf", row.behalf)):
                if text in meant.why_not:
                    wrong = meant.why_not[text]
                    row.problems.append(Problem(self._columns.name_of(name), wrong.what, wrong.instead))
            if row.problems:
                self.counts.refused += 1
                refuse(row)
            else:
                self._take(row, meant.found[row.who], meant.found.get(row.behalf, ""))

    def _take(self, row: RollRow, person: str, behalf: str) -> None:
        before = self._writes.get(person) or self._there.get(person, Taking(person=person))
        after = msgspec.structs.replace(before, behalf=behalf or before.behalf)
        if self._what == ATTENDED and row.attended:
            after = msgspec.structs.replace(after, attended=True)
        else:
            # Whoever stands on the sheet of a session and did not come was expected there.
            after = msgspec.structs.replace(after, invited=True)
            self.counts.absent += self._what == ATTENDED
        if self._is_sheet or after.invited != before.invited:
            after = msgspec.structs.replace(after, on_sheet=self._is_sheet and not before.by_name)
        if after == before:
            self.counts.same += 1
        else:
            self._writes[person] = after
            self.counts.new += 1
