"""USB sticks that are mounted, and can be written; and why one cannot."""

import errno
import os
from pathlib import Path
from typing import Final

from kiosk import KioskError

MOUNTS: Final = Path("/proc/mounts")
_WHERE: Final = ("/media/", "/run/media/", "/mnt/")
_OCTAL: Final = {"\\040": " ", "\\011": "\t", "\\134": "\\"}

_CODES: Final = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EFBIG: "full",
    errno.EROFS: "read_only",
    errno.EIO: "gone",
    errno.ENODEV: "gone",
    errno.ENOENT: "gone",
}


class CannotWriteError(KioskError):
    """A file cannot be written; ``code`` is ``full``, ``read_only``, ``gone`` or ``cannot_write``."""

    def __init__(self, words: str, code: str = "cannot_write") -> None:
        super().__init__(words)
        self.code = code


def code_of(problem: OSError) -> str:
    """Say why something cannot be written, as :class:`CannotWriteError` does."""
    return _CODES.get(problem.errno or 0, "cannot_write")


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
