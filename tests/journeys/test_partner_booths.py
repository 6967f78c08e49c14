"""Booths of banks, insurance and others: a partner's file holds its own consented sign-ups alone."""

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from server.bootstrap import opened as opened_home
from server.members.membership import Membership
from server.office import now_ms
from tests.journeys.hall import Hall, example_today, hall
from tests.journeys.test_enrolled import desk_of
from tests.journeys.test_window import opened
from tests.journeys.test_window_dialogue import (
    ACCOUNT,
    HEALTH,
    LOAN,
    MINE,
    NO,
    OFFERS,
    SHOW_OFFERS,
    WITHDRAW,
    YES,
)
from tests.programs import FAIR, Pipe, asked_json, asked_lines, json_of, kiosk_facts
from tests.server.files.hall import rows_of
from tests.waiting import until
from wire.card import Card, parse
from wire.events import CardRef, SignUp, Withdrawal

MEMBERS: Final = """name_ar,name_latin,category,phone
كريم بناني,Karim Bennani,active,0612345678
فاطمة الزهراء,Fatima Zahra,retired,0661234567
"""
KARIM, FATIMA = "Karim Bennani", "Fatima Zahra"
ACCOUNT_FR, LOAN_FR, HEALTH_FR = "Compte gratuit", "Prêt logement", "Complémentaire santé"


class Kiosk:
    """A kiosk with a window and a scanner, at one partner's booth."""

    def __init__(self, fair: Hall, ending: ExitStack, booth: str) -> None:
        self.config = fair.office.add_kiosk(booth, booth)
        self.pipe = ending.enter_context(Pipe(self.config.with_suffix(".pipe")))
        self.window = opened(ending, self.config, self.pipe.source)
        self.window.until_kind("attract")

    def begin(self, token: str) -> None:
        """Show a card."""
        self.pipe.scan(token)
        self.window.until(lambda view: view["kind"] in {"accepted", "repeat"}, "a verdict")

    def delivered(self) -> None:
        """Wait until the server has all of it."""
        until(
            lambda: all(fact["delivered"] for fact in kiosk_facts(self.config)), seconds=60, what="delivery"
        )


@pytest.fixture
def fair(tmp_path: Path, ending: ExitStack) -> Hall:
    found = ending.enter_context(hall(tmp_path))
    tour, listed = tmp_path / "tour.toml", tmp_path / "members.csv"
    offers = OFFERS.replace('booth = "bank"', 'booth = "bank"\nconsent = "contact"')
    offers = offers.replace('booth = "insurance"', 'booth = "insurance"\nconsent = "contact"')
    tour.write_text(example_today() + offers, encoding="utf-8")
    listed.write_text(MEMBERS, encoding="utf-8")
    where = ("--dir", found.office.path)
    asked_json("server", "tour", "load", tour, *where)
    assert asked_json("server", "members", "import", listed, "--yes", *where)["new"] == 2
    return found


def cards_of(fair: Hall) -> dict[str, str]:
    """Give each member a card: tokens by name."""
    with opened_home(fair.office.path) as (home, store, office):
        membership = Membership(home, store, office, clock=now_ms, who="test")
        return {member.name_latin: token for member, _, token in membership.issue_member_cards()}


def file_of(fair: Hall, partner: str, name: str) -> list[tuple[str, str, str]]:
    """Export a partner's file: offer, name and phone of each row."""
    out = fair.path / f"{name}.csv"
    words = ("--partner", partner, "--out", out, "--language", "fr", "--dir", fair.office.path)
    json_of("server", "partner", "export", FAIR, *words)
    _, *rows = rows_of(out)
    for row in rows:
        # The text that was agreed to, its version, and the language in which it was read.
        assert row[5:8] == ["contact", "3", "ar"]
    return sorted((row[0], row[2], row[3]) for row in rows)


def reference(token: str) -> CardRef:
    """Give a card as facts name it."""
    parsed = parse(token)
    assert isinstance(parsed, tuple)
    card: Card = parsed[0]
    return CardRef.of(card)


