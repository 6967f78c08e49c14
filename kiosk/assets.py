"""Where the kiosk finds what is made at set-up: fonts, tones and catalogues of words."""

from pathlib import Path

from kiosk import KioskError

_HERE = Path(__file__).parent


class NotMadeError(KioskError):
    """What is made at set-up is not there; the message says how to make it."""


def assets_dir() -> Path:
    """Find the directory with `fonts/`, `sounds/`, `voice/` and `locale/`: in the wheel, or in the tree."""
    for place in (_HERE / "made", _HERE.parent / "assets/made"):
        if place.is_dir():
            return place
    raise NotMadeError("Fonts, sounds and translations are not made yet: run ./riwaq once.")
