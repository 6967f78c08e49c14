"""What was done for members at kiosks, at the server and at the kiosks beside."""

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

from click.testing import CliRunner
from nacl.signing import SigningKey

from kiosk.config import read_config
from server.commands import program
from tests.brokers import Peer, TestBroker
from tests.journeys.hall import Hall
from tests.journeys.test_registration import (
    NAME_AR,
    NAME_LATIN,
    NEXT,
    NUMBER,
    fair,
    fill_in,
)
from tests.journeys.test_staff import refuses, staff_known_to
from tests.journeys.test_window import opened
from tests.journeys.test_window_staff import come_in
from tests.programs import FAIR, Pipe, asked_json, asked_lines, call, json_of, kiosk_facts, telling
from tests.waiting import until
from wire.card import Card, CardIdentity, Category, body_tag, sign
from wire.envelope import seal_batch
from wire.events import CardRef, CardRevoked, Event, Fact, Registration, Reissue, encode_event
from wire.private import seal_private
from wire.programme import open_programme
from wire.topics import up

__all__ = ["fair"]
MOST_S: Final = 2
FIRST, LAST = date(2026, 11, 23), date(2029, 11, 22)


def members(hall: Hall, *text: str) -> list[dict[str, Any]]:
    """Look for members; there may be none."""
    words = ["members", "find", *text, "--json", "--dir", str(hall.office.path)]
    done = CliRunner().invoke(program, words)
    assert done.exit_code in (0, 1), done.output
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_who_was_registered_without_a_network_is_a_member_once(
    fair: Hall, ending: ExitStack, tmp_path: Path
) -> None:
    where = ("--dir", fair.office.path)
    card = ("--card", tmp_path / "staff.png")
    added = json_of("server", "staff", "add", "م. ب", "--fair", FAIR, *card, *where)
    config = fair.office.add_kiosk("desk")
    proxy = fair.behind_proxy(config)
    pipe = ending.enter_context(Pipe(tmp_path / "scanner"))
    window = opened(ending, config, pipe.source)
    window.until_kind("attract")
    until(lambda: added["id"] in staff_known_to(config), seconds=30, what="the staff's verifier")
    backup = tmp_path / "before.riwaq-backup"
    call("server", "backup", backup, *where)
    proxy.take_down()
    until(lambda: window.process.notices("link")[-1]["up"] is False, seconds=30, what="no network")

    come_in(window, added["pin"])
    fill_in(window)
    window.touch(NEXT)
    window.until_kind("form_card")
    [made] = window.process.notices("registered")
    assert members(fair, NAME_AR) == []

    proxy.bring_up()
    until(lambda: members(fair, NAME_AR), seconds=60, what="the member")
    [member] = members(fair, NAME_AR)
    assert members(fair, NAME_LATIN.lower()) == members(fair, NUMBER) == [member]
    assert (member["name_ar"], member["name_latin"], member["category"]) == (NAME_AR, NAME_LATIN, "retired")
    shown = asked_json("server", "members", "show", member["member"], *where)
    assert shown["cards"] == [{"card": made["card"], "revoked": False}]
    log = asked_lines("server", "audit", "show", *where)
    [register] = [row for row in log if row["what"] == "register"]
    assert register["who"] == f"staff {added['id']} at desk"
    assert asked_json("server", "audit", "verify", *where)["whole"] is True
    assert fair.office.status()["enrolments"] == {"waiting": 0, "done": 1, "not_taken": {}}

    # A server that was put back from before it knew is told again by the kiosk.
    fair.server.stop()
    call("server", "restore", backup, "--replace", *where)
    assert members(fair, NAME_AR) == []
    fair.run()
    until(lambda: members(fair, NAME_AR), seconds=60, what="the member again")
    assert [each["member"] for each in members(fair, NAME_AR)] == [member["member"]]
    until(lambda: all(fact["delivered"] for fact in kiosk_facts(config)), seconds=60, what="delivery")
    assert [each["member"] for each in members(fair, NAME_LATIN)] == [member["member"]]
    assert asked_json("server", "audit", "verify", *where)["whole"] is True


# -- cards that are refused ------------------------------------------------------------------


class _Broker(TestBroker):
    """The broker of a running server, for the peers of ``tests.brokers``."""

    kind = "of-the-server"

    def __init__(self, path: Path, port: int) -> None:
        super().__init__(path)
        self.port = port

    def write(self) -> None:
        """Write nothing: it is the server's."""


