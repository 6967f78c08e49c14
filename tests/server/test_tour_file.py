"""The file of a tour: every problem with its line, what it is, and what to write instead."""

import random
import re
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.files.sheets import looks_like_workbook
from server.files.tour_file import TourFileError, check_tour, content_of, read_tour
from server.rules.fair import SECTORS, moved
from server.rules.names import LANGUAGES, objection
from tests.server.tours import SMALL
from wire import card, programme

EXAMPLE_PATH = Path(__file__).parents[2] / "assets" / "examples" / "rabat.toml"
EXAMPLE = EXAMPLE_PATH.read_text(encoding="utf-8")

DAYS = "days = [2024-12-27, 2024-12-28, 2024-12-29]"
NORTH = '{ ar = "الشمال", fr = "Nord" }'

# What is put in place of what, the line that must be named, and words that must be in the message.
BAD = {
    # keys
    "unknown_section": (
        "[[partners]]",
        "[[sponsors]]",
        13,
        "sponsors: this key is not known; write partners",
    ),
    "unknown_key": (
        'region = "04"',
        'region = "04"\nfloor = 3',
        8,
        "fairs[1].floor: this key is not known; the keys",
    ),
    "near_key": ("timezone =", "timezon =", 10, "fairs[1].timezon: this key is not known; write timezone"),
    "other_word": (DAYS, "dates = [2024-12-27]", 9, "fairs[1].dates: this key is not known; write days"),
    "missing_key": (f"{DAYS}\n", "", 5, "fairs[1].days: this is missing; write days = [2024-12-27"),
    "missing_id": (
        '[[booths]]\nid = "bank"\n',
        "[[booths]]\n",
        22,
        'booths[2].id: this is missing; write id = "…"',
    ),
    "no_body": (SMALL[: SMALL.index("[[fairs]]")], "", 1, "body: this is missing; write [body]"),
    "no_fair": (
        SMALL[SMALL.index("[[fairs]]") : SMALL.index("[[part")],
        "",
        1,
        "fairs: this is missing; write [[fairs]]",
    ),
    # kinds of values
    "number_for_text": (
        'id = "amal"',
        "id = 5",
        2,
        'body.id: a number (5) stands where a text belongs; write "5"',
    ),
    "bool_for_text": (
        'region = "04"',
        "region = true",
        7,
        "fairs[1].region: true or false (true) stands where a text",
    ),
    "text_for_number": (
        "code = 2",
        'code = "02"',
        36,
        "code: a text ('02') stands where a number belongs; write 2, without",
    ),
    "bool_for_number": (
        "code = 2",
        "code = true",
        36,
        "territories[2].code: true or false (true) stands where a number",
    ),
    "text_for_names": (
        NORTH,
        '"Nord"',
        29,
        "territories[1].names: a text ('Nord') stands where names by language",
    ),
    "number_for_name": (
        'fr = "Nord"',
        "fr = 7",
        29,
        'territories[1].names.fr: a number (7) stands where a text belongs; write "7"',
    ),
    "single_brackets": (
        "[[partners]]",
        "[partners]",
        13,
        "partners: a table stands where a list of tables belongs; write [[partners]]",
    ),
    "text_for_table": (
        SMALL[: SMALL.index("[[fairs]]")],
        'body = "amal"\n',
        1,
        "body: a text ('amal') stands where a table",
    ),
    "number_for_entry": (
        SMALL[SMALL.index("[[booths]]") : SMALL.index("[[terr")],
        "[x]\n",
        1,
        "booths: this is missing",
    ),
    # ids
    "capital_id": (
        'id = "membership"',
        'id = "Membership"',
        19,
        "booths[1].id: 'Membership' cannot be an id; write 'membership'",
    ),
    "arabic_id": ('id = "membership"', 'id = "انخراط"', 19, "cannot be an id; use 1 to 48 of a-z"),
    "empty_id": ('id = "membership"', 'id = ""', 19, "booths[1].id: the id is empty"),
    "long_id": ('id = "membership"', f'id = "{"m" * 49}"', 19, "cannot be an id"),
    "newline_id": ('id = "membership"', r'id = "membership\n"', 19, "cannot be an id"),
    "slash_id": ('id = "amal"', 'id = "amal/+"', 2, "body.id: 'amal/+' cannot be an id"),
    "bad_region": (
        'region = "04"',
        'region = "Rabat !"',
        7,
        "fairs[1].region: 'Rabat !' cannot be an id; write 'rabat'",
    ),
    "double_booth": (
        '[[booths]]\nid = "bank"',
        '[[booths]]\nid = "membership"',
        23,
        "booths[2].id: booths[1].id has this id already",
    ),
    "double_partner": (
        "[[booths]]",
        '[[partners]]\nid = "bank"\nnames = { ar = "باب", fr = "B" }\nsector = "bank"\n[[booths]]',
        19,
        "partners[2].id: partners[1].id has this id already",
    ),
    "double_territory": (
        'id = "tangier"',
        'id = "north"',
        33,
        "territories[2].id: territories[1].id has this id",
    ),
    "same_name": (
        'fr = "Espace banque"',
        'fr = " ADHÉSION "',
        24,
        "booths[2].names.fr: booths[1].names.fr has this name in French already",
    ),
    # days
    "month": (
        DAYS,
        "days = [2024-05]",
        9,
        "fairs[1].days[1]: '2024-05' is a month, not a day; write each day of the fair, such as 2024-05-01",
    ),
    "month_as_text": (DAYS, 'days = ["2024-05"]', 9, "fairs[1].days[1]: '2024-05' is a month, not a day"),
    "no_such_day": (
        DAYS,
        "days = [2024-12-27, 2024-02-30]",
        9,
        "fairs[1].days[2]: the day 2024-02-30 does not exist",
    ),
    "no_such_month": (
        DAYS,
        'days = ["2024-13-01"]',
        9,
        "fairs[1].days[1]: the day 2024-13-01 does not exist",
    ),
    "french_day": (
        DAYS,
        "days = [27/12/2024]",
        9,
        "'27/12/2024' is not written as a day; write year-month-day: 2024-12-27",
    ),
    "arabic_digits": (
        DAYS,
        'days = ["٢٠٢٤-١٢-٢٧"]',
        9,
        "is not written as a day; write year-month-day: 2024-12-27",
    ),
    "basic_day": (DAYS, 'days = ["20241227"]', 9, "is not written as a day"),
    "day_with_time": (
        DAYS,
        "days = [2024-12-27T09:00:00]",
        9,
        "is a day with a time; write the day alone: 2024-12-27",
    ),
    "number_for_day": (DAYS, "days = [27]", 9, "fairs[1].days[1]: a number (27) stands where a day belongs"),
    "one_day_no_list": (
        DAYS,
        "days = 2024-12-27",
        9,
        "fairs[1].days: a day (2024-12-27) stands where a list of days belongs; write [2024-12-27]",
    ),
    "no_days": (DAYS, "days = []", 9, "fairs[1].days: the fair has no day"),
    "double_day": (
        DAYS,
        "days = [\n  2024-12-27,\n  2024-12-28,\n  2024-12-27,\n]",
        12,
        "fairs[1].days[3]: the day 2024-12-27 stands here a second time",
    ),
    "unordered": (
        DAYS,
        "days = [\n  2024-12-28, # Saturday\n  2024-12-27,\n]",
        11,
        "fairs[1].days[2]: 2024-12-27 comes before 2024-12-28",
    ),
    "far_day": (
        DAYS,
        "days = [2204-12-27]",
        9,
        "no card is valid on 2204-12-27; write a day from 2024-01-01",
    ),
    "32_days": (
        DAYS,
        f"days = [{', '.join(str(date(2024, 12, 1) + timedelta(n)) for n in range(32))}]",
        9,
        "the fair has 32 days; write at most 31",
    ),
    # the rest of the fair
    "zone": (
        "Africa/Casablanca",
        "Africa/Casablanka",
        10,
        "fairs[1].timezone: 'Africa/Casablanka' is no time zone; write \"Africa/Casablanca\"",
    ),
    "zone_path": ("Africa/Casablanca", "../../etc/passwd", 10, 'is no time zone; write "Africa/Casablanca"'),
    "zone_directory": ("Africa/Casablanca", "Africa", 10, "'Africa' is no time zone"),
    "zone_empty": ("Africa/Casablanca", "", 10, "'' is no time zone"),
    "unknown_territory": (
        'territory = "north"',
        'territory = "nord"',
        11,
        "fairs[1].territory: 'nord' is no territory of this file; write one of: north, tangier",
    ),
    "venue": (
        'region = "04"',
        'region = "04"\nvenue = { fr = "Salle" }',
        8,
        "fairs[1].venue.ar: the name in Arabic is missing",
    ),
    # booths and partners
    "unknown_partner": (
        'partner = "bank"',
        'partner = "bnk"',
        25,
        "booths[2].partner: 'bnk' is no partner of this file; write one of: bank",
    ),
    "no_booth": (
        SMALL[SMALL.index("[[booths]]") : SMALL.index("[[terr")],
        "",
        1,
        "booths: this is missing; write [[booths]]",
    ),
    "sector": (
        'sector = "bank"',
        'sector = "banking"',
        16,
        "partners[1].sector: 'banking' is no sector; write one of: bank, insurance",
    ),
    "own_partner": ('sector = "bank"', 'sector = "own"', 16, "'own' is for booths of the body itself"),
    "own_booth_of_partner": (
        'partner = "bank"',
        'partner = "bank"\nsector = "own"',
        26,
        "booths[2].sector: 'own' is for booths of the body",
    ),
    # names
    "no_arabic": (
        NORTH,
        '{ fr = "Nord" }',
        29,
        'territories[1].names.ar: the name in Arabic is missing; write ar = "…"',
    ),
    "no_french": (NORTH, '{ ar = "الشمال" }', 29, "territories[1].names.fr: the name in French is missing"),
    "language": (
        NORTH,
        '{ ar = "الشمال", fr = "Nord", es = "Norte" }',
        29,
        "names.es: this language is not known; write one of: ar, fr, zgh, en",
    ),
    "empty_name": ('fr = "Nord"', 'fr = " "', 29, "territories[1].names.fr: the name is empty"),
    "long_name": (
        'fr = "Nord"',
        f'fr = "{"é" * 301}"',
        29,
        "names.fr: the name has 301 characters; write at most 300",
    ),
    "bidi": (
        'fr = "Nord"',
        r'fr = "No\u202Erd"',
        29,
        "holds U+202E (RIGHT-TO-LEFT OVERRIDE), which nobody can see",
    ),
    "arabic_mark": (
        'ar = "الشمال"',
        'ar = "الشمال\u200f"',
        29,
        "names.ar: the name holds U+200F (RIGHT-TO-LEFT MARK)",
    ),
    "control": ('fr = "Nord"', r'fr = "No\u0007rd"', 29, "holds U+0007 (a control character)"),
    "line_in_name": ('fr = "Nord"', r'fr = "No\nrd"', 29, "holds U+000A (a control character)"),
    "lost_letters": (
        'fr = "Nord"',
        'fr = "Nor\ufffd"',
        29,
        "U+FFFD, the mark of a character that an earlier program lost",
    ),
    "question_marks": (
        'ar = "الشمال"',
        'ar = "??????"',
        29,
        "names.ar: the name has neither a letter nor a digit",
    ),
    # territories
    "own_parent": (
        'parent = "north"',
        'parent = "tangier"',
        35,
        "territories[2].parent: 'tangier' is its own parent",
    ),
    "circle": (
        "code = 1",
        'code = 1\nparent = "tangier"',
        31,
        "territories[1].parent: the parents go in a circle: north → tangier → north",
    ),
    "unknown_parent": (
        'parent = "north"',
        'parent = "south"',
        35,
        "territories[2].parent: 'south' is no territory of this file; write one of: north, tangier",
    ),
    "code_too_high": (
        "code = 2",
        "code = 256",
        36,
        "territories[2].code: a card has no room for the code 256; write 1 to 255",
    ),
    "code_negative": ("code = 2", "code = -1", 36, "a card has no room for the code -1"),
    "code_endless": (
        "code = 2",
        f"code = 0x{'f' * 300}",
        36,
        "no room for the code a number of very many digits",
    ),
    "double_code": (
        "code = 2",
        "code = 1",
        36,
        "territories[2].code: territories[1].code has this code already",
    ),
    # what is no TOML
    "unquoted": (
        'id = "amal"',
        "id = amal",
        2,
        'the value is missing, or is a text without quotes; write a text in quotes: "…"',
    ),
    "unclosed_text": (
        'id = "amal"',
        'id = "amal',
        2,
        'the text in quotes does not end in this line; write " at its end',
    ),
    "unclosed_literal": (
        'id = "amal"',
        "id = 'amal",
        2,
        "the text in quotes that begins here does not end; write the closing quotes",
    ),
    "unclosed_literal_before_another": (
        'id = "amal"',
        "id = 'amal\nx = 'y'",
        2,
        "the text in quotes does not end in this line; write ' at its end",
    ),
    "unclosed_long_text": (
        'id = "amal"',
        'id = """amal',
        2,
        "the text in quotes that begins here does not end",
    ),
    "typographic_quotes": (
        'id = "amal"',
        "id = “amal”",
        2,
        'U+201C (LEFT DOUBLE QUOTATION MARK) cannot stand here; write the plain quotation mark "',
    ),
    "arabic_comma": (
        "2024-12-27, ",
        "2024-12-27، ",
        9,
        "U+060C (ARABIC COMMA) cannot stand here; write the plain comma",
    ),
    "colon": ('id = "amal"', 'id: "amal"', 2, "joined by :; write = between them"),
    "leading_zero": (
        "code = 2",
        "code = 02",
        36,
        'a number begins with 0; write it without, or as a text in quotes: "02"',
    ),
    "unclosed_list": (DAYS, DAYS.rstrip("]"), 9, "the list that ends in this line is not closed; write ]"),
    "no_comma": ("2024-12-27, 2024", "2024-12-27 2024", 9, "a comma is missing"),
    "table_over_lines": (
        NORTH,
        '{\n  ar = "الشمال",\n  fr = "Nord"\n}',
        29,
        "a table in { } goes on in the next line",
    ),
    "unclosed_section": ("[[fairs]]", "[fair", 5, "the brackets of the section are not closed"),
    "key_twice": (
        'region = "04"',
        'region = "04"\nregion = "x"',
        8,
        "this key stands here a second time",
    ),
    "section_twice": ("[[partners]]", "[body]\n[[partners]]", 13, "this section stands here a second time"),
    "backslash": (
        'fr = "Nord"',
        r'fr = "No\rd\q"',
        29,
        r"a backslash in a text begins a sign that TOML does not know; write \\",
    ),
    "nul": (
        'id = "amal"',
        'id = "am\0al"',
        2,
        "the character U+0000 (a control character) cannot stand here",
    ),
    "unquoted_year_id": ('id = "amal"', "id = 2024-5", 2, "2024-5 stands here without quotes and is no day"),
    "deep_lists": ('id = "amal"', f'id = "amal"\nx = {"[" * 9000}', 3, "too deep"),
    "closed_deep_lists": (
        'id = "amal"',
        f'id = "amal"\nx = {"[" * 99}{"]" * 99}',
        3,
        "more than 48 levels deep",
    ),
    "deep_key": ('id = "amal"', f'id = "amal"\n{"a." * 9000}b = 1', 3, "more than 48 levels deep"),
    "long_number": ('id = "amal"', f'id = "amal"\nx = {"9" * 5000}', 3, "a number has 5000 digits"),
    "long_line": ('id = "amal"', f'id = "amal"\nx = "{"9" * 20_000}"', 3, "the line has 20006 characters"),
}


