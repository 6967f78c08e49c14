"""What comes in late: facts of somebody who was erased, or of whom nobody is to know any more.

Such a fact is taken as if it had come without a card. A visit counts as a visit and in nobody's attendance,
so nothing is counted twice; a sign-up counts nowhere and reaches no partner; a feedback counts without its
text. What nobody here can read is kept without what it says.
"""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from server.rules.person.marks import What, cards_in
from server.rules.retention import KINDS, PURPOSE_OF
from server.store.audit_log import Transaction
from server.store.erased import Erased
from server.store.ledger import NewFact


class Forgotten:
    """What one transaction must not write down; ``key`` is that of the marks."""

    def __init__(self, connection: Transaction, body: str, key: bytes) -> None:
        self._erased = Erased(connection, body)
        self._key = key
        self._unlinked = self._erased.unlinked()

    @property
    def knows_late(self) -> bool:
        """Whether the time of anything is over: if not, nothing is late."""
        return bool(self._unlinked)

    def is_late(self, fact: NewFact) -> bool:
        """Say whether the time of a fact's purpose is over at its fair."""
        return (fact.fair or "", PURPOSE_OF.get(fact.kind or "", "")) in self._unlinked

    def _is_all_over(self, fair: str) -> bool:
        return all((fair, purpose) in self._unlinked for purpose in KINDS)

    def erased(self, cards: Collection[str]) -> AbstractSet[str]:
        """Give those of these cards whose bearers were erased."""
        return self._erased.when(What.CARD, cards, self._key).keys()

    def strip(self, unread: Collection[NewFact], quarantined: Sequence[dict[str, Any]]) -> None:
        """Empty what is kept as it came, where it names somebody who was erased.

        What nobody has read is emptied as well where the time of every purpose is over: see retention.
        """
        if self._unlinked:
            for fact in unread:
                if self._is_all_over(fact.fair or ""):
                    fact.detail = fact.sealed = None
        kept = [(fact, (fact.detail or "").encode()) for fact in unread]
        named = [cards_in(raw) for _, raw in kept]
        held = [cards_in(row["raw"]) for row in quarantined]
        if not any(named) and not any(held):
            return
        erased = self.erased(set().union(*named, *held))
        for (fact, _), cards in zip(kept, named, strict=True):
            if not cards.isdisjoint(erased):
                fact.detail = None
        for row, cards in zip(quarantined, held, strict=True):
            if not cards.isdisjoint(erased):
                row["raw"] = b""


def without_name(fact: NewFact) -> None:
    """Make a fact one that came without a card."""
    fact.subject = fact.sealed = None
