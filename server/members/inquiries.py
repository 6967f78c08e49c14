"""What kiosks ask about people, answered: masked until a second field has confirmed who it is.

Each look is one transaction with its row in the audit log: who of the staff, at which kiosk, what was
asked, and of whom it told, never what was typed. Nothing else is kept of an ask or of its reply.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final

from server.collector import NotTakenError
from server.members.looking import Look, Looker
from server.rules.members.bounds import Recent
from server.settings import Secrets
from server.store.asked import AskedMembers
from server.store.audit_log import AuditLog, Transaction
from server.store.engine import Store
from server.store.registry import KioskRow, Registry
from wire.asking import (
    FRESH_MS,
    Ask,
    Confirm,
    Confirmed,
    Find,
    Household,
    Likely,
    Matches,
    NotTold,
    Reply,
    open_ask,
    seal_reply,
)
from wire.envelope import EnvelopeError

_WHAT: Final = {Likely: "ask likely", Find: "ask find", Confirm: "ask confirm", Household: "ask household"}


class Inquiries:
    """Answers the kiosks of one body, on one thread.

    ``clock`` gives ms UTC; ``codes`` what a card holds of a territory, by its id.
    """

    def __init__(
        self,
        store: Store,
        body: str,
        secrets: Secrets,
        *,
        clock: Callable[[], int],
        codes: Callable[[str], int],
    ) -> None:
        self._store = store
        self._body = body
        self._signing_key = secrets.signing_key
        self._sealing_key = secrets.sealing_key
        self._audit_key = bytes.fromhex(secrets.digest_key)
        self._clock = clock
        self._codes = codes
        self._recent: dict[str, Recent] = defaultdict(Recent)

    def answer(self, device: str, kiosk_key: bytes, payload: bytes) -> bytes:
        """Give the sealed reply to an ask on the topic of a device, whose public batch key this is.

        Raises ``EnvelopeError`` for what is no ask of that kiosk, :class:`NotTakenError` for one that is
        not answered.
        """
        ask = open_ask(payload, kiosk_key=kiosk_key, sealing_key=self._sealing_key)
        now = self._clock()
        # Only of a kiosk that has signed: strangers leave nothing here.
        recent = self._recent[device]
        _check(ask, device, recent, now)
        with self._store.writing() as connection:
            look = self._looked(connection, ask, recent, now)
        # Not before it is committed: a kiosk may send again what the ledger could not take.
        too_many = look.told == NotTold(code="too_many")
        recent.note(ask.nonce, now, answered=not too_many, missed=look.missed)
        if isinstance(look.told, Matches):
            recent.tell(look.ways, now)
        reply = Reply(device=device, nonce=ask.nonce, told=look.told)
        return seal_reply(reply, kiosk_key=kiosk_key, key=self._signing_key)

    def _looked(self, connection: Transaction, ask: Ask, recent: Recent, now: int) -> Look:
        """Answer within a transaction that holds the audit log's row, too."""
        registry = Registry(connection, self._body)
        kiosk = next((row for row in registry.kiosks() if row.device == ask.device), None)
        if kiosk is None:
            raise EnvelopeError("unknown_device", f"an ask of {ask.device}, no kiosk of this body")
        if recent.asks_too_often(now):
            look = Look(NotTold(code="too_many"))
        elif not _serves(registry, ask.staff_id, kiosk):
            look = Look(NotTold(code="unknown_staff"))
        else:
            looker = Looker(AskedMembers(connection, self._body), self._codes, _day_of(now))
            look = looker.look(ask.question, recent, now)
        detail: dict[str, object] = {}
        match look.told:
            case NotTold(code=code):
                detail = {"told": code}
            case Confirmed(person=person):
                detail = {"confirmed": person is not None}
        AuditLog(connection, self._body).append(
            self._audit_key,
            at=now,
            who=f"staff {ask.staff_id} at {kiosk.name}",
            what=_WHAT[type(ask.question)],
            about=look.about,
            members=list(look.members),
            **detail,
        )
        return look


def _check(ask: Ask, device: str, recent: Recent, now: int) -> None:
    if ask.device != device:
        raise NotTakenError("wrong_device", f"an ask of {ask.device} on the topic of {device}")
    if abs(now - ask.asked_at) > FRESH_MS:
        minutes = (now - ask.asked_at) / 60_000
        raise NotTakenError(
            "stale", f"an ask of {device}, {minutes:.0f} minutes before our clock: see its clock"
        )
    if recent.knows(ask.nonce, now):
        raise NotTakenError("replayed", f"an ask of {device} that came before")
    if recent.is_flood(now):
        raise NotTakenError("too_many", f"{device} asks on and on")


def _serves(registry: Registry, staff_id: str, kiosk: KioskRow) -> bool:
    """Say whether somebody is of the staff of the kiosk's fair, and still is."""
    return any(
        row.staff_id == staff_id and row.revoked_at is None and row.fair == kiosk.fair
        for row in registry.staff()
    )


def _day_of(now: int) -> date:
    return datetime.fromtimestamp(now / 1000, UTC).date()