@pytest.mark.parametrize("case", BAD)
def test_problem_is_named_with_its_line(case: str) -> None:
    old, new, line, words = BAD[case]
    assert old in SMALL
    problems = check_tour(SMALL.replace(old, new, 1), "rabat.toml")
    matching = [problem for problem in problems if words in str(problem)]
    assert matching, [str(problem) for problem in problems]
    assert matching[0].line == line
    assert str(matching[0]).startswith(f"rabat.toml:{line}: ")


ALONE = (
    "unknown_key",
    "near_key",
    "missing_key",
    "capital_id",
    "month",
    "zone",
    "sector",
    "circle",
    "unquoted",
)


@pytest.mark.parametrize("case", [*ALONE, "unclosed_list", "key_twice", "no_arabic", "double_code"])
def test_one_mistake_is_one_problem(case: str) -> None:
    old, new, _, _ = BAD[case]
    assert len(check_tour(SMALL.replace(old, new, 1), "rabat.toml")) == 1


def test_message_reads_as_a_sentence_with_file_and_line() -> None:
    bad = SMALL.replace('partner = "bank"', 'partner = "bnk"')
    (problem,) = check_tour(bad, "rabat.toml")
    assert str(problem) == (
        "rabat.toml:25: booths[2].partner: 'bnk' is no partner of this file; write one of: bank"
    )


