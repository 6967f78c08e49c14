"""Puts the keys that a scanner strikes together to codes; no device, no clock.

A scanner strikes keys faster than any hand and mostly ends with Enter or Tab. What ends neither so
nor by a pause that is long for a scanner is no code yet.
"""

from dataclasses import dataclass
from typing import Final

from kiosk.rules import keys

LONGEST: Final = 7089
"""Characters of the longest code there is: digits in a QR code of version 40 at level L."""
_LAST_ASCII: Final = 126
_ENDINGS: Final = "\r\n\t"


@dataclass(frozen=True, slots=True)
class Typed:
    """One code as it was typed.

    ``places`` is what its keys stand for on a US keyboard; ``characters`` what the machine's own
    layout made of them, empty where nobody asked it. One that was too long has neither.
    """

    places: str
    characters: str = ""
    too_long: bool = False


class Typist:
    """Takes keys one by one. Times are monotonic seconds.

    A code begins with ``least_unended`` characters of which none comes ``gap_s`` after the one before: no
    hand does that. From there on it may take ``sure_gap_s``, on a machine that is busy, before it has
    ended without Enter or Tab. One that ended with either counts from ``least`` characters on.

    Besides plain keys it understands what scanners also do: Ctrl with a key for a control
    character (``Ctrl-]`` is GS, as in GS1 codes), Alt with digits of the keypad for a character's
    number, and Caps Lock struck before and after a code.

    A key that comes down twice without coming up is two keys: SDL takes two equal characters of a
    scanner that is quick for one key that repeats, where no 2 ms are between them. What is
    mostly such repeats is a key that a hand holds, and no code.
    """

    def __init__(self, *, gap_s: float, sure_gap_s: float, least: int, least_unended: int) -> None:
        self._gap_s = gap_s
        self._sure_gap_s = sure_gap_s
        self._least = least
        self._least_unended = least_unended
        self._held: set[int] = set()
        self._struck = 0
        self._repeats = 0
        self._place: int | None = None
        self._caps = False
        self._number = ""
        self._last: float | None = None
        self._places = ""
        self._characters = ""
        self._unplaced = False
        self._too_long = False
        self._spoilt = False

    def key(self, place: int | None, *, down: bool, now: float) -> Typed | None:
        """Take a key's way down or up, None for one that has no place here; give the code that it ended."""
        self._last = now
        if not down:
            return self._up(place)
        self._place = place
        if place is None:
            return None
        again = place in self._held
        self._held.add(place)
        self._struck += 1
        self._repeats += again
        if place in keys.ENDS:
            return self._end(self._least)
        if place == keys.CAPS_LOCK:
            self._caps ^= not again
        elif place in keys.KEYPAD and self._held & keys.ALTS:
            self._number += keys.KEYPAD[place]
        else:
            return self._add(self._meant(place))
        return None

    def text(self, characters: str, now: float) -> None:
        """Take what the machine's layout made of the key that came last."""
        self._last = now
        self._characters += characters
        # A key without a place is missing among the places.
        self._unplaced = self._unplaced or self._place is None
        self._too_long = self._too_long or len(self._characters) > 2 * LONGEST
        if self._too_long:
            self._characters = ""

    def quiet(self, now: float) -> Typed | None:
        """Hear that every key so far was taken; give the code that has ended by stopping."""
        sure = max(len(self._places), len(self._characters)) >= self._least_unended or self._too_long
        if self._last is None or now - self._last < (self._sure_gap_s if sure else self._gap_s):
            return None
        done = self._end(self._least_unended)
        self._forget()
        return done

    def lost(self) -> None:
        """Hear that keys were lost: neither what is there of a code is one, nor what follows of it."""
        last = self._last
        self._forget()
        self._last, self._spoilt = last, last is not None

    @property
    def idle(self) -> bool:
        """Whether nothing is begun, so that nothing can end."""
        return self._last is None

    def _forget(self) -> None:
        self._held.clear()
        self._place = None
        self._caps = False
        self._number = ""
        self._last = None
        self._begin()

    def _begin(self) -> None:
        self._places = ""
        self._characters = ""
        self._struck = 0
        self._repeats = 0
        self._unplaced = False
        self._too_long = False
        self._spoilt = False

    def _up(self, place: int | None) -> Typed | None:
        if place is None:
            return None
        self._held.discard(place)
        if place not in keys.ALTS or not self._number:
            return None
        number, self._number = int(self._number) if self._number.isdecimal() else 0, ""
        return self._add(chr(number)) if 0 < number <= _LAST_ASCII else None

    def _meant(self, place: int) -> str:
        plain = keys.PLAIN.get(place, "")
        if self._held & keys.CONTROLS:
            upper = plain.upper()
            return chr(ord(upper) & 0x1F) if upper and "@" <= upper <= "_" else ""
        if self._held & (keys.ALTS | keys.METAS):
            return ""  # a short cut of somebody's hand
        shift = bool(self._held & keys.SHIFTS)
        if plain.isalpha() and self._caps:
            shift = not shift
        return keys.SHIFTED.get(place, "") if shift else plain or keys.KEYPAD.get(place, "")

    def _add(self, character: str) -> Typed | None:
        if character and character in _ENDINGS:
            return self._end(self._least)
        self._places += character
        if len(self._places) > LONGEST:
            self._too_long = True
            self._places = ""
        return None

    def _end(self, least: int) -> Typed | None:
        places, characters = "" if self._unplaced else self._places, self._characters
        too_long, spoilt = self._too_long, self._spoilt or 2 * self._repeats > self._struck
        self._begin()
        if spoilt:
            return None
        if too_long:
            return Typed("", too_long=True)
        # A row of short cuts, such as Ctrl-C, is no code: control characters do not count.
        if max(sum(map(str.isprintable, text)) for text in (places, characters)) < least:
            return None
        return Typed(places, characters)
