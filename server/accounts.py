"""The accounts at the door: passwords, tokens, one-time links and one-time codes are checked here.

Called from any thread. What the store holds is looked at again after a second at most, so whoever was
disabled by a command is out by then.
"""

import hmac
import secrets
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from server.rules.access import Account
from server.rules.passwords import LONGEST, digest, is_code_secret
from server.settings import Home
from server.store.accounts import AccountRow, AccountRows
from server.store.audit_log import AuditLog, Transaction
from server.store.engine import Store

ISSUER: Final = "Riwaq"
REFUSED: Final = "refused"
"""What the audit log says of an account that wanted what it may not have."""
_FRESH_S: Final = 1.0
_CODE_STEPS: Final = 1
"""A code counts for half a minute before and after its own: clocks differ, people type slowly."""
_STEP_S: Final = 30


class Accounts:
    """The accounts of one server. ``clock`` gives ms UTC."""

    def __init__(self, home: Home, store: Store, *, clock: Callable[[], int]) -> None:
        self._home = home
        self._store = store
        self._clock = clock
        self._hasher = hasher()
        self._nobody = self._hasher.hash(secrets.token_hex(16))
        self._lock = threading.Lock()
        self._rows: dict[str, AccountRow] = {}
        self._read_at = float("-inf")

    def is_empty(self) -> bool:
        """Say whether nobody can sign in yet."""
        return not any(row.password for row in self._known().values())

    def find(self, name: str) -> Account | None:
        """Give the account of somebody who may sign in, as it is now."""
        row = self._known(name).get(name)
        return account_of(row) if row and row.password and row.disabled_at is None else None

    def verify(self, name: str, password: str) -> Account | None:
        """Check a password; the same work whether the name is known or not. Takes some 30 ms."""
        row = self._known(name).get(name)
        is_open = row is not None and row.disabled_at is None and bool(row.password)
        kept = row.password if row is not None and is_open else self._nobody
        try:
            self._hasher.verify(kept, password[:LONGEST])
        except (Argon2Error, InvalidHashError):
            return None
        return account_of(row) if row is not None and is_open else None

    def program(self, token: str) -> Account | None:
        """Give whose token a program has sent."""
        hashed = digest(token)
        row = self._known(hashed).get(hashed)
        row = row if row is not None and row.token_sha256 == hashed else None
        return account_of(row) if row is not None and row.disabled_at is None else None

    def linked(self, link: str) -> Account | None:
        """Give for whom a one-time link is good; looking does not use it."""
        with self._store.reading() as connection:
            row = AccountRows(connection).by_link(digest(link))
        return account_of(row) if row is not None and self._is_good(row) else None

    def set_password(self, link: str, password: str) -> Account | None:
        """Use a one-time link for a password; None where the link is good no more. Ends its sessions."""
        hashed = self._hasher.hash(password)
        with self._changing() as connection:
            rows = AccountRows(connection)
            row = rows.by_link(digest(link))
            if row is None or not self._is_good(row):
                return None
            rows.change(row.name, password=hashed, link_sha256="", link_until=0)
            self._note(connection, row, "password set")
        return self.find(row.name)

    def note_sign_in(self, name: str) -> None:
        """Write down when somebody signed in."""
        with self._changing() as connection:
            AccountRows(connection).change(name, signed_in_at=self._clock())

    # -- one-time codes ----------------------------------------------------------------------

    @staticmethod
    def new_code_secret() -> str:
        """Draw a secret for one-time codes, 32 letters and digits."""
        return pyotp.random_base32()

    @staticmethod
    def code_address(name: str, secret: str) -> str:
        """Give the address that apps read as a QR code."""
        return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)

    def check_code(self, name: str, code: str) -> bool:
        """Check a one-time code; each is good once."""
        with self._changing() as connection:
            rows = AccountRows(connection)
            row = rows.get(name)
            if row is None or row.code_secret is None:
                return False
            opened = self._home.secrets.unseal(row.code_secret, about=name)
            step = self._step_of(opened.decode(), code)
            if step is None or step <= row.code_step:
                return False
            rows.change(name, code_step=step)
        return True

    def use_codes(self, name: str, secret: str, code: str) -> Account | None:
        """Ask for a code at each sign-in from now on, if this one is right; ends sessions begun before."""
        step = self._step_of(secret, code) if is_code_secret(secret) else None
        if step is None:
            return None
        with self._changing() as connection:
            rows = AccountRows(connection)
            row = rows.get(name)
            if row is None or row.disabled_at is not None or not row.password:
                return None
            sealed = self._home.secrets.seal(secret.encode(), about=name)
            rows.change(name, code_secret=sealed, code_step=step)
            self._note(connection, row, "codes on")
        return self.find(name)

    def _step_of(self, secret: str, code: str) -> int | None:
        """Give which half minute a code is of, if it is one of now."""
        # Telephones write digits in more than one way.
        digits = "".join(str(unicodedata.decimal(letter, "x")) for letter in code if not letter.isspace())
        totp = pyotp.TOTP(secret)
        now = self._clock() // 1000 // _STEP_S
        around = range(now - _CODE_STEPS, now + _CODE_STEPS + 1)
        found = [step for step in around if hmac.compare_digest(totp.generate_otp(step), digits)]
        return max(found, default=None)

    # -- what was refused --------------------------------------------------------------------

    def note_refusal(self, account: Account, *, route: str, action: str, fair: str) -> None:
        """Write into the audit log what an account wanted and may not have; ``fair`` may be empty."""
        with self._store.writing() as connection:
            log = AuditLog(connection, account.holder.body)
            detail = {"route": route, "action": action, **({"fair": fair} if fair else {})}
            log.append(self._key, at=self._clock(), who=account.name, what=REFUSED, **detail)

    def note_look(self, account: Account, *, what: str, names: Mapping[str, str]) -> None:
        """Write into the audit log that an account has opened a page that shows personal data."""
        with self._store.writing() as connection:
            log = AuditLog(connection, account.holder.body)
            log.append(self._key, at=self._clock(), who=account.name, what=what, **names)

    # -- inside ------------------------------------------------------------------------------

    def _note(self, connection: Transaction, row: AccountRow, what: str) -> None:
        if row.body:
            AuditLog(connection, row.body).append(self._key, at=self._clock(), who=row.name, what=what)

    @property
    def _key(self) -> bytes:
        return bytes.fromhex(self._home.secrets.digest_key)

    def _is_good(self, row: AccountRow) -> bool:
        return row.disabled_at is None and self._clock() < row.link_until

    def _known(self, wanted: str = "") -> dict[str, AccountRow]:
        """Give every account by name, by its token's hash as well; read again where ``wanted`` is not there.

        Whoever was added a moment ago must not be turned away.
        """
        with self._lock:
            is_old = time.monotonic() - self._read_at > _FRESH_S
            if is_old or wanted not in self._rows:
                with self._store.reading() as connection:
                    rows = AccountRows(connection).all()
                self._rows = {key: row for row in rows for key in (row.name, row.token_sha256) if key}
                self._read_at = time.monotonic()
            return self._rows

    @contextmanager
    def _changing(self) -> Iterator[Transaction]:
        with self._store.writing() as connection:
            yield connection
        with self._lock:
            self._read_at = float("-inf")


def account_of(row: AccountRow) -> Account:
    """Give an account as those who judge see it; its mark changes with password, code and rights."""
    said = (row.body, row.role, row.scope, row.password, row.token_sha256, (row.code_secret or b"").hex())
    return row.account(digest("\0".join(said))[:16])


def hasher() -> PasswordHasher:
    """Give what hashes passwords: 19 MiB and two rounds, as OWASP has it, for a server of 200 MB."""
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
