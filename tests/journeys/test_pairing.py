"""Setting kiosks up by a code held before their cameras, and taking a kiosk to the next fair."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import update

from kiosk.config import read_config
from server.settings import Home
from server.store import tables as t
from server.store.engine import Store
from tests.brokers import free_port
from tests.camera import LiveCamera
from tests.kiosk.ui.remote import BRICK, GREEN, Window
from tests.network import Proxy
from tests.programs import EXAMPLE, FAIR, Office, Process, call, json_of
from tests.waiting import until
from wire.pairing import VALID_MS


class Site:
    """A server that runs, reached over a network that can be cut."""

    def __init__(self, path: Path, ending: ExitStack) -> None:
        self.path = path
        path.mkdir(exist_ok=True)
        port = free_port()
        self.proxy = Proxy(port)
        ending.callback(self.proxy.close)
        kiosk_broker = f"mqtt://127.0.0.1:{self.proxy.port}"
        self.office = Office(path, init=["--listen", f"127.0.0.1:{port}", "--kiosk-broker", kiosk_broker])
        self.server = self.office.run()
        ending.callback(self.server.kill)

    def code(self, name: str, *words: str) -> str:
        """Have a code made for a kiosk of that name, and read the picture."""
        picture = self.path / f"{name}-{len(list(self.path.glob('*.png')))}.png"
        where = ("--booth", "bank", "--pairing", picture, "--dir", self.office.path)
        made = json_of("server", "kiosk", "add", name, *where, *words)
        assert made["pairing"] == str(picture)
        assert picture.stat().st_mode & 0o777 == 0o600
        [read] = zxingcpp.read_barcodes(np.asarray(Image.open(picture).convert("L")))
        return str(read.text)

    def kiosks(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json_of("server", "kiosk", "list", "--dir", self.office.path)
        return found


@pytest.fixture
def site(tmp_path: Path, ending: ExitStack) -> Site:
    return Site(tmp_path / "site", ending)


@pytest.fixture
def camera(tmp_path: Path) -> Iterator[LiveCamera]:
    with LiveCamera(tmp_path / "camera") as camera:
        yield camera


def opened(ending: ExitStack, config: Path, camera: LiveCamera) -> Window:
    window = Window(config, camera.source)
    ending.callback(window.close)
    return window


def pairing(process: Process) -> list[tuple[str, str]]:
    return [(told["stage"], told["code"]) for told in process.notices("pairing")]


def test_a_technician_sets_a_kiosk_up_in_three_steps_without_typing(
    site: Site, camera: LiveCamera, ending: ExitStack, tmp_path: Path
) -> None:
    began = time.monotonic()
    # One: the organizer makes the code. Two: the kiosk is switched on. Three: the code is held up.
    code = site.code("K-07")
    assert [(row["name"], row["device"]) for row in site.kiosks()] == [("K-07", "")], "it waits for its code"
    config = tmp_path / "kiosk" / "kiosk.toml"
    config.parent.mkdir()
    window = opened(ending, config, camera)
    window.until_kind("pairing")
    camera.show(code)
    window.until(lambda _: pairing(window.process)[-1:] == [("paired", "")], "its settings")
    window.until(lambda view: view["kind"] == "attract", "the invitation, by its programme")
    took = time.monotonic() - began
    assert took < 120, "the machine's part of two minutes"
    camera.show(None)
    assert config.stat().st_mode & 0o777 == 0o600
    [row] = site.kiosks()
    assert row["device"] == read_config(config).device
    assert window.process.notices("scanned") == [], "its own code is no scan"

    [card] = site.office.tokens(1)
    camera.show(card)
    window.until_kind("accepted")
    until(lambda: site.office.stats()["visits"] == 1, what="the visit in the ledger")
    camera.show(None)
    window.until_kind("attract")

    # A code is no card: a kiosk that is set up says so, and records nothing.
    facts = len(site.office.facts())
    camera.show(site.code("K-08"))
    window.until(lambda view: view["kind"] == "refused", "that it is set up already")
    assert window.pixels((0.01, 0.5)) == [BRICK]
    assert window.process.notices("scanned")[-1]["outcome"] == "pairing"
    assert len(site.office.facts()) == facts
    assert window.process.stop() == 0

    # It is who it is from now on.
    again = opened(ending, config, camera)
    again.until(lambda view: view["kind"] in {"attract", "refused"}, "the kept programme")
    assert pairing(again.process) == []
    assert again.process.stop() == 0


def test_codes_that_are_no_good_are_refused_with_words_and_a_good_one_is_taken(
    site: Site, camera: LiveCamera, ending: ExitStack, tmp_path: Path
) -> None:
    used, old, good = site.code("K-01"), site.code("K-02"), site.code("K-03")
    first = Process(
        "kiosk",
        "run",
        "--headless",
        "--json",
        "--config",
        tmp_path / "first.toml",
        "--source",
        used_by(used, tmp_path),
    )
    ending.callback(first.kill)
    until(lambda: pairing(first)[-1:] == [("paired", "")], seconds=30, what="the first kiosk")
    home = Home(site.office.path)
    store = Store(home.database)
    with store.writing() as connection:
        connection.execute(
            update(t.pairing)
            .where(t.pairing.c.name == "K-02")
            .values(made_at=t.pairing.c.made_at - VALID_MS - 1)
        )
    store.close()
    [card] = site.office.tokens(1)
    damaged = good[:-6]
    window = opened(ending, tmp_path / "kiosk.toml", camera)
    window.until_kind("pairing")
    seen: dict[str, str] = {}
    for text, why in ((used, "used"), (old, "expired"), (card, "not_a_code"), (damaged, "malformed")):
        camera.show(text)
        window.until(lambda _, why=why: pairing(window.process)[-1:] == [("refused", why)], why)  # type: ignore[misc]
        view = window.until(lambda view: view["kind"] == "refused", "the words")
        assert window.pixels((0.01, 0.5)) == [BRICK]
        seen[why] = " ".join(view["texts"])
    assert len(set(seen.values())) == len(seen), seen
    assert not (tmp_path / "kiosk.toml").exists()

    # The network goes; it is said, and the kiosk asks on until it is back.
    site.proxy.take_down()
    camera.show(good)
    window.until(lambda view: view["kind"] == "no_answer", "that nobody answers", seconds=40)
    site.proxy.bring_up()
    window.until(lambda _: pairing(window.process)[-1:] == [("paired", "")], "its settings", seconds=60)
    window.until(lambda view: view["kind"] == "attract", "the invitation")
    assert {row["name"] for row in site.kiosks() if row["device"]} == {"K-01", "K-03"}
    assert window.process.stop() == 0


def used_by(text: str, path: Path) -> str:
    """Give a source in which a code is read once, and nothing after it."""
    lines = path / "codes"
    lines.write_text(f"{text}\n", encoding="ascii")
    return f"lines:{lines}"


@pytest.mark.long
def test_a_wiped_kiosk_takes_the_code_of_the_next_fair_and_no_other_bodys(
    site: Site, camera: LiveCamera, ending: ExitStack, tmp_path: Path
) -> None:
    config = tmp_path / "kiosk.toml"
    window = opened(ending, config, camera)
    window.until_kind("pairing")
    camera.show(site.code("K-01"))
    window.until(lambda view: view["kind"] == "attract", "the invitation", seconds=60)
    [card] = site.office.tokens(1)
    camera.show(card)
    window.until_kind("accepted")
    before = read_config(config)
    until(lambda: site.office.stats()["visits"] == 1, what="the visit in the ledger")
    camera.show(None)
    next_fair(site)
    close = ("--backup", tmp_path / "closing.riwaq-backup", "--anyway", "--dir", site.office.path)
    call("server", "fair", "close", FAIR, *close)
    window.until(lambda view: view["kind"] == "closed", "the closed fair's screen")
    window.until(lambda _: window.process.notices("wiped"), "the wipe")

    other = Site(tmp_path / "other", ending)
    camera.show(other.code("K-01"))
    window.until(lambda _: pairing(window.process)[-1:] == [("refused", "foreign")], "another body's code")
    window.until(lambda view: view["kind"] == "refused", "the words")
    assert read_config(config) == before
    window.until(lambda view: view["kind"] == "closed", "closed as before")
    window.until(
        lambda _: len(window.process.notices("wiped")) == 2, "that the server still holds everything"
    )

    camera.show(site.code("K-01", "--fair", "casablanca-2025"))
    window.until(lambda _: pairing(window.process)[-1:] == [("paired", "")], "new settings", seconds=60)
    window.until(lambda view: view["kind"] == "attract", "the invitation to the next fair", seconds=60)
    now = read_config(config)
    assert (now.fair, now.name) == ("casablanca-2025", "K-01")
    assert now.batch_seed != before.batch_seed
    camera.show(card)
    window.until_kind("accepted")
    assert set(window.pixels((0.01, 0.5))) == {GREEN}
    until(
        lambda: json_of("server", "stats", "casablanca-2025", "--dir", site.office.path)["visits"] == 1,
        what="the visit at the next fair",
    )
    assert site.office.stats()["visits"] == 1
    assert window.process.stop() == 0


def next_fair(site: Site) -> None:
    """Add a stop to the tour."""
    text = EXAMPLE.read_text(encoding="utf-8")
    [before, after] = text.split("# The institutions behind the booths.")
    stop = """[[fairs]]
id = "casablanca-2025"
names = { ar = "محطة الدار البيضاء", fr = "Étape de Casablanca" }
days = [2025-01-10]

"""
    tour = site.path / "tour.toml"
    tour.write_text(f"{before}{stop}# The institutions behind the booths.{after}", encoding="utf-8")
    call("server", "tour", "load", tour, "--dir", site.office.path)
