"""Who has signed up to what: the one definition that ingest, rebuild and tests share.

A sign-up holds where nothing has withdrawn it: a Withdrawal of the same card and offer, at whatever
kiosk and fair of the tour, that did not surely come before. One boot of a kiosk knows its own order.
Between two the corrected times say it, where both clocks are known and they are more than
:data:`DOUBT_MS` apart; else the order is in doubt, withdrawn wins, and the pair is an exception that
somebody looks at: nobody is called who said that they do not want to be.

A fair counts (subject, offer) once, however often it was signed up to there.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from server.rules.figures import HOUR_MS, DayOf
from server.rules.tallies import Tally
from wire.card import Category
from wire.topics import SLUG

SIGN_UPS: Final = "sign_ups"
IN_DOUBT: Final = "in_doubt"
SIGNED: Final = "signed"
SIGNED_ON: Final = "signed_on"
STANDING_ON: Final = "standing_on"
DOUBT_MS: Final = 2 * 60 * 1000
"""Corrected times that are not further apart than this, in ms, tell no order."""


class Choice(NamedTuple):
    """A SignUp (``signs``) or a Withdrawal that counts: accepted and not voided.

    ``at`` is corrected time, ms UTC, which means something where ``clock_known``: the server has
    measured the clock of that boot. ``received_at`` is the server's clock. ``confirmed_at``: somebody has
    asked the member, who wants it, whatever was withdrawn of what had come by then; 0 for nobody.
    """

    fair: str
    subject: int
    offer: str
    signs: bool
    at: int
    device: str
    boot_id: str
    monotonic_ms: int
    clock_known: bool
    category: int
    event_id: str
    received_at: int = 0
    confirmed_at: int = 0


class Doubt(NamedTuple):
    """A sign-up that would hold, were it not for a withdrawal of which the order is in doubt."""

    fair: str
    offer: str
    sign_up: str
    withdrawals: list[str]


@dataclass(slots=True)
class _Withdrawn:
    """The last withdrawal of one boot."""

    monotonic_ms: int
    at: int
    clock_known: bool
    received_at: int


_Boot = tuple[str, str]


def sign_ups(choices: Iterable[Choice]) -> dict[str, Tally]:
    """Count by fair: ``("sign_ups", offer)`` and ``("in_doubt", offer)``.

    ``choices`` holds everything that the subjects in it have chosen in their tour.
    """
    tallies: dict[str, Tally] = defaultdict(Counter)
    for fair, offer, here in _at_fairs(choices):
        if best := _best(standing for _, standing in here):
            tallies[fair][best, offer] += 1
    return dict(tallies)


def all_sign_ups(choices: Iterable[Choice], day_of: Callable[[str], DayOf]) -> dict[str, Tally]:
    """Count what a ledger keeps by fair: as :func:`sign_ups`, and who has signed up whatever became of it.

    ``("signed", offer)``; ``("signed_on", "2024-12-28 loan")`` by local day; ``("standing_on", …)`` those of
    it that hold, as ``sign_ups`` of that day alone would count them. An offer whose id is none that can be
    described is counted by no day. ``day_of`` gives the function that names a fair's days.
    """
    tallies: dict[str, Tally] = defaultdict(Counter)
    for fair, offer, here in _at_fairs(choices):
        tally = tallies[fair]
        tally[SIGNED, offer] += 1
        if best := _best(standing for _, standing in here):
            tally[best, offer] += 1
        if not SLUG.match(offer):
            continue
        days: dict[str, set[str]] = defaultdict(set)
        for choice, standing in here:
            days[day_of(fair)(choice.at // HOUR_MS)].add(standing)
        for day, standings in days.items():
            tally[SIGNED_ON, f"{day} {offer}"] += 1
            if SIGN_UPS in standings:
                tally[STANDING_ON, f"{day} {offer}"] += 1
    return dict(tallies)


def _at_fairs(choices: Iterable[Choice]) -> Iterator[tuple[str, str, Sequence[tuple[Choice, str]]]]:
    """Give, of each subject, fair and offer, the sign-ups there, each with how it stands."""
    for (_, offer), of_pair in _pairs(choices).items():
        ends = _ends(of_pair)
        by_fair: dict[str, list[tuple[Choice, str]]] = defaultdict(list)
        for choice in of_pair:
            if choice.signs:
                by_fair[choice.fair].append((choice, _standing(choice, ends)))
        for fair, here in by_fair.items():
            yield fair, offer, here


def _best(standings: Iterable[str]) -> str:
    """Say how several sign-ups of one pair stand: signing again makes good a withdrawal."""
    found = set(standings)
    return SIGN_UPS if SIGN_UPS in found else IN_DOUBT if IN_DOUBT in found else ""


def doubts(choices: Iterable[Choice], fair: str) -> list[Doubt]:
    """Give a fair's exceptions, each with the last sign-up that is in doubt and the withdrawals beside it."""
    found = []
    for (_, offer), of_pair in _pairs(choices).items():
        ends = _ends(of_pair)
        here = [choice for choice in of_pair if choice.signs and choice.fair == fair]
        unclear = [choice for choice in here if _standing(choice, ends) == IN_DOUBT]
        if not unclear or any(_standing(choice, ends) == SIGN_UPS for choice in here):
            continue
        last = max(unclear, key=lambda choice: (choice.at, choice.event_id))
        beside = [
            choice.event_id
            for choice in of_pair
            if not choice.signs
            and choice.received_at >= last.confirmed_at
            and not _surely_after(last, choice)
        ]
        found.append(Doubt(fair, offer, last.event_id, sorted(beside)))
    return sorted(found)


def _pairs(choices: Iterable[Choice]) -> Mapping[tuple[int, str], Sequence[Choice]]:
    pairs: dict[tuple[int, str], list[Choice]] = defaultdict(list)
    for choice in choices:
        if choice.category != Category.STAFF:
            pairs[choice.subject, choice.offer].append(choice)
    return pairs


def _ends(choices: Sequence[Choice]) -> dict[_Boot, _Withdrawn]:
    """Give the last withdrawal of each boot: the one that decides over every sign-up elsewhere."""
    ends: dict[_Boot, _Withdrawn] = {}
    for choice in choices:
        if choice.signs:
            continue
        boot = (choice.device, choice.boot_id)
        end = ends.setdefault(boot, _Withdrawn(-1, choice.at, choice.clock_known, 0))
        end.monotonic_ms = max(end.monotonic_ms, choice.monotonic_ms)
        end.at = max(end.at, choice.at)
        end.received_at = max(end.received_at, choice.received_at)
    return ends


def _standing(sign_up: Choice, ends: Mapping[_Boot, _Withdrawn]) -> str:
    """Say how a sign-up stands: it holds, is in doubt, or (an empty text) is withdrawn."""
    standing = SIGN_UPS
    for boot, end in ends.items():
        if end.received_at < sign_up.confirmed_at:
            continue
        if boot == (sign_up.device, sign_up.boot_id):
            after, before = end.monotonic_ms > sign_up.monotonic_ms, end.monotonic_ms < sign_up.monotonic_ms
        else:
            known = end.clock_known and sign_up.clock_known
            after = known and end.at - sign_up.at > DOUBT_MS
            before = known and sign_up.at - end.at > DOUBT_MS
        if after:
            return ""
        if not before:
            standing = IN_DOUBT
    return standing


def _surely_after(one: Choice, other: Choice) -> bool:
    if (one.device, one.boot_id) == (other.device, other.boot_id):
        return one.monotonic_ms > other.monotonic_ms
    return one.clock_known and other.clock_known and one.at - other.at > DOUBT_MS