def test_every_problem_is_named_at_once() -> None:
    bad = SMALL
    for old, new in (
        ('id = "amal"', 'id = "Al Amal"'),
        (DAYS, 'days = ["2024-05", 2024-12-28]'),
        ("Africa/Casablanca", "Casablanca"),
        ('sector = "bank"', 'sector = "money"'),
        ('fr = "Adhésion"', 'en = ""'),
        ('partner = "bank"', 'partner = "bnk"\nfloor = 2'),
        ("code = 2", "code = 300"),
    ):
        bad = bad.replace(old, new, 1)
    with pytest.raises(TourFileError) as caught:
        read_tour(bad, "rabat.toml")
    assert [(problem.line, problem.where) for problem in caught.value.problems] == [
        (2, "body.id"),
        (9, "fairs[1].days[1]"),
        (10, "fairs[1].timezone"),
        (16, "partners[1].sector"),
        (20, "booths[1].names.en"),
        (20, "booths[1].names.fr"),
        (25, "booths[2].partner"),
        (26, "booths[2].floor"),
        (37, "territories[2].code"),
    ]
    assert str(caught.value).count("\n") == 8


def test_broken_lines_do_not_hide_the_other_problems() -> None:
    bad = SMALL
    for old, new in (
        ('id = "amal"', "id = amal"),
        ('region = "04"', 'tour = "amal-2024'),
        ("Africa/Casablanca", "Casablanca"),
        ("code = 2", "code = 300"),
    ):
        bad = bad.replace(old, new, 1)
    assert [problem.line for problem in check_tour(bad, "f.toml")] == [2, 7, 10, 36]


