"""The making of facts, and the one thread that owns the journal.

Whoever has something to record or to read asks and waits; what :meth:`Recorder.record` has
given back is committed. May be used from any thread.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeVar

from kiosk.config import KioskConfig
from kiosk.journal import Entry, Journal, JournalError, Position
from kiosk.rules.desk import Moment
from wire.events import Event, Fact, encode_event

Result = TypeVar("Result")
Record = Callable[[Sequence[Fact], str], None]
"""Commits facts that happen together, now, as one of the staff did them; raises ``JournalError``."""
_BOOTH: Final = "booth"


@dataclass(frozen=True, slots=True)
class Mint:
    """Where randomness comes from: event ids, epochs, nonces, jitter in [0, 1), ids of cards, 56 bits."""

    event_id: Callable[[], str]
    epoch: Callable[[], int]
    nonce: Callable[[], str]
    jitter: Callable[[], float]
    card_id: Callable[[], int]


class Recorder:
    """Records facts of one kiosk in its journal, which ``open_journal`` opens.

    Raises ``JournalError`` where it cannot be opened.
    """

    def __init__(
        self, config: KioskConfig, open_journal: Callable[[], Journal], event_id: Callable[[], str]
    ) -> None:
        self._fair = config.fair
        self._own_booth = config.booth
        self._mint_event_id = event_id
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        try:
            self.journal = self._thread.submit(open_journal).result()
        except BaseException:
            # Whoever tries again makes another one.
            self._thread.shutdown()
            raise
        kept = self.ask(self.journal.get, _BOOTH)
        self._booth = kept.decode() if kept else self._own_booth

    @property
    def booth(self) -> str:
        """The booth at which this kiosk stands: as it was set up, or as staff have said since."""
        return self._booth

    def move_to(self, booth: str) -> None:
        """Stand at another booth from now on, over a restart; raises ``JournalError``."""
        self.ask(self.journal.put, _BOOTH, booth.encode())
        self._booth = booth

    def ask(self, function: Callable[..., Result], *arguments: object) -> Result:
        """Call a method of ``journal`` in the journal's own thread, and wait for what it gives."""
        return self._thread.submit(function, *arguments).result()

    def is_wiped(self) -> bool:
        """Say whether no fact is kept; what a wipe has left half done is done before it is said."""
        return self.ask(self._is_wiped)

    def _is_wiped(self) -> bool:
        try:
            if any(view.first <= view.last for view in self.journal.epochs()):
                return False
            return self.journal.wipe() is not None
        except JournalError:
            return False

    def entry(self, fact: Fact, moment: Moment, staff_id: str = "") -> Entry:
        """Make the event of a fact that happens now; nothing is recorded."""
        event_id = self._mint_event_id()
        event = Event(
            event_id=event_id,
            occurred_at=moment.wall_ms,
            monotonic_ms=moment.monotonic_ms,
            boot_id=moment.boot_id,
            fair=self._fair,
            booth=self._booth,
            fact=fact,
            staff_id=staff_id or None,
        )
        return Entry(event_id, encode_event(event))

    def record(self, fact: Fact, moment: Moment) -> tuple[Position, str]:
        """Commit a fact and give its place and its id; raises ``JournalError``."""
        entry = self.entry(fact, moment)
        [position] = self.ask(self.journal.append, [entry])
        return position, entry.event_id

    def record_all(
        self, facts: Sequence[Fact], moment: Moment, staff_id: str = ""
    ) -> list[tuple[Position, str]]:
        """Commit facts that happen together, all or none, and give their places and ids."""
        entries = [self.entry(fact, moment, staff_id) for fact in facts]
        positions = self.ask(self.journal.append, entries)
        return [(position, entry.event_id) for position, entry in zip(positions, entries, strict=True)]

    def close(self) -> None:
        """Close the journal; everything committed is on the disk already."""
        try:
            self.ask(self.journal.close)
        finally:
            self._thread.shutdown()
