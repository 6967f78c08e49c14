"""A meeting that invites members by their numbers: each comes in with whatever card the member holds."""

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from kiosk.bootstrap import journal_path
from kiosk.config import read_config
from kiosk.journal import reading
from server.bootstrap import opened
from server.members.membership import Membership
from server.office import now_ms
from tests.journeys.hall import Booth, Hall, example_today, hall
from tests.journeys.test_enrolled import FIRST, LAST, desk_of
from tests.programs import FAIR, asked_json, json_of
from tests.waiting import until
from wire.card import Card, parse
from wire.events import CardRef, Registration, Reissue
from wire.private import seal_private
from wire.programme import open_programme
from wire.setup import Setup, open_setup

MEETING: Final = "delegates"
KARIM, RIM, OMAR, STRANGER, NOBODY = "0012345", "0012346", "0012347", "0012348", "0099999"
NAMES: Final = {KARIM: "Karim Bennani", RIM: "Rim Alami", OMAR: "Omar Tazi", STRANGER: "Ali Fassi"}


def tour_text() -> str:
    """Give the example, held today, with a meeting that members are invited to by their numbers."""
    today = datetime.now(UTC).date().isoformat()
    listed = ", ".join(f'"{number}"' for number in (KARIM, RIM, OMAR, NOBODY))
    return f"""{example_today()}
[members]
employee_number = "[0-9]{{7}}"

[[sessions]]
id = "{MEETING}"
names = {{ ar = "لقاء المناديب", fr = "Rencontre des délégués" }}
kind = "meeting"
fair = "{FAIR}"
booth = "membership"
day = {today}
invitees = [{listed}]
"""


@pytest.fixture
def fair(tmp_path: Path, ending: ExitStack) -> Hall:
    """Give a hall whose body knows some of those invited, and one more."""
    found = ending.enter_context(hall(tmp_path))
    tour, listed = tmp_path / "tour.toml", tmp_path / "members.csv"
    tour.write_text(tour_text(), encoding="utf-8")
    asked_json("server", "tour", "load", tour, "--dir", found.office.path)
    rows = [f"{NAMES[number]},{number},actif" for number in (KARIM, RIM, STRANGER)]
    listed.write_text("\n".join(["Nom et prénom,N° PPR,Catégorie", *rows]), encoding="utf-8")
    asked_json("server", "members", "import", listed, "--yes", "--dir", found.office.path)
    return found


def issued(fair: Hall, number: str) -> str:
    """Issue a card for a member, and give its token."""
    where = ("--dir", fair.office.path)
    [found] = asked_json("server", "members", "find", number, *where)
    with opened(fair.office.path) as (home, store, office):
        membership = Membership(home, store, office, clock=now_ms, who="test")
        [(_, _, token)] = membership.issue_member_cards(members=[found["member"]])
    return token


def number_of(token: str) -> str:
    parsed = parse(token)
    assert isinstance(parsed, tuple)
    card: Card = parsed[0]
    return str(card.identity)


def setup_of(booth: Booth) -> Setup | None:
    """Give what a kiosk keeps, opened with its own key."""
    settings = read_config(booth.config)
    with reading(journal_path(settings)) as view:
        programme, message = view.get("programme"), view.get("setup")
    if programme is None or message is None:
        return None
    key = open_programme(programme, settings.body_key).server.signing
    return open_setup(message, server_key=key, batch_seed=settings.batch_seed)


def knows(booth: Booth, card: str) -> None:
    """Wait until a kiosk has been told of a card."""
    booth.until(
        lambda: (setup := setup_of(booth)) is not None and setup.invites(MEETING, card), "an invited card", 30
    )


def verdict(booth: Booth, token: str) -> tuple[str, str]:
    [scanned] = booth.scan(token)
    return scanned["outcome"], scanned["code"]


def test_members_invited_by_number_are_let_in_and_stand_on_the_roll_once(
    fair: Hall, ending: ExitStack, tmp_path: Path
) -> None:
    desk = ending.enter_context(desk_of(fair, tmp_path))
    karim, stranger = issued(fair, KARIM), issued(fair, STRANGER)
    door = fair.booth("door")
    knows(door, number_of(karim))
    assert verdict(door, karim) == ("accepted", "")
    assert verdict(door, stranger) == ("refused", "not_invited")

    # A card that the office gives out while the doors are open.
    rim = issued(fair, RIM)
    knows(door, number_of(rim))
    assert verdict(door, rim) == ("accepted", "")

    # Somebody whom another kiosk registers, with a number that is on the list; the card is lost at once.
    first_token, first = desk.card()
    fields = {"name_latin": NAMES[OMAR], "category": "active", "employee_number": OMAR}
    desk.send(
        Registration(
            card=first,
            valid_from=FIRST,
            valid_to=LAST,
            consents=[],
            language="ar",
            sealed=seal_private(fields, desk.sealing),
        )
    )
    knows(door, first.identity)
    assert verdict(door, first_token) == ("accepted", "")
    second_token, second = desk.card()
    desk.send(reissued(second, first))
    knows(door, second.identity)
    assert verdict(door, second_token) == ("accepted", "")
    door.until(door.delivered, "delivery")

    until(lambda: roll(fair)["attended"] == 3, seconds=30, what="everybody")
    found = json_of("server", "session", MEETING, "--absent", "--fair", FAIR, "--dir", fair.office.path)
    assert (found["invited"], found["present"], found["unmatched"], found["rate"]) == (4, 3, 1, 0.75)
    [nobody] = found["absent"]
    assert nobody.startswith("m:"), "nobody has that number, and the list keeps none"
    lying = b"".join(file.read_bytes() for file in door.data.rglob("*") if file.is_file())
    for secret in (*NAMES, *NAMES.values(), number_of(rim)):
        assert secret.encode() not in lying, secret


def reissued(second: CardRef, first: CardRef) -> Reissue:
    return Reissue(
        card=second, replaces=first.identity, valid_from=FIRST, valid_to=LAST, reason="lost", member=""
    )


def roll(fair: Hall) -> dict[str, object]:
    found: dict[str, object] = asked_json("server", "session", MEETING, "--dir", fair.office.path)
    return found
