"""Sessions that invite members by number: which cards kiosks are told of, and who is on the roll."""

import zlib
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from nacl.signing import SigningKey

from kiosk.rules.desk import by_number
from server.bootstrap import opened
from server.rules.tour.invited import mark_of
from server.setups import SetupTeller
from server.store.registry import Registry
from tests.programs import EXAMPLE, FAIR
from tests.server.enrolments import KARIM, SALMA, SECTION, Enrolments, void
from tests.server.members.register import HEAD
from tests.server.members.register import KARIM as KARIM_LISTED
from wire.card import CardIdentity
from wire.events import SessionAttendance
from wire.setup import MAX_PACKED, Setup

MEETING: Final = "delegates"
NUMBER: Final = KARIM["employee_number"]
NOBODY: Final = "9999999"


def inviting(*invitees: str) -> str:
    listed = ", ".join(f'"{invitee}"' for invitee in invitees)
    return f"""
[[sessions]]
id = "{MEETING}"
names = {{ ar = "لقاء المناديب", fr = "Rencontre des délégués" }}
fair = "{FAIR}"
booth = "membership"
day = 2024-12-28
invitees = [{listed}]
"""


class Meeting:
    """A fair with a session by invitation."""

    def __init__(self, path: Path) -> None:
        self.desk = Enrolments(path)

    def invite(self, *invitees: str) -> None:
        tour = self.desk.register.path / "inviting.toml"
        text = EXAMPLE.read_text(encoding="utf-8") + SECTION + inviting(*invitees)
        tour.write_text(text, encoding="utf-8")
        self.desk.register.type("tour", "load", tour)

    def setup(self) -> Setup:
        with opened(self.desk.register.home) as (_, store, office), store.reading() as connection:
            return office.setup(Registry(connection, office.body), FAIR)

    def lets_in(self, *cards: str) -> list[bool]:
        """Say whom a kiosk lets in that has heard of the newest setup."""
        sent: list[Setup] = []

        def seal(packed: bytes, _: bytes) -> bytes:
            assert len(packed) <= MAX_PACKED
            sent.append(msgspec.json.decode(zlib.decompress(packed), type=Setup))
            return b""

        with opened(self.desk.register.home) as (home, store, office), store.reading() as connection:
            SetupTeller(
                office.body,
                seal=seal,
                publish=lambda *_, **__: True,
                identity_key=home.secrets.identity_key,
            ).tell_changes(Registry(connection, office.body))
        return [sent[0].invites(MEETING, card) for card in cards]

    def mark(self, number: str) -> str:
        with opened(self.desk.register.home) as (home, _, _):
            return mark_of(number, bytes.fromhex(home.secrets.digest_key))

    def roll(self) -> dict[str, Any]:
        found: dict[str, Any] = self.desk.register.json("session", MEETING, "--absent")
        return found

    def issue(self, number: str) -> str:
        """Issue a card for one member and give its number."""
        member = self.desk.register.id_of(number)
        out = self.desk.register.path / f"cards-{number}.pdf"
        self.desk.register.type("cards", "issue", "--members", "--member", member, "--out", out)
        [card] = self.desk.shown(number)["cards"]
        return str(card["card"])

    def scan(self, *cards: str) -> None:
        """Let the door's kiosk bring that the bearers of these cards were there."""
        self.desk.bring(
            *(SessionAttendance(card=by_number(CardIdentity.parse(card)), session=MEETING) for card in cards)
        )


@pytest.fixture
def meeting(tmp_path: Path) -> Meeting:
    return Meeting(tmp_path)


def test_a_card_that_is_registered_with_an_invited_number_is_let_in(meeting: Meeting) -> None:
    meeting.invite(NUMBER, NOBODY)
    desk = meeting.desk
    karims, salmas = desk.card(1).identity, desk.card(2).identity
    assert meeting.lets_in(karims) == [False]
    desk.bring(desk.registration(1, KARIM), desk.registration(2, SALMA))
    assert meeting.lets_in(karims, salmas) == [True, False]
    assert meeting.setup().known_cards == {meeting.mark(NUMBER): [karims]}
    # The kiosk is told of nobody who is not invited.
    version = meeting.setup().version
    desk.bring(desk.registration(3, {**SALMA, "name_latin": "Rim Alami", "employee_number": "0000009"}))
    assert meeting.setup().version == version