def test_a_broken_line_is_not_blamed_for_what_it_held() -> None:
    bad = SMALL.replace('id = "bank"', 'id = "bank', 1)
    assert [problem.line for problem in check_tour(bad, "f.toml")] == [14]


def test_names_in_sections_of_their_own_have_their_lines() -> None:
    bad = (
        SMALL
        + '[territories.names2]\nar = "x"\n[[booths]]\nid = "x"\n[booths.names]\nar = "باب"\n"fr" = ""\n'
    )
    problems = [(problem.line, problem.where) for problem in check_tour(bad, "f.toml")]
    assert problems == [(41, "territories[2].names2"), (47, "booths[3].names.fr")]


def test_lists_in_one_line_each_have_their_lines() -> None:
    text = SMALL.replace(SMALL[SMALL.index("[[booths]]") : SMALL.index("[[terr")], "")
    text = 'booths = [\n  { id = "a", names.ar = "باب", names.fr = "A" },\n  { id = "B" },\n  7,\n]\n' + text
    assert [(problem.line, problem.where) for problem in check_tour(text, "f.toml")] == [
        (3, "booths[2].id"),
        (3, "booths[2].names"),
        (4, "booths[3]"),
    ]


def test_line_ends_of_windows_count_once() -> None:
    bad = SMALL.replace('partner = "bank"', 'partner = "bnk"').replace("\n", "\r\n")
    assert [problem.line for problem in check_tour(bad, "f.toml")] == [25]


