"""Where the server finds what is made at set-up: fonts, icons and charts of pages, catalogues of words."""

from pathlib import Path

_HERE = Path(__file__).parent


class NotMadeError(Exception):
    """What is made at set-up is not there; the message says how to make it."""


def assets_dir() -> Path:
    """Find the directory with `web/` and `locale/`, in the wheel or beside the packages."""
    for place in (_HERE / "made", _HERE.parent / "assets/made"):
        if place.is_dir():
            return place
    raise NotMadeError("Fonts, icons and translations are not made yet: run ./riwaq once.")


def fonts_dir() -> Path:
    """Find the directory with `riwaq-*.ttf`: a wheel holds each file once, and the fonts beside the kiosk."""
    for place in (_HERE.parent / "assets/made/fonts", _HERE.parent / "kiosk/made/fonts"):
        if place.is_dir():
            return place
    raise NotMadeError("Fonts are not made yet: run ./riwaq once.")
