"""The server's directory: settings, secrets, and who may use it at the moment.

::

    DIR/server.toml     what an operator may change
    DIR/secrets.json    keys and passwords, mode 0600; back it up apart from the ledger
    DIR/ledger.db       facts and registry, unless ``database`` names another place
    DIR/accounts.json   what the embedded broker reads
    DIR/server.lock     held by the server that runs here
"""

import fcntl
import os
import secrets
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
from nacl.public import PrivateKey
from nacl.signing import SigningKey

from server import ServerError
from server.mqtt.access import new_password, write_private
from server.mqtt.broker import split_address
from wire.broker import BrokerAddress, BrokerAddressError, parse_broker

_SETTINGS: Final = "server.toml"
_SECRETS: Final = "secrets.json"
_LOCK: Final = "server.lock"
_KEYS: Final = {"listen", "broker", "kiosk_broker", "database"}

_TEMPLATE: Final = """\
# A Riwaq server. Change a line, then start the server again.

# Where the embedded broker listens; empty when kiosks use a broker of yours.
listen = "{listen}"

# A broker of yours, with the server's account on it: mqtts://server:PASSWORD@broker.example:8883
broker = "{broker}"

# The address under which kiosks reach the broker.
kiosk_broker = "{kiosk_broker}"

# Empty: ledger.db in this directory. Or postgresql+psycopg://account:password@host/database
database = "{database}"
"""


class SettingsError(ServerError):
    """The directory or its settings cannot be used; the message says what to do."""


class BodyKeys(msgspec.Struct, kw_only=True):
    """A body's seeds as hex: its signing key, and the card keys that the server holds, by id."""

    signing: str
    card_keys: dict[str, str]


class Secrets(msgspec.Struct, kw_only=True):
    """Everything that must not leak; hex seeds of 32 bytes."""

    server_signing: str
    server_sealing: str
    digest_key: str
    broker_password: str
    bodies: dict[str, BodyKeys] = {}

    def __repr__(self) -> str:
        """Show nothing: this may end up in a message."""
        return "Secrets(…)"

    @classmethod
    def fresh(cls) -> "Secrets":
        """Mint the secrets of a new server."""
        return cls(
            server_signing=secrets.token_hex(32),
            server_sealing=secrets.token_hex(32),
            digest_key=secrets.token_hex(32),
            broker_password=new_password(),
        )

    @property
    def signing_key(self) -> SigningKey:
        """The key that signs acknowledgements and answers."""
        return SigningKey(bytes.fromhex(self.server_signing))

    @property
    def sealing_key(self) -> PrivateKey:
        """The key that opens what kiosks seal."""
        return PrivateKey(bytes.fromhex(self.server_sealing))

    def body_key(self, body: str) -> SigningKey:
        """Give the key that signs a body's programme and revocations."""
        return SigningKey(bytes.fromhex(self.bodies[body].signing))

    def card_key(self, body: str, key_id: int) -> SigningKey:
        """Give a card key that the server holds itself."""
        return SigningKey(bytes.fromhex(self.bodies[body].card_keys[str(key_id)]))


