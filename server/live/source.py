"""What the live page reads, from the ledger and the registry: one moment, in one transaction.

Descriptions of fairs are long and change rarely; they are read again when a programme's
version moved, and not at every push.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Final, Protocol

import msgspec

from server.rules.fair import FairDefinition
from server.rules.figures import TOTAL
from server.rules.pages.board import Measures, Snapshot
from server.rules.sentences import KioskNow
from server.store.engine import Store
from server.store.ledger import Ledger
from server.store.registry import KioskRow, Registry
from wire.envelope import EnvelopeError
from wire.messages import State, read_state


class Counted(Protocol):
    """What a collector has counted since it started."""

    @property
    def batches(self) -> int:
        """Batches taken."""

    @property
    def facts(self) -> dict[str, int]:
        """Facts by verdict."""

    @property
    def refused_messages(self) -> dict[str, int]:
        """Messages not taken, by code."""

    @property
    def dropped(self) -> int:
        """Messages that found the queue full."""


class StoreSource:
    """Reads one body's fairs for the page; called from any thread.

    ``tally`` gives what the collector counted, ``is_connected`` whether the broker is there.
    """

    def __init__(
        self,
        store: Store,
        body: str,
        *,
        tally: Callable[[], Counted],
        is_connected: Callable[[], bool],
    ) -> None:
        self._store = store
        self._body = body
        self._tally = tally
        self._is_connected = is_connected
        self._lock = threading.Lock()
        self._versions: tuple[tuple[str, int], ...] | None = None
        self._definitions: dict[str, FairDefinition] = {}

    @property
    def body(self) -> str:
        """The body whose fairs these are."""
        return self._body

    def fairs(self) -> list[FairDefinition]:
        """Give every fair's description."""
        with self._store.reading() as connection:
            return list(self.definitions(Registry(connection, self._body)).values())

    def snapshot(self, fair: str) -> Snapshot | None:
        """Give a fair as it is now; None where there is none of that id."""
        with self._store.reading() as connection:
            registry = Registry(connection, self._body)
            definition = self.definitions(registry).get(fair)
            if definition is None:
                return None
            figures = Ledger(connection, self._body).figures(fair)
            closed_at = registry.closed_fairs().get(fair)
            kiosks = [
                kiosk_now(row, fair_closed=closed_at is not None)
                for row in registry.kiosks()
                if row.fair == fair
            ]
        return Snapshot(definition, figures, kiosks, closed_at)

    def measures(self) -> Measures:
        """Give what a monitoring system asks for."""
        tally = self._tally()
        with self._store.reading() as connection:
            registry, ledger = Registry(connection, self._body), Ledger(connection, self._body)
            closed = registry.closed_fairs()
            kiosks = [(row.fair, kiosk_now(row, fair_closed=row.fair in closed)) for row in registry.kiosks()]
            totals = {
                fair: ledger.figures(fair).get((TOTAL, ""), _NONE) for fair in self.definitions(registry)
            }
        return Measures(
            facts=tally.facts,
            batches=tally.batches,
            refused_messages=tally.refused_messages,
            dropped=tally.dropped,
            connected=self._is_connected(),
            kiosks=kiosks,
            totals=totals,
        )

    def definitions(self, registry: Registry) -> Mapping[str, FairDefinition]:
        """Give every fair's description by its id, at the moment that the caller reads."""
        versions = registry.versions()
        with self._lock:
            if versions != self._versions:
                self._definitions = {
                    row.fair: msgspec.json.decode(row.definition, type=FairDefinition)
                    for row in registry.fairs()
                }
                self._versions = versions
            return self._definitions


_NONE: Final = (0, 0)


def kiosk_now(row: KioskRow, *, fair_closed: bool) -> KioskNow:
    """Give a kiosk as the registry knows it now."""
    return KioskNow(
        device=row.device,
        name=row.name,
        booth=row.booth,
        flag=row.flag,
        state=_state(row.state),
        seen_at=row.state_at,
        clock_wrong_ms=row.clock_wrong_ms,
        fair_closed=fair_closed,
    )


def _state(kept: bytes | None) -> State | None:
    try:
        return read_state(kept) if kept else None
    except EnvelopeError:
        # Kept by another version of this server: the kiosk says it anew within seconds.
        return None
