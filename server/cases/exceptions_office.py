"""What a person decides of exceptions, and what comes of it; each decision is in the audit log.

A decision changes a figure in two cases, and the page says so before: two members who become one count as one
person, and a sign-up that was confirmed counts again.

Errors::

    DecisionError    it cannot be decided so; the message is for the person, in English
"""

from collections.abc import Callable, Mapping
from typing import Final
from unicodedata import category

import msgspec

from server import ServerError
from server.cases.doubtful import Doubtful
from server.cases.merging import Merging
from server.counting import Fairs
from server.office import Office
from server.rules.access import Account
from server.rules.exceptions import DECISIONS, LONGEST_REASON, Decision, Kind
from server.rules.fair import FairDefinition
from server.rules.pages.exceptions import REFUSALS
from server.rules.pages.exceptions_data import Item
from server.settings import Home
from server.store.audit_log import AuditLog, Transaction
from server.store.engine import Store
from server.store.exceptional import Decided, Exceptional
from server.store.parts import Parts
from server.store.registry import Registry
from server.tallying import Tallying

_CONTROL: Final = "Cc"


class DecisionError(ServerError):
    """It cannot be decided so."""


class ExceptionsOffice:
    """Decides of one body's exceptions. ``open_office`` gives its office, ``clock`` ms UTC."""

    def __init__(
        self,
        home: Home,
        store: Store,
        body: str,
        *,
        open_office: Callable[[], Office],
        clock: Callable[[], int],
    ) -> None:
        self._home = home
        self._store = store
        self._body = body
        self._open_office = open_office
        self._clock = clock

    def decide(self, account: Account, fields: Mapping[str, str]) -> None:
        """Decide what a form says of the exception that its path names: ``fair``, ``kind``, ``item``.

        ``decision`` is one of its kind's, ``reason`` why, in the person's words.
        """
        kind, decision, reason = self._read(fields)
        body = self._body
        with self._store.writing() as connection:
            definitions = [
                msgspec.json.decode(row.definition, type=FairDefinition)
                for row in Registry(connection, body).fairs()
            ]
            doubtful = Doubtful(connection, body, definitions, [fields["fair"]])
            item = doubtful.one(kind, fields["item"])
            if item is None:
                raise DecisionError(REFUSALS["gone"])
            counting = self._counting(connection, item) if kind == Kind.WITHDRAWN else None
            at = max(self._clock(), counting.after if counting else 0)
            detail = self._carry_out(connection, item, decision, account.name)
            about = msgspec.json.encode(item.kept).decode()
            Exceptional(connection, body).decide(
                Decided(kind, item.key, item.fair, decision, reason, about, account.name, at)
            )
            if counting is not None:
                counting.count()
            AuditLog(connection, body).append(
                bytes.fromhex(self._home.secrets.digest_key),
                at=at,
                who=account.name,
                what="exception decided",
                about=detail.pop("kept", ""),
                kind=str(kind),
                item=item.key,
                decision=str(decision),
                **detail,
            )

    @staticmethod
    def _read(fields: Mapping[str, str]) -> tuple[Kind, Decision, str]:
        try:
            kind, decision = Kind(fields.get("kind", "")), Decision(fields.get("decision", ""))
        except ValueError:
            raise DecisionError(REFUSALS["decision"]) from None
        reason = " ".join(fields.get("reason", "").split())
        if decision not in DECISIONS[kind]:
            raise DecisionError(REFUSALS["decision"])
        if not reason:
            raise DecisionError(REFUSALS["reason"])
        if len(reason) > LONGEST_REASON or any(category(letter) == _CONTROL for letter in reason):
            raise DecisionError(REFUSALS["long"])
        return kind, decision, reason

    def _carry_out(self, connection: Transaction, item: Item, decision: Decision, who: str) -> dict[str, str]:
        """Do what follows from a decision; gives what the audit log has to say of it."""
        if decision == Decision.LOOKED_INTO:
            Exceptional(connection, self._body).release(item.device)
        if decision == Decision.SAME:
            merging = Merging(self._open_office(), clock=self._clock)
            kept, gone = merging.merge(connection, *item.members, who=who)
            return {"kept": kept, "gone": gone}
        return {}

    def _counting(self, connection: Transaction, item: Item) -> "_Counting":
        return _Counting(Parts(connection, self._body), item.key)


class _Counting:
    """Lets a sign-up count as it does after a decision; made before that is written.

    The decision has to be of ``after``, ms UTC, at the earliest: whatever has come by now it has seen.
    """

    def __init__(self, parts: Parts, event_id: str) -> None:
        self._parts = parts
        fairs = Fairs().read(parts.ledger)
        touched = parts.ledger.to_void([event_id])
        self._tallying = Tallying(parts.tallies, (), touched, fairs.day_of)
        choices = parts.tallies.choices({row.subject for row in touched if row.subject is not None})
        self.after = 1 + max((choice.received_at for choice in choices), default=0)

    def count(self) -> None:
        """Move the fairs' figures."""
        changes = self._tallying.changes()
        for fair, changed in changes.items():
            self._parts.tallies.add(fair, changed)
        self._parts.ledger.note_moves(changes)
