"""Facts that were carried by hand: stick files into the ledger, beside a server that runs or not.

They pass through the same transaction as what a broker brings (see ``intake``), so a file may
come in any order, any number of times, and while its kiosk delivers the same facts itself.
A batch that cannot be used costs no other one.

Errors::

    StickProblem    is told, not raised: what is wrong with a file, and what to do
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from nacl.public import PrivateKey

from server import ServerError
from server.intake import Intake
from server.rules.ingest import Verdict
from server.store.engine import Store, TransactionError
from server.store.registry import Registry
from wire.envelope import Batch, EnvelopeError, batch_head, open_batch
from wire.stick import SUFFIX, StickError, read_stick

MOST_AT_ONCE: Final = 64
"""Batches in one transaction, as in the running server: it must not wait for long in between."""

_DO: Final = {
    "foreign": "choose the files that  riwaq-kiosk export  has written",
    "unknown_version": "update this server, then import the file again",
    "truncated": "what is there is in the ledger; export again at the kiosk for the rest",
    "altered": "what is whole is in the ledger; export again at the kiosk, onto another stick",
    "unreadable": "copy the file to this machine's disk, or export again at the kiosk",
    "unknown_device": "import it at the server at which that kiosk was made (kiosk add)",
    "wrong_recipient": "import it at the server that signed the kiosk's programme",
}
_OTHERWISE: Final = "export again at the kiosk"


@dataclass(frozen=True, slots=True)
class StickProblem:
    """What is wrong with a file: a ``code`` of the two errors above or ``unreadable``, and words."""

    code: str
    words: str

    def __str__(self) -> str:
        """Say it, and what to do."""
        return f"{self.words}: {_DO.get(self.code, _OTHERWISE)}"


@dataclass(slots=True)
class StickReport:
    """What came of one file. ``verdicts`` counts facts by what the ledger did with them."""

    file: Path
    batches: int = 0
    facts: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    devices: set[str] = field(default_factory=set)
    flagged: set[str] = field(default_factory=set)
    problems: list[StickProblem] = field(default_factory=list)

    @property
    def new(self) -> int:
        """Facts that the ledger did not have."""
        return self.verdicts[Verdict.ACCEPTED]

    @property
    def known(self) -> int:
        """Facts that the ledger had already, here or under another epoch."""
        return self.verdicts[Verdict.DUPLICATE] + self.verdicts[Verdict.COPY]


class SticksIntake:
    """Takes stick files into one body's ledger. ``clock`` gives ms UTC."""

    def __init__(
        self,
        store: Store,
        body: str,
        *,
        sealing_key: PrivateKey,
        digest_key: bytes,
        clock: Callable[[], int],
    ) -> None:
        self._intake = Intake(store, body, digest_key=digest_key, apart=True)
        self._sealing_key = sealing_key
        self._clock = clock
        with store.reading() as connection:
            kiosks = Registry(connection, body).all_kiosks() if body else []
        self._keys = {row.device: row.batch_key for row in kiosks}

    def take(self, file: Path, on_progress: Callable[[int], None]) -> StickReport:
        """Take in what is good of a file; ``on_progress`` gets bytes as they are read.

        Raises :class:`ServerError` where the ledger fails; what came before is in it.
        """
        report = StickReport(file)
        refused: dict[str, list[str]] = {}
        waiting: list[Batch] = []
        try:
            with file.open("rb") as opened:

                def read(size: int) -> bytes:
                    part = opened.read(size)
                    on_progress(len(part))
                    return part

                for message in read_stick(read):
                    try:
                        waiting.append(
                            open_batch(message, device_key=self._keys.get, sealing_key=self._sealing_key)
                        )
                    except EnvelopeError as problem:
                        refused.setdefault(problem.code, []).append(_refusal(problem, message))
                    if len(waiting) == MOST_AT_ONCE:
                        self._commit(report, waiting)
        except StickError as problem:
            report.problems.append(StickProblem(problem.code, str(problem)))
        except OSError as problem:
            report.problems.append(StickProblem("unreadable", f"it cannot be read ({problem.strerror})"))
        self._commit(report, waiting)
        report.problems += [
            StickProblem(code, f"{len(words)} of its batches cannot be taken ({words[0]})")
            for code, words in refused.items()
        ]
        return report

    def _commit(self, report: StickReport, batches: list[Batch]) -> None:
        if not batches:
            return
        try:
            taken = self._intake.take(batches, self._clock())
        except TransactionError as problem:
            raise ServerError(
                f"the ledger cannot be written ({problem}). What was taken in stays; import the files again"
            ) from None
        report.batches += len(batches)
        report.facts += sum(len(batch.events) for batch in batches)
        report.devices |= {batch.head.device for batch in batches}
        report.verdicts.update(taken.verdicts)
        report.flagged |= taken.flagged
        batches.clear()


def _refusal(problem: EnvelopeError, message: bytes) -> str:
    if problem.code != "bad_signature":
        return str(problem)
    return f"its signature is not that of kiosk {batch_head(message).device}"


def stick_files(paths: Iterable[Path]) -> list[Path]:
    """Give the files that are meant, each once: those named, and the stick files of directories.

    Raises :class:`ServerError` where a path is not there or a directory holds none.
    """
    found: dict[str, Path] = {}
    for path in paths:
        try:
            files = list(_in_directory(path)) if path.is_dir() else [path]
            if not path.exists():
                raise ServerError(f"there is no {path}: is the stick plugged in and mounted?")
        except OSError as problem:
            raise ServerError(f"{path} cannot be read: {problem.strerror}") from None
        if not files:
            raise ServerError(f"{path} holds no file that ends in {SUFFIX}: name the file itself")
        for file in files:
            found.setdefault(os.path.realpath(file), file)
    return list(found.values())


def _in_directory(path: Path) -> Iterator[Path]:
    for file in sorted(path.iterdir()):
        # With a dot before it lies what was never finished, or what another system notes of a file.
        if file.name.endswith(SUFFIX) and not file.name.startswith("."):
            yield file