class Home:
    """A server's directory, read. ``listen`` is empty where an external broker is used."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            values = tomllib.loads((path / _SETTINGS).read_text(encoding="utf-8"))
            self._secrets_text = (path / _SECRETS).read_bytes()
        except FileNotFoundError:
            raise SettingsError(
                f"{path} is not a server's directory: make one with  riwaq-server init {path}"
            ) from None
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
            raise SettingsError(f"{path / _SETTINGS} cannot be read: {problem}") from None
        problems = [f"{key} is not a setting: remove the line" for key in sorted(values.keys() - _KEYS)]
        problems += [
            f"{key} must be a text in quotes" for key in _KEYS if not isinstance(values.get(key, ""), str)
        ]
        texts = {key: str(values.get(key, "")) for key in _KEYS}
        self.listen = texts["listen"]
        self.kiosk_broker = texts["kiosk_broker"]
        self.database = texts["database"] or f"sqlite:///{path / 'ledger.db'}"
        self.broker = _broker(texts, problems)
        try:
            self.secrets = msgspec.json.decode(self._secrets_text, type=Secrets)
        except msgspec.DecodeError:
            problems.append(f"{_SECRETS} is damaged: put back the copy from your backup")
        if problems:
            lines = "".join(f"\n  - {problem}" for problem in problems)
            raise SettingsError(f"{path / _SETTINGS} cannot be used:{lines}")

    @property
    def accounts_file(self) -> Path:
        """What the embedded broker reads its accounts from."""
        return self.path / "accounts.json"

    @property
    def running_file(self) -> Path:
        """Where a running server says how it does."""
        return self.path / "running.json"

    def server_address(self) -> BrokerAddress:
        """Where the server itself connects, with its account."""
        if self.broker is not None:
            return self.broker
        host, port = split_address(self.listen)
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - a comparison, not a bind
        return BrokerAddress(host, port, tls=False, account="server", password=self.secrets.broker_password)

    def save_secrets(self) -> None:
        """Write the secrets back, at once or not at all."""
        write_private(
            self.path / _SECRETS, msgspec.json.format(msgspec.json.encode(self.secrets)).decode() + "\n"
        )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the directory for the one server that runs in it; raises :class:`SettingsError`."""
        with (self.path / _LOCK).open("a+", encoding="ascii") as lock:
            if not _try_lock(lock.fileno()):
                lock.seek(0)
                holder = lock.read().strip() or "another process"
                raise SettingsError(
                    f"a server already runs on {self.path} (process {holder}): stop it first, "
                    "or give this one a directory of its own"
                )
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    def in_use(self) -> bool:
        """Whether a server runs on this directory now."""
        try:
            with (self.path / _LOCK).open("rb") as lock:
                return not _try_lock(lock.fileno(), fcntl.LOCK_SH)
        except OSError:
            return False


def make_home(path: Path, *, listen: str, broker: str, kiosk_broker: str, database: str) -> Home:
    """Make a server's directory with fresh secrets; raises :class:`SettingsError` where one is."""
    if (path / _SECRETS).exists() or (path / _SETTINGS).exists():
        raise SettingsError(f"{path} is a server's directory already: its keys are kept as they are")
    texts = {"listen": "" if broker else listen, "broker": broker, "kiosk_broker": kiosk_broker}
    problems: list[str] = []
    _broker(texts, problems)
    if any('"' in text or "\\" in text for text in (*texts.values(), database)):
        problems.append("an address cannot hold quotes or backslashes")
    if problems:
        raise SettingsError("; ".join(problems))
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(path / _SETTINGS, _TEMPLATE.format(**texts, database=database))
        fresh = msgspec.json.encode(Secrets.fresh())
        write_private(path / _SECRETS, msgspec.json.format(fresh).decode() + "\n")
    except OSError as problem:
        raise SettingsError(f"{path} cannot be written: {problem.strerror}") from None
    return Home(path)


def _broker(texts: dict[str, str], problems: list[str]) -> BrokerAddress | None:
    if texts["listen"] and texts["broker"]:
        problems.append("give either listen (the embedded broker) or broker (yours), not both")
    if not texts["listen"] and not texts["broker"]:
        problems.append("give listen (the embedded broker) or broker (yours)")
    if texts["listen"]:
        try:
            split_address(texts["listen"])
        except ValueError as problem:
            problems.append(f"listen: {problem}")
    addresses: dict[str, BrokerAddress] = {}
    for key in ("broker", "kiosk_broker"):
        if texts[key]:
            try:
                addresses[key] = parse_broker(texts[key])
            except BrokerAddressError as problem:
                problems.append(f"{key}: {problem}")
    if "broker" in addresses and not addresses["broker"].account:
        problems.append("broker: name the server's account, as in mqtt://server:PASSWORD@HOST:1883")
    return addresses.get("broker")


def _try_lock(descriptor: int, kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
