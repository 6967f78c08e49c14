"""What a scan is at a kiosk's place besides a visit: a session's roll-call, or a passage through a door."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from wire.described import Session
from wire.programme import Programme
from wire.setup import Setup

DOORS_OPEN: Final = timedelta(hours=1)
"""Members come before a session begins."""
DOORS_CLOSE: Final = timedelta(minutes=30)
"""Who comes late, or shows the card when leaving, was still there."""


class RollCall:
    """The sessions at one booth, and who is invited to them, as far as this kiosk knows."""

    def __init__(self, programme: Programme, setup: Setup | None, booth: str) -> None:
        self._sessions = [session for session in programme.sessions if session.booth == booth]
        self._setup = setup

    def now(self, at: datetime) -> Session | None:
        """Give the session whose roll is called at a local time; of two the one that began last."""
        open_now = [session for session in self._sessions if _is_called(session, at)]
        return max(open_now, key=lambda session: session.starts or "", default=None)

    def invites(self, session: Session, card: str) -> bool:
        """Say whether a card's bearer is invited; everyone is while no list has come."""
        return not session.by_invitation or self._setup is None or self._setup.invites(session.id, card)


def _is_called(session: Session, at: datetime) -> bool:
    for day in _days(session):
        begins = datetime.combine(day, _time(session.starts) or time.min, at.tzinfo) - DOORS_OPEN
        ends = datetime.combine(day, _time(session.ends) or time.max, at.tzinfo) + DOORS_CLOSE
        if begins <= at <= ends:
            return True
    return False


def _days(session: Session) -> Iterator[date]:
    """Give the days that are known to the day; a session of a month or a year calls no roll by itself."""
    try:
        day = date.fromisoformat(session.day)
        last = date.fromisoformat(session.last_day or session.day)
    except ValueError:
        return
    for _ in range(366):
        if day > last:
            return
        yield day
        day += timedelta(days=1)


def _time(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None
