"""What a tour of several stops says: spans of days, hours, offers, sessions, words, lists beside."""

import msgspec
import pytest

from server.files.tour_file import check_tour, read_tour
from server.rules.names import LANGUAGES, objection
from server.rules.tour.difference import difference
from server.rules.tour.topics import DEFAULT_TOPICS
from tests.server.tours import LARGER, MORE, SMALL
from wire.programme import ServerKeys

# What is put in place of what, and words that must be in the message, with the line of "new".
WORSE = {
    "ends_before_it_begins": (
        "last_day = 2025-01-12",
        "last_day = 2025-01-08",
        "the fair ends on 2025-01-08, before it begins on 2025-01-10; write a last day",
    ),
    "no_end": ("last_day = 2025-01-12\n", "", "last_day: this is missing; write last_day = 2024-12-29"),
    "both": (
        "first_day = 2025-01-10",
        "days = [2025-01-10]\nfirst_day = 2025-01-10",
        "both days and first_day say when the fair is",
    ),
    "a_span_of_months": (
        "last_day = 2025-01-12",
        "last_day = 2025-05-12",
        "the fair has 123 days; write at most 31",
    ),
    "month_as_first_day": (
        "first_day = 2025-01-10",
        'first_day = "2025-01"',
        "'2025-01' is a month, not a day",
    ),
    "one_hall_twice": (
        'venue = { ar = "المركب", fr = "Complexe" }',
        'venue = { ar = "القصر", fr = "PALAIS" }\nother_hours = []',
        "",  # other days: no problem
    ),
    "fair_twice": ('id = "fes-2025"', 'id = "rabat-2024"', "fairs[1].id has this id already"),
    "fair_of_one_name": (
        '{ ar = "محطة فاس", fr = "Étape de Fès" }',
        '{ ar = "محطة فاس", fr = "Étape de Rabat" }',
        "fairs[1].names.fr has this name in French",
    ),
    "unknown_booth_of_fair": (
        "days = [2025-01-14]",
        'days = [2025-01-14]\nbooths = ["bnk"]',
        "booths[1]: 'bnk' is no booth of this file; write one of: membership, bank",
    ),
    "no_booth_of_fair": (
        "days = [2025-01-14]",
        "days = [2025-01-14]\nbooths = []",
        "the fair has no booth; leave this out where the fair has all of them",
    ),
    "closes_first": ('closes = "18:00"', 'closes = "08:00"', "it ends at 08:00, before it begins at 09:00"),
    "never_closes": ('closes = "18:00"\n', "", 'closes: this is missing; write closes = "18:00"'),
    "no_time": ('opens = "09:00"', 'opens = "25:00"', "'25:00' is no time of day; write hours and minutes"),
    "unknown_offer_booth": ('booth = "bank"', 'booth = "banks"', "'banks' is no booth of this file"),
    "unknown_offer_territory": (
        'territories = ["north"]',
        'territories = ["south"]',
        "offers[1].territories[1]: 'south' is no territory of this file",
    ),
    "no_consent": (
        '[[consents]]\nid = "contact"\ntexts = { ar = "أوافق", fr = "J\'accepte" }\n',
        "",
        "no consent is named: nobody could sign up to this offer; describe it in consents",
    ),
    "session_on_another_day": (
        "day = 2025-01-14\nstarts",
        "day = 2025-01-15\nstarts",
        "2025-01-15 is no day of this fair; write one of: 2025-01-14",
    ),
    "session_nowhere": ('fair = "fes-2025"', 'fair = "fes"', "'fes' is no fair of this file; write one of"),
    "session_backwards": ('ends = "12:00"', 'ends = "09:59"', "it ends at 09:59, before it begins at 10:00"),
    "session_kind": ('starts = "10:00"', 'kind = "party"', "'party' is no kind of session; write one of"),
    "invited_twice": ('["000471"]', '["000471", " 000471"]', "'000471' is invited already"),
    "invitee": ('["000471"]', '["Ahmed Ben Ali"]', "is neither a card's number nor a member's"),
    "invitee_number": ('["000471"]', "[471]", 'a number (471) stands where a text belongs; write "471"'),
    "text_in_no_french": (
        '{ ar = "نص", fr = "Texte" }',
        '{ ar = "نص" }',
        'notices[1].texts.fr: the text in French is missing; write fr = "…" beside the others',
    ),
    "unreadable_colour": (
        '"#14532d"',
        '"#ffcc00"',
        "theme.colour: white words on #ffcc00 have a contrast of 1.5 to 1; write a darker colour: 7 to 1",
    ),
    "colour_lost_on_the_ground": (
        '"#14532d"',
        '"#595959"',
        "theme.colour: #595959 on the ground of screens, #faf6ee, has a contrast of 6.4 to 1; write a darker",
    ),
    "unreadable_accent": (
        'colour = "#14532d"',
        'accent = "#8C1D18"',
        "theme.accent: dark words on #8c1d18 have a contrast of 1.8 to 1; write a lighter colour: 7 to 1",
    ),
    "logo_without_quotes": (
        'colour = "#14532d"',
        "logo = 7",
        'a number (7) stands where a file\'s name belongs; write it in quotes: "logo.png"',
    ),
    "no_colour": ('"#14532d"', '"green"', "'green' is no colour; write # and six hex digits"),
    "retention": ("visits = 90", "visits = 0", "retention.visits: 0 is out of bounds; write 1 to 3650"),
    "unknown_purpose": ("visits = 90", "visit = 90", "retention.visit: this key is not known; write visits"),
    "no_flag": (
        'booth = "bank"',
        'booth = "bank"\nneeds_phone = "yes"',
        "offers[1].needs_phone: a text ('yes') stands where true or false belongs; write true or false",
    ),
    "unknown_icon": (
        'icon = "clock"',
        'icon = "watch"',
        "topics[1].icon: 'watch' is no icon of a topic; write one of: hand-heart, store, clock",
    ),
    "topic_without_french": (
        '{ ar = "الانتظار", fr = "Attente" }',
        '{ ar = "الانتظار" }',
        "topics[1].names.fr: the name in French is missing",
    ),
    "unknown_key_of_topic": ('icon = "clock"', 'picture = "clock"', "topics[1].picture: this key is not"),
    "topics_no_list": ("[[topics]]", "[topics]", "topics: a table stands where a list of tables belongs"),
    "unknown_list": ("[theme]", "[themes]", "themes: this key is not known; write theme"),
}


