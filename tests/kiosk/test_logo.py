"""The body's logo on a kiosk: it comes with an answer, is proved by the programme, and stays."""

import time
from pathlib import Path
from typing import Any

import pytest

from kiosk.notices import Described, Wiped
from kiosk.rules import delivery
from kiosk.uplink import Arrived
from tests.kiosk.fakes import (
    FakeServer,
    Kiosk,
    fair_topic,
    stopped_journal,
)
from tests.logos import drawn
from tests.waiting import stays, until
from tests.wire.strategies import BODY_KEY, a_programme
from wire.described import Theme
from wire.logo import name_of
from wire.programme import Programme, sign_programme

LOGO, OTHER = drawn(), drawn(colour=(0, 90, 60, 255))


def named(logo: bytes, version: int = 1, **more: Any) -> Programme:
    """Give a programme that names this logo."""
    theme = Theme(colour="#5b1a3a", accent="#ffd27f", logo=name_of(logo) if logo else "")
    return a_programme(version=version, theme=theme, **more)


def shown(kiosk: Kiosk) -> bytes:
    """Give what the window was told last."""
    return kiosk.told(Described)[-1].logo


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "GREET_AGAIN_S", 0.2)


def test_the_logo_comes_with_the_programme_that_names_it(tmp_path: Path) -> None:
    with Kiosk(tmp_path, server=FakeServer(programme=named(LOGO), logo=LOGO)) as kiosk:
        kiosk.ready()
        until(lambda: shown(kiosk) == LOGO, what="the logo")
        last = kiosk.told(Described)[-1]
        assert (last.colour, last.accent) == ("#5b1a3a", "#ffd27f")


def test_a_kiosk_that_starts_without_a_network_still_has_it(tmp_path: Path) -> None:
    with Kiosk(tmp_path, server=FakeServer(programme=named(LOGO), logo=LOGO)) as kiosk:
        kiosk.ready()
        until(lambda: shown(kiosk) == LOGO, what="the logo")
    with Kiosk(tmp_path, connected=False) as kiosk:
        kiosk.ready()
        # Not a picture later: on the first screen that the programme makes.
        assert [told.logo for told in kiosk.told(Described)] == [LOGO]
        kiosk.uplink.connect()
        until(lambda: kiosk.server.hellos, what="a hello")
        assert kiosk.server.hellos[0].logo == name_of(LOGO), "it is not sent again"


def test_a_programme_heard_in_passing_makes_the_kiosk_ask_for_its_logo(tmp_path: Path) -> None:
    with Kiosk(tmp_path, server=FakeServer(programme=named(LOGO), logo=LOGO)) as kiosk:
        kiosk.ready()
        until(lambda: shown(kiosk) == LOGO, what="the logo")
        before = len(kiosk.server.hellos)
        kiosk.server.programme, kiosk.server.logo = named(OTHER, version=2), OTHER
        kiosk.uplink.hear(arrived(named(OTHER, version=2)))
        until(lambda: len(kiosk.told(Described)) >= 3, what="the programme")
        assert LOGO not in [told.logo for told in kiosk.told(Described)[2:]], "no body wears another's logo"
        until(lambda: shown(kiosk) == OTHER, what="the new logo")
        assert [hello.logo for hello in kiosk.server.hellos[before:]] == [""]


def test_a_programme_without_a_logo_ends_it_for_good(tmp_path: Path) -> None:
    with Kiosk(tmp_path, server=FakeServer(programme=named(LOGO), logo=LOGO)) as kiosk:
        kiosk.ready()
        until(lambda: shown(kiosk) == LOGO, what="the logo")
        before = len(kiosk.server.hellos)
        kiosk.uplink.hear(arrived(named(b"", version=2)))
        until(lambda: shown(kiosk) == b"", what="the programme")
        stays(lambda: len(kiosk.server.hellos) == before, what="nothing to ask for")
        with stopped_journal(kiosk) as journal:
            assert journal.get("logo") == b""


@pytest.mark.parametrize("sent", [OTHER, LOGO[:-1], b"no picture"], ids=["another", "cut", "junk"])
def test_a_picture_that_the_programme_does_not_name_is_not_taken(tmp_path: Path, sent: bytes) -> None:
    with Kiosk(tmp_path, server=FakeServer(programme=named(LOGO), logo=sent)) as kiosk:
        kiosk.ready()
        kiosk.settle()
        assert {told.logo for told in kiosk.told(Described)} == {b""}
        kiosk.server.logo = LOGO
        kiosk.settle()
        until(lambda: shown(kiosk) == LOGO, what="the right one, at another hello")


def test_a_kept_picture_that_went_bad_is_fetched_again(tmp_path: Path) -> None:
    with (
        Kiosk(tmp_path, server=FakeServer(programme=named(LOGO), logo=LOGO)) as kiosk,
        stopped_journal(kiosk_with_logo(kiosk)) as journal,
    ):
        journal.put("logo", LOGO[:-1] + b"\x00")
    with Kiosk(tmp_path, server=FakeServer(programme=named(LOGO), logo=LOGO), connected=False) as kiosk:
        kiosk.ready()
        assert shown(kiosk) == b""
        kiosk.uplink.connect()
        until(lambda: shown(kiosk) == LOGO, what="the logo")


def test_a_server_that_has_lost_it_is_not_asked_without_end(tmp_path: Path) -> None:
    with Kiosk(tmp_path, server=FakeServer(programme=named(LOGO))) as kiosk:
        kiosk.ready()
        time.sleep(0.5)
        before = len(kiosk.server.hellos)
        stays(lambda: len(kiosk.server.hellos) == before, seconds=1.0, what="no hello after another")


def test_a_closed_kiosk_keeps_it(tmp_path: Path) -> None:
    with Kiosk(tmp_path, server=FakeServer(programme=named(LOGO), logo=LOGO)) as kiosk:
        kiosk_with_logo(kiosk)
        kiosk.server.programme = named(LOGO, version=2, closed=True)
        kiosk.settle()
        until(lambda: kiosk.told(Wiped), what="the wipe")
        with stopped_journal(kiosk) as journal:
            assert journal.get("logo") == LOGO


def kiosk_with_logo(kiosk: Kiosk) -> Kiosk:
    kiosk.ready()
    until(lambda: shown(kiosk) == LOGO, what="the logo")
    return kiosk


def arrived(programme: Programme) -> Arrived:
    return Arrived(fair_topic("programme"), sign_programme(programme, BODY_KEY))
