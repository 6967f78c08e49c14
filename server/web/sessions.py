"""Sessions: an opaque random cookie; the server keeps its hash, and forgets it in time.

They outlive a restart of the server (a wall in the hall shows the page for days), so they lie
in a file: ``DIR/web-sessions.json``. A session ends 12 hours after it was last used, after seven
days in any case, when somebody signs out, and when the account is disabled or its password, its role
or its codes change.
"""

import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

import msgspec

from server.rules.access import Account

IDLE_MS: Final = 12 * 3600 * 1000
LONGEST_MS: Final = 7 * 24 * 3600 * 1000
MOST: Final = 500
"""Sessions at once; the one that is nearest its end makes room."""
_SECRET_BYTES: Final = 32
_KEEP_USED_MS: Final = 10 * 60 * 1000
"""How much of its last use a session may lose with a server that is killed."""


class Known(Protocol):
    """Whoever knows the accounts."""

    def find(self, name: str) -> Account | None:
        """Give the account of somebody who may sign in, as it is now."""


class Session(msgspec.Struct, kw_only=True):
    """Somebody who has signed in. Times are ms UTC."""

    account: str
    mark: str
    began: int
    used: int

    def ends(self) -> int:
        """Say when it ends if nothing more happens."""
        return min(self.used + IDLE_MS, self.began + LONGEST_MS)


class Sessions:
    """The sessions of one server. ``write`` replaces a file at once; ``clock`` gives ms UTC."""

    def __init__(
        self,
        path: Path,
        accounts: Known,
        *,
        write: Callable[[Path, str], None],
        clock: Callable[[], int],
    ) -> None:
        self._path = path
        self._accounts = accounts
        self._write = write
        self._clock = clock
        self._lock = threading.Lock()
        self._by_key = _read(path)
        self._saved_at = clock()

    def begin(self, account: Account) -> str:
        """Begin a session and give its cookie."""
        cookie = secrets.token_urlsafe(_SECRET_BYTES)
        now = self._clock()
        with self._lock:
            self._forget_ended(now)
            while len(self._by_key) >= MOST:
                self._by_key.pop(min(self._by_key, key=lambda key: self._by_key[key].ends()))
            self._by_key[_key(cookie)] = Session(account=account.name, mark=account.mark, began=now, used=now)
            self._save()
        return cookie

    def account(self, cookie: str) -> Account | None:
        """Give whose session it is, and note that it is used; None where there is none."""
        session = self._by_key.get(_key(cookie)) if cookie else None
        now = self._clock()
        if session is None or session.ends() <= now:
            return None
        account = self._accounts.find(session.account)
        if account is None or account.mark != session.mark:
            return None
        session.used = now
        if now - self._saved_at > _KEEP_USED_MS:
            with self._lock:
                self._save()
        return account

    def end(self, cookie: str) -> None:
        """End a session: its cookie opens nothing any more, after a restart neither."""
        with self._lock:
            if self._by_key.pop(_key(cookie), None) is not None:
                self._save()

    def __len__(self) -> int:
        return len(self._by_key)

    def _forget_ended(self, now: int) -> None:
        for key in [key for key, session in self._by_key.items() if session.ends() <= now]:
            del self._by_key[key]

    def _save(self) -> None:
        # A full disk must not keep anybody from looking: the session then ends with this process.
        self._saved_at = self._clock()
        with suppress(OSError):
            self._write(self._path, msgspec.json.encode(self._by_key).decode())


def _read(path: Path) -> dict[str, Session]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Session])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # Nothing is lost but that people sign in again.
        return {}


def _key(cookie: str) -> str:
    return sha256(cookie.encode()).hexdigest()