@pytest.mark.parametrize("case", WORSE)
def test_a_problem_of_a_larger_tour_is_named_with_its_line(case: str) -> None:
    old, new, words = WORSE[case]
    assert old in MORE
    text = SMALL + MORE.replace(old, new, 1)
    problems = check_tour(text, "tour.toml")
    if not words:
        assert problems == []
        return
    [found] = [problem for problem in problems if words in str(problem)]
    lines = text.splitlines()
    wrong = next((line for line in new.splitlines() if line not in old.splitlines()), "")
    if wrong:
        assert lines[found.line - 1] == next(line for line in lines if wrong in line)


def test_a_larger_tour_is_in_order() -> None:
    tour = read_tour(LARGER, "tour.toml")
    assert [fair.fair.id for fair in tour.fairs] == ["rabat-2024", "tangier-2024", "fes-2025"]
    assert tour.invitees == {"fes-2025": {"delegates": ["000471"]}}
    assert [offer.consent for offer in tour.fairs[0].offers] == ["contact"]
    assert [[session.id for session in fair.sessions] for fair in tour.fairs] == [[], [], ["delegates"]]
    assert b"000471" not in msgspec.json.encode(tour.fairs)
    assert [(str(hours.day), hours.opens) for hours in tour.fairs[1].fair.hours] == [
        ("2025-01-10", "09:00"),
        ("2025-01-11", "09:00"),
        ("2025-01-12", "09:00"),
    ]


def test_two_fairs_are_not_in_one_hall_on_one_day() -> None:
    there = MORE.replace('fr = "Complexe"', 'fr = "palais "').replace("2025-01-12", "2025-01-14")
    [problem] = check_tour(SMALL + there, "tour.toml")
    assert str(problem).endswith(
        "fairs[3].venue: fairs[2] is in this hall on 2025-01-14, too; write other days, or the hall of each"
    )
    another_hall = there.replace('opens = "09:00"', 'opens = "09:00"\nhall = { ar = "ب", fr = "B" }')
    assert check_tour(SMALL + another_hall, "tour.toml") == []


