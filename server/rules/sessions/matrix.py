"""Who took part in which sessions: a row a participant, a column a session."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from server.rules.fair import DEFAULT_TIMEZONE
from server.rules.sessions.held import BodySession, Taking
from wire.zones import zone_of


class Part(StrEnum):
    """What a participant had to do with a session."""

    NONE = ""
    INVITED = "invited"
    """To a session that has not been held yet."""
    ABSENT = "absent"
    """Invited, and nobody came."""
    ATTENDED = "attended"


@dataclass(frozen=True, slots=True)
class Matrix:
    """The sessions in their order, and by participant what each had to do with each of them."""

    sessions: Sequence[BodySession]
    parts: Mapping[str, Sequence[Part]]

    def count(self, participant: str) -> int:
        """Say how many of the sessions a participant attended."""
        return sum(part is Part.ATTENDED for part in self.parts[participant])

    def present(self, at: int) -> int:
        """Say how many participants attended the session of that number, from 0."""
        return sum(parts[at] is Part.ATTENDED for parts in self.parts.values())


def matrix_of(sessions: Sequence[BodySession], rolls: Mapping[str, Sequence[Taking]], today: str) -> Matrix:
    """Join rolls by participant: whoever sent several people attended where one of them did.

    ``today`` is ISO: before a session was held nobody is absent.
    """
    in_order = sorted(sessions, key=lambda each: each.order)
    found: dict[str, list[Part]] = {}
    for at, session in enumerate(in_order):
        takings = rolls.get(session.session, ())
        was_held = session.span.is_over(today) or any(taking.attended for taking in takings)
        for taking in takings:
            parts = found.setdefault(taking.participant, [Part.NONE] * len(in_order))
            if taking.attended:
                parts[at] = Part.ATTENDED
            elif taking.invited and parts[at] is Part.NONE:
                parts[at] = Part.ABSENT if was_held else Part.INVITED
    return Matrix(in_order, found)


def today_of(now: int) -> str:
    """Give the ISO day on which a body's clocks are at ``now``, ms UTC."""
    return datetime.fromtimestamp(now / 1000, UTC).astimezone(zone_of(DEFAULT_TIMEZONE)).date().isoformat()