def test_each_partners_file_holds_its_own_and_a_withdrawal_leaves_the_next(
    fair: Hall, ending: ExitStack, tmp_path: Path
) -> None:
    desk = ending.enter_context(desk_of(fair, tmp_path))
    cards = {name: reference(token) for name, token in cards_of(fair).items()}
    signing = partial(SignUp, consent="contact", consent_version=3, language="ar")
    desk.send(signing(card=cards[KARIM], offer="housing-loan", partner="bank", phone="given"))
    desk.send(signing(card=cards[FATIMA], offer="account", partner="bank"))
    desk.send(signing(card=cards[FATIMA], offer="health-cover", partner="insurance"))
    until(lambda: sign_ups(fair) == 3, seconds=30, what="the sign-ups")
    loan, account = (LOAN_FR, KARIM, "+212612345678"), (ACCOUNT_FR, FATIMA, "")
    assert file_of(fair, "bank", "bank-1") == [account, loan]
    assert file_of(fair, "insurance", "insurance-1") == [(HEALTH_FR, FATIMA, "")]
    assert file_of(fair, "clinic", "clinic-1") == []

    desk.send(Withdrawal(card=cards[KARIM], offer="housing-loan"))
    until(lambda: sign_ups(fair) == 2, seconds=30, what="the withdrawal")
    assert file_of(fair, "bank", "bank-2") == [account]
    assert file_of(fair, "insurance", "insurance-2") == [(HEALTH_FR, FATIMA, "")]


def sign_ups(fair: Hall) -> int:
    """Count the sign-ups that hold."""
    found: int = fair.office.stats()["sign_ups"]["total"]
    return found


@pytest.mark.long
def test_by_touches_a_banks_file_holds_its_own_and_a_withdrawal_leaves_the_next(
    fair: Hall, ending: ExitStack
) -> None:
    cards = cards_of(fair)
    bank, insurance = Kiosk(fair, ending, "bank"), Kiosk(fair, ending, "insurance")

    bank.begin(cards[KARIM])
    bank.window.touch(SHOW_OFFERS, LOAN, YES)
    bank.window.until_kind("signed_up")
    bank.begin(cards[FATIMA])
    # She reads the text of the loan, and does not agree to it.
    bank.window.touch(SHOW_OFFERS, LOAN, NO)
    bank.window.until_kind("offers")
    bank.window.touch(ACCOUNT, YES)
    bank.window.until_kind("signed_up")
    insurance.begin(cards[FATIMA])
    insurance.window.touch(SHOW_OFFERS, HEALTH, YES)
    insurance.window.until_kind("signed_up")
    bank.delivered()
    insurance.delivered()

    of_bank = file_of(fair, "bank", "bank-1")
    assert [row[:2] for row in of_bank] == [(ACCOUNT_FR, FATIMA), (LOAN_FR, KARIM)]
    # An offer that needs no phone gives none away.
    assert {name: phone for _, name, phone in of_bank} == {KARIM: "+212612345678", FATIMA: ""}
    assert [row[:2] for row in file_of(fair, "insurance", "insurance-1")] == [(HEALTH_FR, FATIMA)]
    assert file_of(fair, "clinic", "clinic-1") == []

    # The bank is not asked: any kiosk takes a withdrawal.
    insurance.begin(cards[KARIM])
    insurance.window.touch(MINE, LOAN, WITHDRAW)
    insurance.window.until_kind("withdrawn")
    insurance.delivered()
    assert [row[:2] for row in file_of(fair, "bank", "bank-2")] == [(ACCOUNT_FR, FATIMA)]
    assert len(file_of(fair, "insurance", "insurance-2")) == 1
    bank.begin(cards[FATIMA])
    bank.window.touch(MINE)
    bank.window.until_kind("mine")
    bank.window.touch(ACCOUNT, WITHDRAW)
    bank.window.until_kind("withdrawn")
    bank.delivered()
    assert file_of(fair, "bank", "bank-3") == []
    assert asked_json("server", "stats", "--dir", fair.office.path)["sign_ups"]["by_offer"] == {
        "health-cover": 1
    }
    log = asked_lines("server", "audit", "show", "--dir", fair.office.path)
    told = [row["detail"]["file"] for row in log if row["what"].startswith("partner")]
    assert told == [
        "bank-1.csv",
        "insurance-1.csv",
        "clinic-1.csv",
        "bank-2.csv",
        "insurance-2.csv",
        "bank-3.csv",
    ]
