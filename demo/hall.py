"""A whole fair on one machine: members hold up cards, kiosks see them, the ledger and the page count."""

import json
import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from demo.card_sheet import write_sheet
from demo.live_page import PageReader, commit_to_page_ms
from demo.programs import FAIR, DemoError, Kiosk, Office, Running, deliver_rest, journals
from demo.reels import CARDS_A_REEL, Projector, Studio, draw

# Each member visits about two booths, as people in a hall do.
_VISITS_A_MEMBER: Final = 2
_PATIENCE_S: Final = 60.0
_PAGE_PATIENCE_S: Final = 5.0
_LEAST_READ: Final = 0.98
# A demo without an end: nobody comes to one booth twice within ten minutes, or it would be no new visit.
_MEMBERS_WITHOUT_END: Final = 600
_CARDS_TO_HOLD_UP: Final = 12
WINDOW: Final = "1280x800"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for. ``visits`` is None for a fair that goes on until Ctrl-C.

    The first kiosk looks through ``camera`` where there is one, the others see videos.
    """

    kiosks: int
    visits: int | None
    seed: int
    window: bool
    camera: str | None = None
    sheet: Path | None = None
    """Where cards to hold up before a camera are written."""

    @property
    def videos_end(self) -> bool:
        """Whether every video is shown once: with a camera, people decide when there is an end."""
        return self.visits is not None and self.camera is None


class Teller(Protocol):
    """Who tells people what goes on."""

    def progress(self, what: str, done: int, of: int) -> None:
        """Say how much is done, and of how much; of 0 where that has no end."""

    def open_page(self, url: str, account: str, password: str) -> None:
        """Say where the page is and how to sign in."""

    def say(self, words: str) -> None:
        """Say something else."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and 95th percentile, milliseconds."""

    p50: float
    p95: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Compute both; zeros where nothing was measured."""
        if len(values) < 2:  # noqa: PLR2004 - quantiles need two
            return cls(*(list(values) * 2 or [0.0, 0.0]))
        cuts = statistics.quantiles(values, n=20, method="inclusive")
        return cls(round(cuts[9], 1), round(cuts[18], 1))


@dataclass(frozen=True, slots=True)
class Summary:
    """What was shown and what became of it. ``lost``: recorded by a kiosk and not in the ledger.

    ``on_page`` is how many visits the live page showed at the end. Before a real camera nobody
    knows what was shown: what was read stands for it.
    """

    shown: int
    read: int
    unread: int
    recorded: int
    in_ledger: int
    lost: int
    doubled: int
    on_page: int
    scan_to_commit_ms: Spread
    commit_to_ack_ms: Spread
    commit_to_page_ms: Spread

    @property
    def good(self) -> bool:
        """Whether nothing is lost or doubled, and at least 98 % were read."""
        return self.lost == 0 and self.doubled == 0 and self.read >= _LEAST_READ * self.shown

    def as_dict(self) -> dict[str, Any]:
        """Give it for JSON."""
        return asdict(self)


class _Watched:
    """A kiosk at work, and what it has told so far."""

    def __init__(
        self, kiosk: Kiosk, source: str | Path, projector: Projector | None, *, once: bool, window: bool
    ) -> None:
        self._lock = threading.Lock()
        self.projector = projector
        self.cards: list[str] = []
        self.committed_at: list[float] = []
        self.scan_to_commit_ms: list[float] = []
        self.commit_to_ack_ms: list[float] = []
        self.troubles: list[str] = []
        words = ("--size", WINDOW) if window else ("--headless",)
        if once:
            words = (*words, "--once")
        what = ("run", "--config", kiosk.config, "--json", "--source", source, *words)
        self.program = Running("kiosk", *what, on_line=self.hear)

    def hear(self, line: str) -> None:
        """Take a line that the kiosk wrote."""
        now = time.monotonic()
        try:
            notice = json.loads(line)
            name = notice["notice"]
        except (ValueError, TypeError, KeyError):
            self.troubles.append(line)
            return
        with self._lock:
            match name:
                case "scanned" if notice["outcome"] == "accepted":
                    self.cards.append(notice["card"])
                    self.committed_at.append(now)
                    self.scan_to_commit_ms.append(notice["scan_to_commit_ms"])
                case "delivered":
                    self.commit_to_ack_ms += notice["commit_to_ack_ms"]
                case "trouble" if notice["code"] == "ended" and self.projector is not None:
                    self.projector.ended()


class _Hall:
    """A fair that is set up: its office, kiosks and members."""

    def __init__(self, directory: Path, plan: Plan, teller: Teller) -> None:
        self.plan = plan
        self._directory = directory
        self._teller = teller
        teller.progress("a body, a fair, kiosks", 0, 1)
        self.office = Office(directory)
        self.kiosks = self.office.add_kiosks(plan.kiosks)
        if plan.visits is None or plan.camera is not None:
            self._shares = [CARDS_A_REEL] * (plan.kiosks - (plan.camera is not None))
            members = _MEMBERS_WITHOUT_END
        else:
            self._shares = [
                plan.visits // plan.kiosks + (n < plan.visits % plan.kiosks) for n in range(plan.kiosks)
            ]
            members = max(*self._shares, plan.visits // _VISITS_A_MEMBER, 1)
        self.card_of = self.office.issue(members)
        if plan.sheet is not None:
            write_sheet(plan.sheet, self.office.issue(_CARDS_TO_HOLD_UP, "sheet"))
            teller.say(f"Open {plan.sheet} on a telephone or print it: cards to hold up before the camera.")
        teller.progress("a body, a fair, kiosks", 1, 1)

    def enliven(self) -> None:
        """Let there be more to see on the pages than visits; raises :class:`DemoError`."""
        self.office.enliven(self.kiosks[-1], list(self.card_of.values()), self.plan.seed)

    def projectors(self) -> list[Projector]:
        """Draw the first video of each kiosk that sees one."""
        rng = random.Random(self.plan.seed)
        found = []
        for number, share in enumerate(self._shares):
            path = self._directory / f"camera-{number + 1}.avi"
            tokens = rng.sample(sorted(self.card_of), len(self.card_of))
            rest = _round_and_round(tokens, share)
            found.append(Projector(path, tokens[:share], rest, self.plan.seed + number))
        first = [projector.first for projector in found]
        draw([projector.path for projector in found], first, self.plan.seed, self._teller.progress)
        return found

    def open_booths(self, projectors: Sequence[Projector], stack: ExitStack) -> list[_Watched]:
        """Start the kiosks, the first with a window if one is wanted."""
        sources: list[str | Path] = [projector.path for projector in projectors]
        eyes: list[Projector | None] = list(projectors)
        if self.plan.camera is not None:
            sources.insert(0, self.plan.camera)
            eyes.insert(0, None)
        watched = []
        for number, (kiosk, source, eye) in enumerate(zip(self.kiosks, sources, eyes, strict=True)):
            window = self.plan.window and number == 0
            one = _Watched(kiosk, source, eye, once=self.plan.videos_end, window=window)
            stack.callback(one.program.stop)
            watched.append(one)
        if not self.plan.videos_end:
            studio = Studio()
            stack.callback(studio.close)
            for projector in projectors:
                projector.keep_fresh(studio)
        return watched


def _round_and_round(tokens: Sequence[str], start: int) -> Iterator[str]:
    while True:
        yield from tokens[start:]
        start = 0


def run(directory: Path, plan: Plan, teller: Teller) -> Summary:
    """Run a fair in ``directory`` until its visits are made, or Ctrl-C; raises :class:`DemoError`."""
    with ExitStack() as stack:
        hall = _Hall(directory, plan, teller)
        with ThreadPoolExecutor(1) as pool:
            # Its commands take seconds; the videos are drawn meanwhile.
            enlivened = pool.submit(hall.enliven)
            projectors = hall.projectors()
            enlivened.result()
        token = hall.office.token()
        server = hall.office.run()
        stack.callback(server.stop)
        page = PageReader(hall.office.page, token, FAIR)
        stack.callback(page.close)
        watched = hall.open_booths(projectors, stack)
        teller.open_page(hall.office.page, hall.office.account, hall.office.password)
        try:
            _wait(watched, plan, teller)
        except KeyboardInterrupt:
            if plan.visits is not None:
                raise
            teller.say("Ctrl-C: the kiosks hand over what they still hold.")
        # From here on nobody shows a card, and every kiosk's journal is at rest.
        for one in watched:
            one.program.stop()
        deliver_rest(hall.kiosks, watched[0].hear)
        counted = hall.office.stats()["visits"]
        _wait_for_page(page, counted)
        return _summary(hall, watched, page, counted)


def _wait(watched: Sequence[_Watched], plan: Plan, teller: Teller) -> None:
    """Wait until every video is shown and delivered, or the visits are made; without an end until Ctrl-C."""
    last_read, moved_at = -1, time.monotonic()
    while True:
        read = sum(len(one.cards) for one in watched)
        if read != last_read:
            last_read, moved_at = read, time.monotonic()
        teller.progress("members show their cards", read, plan.visits or 0)
        ended = [one for one in watched if not one.program.alive]
        # A kiosk that could not start says why; a window may be closed by whoever looks at it.
        for one in ended:
            if one.program.code != 0:
                raise DemoError("\n".join(["a kiosk has ended:", *one.troubles[-5:]]))
        if plan.videos_end:
            if len(ended) == len(watched):
                return
            if time.monotonic() - moved_at > _PATIENCE_S:
                troubles = [trouble for one in watched for trouble in one.troubles]
                raise DemoError("\n".join(["the kiosks do not come to an end", *troubles]))
        elif ended or (plan.visits is not None and read >= plan.visits):
            return
        time.sleep(0.1)


def _wait_for_page(page: PageReader, visits: int) -> None:
    deadline = time.monotonic() + _PAGE_PATIENCE_S
    while page.visits < visits and time.monotonic() < deadline:
        time.sleep(0.05)


def _summary(hall: _Hall, watched: Sequence[_Watched], page: PageReader, counted: int) -> Summary:
    recorded = [fact["event_id"] for fact in journals(hall.kiosks) if fact["kind"] == "visit"]
    rows = [
        row["event_id"]
        for row in hall.office.ledger()
        if row["kind"] == "visit" and row["status"] == "accepted"
    ]
    shown = read = 0
    for one in watched:
        seen = Counter(one.cards)
        held_up = (
            seen if one.projector is None else Counter(hall.card_of[token] for token in one.projector.held_up)
        )
        if not hall.plan.videos_end:
            # Of a reel that still plays only what was read is known to have been held up.
            held_up |= seen
        shown, read = shown + held_up.total(), read + (held_up & seen).total()
    # Twice in the ledger, or twice recorded for one showing: either would count a member twice.
    once = sum(len(set(one.cards) if hall.plan.videos_end else one.cards) for one in watched)
    doubled = len(rows) - len(set(rows)) + len(recorded) - once
    commits = [at for one in watched for at in one.committed_at]
    return Summary(
        shown=shown,
        read=read,
        unread=shown - read,
        recorded=len(recorded),
        in_ledger=len(set(rows)),
        lost=len(set(recorded) - set(rows)),
        doubled=doubled + max(0, counted - len(set(rows))),
        on_page=page.visits,
        scan_to_commit_ms=Spread.of([ms for one in watched for ms in one.scan_to_commit_ms]),
        commit_to_ack_ms=Spread.of([ms for one in watched for ms in one.commit_to_ack_ms]),
        commit_to_page_ms=Spread.of(commit_to_page_ms(commits, page.came)),
    )
