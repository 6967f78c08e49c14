"""A member who lost the card is found, confirmed, checked in and given another: real parts, no window."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, TypeVar

from kiosk.bootstrap import Eye, make_station
from kiosk.config import read_config
from kiosk.notices import (
    HouseholdFound,
    LikelyMember,
    MemberConfirmed,
    MembersFound,
    Notice,
    ProgrammeTaken,
    Registered,
    Reissued,
    StaffDone,
    StaffIn,
)
from kiosk.station import Station
from kiosk.wishes import (
    CheckInWish,
    ConfirmWish,
    FindWish,
    HouseholdWish,
    PinWish,
    RegisterWish,
    ReissueWish,
    Wish,
)
from tests.journeys.hall import Hall
from tests.journeys.test_enrolled import members
from tests.journeys.test_registration import CANARIES, NAME_AR, NAME_LATIN, NUMBER, PHONE, fair, readable
from tests.journeys.test_staff import SOON, refuses, staff_known_to
from tests.programs import FAIR, Pipe, asked_json, asked_lines, json_of, kiosk_facts
from tests.waiting import until

__all__ = ["fair"]
Told = TypeVar("Told")
BIRTH: Final = "31051960"
TYPED: Final = {
    "name_ar": NAME_AR,
    "name_latin": NAME_LATIN,
    "category": "retired",
    "birth": BIRTH,
    "employee_number": NUMBER,
    "phone": PHONE,
}


class Desk:
    """A station of this process at a desk, and what its staff wish for."""

    def __init__(self, station: Station, notices: list[Notice]) -> None:
        self.station = station
        self._notices = notices

    def told(self, kind: type[Told]) -> list[Told]:
        return [notice for notice in list(self._notices) if isinstance(notice, kind)]

    def ask(self, wish: Wish, kind: type[Told]) -> Told:
        before = len(self.told(kind))
        self.station.ask(wish)
        until(lambda: len(self.told(kind)) > before, what=f"a {kind.__name__}; told: {self._notices[-4:]}")
        return self.told(kind)[before]

    def come_in(self, pin: str) -> None:
        until(lambda: self.told(ProgrammeTaken), seconds=30, what="a programme")
        self.ask(PinWish(pin), StaffIn)

    def confirmed(self, *texts: str) -> MemberConfirmed:
        """Find a member by each of these texts and confirm who it is."""
        for text in texts:
            [match] = self.ask(FindWish(text), MembersFound).matches
        return self.ask(ConfirmWish(match.member, "birth", BIRTH), MemberConfirmed)


@contextmanager
def desk_with(config: Path, source: str) -> Iterator[Desk]:
    notices: list[Notice] = []
    eye = Eye(source, once=False)
    station = make_station(read_config(config), eye, on_notice=notices.append)
    station.start()
    try:
        yield Desk(station, notices)
    finally:
        station.stop()
        eye.close()


def test_a_member_without_a_card_is_found_checked_in_and_given_another(
    fair: Hall, ending: ExitStack, tmp_path: Path
) -> None:
    where = ("--dir", fair.office.path)
    card = ("--card", tmp_path / "staff.png")
    added = json_of("server", "staff", "add", "م. ب", "--fair", FAIR, *card, *where)
    config = fair.office.add_kiosk("desk")
    pipe = ending.enter_context(Pipe(tmp_path / "scanner"))
    other = fair.booth("other")
    with desk_with(config, pipe.source) as desk:
        until(lambda: added["id"] in staff_known_to(config), seconds=30, what="the staff's verifier")
        desk.come_in(added["pin"])
        made = desk.ask(RegisterWish(TYPED, language="ar"), Registered)
        until(lambda: members(fair, NAME_AR), seconds=30, what="the member")
    [verdict] = other.scan(made.token)
    assert verdict["outcome"] == "accepted"

    # Another run of the kiosk, which remembers nobody itself.
    with desk_with(config, pipe.source) as desk:
        desk.come_in(added["pin"])
        until(lambda: desk.station._carrier.connected, seconds=30, what="the network")  # noqa: SLF001 - as told
        likely = desk.ask(RegisterWish(TYPED, language="ar"), LikelyMember)
        assert (likely.what, len(likely.matches)) == ("phone", 1), "the server knows whom"
        began = time.monotonic()
        assert desk.confirmed(NAME_AR[:4], NAME_LATIN.lower(), PHONE, NUMBER).has_card
        assert time.monotonic() - began < 5, "five replies, each within a second"
        assert desk.ask(CheckInWish(), StaffDone) == StaffDone("by_hand", count=1)
        assert desk.ask(HouseholdWish(made.card), HouseholdFound) == HouseholdFound(())

        assert desk.confirmed(NAME_LATIN).has_card
        new = desk.ask(ReissueWish("lost"), Reissued)
        assert (new.name_ar, new.name_latin, new.category) == (NAME_AR, NAME_LATIN, "retired")
        until(lambda: refuses(other, made.card), seconds=SOON, what="that the lost card is refused")
        until(lambda: all(fact["delivered"] for fact in kiosk_facts(config)), seconds=30, what="delivery")
    [verdict] = other.scan(new.token)
    assert (verdict["outcome"], verdict["card"]) == ("accepted", new.card)

    [member] = members(fair, NAME_AR)
    shown = asked_json("server", "members", "show", member["member"], *where)
    assert {each["card"]: each["revoked"] for each in shown["cards"]} == {made.card: True, new.card: False}
    log = asked_lines("server", "audit", "show", *where)
    asks = [row for row in log if row["what"].startswith("ask ")]
    assert {row["who"] for row in asks} == {f"staff {added['id']} at desk"}
    assert {row["what"] for row in asks} == {
        f"ask {each}" for each in ("likely", "find", "confirm", "household")
    }
    assert asked_json("server", "audit", "verify", *where)["whole"] is True
    data = config.with_suffix(".data")
    assert readable(data, *CANARIES, made.token, new.token) == []
