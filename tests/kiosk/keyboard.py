"""Scanners that type, as the kernel tells of them: keys with their values, as data and as bytes."""

import os
import select
import struct
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from evdev.eventio import EventIO
from evdev.events import InputEvent

from kiosk.rules import keys

Event = tuple[int, int, int]
"""Type, code and value, as in ``evtest``."""
EV_SYN, EV_KEY, EV_MSC = 0, 1, 4
MSC_SCAN: Final = 4
DOWN, UP, REPEATED = 1, 0, 2
LEFT_SHIFT, LEFT_CONTROL, LEFT_ALT = 42, 29, 56
SYN: Final = (EV_SYN, 0, 0)
_AT_ONCE: Final = select.PIPE_BUF // struct.calcsize("llHHi")
DROPPED: Final = (EV_SYN, 3, 0)
PLACES: Final = {character: (place, False) for place, character in keys.PLAIN.items()} | {
    character: (place, True) for place, character in keys.SHIFTED.items() if character != " "
}
KEYPAD: Final = {character: place for place, character in keys.KEYPAD.items()}


def stroke(place: int, value: int) -> list[Event]:
    """Give what the kernel sends for one change of one key: its scan code, the key, and an end."""
    return [(EV_MSC, MSC_SCAN, 0x70000 + place), (EV_KEY, place, value), SYN]


def key(place: int, *held: int) -> list[Event]:
    """Strike a key while others are held."""
    down = [event for each in (*held, place) for event in stroke(each, DOWN)]
    return down + [event for each in (place, *reversed(held)) for event in stroke(each, UP)]


def struck(text: str, *, end: int | None = keys.ENTER) -> list[Event]:
    """Type a text on a US keyboard as a scanner does: Shift around each character that wants it."""
    events = []
    for character in text:
        place, shift = PLACES[character]
        events += key(place, *([LEFT_SHIFT] if shift else []))
    return events + (key(end) if end is not None else [])


def struck_lazily(text: str) -> list[Event]:
    """Type a text as other scanners do: Shift stays down while it is wanted."""
    events: list[Event] = []
    held = False
    for character in text:
        place, shift = PLACES[character]
        if shift != held:
            events += stroke(LEFT_SHIFT, DOWN if shift else UP)
            held = shift
        events += stroke(place, DOWN) + stroke(place, UP)
    return events + (stroke(LEFT_SHIFT, UP) if held else []) + key(keys.ENTER)


def by_number(text: str) -> list[Event]:
    """Type a text by Alt and the keypad, as scanners do that are told to depend on no layout."""
    events: list[Event] = []
    for character in text:
        events += stroke(LEFT_ALT, DOWN)
        for digit in f"{ord(character):03}":
            events += key(KEYPAD[digit])
        events += stroke(LEFT_ALT, UP)
    return events + key(keys.ENTER)


def as_bytes(events: Iterable[Event]) -> bytes:
    """Give the kernel's ``struct input_event`` of each."""
    return b"".join(struct.pack("llHHi", 0, 0, *event) for event in events)


class FakeDevice(EventIO):
    """A named pipe for ``/dev/input/eventN``: evdev's own reading of real bytes, without its ioctls."""

    def __init__(self, path: Path) -> None:
        self.fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    def read(self) -> Iterator[InputEvent]:
        events = list(super().read())
        if not events:
            raise OSError(19, "No such device")  # the writer has gone: unplugged
        return iter(events)

    def close(self) -> None:
        os.close(self.fd)


class Cable:
    """A scanner at the other end of a :class:`FakeDevice`, plugged in from the start."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = -1
        self.plug_in()

    def plug_in(self) -> None:
        os.mkfifo(self.path)
        self._descriptor = os.open(self.path, os.O_RDWR)

    def unplug(self) -> None:
        self.path.unlink()
        os.close(self._descriptor)
        self._descriptor = -1

    def type(self, *parts: Sequence[Event]) -> None:
        # So much is written at once or not at all: no event is ever read in halves.
        for part in parts:
            for start in range(0, len(part), _AT_ONCE):
                os.write(self._descriptor, as_bytes(part[start : start + _AT_ONCE]))

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
