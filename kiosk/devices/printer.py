"""Prints a card through CUPS, and says why where it does not come out.

The PDF goes to CUPS by its socket and touches no file here. CUPS keeps a job's pages in its spool
while it prints, and by itself for a day after: whatever becomes of a job, it is taken out of the
spool, and that is looked at. What a crash has left there :meth:`Printer.forget` takes away.

A job that does not end in time is cancelled: it would come out later, when nobody waits for it.
Nothing raises; there is no thread in here, and ``print`` takes up to its ``patience`` and a little.
"""

import getpass
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final
from urllib.parse import quote

from kiosk.devices.ipp import (
    CANCEL_JOB,
    GET_DEFAULT,
    GET_JOB,
    GET_JOBS,
    GET_PRINTER,
    NOT_FOUND,
    PRINT_JOB,
    Answer,
    Attributes,
    IppError,
    PrintServer,
)

SOCKET: Final = "/run/cups/cups.sock"
PATIENCE_S: Final = 60.0
GRACE_S: Final = 8.0
"""So long may a printer say that it cannot go on before it is believed: covers are opened and closed."""
_ANSWER_S: Final = 5.0
_LOOK_S: Final = 0.25
_PURGE_S: Final = 10.0
_TITLE: Final = "card"
"""In CUPS's logs: nobody's name."""


class PrinterTroubleCode(StrEnum):
    """Why a card does not come out of the printer, a closed set."""

    NO_SERVER = "no_server"
    NO_PRINTER = "no_printer"
    PAUSED = "paused"
    REJECTING = "rejecting"
    PAPER = "paper"
    OPEN = "open"
    JAM = "jam"
    INK = "ink"
    OFFLINE = "offline"
    REFUSED = "refused"
    LATE = "late"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class PrinterTrouble:
    """What is wrong and what to do, in English; ``code`` is for whoever says it in other languages."""

    code: PrinterTroubleCode
    words: str


_Code = PrinterTroubleCode
_WORDS: Final = {
    _Code.NO_SERVER: "The print service of this machine does not answer: is CUPS installed and running?",
    _Code.NO_PRINTER: "This machine has no such printer: set one up, and name it in kiosk.toml.",
    _Code.PAUSED: "The printer is paused: resume it with cupsenable.",
    _Code.REJECTING: "The printer takes no jobs: let it with cupsaccept.",
    _Code.PAPER: "The printer has no paper.",
    _Code.OPEN: "A cover of the printer is open.",
    _Code.JAM: "Paper is stuck in the printer.",
    _Code.INK: "The printer has no ink or toner left.",
    _Code.OFFLINE: "The printer does not answer: is it switched on and connected?",
    _Code.REFUSED: "The printer did not take the card.",
    _Code.LATE: "The printer did not finish in time: is it switched on and connected?",
    _Code.KEPT: "The card came out, but a copy is left in the print service: call a technician.",
}
# IPP's keywords, without how grave they are. What comes first counts where there are several.
_REASONS: Final = (
    (_Code.JAM, ("media-jam",)),
    (_Code.OPEN, ("door-open", "cover-open", "interlock-open", "input-tray-missing")),
    (_Code.PAPER, ("media-needed", "media-empty")),
    (_Code.INK, ("toner-empty", "marker-supply-empty", "marker-waste-full")),
    (_Code.OFFLINE, ("offline", "connecting-to-device", "timed-out", "shutdown")),
    (_Code.PAUSED, ("paused", "stopped")),
)
_SEVERITIES: Final = ("-report", "-warning", "-error")
_EMPTY_TRAY: Final = "media-empty"
"""By itself it stops nothing: another tray may have paper. ``media-needed`` does."""
_UNREACHED: Final = ("may not exist", "is unavailable", "not responding", "Unable to locate", "unreachable")
"""Of what CUPS's backends say: they have no keyword for a printer that is switched off."""
_STATES: Final = (
    "printer-state",
    "printer-state-reasons",
    "printer-state-message",
    "printer-is-accepting-jobs",
)
_STOPPED: Final = 5


class _Job(IntEnum):
    """States from which a job does not come back by itself."""

    STOPPED = 6
    CANCELED = 7
    ABORTED = 8
    COMPLETED = 9


