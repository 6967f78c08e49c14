"""USB sticks that are mounted, and can be written."""

import os
from pathlib import Path
from typing import Final

MOUNTS: Final = Path("/proc/mounts")
_WHERE: Final = ("/media/", "/run/media/", "/mnt/")
_OCTAL: Final = {"\\040": " ", "\\011": "\t", "\\134": "\\"}


def sticks(mounts: Path = MOUNTS) -> tuple[str, ...]:
    """Give where sticks are mounted, as desktops and technicians mount them; nothing where none is."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ()
    places = [_plain(fields[1]) for fields in (line.split() for line in lines) if len(fields) > 1]
    return tuple(sorted(place for place in places if place.startswith(_WHERE) and os.access(place, os.W_OK)))


def _plain(place: str) -> str:
    for coded, plain in _OCTAL.items():
        place = place.replace(coded, plain)
    return place