def test_booths_of_one_name_may_be_at_fairs_apart() -> None:
    other = (
        '[[booths]]\nid = "bank-2"\nnames = { ar = "رواق البنك", fr = "Espace banque" }\n'
        'fairs = ["fes-2025"]\n'
    )
    assert "has this name" in str(check_tour(LARGER + other, "tour.toml")[0])
    apart = LARGER.replace('partner = "bank"\n', 'partner = "bank"\nfairs = ["rabat-2024"]\n') + other
    assert check_tour(apart, "tour.toml") == []
    tour = read_tour(apart, "tour.toml")
    assert [[booth.id for booth in fair.booths] for fair in tour.fairs] == [
        ["membership", "bank"],
        ["membership"],
        ["membership", "bank-2"],
    ]
    assert [[partner.id for partner in fair.partners] for fair in tour.fairs] == [["bank"], [], []]


@pytest.mark.parametrize(
    ("day", "kept"), [('"2025-01"', "2025-01"), ('"2025"', "2025"), ('""', ""), ("2025-01-14", "2025-01-14")]
)
def test_a_session_may_know_its_day_in_part(day: str, kept: str) -> None:
    text = LARGER.replace("day = 2025-01-14\nstarts", f"day = {day}\nstarts")
    [session] = read_tour(text, "tour.toml").fairs[2].sessions
    assert session.day == kept


def test_texts_must_be_there_in_each_language_of_the_tour() -> None:
    text = LARGER.replace('id = "amal-2024"', 'id = "amal-2024"\nlanguages = ["ar", "fr", "zgh"]')
    told = [str(problem) for problem in check_tour(text, "tour.toml")]
    assert [line.partition(": ")[2] for line in told] == [
        'consents[1].texts.zgh: the text in Tamazight is missing; write zgh = "…" beside the others',
        'notices[1].texts.zgh: the text in Tamazight is missing; write zgh = "…" beside the others',
    ]


def test_a_list_beside_is_read_and_its_problems_have_its_own_lines() -> None:
    text = SMALL.replace('id = "amal-2024"', 'id = "amal-2024"\nterritories_from = "c.csv"')
    rows = "id;parent;level;code;ar;fr\nc-1;north;;;مركز;Centre 1\n\nc-2;nord;;x;مركز;\n"
    told = [str(problem) for problem in check_tour(text, "tour.toml", lambda _: rows.encode())]
    code, name, parent = told
    assert [code, name] == [
        "c.csv:4: territories[4].code: a text ('x') stands where a number belongs; write 4, without quotes",
        'c.csv:4: territories[4].names.fr: the name in French is missing; write fr = "…" beside the others',
    ]
    assert parent.startswith(
        "c.csv:4: territories[4].parent: 'nord' is no territory of this file; write one of"
    )
    good = rows.partition("\n\n")[0].replace(";", ",").encode("utf-8-sig")
    [fair] = read_tour(text, "tour.toml", lambda _: good).fairs
    assert fair.territories[-1].names["fr"] == "Centre 1"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"ident,ar,fr\n", "c.csv:1: the column 'ident' is not known; "),
        (b"id,ar\nx,y\n", "c.csv:1: the column fr is missing; name it in the first line"),
        (b"id,ar,fr\nx,y,z,more\n", "c.csv:2: this line has 4 cells, and 3 columns are named"),
        ("id,ar,fr\nx,é,z\n".encode("cp1252"), "c.csv:2: the file is not UTF-8"),
        (b"id,ar,fr\n\x00", "c.csv:2: a NUL stands here; take it out"),
        (b"", "c.csv:1: the column"),
        ("there is no such file", "tour.toml:40: 'c.csv' there is no such file; put it beside this file"),
    ],
)
def test_a_list_beside_that_cannot_be_read_is_said_in_words(content: bytes | str, words: str) -> None:
    text = SMALL.replace('id = "amal-2024"', 'id = "amal-2024"\nterritories_from = "c.csv"')
    told = [str(problem) for problem in check_tour(text, "tour.toml", lambda _: content)]
    assert any(line.startswith(words) for line in told), told


def test_codes_stand_at_the_level_that_is_on_cards() -> None:
    levels = (
        '[[levels]]\nid = "region"\nnames = { ar = "جهة", fr = "Région" }\non_card = true\n'
        '[[levels]]\nid = "city"\nnames = { ar = "مدينة", fr = "Ville" }\n'
    )
    text = (
        SMALL.replace("code = 1", 'level = "region"').replace("code = 2", 'level = "city"\ncode = 2') + levels
    )
    told = [str(problem).partition(": ")[2] for problem in check_tour(text, "tour.toml")]
    missing, superfluous = told
    assert missing.startswith(
        "territories[1].code: a territory of the level 'region', which stands on cards, has no code; "
    )
    assert superfluous.startswith(
        "territories[2].code: only the level 'region' stands on cards; take the code"
    )


