"""One of the staff, from the office to a kiosk and out again, with real processes."""

import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest
import zxingcpp
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from PIL import Image

from kiosk.bootstrap import journal_path
from kiosk.config import read_config
from kiosk.journal import reading
from kiosk.rules.debounce import HOLD_OFF_S
from tests.journeys.hall import Booth, Hall, hall
from tests.programs import FAIR, json_of
from wire.programme import open_programme, open_revocations
from wire.setup import StaffVerifier, open_setup, typed_pin

SOON: Final = 15
"""Seconds within which a kiosk that is connected must know; it takes one or two."""


@pytest.fixture
def fair(tmp_path: Path, ending: ExitStack) -> Hall:
    return ending.enter_context(hall(tmp_path))


def staff_at(booth: Booth) -> dict[str, StaffVerifier]:
    return staff_known_to(booth.config)


def staff_known_to(kiosk: Path) -> dict[str, StaffVerifier]:
    """Open the setup that a kiosk keeps, as it does itself; gives its staff by id."""
    config = read_config(kiosk)
    with reading(journal_path(config)) as journal:
        programme, message = journal.get("programme"), journal.get("setup")
    if programme is None or message is None:
        return {}
    key = open_programme(programme, config.body_key).server.signing
    setup = open_setup(message, server_key=key, batch_seed=config.batch_seed)
    return {each.staff_id: each for each in setup.staff}


def refuses(booth: Booth, card: str) -> bool:
    """Say whether a kiosk keeps a list on which the card stands."""
    config = read_config(booth.config)
    with reading(journal_path(config)) as journal:
        message = journal.get("revocations")
    return message is not None and card in open_revocations(message, config.body_key).cards


def fits(known: StaffVerifier, typed: str) -> bool:
    read = typed_pin(typed)
    assert read is not None
    try:
        return PasswordHasher().verify(known.pin_verifier, read.digits)
    except VerifyMismatchError:
        return False


def add(fair: Hall, name: str) -> dict[str, Any]:
    """Add one of the staff, and read the card's picture: ``token``."""
    picture = fair.path / f"{name}.png"
    where = ("--booth", fair.office.booths[0], "--card", picture, "--dir", fair.office.path)
    made: dict[str, Any] = json_of("server", "staff", "add", name, "--fair", FAIR, *where)
    with Image.open(picture) as image:
        [code] = zxingcpp.read_barcodes(image)
    return {**made, "token": code.text}


def revoke(fair: Hall, staff_id: str) -> None:
    assert json_of("server", "staff", "revoke", staff_id, "--dir", fair.office.path)["newly_revoked"]


def test_one_of_the_staff_comes_and_goes_while_a_kiosk_is_connected(fair: Hall) -> None:
    booth = fair.booth("one")
    booth.scan(*fair.cards(2))
    booth.until(booth.delivered, "the visits")
    figures, facts = fair.office.stats(), fair.ledger()
    assert figures["visits"] == 2

    made = add(fair, "م. ب")
    booth.until(lambda: made["id"] in staff_at(booth), "the verifier", SOON)
    known, pin = staff_at(booth)[made["id"]], made["pin"]
    assert (known.card, known.booth) == (made["card"], fair.office.booths[0])
    assert fits(known, f"{pin[:3]} {pin[3:6]} {pin[6:]}")
    assert not fits(known, f"{pin[:3]}{(int(pin[3:]) + 1) % 10**6:06d}")

    [notice] = booth.scan(made["token"])
    assert (notice["outcome"], notice["card"], notice["event_id"]) == ("staff", made["card"], "")
    assert fair.office.stats() == figures
    assert fair.ledger() == facts

    revoke(fair, made["id"])
    booth.until(lambda: made["id"] not in staff_at(booth), "no verifier", SOON)
    booth.until(lambda: refuses(booth, made["card"]), "the revocation", SOON)
    time.sleep(HOLD_OFF_S)  # a card must have been out of sight to count as shown again
    [notice] = booth.scan(made["token"])
    assert (notice["outcome"], notice["code"]) == ("refused", "revoked")
    booth.until(booth.delivered, "the refusal")
    assert fair.office.stats() == figures


def test_a_kiosk_that_was_away_learns_of_staff_when_it_is_back(fair: Hall) -> None:
    booth = fair.booth("one")
    first = add(fair, "one")
    booth.until(lambda: first["id"] in staff_at(booth), "the verifier", SOON)
    booth.proxy.take_down()
    booth.until(lambda: booth.process.notices("link")[-1]["up"] is False, "no network")
    second = add(fair, "two")
    revoke(fair, first["id"])
    assert list(staff_at(booth)) == [first["id"]]
    booth.proxy.bring_up()
    booth.until(lambda: list(staff_at(booth)) == [second["id"]], "the second alone")
    booth.until(lambda: refuses(booth, first["card"]), "the revocation")
    assert fits(staff_at(booth)[second["id"]], second["pin"])


def test_no_pin_is_in_any_file_or_log(fair: Hall) -> None:
    booth = fair.booth("one")
    made = [add(fair, name) for name in ("one", "two")]
    booth.until(lambda: len(staff_at(booth)) == len(made), "the verifiers", SOON)
    booth.scan(made[0]["token"])
    verifier = staff_at(booth)[made[0]["id"]].pin_verifier
    revoke(fair, made[1]["id"])
    booth.until(lambda: len(staff_at(booth)) == 1, "one of them", SOON)
    assert booth.process.stop() == 0
    assert fair.server.stop() == 0

    told = "\n".join(
        [fair.server.errors(), *fair.server.lines, booth.process.errors(), *booth.process.lines]
    ).encode()
    at_server, at_kiosk = contents(fair.office.path), contents(booth.data)
    assert verifier.encode() in at_server, "the ledger is among what is searched"
    assert verifier.encode() not in at_kiosk, "a kiosk keeps it sealed"
    for each in made:
        pin = each["pin"]
        for form in (pin, f"{pin[:3]} {pin[3:6]} {pin[6:]}"):
            assert form.encode() not in told + at_server + at_kiosk
        assert each["token"].encode() not in told + at_server + at_kiosk


def contents(directory: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())
