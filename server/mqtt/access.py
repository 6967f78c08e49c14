"""Who may connect to the broker, and what each account may say and hear.

One account a device, and one for the server. A device's access follows from its id and its body, and
from nothing else, so that there is no list of rights to get wrong::

    publish     riwaq/1/{body}/up/{region}/{device}/{events|hello|ask|state}
    hear        riwaq/1/{body}/down/{device}/#    riwaq/1/{body}/fair/#

A pairing code's account (``pair-…``) may do nothing but ask, and hear the answer.

The accounts file is JSON, written by the server and read by the broker::

    {"format": 2,
     "server": {"account": "server", "sha256": "<64 hex digits>"},
     "bodies": {"7f3a": {"<device id>": "<64 hex digits>", …}, …}}

Passwords are 256 random bits, so one SHA-256 is the right hash: a slow one protects guessable
passwords, and would run in the broker's only thread. Passwords are never stored or logged here.

Errors::

    AccountsError      accounts that cannot be written, or a file that cannot be read
"""

import contextlib
import hashlib
import hmac
import json
import os
import re
import secrets
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from wire import topics
from wire.pairing import ACCOUNT

FORMAT: Final = 2
SERVER_ACCOUNT: Final = "server"
WILL_LEAF: Final = "state"
"""The one topic of a device that may be retained, and on which its will speaks."""
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class AccountsError(Exception):
    """Accounts that cannot be written, or an accounts file that cannot be read; the text says which."""


class Action(StrEnum):
    """What a client wants to do with a topic; ``subscribe`` takes a filter, the others a topic."""

    PUBLISH = "publish"
    SUBSCRIBE = "subscribe"
    RECEIVE = "receive"


class Refusal(StrEnum):
    """Why a client was not let in. The client itself learns only that it was not."""

    ANONYMOUS = "no account given"
    UNKNOWN_ACCOUNT = "unknown account"
    WRONG_PASSWORD = "wrong password"  # noqa: S105 - words for the log
    WRONG_CLIENT_ID = "client id is not the account's"
    FOREIGN_WILL = "will on a topic that is not the account's"


@dataclass(frozen=True, slots=True)
class Account:
    """Who speaks: a device of one body, named by its device id, or the server itself, which is no body's."""

    name: str
    body: str
    is_server: bool = False

    @property
    def is_pairing(self) -> bool:
        """Whether it is a pairing code's."""
        return self.name.startswith(ACCOUNT)


@dataclass(frozen=True, slots=True)
class Accounts:
    """All accounts: the server's, and of each body its devices by device id; SHA-256 as 64 hex digits."""

    server_sha256: str = field(repr=False)
    bodies: Mapping[str, Mapping[str, str]] = field(repr=False)
    server: str = SERVER_ACCOUNT

    def find(self, name: str) -> Account | None:
        """Give the account of that name, or None."""
        if name == self.server:
            return Account(name, "", is_server=True)
        return next((Account(name, body) for body, devices in self.bodies.items() if name in devices), None)

    def hash_of(self, name: str) -> str | None:
        """Give the SHA-256 that the account's password must have, or None without such an account."""
        if name == self.server:
            return self.server_sha256
        return next((devices[name] for devices in self.bodies.values() if name in devices), None)

    @property
    def devices(self) -> list[str]:
        """Name the devices of all bodies."""
        return [name for devices in self.bodies.values() for name in devices]


@dataclass(frozen=True, slots=True)
class Knock:
    """What a client says of itself when it connects. ``will_topic`` is None without a will."""

    account: str | None
    password: bytes = field(repr=False)
    client_id: str
    will_topic: str | None = None


def new_password() -> str:
    """Make a password of 256 random bits, as 43 characters that need no quoting anywhere."""
    return secrets.token_urlsafe(32)


def password_sha256(password: str | bytes) -> str:
    """Give what the accounts file keeps of a password: 64 hex digits."""
    return hashlib.sha256(password.encode() if isinstance(password, str) else password).hexdigest()


def may(account: Account, action: Action, topic: str) -> bool:
    """Say whether an account may publish to, receive from or subscribe to a topic (or filter).

    The levels that carry a right are compared as text. A filter with a wildcard in one of them
    (``riwaq/1/+/down/+/#``) therefore fails like any other foreign name, and one below them
    (``…/fair/+/live``) can only match what is allowed anyway.
    """
    if account.is_server:
        return not topic.startswith("$")
    if action is Action.PUBLISH:
        try:
            parsed = topics.parse_up(topic)
        except topics.TopicError:
            return False
        may_say = parsed.leaf == "ask" or not account.is_pairing
        return may_say and (parsed.body, parsed.device) == (account.body, account.name)
    root = f"{topics.ROOT}/{account.body}"
    if account.is_pairing:
        return topic == topics.down(account.body, account.name, "answer")
    return topic.startswith((f"{root}/down/{account.name}/", f"{root}/fair/"))


