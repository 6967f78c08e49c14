"""What a kiosk's sentence says and advises, and how it reads in Arabic and French."""

import gettext
from datetime import date
from typing import Any

import pytest

from server.assets import assets_dir
from server.rules.sentences import Advice, Health, KioskNow, Says, sentence_of
from server.rules.wording import ADVICE, HEALTH, LANGUAGES, SAYS, SAYS_COUNTED, Words, choose_language
from tests.server.web.stage import NOW
from wire.messages import State

ZONE = "Africa/Casablanca"


def words(language: str) -> Words:
    if language == "en":  # the language of the source
        return Words(language, gettext.NullTranslations())
    return Words(language, gettext.translation("server", assets_dir() / "locale", [language]))


def kiosk(
    *,
    ago_s: float = 1,
    flag: str = "",
    clock_wrong_ms: int | None = None,
    fair_closed: bool = False,
    **state: Any,
) -> KioskNow:
    return KioskNow(
        device="d",
        name="K",
        booth="bank",
        flag=flag,
        state=State(**{"online": True, **state}),
        seen_at=NOW - int(ago_s * 1000),
        clock_wrong_ms=clock_wrong_ms,
        fair_closed=fair_closed,
    )


def of_closed(**state: Any) -> KioskNow:
    return kiosk(fair_closed=True, **state)


