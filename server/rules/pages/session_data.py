"""What the pages of sessions are made of: sessions with their rolls counted, and what they recommend."""

from dataclasses import dataclass, field

from server.rules.sessions.partial import Span
from wire.described import Names


@dataclass(frozen=True, slots=True)
class SessionSeen:
    """A session and its roll, counted. Days are ISO, perhaps in part or empty; times are local ``HH:MM``.

    ``invited`` is None where everyone is welcome; ``unmatched`` counts those of the list whom no scan shows.
    ``room`` is a booth of the fair's, ``place`` a house somebody has typed.
    """

    id: str
    names: Names
    kind: str
    invited: int | None
    present: int
    attended: int
    unmatched: int = 0
    series: str = ""
    territory: Names = field(default_factory=dict)
    place: str = ""
    room: Names = field(default_factory=dict)
    first_day: str = ""
    last_day: str = ""
    starts: str = ""
    ends: str = ""

    @property
    def span(self) -> Span:
        """When it is, as far as that is known."""
        return Span(self.first_day, self.last_day if self.last_day != self.first_day else "")


@dataclass(frozen=True, slots=True)
class Recommended:
    """What a session recommends; ``done_at`` is in ms UTC, None while it is open."""

    session: str
    names: Names
    number: int
    texts: Names
    done_at: int | None


@dataclass(frozen=True, slots=True)
class SessionsSeen:
    """The sessions of a fair, or those of the body that somebody may see: then ``fair`` is empty.

    ``with_rolls``: the sessions whose names this account may see, too.
    """

    fair: str
    names: Names
    sessions: list[SessionSeen]
    recommended: list[Recommended] = field(default_factory=list)
    with_rolls: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SessionAlone:
    """One session of the body; ``with_roll``: this account may see the names, and decide what is done."""

    session: SessionSeen
    recommended: list[Recommended]
    with_roll: bool