def may_retain(account: Account, topic: str) -> bool:
    """Say whether an account's message may stay behind on a topic: a device's own state, nothing else."""
    if account.is_server:
        return True
    return may(account, Action.PUBLISH, topic) and topic.endswith(f"/{WILL_LEAF}")


def refusal(accounts: Accounts, knock: Knock) -> Refusal | None:
    """Say why a client must stay outside, or None for one that may come in.

    The client id must be the account's name, so one connection an account: a broker ends the
    session that holds an id when another client brings the same one, so that with free ids
    anybody could end anybody's.
    """
    if not knock.account:
        return Refusal.ANONYMOUS
    account, expected = accounts.find(knock.account), accounts.hash_of(knock.account)
    if account is None or expected is None:
        return Refusal.UNKNOWN_ACCOUNT
    if not hmac.compare_digest(password_sha256(knock.password), expected):
        return Refusal.WRONG_PASSWORD
    if knock.client_id != account.name:
        return Refusal.WRONG_CLIENT_ID
    # Brokers publish a will without asking for rights, long after its client has gone.
    if knock.will_topic is not None and not may_retain(account, knock.will_topic):
        return Refusal.FOREIGN_WILL
    return None


def check_accounts(accounts: Accounts) -> None:
    """Raise :class:`AccountsError` with every problem: names that are no slugs, hashes that are none.

    A name may hold no ``/``, ``+``, ``#`` or colon: it becomes a level of topics and a field of
    Mosquitto's password file.
    """
    problems = [
        f"{name!r} cannot be {what}: use 1 to 48 of a-z, 0-9 and dashes inside"
        for name, what in (
            (accounts.server, "an account"),
            *((name, "a body") for name in accounts.bodies),
            *((name, "a device id") for name in accounts.devices),
        )
        if not topics.SLUG.fullmatch(name)
    ]
    problems += [
        f"the hash of {name!r} is not 64 hex digits"
        for name in (accounts.server, *accounts.devices)
        if not _SHA256.fullmatch(accounts.hash_of(name) or "")
    ]
    names = Counter(accounts.devices)
    problems += [f"{name!r} is a device of two bodies" for name, count in names.items() if count > 1]
    if accounts.server in names:
        problems.append(f"{accounts.server!r} is the server's account and cannot be a device id")
    if problems:
        raise AccountsError("; ".join(problems))


def write_accounts(path: Path, accounts: Accounts) -> None:
    """Write the accounts file at once or not at all, readable by its owner only.

    Raises :class:`AccountsError` for accounts that make no sense, OSError when the file cannot be written.
    """
    check_accounts(accounts)
    content = {
        "format": FORMAT,
        "server": {"account": accounts.server, "sha256": accounts.server_sha256},
        "bodies": {body: dict(sorted(devices.items())) for body, devices in sorted(accounts.bodies.items())},
    }
    write_private(path, json.dumps(content, indent=1) + "\n")


def write_private(path: Path, text: str) -> None:
    """Replace a file at once, with mode 0600: a reader sees the old text or the new one, never a half."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def read_accounts(path: Path) -> Accounts:
    """Read an accounts file; raises :class:`AccountsError` with the reason when it cannot be used."""
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise AccountsError(f"{path}: format {content['format']!r} is not {FORMAT}; update the server")
        accounts = Accounts(
            server=content["server"]["account"],
            server_sha256=content["server"]["sha256"],
            bodies={body: dict(devices) for body, devices in content["bodies"].items()},
        )
        check_accounts(accounts)
    except OSError as error:
        raise AccountsError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise AccountsError(f"{path}: is no accounts file ({type(error).__name__})") from error
    return accounts


class AccountBook:
    """The accounts file as it stands now: read again when its inode, size or time changes."""

    def __init__(self, path: Path) -> None:
        """Read the file; raises :class:`AccountsError` when it cannot be used."""
        self._path = path
        self._seen = self._stamp()
        self.accounts = read_accounts(path)

    def refresh(self) -> bool:
        """Look at the file again and say whether the accounts changed; costs one stat.

        Raises :class:`AccountsError` once for a file that went bad, and keeps the last good
        accounts: a typing mistake must not throw every kiosk out of a hall.
        """
        stamp = self._stamp()
        if stamp == self._seen:
            return False
        self._seen = stamp
        before, self.accounts = self.accounts, read_accounts(self._path)
        return before != self.accounts

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_ino, status.st_size, status.st_mtime_ns