class Desk:
    """A client that holds a kiosk's keys and sends what staff do there."""

    def __init__(self, hall: Hall, config: Path, peer_path: Path) -> None:
        self.config = read_config(config)
        port = int(self.config.broker.port)
        self.peer = Peer(_Broker(peer_path, port), self.config.device, self.config.password)
        topic = f"riwaq/1/{self.config.body}/fair/{FAIR}/programme"
        self.peer.subscribe(topic)
        until(lambda: [heard for heard in self.peer.heard if heard.topic == topic], what="the programme")
        message = next(heard.payload for heard in self.peer.heard if heard.topic == topic)
        self.sealing = open_programme(message, self.config.body_key).server.sealing
        self.office = hall.office

    def card(self) -> tuple[str, CardRef]:
        """Make a card; gives its token, and what facts say of it."""
        made = Card(
            body_tag=body_tag(self.config.body_key),
            key_id=self.config.card_key_id,
            card_id=secrets.randbits(56),
            category=Category.ACTIVE,
            territory=0,
            language="ar",
            valid_from=FIRST,
            valid_to=LAST,
        )
        return sign(made, SigningKey(self.config.card_seed)), CardRef.of(made)

    def registration(self, card: CardRef, name: str) -> Registration:
        sealed = seal_private({"name_latin": name, "category": "active"}, self.sealing)
        return Registration(
            card=card, valid_from=FIRST, valid_to=LAST, consents=[], language="ar", sealed=sealed
        )

    def send(self, fact: Fact) -> None:
        """Send a fact as a kiosk sends it, in an epoch of its own."""
        now = time.time_ns() // 1_000_000
        event = Event(
            event_id=f"{now:012x}7000{secrets.token_hex(8)}",
            occurred_at=now,
            monotonic_ms=1000,
            boot_id="b" * 32,
            fair=FAIR,
            booth="membership",
            staff_id="101",
            fact=fact,
        )
        batch = seal_batch(
            [encode_event(event)],
            device=self.config.device,
            epoch=secrets.randbits(40) + 1,
            first=1,
            sealing_key=self.sealing,
            key=SigningKey(self.config.batch_seed),
        )
        self.peer.say(up(self.config.body, self.config.region, self.config.device, "events"), batch)


@contextmanager
def desk_of(hall: Hall, path: Path) -> Iterator[Desk]:
    desk = Desk(hall, hall.office.add_kiosk("desk"), path)
    try:
        yield desk
    finally:
        desk.peer.leave()


def test_connected_kiosks_refuse_a_lost_card_within_two_seconds(
    fair: Hall, ending: ExitStack, tmp_path: Path
) -> None:
    desk = ending.enter_context(desk_of(fair, tmp_path))
    kiosks = fair.booth("one"), fair.booth("two")
    took: list[float] = []
    for name in ("Lost Tazi", "Stolen Tazi", "Left Tazi"):
        token, card = desk.card()
        desk.send(desk.registration(card, name))
        assert kiosks[0].scan(token)[0]["outcome"] == "accepted"
        until(partial(members, fair, name), seconds=30, what="the member")
        started = time.monotonic()
        desk.send(CardRevoked(card=card.identity, reason="lost"))
        for kiosk in kiosks:
            kiosk.until(partial(refuses, kiosk, card.identity), "its refusal", 10)
        took.append(time.monotonic() - started)
        [verdict] = kiosks[1].scan(token)
        assert (verdict["outcome"], verdict["code"]) == ("refused", "revoked")
        [member] = members(fair, card.identity)
        assert member["name_latin"] == name
    assert max(took) < MOST_S, took


def test_another_card_takes_the_place_of_the_first_at_every_kiosk(
    fair: Hall, ending: ExitStack, tmp_path: Path
) -> None:
    desk = ending.enter_context(desk_of(fair, tmp_path))
    booth = fair.booth("one")
    old_token, old = desk.card()
    new_token, new = desk.card()
    desk.send(
        Reissue(card=new, replaces=old.identity, valid_from=FIRST, valid_to=LAST, reason="lost", member="")
    )
    with telling(fair.server):
        until(lambda: fair.office.status()["enrolments"]["waiting"] == 1, seconds=20, what="the reissue")
    booth.until(lambda: refuses(booth, old.identity), "its refusal")
    assert booth.scan(old_token)[0]["code"] == "revoked"
    assert booth.scan(new_token)[0]["outcome"] == "accepted"
    # The registration comes after, from a kiosk that had no network.
    desk.send(desk.registration(old, "Late Fassi"))
    until(lambda: members(fair, "late fassi"), seconds=20, what="the member")
    until(lambda: fair.office.status()["enrolments"]["waiting"] == 0, seconds=20, what="whose card it is")
    [member] = members(fair, str(CardIdentity.parse(new.identity)))
    assert member["name_latin"] == "Late Fassi"
