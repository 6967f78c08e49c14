"""A bank's file holds its own consented sign-ups alone, and a withdrawal leaves the next one."""

import io

import pytest
from python_calamine import load_workbook

from tests.server.facts import HOUR, MINUTE, NINE, card
from tests.server.files.hall import RABAT, TANGIER, TOUR, Hall, card_ref
from wire.events import ClockOffset, SignUp, Void

KARIM = ("Karim Bennani", "كريم بناني", "actif", "0012345", "06 12 34 56 78")
FATIMA = ("Fatima Zahra", "فاطمة الزهراء", "retraité", "77", "0661234567")


@pytest.fixture
def banks(hall: Hall) -> Hall:
    hall.enrol(KARIM, FATIMA)
    return hall


def test_each_bank_gets_its_own_sign_ups_and_nobody_elses(banks: Hall) -> None:
    banks.sign_up(banks.cards["0012345"], "loan", phone="given")
    banks.sign_up(banks.cards["77"], "savings", phone="+212699887766")
    [mine] = banks.file_of("bank")
    assert mine == [
        "Prêt logement",
        "كريم بناني",
        "Karim Bennani",
        "+212612345678",
        "",
        "contact",
        "3",
        "fr",
        "2024-12-28 10:00:00",
    ]
    [other] = banks.file_of("other-bank")
    assert other[:5] == ["Épargne", "فاطمة الزهراء", "Fatima Zahra", "+212699887766", ""]


def test_a_withdrawal_leaves_the_next_file(banks: Hall) -> None:
    karim, fatima = banks.cards["0012345"], banks.cards["77"]
    banks.sign_up(karim)
    banks.sign_up(fatima)
    assert len(banks.file_of("bank")) == 2
    banks.withdraw(karim)
    assert [row[2] for row in banks.file_of("bank")] == ["Fatima Zahra"]
    # To sign again makes it good.
    banks.sign_up(karim)
    assert len(banks.file_of("bank")) == 2


def test_in_doubt_a_sign_up_is_withdrawn(banks: Hall) -> None:
    karim = banks.cards["0012345"]
    banks.sign_up(karim)
    # At another kiosk, of which nobody has measured the clock.
    banks.withdraw(karim, boot_id="c" * 32, occurred_at=NINE - HOUR)
    assert banks.file_of("bank") == []


def test_who_has_two_cards_withdraws_with_either(banks: Hall) -> None:
    karim = banks.cards["0012345"]
    banks.sign_up(karim)
    with banks.membership() as membership, membership.acting() as connection:
        from server.store.members import Members  # noqa: PLC0415 - what reissuing a card does

        [member] = Members(connection, "amal").by_number(["0012345"]).values()
        Members(connection, "amal").link_cards([("0001-0000000000beef", member.member)])
    banks.withdraw(card_ref("0001-0000000000beef"))
    assert banks.file_of("bank") == []


def test_without_agreement_there_is_no_phone(banks: Hall) -> None:
    banks.sign_up(banks.cards["0012345"])
    [row] = banks.file_of("bank")
    assert row[3] == ""


def test_a_card_whose_holder_is_not_known_stands_for_itself(banks: Hall) -> None:
    banks.sign_up(card(0xC0FFEE), phone="given")
    [row] = banks.file_of("bank")
    assert row[:5] == ["Prêt logement", "", "", "", card(0xC0FFEE).identity]


def test_a_phone_that_does_not_open_is_left_out_and_the_sign_up_stands(banks: Hall) -> None:
    fact = SignUp(card=card(1), offer="loan", partner="bank", phone="typed", sealed=b"x" * 80)
    banks.happen(fact)
    [row] = banks.file_of("bank")
    assert (row[0], row[3]) == ("Prêt logement", "")


def test_signing_twice_is_one_row_and_a_void_is_none(banks: Hall) -> None:
    karim = banks.cards["0012345"]
    banks.sign_up(karim, occurred_at=NINE)
    number = banks.sign_up(karim, occurred_at=NINE + MINUTE)
    assert [row[8] for row in banks.file_of("bank")] == ["2024-12-28 10:01:00"]
    banks.happen(Void(target=f"{number:032x}", reason="wrong person"))
    assert [row[8] for row in banks.file_of("bank")] == ["2024-12-28 10:00:00"]