@pytest.mark.parametrize(
    ("found", "health", "says", "advice"),
    [
        (kiosk(), Health.GOOD, [Says.WORKS, Says.NOTHING_WAITING], []),
        (kiosk(waiting=3), Health.GOOD, [Says.WORKS, Says.WAITING], []),
        (
            kiosk(waiting=3, oldest_waiting_s=600),
            Health.WATCH,
            [Says.LATE, Says.WAITING],
            [Advice.CALL_SERVER],
        ),
        (kiosk(ago_s=46), Health.WATCH, [Says.NO_NETWORK, Says.KEEPS], [Advice.CHECK_NETWORK]),
        (
            kiosk(online=False, waiting=23),
            Health.WATCH,
            [Says.NO_NETWORK, Says.WAITING],
            [Advice.CHECK_NETWORK],
        ),
        (kiosk(camera_trouble="missing"), Health.BAD, [Says.CAMERA_MISSING], [Advice.PLUG_CAMERA]),
        (kiosk(camera_trouble="stalled"), Health.BAD, [Says.CAMERA_BLIND], [Advice.CLEAN_LENS]),
        (kiosk(camera_trouble="ended"), Health.BAD, [Says.CAMERA_ENDED], [Advice.START_AGAIN]),
        (kiosk(camera_trouble="of the future"), Health.BAD, [Says.CAMERA_BLIND], [Advice.CLEAN_LENS]),
        # What it said of its camera before it fell silent may be over.
        (
            kiosk(ago_s=60, camera_trouble="missing"),
            Health.WATCH,
            [Says.NO_NETWORK, Says.KEEPS],
            [Advice.CHECK_NETWORK],
        ),
        (kiosk(flag="clash"), Health.BAD, [Says.CLASHES, Says.WORKS], [Advice.STOP_COPY]),
        (kiosk(help_wanted=True), Health.BAD, [Says.HELP_WANTED, Says.WORKS], [Advice.GO_THERE]),
        (
            kiosk(help_wanted=True, flag="clash", camera_trouble="missing", waiting=3),
            Health.BAD,
            [Says.HELP_WANTED, Says.CLASHES, Says.CAMERA_MISSING, Says.WAITING],
            [Advice.GO_THERE, Advice.STOP_COPY, Advice.PLUG_CAMERA],
        ),
        # Somebody may have come since, or the kiosk was switched off.
        (
            kiosk(ago_s=60, help_wanted=True),
            Health.WATCH,
            [Says.NO_NETWORK, Says.KEEPS],
            [Advice.CHECK_NETWORK],
        ),
        (
            of_closed(wiped=True, help_wanted=True),
            Health.BAD,
            [Says.HELP_WANTED, Says.WIPED],
            [Advice.GO_THERE],
        ),
        (kiosk(clock_wrong_ms=119_000), Health.GOOD, [Says.WORKS, Says.NOTHING_WAITING], []),
        (
            kiosk(clock_wrong_ms=-360_000),
            Health.WATCH,
            [Says.WORKS, Says.NOTHING_WAITING, Says.CLOCK],
            [Advice.SET_CLOCK],
        ),
        (kiosk(disk_free_mb=200), Health.WATCH, [Says.DISK], [Advice.MAKE_ROOM]),
        (kiosk(temperature_c=85.0), Health.WATCH, [Says.HOT], [Advice.GIVE_AIR]),
        (kiosk(damaged_rows=2), Health.BAD, [Says.DAMAGED], [Advice.SAVE_DISK]),
        (KioskNow(device="d", name="K", booth="bank"), Health.WATCH, [Says.NEVER], [Advice.START_IT]),
        # A closed fair: what counts is whether a kiosk may be unplugged.
        (of_closed(wiped=True), Health.GOOD, [Says.WIPED], []),
        (of_closed(wiped=True, ago_s=9 * 86_400), Health.GOOD, [Says.WIPED], []),
        (of_closed(wiped=True, online=False), Health.GOOD, [Says.WIPED], []),
        (of_closed(wiped=True, camera_trouble="missing", disk_free_mb=3), Health.GOOD, [Says.WIPED], []),
        (of_closed(wiped=True, clock_wrong_ms=-360_000), Health.GOOD, [Says.WIPED], []),
        (of_closed(wiped=True, flag="clash"), Health.BAD, [Says.CLASHES, Says.WIPED], [Advice.STOP_COPY]),
        (of_closed(waiting=3), Health.WATCH, [Says.WORKS, Says.WAITING], [Advice.KEEP_ON]),
        (of_closed(), Health.WATCH, [Says.WORKS, Says.UNWIPED], [Advice.KEEP_ON]),
        (of_closed(camera_trouble="missing"), Health.WATCH, [Says.WORKS, Says.UNWIPED], [Advice.KEEP_ON]),
        (
            of_closed(damaged_rows=2),
            Health.BAD,
            [Says.WORKS, Says.UNWIPED, Says.DAMAGED],
            [Advice.KEEP_ON, Advice.SAVE_DISK],
        ),
        (
            of_closed(waiting=23, online=False),
            Health.WATCH,
            [Says.NO_NETWORK, Says.WAITING],
            [Advice.BRING_BACK],
        ),
        (of_closed(ago_s=60), Health.WATCH, [Says.NO_NETWORK, Says.UNWIPED], [Advice.BRING_BACK]),
        (
            KioskNow(device="d", name="K", booth="bank", fair_closed=True),
            Health.GOOD,
            [Says.NEVER],
            [],
        ),
        # The fair goes on again, and this one was put away before it could hear of it.
        (kiosk(wiped=True, ago_s=60), Health.WATCH, [Says.NO_NETWORK, Says.KEEPS], [Advice.CHECK_NETWORK]),
    ],
)
def test_a_kiosk_in_a_sentence(
    found: KioskNow, health: Health, says: list[Says], advice: list[Advice]
) -> None:
    sentence = sentence_of(found, NOW)
    said = [phrase.code for phrase in sentence.says]
    assert (sentence.health, sentence.advice) == (health, advice)
    assert said == says
    for language in LANGUAGES:
        assert all(words(language).phrase(phrase, ZONE, NOW) for phrase in sentence.says)


def test_the_sentence_of_the_sketch() -> None:
    sentence = sentence_of(kiosk(online=False, ago_s=4 * 3600 + 49 * 60, waiting=23), NOW)
    assert [words("ar").phrase(phrase, ZONE, NOW) for phrase in sentence.says] == [
        "بدون شبكة منذ 10:31",
        "23 واقعة تنتظر، محفوظة",
    ]
    assert [words("fr").phrase(phrase, ZONE, NOW) for phrase in sentence.says] == [
        "sans réseau depuis 10:31",
        "23 faits en attente, en sûreté",
    ]


def test_a_silence_of_yesterday_names_its_day() -> None:
    sentence = sentence_of(kiosk(ago_s=86_400), NOW)
    assert words("ar").phrase(sentence.says[0], ZONE, NOW) == "بدون شبكة منذ 15:20 يوم 27 دجنبر"


def test_a_closed_fairs_kiosks_in_words() -> None:
    def said(language: str, found: KioskNow) -> str:
        sentence = sentence_of(found, NOW)
        phrases = [words(language).phrase(phrase, ZONE, NOW) for phrase in sentence.says]
        return " · ".join([*phrases, *map(words(language).advice, sentence.advice)])

    assert said("ar", of_closed(wiped=True)) == "لم يعد يحتفظ بشيء، ويمكن رفعه"
    assert said("fr", of_closed(waiting=3)) == (
        "connectée · 3 faits en attente, en sûreté · Ne la débranchez pas encore."
    )


