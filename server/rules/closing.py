"""Which kiosks of a fair keep facts that the ledger does not have, as far as their last words tell.

A hello says how far each epoch goes; a state says how much waits. Both may be old: a kiosk
without a network goes on recording, and one that was unplugged says nothing more.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgspec

from server.rules.moments import utc
from wire.envelope import EnvelopeError
from wire.messages import State, read_state

_SILENT_MS: Final = 45_000
"""A kiosk tells its state every 10 seconds."""


@dataclass(frozen=True, slots=True)
class KioskWord:
    """What is known of a kiosk: its last state (JSON) and when that came, ms UTC, 0 for never.

    ``promised`` facts it said it keeps and that have not come; ``came_since`` came after the state.
    """

    name: str
    state: bytes | None
    state_at: int
    promised: int
    came_since: int


@dataclass(frozen=True, slots=True)
class Holding:
    """A kiosk that keeps ``count`` facts which have not come; 0 where it may, and nobody knows."""

    name: str
    count: int
    seen_at: int

    def __str__(self) -> str:
        """Say it in words."""
        at = f"{utc(self.seen_at):%Y-%m-%d %H:%M} UTC"
        if self.count:
            return f"{self.name}: {self.count} facts wait there (last heard {at})"
        return f"{self.name}: last heard {at}, and it did not say goodbye: it may keep facts of after that"


def holdings(words: Iterable[KioskWord], now: int) -> list[Holding]:
    """Give the kiosks that keep facts, or may; those that were never heard have nothing to record by."""
    found = []
    for word in words:
        state = _state(word.state)
        count = max(word.promised, (state.waiting if state else 0) - word.came_since)
        if count > 0 or (state is not None and _is_lost(state, now - word.state_at)):
            found.append(Holding(word.name, max(0, count), word.state_at))
    return found


def outlived(state: State, before: bytes | None) -> bytes:
    """Give what is kept of a new state (JSON): that a kiosk holds nothing outlives its being unplugged.

    The broker's word of a kiosk's death does not say it; the kiosk has said it in the state before.
    """
    old = _state(before)
    if not state.online and old is not None and old.wiped:
        state = msgspec.structs.replace(state, wiped=True, programme_version=old.programme_version)
    return msgspec.json.encode(state)


def _is_lost(state: State, silent_ms: int) -> bool:
    if state.wiped:
        return False
    # The broker's word of its death names no programme; its own goodbye does.
    return silent_ms > _SILENT_MS if state.online else state.programme_version == 0


def _state(kept: bytes | None) -> State | None:
    try:
        return read_state(kept) if kept else None
    except EnvelopeError:
        return None  # kept by another version of this server
