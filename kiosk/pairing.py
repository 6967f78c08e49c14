"""How a kiosk without settings gets them: it looks for a code, and asks the server that the code names.

The keys are the kiosk's own. They are on the disk before they are asked with, so that a kiosk
which is unplugged between the server's word and its own kiosk.toml asks again as the same one.
"""

import json
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from nacl.signing import SigningKey

from kiosk import KioskError
from kiosk.carrier import Connection
from kiosk.config import set_by_hand
from kiosk.notices import Notice, Pairing
from kiosk.rules.debounce import Debounce
from kiosk.settled import write_settled
from kiosk.station import Reader
from kiosk.uplink import Arrived, Connected, Disconnected, UplinkEvent
from wire.envelope import EnvelopeError
from wire.kiosk_toml import KioskSettings, kiosk_toml
from wire.pairing import (
    VALID_MS,
    Paired,
    PairingAsk,
    PairingCode,
    PairingCodeError,
    PairingRefusal,
    is_pairing_code,
    open_answer,
    read_code,
    sign_ask,
)

ASK_EVERY_S: Final = 2.0
NO_ANSWER_S: Final = 6.0
"""After so long a person is told that the server does not answer; asking goes on."""
ASKS_FOR_S: Final = VALID_MS / 1000
"""So long a closed kiosk asks with one code: no code is good for longer."""
_LOOK_S: Final = 0.1

Connect = Callable[[PairingCode, Callable[[UplinkEvent], None]], Connection]


class PairingError(KioskError):
    """The settings cannot be written; the message says why."""


@dataclass(frozen=True, slots=True)
class _Asking:
    """A code, and the keys that are asked for with it. Secret."""

    text: str = field(repr=False)
    batch_seed: bytes = field(repr=False)
    card_seed: bytes = field(repr=False)


