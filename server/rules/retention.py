"""How long who it was is kept, by purpose, and which facts are of which."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from server.rules.fair import FairDefinition
from server.rules.tour.words import PURPOSES
from wire.events import Feedback, Passage, SessionAttendance, SignUp, Visit, Withdrawal
from wire.zones import zone_of

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


def over_at(fairs: Collection[FairDefinition], now: int) -> set[str]:
    """Name the purposes of one tour's fairs that are over at ``now``, ms UTC.

    They count from its last day, and the day that counts is the earliest that it is in any of its zones:
    nothing is over too early.
    """
    moment = datetime.fromtimestamp(now / 1000, UTC)
    today = min(moment.astimezone(zone_of(each.fair.timezone)).date() for each in fairs)
    return over(max(day for each in fairs for day in each.fair.days), kept_for(fairs), today)


def over(last_day: date, days: Mapping[str, int], today: date) -> set[str]:
    """Name the purposes whose time is over, so many days after a tour's last day."""
    return {purpose for purpose, most in days.items() if today > last_day + timedelta(days=most)}