def test_a_topic_without_a_picture_has_the_plain_one() -> None:
    [topic] = read_tour(LARGER.replace('icon = "clock"\n', ""), "tour.toml").fairs[0].topics
    assert (topic.id, topic.icon) == ("waiting", "message-circle")


def test_a_tour_without_topics_has_those_that_every_body_hears_about() -> None:
    for text in (SMALL, "topics = []\n" + SMALL):
        tour = read_tour(text, "tour.toml")
        assert [topic.id for topic in tour.fairs[0].topics] == [
            "welcome",
            "services",
            "partners",
            "waiting",
            "venue",
            "other",
        ]
    for topic in DEFAULT_TOPICS:
        assert topic.names.keys() == set(LANGUAGES)
        assert not any(map(objection, topic.names.values()))
    # Written out, they are read as they are: they keep the rules that a file's topics must keep.
    written = "".join(
        f'[[topics]]\nid = "{topic.id}"\nicon = "{topic.icon}"\n'
        + "".join(f'names.{language} = "{name}"\n' for language, name in topic.names.items())
        for topic in DEFAULT_TOPICS
    )
    assert read_tour(SMALL + written, "tour.toml").fairs[0].topics == list(DEFAULT_TOPICS)


def test_topics_of_one_id_or_one_name_are_refused() -> None:
    again = '[[topics]]\nid = "waiting"\nnames = { ar = "غ", fr = "ATTENTE" }\n'
    told = [str(problem) for problem in check_tour(LARGER + again, "tour.toml")]
    assert [line.partition(": ")[2].partition(";")[0] for line in told] == [
        "topics[2].id: topics[1].id has this id already",
        "topics[2].names.fr: topics[1].names.fr has this name in French already",
    ]


def test_more_topics_than_a_screen_shows_are_refused() -> None:
    many = "".join(
        f'[[topics]]\nid = "t-{number}"\nnames = {{ ar = "أ {number}", fr = "T {number}" }}\n'
        for number in range(13)
    )
    [problem] = check_tour(SMALL + many, "tour.toml")
    assert str(problem).endswith("topics: the tour has 13 topics; write at most 12: a screen shows no more")
    assert check_tour(SMALL + many.rpartition("[[topics]]")[0], "tour.toml") == []


@pytest.mark.parametrize("kind", ["booth", "entrance", "exit", "doors"])
def test_a_kiosk_may_stand_at_a_door(kind: str) -> None:
    text = SMALL.replace('id = "membership"', f'id = "membership"\nkind = "{kind}"')
    [fair] = read_tour(text, "tour.toml").fairs
    assert [booth.kind for booth in fair.booths] == [kind, "booth"]
    no_keys = ServerKeys(signing=bytes(32), sealing=bytes(32))
    programme = fair.programme(version=1, issued_at=0, server=no_keys, card_keys=[], kiosks=[])
    assert [booth.kind for booth in programme.booths] == [kind, "booth"]
    assert programme.topics == fair.topics


def test_a_kind_that_is_none_is_named_with_its_line() -> None:
    text = SMALL.replace('id = "membership"', 'id = "membership"\nkind = "gate"')
    [problem] = check_tour(text, "tour.toml")
    assert text.splitlines()[problem.line - 1] == 'kind = "gate"'
    assert problem.what == "'gate' is no kind of booth"
    assert problem.instead == "write one of: booth, entrance, exit, doors"


def test_an_offer_says_whether_the_partner_calls() -> None:
    text = LARGER.replace('booth = "bank"', 'booth = "bank"\nneeds_phone = true')
    assert [offer.needs_phone for offer in read_tour(text, "tour.toml").fairs[0].offers] == [True]
    assert [offer.needs_phone for offer in read_tour(LARGER, "tour.toml").fairs[0].offers] == [False]


def test_what_is_new_at_a_fair_is_told_before_it_is_loaded() -> None:
    before = {fair.fair.id: fair for fair in read_tour(LARGER, "tour.toml").fairs}
    text = LARGER.replace('booth = "bank"', 'booth = "bank"\nneeds_phone = true')
    text = text.replace('id = "membership"', 'id = "membership"\nkind = "doors"')
    text = text.replace('icon = "clock"', 'icon = "store"')
    changes = difference(before, read_tour(text, "tour.toml").fairs, {}, {})
    assert changes[0].words == [
        "booths: changed: membership",
        "offers: changed: loan",
        "topics: changed: waiting",
    ]
