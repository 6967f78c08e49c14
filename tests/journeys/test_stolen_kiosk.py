"""A kiosk is stolen: it is heard no more, and the cards that a thief makes with its key are refused."""

from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest
from nacl.signing import SigningKey

from kiosk.config import KioskConfig, read_config
from tests.journeys.hall import Hall, hall
from tests.programs import asked_json, call
from tests.waiting import until
from wire.card import Card, Category, body_tag, sign

SOON: Final = 20.0


@pytest.fixture
def site(tmp_path: Path, ending: ExitStack) -> Hall:
    return ending.enter_context(hall(tmp_path))


def a_card_of(config: KioskConfig, number: int) -> str:
    """Sign a card as the kiosk itself would, and as whoever has it can."""
    today = date(2026, 1, 1)
    card = Card(
        body_tag=body_tag(config.body_key),
        key_id=config.card_key_id,
        card_id=number,
        category=Category.ACTIVE,
        territory=0,
        language="ar",
        valid_from=today - timedelta(days=400),
        valid_to=today + timedelta(days=1000),
    )
    return sign(card, SigningKey(config.card_seed))


def test_a_stolen_kiosk_is_heard_no_more_and_its_key_makes_no_card_that_is_taken(site: Hall) -> None:
    stolen, other = site.booth("stolen"), site.booth("other")
    config = read_config(stolen.config)
    own = next(site.tokens)
    assert [each["outcome"] for each in other.scan(a_card_of(config, 1), own)] == ["accepted", "accepted"]
    told = call("server", "kiosk", "revoke", "stolen", "--dir", site.office.path)
    assert f"({config.device}) is revoked" in told

    def refused() -> bool:
        # Another card each time: the same one would be a repeat.
        refused.number += 1  # type: ignore[attr-defined]
        [verdict] = other.scan(a_card_of(config, refused.number))  # type: ignore[attr-defined]
        return (verdict["outcome"], verdict["code"]) == ("refused", "revoked")

    refused.number = 1  # type: ignore[attr-defined]
    until(refused, seconds=SOON, what="the stolen key refused")
    [verdict] = other.scan(next(site.tokens))
    assert verdict["outcome"] == "accepted", "the server's own cards are as good as before"
    stolen.until(lambda: stolen.process.notices("link")[-1]["up"] is False, "no way in any more", SOON)
    before = site.office.stats()["visits"]
    stolen.scan(next(site.tokens))
    other.until(other.delivered, "what the other kiosk has")
    assert site.office.stats()["visits"] >= before
    assert not stolen.delivered()
    listed = asked_json("server", "kiosk", "list", "--dir", site.office.path)
    assert {each["name"]: each["revoked"] for each in listed} == {"stolen": True, "other": False}
    assert [each["name"] for each in site.office.status()["kiosks"]] == ["other"]
    again = call("server", "kiosk", "revoke", "stolen", "--dir", site.office.path, code=1)
    assert "there is no kiosk 'stolen'" in again
