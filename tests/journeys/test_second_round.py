"""A tour in two rounds, with real processes: four stops, visits, then four more stops."""

import csv
import re
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest

from kiosk.bootstrap import journal_path
from kiosk.config import read_config
from kiosk.journal import reading
from tests.brokers import free_port
from tests.programs import Pipe, Process, asked, asked_json, call, json_of, started_kiosk, telling
from tests.waiting import until
from wire.programme import open_programme
from wire.setup import open_setup

FIRST: Final = ["casablanca-2024", "marrakech-2024", "tanger-2024", "rabat-2024"]
SECOND: Final = ["fes-2025", "oujda-2025", "tetouan-2025", "kenitra-2025"]
INVITED: Final = "0001-00c0ffee00c0ff"


def without(text: str, ids: list[str]) -> str:
    """Take fairs out of a tour's text, and the sessions at them."""
    blocks = re.split(r"(?m)^(?=\[\[(?!fairs\.))", text)
    out = [
        block
        for block in blocks
        if not any(f'id = "{id_}"' in block and block.startswith("[[fairs]]") for id_ in ids)
        and not (block.startswith("[[sessions]]") and any(f'fair = "{id_}"' in block for id_ in ids))
    ]
    kept = "".join(out)
    left = [id_ for id_ in FIRST + SECOND if id_ not in ids]
    # A booth that is at fairs of the other round alone stays out with them.
    return re.sub(
        r"(?m)^fairs = \[(.*)\]$",
        lambda match: "fairs = [" + ", ".join(f'"{id_}"' for id_ in left if id_ in match[1]) + "]",
        kept,
    )


def wait_for(process: Process, scans: int) -> None:
    until(lambda: len(process.notices("scanned")) == scans, seconds=15, what="a scan")


