"""What a scan is at a kiosk's place besides a visit: a session's roll-call, or a passage through a door."""

from collections.abc import Iterator
from dataclasses import dataclass
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
        """Give the session whose roll is called at a local time.

        Where the doors of several are open it is the one that is on, of two the one that began last;
        between two it is the nearer: some leave late, others come early.
        """
        open_now = [(hours, session) for session in self._sessions for hours in _open(session, at)]
        nearest = min(open_now, key=lambda each: (each[0].away(at), at - each[0].begins), default=None)
        return nearest[1] if nearest else None

    def invites(self, session: Session, card: str) -> bool:
        """Say whether a card's bearer is invited; everyone is while no list has come."""
        return not session.by_invitation or self._setup is None or self._setup.invites(session.id, card)


@dataclass(frozen=True, slots=True)
class _Hours:
    """When a session is on, on one of its days."""

    begins: datetime
    ends: datetime

    def away(self, at: datetime) -> timedelta:
        """Say how long it is until then, or since; nothing while it is on."""
        return max(self.begins - at, at - self.ends, timedelta())


def _open(session: Session, at: datetime) -> Iterator[_Hours]:
    """Give the hours of a session whose doors are open."""
    for day in _days(session):
        begins = datetime.combine(day, _time(session.starts) or time.min, at.tzinfo)
        ends = datetime.combine(day, _time(session.ends) or time.max, at.tzinfo)
        if begins - DOORS_OPEN <= at <= ends + DOORS_CLOSE:
            yield _Hours(begins, ends)


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