class Pairer:
    """Pairs one kiosk. ``kept`` is the file for keys in between, ``software`` what it says of itself.

    ``connect`` makes the way to the server for a code, given the callback for what is heard there.
    """

    def __init__(
        self,
        config_file: Path,
        kept: Path,
        *,
        connect: Connect,
        notify: Callable[[Notice], None],
        nonce: Callable[[], str],
        software: str,
    ) -> None:
        self._config_file = config_file
        self._kept = kept
        self._connect = connect
        self._notify = notify
        self._nonce = nonce
        self._software = software
        self._debounce = Debounce()

    def look(self, reader: Reader, stopping: threading.Event) -> str:
        """Look for codes until one has brought settings, and give its text; empty where stopped before.

        Raises :class:`PairingError`.
        """
        attempt = self._resumed()
        if attempt is None:
            self._notify(Pairing("code"))
        try:
            while not stopping.is_set():
                shown = self._shown(reader, stopping)
                # While a code is asked for, another takes its place, and a member's card does not.
                if attempt is None and shown:
                    attempt = self._begun(shown)
                elif attempt is not None and is_pairing_code(shown) and shown != attempt.text:
                    attempt.end()
                    attempt = self._begun(shown)
                if attempt is not None and (settled := self._turn(attempt)) is not None:
                    if settled:
                        return attempt.text
                    attempt.end()
                    attempt = None
        finally:
            if attempt is not None:
                attempt.end()
        return ""

    def take(self, text: str, body_key: bytes, reader: Reader, stopping: threading.Event) -> str:
        """Ask with a code of the body with that key, or with another one that is shown meanwhile.

        Ends where one has brought settings, was refused, or had no answer for :data:`ASKS_FOR_S`. Gives
        the text of the last code, which may be in sight yet. Raises :class:`PairingError`.
        """
        self._debounce.fresh([text], time.monotonic())
        attempt = self._begun(text, body_key)
        try:
            while attempt is not None and not stopping.is_set():
                shown = self._shown(reader, stopping)
                if is_pairing_code(shown) and shown != text:
                    attempt.end()
                    text, attempt = shown, self._begun(shown, body_key)
                elif self._turn(attempt) is not None:
                    break
                elif attempt.age_s >= ASKS_FOR_S:
                    self._notify(Pairing("refused", str(PairingRefusal.EXPIRED)))
                    break
        finally:
            if attempt is not None:
                attempt.end()
        return text

    def _shown(self, reader: Reader, stopping: threading.Event) -> str:
        """Wait a little for a code that has just come into sight."""
        reading = reader.read(_LOOK_S)
        if reading is None:
            if reader.ended:
                stopping.wait(_LOOK_S)
            return ""
        # A poster's code is nothing while a pairing code is shown.
        texts = [text for text in reading.texts if is_pairing_code(text)] or list(reading.texts)
        return next(iter(self._debounce.fresh(texts, time.monotonic())), "")

    def _begun(self, text: str, body_key: bytes | None = None) -> "_Attempt | None":
        """Begin to ask with a text that was shown; None where it is no good code."""
        try:
            code = read_code(text)
        except PairingCodeError as problem:
            self._notify(Pairing("refused", str(problem.code)))
            return None
        if body_key is not None and code.body_key != body_key:
            self._notify(Pairing("refused", str(PairingRefusal.FOREIGN)))
            return None
        asking = self._read_kept()
        if asking is None or asking.text != text:
            asking = _Asking(text, bytes(SigningKey.generate()), bytes(SigningKey.generate()))
            self._keep(asking)
        return self._attempt(code, asking)

    def _resumed(self) -> "_Attempt | None":
        """Go on with what was asked before the kiosk was stopped."""
        asking = self._read_kept()
        if asking is None:
            return None
        try:
            return self._attempt(read_code(asking.text), asking)
        except PairingCodeError:
            self._forget()
            return None

    def _attempt(self, code: PairingCode, asking: _Asking) -> "_Attempt":
        self._notify(Pairing("asking"))
        return _Attempt(code, asking, self._connect, nonce=self._nonce(), software=self._software)

    def _turn(self, attempt: "_Attempt") -> bool | None:
        """Go on with an attempt: True once the settings are written, False where it was refused."""
        came = attempt.turn()
        if came is None:
            if attempt.is_late():
                self._notify(Pairing("asking", "no_answer"))
            return None
        if isinstance(came, str):
            self._forget()
            self._notify(Pairing("refused", came))
            return False
        self._write(self._config_file, kiosk_toml(came, **set_by_hand(self._config_file)))
        self._forget()
        self._notify(Pairing("paired", name=came.name))
        return True

    def _keep(self, asking: _Asking) -> None:
        kept = {
            "code": asking.text,
            "batch_key": asking.batch_seed.hex(),
            "card_key": asking.card_seed.hex(),
        }
        self._write(self._kept, json.dumps(kept))

    def _read_kept(self) -> _Asking | None:
        try:
            kept = json.loads(self._kept.read_text(encoding="utf-8"))
            return _Asking(kept["code"], bytes.fromhex(kept["batch_key"]), bytes.fromhex(kept["card_key"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _forget(self) -> None:
        with suppress(OSError):
            self._kept.unlink()

    def _write(self, path: Path, text: str) -> None:
        try:
            write_settled(path, text)
        except OSError as problem:
            raise PairingError(f"{path} cannot be written: {problem.strerror}") from None


class _Attempt:
    """One code being asked for."""

    def __init__(
        self, code: PairingCode, asking: _Asking, connect: Connect, *, nonce: str, software: str
    ) -> None:
        self._code = code
        self._asking = asking
        self._ask = PairingAsk(
            account=code.account,
            nonce=nonce,
            body_key=code.body_key,
            batch_key=bytes(SigningKey(asking.batch_seed).verify_key),
            card_key=bytes(SigningKey(asking.card_seed).verify_key),
            software=software,
        )
        self._heard: queue.SimpleQueue[UplinkEvent] = queue.SimpleQueue()
        self._asked_at: float | None = None
        self._begun_at = time.monotonic()
        self._told_late = False
        self._connected = False
        self._uplink = connect(code, self._heard.put)
        self._uplink.start()

    @property
    def text(self) -> str:
        """The code's text."""
        return self._asking.text

    @property
    def age_s(self) -> float:
        """For how many seconds it has been asked."""
        return time.monotonic() - self._begun_at

    def end(self) -> None:
        """Disconnect."""
        self._uplink.stop()

    def is_late(self) -> bool:
        """Say, once, that no answer has come for some time."""
        if self._told_late or self.age_s < NO_ANSWER_S:
            return False
        self._told_late = True
        return True

    def turn(self) -> KioskSettings | str | None:
        """Hear what has come and ask where it is time: settings, why refused, or nothing yet."""
        while True:
            try:
                event = self._heard.get_nowait()
            except queue.Empty:
                break
            match event:
                case Connected():
                    self._connected, self._asked_at = True, None
                case Disconnected(reason):
                    self._connected = False
                    if reason.startswith("refused"):
                        return str(PairingRefusal.ACCOUNT)
                case Arrived(_, payload):
                    if (came := self._opened(payload)) is not None:
                        return came
        now = time.monotonic()
        if self._connected and (self._asked_at is None or now - self._asked_at >= ASK_EVERY_S):
            self._asked_at = now
            self._uplink.publish(self._code.ask_topic, sign_ask(self._ask, self._code))
        return None

    def _opened(self, payload: bytes) -> KioskSettings | str | None:
        code, asking = self._code, self._asking
        try:
            paired = open_answer(payload, self._ask, body_key=code.body_key, batch_seed=asking.batch_seed)
        except EnvelopeError as problem:
            # Not signed by the body that the code names; all else may be followed by the right answer.
            return str(PairingRefusal.FOREIGN) if problem.code == "bad_signature" else None
        return self._settings(paired) if isinstance(paired, Paired) else paired

    def _settings(self, paired: Paired) -> KioskSettings:
        return KioskSettings(
            name=paired.name,
            device=paired.device,
            body=self._code.body,
            body_key=self._code.body_key,
            fair=paired.fair,
            booth=paired.booth,
            region=paired.region,
            broker=str(self._code.broker),
            password=paired.password,
            batch_seed=self._asking.batch_seed,
            card_seed=self._asking.card_seed,
            card_key_id=paired.card_key_id,
        )
