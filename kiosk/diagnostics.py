"""What a technician wants to know of a kiosk that is far away: a file with nothing personal in it."""

import json
import platform
import time
import zipfile
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from kiosk.mounted import CannotWriteError, code_of
from kiosk.notices import Link, Notice, Pairing, ProgrammeTaken, Scanned, Trouble, Wiped
from kiosk.settled import sync_directory

_MOST_LINES: Final = 500


class DiagnosticsError(CannotWriteError):
    """The file cannot be written; the message says why."""


class Diary:
    """Remembers what has happened lately: codes and times, never a card, a name or a text."""

    def __init__(self) -> None:
        self._lines: deque[dict[str, Any]] = deque(maxlen=_MOST_LINES)

    def hear(self, notice: Notice) -> None:
        """Take down what may be told of a notice; from any thread."""
        told: dict[str, Any] | None = None
        match notice:
            case Scanned(outcome=outcome, code=code, scan_to_commit_ms=took):
                told = {"scanned": str(outcome), "code": code, "ms": took}
            case Trouble(kind=kind, code=code, over=over):
                told = {"trouble": kind, "code": code, "over": over}
            case Link(up=up, reason=reason, waiting=waiting):
                told = {"link": up, "reason": reason, "waiting": waiting}
            case ProgrammeTaken(version=version, fair=fair, closed=closed):
                told = {"programme": version, "fair": fair, "closed": closed}
            case Wiped(facts=facts):
                told = {"wiped": facts}
            case Pairing(stage=stage, code=code):
                told = {"pairing": stage, "code": code}
        if told is not None:
            self._lines.append({"at": round(time.time(), 3), **told})

    def lines(self) -> list[dict[str, Any]]:
        """Give what was remembered, the oldest first."""
        return list(self._lines)


def write_diagnostics(directory: Path, name: str, about: Mapping[str, Any], diary: Diary) -> Path:
    """Write the file into a directory and give its path; raises :class:`DiagnosticsError`."""
    path = directory / f"riwaq-diagnostics-{name}-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}.zip"
    machine = {"python": platform.python_version(), "system": platform.platform()}
    try:
        with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as file:
            file.writestr("kiosk.json", json.dumps({**about, **machine}, indent=1, ensure_ascii=False))
            file.writestr("diary.jsonl", "".join(json.dumps(line) + "\n" for line in diary.lines()))
        sync_directory(directory)
    except OSError as problem:
        words = f"{directory} cannot be written: {problem.strerror}"
        raise DiagnosticsError(words, code_of(problem)) from None
    return path
