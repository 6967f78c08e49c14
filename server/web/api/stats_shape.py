"""How everything that is counted is laid out: what ``server.rules.stats`` makes, field by field."""

from typing import Annotated

import msgspec


def _told(description: str) -> msgspec.Meta:
    return msgspec.Meta(description=description)


Visits = Annotated[int, msgspec.Meta(ge=0, description="Accepted scans that nobody took back.")]
Attendance = Annotated[int, msgspec.Meta(ge=0, description="People, each once.")]
Registrations = Annotated[int, msgspec.Meta(ge=0, description="New members that were enrolled.")]
FirstTimers = Annotated[
    int, msgspec.Meta(ge=0, description="People who had been at no stop of the tour before.")
]
Counted = Annotated[int, msgspec.Meta(ge=0)]
HourKey = "By hour in UTC, as 2024-12-28T09:00Z."
DayKey = "By local day, as 2024-12-28."


class Crowd(msgspec.Struct, frozen=True):
    """Visits and people."""

    visits: Visits
    attendance: Attendance


class HourStats(msgspec.Struct, frozen=True):
    """What an hour came to."""

    visits: Visits
    attendance: Attendance
    registrations: Registrations


class DayStats(msgspec.Struct, frozen=True):
    """What a local day came to."""

    visits: Visits
    attendance: Attendance
    registrations: Registrations
    first_timers: FirstTimers


class SignUpStats(msgspec.Struct, frozen=True):
    """Sign-ups that hold."""

    total: Annotated[int, msgspec.Meta(ge=0, description="Of all offers.")]
    by_offer: Annotated[dict[str, Counted], _told("By the offer's id.")]
    in_doubt: Annotated[
        int,
        msgspec.Meta(
            ge=0,
            description="Signed up and withdrawn, nobody knows in which order: they count as withdrawn.",
        ),
    ]


class FeedbackStats(msgspec.Struct, frozen=True):
    """What was heard from members."""

    count: Counted
    mean_face: Annotated[float | None, _told("Of 1 (worst) to 5; null where nobody touched a face.")]
    by_face: Annotated[dict[str, Counted], _told("By face, 1 to 5.")]
    by_topic: Annotated[dict[str, Counted], _told("By the topic's id.")]
    urgent: Counted


class SessionStats(msgspec.Struct, frozen=True):
    """How a session was attended."""

    attended: Annotated[int, msgspec.Meta(ge=0, description="Everybody who came.")]
    invited: Annotated[int | None, _told("Null where everyone is welcome.")]
    present: Annotated[int | None, _told("Those invited who came; null where everyone is welcome.")]
    rate: Annotated[float | None, _told("Present of invited, 0 to 1; null where nobody was invited.")]


class OccupancyStats(msgspec.Struct, frozen=True):
    """How many are inside, by who passed the doors."""

    day: Annotated[str, _told("The local day: today, or the one that was asked for.")]
    inside: Annotated[int, msgspec.Meta(ge=0, description="Now, or at the end of another day.")]
    entries: Counted
    exits: Counted
    is_estimate: Annotated[bool, _told("Always true: doors miss people.")]


class ExceptionStats(msgspec.Struct, frozen=True):
    """Something that a person must look at."""

    code: Annotated[str, _told("`sign_up_in_doubt`.")]
    offer: str
    sign_up: Annotated[str, _told("The fact's id.")]
    withdrawals: Annotated[list[str], _told("The facts' ids.")]


class StopStats(msgspec.Struct, frozen=True):
    """What of a fair stands beside the other stops of its tour."""

    visits: Visits
    attendance: Attendance
    registrations: Registrations
    first_timers: FirstTimers
    sign_ups: Counted
    feedback: Counted


class Stats(msgspec.Struct, frozen=True):
    """What is counted of a fair and of a tour alike."""

    visits: Visits
    attendance: Attendance
    registrations: Registrations
    first_timers: FirstTimers
    by_booth: Annotated[dict[str, Crowd], _told("By the booth's id.")]
    by_sector: Annotated[dict[str, Crowd], _told("By the booth's sector; `none` where it has none.")]
    by_category: Annotated[dict[str, Crowd], _told("By the card's category.")]
    by_territory: Annotated[
        dict[str, Crowd], _told("By the territory's id on the card; `none` where it holds none.")
    ]
    by_hour: Annotated[dict[str, HourStats], _told(HourKey)]
    by_day: Annotated[dict[str, DayStats], _told(DayKey)]
    sign_ups: SignUpStats
    feedback: FeedbackStats
    occupancy: OccupancyStats
    exceptions: list[ExceptionStats]


class FairStats(Stats, frozen=True, kw_only=True):
    """Everything that is counted of a fair, or of one of its days."""

    sessions: Annotated[dict[str, SessionStats], _told("By the session's id.")]


class TourStats(Stats, frozen=True, kw_only=True):
    """Everything that is counted of a tour: each member once, wherever and however often."""

    by_fair: Annotated[dict[str, StopStats], _told("By the fair's id, in the order of days.")]
    sessions: Annotated[dict[str, dict[str, SessionStats]], _told("By the fair's id and the session's.")]
