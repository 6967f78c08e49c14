"""Who may sign in: names with argon2 hashes, and one token for programs, in a file of the directory.

::

    DIR/web.json    {"format": 1, "accounts": {"organizer": "$argon2id$…"}, "token": "<sha256>"}

An operator's command writes it, a running server notices: sessions of an account end when its
password changes, for a session carries the mark of the password it began with.
"""

import hmac
import secrets
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from server.web import FIRST_ACCOUNT, WebError

FORMAT: Final = 1
LONGEST: Final = 256
"""Characters of a name or a password that are looked at."""
# No look-alikes: somebody types this from paper.
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 5
_TOKEN_BYTES: Final = 32


class Account(NamedTuple):
    """Somebody who may look; ``mark`` changes with the password."""

    name: str
    mark: str


class WebAccounts(Protocol):
    """What the page asks about people and programs."""

    def verify(self, name: str, password: str) -> Account | None:
        """Check a password; the same work whether the name is known or not. Takes some 30 ms."""

    def find(self, name: str) -> Account | None:
        """Give an account as it is now."""

    def knows_token(self, token: str) -> bool:
        """Say whether a program may read with this token."""


class _Kept(msgspec.Struct, kw_only=True):
    format: int = FORMAT
    accounts: dict[str, str] = {}
    token: str = ""


class FileAccounts:
    """The accounts of one file. ``write`` replaces a file at once, readable to its owner alone."""

    def __init__(self, path: Path, write: Callable[[Path, str], None]) -> None:
        self._path = path
        self._write = write
        # 19 MiB and two rounds, as OWASP has it: a server of 200 MB checks one password at a time.
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._nobody = self._hasher.hash(secrets.token_hex(16))
        self._lock = threading.Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._kept = _Kept()

    def verify(self, name: str, password: str) -> Account | None:
        """Check a password; the same work whether the name is known or not."""
        known = self._read().accounts.get(name, "")
        try:
            self._hasher.verify(known or self._nobody, password[:LONGEST])
        except (Argon2Error, InvalidHashError):
            return None
        return _account(name, known) if known else None

    def find(self, name: str) -> Account | None:
        """Give an account as it is now."""
        known = self._read().accounts.get(name)
        return _account(name, known) if known else None

    def knows_token(self, token: str) -> bool:
        """Say whether a program may read with this token."""
        kept = self._read().token
        return bool(kept) and hmac.compare_digest(kept, _digest(token))

    @property
    def empty(self) -> bool:
        """Whether nobody can sign in yet."""
        return not self._read().accounts

    def new_password(self, name: str = FIRST_ACCOUNT) -> str:
        """Give an account a fresh password, and make the account where there is none; shown once.

        Raises :class:`WebError` for a name that nobody could type, and where nothing can be written.
        """
        if not 1 <= len(name) <= LONGEST or not name.isprintable() or name != name.strip():
            raise WebError(f"a name is 1 to {LONGEST} characters that can be printed, with no space around")
        password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
        kept = self._read()
        self._save(
            msgspec.structs.replace(kept, accounts={**kept.accounts, name: self._hasher.hash(password)})
        )
        return password

    def new_token(self) -> str:
        """Replace the token that programs read with; shown once."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._save(msgspec.structs.replace(self._read(), token=_digest(token)))
        return token

    def _save(self, kept: _Kept) -> None:
        try:
            self._write(self._path, msgspec.json.format(msgspec.json.encode(kept)).decode() + "\n")
        except OSError as problem:
            raise WebError(f"{self._path} cannot be written: {problem.strerror}") from None

    def _read(self) -> _Kept:
        with self._lock:
            try:
                there = self._path.stat()
            except FileNotFoundError:
                self._kept, self._stamp = _Kept(), None
                return self._kept
            except OSError as problem:
                raise WebError(f"{self._path} cannot be read: {problem.strerror}") from None
            stamp = (there.st_mtime_ns, there.st_size, there.st_ino)
            if stamp != self._stamp:
                self._kept, self._stamp = _parsed(self._path), stamp
            return self._kept


def _parsed(path: Path) -> _Kept:
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
    except OSError as problem:
        raise WebError(f"{path} cannot be read: {problem.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise WebError(
            f"{path} is damaged: move it away, and give out new passwords with  riwaq-server web password"
        ) from None
    if kept.format != FORMAT:
        raise WebError(f"{path}: format {kept.format} is not {FORMAT}; update the server")
    return kept


def _account(name: str, known: str) -> Account:
    return Account(name, _digest(known)[:16])


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
