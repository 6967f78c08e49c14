"""Sessions that belong to no fair: days as far as they are known, rolls, who took part in a series."""

import gettext

import pytest

from server.assets import assets_dir
from server.files.out.catalogue import words_of
from server.rules.members.texts import Unfit
from server.rules.sessions.held import BodySession, Taking, has_list, invited_by_sheet, roll_of
from server.rules.sessions.matrix import Part, matrix_of
from server.rules.sessions.partial import Span, in_words, read_span
from server.rules.wording import Words

# -- days ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("", ""),
        ("2024", "2024"),
        ("2024-05", "2024-05"),
        ("05/2024", "2024-05"),
        ("٢٠٢٤-٠٥", "2024-05"),  # noqa: RUF001 - digits as some write them
        ("2024-10-09", "2024-10-09"),
        ("9/10/2024", "2024-10-09"),
        ("2025-04-05/2025-04-06", "2025-04-05/2025-04-06"),
        ("05/04/2025 - 06/04/2025", "2025-04-05/2025-04-06"),
        ("05/04/2025/06/04/2025", "2025-04-05/2025-04-06"),
        ("2025-04-05/2025-04-05", "2025-04-05"),
        ("2024-05/2025", "2024-05/2025"),
    ],
)
def test_a_day_stays_as_it_is_known(written: str, kept: str) -> None:
    assert read_span(written).iso == kept


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("2024-13", "there is no month 13; write 1 to 12"),
        ("00/2024", "there is no month 0; write 1 to 12"),
        ("12/31/2024", "there is no month 31; write it between year and day"),
        ("2024-31-12", "there is no month 31; write it between year and day"),
        ("31/02/2024", "is no day of the calendar; write it as far as it is known"),
        ("soon", "is no day"),
        ("2025-04-06/2025-04-05", "before it begins"),
        ("0999", "no day of these times"),
        ("2024-05-01/later", "is no day"),
    ],
)
def test_what_is_no_day_is_told(written: str, why: str) -> None:
    with pytest.raises(Unfit) as found:
        read_span(written)
    assert why in f"{found.value.what}; {found.value.instead}"


def test_days_stand_in_their_order_and_unknown_ones_last() -> None:
    written = ["", "2025-04-05/2025-04-06", "2024-05", "2024-05-02", "2024", "2025-04-05"]
    spans = sorted(map(read_span, written), key=lambda span: span.order)
    assert [span.iso for span in spans] == [
        "2024",
        "2024-05",
        "2024-05-02",
        "2025-04-05",
        "2025-04-05/2025-04-06",
        "",
    ]


@pytest.mark.parametrize(
    ("span", "french", "arabic"),
    [
        (Span(), "date inconnue", "تاريخ غير معروف"),
        (Span("2024"), "2024", "2024"),
        (Span("2024-05"), "mai 2024", "ماي 2024"),
        (Span("2024-10-09"), "9 octobre 2024", "9 أكتوبر 2024"),
        (Span("2025-04-05", "2025-04-06"), "du 5 au 6 avril 2025", "من 5 إلى 6 أبريل 2025"),
        (
            Span("2025-04-30", "2025-05-02"),
            "du 30 avril 2025 au 2 mai 2025",
            "من 30 أبريل 2025 إلى 2 ماي 2025",
        ),
        (Span("2024-05", "2024-06"), "de mai 2024 à juin 2024", "من ماي 2024 إلى يونيو 2024"),
    ],
)
def test_days_are_told_in_words(span: Span, french: str, arabic: str) -> None:
    assert in_words(span, words_of("fr", assets_dir())) == french
    assert in_words(span, words_of("ar", assets_dir())) == arabic
    assert in_words(span, Words("en", gettext.NullTranslations()))


# -- rolls and the matrix, as rules ----------------------------------------------------------


def test_a_roll_counts_the_list_and_those_who_came_besides() -> None:
    takings = [
        Taking(person="a", invited=True, attended=True),
        Taking(person="b", invited=True),
        Taking(person="c", attended=True),
    ]
    roll = roll_of(takings)
    assert (roll.invited, roll.present, roll.attended, roll.rate) == (2, 1, 2, 0.5)
    assert roll_of([]).rate is None


def test_a_sheet_is_the_list_once_somebody_on_it_did_not_come_and_nobody_was_invited() -> None:
    came, walked_in = Taking(person="a", attended=True, on_sheet=True), Taking(person="b", attended=True)
    absent, by_name = Taking(person="c", invited=True, on_sheet=True), Taking(person="d", invited=True)
    assert invited_by_sheet([came, walked_in]) == []
    assert invited_by_sheet([came, walked_in, by_name]) == []
    expected = Taking(person="a", attended=True, on_sheet=True, invited=True)
    assert invited_by_sheet([came, walked_in, absent, by_name]) == [expected]
    assert invited_by_sheet([expected, walked_in, absent]) == []
    assert has_list([came, by_name])
    assert not has_list([came, walked_in])
    assert not has_list([came, absent, by_name])


def test_who_sends_several_attended_where_one_of_them_did() -> None:
    sessions = [
        BodySession(session="later", names={"fr": "B"}, first_day="2025"),
        BodySession(session="first", names={"fr": "A"}, first_day="2024-05"),
    ]
    rolls = {
        "first": [
            Taking(person="p", behalf="amal", invited=True),
            Taking(person="q", behalf="amal", invited=True, attended=True),
            Taking(person="r", behalf="nour", invited=True),
            Taking(person="s", behalf="amal", invited=True),
        ],
        "later": [Taking(person="amal", attended=True)],
    }
    matrix = matrix_of(sessions, rolls, "2024-06-01")
    assert [each.session for each in matrix.sessions] == ["first", "later"]
    assert matrix.parts == {"amal": [Part.ATTENDED, Part.ATTENDED], "nour": [Part.ABSENT, Part.NONE]}
    # Before its month is over, and with nobody there, nobody is absent.
    invited = {"first": [Taking(person="r", invited=True)]}
    assert matrix_of(sessions, invited, "2024-05-31").parts == {"r": [Part.INVITED, Part.NONE]}
    assert matrix_of(sessions, invited, "2024-06-01").parts == {"r": [Part.ABSENT, Part.NONE]}
    assert (matrix.count("amal"), matrix.present(0), matrix.present(1)) == (2, 1, 1)
