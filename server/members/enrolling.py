"""Works off what kiosks have done for members: after the commit that brought it, a transaction each.

One odd registration keeps nobody else waiting, and is tried no second time: it gets an outcome, a code.
What waits for somebody yet unknown is looked at again when something new has come.
See ``server.members.enrolled``.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from server.members.enrolled import NotEnrolledError, Settling, Work
from server.members.membership import Membership
from server.members.registered import Registering
from server.office import Office
from server.rules.members.enrolled import form_reader
from server.rules.members.rows import RowReader
from server.settings import Home
from server.store.audit_log import Transaction
from server.store.engine import Store, TransactionError
from server.store.enrolments import Enrolment, Enrolments
from server.store.members import Members
from server.store.registry import Registry
from wire.envelope import EnvelopeError
from wire.private import open_private

_AT_ONCE: Final = 64
_TRIES: Final = 3
"""So often may the ledger fail at one row before that row is to blame."""


class Enrolling:
    """Works off one server's rows. ``clock`` gives ms UTC; ``on_trouble`` gets a line once a code."""

    def __init__(
        self,
        home: Home,
        store: Store,
        office: Office,
        *,
        clock: Callable[[], int],
        on_trouble: Callable[[str], None],
    ) -> None:
        self._home = home
        self._store = store
        self._office = office
        self._clock = clock
        self._on_trouble = on_trouble
        self._registering = Registering(
            read_by=self._form_reader,
            open_sealed=lambda sealed: open_private(sealed, home.secrets.sealing_key),
        )
        self._told: set[str] = set()
        self._failed: Counter[str] = Counter()
        self._reader: RowReader | None = None
        self._read_by: object = None
        # What a row waits for may have come while nobody looked, by an import of members.
        self._is_new = True

    def work_off(self, most: int | None = None) -> bool:
        """Work off what waits, at most so many rows; says whether there may be more.

        Raises :class:`TransactionError` where the ledger fails; to call again is safe.
        """
        done = 0
        while most is None or done < most:
            due = self._due(_AT_ONCE if most is None else min(_AT_ONCE, most - done))
            if not due and not self._wake():
                return False
            for event_id in due:
                self._work_off(event_id)
            done += len(due)
        return True

    def look_anew(self) -> None:
        """Work off what waits, also for members whom an import has brought."""
        self._is_new = True
        self.work_off()

    def _due(self, most: int) -> list[str]:
        with self._store.reading() as connection:
            return Enrolments(connection, self._office.body).due(most)

    def _wake(self) -> bool:
        """Have rows looked at again whose wanted ones are known by now; says whether there are any."""
        if not self._is_new:
            return False
        with self._store.reading() as connection:
            wanted = Enrolments(connection, self._office.body).wanted()
            refs = {ref for listed in wanted.values() for ref in listed}
            members = Members(connection, self._office.body)
            known = {*members.holders(refs), *members.by_number(refs), *members.get(refs)}
        woken = [event_id for event_id, listed in wanted.items() if not known.isdisjoint(listed)]
        if woken:
            with self._store.writing() as connection:
                Enrolments(connection, self._office.body).make_due(woken)
        self._is_new = False
        return bool(woken)

    def _work_off(self, event_id: str) -> None:
        try:
            with self._store.writing() as connection:
                row = Enrolments(connection, self._office.body).get(event_id)
                # Another process may have been faster.
                if row is not None:
                    self._settling(connection, row).settle()
        except TransactionError:
            self._failed[event_id] += 1
            if self._failed[event_id] < _TRIES:
                raise
            self._refuse(event_id, "store")
        except (EnvelopeError, NotEnrolledError) as problem:
            self._refuse(event_id, problem.code)
        except Exception as problem:  # noqa: BLE001 - no fact, however odd, may keep the others waiting
            self._refuse(event_id, "bug", f", {type(problem).__name__}")
        self._is_new = True

    def _settling(self, connection: Transaction, row: Enrolment) -> Settling:
        registry = Registry(connection, self._office.body)
        kiosk = next((each for each in registry.all_kiosks() if each.device == row.device), None)
        by_whom = f"staff {row.staff_id} at " if row.staff_id else ""
        who = by_whom + (kiosk.name if kiosk else row.device)
        membership = Membership(self._home, self._store, self._office, clock=self._clock, who=who)
        work = Work(
            connection,
            row,
            office=self._office,
            membership=membership,
            card_key_id=kiosk.card_key_id if kiosk else None,
        )
        return Settling(work, register=self._registering.register, join=self._registering.join)

    def _form_reader(self) -> RowReader:
        """Give what reads forms by the tour as it is loaded now."""
        with self._store.reading() as connection:
            versions = Registry(connection, self._office.body).versions()
        read_by = (versions, datetime.fromtimestamp(self._clock() / 1000, UTC).date())
        if self._reader is None or read_by != self._read_by:
            said = Membership(self._home, self._store, self._office, clock=self._clock, who="")
            self._reader = form_reader(said.rules, said.places, today=read_by[1])
            self._read_by = read_by
        return self._reader

    def _refuse(self, event_id: str, code: str, more: str = "") -> None:
        """Write down why a fact is not worked off; its bytes are kept, for a person or a later version."""
        with self._store.writing() as connection:
            Enrolments(connection, self._office.body).settle(event_id, code, keep=True)
        self._failed.pop(event_id, None)
        if code not in self._told:
            self._told.add(code)
            self._on_trouble(f"what a kiosk did for a member was not taken ({code}{more}): event {event_id}")