def test_the_time_is_the_corrected_one(banks: Hall) -> None:
    banks.sign_up(banks.cards["0012345"], monotonic_ms=5000)
    reading = ClockOffset(
        server_minus_monotonic_ms=NINE + HOUR - 5000, server_minus_wall_ms=HOUR, round_trip_ms=5
    )
    banks.happen(reading)
    assert [row[8] for row in banks.file_of("bank")] == ["2024-12-28 11:00:00"]


def test_a_fairs_file_holds_its_own_and_a_tours_file_all_of_them(banks: Hall) -> None:
    banks.sign_up(banks.cards["0012345"])
    banks.sign_up(banks.cards["77"], fair=TANGIER)
    assert [row[2] for row in banks.file_of("bank", RABAT)] == ["Karim Bennani"]
    assert [row[2] for row in banks.file_of("bank", TANGIER)] == ["Fatima Zahra"]
    assert len(banks.file_of("bank", TOUR)) == 2
    # A withdrawal at another stop counts here.
    banks.withdraw(banks.cards["0012345"], fair=TANGIER)
    assert banks.file_of("bank", RABAT) == []


def test_who_signs_at_two_stops_and_to_two_banks_is_in_each_file_once(banks: Hall) -> None:
    karim = banks.cards["0012345"]
    banks.sign_up(karim)
    banks.sign_up(karim, "savings")
    banks.sign_up(karim, fair=TANGIER, occurred_at=NINE + 24 * HOUR)
    assert [row[8] for row in banks.file_of("bank", RABAT)] == ["2024-12-28 10:00:00"]
    assert [row[8] for row in banks.file_of("bank", TANGIER)] == ["2024-12-29 10:00:00"]
    assert [row[8] for row in banks.file_of("bank", TOUR)] == ["2024-12-29 10:00:00"]
    assert [row[0] for row in banks.file_of("other-bank", TOUR)] == ["Épargne"]


def test_whom_the_screen_named_is_who_may_know(banks: Hall) -> None:
    banks.sign_up(banks.cards["0012345"], "loan", partner="other-bank")
    assert banks.file_of("bank") == []
    assert len(banks.file_of("other-bank")) == 1


def test_staff_who_try_a_screen_are_in_no_file(banks: Hall) -> None:
    banks.sign_up(card(5, category=15))
    assert banks.file_of("bank") == []


def test_every_file_is_in_the_audit_log_without_a_name(banks: Hall) -> None:
    banks.sign_up(banks.cards["0012345"])
    banks.file_of("bank")
    row = banks.log()[-1]
    assert row["what"] == "partner export"
    assert row["detail"] == {"count": 1, "file": f"bank-{RABAT}-fr.csv", "of": RABAT, "partner": "bank"}
    assert "Karim" not in str(banks.log())


def test_a_workbook_says_the_same(banks: Hall) -> None:
    banks.sign_up(banks.cards["0012345"], phone="given")
    out = banks.path / "bank.xlsx"
    banks.type("partner", "export", RABAT, "--partner", "bank", "--out", out)
    assert out.stat().st_mode & 0o777 == 0o600
    [sheet] = load_workbook(io.BytesIO(out.read_bytes())).sheet_names
    head, row = load_workbook(io.BytesIO(out.read_bytes())).get_sheet_by_name(sheet).to_python()
    assert head[0] == "العرض"
    assert row[1:4] == ["كريم بناني", "Karim Bennani", "+212612345678"]
    assert row[6] == 3


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((RABAT, "--partner", "nobody", "--out", "x.csv"), "choose one of bank, other-bank"),
        (
            ("nowhere", "--partner", "bank", "--out", "x.csv"),
            "choose one of rabat-2024, tangier-2024, amal-2024",
        ),
        ((RABAT, "--partner", "bank", "--out", "x.txt"), "let its name end in .csv or .xlsx"),
    ],
)
def test_what_cannot_be_is_told_and_leaves_no_file(
    banks: Hall, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], told: str
) -> None:
    monkeypatch.chdir(banks.path)
    assert told in banks.type("partner", "export", *words, code=1)
    assert list(banks.path.glob("x.*")) == []


def test_a_file_that_is_there_is_not_written_over(banks: Hall) -> None:
    out = banks.path / "bank.csv"
    out.write_text("mine", encoding="utf-8")
    banks.type("partner", "export", RABAT, "--partner", "bank", "--out", out, code=1)
    assert out.read_text(encoding="utf-8") == "mine"
