"""What a kiosk without a window tells: lines for people, and JSON for programs."""

import json
from dataclasses import fields
from datetime import date
from typing import Any, get_args

import pytest

from kiosk.headless import told
from kiosk.notices import (
    CardIgnored,
    Delivered,
    Described,
    Done,
    HouseholdFound,
    LikelyMember,
    Link,
    MemberConfirmed,
    MembersFound,
    Notice,
    Pairing,
    ProgrammeTaken,
    Registered,
    Reissued,
    Scanned,
    StaffDone,
    StaffIn,
    StaffOut,
    StaffRefused,
    StaffView,
    Trouble,
    Wiped,
)
from kiosk.rules.desk import Outcome
from wire.asking import Dependant, Match

CARD = "0001-00c0ffee00c0ff"
MEMBER = "00000000000000a1"
MATCH = Match(member=MEMBER, name_latin="Meryem")
ACCEPTED = Scanned(Outcome.ACCEPTED, "", CARD, "e" * 32, 7, 3, 4.6, language="fr")
REFUSED = Scanned(Outcome.REFUSED, "bad_signature", "", "e" * 32, 7, 4, 2.2)
NOTICES: list[tuple[Notice, str, str]] = [
    (ACCEPTED, "scanned", f"accepted {CARD} (5 ms)"),
    (REFUSED, "scanned", "refused bad_signature (2 ms)"),
    (Scanned(Outcome.REPEAT, "", CARD, "", 0, 0, 0.3, recorded_at=1), "scanned", f"repeat {CARD} (0 ms)"),
    (
        Scanned(Outcome.ACCEPTED, "", CARD, "e" * 32, 7, 3, 4.6, dialogue=2, offers=("loan",)),
        "scanned",
        f"accepted {CARD} (5 ms)",
    ),
    (Done("sign_up", 2, "loan"), "done", "done: sign up loan"),
    (StaffIn("101", 120.0), "staff_in", "staff 101 is in"),
    (StaffOut(), "staff_out", "no staff is in"),
    (StaffRefused("locked", 60.0), "staff_refused", "a PIN was not taken (locked)"),
    (CardIgnored(), "card_ignored", "a card was shown while staff are in: nothing is recorded"),
    (StaffDone("booth", "", "clinic"), "staff_done", "staff: booth clinic"),
    (
        Registered(CARD, "R1 a token", date(2027, 1, 1), can_print=True),
        "registered",
        f"a member is registered, with the card {CARD}",
    ),
    (
        LikelyMember("employee_number", 1),
        "likely_member",
        "somebody alike was registered here already (employee",
    ),
    (MembersFound((MATCH, MATCH)), "members_found", "the server has told staff of 2 members"),
    (
        MemberConfirmed(MEMBER, "م. ب***", "M. B***", 1, has_card=True),
        "member_confirmed",
        f"staff have confirmed that it is member {MEMBER}",
    ),
    (
        Reissued(CARD, "R1 a token", date(2027, 1, 1), "active", "مريم", "Meryem"),
        "reissued",
        f"a member has got another card, {CARD}",
    ),
    (
        HouseholdFound((Dependant(member=MEMBER),)),
        "household_found",
        "the server has told staff of a household of 1 dependants",
    ),
    (Delivered(7, 3, 0, [1.5]), "delivered", "all delivered"),
    (Delivered(7, 3, 12, []), "delivered", "delivered, 12 facts waiting, safe"),
    (Link(up=True, reason="", waiting=4), "link", "connected"),
    (Link(up=False, reason="lost", waiting=4), "link", "no network (lost) · 4 facts waiting, safe"),
    (
        ProgrammeTaken(3, "rabat-2024", 6, {"ar": "أمل"}, {"fr": "Banque"}, "Africa/Casablanca"),
        "programme",
        "programme of rabat-2024, version 3, 6 booths",
    ),
    (
        ProgrammeTaken(4, "rabat-2024", 6, closed=True),
        "programme",
        "rabat-2024 is closed: nothing is recorded",
    ),
    (Scanned(Outcome.CLOSED, "", CARD, "", 0, 0, 0.3), "scanned", "the fair is closed"),
    (Scanned(Outcome.PAIRING, "", "", "", 0, 0, 0.3), "scanned", "a pairing code was shown"),
    (Pairing("code"), "pairing", "no settings yet: waiting for a pairing code"),
    (Pairing("asking"), "pairing", "a pairing code was read; the server is asked"),
    (Pairing("asking", "no_answer"), "pairing", "the server does not answer"),
    (Pairing("refused", "used"), "pairing", "the pairing code was not taken (used)"),
    (Pairing("paired", name="K-07"), "pairing", "paired: this kiosk is K-07"),
    (Wiped(12), "wiped", "the server holds everything; 12 facts are wiped here"),
    (Trouble("camera", "missing", "the camera is not there: check its cable"), "trouble", "the camera is"),
]


@pytest.mark.parametrize(("notice", "name", "words"), NOTICES)
def test_each_notice_is_one_line_of_words(notice: Notice, name: str, words: str) -> None:
    assert name
    line = told(notice, as_json=False)
    assert line.startswith(words)
    assert len(line.splitlines()) == 1


@pytest.mark.parametrize(("notice", "name", "words"), NOTICES)
def test_each_notice_is_one_object_with_all_its_fields(notice: Notice, name: str, words: str) -> None:
    assert words
    line = told(notice, as_json=True)
    assert "\n" not in line
    read: dict[str, Any] = json.loads(line)
    assert read.pop("notice") == name
    hidden = {field.name for field in fields(notice) if not field.repr}
    assert set(read) == {field.name for field in fields(notice)} - hidden
    # JSON knows no tuples.
    as_told = {
        name: tuple(value) if isinstance(getattr(notice, name), tuple) else value
        for name, value in read.items()
    }
    kind: Any = type(notice)
    assert kind(**as_told, **{name: getattr(notice, name) for name in hidden}) == notice


@pytest.mark.parametrize("as_json", [True, False])
def test_a_cards_token_and_a_members_name_are_never_told(*, as_json: bool) -> None:
    assert "token" not in told(Registered(CARD, "R1 a token", date(2027, 1, 1)), as_json=as_json)
    for notice in (
        Reissued(CARD, "R1 a token", date(2027, 1, 1), "active", "Meryem", "Meryem"),
        MemberConfirmed(MEMBER, "Meryem", "Meryem", 1, has_card=True),
        MembersFound((MATCH,)),
        LikelyMember("phone", 1, (MATCH,)),
        HouseholdFound((Dependant(member=MEMBER, name_latin="Meryem"),)),
    ):
        line = told(notice, as_json=as_json)
        assert "Meryem" not in line
        assert "token" not in line


def test_no_kind_of_notice_is_left_out() -> None:
    # What the programme says to people is for the window; a line tells that it has come.
    assert {type(notice) for notice, _, _ in NOTICES} | {Described, StaffView} == set(get_args(Notice))
    assert told(Described(), as_json=True) == told(Described(), as_json=False) == ""


def test_words_of_any_script_stay_as_they_are() -> None:
    line = told(Trouble("camera", "missing", "رواق · no\ncamera"), as_json=True)
    assert "رواق" in line
    assert len(line.splitlines()) == 1
