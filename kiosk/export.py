"""A kiosk's facts onto a stick: a file that only the server can read, whole or not there at all.

It works beside a running kiosk, and needs no network: the server's key stands in the programme
that the kiosk keeps. Nothing is marked as delivered here. The server takes the file in
(``riwaq-server facts import``) and says so when the kiosk next reaches it; until then, and where
it never does, the same facts may travel any number of times.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kiosk.config import KioskConfig
from kiosk.journal import JournalView, reading
from kiosk.mounted import CannotWriteError, code_of
from kiosk.sealing import Sealer
from kiosk.settled import sync_directory
from wire.envelope import EnvelopeError, batch_head
from wire.programme import open_programme
from wire.stick import SUFFIX, StickError, StickWriter, read_stick

_PAGE: Final = 500
"""Facts sealed at a time."""


class ExportError(CannotWriteError):
    """The facts cannot be written there; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written. ``file`` is empty where there was nothing to write.

    ``unreadable`` rows of a damaged journal are not among the ``facts``.
    """

    file: str
    facts: int
    batches: int
    bytes: int
    unreadable: int


def export(
    config: KioskConfig,
    journal: Path,
    target: Path,
    *,
    waiting_only: bool,
    on_progress: Callable[[int, int], None],
) -> Exported:
    """Write a kiosk's facts to ``target``, a file that is not there yet or a directory.

    ``on_progress`` gets (facts so far, facts in all). Raises :class:`ExportError`, or
    ``JournalError`` where the journal cannot be read.
    """
    if not journal.exists():
        raise ExportError(
            "this kiosk has recorded nothing yet and knows no programme: "
            "connect it once to the server, and the rest works without a network"
        )
    with reading(journal) as view:
        sealer = Sealer(config, _sealing_key(config, view))
        spans = _spans(view, waiting_only=waiting_only)
        in_all = sum(last - first + 1 for _, first, last in spans)
        if not in_all:
            return Exported("", 0, 0, 0, 0)
        path = _name(config, target)
        told = _Told(in_all, on_progress)
        size = _write_whole(path, _pieces(view, sealer, spans, told))
    return Exported(str(path), told.facts, told.batches, size, told.unreadable)


@dataclass(slots=True)
class _Told:
    """What was sealed so far, told as it grows."""

    in_all: int
    on_progress: Callable[[int, int], None]
    facts: int = 0
    batches: int = 0
    unreadable: int = 0

    def sealed(self, message: bytes) -> None:
        self.batches += 1
        self.facts += batch_head(message).count
        self.on_progress(self.facts + self.unreadable, self.in_all)


def _sealing_key(config: KioskConfig, view: JournalView) -> bytes:
    kept = view.get("programme")
    if kept is None:
        raise ExportError(
            "this kiosk has no programme yet, so it does not know for whom to seal: connect it once to the "
            "server, and the rest works without a network"
        )
    try:
        return open_programme(kept, config.body_key).server.sealing
    except EnvelopeError as problem:
        raise ExportError(
            f"the programme that this kiosk keeps cannot be used ({problem}): connect it once to the server"
        ) from None


def _spans(view: JournalView, *, waiting_only: bool) -> list[tuple[int, int, int]]:
    """Give (epoch, first, last) of what is to be written."""
    found = []
    for each in view.epochs():
        first = max(each.first, each.mark + 1) if waiting_only else each.first
        if first <= each.last:
            found.append((each.epoch, first, each.last))
    return found


def _pieces(
    view: JournalView, sealer: Sealer, spans: list[tuple[int, int, int]], told: _Told
) -> Iterator[bytes]:
    """Give the file's bytes. A row that cannot be read leaves a gap, which the kiosk declares lost later."""
    writer = StickWriter()
    yield writer.head
    for epoch, first, last in spans:
        for start in range(first, last + 1, _PAGE):
            run: list[bytes] = []
            entries = view.read(epoch, start, min(start + _PAGE - 1, last))
            for seq, entry in enumerate([*entries, None], start):
                if entry is not None:
                    run.append(entry.payload)
                    continue
                told.unreadable += seq < start + len(entries)
                for message in sealer.batches(epoch, seq - len(run), run):
                    told.sealed(message)
                    yield writer.batch(message)
                run = []
    yield writer.end()


def _name(config: KioskConfig, target: Path) -> Path:
    """Name the file that is to be written; raises :class:`ExportError` where that cannot be."""
    try:
        if not target.is_dir():
            if target.exists() or target.is_symlink():
                raise ExportError(f"{target} exists already: choose another name, or name a directory")
            if not target.parent.is_dir():
                raise ExportError(
                    f"there is no directory {target.parent}: is the stick plugged in and mounted?", "gone"
                )
            return target
        stem = f"{config.device}-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
        number = 1
        while (path := target / f"{stem}-{number}{SUFFIX}").exists():
            number += 1
    except OSError as problem:
        raise ExportError(_why(target, problem), code_of(problem)) from None
    return path


def _write_whole(path: Path, pieces: Iterator[bytes]) -> int:
    """Write a file under another name, read it back, and only then give it its own; gives its bytes."""
    # A dot before it: whoever imports a directory passes over what was never finished.
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            with part.open("wb") as file:
                for piece in pieces:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            size = _read_back(part)
            part.rename(path)
            sync_directory(path.parent)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise
    except OSError as problem:
        raise ExportError(_why(path, problem), code_of(problem)) from None
    except StickError as problem:
        raise ExportError(
            f"{path.parent} did not keep what was written to it ({problem}): use another stick"
        ) from None
    return size


def _read_back(part: Path) -> int:
    with part.open("rb") as file:
        # From the stick itself, and not from this machine's memory of it.
        with suppress(OSError):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        for _ in read_stick(file.read):
            pass
        return file.tell()


def _why(path: Path, problem: OSError) -> str:
    code = code_of(problem)
    if code == "full":
        return f"{path.parent} is full, and nothing was left there: make room, or use another stick"
    if code == "read_only":
        return f"{path.parent} is read-only: is there a lock on the stick's side? Else use another one"
    if code == "gone":
        return f"{path.parent} does not answer: was the stick pulled out? Plug it in and export again"
    return f"{path} cannot be written: {problem.strerror}"