def test_another_card_comes_beside_the_one_that_was_lost(meeting: Meeting) -> None:
    desk = meeting.desk
    first, second = desk.card(1), desk.card(2)
    desk.bring(desk.registration(1, KARIM))
    # By number, by the first card, and somebody else by a card that no member holds.
    meeting.invite(NUMBER, first.identity, "0001-00c0ffee00c0ff")
    assert meeting.lets_in(first.identity, second.identity) == [True, False]
    desk.bring(desk.reissue(2, first.identity))
    assert meeting.lets_in(second.identity, "0001-00c0ffee00c0ff") == [True, True]
    assert meeting.setup().known_cards == {
        meeting.mark(NUMBER): sorted([first.identity, second.identity]),
        first.identity: [second.identity],
    }
    roll = meeting.roll()
    assert (roll["invited"], roll["present"], len(roll["absent"])) == (2, 0, 2)


def test_cards_issued_for_members_are_let_in_and_taken_back_ones_forgotten(meeting: Meeting) -> None:
    meeting.desk.register.take(KARIM_LISTED)
    meeting.invite(NUMBER)
    card = meeting.issue(NUMBER)
    assert meeting.lets_in(card) == [True]
    with meeting.desk.register.membership() as (_, membership):
        membership.take_back([card])
    assert meeting.setup().known_cards == {}
    assert meeting.lets_in(card) == [False]


def test_loading_the_tour_knows_the_cards_that_are_there_and_changes_nothing_twice(meeting: Meeting) -> None:
    desk = meeting.desk
    desk.bring(desk.registration(1, KARIM))
    meeting.invite(NUMBER)
    before = meeting.setup()
    assert before.known_cards == {meeting.mark(NUMBER): [desk.card(1).identity]}
    meeting.invite(NUMBER)
    assert meeting.setup() == before
    meeting.invite(NOBODY)
    assert meeting.setup().known_cards == {}


def test_a_number_that_is_corrected_moves_the_invitation(meeting: Meeting) -> None:
    desk = meeting.desk
    desk.bring(desk.registration(1, KARIM))
    meeting.invite(NUMBER)
    card = desk.card(1).identity
    member = desk.register.id_of(NUMBER)
    desk.register.take([member, *KARIM_LISTED[:3], "0054321", *KARIM_LISTED[4:]], head=["member", *HEAD])
    assert meeting.lets_in(card) == [False]
    desk.register.take([member, *KARIM_LISTED], head=["member", *HEAD])
    assert meeting.lets_in(card) == [True]


def test_a_registration_that_was_void_leaves_a_card_that_is_refused_anyway(meeting: Meeting) -> None:
    desk = meeting.desk
    meeting.invite(NUMBER)
    desk.bring((7, desk.registration(1, KARIM)))
    desk.bring(void(7))
    assert desk.refuses(desk.card(1))


def test_each_invitee_is_on_the_roll_once_present_or_absent(meeting: Meeting) -> None:
    desk = meeting.desk
    desk.register.take(
        KARIM_LISTED,
        ("Rim Alami", "", "actif", "0000009", "", "", ""),
        ("Ali Idrissi", "", "actif", "0000008", "", "", ""),
    )
    meeting.invite(NUMBER, "0000009", NOBODY, "0000007")
    card = meeting.issue(NUMBER)
    roll = meeting.roll()
    assert (roll["invited"], roll["present"], roll["unmatched"]) == (4, 0, 3)
    # Who has a card by that, a member without one by the number, nobody by the hash.
    hashes = sorted(map(meeting.mark, (NOBODY, "0000007")))
    assert sorted(roll["absent"]) == sorted([card, "0000009", *hashes])
    told = [row for row in desk.register.log() if row["what"] == "absentees"]
    assert [row["detail"] for row in told] == [{"count": 1, "session": MEETING}]

    second = desk.card(2).identity
    desk.bring(desk.reissue(2, card))
    meeting.scan(card, second, "0001-00000000000123")
    roll = meeting.roll()
    assert (roll["attended"], roll["invited"], roll["present"], roll["rate"]) == (2, 4, 1, 0.25)
    assert sorted(roll["absent"]) == sorted(["0000009", *hashes])
    assert desk.whole()


def test_a_list_too_long_for_all_cards_is_sent_with_fewer_and_the_roll_knows_all(meeting: Meeting) -> None:
    def drawn(number: int) -> str:
        return bytes(SigningKey(number.to_bytes(32, "big")).verify_key).hex()

    marks = [f"m:{drawn(number)[:32]}" for number in range(8000)]
    cards = {mark: [f"0001-{drawn(10_000 + at)[:14]}"] for at, mark in enumerate(marks)}
    meeting.invite(NUMBER)
    with opened(meeting.desk.register.home) as (_, _, office), office.acting() as registry:
        office.change_setup(registry, FAIR, invitees={MEETING: marks}, known_cards=cards)
    known = meeting.lets_in(*(card for [card] in cards.values()))
    assert 0 < sum(known) < len(cards)
    assert meeting.setup().known_cards == cards
    assert meeting.desk.register.json("session", MEETING)["unmatched"] == 0