ENCODINGS: dict[str, tuple[bytes | str, int, str]] = {
    "byte_order_mark": (
        b"\xef\xbb\xbf" + SMALL.encode(),
        1,
        "U+FEFF, a byte order mark; save it as UTF-8 without BOM",
    ),
    "utf_16": (SMALL.encode("utf-16"), 1, "not UTF-8: it begins with the mark of UTF-16"),
    "utf_16_without_mark": (SMALL.encode("utf-16-le"), 1, "it looks like UTF-16 without its mark"),
    "utf_32": (SMALL.encode("utf-32"), 1, "it begins with the mark of UTF-32"),
    "windows_arabic": (
        SMALL.encode("cp1256", "replace"),
        3,
        "it looks like Windows Arabic (cp1256); open it",
    ),
    "windows_western": (
        SMALL.replace("البنك", "x").encode("cp1252", "ignore"),
        8,
        "Windows Western (cp1252)",
    ),
    "no_text": (bytes(range(128, 256)) * 10, 1, "the file is not UTF-8"),
    "too_long": (b"#" * (2**20 + 1), 1, "the file has 1048577 bytes"),
    "surrogate": ('[body]\nid = "\ud800"', 2, "not UTF-8"),
    "empty": (b"", 1, "body: this is missing"),
}


