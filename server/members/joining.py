"""Several cards of one member stand for one subject within a tour, whatever came first.

A member who gets another card goes on as the same subject: attendance counts people, not cards. Where
facts of either card are there already under subjects of their own, those become one, and the figures of
the tour's fairs change by what that changes. That one may have been at two fairs sooner than anybody travels.
"""

import secrets
from collections import defaultdict
from collections.abc import Collection

from server.cases.travelling import look_again
from server.counting import Counting, Fairs
from server.store.parts import Parts
from server.tallying import Tallying


def join_cards(parts: Parts, cards: Collection[str], *, now: int) -> set[str]:
    """Let these cards be one subject's in every tour; gives the fairs of which a page shows something new.

    In the caller's transaction; ``now`` is ms UTC. In a tour where none was seen yet they will be, too: a
    fact of one that is still under way finds whose it is.
    """
    if len(cards) < 2:  # noqa: PLR2004 - one card is its bearer's already
        return set()
    ledger = parts.ledger
    stops: dict[str, set[str]] = defaultdict(set)
    for fair, found in ledger.fairs().items():
        stops[found.tour].add(fair)
    for tour in ledger.tours_of(cards):
        # One that was never loaded here is a fair, and a tour of its own.
        stops[tour] = stops[tour] or {tour}
    moved: set[str] = set()
    for tour, fairs in stops.items():
        known = ledger.subjects(tour, cards)
        subject = min(known.values()) if known else secrets.randbits(62)
        ledger.link_subjects(tour, {card: subject for card in cards if card not in known})
        others = set(known.values()) - {subject}
        if others:
            moved |= _join(parts, tour, sorted(fairs), others, subject)
            moved |= look_again(parts, tour, subject, now=now)
    ledger.note_moves(moved)
    return moved


def _join(parts: Parts, tour: str, stops: Collection[str], others: Collection[int], subject: int) -> set[str]:
    """Let facts of other subjects be this one's."""
    ledger = parts.ledger
    touched = ledger.of_subjects(stops, {subject, *others})
    loaded = Fairs().read(ledger)
    counting = Counting(parts.presences, loaded, new=(), touched=touched, fresh=set())
    tallying = Tallying(parts.tallies, (), touched, loaded.day_of)
    ledger.join_subjects(tour, stops, others, subject)
    figures, tallied = counting.changes(), tallying.changes()
    for fair, changed in figures.items():
        ledger.add_to_figures(fair, changed)
    for fair, tally in tallied.items():
        parts.tallies.add(fair, tally)
    return {*figures, *tallied}
