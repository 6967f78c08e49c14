"""What a key means, by its place on the keyboard: scan codes and a US layout.

A scanner that is set to a US keyboard sends the places of a US keyboard, whatever layout the
machine has. A place has the number that Linux gives it (``KEY_1`` is 2; the kernel's
``include/uapi/linux/input-event-codes.h``); the window gives USB's number of the same place, which
:data:`FROM_USB` translates (USB HID Usage Tables 1.5, section 10, Keyboard/Keypad page 0x07, whose
numbers SDL's scan codes are).
"""

from typing import Final

ENTER: Final = 28
TAB: Final = 15
KEYPAD_ENTER: Final = 96
ENDS: Final = frozenset({ENTER, TAB, KEYPAD_ENTER})
"""A scanner sends one of these after each code, if it was told to."""
CAPS_LOCK: Final = 58
SHIFTS: Final = frozenset({42, 54})
CONTROLS: Final = frozenset({29, 97})
ALTS: Final = frozenset({56, 100})
METAS: Final = frozenset({125, 126})

# First place, what it and the places after it type, and what they type with Shift.
_ROWS: Final = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
)
PLAIN: Final = {first + i: key for first, keys, _ in _ROWS for i, key in enumerate(keys)}
SHIFTED: Final = {first + i: key for first, _, keys in _ROWS for i, key in enumerate(keys)}

# Shift and Num Lock change nothing here: a scanner that uses the keypad means its digits.
KEYPAD: Final = {55: "*", 98: "/"} | {71 + i: key for i, key in enumerate("789-456+1230.")}

_USB_ROWS: Final = (
    (4, "abcdefghijklmnopqrstuvwxyz1234567890"),
    (44, " -=[]\\"),
    (51, ";'`,./"),
)
_PLACE: Final = {key: place for place, key in PLAIN.items()}
_KEYPAD_PLACE: Final = {key: place for place, key in KEYPAD.items()}
FROM_USB: Final = (
    {first + i: _PLACE[key] for first, keys in _USB_ROWS for i, key in enumerate(keys)}
    | {84 + i: _KEYPAD_PLACE[key] for i, key in enumerate("/*-+")}
    | {89 + i: _KEYPAD_PLACE[key] for i, key in enumerate("1234567890.")}
    | {40: ENTER, 43: TAB, 50: _PLACE["\\"], 57: CAPS_LOCK, 88: KEYPAD_ENTER}
    | {224: 29, 225: 42, 226: 56, 228: 97, 227: 125, 229: 54, 230: 100, 231: 126}
)
