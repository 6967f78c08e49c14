"""Figures from facts: the one definition that ingest, rebuild and tests share.

*Visits* are distinct (subject, booth, ten-minute slot of corrected time); *attendance* is
distinct subjects of visits, of passages inward and of sessions. A visit without a card counts
in visits, never in attendance. Nothing here depends on the order in which facts arrived: a
subject's figures are a function of the set of its presences, and ingest adds the difference
between after and before. What is counted by itself is in ``tallies``, sign-ups in ``consents``,
whose first time in a tour it was in ``firsts``.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from server.rules.moments import utc
from wire.card import Category
from wire.zones import zone_of

SLOT_MS: Final = 10 * 60 * 1000
SLOTS_AN_HOUR: Final = 6
HOUR_MS: Final = SLOTS_AN_HOUR * SLOT_MS
TOTAL: Final = "total"
BOOTH: Final = "booth"
SECTOR: Final = "sector"
DAY: Final = "day"
HOUR: Final = "hour"
CATEGORY: Final = "category"
TERRITORY: Final = "territory"
SESSION: Final = "session"
FIRST: Final = "first"
BOOTH_DAY: Final = "booth-day"
BOOTH_HOUR: Final = "booth-hour"
BOOTH_CATEGORY: Final = "booth-category"
OF_BOOTHS: Final = frozenset({BOOTH_DAY, BOOTH_HOUR, BOOTH_CATEGORY})
"""What is counted of each booth by itself, for its own page."""
NO_SECTOR: Final = "other"
"""The sector of a booth that the fair's description does not have."""
CAME_IN: Final = ""
"""Stands for a session where somebody came in by a door."""
_CODES: Final = 1 << 8
_NOTHING_SAID: Final = 1 << 16

DayOf = Callable[[int], str]
Figure = tuple[str, str]


class Count(NamedTuple):
    """Visits and attendance of one figure, or a change of them."""

    visits: int
    attendance: int


Figures = dict[Figure, Count]
"""Counts by (scope, key): ``("total", "")``, ``("booth", "bank")``, ``("sector", "health")``, ``("day",
"2024-12-28")``, ``("hour", "2024-12-28T09:00Z")`` (UTC), ``("category", "widow")``, ``("territory", "12")``
(a card's code, 0 for none), ``("session", "delegates")``, and ``("first", "2024-12-28")`` by days, whose
attendance are those who had not been at the tour before. Those of :data:`OF_BOOTHS` have keys of
:func:`booth_key`."""

_Spot = tuple[str, int, str | None]
"""A booth, a slot (ten minutes since 1970, UTC), and the session as in :class:`Presence`."""
_Shown = tuple[_Spot, int]
"""A spot, and what the card said there: its category and territory as one number."""


class Presence(NamedTuple):
    """A fact that shows somebody to be there and counts: accepted and not voided.

    ``at`` is corrected time, ms UTC; ``subject`` is None without a card; ``territory`` is a card's code.
    ``session`` is None for a visit, :data:`CAME_IN` for a passage inward, else the id of the session that
    the subject is at.
    """

    subject: int | None
    booth: str
    at: int
    category: int
    territory: int
    session: str | None


@dataclass(frozen=True, slots=True)
class Hall:
    """What a fair's figures rest on besides facts: its zone's days (by hour) and its booths' sectors."""

    day_of: DayOf
    sectors: Mapping[str, str] = field(default_factory=dict)


