"""A desk at which staff ask about members: a server, its kiosk, and what is told."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from nacl.public import PublicKey
from nacl.signing import SigningKey

from server import ServerError
from server.bootstrap import opened
from server.members.inquiries import Inquiries
from server.members.membership import Membership
from server.office import NewKiosk, Office
from server.settings import Home
from server.staff import Staff
from server.store.audit_log import AuditLog
from server.store.engine import Store
from tests.programs import FAIR
from tests.server.members.register import FATIMA, KARIM, SALMA, Register, made_register
from wire.asking import (
    Ask,
    Confirm,
    Confirmed,
    Dependants,
    Find,
    Household,
    Likely,
    Match,
    Matches,
    NotTold,
    Person,
    Question,
    Told,
    open_reply,
    seal_ask,
)
from wire.envelope import EnvelopeError

NOW: Final = int(datetime(2026, 11, 23, 10, tzinfo=UTC).timestamp() * 1000)
OMAR: Final = ("Omar Tazi", "عمر التازي", "retraité", "7654321", "", "0700000001", "1950")
CANARIES: Final = ("Karim", "Bennani", "كريم", "بناني", "612345678", "0012345", "1960-05-31")


@dataclass
class Desk:
    """A server with members, a kiosk and somebody of its staff; ``now`` is the server's clock."""

    register: Register
    home: Home
    store: Store
    office: Office
    now: int = NOW
    kiosk: NewKiosk = field(init=False)
    staff_id: str = field(init=False)
    _nonces: int = 0

    def __post_init__(self) -> None:
        self.kiosk = self.office.add_kiosk("K-07", "bank", FAIR)
        staff = Staff(self.store, self.office, clock=lambda: self.now)
        self.staff_id = staff.add(
            "Zineb", fair=FAIR, booth="", language="fr", hand_over=lambda _: None
        ).row.staff_id
        self.inquiries = self.started()

    def started(self) -> Inquiries:
        secrets = self.home.secrets
        return Inquiries(
            self.store, self.office.body, secrets, clock=lambda: self.now, codes=self.membership.code_of
        )

    @property
    def membership(self) -> Membership:
        return Membership(self.home, self.store, self.office, clock=lambda: self.now, who="test")

    def ask(self, question: Question, **changes: Any) -> Ask:
        self._nonces += 1
        fields = {
            "device": self.kiosk.row.device,
            "nonce": f"nonce-{self._nonces:04}",
            "staff_id": self.staff_id,
            "asked_at": self.now,
            "question": question,
        }
        return Ask(**{**fields, **changes})

    def sealed(self, ask: Ask, key: SigningKey | None = None) -> bytes:
        sealing = bytes(PublicKey(bytes(self.home.secrets.sealing_key.public_key)))
        return seal_ask(ask, sealing_key=sealing, key=key or SigningKey(self.kiosk.batch_seed))

    def hear(self, ask: Ask) -> Told:
        kiosk_key = self.kiosk.row.batch_key
        reply = self.inquiries.answer(self.kiosk.row.device, kiosk_key, self.sealed(ask))
        server_key = bytes(self.home.secrets.signing_key.verify_key)
        opened_reply = open_reply(reply, server_key=server_key, batch_seed=self.kiosk.batch_seed)
        assert (opened_reply.device, opened_reply.nonce) == (ask.device, ask.nonce)
        return opened_reply.told

    def told(self, question: Question, **changes: Any) -> Told:
        return self.hear(self.ask(question, **changes))

    def matches(self, question: Question) -> list[Match]:
        told = self.told(question)
        assert isinstance(told, Matches)
        return told.matches

    def likely(self, **fields: str) -> list[Match]:
        return self.matches(Likely(fields=fields))

    def find(self, text: str) -> list[Match]:
        return self.matches(Find(text=text))

    def confirm(self, member: str, by: str, value: str) -> Person | NotTold | None:
        told = self.told(Confirm(member=member, field=by, value=value))
        if isinstance(told, NotTold):
            return told
        assert isinstance(told, Confirmed)
        return told.person

    def household(self, card: str) -> list[tuple[str, str]]:
        told = self.told(Household(card=card))
        assert isinstance(told, Dependants)
        return [(each.name_latin, each.card.identity if each.card else "") for each in told.dependants]

    def refusal(self, ask: Ask, *, device: str = "", key: SigningKey | None = None) -> str:
        """Give the code with which an ask is not answered; nothing is written of it."""
        before = len(self.rows())
        with pytest.raises((ServerError, EnvelopeError)) as refused:
            self.inquiries.answer(
                device or self.kiosk.row.device, self.kiosk.row.batch_key, self.sealed(ask, key)
            )
        assert len(self.rows()) == before
        for canary in CANARIES:
            assert canary not in str(refused.value)
        code: str = getattr(refused.value, "code", "")
        return code

    def cards(self) -> dict[str, str]:
        """Issue cards to all who have none; gives their numbers by Latin names."""
        return {member.name_latin: row.card for member, row, _ in self.membership.issue_member_cards()}

    def rows(self) -> list[tuple[str, str, str, Any]]:
        """Give the audit log's rows of asks."""
        with self.store.reading() as connection:
            entries = list(AuditLog(connection, self.office.body).entries())
        return [
            (each.who, each.what, each.about, json.loads(each.detail))
            for each in entries
            if each.what.startswith("ask ")
        ]


@contextmanager
def desk_at(path: Path, database: str = "") -> Iterator[Desk]:
    register = made_register(path, database)
    register.take(KARIM, FATIMA, SALMA, OMAR)
    with opened(register.home) as (home, store, office):
        yield Desk(register, home, store, office)
