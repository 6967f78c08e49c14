"""The server's directory: settings, secrets, and who may use it at the moment.

::

    DIR/server.toml     what an operator may change
    DIR/secrets.json    keys and passwords, mode 0600; back it up apart from the ledger
    DIR/ledger.db       facts and registry, unless ``database`` names another place
    DIR/accounts.json   what the embedded broker reads
    DIR/web-sessions.json  who has signed in to the page (hashes), mode 0600
    DIR/server.lock     held by the server that runs here
"""

import fcntl
import os
import re
import secrets
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey
from nacl.secret import Aead
from nacl.signing import SigningKey

from server import ServerError
from server.mqtt.access import new_password, write_private
from wire.broker import BrokerAddress, BrokerAddressError, parse_broker, split_address
from wire.national_id import KEY_BYTES

SETTINGS: Final = "server.toml"
SECRETS: Final = "secrets.json"
_LOCK: Final = "server.lock"
_PLACE: Final = re.compile(r"\(at line (\d+), column (\d+)\)")
_KEYS: Final = ("listen", "broker", "kiosk_broker", "database", "web")
DEFAULT_WEB: Final = "127.0.0.1:8080"
"""This machine alone: the page speaks plain HTTP, so other machines are a choice, or a proxy's with TLS."""
_LOCK_TRIES: Final = 10
_LOCK_PAUSE_S: Final = 0.05

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

# Where the organizers' live page listens; empty for none. It is plain HTTP: 0.0.0.0:8080 shows it to
# every machine of the network.
web = "{web}"
"""


class SettingsError(ServerError):
    """The directory or its settings cannot be used; the message says what to do."""


Seed = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
"""32 bytes as hex."""
_Password = Annotated[str, msgspec.Meta(min_length=1)]


class BodyKeys(msgspec.Struct, kw_only=True):
    """A body's seeds as hex: its signing key, and the card keys that the server holds, by id."""

    signing: Seed
    card_keys: dict[str, Seed]


class Secrets(msgspec.Struct, kw_only=True):
    """Everything that must not leak; hex seeds of 32 bytes."""

    server_signing: Seed
    server_sealing: Seed
    digest_key: Seed
    broker_password: _Password
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

    def kiosk_password(self, device: str) -> str:
        """Give the broker password of a kiosk that is paired by a code, 64 hex digits: kept nowhere."""
        key = bytes.fromhex(self.digest_key)
        return blake2b(device.encode(), key=key, digest_size=32, person=b"riwaq account").hexdigest()

    @property
    def identity_key(self) -> bytes:
        """The key of hashes of national ids, 32 bytes: kiosks that may ask for those get it, and no other."""
        key = bytes.fromhex(self.digest_key)
        return blake2b(key=key, digest_size=KEY_BYTES, person=b"riwaq identity").digest()

    def seal(self, plain: bytes, *, about: str) -> bytes:
        """Seal something for this server's own database; opens for the same ``about`` alone."""
        return bytes(Aead(self._resting_key).encrypt(plain, about.encode()))

    def unseal(self, sealed: bytes, *, about: str) -> bytes:
        """Open what :meth:`seal` made; raises :class:`SettingsError` where other secrets sealed it."""
        try:
            return bytes(Aead(self._resting_key).decrypt(sealed, about.encode()))
        except CryptoError:
            raise SettingsError(
                f"what the ledger keeps sealed was sealed by another {SECRETS}: put back its own one"
            ) from None

    @property
    def _resting_key(self) -> bytes:
        return blake2b(key=bytes.fromhex(self.digest_key), digest_size=32, person=b"riwaq at rest").digest()

    def card_key(self, body: str, key_id: int) -> SigningKey:
        """Give a card key that the server holds itself."""
        return SigningKey(bytes.fromhex(self.bodies[body].card_keys[str(key_id)]))