class Site:
    """A server's directory and what is done there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.home = path / "server"
        listen = f"127.0.0.1:{free_port()}"
        asked_json("server", "init", self.home, "--listen", listen, "--web", "")
        asked("server", "tour", "example", path / "tour.toml")
        self.text = (path / "tour.toml").read_text(encoding="utf-8")

    def write(self, name: str, text: str) -> Path:
        file = self.path / name
        file.write_text(text, encoding="utf-8")
        return file

    def load(self, file: Path, *words: str) -> Any:
        return asked_json("server", "tour", "load", file, "--dir", self.home, *words)

    def add_kiosk(self, fair: str, booth: str) -> Path:
        out = self.path / f"{fair}-{booth}.toml"
        where = ("--fair", fair, "--booth", booth, "--out", out, "--dir", self.home)
        asked("server", "kiosk", "add", f"{fair} {booth}", *where)
        return out

    def tokens(self, count: int) -> list[str]:
        out = self.path / "cards"
        where = ("--out", out, "--valid-from", "2024-01-01", "--no-pictures", "--dir", self.home)
        asked("server", "cards", "issue", "--count", str(count), *where)
        with (out / "cards.csv").open(encoding="utf-8", newline="") as file:
            return [row["token"] for row in csv.DictReader(file)]

    def run(self) -> Process:
        server = Process("server", "run", "--dir", self.home)
        with telling(server):
            until(lambda: "ready:" in server.errors() or not server.alive, seconds=30, what="a ready server")
        return server

    def visit(self, kiosk: Path, tokens: list[str]) -> None:
        """Start a kiosk, show it these cards, and stop it when the server has every visit."""
        with Pipe(kiosk.with_suffix(".pipe")) as pipe:
            process = started_kiosk(kiosk, pipe.source)
            with telling(process):
                until(lambda: bool(process.notices("programme")), seconds=15, what="a programme")
                for number, token in enumerate(tokens, 1):
                    pipe.scan(token)
                    wait_for(process, number)
                assert {entry["outcome"] for entry in process.notices("scanned")} == {"accepted"}
                last = max(entry["seq"] for entry in process.notices("scanned"))
                until(
                    lambda: any(entry["upto"] >= last for entry in process.notices("delivered")),
                    seconds=15,
                    what="delivery",
                )
            assert process.stop() == 0

    def stats(self, fair: str) -> Any:
        return asked_json("server", "stats", fair, "--dir", self.home)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_second_round_leaves_every_figure_of_the_first_as_it_was(site: Site) -> None:
    loaded = site.load(site.write("first.toml", without(site.text, SECOND)))
    assert [fair["outcome"] for fair in loaded["fairs"]] == ["new"] * 4
    assert [fair["fair"] for fair in loaded["fairs"]] == FIRST
    casablanca, rabat = site.add_kiosk("casablanca-2024", "bank"), site.add_kiosk("rabat-2024", "membership")
    cards = site.tokens(9)
    with ExitStack() as ending:
        server = site.run()
        ending.callback(server.stop)
        site.visit(casablanca, cards[:5])
        site.visit(rabat, cards[3:])
        before = {fair: site.stats(fair) for fair in FIRST}
        assert [before[fair]["visits"] for fair in FIRST] == [5, 0, 0, 6]
        facts = call("server", "facts", "list", "--json", "--dir", site.home)

        whole = site.load(site.path / "tour.toml")
        assert {fair["fair"]: fair["outcome"] for fair in whole["fairs"]} == {
            **dict.fromkeys(FIRST, "unchanged"),
            **dict.fromkeys(SECOND, "new"),
        }
        assert {fair: site.stats(fair) for fair in FIRST} == before

        # One who was at Casablanca comes to Fès, too: counted there, and no more at Casablanca.
        site.visit(site.add_kiosk("fes-2025", "health"), cards[:2])
        assert site.stats("fes-2025")["attendance"] == 2
        assert {fair: site.stats(fair) for fair in FIRST} == before

        # A file of the second round alone says nothing of the first: it stays.
        alone = site.load(site.write("second.toml", without(site.text, FIRST)))
        assert sorted(alone["kept"]) == sorted(FIRST)
        assert {fair: site.stats(fair) for fair in FIRST} == before
        assert json_of("server", "status", "--dir", site.home)["fairs"] == sorted(FIRST + SECOND)
        for fair in FIRST:
            call("server", "rebuild", fair, "--dir", site.home)
        assert {fair: site.stats(fair) for fair in FIRST} == before
        assert call("server", "facts", "list", "--json", "--dir", site.home).startswith(facts)
    told = call("server", "tour", "remove", "casablanca-2024", "--dir", site.home, code=1)
    assert "a fair with facts cannot be removed" in told
    call("server", "tour", "remove", "oujda-2025", "--dir", site.home)
    assert "oujda-2025" not in json_of("server", "status", "--dir", site.home)["fairs"]


def test_what_would_falsify_the_first_round_is_refused_as_a_whole(site: Site) -> None:
    first = without(site.text, SECOND)
    site.load(site.write("first.toml", first))
    rabat = site.add_kiosk("rabat-2024", "membership")
    card = site.tokens(1)
    with ExitStack() as ending:
        ending.callback(site.run().stop)
        site.visit(rabat, card)
    bad = (
        first.replace('id = "amal-2024"', 'id = "amal-2025"')
        .replace('timezone = "Africa/Casablanca"', 'timezone = "Europe/Paris"')
        .replace('id = "membership"', 'id = "enrolment"')
        .replace("أوافق على", "نعم أوافق على")
        .replace("Étape de Marrakech", "Marrakech")
    )
    before = call("server", "status", "--json", "--dir", site.home), site.stats("rabat-2024")
    told = call("server", "tour", "load", site.write("bad.toml", bad), "--dir", site.home, code=1)
    assert "nothing was loaded" in told
    assert "visits of rabat-2024 are counted in the tour amal-2024: keep tour.id" in told
    assert "counted by the days of Africa/Casablanca: keep its timezone" in told
    assert "the kiosk 'rabat-2024 membership' stands at the booth membership of rabat-2024" in told
    assert "the consent contact of rabat-2024 has another text under the same version" in told
    again = site.load(site.path / "first.toml", "--dry-run")
    assert {fair["outcome"] for fair in again["fairs"]} == {"unchanged"}
    assert (call("server", "status", "--json", "--dir", site.home), site.stats("rabat-2024")) == before


def test_who_is_invited_reaches_the_fairs_kiosks_sealed_and_at_once(site: Site) -> None:
    site.load(site.path / "tour.toml")
    config = site.add_kiosk("rabat-2024", "membership")
    settings = read_config(config)
    journal = journal_path(settings)

    def setup() -> Any:
        with reading(journal) as view:
            programme, message = view.get("programme"), view.get("setup")
        if programme is None or message is None:
            return None
        key = open_programme(programme, settings.body_key).server.signing
        return open_setup(message, server_key=key, batch_seed=settings.batch_seed)

    with ExitStack() as ending:
        ending.callback(site.run().stop)
        kiosk = started_kiosk(config, "lines:/dev/null")
        ending.callback(kiosk.stop)
        with telling(kiosk):
            until(lambda: bool(kiosk.notices("programme")), seconds=15, what="a programme")
            until(lambda: setup() is not None, seconds=15, what="a setup")
        first = setup()
        assert first.invites("delegates", INVITED)
        assert not first.invites("delegates", "0001-00000000000000")
        assert [number[:2] for number in first.invitees["delegates"]] == ["00", "m:", "m:"]
        changed = site.text.replace(INVITED, "0001-0000000000beef")
        site.load(site.write("changed.toml", changed))
        until(lambda: setup().version > first.version, seconds=15, what="the new setup")
        assert setup().invites("delegates", "0001-0000000000beef")
    lying = b"".join(file.read_bytes() for file in settings.data.iterdir() if file.is_file())
    assert b"00c0ffee00c0ff" not in lying
    assert b"beef" not in lying
    assert b"000471" not in lying


def test_a_tour_with_2755_centres_is_checked_and_loaded_soon(site: Site) -> None:
    file = site.path / "tour.toml"
    started = time.monotonic()
    assert json_of("server", "tour", "check", file) == []
    checked = time.monotonic()
    site.load(file)
    loaded = time.monotonic()
    # The wish is 2 s and 5 s; on a machine that runs other tests beside, ten times that is still sound.
    assert checked - started < 20
    assert loaded - checked < 50
