"""A USB scanner that types: found by its name or maker, held for this program alone, read by scan codes.

Linux tells of each key by the place it has (evdev), so the machine's layout does not matter. The
scanner is grabbed: nothing that it types reaches a window or a console. One that is unplugged
is opened again when it is back.

Which devices there are, and whether one looks like a scanner, is read from the kernel's own
files (``/sys/class/input``), which every account may read.
"""

import re
import select
import struct
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from kiosk.rules.bursts import Typed, Typist

GAP_S: Final = 0.2
"""A scanner that sends no Enter has ended after so long without a key."""
LEAST: Final = 1
LEAST_UNENDED: Final = 8
"""Characters of a code that ends with Enter, and of one that just stops."""
_DEVICES: Final = Path("/sys/class/input")
_RETRY_S: Final = 1.0
_LOOK_UP_S: Final = 0.2
_TICK_S: Final = 0.05

# Linux' include/uapi/linux/input-event-codes.h.
_EV_SYN, _EV_KEY = 0, 1
_SYN_DROPPED: Final = 3
_UP: Final = 0
_REPEATED: Final = 2
# The digits, the first letters and Enter: a mouse with buttons or a remote control lacks some.
_KEYBOARD: Final = (*range(2, 12), *range(16, 26), 28)
_LONG_HEX: Final = 2 * struct.calcsize("P")

_NAME: Final = re.compile(
    r"bar ?code|scan(ner|ning|s)?\b|symbol|zebra|honeywell|metrologic|hand ?held|datalogic|newland|opticon"
    r"|cipherlab|intermec|mindeo|netum|zebex|\bpos\b|\b[12]d\b",
    re.IGNORECASE,
)
# From usb.ids 2025.07.26: makers of whom a keyboard is a scanner.
_MAKERS: Final = frozenset(
    {
        0x0536,  # Hand Held Products (now Honeywell)
        0x05E0,  # Symbol Technologies (now Zebra)
        0x05F9,  # PSC Scanning (now Datalogic)
        0x065A,  # Optoelectronics (Opticon)
        0x067E,  # Intermec
        0x0745,  # Syntech (CipherLab)
        0x080C,  # Datalogic
        0x0C2E,  # Metrologic (now Honeywell)
        0x1EAB,  # Fujian Newland
        0x27DD,  # Mindeo
    }
)


class Event(Protocol):
    """One of the kernel's input events."""

    type: int
    code: int
    value: int


class Device(Protocol):
    """An opened input device: all of evdev's that is needed here."""

    def fileno(self) -> int:
        """Give what select waits for."""

    def read(self) -> Iterable[Event]:
        """Give the events that are there; raises ``OSError`` once it is unplugged."""

    def close(self) -> None:
        """Let go of it."""


def open_device(path: str) -> Device:
    """Open an input device for this program alone; raises ``OSError``, ``ImportError`` without evdev."""
    from evdev import InputDevice  # noqa: PLC0415 - only Linux has it

    device = InputDevice(path, readonly=True)
    try:
        device.grab()
    except OSError:
        device.close()
        raise
    return device


@dataclass(frozen=True, slots=True)
class Found:
    """The path of the first device that looks like a scanner, and whether there are keyboards at all."""

    path: str
    keyboards: bool


def find_scanner(devices: Path = _DEVICES) -> Found:
    """Look for a keyboard that its name or its maker shows to be a scanner."""
    keyboards = [
        each for each in sorted(devices.glob("event*"), key=_number) if _is_keyboard(each / "device")
    ]
    scanner = next((each for each in keyboards if _is_scanner(each / "device")), None)
    return Found(f"/dev/input/{scanner.name}" if scanner else "", keyboards=bool(keyboards))


def _number(device: Path) -> int:
    digits = device.name.removeprefix("event")
    return int(digits) if digits.isdecimal() else 0


def _is_keyboard(device: Path) -> bool:
    # The kernel writes the bits in words of a C long each, the highest first, without leading zeros.
    words = _said(device / "capabilities/key").split()
    try:
        bits = int("".join(word.zfill(_LONG_HEX) for word in words) or "0", 16)
    except ValueError:
        return False
    return all(bits >> key & 1 for key in _KEYBOARD)


def _is_scanner(device: Path) -> bool:
    maker = _said(device / "id/vendor")
    made_by = int(maker, 16) if re.fullmatch(r"[0-9a-fA-F]{1,8}", maker) else 0
    return made_by in _MAKERS or bool(_NAME.search(_said(device / "name")))


def _said(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


class WedgeScanner:
    """Reads codes that a scanner types; ``path`` is a device, empty for the first that looks like one.

    ``put`` gets each code, from its thread. ``on_trouble`` is called from there, too, once per
    change: ``missing``; ``unnamed`` where there are keyboards, of which none looks like a scanner;
    ``unreadable`` where this account may not open it or another program holds it; ``recovered``. With
    ``once`` it ends where the device goes.
    """

    def __init__(
        self,
        path: str,
        *,
        put: Callable[[Typed], None],
        once: bool = False,
        on_trouble: Callable[[str], None] = lambda _: None,
        open_device: Callable[[str], Device] = open_device,
        find: Callable[[], Found] = find_scanner,
    ) -> None:
        self._path = path
        self._put = put
        self._once = once
        self._on_trouble = on_trouble
        self._open_device = open_device
        self._find = find
        self._trouble = ""
        self._stopping = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="wedge-scanner", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Let go of the scanner."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(2 * _LOOK_UP_S)

    @property
    def ended(self) -> bool:
        """Whether nothing more will ever come."""
        return self._over.is_set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                path, missing = self._where()
                if path:
                    device = self._open_device(path)
                    self._tell("")
                    try:
                        self._read(device)
                    finally:
                        with suppress(OSError):
                            device.close()
                else:
                    self._tell(missing)
            except FileNotFoundError:
                self._tell("missing")
            except (OSError, ImportError):
                self._tell("unreadable")  # or unplugged while it was read: then it will be missing
            if self._once:
                break
            self._stopping.wait(_RETRY_S)
        self._over.set()

    def _where(self) -> tuple[str, str]:
        """Give the path to open; where there is none, what is wrong."""
        if self._path:
            return self._path, ""
        found = self._find()
        return found.path, "unnamed" if found.keyboards else "missing"

    def _tell(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            with suppress(Exception):
                self._on_trouble(trouble or "recovered")

    def _read(self, device: Device) -> None:
        """Read until it is unplugged, which raises ``OSError``, or until it is time to stop."""
        typist = Typist(gap_s=GAP_S, sure_gap_s=GAP_S, least=LEAST, least_unended=LEAST_UNENDED)
        while not self._stopping.is_set():
            ready, _, _ = select.select([device], [], [], _LOOK_UP_S if typist.idle else _TICK_S)
            for event in device.read() if ready else ():
                self._take(typist, event)
            if not ready:
                # Only once nothing waits to be read: a machine that hangs must not cut a code in two.
                self._ended(typist.quiet(time.monotonic()))

    def _take(self, typist: Typist, event: Event) -> None:
        if event.type == _EV_SYN and event.code == _SYN_DROPPED:
            typist.lost()
        elif event.type == _EV_KEY and event.value != _REPEATED:
            self._ended(typist.key(event.code, down=event.value != _UP, now=time.monotonic()))

    def _ended(self, typed: Typed | None) -> None:
        if typed is not None:
            self._put(typed)