@pytest.mark.parametrize("case", ENCODINGS)
def test_what_is_no_utf8_is_said_in_words(case: str) -> None:
    content, line, words = ENCODINGS[case]
    problems = check_tour(content, "f.toml")
    assert words in str(problems[0])
    assert problems[0].line == line


def test_a_byte_order_mark_does_not_hide_the_rest() -> None:
    bad = b"\xef\xbb\xbf" + SMALL.replace('id = "amal"', 'id = "A"').encode()
    assert [problem.line for problem in check_tour(bad, "f.toml")] == [1, 2]


def test_the_example_is_clean_and_whole() -> None:
    assert check_tour(EXAMPLE_PATH.read_bytes(), "rabat.toml") == []
    [definition] = read_tour(EXAMPLE, "rabat.toml").fairs
    assert definition.fair.days == [date(2024, 12, 27), date(2024, 12, 28), date(2024, 12, 29)]
    assert [booth.sector for booth in definition.booths] == [
        "own",
        "own",
        "bank",
        "insurance",
        "health",
        "telecoms",
    ]
    assert [territory.code for territory in definition.territories] == list(range(1, 13))
    assert definition.region == "04"
    assert definition.fair.territory in {territory.id for territory in definition.territories}


def test_what_may_be_left_out_has_its_default() -> None:
    bare = SMALL.replace('timezone = "Africa/Casablanca"\n', "").replace('territory = "north"\n', "")
    bare = bare[: bare.index("[[terr")] + bare[bare.index("[tour]") :]
    [definition] = read_tour(bare, "f.toml").fairs
    assert definition.fair.timezone == "Africa/Casablanca"
    assert definition.fair.territory == ""
    assert definition.fair.venue == {}
    assert definition.territories == []
    assert definition.region == "04"
    assert [(booth.partner, booth.sector) for booth in definition.booths] == [("", "own"), ("bank", "bank")]


def test_days_may_be_texts_and_names_are_tidied() -> None:
    text = SMALL.replace(DAYS, 'days = ["2024-12-27"]').replace('"Nord"', '" Me\u0301knes "')
    [definition] = read_tour(text, "f.toml").fairs
    assert definition.fair.days == [date(2024, 12, 27)]
    assert definition.territories[0].names["fr"] == "M\u00e9knes"


def test_a_name_of_200_characters_fits() -> None:
    assert check_tour(SMALL.replace('"Nord"', f'"{"é" * 200}"'), "f.toml") == []
    assert check_tour(SMALL.replace('"Nord"', f'"{"é" * 300}"'), "f.toml") == []


def test_territories_without_a_code_may_be_many() -> None:
    more = "".join(f'[[territories]]\nid = "t{n}"\nnames = {{ ar = "باب", fr = "T" }}\n' for n in range(3))
    assert check_tour(SMALL + more, "f.toml") == []


