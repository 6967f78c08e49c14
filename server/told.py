"""A fair's figures as commands give them, read at one moment.

Nothing here reads what grows with the ledger but for the exceptions, and those only where some are
counted: a fair's counts, today's slots of its doors, and the lists of its sessions.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import msgspec

from server.rules.consents import IN_DOUBT, SIGN_UPS, doubts
from server.rules.fair import FairDefinition
from server.rules.figures import BOOTH, CATEGORY, DAY, HOUR, SESSION, TOTAL, day_namer
from server.rules.roll_call import RollCall, cards_of, roll_call
from server.rules.tallies import (
    ENTRIES,
    EXITS,
    FACE,
    TOPIC,
    URGENT,
    Occupancy,
    by_key,
    heard,
    occupancy,
    slots_of,
)
from server.store.engine import Store
from server.store.ledger import Ledger
from server.store.registry import Registry
from server.store.tallies import Tallies
from wire.setup import Setup

_HOUR_MS: Final = 60 * 60 * 1000
Counts = Mapping[tuple[str, str], tuple[int, int]]


@contextmanager
def reading_fair(store: Store, body: str, fair: str) -> Iterator["FairTold"]:
    """Give one loaded fair to read, as it is at one moment."""
    with store.reading() as connection:
        yield FairTold(Ledger(connection, body), Tallies(connection, body), Registry(connection, body), fair)


class FairTold:
    """Reads one loaded fair."""

    def __init__(self, ledger: Ledger, tallies: Tallies, registry: Registry, fair: str) -> None:
        self._ledger = ledger
        self._tallies = tallies
        self._registry = registry
        self._fair = fair
        self._tour, self._zone = ledger.fairs()[fair]

    def stats(self, now: int) -> dict[str, Any]:
        """Give everything that is counted; ``now`` is ms UTC."""
        figures = self._ledger.figures(self._fair)
        tally = self._tallies.counts(self._fair, (SIGN_UPS, IN_DOUBT, FACE, TOPIC, URGENT))
        told = heard(tally)
        by_offer, unclear = by_key(tally, SIGN_UPS), by_key(tally, IN_DOUBT)
        inside = self.occupancy(now)
        return {
            **laid_out(figures),
            "sign_ups": {
                "total": sum(by_offer.values()),
                "by_offer": by_offer,
                "in_doubt": sum(unclear.values()),
            },
            "feedback": {
                "count": told.count,
                "mean_face": None if told.mean_face is None else round(told.mean_face, 2),
                "by_face": told.by_face,
                "by_topic": told.by_topic,
                "urgent": told.urgent,
            },
            "sessions": {
                session: {
                    "attended": call.attended,
                    "invited": call.invited,
                    "present": None if call.invited is None else len(call.present),
                    "rate": call.rate,
                }
                for session, call in self.roll_calls(figures).items()
            },
            "occupancy": {**inside._asdict(), "is_estimate": True},
            "exceptions": self._exceptions() if unclear else [],
        }

    def occupancy(self, now: int) -> Occupancy:
        """Estimate how many are inside now; ``now`` is ms UTC."""
        day_of = day_namer(self._zone)
        day = day_of(now // _HOUR_MS)
        of_day = self._tallies.counts_between(self._fair, (ENTRIES, EXITS), *slots_of(day, day_of))
        return occupancy(of_day, day)

    def roll_calls(self, figures: Counts) -> dict[str, RollCall]:
        """Call the roll of every session of the fair, and of those that are gone but were attended."""
        planned = [session.id for session in self._definition().sessions]
        attended = [key for scope, key in figures if scope == SESSION]
        return {
            session: self.roll_call(session, figures)
            for session in dict.fromkeys((*planned, *sorted(attended)))
        }

    def roll_call(self, session: str, figures: Counts | None = None) -> RollCall:
        """Call the roll of one session."""
        if figures is None:
            figures = self._ledger.figures(self._fair)
        _, attended = figures.get((SESSION, session), (0, 0))
        invitees = self._invitees(session)
        subjects = self._ledger.subjects(self._tour, cards_of(invitees or ()))
        there = self._tallies.at_session(self._fair, session, set(subjects.values()))
        return roll_call(attended, invitees, subjects, there)

    def _invitees(self, session: str) -> Sequence[str] | None:
        _, content = self._registry.setups().get(self._fair, (0, b""))
        return msgspec.json.decode(content, type=Setup).invitees.get(session) if content else None

    def _definition(self) -> FairDefinition:
        row = next(row for row in self._registry.fairs() if row.fair == self._fair)
        return msgspec.json.decode(row.definition, type=FairDefinition)

    def _exceptions(self) -> list[dict[str, Any]]:
        choices = self._tallies.choices(self._tallies.choosers(self._fair))
        return [
            {
                "code": "sign_up_in_doubt",
                "offer": doubt.offer,
                "sign_up": doubt.sign_up,
                "withdrawals": doubt.withdrawals,
            }
            for doubt in doubts(choices, self._fair)
        ]


def laid_out(figures: Counts) -> dict[str, Any]:
    """Lay visits and attendance out: in all, and by booth, day, hour and category."""
    visits, attendance = figures.get((TOTAL, ""), (0, 0))
    found: dict[str, Any] = {"visits": visits, "attendance": attendance}
    for scope in (BOOTH, DAY, HOUR, CATEGORY):
        entries = sorted((key, counts) for (of_scope, key), counts in figures.items() if of_scope == scope)
        found[f"by_{scope}"] = {
            key: {"visits": visits, "attendance": attendance} for key, (visits, attendance) in entries
        }
    return found
