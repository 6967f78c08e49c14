"""Several bodies on one server: each works as if it were alone, and sees nothing of the others."""

import csv
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from kiosk.config import read_config
from server.settings import Home
from server.store.engine import Store
from server.store.registry import Registry
from tests.journeys.hall import Booth, Hall, hall
from tests.programs import EXAMPLE, FAIR, asked, asked_json, call, telling
from tests.waiting import until
from wire.topics import down, fair, up

ONE: Final = "amal"
OTHER: Final = "tadamun"


@pytest.fixture
def site(tmp_path: Path, ending: ExitStack) -> Hall:
    return ending.enter_context(hall(tmp_path))


def described(path: Path, body: str) -> Path:
    """Write the example's tour down as that of another body."""
    file = path / f"{body}.toml"
    text = EXAMPLE.read_text(encoding="utf-8")
    assert f'id = "{ONE}"' in text
    file.write_text(text.replace(f'id = "{ONE}"', f'id = "{body}"'), encoding="utf-8")
    return file


def a_booth(site: Hall, ending: ExitStack, body: str) -> Booth:
    """Give a kiosk of a body, with a network of its own."""
    config = site.path / f"{body}-kiosk.toml"
    words = ("kiosk", "add", f"K {body}", "--booth", "bank", "--out", config)
    asked("server", *words, "--body", body, "--dir", site.office.path)
    booth = Booth(config, site.behind_proxy(config), ending)
    booth.ready()
    return booth


def a_card(site: Hall, body: str) -> str:
    out = site.path / f"card-{body}"
    where = ("--out", out, "--body", body, "--dir", site.office.path)
    asked("server", "cards", "issue", "--no-pictures", *where)
    with (out / "cards.csv").open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    return row["token"]


def visits(site: Hall, body: str) -> Any:
    return asked_json("server", "stats", FAIR, "--body", body, "--dir", site.office.path)["visits"]


def test_a_body_that_is_added_works_at_once_and_apart(site: Hall, ending: ExitStack) -> None:
    where = ("--dir", site.office.path)
    refused = call("server", "tour", "load", described(site.path, OTHER), *where, code=1)
    assert f"riwaq-server body add {OTHER}" in refused
    call("server", "body", "add", OTHER, "--name", "fr=Solidarité", *where)
    call("server", "tour", "load", site.path / f"{OTHER}.toml", *where)
    listed = asked_json("server", "body", "list", *where)
    assert [each["body"] for each in listed] == [ONE, OTHER]
    # The same ids of fair and booths: what keeps them apart is the body alone.
    booths = {body: a_booth(site, ending, body) for body in (ONE, OTHER)}
    cards = {body: a_card(site, body) for body in (ONE, OTHER)}
    for body, booth in booths.items():
        [welcome] = booth.scan(cards[body])
        assert welcome["outcome"] == "accepted"
        [foreign] = booth.scan(cards[OTHER if body == ONE else ONE])
        assert (foreign["outcome"], foreign["code"]) == ("refused", "wrong_body")
    for booth in booths.values():
        booth.until(booth.delivered, "facts delivered")
    assert [visits(site, body) for body in (ONE, OTHER)] == [1, 1]
    for body, booth in booths.items():
        known = asked_json("server", "status", "--body", body, *where)["kiosks"]
        assert [kiosk["device"] for kiosk in known] == [read_config(booth.config).device]
    assert "choose with --body one of amal, tadamun" in call("server", "stats", *where, code=1)
    assert "there is no body 'amel'" in call("server", "stats", "--body", "amel", *where, code=1)


def test_a_kiosk_hears_and_says_nothing_below_another_body(site: Hall) -> None:
    where = ("--dir", site.office.path)
    asked("server", "body", "add", OTHER, *where)
    asked("server", "tour", "load", described(site.path, OTHER), *where)
    out = site.path / "spy.toml"
    asked("server", "kiosk", "add", "Spy", "--booth", "bank", "--out", out, "--body", OTHER, *where)
    spy = read_config(out)
    with telling(site.server):
        until(lambda: f"ready: body {OTHER}" in site.server.errors(), seconds=30, what="both bodies served")
    heard: list[str] = []
    granted: list[int] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=spy.device)
    client.username_pw_set(spy.device, spy.password)
    client.on_message = lambda *given: heard.append(given[2].topic)
    client.on_subscribe = lambda *given: granted.extend(code.value for code in given[3])
    client.connect(spy.broker.host, spy.broker.port)
    client.loop_start()
    try:
        wanted = [
            fair(ONE, FAIR, "programme"),
            down(ONE, spy.device, "ack"),
            "riwaq/1/+/fair/#",
            fair(OTHER, FAIR, "programme"),
        ]
        client.subscribe([(topic, 1) for topic in wanted])
        client.publish(up(ONE, "rabat", spy.device, "state"), b'{"online":true}', qos=1)
        until(lambda: heard, seconds=20, what="its own body's programme")
        time.sleep(1.0)
    finally:
        client.disconnect()
        client.loop_stop()
    assert set(heard) == {fair(OTHER, FAIR, "programme")}
    assert [code < 128 for code in granted] == [False, False, False, True]
    assert asked_json("server", "status", "--body", ONE, *where)["kiosks"] == []


def test_twenty_five_bodies_have_what_is_theirs_and_nothing_else(tmp_path: Path) -> None:
    home = tmp_path / "server"
    asked("server", "init", home, "--web", "")
    bodies = [f"association-{number:02}" for number in range(1, 26)]
    for body in bodies:
        asked("server", "body", "add", body, "--name", f"ar=جمعية {body}", "--dir", home)
        asked("server", "tour", "load", described(tmp_path, body), "--dir", home)
        out = tmp_path / f"{body}.kiosk"
        asked("server", "kiosk", "add", body, "--booth", "bank", "--out", out, "--body", body, "--dir", home)
    store = Store(Home(home).database)
    try:
        with store.reading() as connection:
            assert Registry.bodies(connection) == bodies
            keys = {body: Home(home).secrets.body_key(body) for body in bodies}
            assert len({bytes(key.verify_key) for key in keys.values()}) == len(bodies)
            for body in bodies:
                registry = Registry(connection, body)
                assert [kiosk.name for kiosk in registry.kiosks()] == [body]
                assert len(registry.fairs()) == 1
    finally:
        store.close()
