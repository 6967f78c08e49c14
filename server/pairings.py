"""Pairing codes: made for one kiosk each, taken once, by the kiosk that proves the code's secret.

A code's number, the public half of its secret and hashes of passwords are kept; never the
secret, and never a password.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from server.mqtt.access import password_sha256
from server.mqtt.mosquitto import mosquitto_hash
from server.office import Office, OfficeError
from server.settings import Home
from server.store.engine import Store
from server.store.registry import KioskRow, PairingRow, Registry
from wire.broker import parse_broker
from wire.envelope import EnvelopeError
from wire.pairing import (
    ACCOUNT,
    VALID_MS,
    Paired,
    PairingAsk,
    PairingCode,
    PairingRefusal,
    open_ask,
    peek_ask,
    seal_answer,
    sign_refusal,
    write_code,
)

KEPT_MS: Final = 24 * 60 * 60 * 1000
"""So long a used or old code is told as used or old; then its account is gone, too."""


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code that was made: ``text`` is its QR code's, secret. ``valid_until`` is ms UTC."""

    text: str = field(repr=False)
    name: str
    fair: str
    booth: str
    valid_until: int


class Pairings:
    """The codes of one server. ``clock`` gives ms UTC."""

    def __init__(self, home: Home, store: Store, office: Office, *, clock: Callable[[], int]) -> None:
        self._home = home
        self._store = store
        self._office = office
        self._clock = clock

    def make(self, name: str, booth: str, fair: str) -> NewCode:
        """Make a code for a kiosk of that name; one made for the same name before is good no more.

        Raises :class:`OfficeError`.
        """
        body_key = self._office.body_public_key
        code = PairingCode(
            body=self._office.body,
            body_key=body_key,
            secret=secrets.token_bytes(32),
            number=secrets.token_hex(8),
            broker=parse_broker(self._home.kiosk_broker),
        )
        text = write_code(code)
        device, now = secrets.token_hex(8), self._clock()
        password = self._home.secrets.kiosk_password(device)
        with self._store.writing() as connection:
            registry = Registry(connection, self._office.body)
            definition = self._office.place(registry, booth, fair)
            self._office.check_new_kiosk(registry, name, definition.fair.id)
            for row in registry.pairings():
                replaced = (row.name, row.fair) == (name, definition.fair.id) and row.batch_key is None
                if replaced or row.made_at + KEPT_MS < now:
                    registry.drop_pairing(row.number)
            registry.add_pairing(
                PairingRow(
                    number=code.number,
                    device=device,
                    name=name,
                    fair=definition.fair.id,
                    booth=booth,
                    code_key=bytes(code.key.verify_key),
                    made_at=now,
                    password_sha256=password_sha256(code.password),
                    mosquitto_hash=mosquitto_hash(code.password),
                    device_sha256=password_sha256(password),
                    device_mosquitto_hash=mosquitto_hash(password),
                )
            )
            self._office.let_in(registry)
        return NewCode(text, name, definition.fair.id, booth, now + VALID_MS)

    def waiting(self) -> list[PairingRow]:
        """Give the codes that a kiosk may still use, the oldest first."""
        earliest = self._clock() - VALID_MS
        with self._store.reading() as connection:
            rows = Registry(connection, self._office.body).pairings()
        return [row for row in rows if row.batch_key is None and row.made_at >= earliest]

    def answer(self, account: str, message: bytes) -> bytes:
        """Give the answer to one ask; makes the kiosk known where it proves a good code.

        Raises ``EnvelopeError`` for what is no ask of that account.
        """
        ask = peek_ask(message)
        if ask.account != account:
            raise EnvelopeError("wrong_recipient", f"an ask of {ask.account} on the topic of {account}")
        key = self._home.secrets.body_key(self._office.body)
        with self._store.writing() as connection:
            registry = Registry(connection, self._office.body)
            row = next((row for row in registry.pairings() if ACCOUNT + row.number == account), None)
            refusal = self._refusal(registry, row, ask, message)
            if row is None or refusal is not None:
                return sign_refusal(ask, refusal or PairingRefusal.WITHDRAWN, key)
            known = next((kiosk for kiosk in registry.all_kiosks() if kiosk.device == row.device), None)
            return seal_answer(ask, self._paired(registry, known or self._add(registry, row, ask)), key)

    def _refusal(
        self, registry: Registry, row: PairingRow | None, ask: PairingAsk, message: bytes
    ) -> PairingRefusal | None:
        if row is None:
            return PairingRefusal.WITHDRAWN
        if not self._proves(row, ask, message):
            return PairingRefusal.FORGED
        if row.batch_key is not None:
            # The same kiosk may ask again: the answer may not have reached it.
            return None if row.batch_key == ask.batch_key else PairingRefusal.USED
        if self._clock() > row.made_at + VALID_MS:
            return PairingRefusal.EXPIRED
        return None if self._has_place(registry, row) else PairingRefusal.WITHDRAWN

    def _proves(self, row: PairingRow, ask: PairingAsk, message: bytes) -> bool:
        """Say whether an ask was signed by the code's secret, and the code names this body."""
        try:
            open_ask(message, row.code_key)
        except EnvelopeError:
            return False
        return ask.body_key == self._office.body_public_key

    def _has_place(self, registry: Registry, row: PairingRow) -> bool:
        try:
            self._office.place(registry, row.booth, row.fair)
            self._office.check_new_kiosk(registry, row.name, row.fair)
        except OfficeError:
            return False
        return True

    def _add(self, registry: Registry, row: PairingRow, ask: PairingAsk) -> KioskRow:
        kiosk = KioskRow(
            device=row.device,
            name=row.name,
            fair=row.fair,
            booth=row.booth,
            batch_key=ask.batch_key,
            card_key=ask.card_key,
            card_key_id=registry.next_card_key_id(),
            password_sha256=row.device_sha256,
            mosquitto_hash=row.device_mosquitto_hash,
        )
        registry.add_kiosk(kiosk)
        registry.use_pairing(row.number, ask.batch_key)
        self._office.sign_anew(registry)
        self._office.let_in(registry)
        return kiosk

    def _paired(self, registry: Registry, kiosk: KioskRow) -> Paired:
        definition = self._office.place(registry, kiosk.booth, kiosk.fair)
        return Paired(
            device=kiosk.device,
            name=kiosk.name,
            fair=kiosk.fair,
            booth=kiosk.booth,
            region=definition.region,
            password=self._home.secrets.kiosk_password(kiosk.device),
            card_key_id=kiosk.card_key_id,
        )
