"""kiosk.toml: who this kiosk is. All problems are told in one message."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kiosk import KioskError
from wire.broker import BrokerAddress, BrokerAddressError, parse_broker
from wire.topics import SLUG

_DEVICE: Final = re.compile(r"^[0-9a-f]{16}$")
_KEY: Final = re.compile(r"^[0-9a-f]{64}$")
# What CUPS takes for a name: no blank, slash or hash.
_QUEUE: Final = re.compile(r"^[^\s/#\\?'\"\x00-\x1f\x7f]{0,127}$")
_MAKE_ONE: Final = (
    "move it away, and start the kiosk to pair it by a code; or make one with: riwaq-server kiosk add"
)
_MOST_KEYS: Final = 2**16


class ConfigError(KioskError):
    """kiosk.toml cannot be used; ``problems`` holds every reason, a sentence each."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        lines = "".join(f"\n  - {problem}" for problem in problems)
        super().__init__(f"{path.name} cannot be used:{lines}\n  ({_MAKE_ONE})")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class KioskConfig:
    """The settings of one kiosk. Keys are raw bytes: public keys and seeds of 32 bytes.

    ``printer`` is the name of a queue of CUPS; empty where this kiosk prints nothing.
    """

    name: str
    device: str
    body: str
    body_key: bytes
    fair: str
    booth: str
    region: str
    broker: BrokerAddress
    password: str
    batch_seed: bytes
    card_seed: bytes
    card_key_id: int
    data: Path
    printer: str = ""

    def __repr__(self) -> str:
        """Show who this is, never a key or the password."""
        return f"KioskConfig(device={self.device!r}, fair={self.fair!r}, booth={self.booth!r})"


def read_config(path: Path) -> KioskConfig:
    """Read kiosk.toml; raises :class:`ConfigError` with every problem at once.

    Without ``data`` the kiosk's data lie beside the file, in ``<file name>.data``.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as problem:
        raise ConfigError(path, [f"it cannot be read ({problem.strerror})"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ConfigError(path, [f"it is not TOML: {problem}"]) from None
    reader = _Reader(values)
    config = KioskConfig(
        name=reader.text("name"),
        device=reader.match("device", _DEVICE, "16 hexadecimal digits"),
        body=reader.match("body", SLUG, "a name of a-z, 0-9 and dashes"),
        body_key=reader.key("body_key"),
        fair=reader.match("fair", SLUG, "a name of a-z, 0-9 and dashes"),
        booth=reader.match("booth", SLUG, "a name of a-z, 0-9 and dashes"),
        region=reader.match("region", SLUG, "a name of a-z, 0-9 and dashes", default="00"),
        broker=reader.broker(),
        password=reader.text("password"),
        batch_seed=reader.key("batch_key"),
        card_seed=reader.key("card_key"),
        card_key_id=reader.number("card_key_id", 1, _MOST_KEYS - 1),
        data=path.parent / reader.text("data", default=_data_beside(path).name),
        printer=reader.queue("printer"),
    )
    reader.leftovers()
    if reader.problems:
        raise ConfigError(path, reader.problems)
    return config


def is_set_up(path: Path) -> bool:
    """Say whether there is a kiosk.toml, readable or not: where there is none a kiosk is to be paired."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def data_of(path: Path) -> Path:
    """Say where a kiosk's data lie, also before there is a kiosk.toml; raises :class:`ConfigError`."""
    return read_config(path).data if is_set_up(path) else _data_beside(path)


def set_by_hand(path: Path) -> dict[str, str]:
    """Give those lines of kiosk.toml, as they stand there, that no server knows and no pairing changes."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}
    return {key: value for key in ("data", "printer") if isinstance(value := values.get(key), str)}


def _data_beside(path: Path) -> Path:
    return path.parent / f"{path.stem}.data"


class _Reader:
    def __init__(self, values: dict[str, Any]) -> None:
        self._values = dict(values)
        self.problems: list[str] = []

    def text(self, key: str, default: str | None = None) -> str:
        value = self._values.pop(key, default)
        if isinstance(value, str) and value:
            return value
        self.problems.append(f"{key} is missing" if value is None else f"{key} must be a text in quotes")
        return ""

    def match(self, key: str, pattern: re.Pattern[str], what: str, default: str | None = None) -> str:
        value = self.text(key, default)
        if value and not pattern.fullmatch(value):
            self.problems.append(f"{key} must be {what}")
        return value

    def queue(self, key: str) -> str:
        """Read the name of a queue of CUPS, which may be empty."""
        value = self._values.pop(key, "")
        if isinstance(value, str) and _QUEUE.fullmatch(value):
            return value
        self.problems.append(f"{key} must be the name of a printer, as lpstat -p shows it")
        return ""

    def key(self, key: str) -> bytes:
        value = self.match(key, _KEY, "a key of 64 hexadecimal digits")
        return bytes.fromhex(value) if _KEY.fullmatch(value) else b""

    def number(self, key: str, least: int, most: int) -> int:
        value = self._values.pop(key, None)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.problems.append(
            f"{key} is missing" if value is None else f"{key} must be a number from {least} to {most}"
        )
        return 0

    def broker(self) -> BrokerAddress:
        value = self.text("broker")
        try:
            return parse_broker(value)
        except BrokerAddressError as problem:
            if value:
                self.problems.append(f"broker: {problem}")
            return BrokerAddress("", 0, tls=False)

    def leftovers(self) -> None:
        self.problems.extend(f"{key} is not a setting of a kiosk: remove the line" for key in self._values)