def test_a_call_for_help_in_words() -> None:
    sentence = sentence_of(kiosk(help_wanted=True), NOW)
    for language, said, advice in (
        ("ar", "شخص يطلب المساعدة", "توجهوا إليه: هناك من ينتظر."),
        ("fr", "quelqu\u2019un demande de l\u2019aide", "Allez-y\u202f: quelqu\u2019un attend."),
    ):
        assert words(language).phrase(sentence.says[0], ZONE, NOW) == said
        assert words(language).advice(sentence.advice[0]) == advice


def test_a_moment_of_the_past_has_its_year() -> None:
    assert words("ar").past(NOW - 600_000, ZONE, NOW) == "15:10"
    assert words("ar").past(NOW - 86_400_000, ZONE, NOW) == "27 دجنبر 2024"
    assert words("fr").past(NOW - 86_400_000, ZONE, NOW) == "27 décembre 2024"
    assert words("zgh").past(NOW - 86_400_000, ZONE, NOW) == "27 ⴷⵓⵊⴰⵏⴱⵉⵔ 2024"
    assert words("en").past(NOW - 86_400_000, ZONE, NOW) == "27 December 2024"


@pytest.mark.parametrize(
    ("language", "named"), [("ar", "الرباط"), ("fr", "Rabat"), ("zgh", "ⵕⴱⴰⵟ"), ("en", "Rabat")]
)
def test_a_name_is_in_the_reader_s_language_else_in_french(language: str, named: str) -> None:
    assert words(language).name({"ar": "الرباط", "fr": "Rabat", "zgh": "ⵕⴱⴰⵟ"}) == named
    assert words(language).name({"fr": "Rabat"}) == "Rabat"
    assert words(language).name({"ar": "الرباط"}) == "الرباط"


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2024-12-27", "2024-12-27", "27 ⴷⵓⵊ 2024"),
        ("2024-12-27", "2024-12-29", "27\u201329 ⴷⵓⵊ 2024"),
        ("2025-01-31", "2025-02-01", "31 ⵉⵏⵏ \u2013 1 ⴱⵕⴰ 2025"),
        ("2024-12-31", "2025-01-02", "31 ⴷⵓⵊ 2024 \u2013 2 ⵉⵏⵏ 2025"),
    ],
)
def test_days_of_tamazight_begin_with_the_day(first: str, last: str, said: str) -> None:
    assert words("zgh").days(date.fromisoformat(first), date.fromisoformat(last)) == said


def test_arabic_has_six_plurals() -> None:
    one, many = SAYS_COUNTED[Says.WAITING]
    said = [words("ar").counted(one, many, count) for count in (0, 1, 2, 3, 11, 100, 4127)]
    assert said == [
        "لا شيء ينتظر",
        "واقعة واحدة تنتظر، محفوظة",
        "واقعتان تنتظران، محفوظتان",
        "3 وقائع تنتظر، محفوظة",
        "11 واقعة تنتظر، محفوظة",
        "100 واقعة تنتظر، محفوظة",
        "4.127 واقعة تنتظر، محفوظة",
    ]


def test_every_code_has_words() -> None:
    assert SAYS.keys() | SAYS_COUNTED.keys() == set(Says)
    assert ADVICE.keys() == set(Advice)
    assert HEALTH.keys() == set(Health)


@pytest.mark.parametrize(
    ("wanted", "accept", "language"),
    [
        ("fr", "ar", "fr"),
        ("xx", "fr-MA,fr;q=0.9,ar;q=0.8", "fr"),
        ("", "en-US,en;q=0.9,fr;q=0.2,ar;q=0.5", "en"),
        ("", "fr;q=0", "ar"),
        ("", "en", "en"),
        ("", "zgh, fr;q=0.9", "zgh"),
        ("", "de", "ar"),
        ("", "", "ar"),
        ("", "fr;q=many, ar;q=0.1", "ar"),
    ],
)
def test_the_language_is_what_was_asked_for_or_what_the_browser_prefers(
    wanted: str, accept: str, language: str
) -> None:
    assert choose_language(wanted, accept) == language