def test_a_description_longer_than_a_programme_is_refused_here_and_not_at_signing() -> None:
    chance = random.Random(1)

    def name() -> str:
        return "".join(chr(chance.randrange(0x4E00, 0x9000)) for _ in range(200))

    more = "".join(
        f'[[territories]]\nid = "t{n}"\nnames = {{ ar = "{name()}", fr = "{name()}" }}\n' for n in range(400)
    )
    (problem,) = check_tour(SMALL + more, "f.toml")
    assert problem.line == 27
    assert "a kiosk is sent at most 196608 and 1835008; describe fewer territories" in str(problem)


def test_what_packs_well_may_be_long() -> None:
    more = "".join(
        f'[[territories]]\nid = "t{n}"\nnames = {{ ar = "مركز {n}", fr = "Centre {n}" }}\n'
        for n in range(3000)
    )
    assert check_tour(SMALL + more, "f.toml") == []


@pytest.mark.parametrize(
    "name",
    [
        "L'Oriental",
        "السمارة\u200c",
        "ⵔⵔⴱⴰⵟ",
        "Café ☕ 2",
        "أݣادير",
        "<b>Rabat</b>",
        "'; DROP",
        "\u0600٤",
        "👨\u200d👩 x",
    ],
)
def test_unusual_names_are_names(name: str) -> None:
    assert objection(name) is None
    assert check_tour(SMALL.replace('"Nord"', f'"{name}"'), "f.toml") == []


@pytest.mark.parametrize(
    "name",
    [
        "\u2066Rabat\u2069",
        "Rabat\u200b",
        "\u061cRabat",
        "Ra\u00adbat",
        "Ra\u2028bat",
        "\ue000",
        "Rabat\ufffe",
        "\U000e0041x",
        "\u200c",
        "",
        "\u3000",
        "…",
        "🎪",
    ],
)
def test_names_that_nobody_can_read_are_refused(name: str) -> None:
    (problem,) = check_tour(SMALL.replace('"Nord"', f'"{name}"'), "f.toml")
    assert (problem.line, problem.where) == (29, "territories[1].names.fr")


@given(st.text(max_size=320))
def test_any_text_is_a_name_or_refused_with_words(name: str) -> None:
    found = objection(name)
    assert found is None or all(found)
    quoted = "".join(f"\\U{ord(letter):08X}" for letter in name)
    problems = check_tour(SMALL.replace('"Nord"', f'"{quoted}"'), "f.toml")
    assert {problem.line for problem in problems} <= {29}
    assert all(str(problem).isprintable() for problem in problems)


LINES = EXAMPLE.splitlines()
GARBLED = st.text(alphabet=st.sampled_from("[]{}=\"'.,#\\-0129aZ \té،“\u202e\0"), max_size=12)
MUTATION = st.tuples(
    st.sampled_from(["delete", "double", "garble", "cut", "swap", "replace"]),
    st.integers(0, len(LINES) - 1),
    st.integers(0, 80),
    GARBLED,
)


def _mutated(lines: list[str], kind: str, number: int, column: int, text: str) -> None:
    number %= len(lines)
    line = lines[number]
    match kind:
        case "delete":
            del lines[number]
        case "double":
            lines.insert(number, line)
        case "garble":
            lines[number] = line[:column] + text + line[column:]
        case "cut":
            lines[number] = line[:column]
        case "swap":
            lines[number], lines[-1 - number] = lines[-1 - number], line
        case _:
            lines[number] = text