class Printer:
    """One printer of this machine, by the name of its queue; an empty name is the machine's default.

    ``server`` is CUPS's socket, or HOST:PORT. Seconds: ``patience`` for a job, ``grace`` for a reason.
    """

    def __init__(
        self,
        name: str = "",
        *,
        server: str = SOCKET,
        patience: float = PATIENCE_S,
        grace: float = GRACE_S,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._name = name
        self._server = PrintServer(server, _ANSWER_S)
        self._patience = patience
        self._grace = grace
        self._clock = clock
        self._sleep = sleep
        self._me = {"requesting-user-name": _user()}

    def trouble(self) -> PrinterTrouble | None:
        """Say what would keep a card from coming out, as far as CUPS knows now.

        It knows of paper and covers what the printer said during its last job.
        """
        return self._guarded(lambda: self._standing(self._queue()))

    def print(self, pdf: bytes) -> PrinterTrouble | None:
        """Print a PDF at 100 % on A4 and wait until it is out; None when it is, and gone from the spool."""
        return self._guarded(lambda: self._print(pdf))

    def forget(self) -> PrinterTrouble | None:
        """Take every job of ours out of the spool, such as a crash has left there."""

        def purge() -> None:
            queue = self._queue()
            about: Attributes = {
                "printer-uri": queue,
                **self._me,
                "my-jobs": True,
                "requested-attributes": "job-id",
            }
            for which in ("completed", "not-completed"):
                found = self._server.ask(GET_JOBS, {**about, "which-jobs": which})
                for job in found.things:
                    self._purge(queue, int(job["job-id"][0]))

        return self._guarded(purge)

    def _guarded(self, act: Callable[[], None]) -> PrinterTrouble | None:
        try:
            act()
        except _TroubleError as trouble:
            return trouble.told
        except IppError as problem:
            return PrinterTrouble(_Code.REFUSED, f"{_WORDS[_Code.REFUSED]} ({problem})")
        except OSError:
            return PrinterTrouble(_Code.NO_SERVER, _WORDS[_Code.NO_SERVER])
        return None

    def _queue(self) -> str:
        """Give the printer's address within CUPS."""
        name = self._name
        if not name:
            known = self._server.ask(GET_DEFAULT, {"requested-attributes": "printer-name"})
            name = next(iter(known.texts("printer-name")), "")
        if not name:
            raise _TroubleError(_Code.NO_PRINTER)
        return f"ipp://localhost/printers/{quote(name)}"

    def _state(self, queue: str) -> Answer:
        state = self._server.ask(GET_PRINTER, {"printer-uri": queue, "requested-attributes": _STATES})
        if not state.accepted:
            raise _TroubleError(_Code.NO_PRINTER)
        return state

    def _standing(self, queue: str) -> None:
        """Raise what is wrong with a printer that stands there, without a job of ours."""
        state = self._state(queue)
        self._refuse_closed(state)
        if code := next(_codes(state), None):
            raise _TroubleError(code)

    def _refuse_closed(self, state: Answer) -> None:
        if state.number("printer-state") == _STOPPED:
            raise _TroubleError(_Code.PAUSED)
        if not state.number("printer-is-accepting-jobs"):
            raise _TroubleError(_Code.REJECTING)

    def _print(self, pdf: bytes) -> None:
        queue = self._queue()
        # Paper and covers are not asked here: what CUPS knows of them is as old as the last job.
        self._refuse_closed(self._state(queue))
        about = {"printer-uri": queue, **self._me, "job-name": _TITLE, "document-format": "application/pdf"}
        how = {"media": "iso_a4_210x297mm", "print-scaling": "none"}
        taken = self._server.ask(PRINT_JOB, about, how, pdf)
        job = taken.number("job-id")
        if not taken.accepted or not job:
            raise _TroubleError(_Code.REFUSED)
        try:
            self._wait(queue, job)
        except Exception:
            # What went wrong first is what somebody can mend.
            with suppress(_TroubleError, IppError, OSError):
                self._purge(queue, job)
            raise
        self._purge(queue, job)

    def _wait(self, queue: str, job: int) -> None:
        """Return when a job has come out; raise what keeps it."""
        asked: Attributes = {
            "printer-uri": queue,
            "job-id": job,
            "requested-attributes": ("job-state", "job-state-reasons"),
        }
        begun = believed = self._clock()
        last: _Code | None = None
        while self._clock() - begun < self._patience:
            ended = self._server.ask(GET_JOB, asked).number("job-state")
            if ended == _Job.COMPLETED:
                return
            state = self._state(queue)
            code = next(_codes(state), None)
            if ended in (_Job.STOPPED, _Job.CANCELED, _Job.ABORTED):
                raise _TroubleError(code or _Code.REFUSED)
            if state.number("printer-state") == _STOPPED:
                raise _TroubleError(code or _Code.PAUSED)
            if code != last:
                last, believed = code, self._clock()
            if code and self._clock() - believed >= self._grace and not _only_a_tray(state):
                raise _TroubleError(code)
            self._sleep(_LOOK_S)
        raise _TroubleError(last or _Code.LATE)

    def _purge(self, queue: str, job: int) -> None:
        """Cancel a job that has not ended, and take its pages out of the spool; raise where they stay."""
        about: Attributes = {"printer-uri": queue, "job-id": job, **self._me}
        begun = self._clock()
        while self._clock() - begun < _PURGE_S:
            # Once cancels, the next time purges: CUPS keeps what it has cancelled a moment ago.
            self._server.ask(CANCEL_JOB, {**about, "purge-job": True})
            if self._server.ask(GET_JOB, about).status == NOT_FOUND:
                return
            self._sleep(_LOOK_S)
        raise _TroubleError(_Code.KEPT)


class _TroubleError(Exception):
    """What goes out as a :class:`PrinterTrouble`."""

    def __init__(self, code: _Code) -> None:
        super().__init__(code)
        self.told = PrinterTrouble(code, _WORDS[code])


def _codes(state: Answer) -> Iterator[_Code]:
    """Yield what a printer's own words amount to, the gravest first."""
    reasons = {_plain(reason) for reason in state.texts("printer-state-reasons")}
    for code, keywords in _REASONS:
        if reasons.intersection(keywords):
            yield code
    message = " ".join(state.texts("printer-state-message"))
    if any(words in message for words in _UNREACHED):
        yield _Code.OFFLINE


def _only_a_tray(state: Answer) -> bool:
    reasons = {_plain(reason) for reason in state.texts("printer-state-reasons")}
    known = {keyword for _, keywords in _REASONS for keyword in keywords}
    return reasons & known == {_EMPTY_TRAY}


def _plain(reason: str) -> str:
    for severity in _SEVERITIES:
        reason = reason.removesuffix(severity)
    return reason


def _user() -> str:
    """Whose jobs these are: CUPS lets their owner take them away."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
