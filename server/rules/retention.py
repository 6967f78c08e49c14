"""How long who it was is kept, by purpose, and which facts are of which."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from server.rules.fair import FairDefinition
from server.rules.tour.words import PURPOSES
from wire.events import Feedback, Passage, SessionAttendance, SignUp, Visit, Withdrawal

VISITS: Final = "visits"
REGISTRATIONS: Final = "registrations"
SIGN_UPS: Final = "sign_ups"
SESSIONS: Final = "sessions"
FEEDBACK: Final = "feedback"
QUARANTINE: Final = "quarantine"
AUDIT: Final = "audit"
KINDS: Final = MappingProxyType[str, frozenset[str]](
    {
        VISITS: frozenset({Visit.kind, Passage.kind, SessionAttendance.kind}),
        SIGN_UPS: frozenset({SignUp.kind, Withdrawal.kind}),
        FEEDBACK: frozenset({Feedback.kind}),
    }
)
"""The kinds that name somebody, by purpose. No figure counts those of two purposes together: what shows
somebody to be there (visits, passages, sessions) is one."""
PURPOSE_OF: Final = MappingProxyType({kind: purpose for purpose, kinds in KINDS.items() for kind in kinds})


def kept_for(definitions: Iterable[FairDefinition]) -> dict[str, int]:
    """Give the days of each purpose; where fairs differ, the most that any of them says."""
    said = [definition.retention for definition in definitions]
    return {
        purpose: max((each.get(purpose, days) for each in said), default=days)
        for purpose, days in PURPOSES.items()
    }


def over(last_day: date, days: Mapping[str, int], today: date) -> set[str]:
    """Name the purposes whose time is over, so many days after a tour's last day."""
    return {purpose for purpose, most in days.items() if today > last_day + timedelta(days=most)}