class Counted:
    """The presences of one fair that count, those of staff left out.

    ``earliest`` is when each subject was first there, ms UTC.
    """

    def __init__(self, presences: Iterable[Presence] = ()) -> None:
        self.by_subject: dict[int, dict[_Spot, int]] = {}
        self.without_card: Counter[_Shown] = Counter()
        self.earliest: dict[int, int] = {}
        self.add(presences)

    def add(self, presences: Iterable[Presence]) -> None:
        """Add presences."""
        by_subject, earliest, staff = self.by_subject, self.earliest, int(Category.STAFF)
        for subject, booth, at, category, territory, session in presences:
            if category == staff:
                continue
            spot = (booth, at // SLOT_MS, session)
            said = category * _CODES + territory
            if subject is None:
                # Nobody in particular came in: that is an entry, and nobody's attendance.
                if session is None:
                    self.without_card[spot, said] += 1
                continue
            spots = by_subject.get(subject)
            if spots is None:
                by_subject[subject] = {spot: said}
                earliest[subject] = at
                continue
            # Two cards of one subject in one slot: the lower category, then the lower code, whatever
            # came first.
            if said < spots.get(spot, _NOTHING_SAID):
                spots[spot] = said
            if at < earliest[subject]:  # noqa: PLR1730 - to call min() for each takes longer
                earliest[subject] = at

    def copy(self) -> "Counted":
        """Give the same presences, to add others to."""
        copied = Counted()
        copied.by_subject = {subject: spots.copy() for subject, spots in self.by_subject.items()}
        copied.without_card = self.without_card.copy()
        copied.earliest = self.earliest.copy()
        return copied


def booth_key(booth: str, key: str) -> str:
    """Name what is counted of one booth: no booth's id has a line break."""
    return f"{booth}\n{key}"


def split_booth_key(key: str) -> tuple[str, str]:
    """Give the booth of such a key, and what is left of it."""
    booth, _, rest = key.partition("\n")
    return booth, rest


def difference(before: Counted, after: Counted, hall: Hall, *, at_booths: bool = True) -> Figures:
    """Give what changes in a fair's figures; ``at_booths`` also in those of each booth.

    From nothing, this counts.
    """
    change = _Change(_Names(hall, at_booths=at_booths))
    nothing: dict[_Spot, int] = {}
    for subject in before.by_subject.keys() | after.by_subject.keys():
        was = before.by_subject.get(subject, nothing)
        now = after.by_subject.get(subject, nothing)
        if was:
            change.add_one(now.items() - was.items(), was, 1)
            change.add_one(was.items() - now.items(), now, -1)
        elif len(now) == 1:
            change.add_newcomer(*now.items())
        else:
            change.add_one(now.items(), was, 1)
    change.add_without_card(after.without_card, 1)
    change.add_without_card(before.without_card, -1)
    return change.figures()


def over_fairs(fairs: Iterable[tuple[Counted, Hall]]) -> Figures:
    """Count several fairs of one tour: a subject once in each figure, visits as each fair counts them."""
    visits: Counter[Figure] = Counter()
    people: dict[Figure, set[int]] = defaultdict(set)
    for counted, hall in fairs:
        names = _Names(hall, at_booths=False)
        for subject, spots in counted.by_subject.items():
            for shown in spots.items():
                for figure in names.of(shown):
                    people[figure].add(subject)
        for figure, count in difference(Counted(), counted, hall, at_booths=False).items():
            visits[figure] += count.visits
    return {figure: Count(visits[figure], len(people.get(figure, ()))) for figure in {**visits, **people}}


def category_key(category: int) -> str:
    """Give the key of a card's category, as figures and the API have it."""
    try:
        return Category(category).name.lower()
    except ValueError:
        return f"category_{category}"


@lru_cache(maxsize=64)
def day_namer(zone_name: str) -> DayOf:
    """Give the function that names the local day of an hour (hours since 1970, UTC)."""
    local = zone_of(zone_name)

    @lru_cache(maxsize=4096)
    def day_of(hour: int) -> str:
        return utc(hour * HOUR_MS).astimezone(local).date().isoformat()

    return day_of


@lru_cache(maxsize=4096)
def hour_name(hour: int) -> str:
    """Name an hour since 1970 as an ISO hour in UTC, ``2024-12-28T09:00Z``."""
    return f"{utc(hour * HOUR_MS).replace(tzinfo=None).isoformat(timespec='minutes')}Z"


@lru_cache(maxsize=4096)
def slot_name(slot: int) -> str:
    """Name a slot as the ISO minute in UTC at which it begins, ``2024-12-28T09:10Z``."""
    hour, number = divmod(slot, SLOTS_AN_HOUR)
    return f"{hour_name(hour)[:-3]}{10 * number:02}Z"


class _Names:
    """Names the figures in which a presence of one fair counts."""

    def __init__(self, hall: Hall, *, at_booths: bool) -> None:
        self._hall = hall
        self._at_booths = at_booths
        self._by_shown: dict[_Shown, tuple[Figure, ...]] = {}
        self._by_hour: dict[tuple[str, int, str | None, int], tuple[Figure, ...]] = {}

    def of(self, shown: _Shown) -> tuple[Figure, ...]:
        """Give the names: the same tuple wherever they are the same."""
        figures = self._by_shown.get(shown)
        if figures is None:
            (booth, slot, session), said = shown
            key = (booth, slot // SLOTS_AN_HOUR, session, said)
            figures = self._by_hour.get(key)
            if figures is None:
                figures = self._by_hour[key] = self._made(*key)
            self._by_shown[shown] = figures
        return figures

    def _made(self, booth: str, hour: int, session: str | None, said: int) -> tuple[Figure, ...]:
        code, territory = divmod(said, _CODES)
        day, when, category = self._hall.day_of(hour), hour_name(hour), category_key(code)
        figures = (
            (TOTAL, ""),
            (BOOTH, booth),
            (SECTOR, self._hall.sectors.get(booth, NO_SECTOR)),
            (DAY, day),
            (HOUR, when),
            (CATEGORY, category),
            (TERRITORY, str(territory)),
            *(((SESSION, session),) if session else ()),
        )
        if not self._at_booths:
            return figures
        return (
            *figures,
            (BOOTH_DAY, booth_key(booth, day)),
            (BOOTH_HOUR, booth_key(booth, when)),
            (BOOTH_CATEGORY, booth_key(booth, category)),
        )


class _Change:
    """What is added to a fair's figures, and taken away."""

    def __init__(self, names: _Names) -> None:
        self._figures_of = names.of
        # By the figures of a presence, which many have in common: taken apart once, at the end.
        self._visits: dict[tuple[Figure, ...], int] = defaultdict(int)
        self._newcomers: dict[tuple[Figure, ...], int] = defaultdict(int)
        self._attendance: dict[Figure, int] = defaultdict(int)

    def add_newcomer(self, shown: _Shown) -> None:
        """Add the one presence of a subject that had none: it is new in every figure of it."""
        figures = self._figures_of(shown)
        self._newcomers[figures] += 1
        if shown[0][2] is None:
            self._visits[figures] += 1

    def add_one(self, changed: AbstractSet[_Shown], others: Mapping[_Spot, int], sign: int) -> None:
        """Add or take away presences of one subject; ``others`` has it before, or after."""
        if not changed:
            return
        reached: set[Figure] = set()
        for shown in changed:
            figures = self._figures_of(shown)
            reached.update(figures)
            if shown[0][2] is None:
                self._visits[figures] += sign
        # Who is counted in a figure by another presence neither joins nor leaves it.
        for shown in others.items():
            reached.difference_update(self._figures_of(shown))
            if not reached:
                return
        for figure in reached:
            self._attendance[figure] += sign

    def add_without_card(self, visits: Mapping[_Shown, int], sign: int) -> None:
        """Add or take away visits of nobody in particular."""
        for shown, count in visits.items():
            self._visits[self._figures_of(shown)] += sign * count

    def figures(self) -> Figures:
        """Give what did change."""
        visits: dict[Figure, int] = defaultdict(int)
        attendance = self._attendance.copy()
        for figures, count in self._visits.items():
            for figure in figures:
                visits[figure] += count
        for figures, count in self._newcomers.items():
            for figure in figures:
                attendance[figure] += count
        return {
            figure: Count(visits.get(figure, 0), attendance.get(figure, 0))
            for figure in {**visits, **attendance}
            if visits.get(figure) or attendance.get(figure)
        }
