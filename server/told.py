"""A fair's figures as commands give them, read at one moment.

Of a whole fair nothing here reads what grows with the ledger but for the exceptions, and those only where
some are counted: a fair's counts, today's slots of its doors, and the lists of its sessions. A single day
is counted when it is asked for, from that fair's facts.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Final

import msgspec

from server.counting import hall_of
from server.rules.consents import IN_DOUBT, SIGN_UPS, Choice, doubts, sign_ups
from server.rules.fair import FairDefinition
from server.rules.figures import DAY, FIRST, HOUR_MS, SESSION, TOTAL, Counted, Hall, Presence, difference
from server.rules.roll_call import Invitee, RollCall, invitees_of, roll_call
from server.rules.stats import Counts, Tallied, registered_by_day, stats, territories_on_cards
from server.rules.tallies import (
    ENTRIES,
    EXITS,
    FACE,
    REGISTRATIONS,
    TOPIC,
    URGENT,
    Occupancy,
    hours_of,
    occupancy,
    slots_of,
    tally_of,
)
from server.store.engine import Store
from server.store.parts import Parts
from server.store.presences import Span
from wire.setup import Setup

TOLD = (SIGN_UPS, IN_DOUBT, FACE, TOPIC, URGENT, REGISTRATIONS)
"""The plain counts that are told as they are; entries and exits are told of one day."""


OnRead = Callable[[int], None]
"""Gets how many presences more were read: where a day, or a tour, is counted, that takes its time."""
_TELL_EVERY: Final = 1000


def nobody_waits(_: int) -> None:
    """Tell nobody how far it is."""


@contextmanager
def reading_fair(store: Store, body: str, fair: str, on_read: OnRead = nobody_waits) -> Iterator["FairTold"]:
    """Give one loaded fair to read, as it is at one moment."""
    with store.reading() as connection:
        yield FairTold(Parts(connection, body), fair, on_read)


class FairTold:
    """Reads one loaded fair. A ``day`` is a local one, as an ISO date; None is all of them."""

    def __init__(self, parts: Parts, fair: str, on_read: OnRead = nobody_waits) -> None:
        self.fair = fair
        self._parts = parts
        self._on_read = on_read
        self._found = parts.ledger.fairs()[fair]

    def stats(self, now: int, day: str | None = None) -> dict[str, Any]:
        """Give everything that is counted; ``now`` is ms UTC."""
        figures, tally = self.figures(day), self.tally(day)
        found = stats(figures, tally, self.registered(tally), self.territories)
        calls = self.roll_calls(figures, day)
        return {
            **found,
            "sessions": {session: call_told(call) for session, call in calls.items()},
            "occupancy": {**self.occupancy(now, day)._asdict(), "is_estimate": True},
            "exceptions": exceptions(self._doubted(day), self.fair) if found["sign_ups"]["in_doubt"] else [],
        }

    # -- what is counted ---------------------------------------------------------------------

    def figures(self, day: str | None = None) -> Counts:
        """Give visits and attendance by (scope, key)."""
        kept = self._parts.ledger.figures(self.fair)
        if day is None:
            return kept
        began = {key: count for key, count in kept.items() if key == (FIRST, day)}
        return {**difference(Counted(), self.counted(day), self.hall, at_booths=False), **began}

    def counted(self, day: str | None = None) -> Counted:
        """Read what visits and attendance are counted from."""
        return Counted(self._told(self._parts.presences.all(self.fair, self._span(day))))

    def to_read(self, day: str | None = None) -> int:
        """Say about how many presences :meth:`counted` reads: those that make visits."""
        key = (TOTAL, "") if day is None else (DAY, day)
        return self._parts.ledger.figures(self.fair).get(key, (0, 0))[0]

    def _told(self, presences: Iterable[Presence]) -> Iterator[Presence]:
        for count, presence in enumerate(presences, 1):
            yield presence
            if count % _TELL_EVERY == 0:
                self._on_read(_TELL_EVERY)

    def tally(self, day: str | None = None) -> Tallied:
        """Give the plain counts, less those of doors."""
        if day is None:
            return self._parts.tallies.counts(self.fair, TOLD)
        tally = tally_of(self._parts.tallies.all_tallied(self.fair, self._span(day)))
        tally.update(sign_ups(self.choices(day)).get(self.fair, {}))
        return tally

    def choices(self, day: str | None = None) -> list[Choice]:
        """Give all that bears on the sign-ups here: of a day those of it, and withdrawals of any."""
        tallies, span = self._parts.tallies, self._span(day)
        return [
            choice
            for choice in tallies.choices(tallies.choosers(self.fair))
            if not choice.signs
            or (choice.fair == self.fair and (span is None or span[0] <= choice.at < span[1]))
        ]

    def _doubted(self, day: str | None) -> list[Choice]:
        """Give all that bears on what is in doubt: of the whole fair without what nobody has withdrawn."""
        if day is not None:
            return self.choices(day)
        return self._parts.tallies.choices(self._parts.exceptional.in_doubt(self.fair))

    def registered(self, tally: Tallied) -> dict[str, int]:
        """Give registrations by local day."""
        return registered_by_day(tally, self.hall.day_of)

    def occupancy(self, now: int, day: str | None = None) -> Occupancy:
        """Estimate how many are inside: now (ms UTC), or at the end of another day."""
        day_of = self.hall.day_of
        day = day or day_of(now // HOUR_MS)
        of_day = self._parts.tallies.counts_between(self.fair, (ENTRIES, EXITS), *slots_of(day, day_of))
        return occupancy(of_day, day)

    # -- sessions ----------------------------------------------------------------------------

    def roll_calls(self, figures: Counts, day: str | None = None) -> dict[str, RollCall]:
        """Call the roll of every session of the fair, and of those that are gone but were attended."""
        planned = [each.id for each in self.definition.sessions if day in (None, each.day)]
        attended = [key for scope, key in figures if scope == SESSION]
        return {
            session: self.roll_call(session, figures, day)
            for session in dict.fromkeys((*planned, *sorted(attended)))
        }

    def roll_call(self, session: str, figures: Counts | None = None, day: str | None = None) -> RollCall:
        """Call the roll of one session."""
        if figures is None:
            figures = self.figures(day)
        _, attended = figures.get((SESSION, session), (0, 0))
        invitees = self._invitees(session)
        if invitees is None:
            return roll_call(attended, None, {}, ())
        cards = {card for each in invitees for card in each.cards}
        subjects = self._parts.ledger.subjects(self._found.tour, cards)
        there = self._parts.tallies.at_session(self.fair, session, set(subjects.values()), self._span(day))
        held, past = self._parts.past.holders(self.fair, session), self._parts.past.count(self.fair, session)
        return roll_call(attended, invitees, subjects, there, held=held, past=past)

    def _invitees(self, session: str) -> Sequence[Invitee] | None:
        _, content = self._parts.registry.setups().get(self.fair, (0, b""))
        setup = msgspec.json.decode(content, type=Setup) if content else None
        if setup is None or session not in setup.invitees:
            return None
        return invitees_of(setup.invitees[session], setup.known_cards)

    # -- what it is read by ------------------------------------------------------------------

    @cached_property
    def definition(self) -> FairDefinition:
        """The fair's description."""
        return msgspec.json.decode(self._parts.ledger.definition(self.fair), type=FairDefinition)

    @cached_property
    def hall(self) -> Hall:
        """What it is counted by."""
        return hall_of(self._found, self._parts.ledger.definition(self.fair))

    @cached_property
    def territories(self) -> dict[str, str]:
        """The territories that cards hold, by code."""
        return territories_on_cards(self.definition.territories)

    def _span(self, day: str | None) -> Span | None:
        if day is None:
            return None
        first, end = hours_of(day, self.hall.day_of)
        return first * HOUR_MS, end * HOUR_MS


def call_told(call: RollCall) -> dict[str, Any]:
    """Tell how a session was attended."""
    return {
        "attended": call.attended,
        "invited": call.invited,
        "present": None if call.invited is None else call.count,
        "rate": call.rate,
    }


def exceptions(choices: Sequence[Choice], fair: str) -> list[dict[str, Any]]:
    """Tell what somebody must look at."""
    return [
        {
            "code": "sign_up_in_doubt",
            "offer": doubt.offer,
            "sign_up": doubt.sign_up,
            "withdrawals": doubt.withdrawals,
        }
        for doubt in doubts(choices, fair)
    ]
