"""What one transaction changes in the plain counts: read before it writes, and after."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from server.rules.consents import all_sign_ups
from server.rules.figures import DayOf
from server.rules.tallies import Tallied, Tally, tally_of
from server.store.ledger import NewFact, Touched
from server.store.tallies import CHOICES, TALLIED, Tallies


class Tallying:
    """Made before anything is written; ``changes`` is asked when all is.

    ``touched`` are facts that are there already and that the transaction moves or voids. A
    transaction of visits alone costs nothing here. ``day_of`` gives the function that names a fair's days.
    """

    def __init__(
        self,
        tallies: Tallies,
        new: Sequence[NewFact],
        touched: Sequence[Touched],
        day_of: Callable[[str], DayOf],
    ) -> None:
        self._tallies = tallies
        self._day_of = day_of
        self._new = [fact for fact in new if fact.kind in TALLIED and not fact.voided]
        self._rows = {row.id for row in touched if row.kind in TALLIED}
        # What one subject has chosen is looked at as a whole, at all fairs of its tour.
        chosen = {fact.subject for fact in new if fact.kind in CHOICES}
        chosen |= {row.subject for row in touched if row.kind in CHOICES}
        self._subjects = {subject for subject in chosen if subject is not None}
        self._before = self._read()

    def changes(self) -> dict[str, Tally]:
        """Give what is to be added to each fair's counts."""
        changed = self._read()
        for fact in self._new:
            tallied = Tallied(
                fact.kind or "", fact.about, fact.corrected_at or 0, fact.category or 0, fact.detail
            )
            changed[fact.fair or ""].update(tally_of([tallied]))
        for fair, tally in self._before.items():
            changed[fair].subtract(tally)
        moved = {
            fair: Counter({key: by for key, by in tally.items() if by}) for fair, tally in changed.items()
        }
        return {fair: tally for fair, tally in moved.items() if tally}

    def _read(self) -> dict[str, Tally]:
        """Give what the ledger counts, by fair, of all that may change."""
        found: dict[str, Tally] = defaultdict(Counter)
        for fair, tallied in self._tallies.tallied(self._rows):
            found[fair].update(tally_of([tallied]))
        for fair, tally in all_sign_ups(self._tallies.choices(self._subjects), self._day_of).items():
            found[fair].update(tally)
        return found
