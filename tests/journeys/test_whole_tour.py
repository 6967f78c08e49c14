"""A tour from its first stop to a ledger put back: loaded, paired, visited, extended, closed, restored."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from kiosk.bootstrap import journal_path
from kiosk.config import read_config
from kiosk.journal import reading
from tests.camera import LiveCamera
from tests.journeys.test_second_round import FIRST, SECOND, Site, without
from tests.programs import Process, asked, asked_lines, json_of, started_kiosk, telling
from tests.waiting import until

CASABLANCA: Final = "casablanca-2024"
RABAT: Final = "rabat-2024"


class Kiosk:
    """A machine without settings and with a camera, before which codes and cards are held."""

    def __init__(self, path: Path, ending: ExitStack) -> None:
        path.mkdir()
        self.config = path / "kiosk.toml"
        self.camera = ending.enter_context(LiveCamera(path / "camera"))
        self.process = started_kiosk(self.config, self.camera.source)
        ending.callback(_end, self.process)

    def until(self, condition: Callable[[], object], what: str, seconds: float = 60) -> None:
        with telling(self.process):
            until(condition, seconds=seconds, what=f"{what}; told: {self.process.lines[-5:]}")

    def pair(self, code: Path) -> None:
        """Hold the picture of its code before its camera."""
        [read] = zxingcpp.read_barcodes(np.asarray(Image.open(code).convert("L")))
        self.camera.show(read.text)
        self.until(lambda: self.process.notices("programme"), "a programme")
        self.camera.show(None)

    def visit(self, tokens: list[str]) -> None:
        """Hold cards before its camera, and wait until the server has each visit."""
        for token in tokens:
            before = len(self.process.notices("scanned"))
            self.camera.show(token)
            self.until(lambda before=before: len(self.process.notices("scanned")) > before, "a verdict")  # type: ignore[misc]
            assert self.process.notices("scanned")[-1]["outcome"] == "accepted"
        self.camera.show(None)
        self.until(self.delivered, "every fact to be delivered")

    def delivered(self) -> bool:
        with reading(journal_path(read_config(self.config))) as journal:
            views = journal.epochs()
        return bool(views) and all(view.mark == view.last for view in views)

    def event_ids(self) -> set[str]:
        with reading(journal_path(read_config(self.config))) as journal:
            return {entry.event_id for _, entry, _ in journal.entries() if entry is not None}


def _end(process: Process) -> None:
    if process.alive:
        process.kill()


def ledger(site: Site) -> list[str]:
    """Give the id of every fact in the ledger."""
    rows = asked_lines("server", "facts", "list", "--dir", site.home)
    assert {row["status"] for row in rows} <= {"accepted"}
    return [row["event_id"] for row in rows]


def paired(site: Site, fair: str, booth: str, ending: ExitStack) -> Kiosk:
    code = site.path / f"{fair}.png"
    where = ("--fair", fair, "--booth", booth, "--pairing", code, "--dir", site.home)
    asked("server", "kiosk", "add", f"{fair} {booth}", *where)
    kiosk = Kiosk(site.path / fair, ending)
    kiosk.until(lambda: kiosk.process.notices("pairing"), "that it asks for its code")
    kiosk.pair(code)
    return kiosk


@pytest.mark.long
def test_a_tour_from_its_first_code_to_a_ledger_put_back(tmp_path: Path, ending: ExitStack) -> None:
    site = Site(tmp_path)
    assert len(site.load(site.write("first.toml", without(site.text, SECOND)))["fairs"]) == len(FIRST)
    server = site.run()
    ending.callback(_end, server)
    cards = site.tokens(9)

    # Two stops, their kiosks paired by a code before the camera; one member is at both.
    casablanca = paired(site, CASABLANCA, "bank", ending)
    rabat = paired(site, RABAT, "membership", ending)
    casablanca.visit(cards[:3])
    rabat.visit(cards[2:6])
    figures: dict[str, Any] = {fair: site.stats(fair) for fair in FIRST}
    assert [figures[fair]["visits"] for fair in FIRST] == [3, 0, 0, 4]

    # The second round is added: not a digit of the first changes.
    assert len(site.load(site.path / "tour.toml")["fairs"]) == len(FIRST + SECOND)
    assert {fair: site.stats(fair) for fair in FIRST} == figures

    # A fair is closed: its backup is verified, its kiosk wiped, and nothing is missing.
    gone = casablanca.event_ids()
    assert len(gone) >= 3
    backup = site.path / "casablanca.riwaq-backup"
    closed = json_of("server", "fair", "close", CASABLANCA, "--backup", backup, "--dir", site.home)
    assert closed["backup"]["facts"] == len(ledger(site))
    casablanca.until(lambda: casablanca.process.notices("wiped"), "the wipe")
    assert casablanca.event_ids() == set()
    assert gone <= set(ledger(site))
    assert {fair: site.stats(fair) for fair in FIRST} == figures

    # The other stop goes on; then that older backup is put back, and its kiosk makes the ledger whole.
    rabat.visit(cards[6:])
    whole, after = sorted(ledger(site)), {fair: site.stats(fair) for fair in FIRST}
    assert after[RABAT]["visits"] == 7
    server.stop()
    put_back = json_of("server", "restore", backup, "--replace", "--dir", site.home)
    assert put_back["facts"] == closed["backup"]["facts"] < len(whole)
    ending.callback(_end, site.run())
    rabat.until(lambda: set(whole) <= set(ledger(site)), "the replay")
    assert len(set(ledger(site))) == len(ledger(site)), "nothing twice"
    assert {fair: site.stats(fair) for fair in FIRST} == after
    assert json_of("server", "status", "--dir", site.home)["in_quarantine"] == 0
    for kiosk in (casablanca, rabat):
        assert kiosk.process.stop() == 0