@settings(max_examples=300, deadline=None)
@given(st.lists(MUTATION, min_size=1, max_size=6))
def test_no_garbled_file_is_more_than_a_list_of_problems(
    mutations: list[tuple[str, int, int, str]],
) -> None:
    lines = list(LINES)
    for mutation in mutations:
        _mutated(lines, *mutation)
    text = "\n".join(lines)
    problems = check_tour(text, "rabat.toml")
    for problem in problems:
        assert 1 <= problem.line <= len(lines)
        assert problem.what
        assert problem.instead
        assert re.search(r"error|traceback|exception", str(problem), re.IGNORECASE) is None
    if not problems:
        assert read_tour(text, "rabat.toml").fairs
        return
    with pytest.raises(TourFileError) as refused:
        read_tour(text, "rabat.toml")
    assert refused.value.problems == problems


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_are_more_than_a_list_of_problems(content: bytes) -> None:
    problems = check_tour(content, "f.toml")
    assert problems
    least = 0 if looks_like_workbook(content) else 1
    assert all(least <= problem.line <= content.count(b"\n") + 1 for problem in problems)


LONG = {
    "unknown_keys": "\n".join(f"k{n} = 1" for n in range(70_000)),
    "unknown_partners": SMALL
    + "\n".join(f'[[booths]]\nid = "b{n}"\npartner = "p{n}"' for n in range(24_000)),
    "a_line_of_parents": SMALL
    + "\n".join(f'[[territories]]\nid="t{n}"\nparent="t{n + 1}"' for n in range(22_000)),
    "days": SMALL.replace(DAYS, "days = [" + "2024-12-27,\n" * 70_000 + "]"),
    "broken_lines": SMALL + "\n".join(f"k{n} = x" for n in range(80_000)),
    "dotted_keys": "\n".join(["a." * 9_999] * 50),
    "quotes": ("a=" + '"' * 9_000 + "\n") * 100,
}


@pytest.mark.parametrize("case", LONG)
def test_a_long_bad_file_is_answered_soon(case: str) -> None:
    assert len(LONG[case].encode()) <= 2**20
    started = time.process_time()
    problems = check_tour(LONG[case], "f.toml")
    assert 1 <= len(problems) <= 501
    assert time.process_time() - started < 10


def test_more_problems_than_anyone_reads_are_said_to_be_more() -> None:
    problems = check_tour(LONG["unknown_keys"], "f.toml")
    assert len(problems) == 501
    assert sum("500 problems are listed, and there may be more" in str(problem) for problem in problems) == 1


def test_a_file_that_cannot_be_opened_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(TourFileError, match="there is no such file; write the path"):
        content_of(tmp_path / "none.toml")
    with pytest.raises(TourFileError, match="this is a directory"):
        content_of(tmp_path)
    with pytest.raises(TourFileError, match="it cannot be opened"):
        content_of(tmp_path / "\0")
    (tmp_path / "fair.toml").write_text(SMALL, encoding="utf-8")
    assert check_tour(content_of(tmp_path / "fair.toml"), "fair.toml") == []


def test_a_fair_is_moved_with_the_spacing_of_its_days() -> None:
    text = SMALL.replace(DAYS, "days = [2024-12-27, 2024-12-29, 2025-01-02]")
    [definition] = read_tour(text, "f.toml").fairs
    later = moved(definition, date(2026, 3, 1))
    assert later.fair.days == [date(2026, 2, 27), date(2026, 3, 1), date(2026, 3, 5)]
    assert moved(later, date(2024, 12, 29)) == definition


def test_a_fair_of_one_day_is_moved_to_the_given_day() -> None:
    [definition] = read_tour(SMALL.replace(DAYS, "days = [2024-12-27]"), "f.toml").fairs
    assert moved(definition, date(2026, 3, 1)).fair.days == [date(2026, 3, 1)]


def test_a_definition_fits_a_programme() -> None:
    [definition] = read_tour(EXAMPLE, "rabat.toml").fairs
    keys = programme.ServerKeys(signing=bytes(32), sealing=bytes(32))
    made = definition.programme(version=1, issued_at=0, server=keys, card_keys=[], kiosks=[])
    assert made.zone.key == "Africa/Casablanca"
    assert (made.booths, made.tour_names["fr"]) == (
        definition.booths,
        "Journées régionales de communication",
    )


def test_languages_and_sectors_are_those_of_the_wire() -> None:
    assert tuple(LANGUAGES) == card.LANGUAGES
    assert programme.Booth(id="x", names={}).sector in SECTORS
    assert programme.Partner(id="x", names={}).sector in SECTORS