class Home:
    """A server's directory, read.

    ``listen`` is empty where an external broker is used, ``web`` where no page is wanted. The ledger may
    lie in the directory, as its own, or elsewhere.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not _is_there(path / SETTINGS) and not _is_there(path / SECRETS):
            raise SettingsError(
                f"{path} is not a server's directory: make one with  riwaq-server init {path}"
            )
        problems: list[str] = []
        values = _read_settings(path, problems)
        kept = _read_secrets(path, problems)
        if values is not None:
            problems += [
                f"{SETTINGS}: {key} is not a setting: remove the line"
                for key in sorted(values.keys() - set(_KEYS))
            ]
            problems += [
                f"{SETTINGS}: {key} must be a text in quotes"
                for key in _KEYS
                if not isinstance(values.get(key, ""), str)
            ]
        texts = {key: str((values or {}).get(key, "")) for key in _KEYS}
        self.listen = texts["listen"]
        self.kiosk_broker = texts["kiosk_broker"]
        # Directories of before there was a page have no such line.
        self.web = texts["web"] if values is None or "web" in values else DEFAULT_WEB
        self.has_own_ledger = not texts["database"]
        self.database = texts["database"] or f"sqlite:///{path / 'ledger.db'}"
        of_addresses: list[str] = []
        self.broker = _broker(texts, of_addresses)
        _check_web(self.web, of_addresses)
        if values is not None:
            problems += [f"{SETTINGS}: {problem}" for problem in of_addresses]
        if problems or kept is None:
            lines = "".join(f"\n  - {problem}" for problem in problems)
            raise SettingsError(f"the server's directory {path} cannot be used:{lines}")
        self.secrets = kept

    @property
    def accounts_file(self) -> Path:
        """What the embedded broker reads its accounts from."""
        return self.path / "accounts.json"

    @property
    def settings_file(self) -> Path:
        """What an operator may change."""
        return self.path / SETTINGS

    @property
    def web_sessions_file(self) -> Path:
        """Who has signed in."""
        return self.path / "web-sessions.json"

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
            self.path / SECRETS, msgspec.json.format(msgspec.json.encode(self.secrets)).decode() + "\n"
        )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the directory for the one server that runs in it; raises :class:`SettingsError`."""
        try:
            file = (self.path / _LOCK).open("a+", encoding="ascii")
        except OSError as problem:
            raise SettingsError(
                f"{self.path} cannot be written ({problem.strerror}): "
                "start the server as the account that owns this directory"
            ) from None
        with file as lock:
            if not _insist_on_lock(lock.fileno()):
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


def make_home(path: Path, *, listen: str, broker: str, kiosk_broker: str, database: str, web: str) -> Home:
    """Make a server's directory with fresh secrets; raises :class:`SettingsError` where one is."""
    if _is_there(path / SECRETS) or _is_there(path / SETTINGS):
        raise SettingsError(f"{path} is a server's directory already: its keys are kept as they are")
    texts = {"listen": "" if broker else listen, "broker": broker, "kiosk_broker": kiosk_broker}
    problems: list[str] = []
    _broker(texts, problems)
    _check_web(web, problems)
    if any(_cannot_be_quoted(text) for text in (*texts.values(), database, web)):
        problems.append("an address cannot hold quotes, backslashes or line breaks")
    if problems:
        raise SettingsError("; ".join(problems))
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(path / SETTINGS, _TEMPLATE.format(**texts, database=database, web=web))
        fresh = msgspec.json.encode(Secrets.fresh())
        write_private(path / SECRETS, msgspec.json.format(fresh).decode() + "\n")
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
        except BrokerAddressError as problem:
            problems.append(f"listen: {problem}")
    if not texts["kiosk_broker"]:
        problems.append("kiosk_broker: say where kiosks reach the broker, as in mqtt://192.168.1.10:1883")
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


def _check_web(web: str, problems: list[str]) -> None:
    if not web:
        return
    try:
        split_address(web)
    except BrokerAddressError:
        problems.append(
            f'web: give HOST:PORT where the page is to listen, as in {DEFAULT_WEB}, or "" for no page'
        )


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as problem:  # a directory on the way is closed to us, or the name is too long
        raise SettingsError(f"{path.parent} cannot be read: {problem.strerror}") from None


def _read_settings(path: Path, problems: list[str]) -> dict[str, Any] | None:
    try:
        return tomllib.loads((path / SETTINGS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        problems.append(f"{SETTINGS} is missing: put back the copy from your backup")
    except OSError as problem:
        problems.append(f"{SETTINGS} cannot be read: {problem.strerror}")
    except UnicodeDecodeError:
        problems.append(f"{SETTINGS} is not a text in UTF-8: save it as one")
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        # Its words name a place; what stands there may be a password.
        problems.append(f"{SETTINGS} is no TOML: {_place_of(problem)}; a text stands in quotes")
    return None


def _place_of(problem: Exception) -> str:
    found = _PLACE.search(str(problem))
    return f"look at line {found[1]}, column {found[2]}" if found else "look at its end"


def _read_secrets(path: Path, problems: list[str]) -> Secrets | None:
    put_back = "put back the copy from your backup"
    try:
        return msgspec.json.decode((path / SECRETS).read_bytes(), type=Secrets)
    except FileNotFoundError:
        problems.append(f"{SECRETS} is missing: {put_back}")
    except OSError as problem:
        problems.append(f"{SECRETS} cannot be read: {problem.strerror}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        problems.append(f"{SECRETS} is damaged: {put_back}")
    return None


def _cannot_be_quoted(text: str) -> bool:
    return not text.isprintable() or '"' in text or "\\" in text


def _insist_on_lock(descriptor: int) -> bool:
    """Lock, and let nobody who only looks (see :meth:`Home.in_use`) be taken for a server."""
    for _ in range(_LOCK_TRIES):
        if _try_lock(descriptor):
            return True
        time.sleep(_LOCK_PAUSE_S)
    return False


def _try_lock(descriptor: int, kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
