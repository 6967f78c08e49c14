"""What leads to each screen on which staff serve somebody by hand."""

from dataclasses import replace
from datetime import date
from typing import Final

from kiosk.notices import (
    CardIgnored,
    HouseholdFound,
    LikelyMember,
    MemberConfirmed,
    MembersFound,
    Reissued,
    StaffDone,
    StaffIn,
)
from kiosk.ui.example import DESCRIBED
from kiosk.ui.happening import Happening, Pause, Ready, Scenes
from kiosk.ui.registration_scenes import CATEGORIES, FORM, NAME_AR, NAME_LATIN, TOKEN
from kiosk.ui.staff_scenes import BOOTHS, NUMBER, a_view
from kiosk.ui.view import Act, Do, Kind
from wire.asking import Dependant, Match
from wire.card import Category
from wire.described import Form, FormField
from wire.events import CardRef

CARD: Final = f"{NUMBER[:4]}-{NUMBER[4:]}"
_EVERY_WAY: Final = ["phone", "birth", "employee_number"]
_PEOPLE: Final[tuple[tuple[str, str, Category, str, str, list[str], bool], ...]] = (
    ("ف. ب***", "F. B***", Category.ACTIVE, "78", "1960", _EVERY_WAY, True),
    ("ف. ز. ب***", "F. Z. B***", Category.OTHER, "03", "1971", ["birth"], False),
    ("م. أ***", "M. A***", Category.RETIRED, "", "1948", [], True),
    ("خ. إ***", "K. I***", Category.WIDOW, "41", "", ["birth"], True),
    ("ع. آ. ت***", "A. A. T***", Category.CHILD, "", "2009", ["birth"], False),
    ("ن. ح***", "", Category.ACTIVE, "90", "1983", _EVERY_WAY, True),
    ("", "S. O***", Category.UNKNOWN, "12", "1990", ["phone"], True),
    ("ي. ش***", "Y. C***", Category.ACTIVE, "55", "1978", _EVERY_WAY, True),
)


def _match(number: int, *same: str) -> Match:
    name_ar, name_latin, category, phone, birth, ways, has_card = _PEOPLE[number]
    return Match(
        member=f"{number:016x}",
        name_ar=name_ar,
        name_latin=name_latin,
        category=category,
        phone=phone,
        birth=birth,
        same=list(same),
        confirm_by=ways,
        has_card=has_card,
    )


MATCHES: Final = tuple(_match(number) for number in range(len(_PEOPLE)))
LIKELY: Final = (
    _match(0, "names", "phone"),
    _match(2, "names", "phone", "employee_number"),
    _match(3, "phone"),
)
"""Who is known already when somebody alike is registered."""
DEPENDANTS: Final = tuple(
    Dependant(
        member=f"{number + 100:016x}",
        name_ar=name_ar,
        name_latin=name_latin,
        category=category,
        card=CardRef(key_id=1, card_id=f"{number:014x}", category=category, language="ar"),
    )
    for number, (name_ar, name_latin, category) in enumerate(
        (
            ("س. ب***", "S. B***", Category.CHILD),
            ("ي. ب***", "Y. B***", Category.CHILD),
            ("ز. ع***", "Z. A***", Category.WIDOW),
            ("ع. ل. ب***", "A. L. B***", Category.OTHER),
            ("ه. ب***", "", Category.CHILD),
            ("", "I. B***", Category.CHILD),
            ("م. ب***", "M. B***", Category.CHILD),
            ("ر. ب***", "R. B***", Category.OTHER),
        )
    )
)
_LETTERS: Final = "[A-Z]{2}[0-9]{4}"
_ENTER: Final = Act(Do.ENTER)


def _opened(*kinds: Kind) -> tuple[Act, ...]:
    return tuple(Act(Do.OPEN, kind) for kind in kinds)


def _typed(digits: str) -> tuple[Act, ...]:
    return tuple(Act(Do.DIGIT, digit) for digit in digits)


def finding_scenes(wall: float) -> Scenes:
    """Name every screen of what is done by hand, and give what leads to it; ``wall`` is now, UTC."""
    described = replace(DESCRIBED, booth_names=BOOTHS, form=FORM, categories=CATEGORIES)
    menu: tuple[Happening, ...] = (Ready(), described, StaffIn("101", 120.0), a_view(wall))
    by_hand: tuple[Happening, ...] = (*menu, *_opened(Kind.BY_HAND))
    return _of_finding(by_hand) | _of_cards(by_hand) | _of_families(by_hand) | _of_registering(menu, wall)


def _of_finding(by_hand: tuple[Happening, ...]) -> Scenes:
    find: tuple[Happening, ...] = (*by_hand, *_opened(Kind.FIND))
    asked: tuple[Happening, ...] = (*find, Act(Do.TEXT, "فاطمة بنعلي"), _ENTER)
    found: tuple[Happening, ...] = (*asked, MembersFound(MATCHES))
    ways: tuple[Happening, ...] = (*found, Act(Do.MATCH, MATCHES[0].member))
    phone: tuple[Happening, ...] = (*ways, Act(Do.FIELD, "phone"))
    birth: tuple[Happening, ...] = (*found, Act(Do.MATCH, MATCHES[1].member))
    no_card: tuple[Happening, ...] = (*by_hand, *_opened(Kind.NO_CARD))
    scenes: Scenes = {
        "by-hand": by_hand,
        "by-hand-no-card": no_card,
        "find": find,
        "find-typed": (*find, Act(Do.TEXT, "فاطمة بنعلي")),
        "find-latin": (*find, Act(Do.NEXT), Act(Do.TEXT, "BENALI")),
        "find-signs": (*find, Act(Do.NEXT), Act(Do.NEXT), Act(Do.TEXT, "0612345678")),
        "find-asking": (*asked, Pause()),
        "find-ignored": (*find, CardIgnored()),
        "found": found,
        "found-more": (*found, Act(Do.NEXT)),
        "found-last": (*found, *(Act(Do.NEXT),) * 3),
        "found-others": (*asked, MembersFound(MATCHES, more=True)),
        "found-one": (*asked, MembersFound(MATCHES[:1])),
        "confirm-by": ways,
        "confirm-phone": phone,
        "confirm-phone-odd": (*phone, *_typed("0612"), _ENTER),
        "confirm-differs": (*phone, *_typed("0612345679"), _ENTER, StaffDone("confirm", "differs")),
        "confirm-birth": birth,
        "confirm-birth-in-part": (*found, Act(Do.MATCH, MATCHES[3].member)),
        "confirm-birth-odd": (*birth, *_typed("31021960"), _ENTER),
        "confirm-nothing": (*found, Act(Do.MATCH, MATCHES[2].member)),
        "confirm-no-answer": (*phone, *_typed("0612345678"), _ENTER, StaffDone("confirm", "no_answer")),
    }
    for code in ("nobody", "no_answer", "too_many", "unknown_staff", "not_asked"):
        scenes[f"find-{code.replace('_', '-')}"] = (*asked, StaffDone("find", code))
    return scenes


def _of_cards(by_hand: tuple[Happening, ...]) -> Scenes:
    form = Form(fields=[], employee_number=_LETTERS, categories=["active"])
    letters = replace(DESCRIBED, booth_names=BOOTHS, form=form, categories=CATEGORIES)
    asked: tuple[Happening, ...] = (*by_hand, *_opened(Kind.FIND), Act(Do.TEXT, "BENALI"), _ENTER)
    found: tuple[Happening, ...] = (*asked, MembersFound(MATCHES), Act(Do.MATCH, MATCHES[0].member))
    typed: tuple[Happening, ...] = (*found, Act(Do.FIELD, "phone"), *_typed("0612345678"), _ENTER)
    member = MemberConfirmed(MATCHES[0].member, "ف. ب***", "F. B***", Category.ACTIVE, has_card=True)
    bare = MemberConfirmed(MATCHES[1].member, "ف. ز. ب***", "F. Z. B***", Category.OTHER, has_card=False)
    confirmed: tuple[Happening, ...] = (*typed, member)
    reissue: tuple[Happening, ...] = (*confirmed, *_opened(Kind.REISSUE))
    asking: tuple[Happening, ...] = (*reissue, Act(Do.REASON, "lost"))
    made = Reissued(CARD, TOKEN, date(2029, 12, 26), "active", NAME_AR, NAME_LATIN, can_print=True)
    number: tuple[Happening, ...] = (*by_hand, *_opened(Kind.CARD_NUMBER), *_typed(NUMBER))
    lost: tuple[Happening, ...] = (*confirmed, *_opened(Kind.LOST))
    # The body's pattern is the one of when staff began.
    written: tuple[Happening, ...] = (*by_hand, Act(Do.BACK), letters, *_opened(Kind.BY_HAND, Kind.FIND))
    written = (*written, Act(Do.TEXT, "B"), _ENTER, MembersFound(MATCHES), Act(Do.MATCH, MATCHES[0].member))
    return {
        "confirm-letters": (*written, Act(Do.FIELD, "employee_number")),
        "confirm-letters-odd": (*written, Act(Do.FIELD, "employee_number"), Act(Do.TEXT, "A"), _ENTER),
        "confirmed": confirmed,
        "confirmed-no-card": (*typed, bare),
        "confirmed-recorded": (*confirmed, _ENTER, StaffDone("by_hand", count=1)),
        "confirmed-forgotten": (*confirmed, _ENTER, StaffDone("by_hand", "not_asked")),
        "reissue": reissue,
        "reissue-first": (*typed, bare, *_opened(Kind.REISSUE)),
        "reissue-card": (*asking, made),
        "reissue-card-alone": (*asking, replace(made, can_print=False)),
        "reissue-no-card-key": (*asking, StaffDone("reissue", "no_card_key")),
        "lost": lost,
        "lost-number": (*number, *_opened(Kind.LOST)),
        "lost-done": (*lost, Act(Do.YES), StaffDone("revoke")),
        "lost-staff": (*lost, Act(Do.YES), StaffDone("revoke", "staff_card")),
        "lost-unknown": (*number, *_opened(Kind.LOST), Act(Do.YES), StaffDone("revoke", "unknown_key")),
    }


def _of_families(by_hand: tuple[Happening, ...]) -> Scenes:
    family: tuple[Happening, ...] = (*by_hand, *_opened(Kind.FAMILY))
    asked: tuple[Happening, ...] = (*family, CardIgnored(CARD))
    found: tuple[Happening, ...] = (*asked, HouseholdFound(DEPENDANTS))
    ticks = tuple(Act(Do.TICK, each.member) for each in DEPENDANTS)
    count: tuple[Happening, ...] = (*family, *_opened(Kind.HOW_MANY))
    scenes: Scenes = {
        "family": family,
        "family-odd": (*family, *_typed("00c0"), _ENTER),
        "family-asking": (*asked, Pause()),
        "household": found,
        "household-ticked": (*found, ticks[0], ticks[3]),
        "household-all": (*found, *ticks),
        "household-last": (*found, *ticks, *(Act(Do.NEXT),) * 3),
        "household-one": (*asked, HouseholdFound(DEPENDANTS[:1]), ticks[0]),
        "household-done": (*found, *ticks, Act(Do.SAVE), StaffDone("by_hand", count=8)),
        "how-many": count,
        "how-many-odd": (*count, *_typed("25"), _ENTER),
        "how-many-nobody": (*asked, HouseholdFound(())),
    }
    for code in ("no_answer", "unknown_card"):
        scenes[f"how-many-{code.replace('_', '-')}"] = (*asked, StaffDone("household", code))
    return scenes


def _of_registering(menu: tuple[Happening, ...], wall: float) -> Scenes:
    """Give what a registration shows of people, and of a body whose numbers have letters."""
    fields = [FormField(id="category"), FormField(id="principal"), FormField(id="name_ar")]
    letters = replace(DESCRIBED, form=Form(fields=fields, employee_number=_LETTERS, categories=["child"]))
    principal: tuple[Happening, ...] = (
        *(menu[0], letters, *menu[2:]),
        *_opened(Kind.REGISTER),
        Act(Do.CHOOSE, "child"),
    )
    national = Form(fields=[FormField(id="national_id")], national_id="D-NI-12/2026", categories=["child"])
    saved: tuple[Happening, ...] = (*principal, _ENTER, Act(Do.TEXT, NAME_AR), _ENTER, Act(Do.SAVE))
    known: tuple[Happening, ...] = (*saved, LikelyMember("name", int(wall * 1000), LIKELY))
    return {
        "register-principal-letters": principal,
        "register-principal-letters-odd": (*principal, Act(Do.TEXT, "A"), _ENTER),
        "register-national-id": (
            *(menu[0], replace(DESCRIBED, form=national), *menu[2:]),
            *_opened(Kind.REGISTER),
        ),
        "register-matches": known,
        "register-matches-more": (*known, Act(Do.NEXT)),
        "register-matches-taken": (*known, Act(Do.MATCH, LIKELY[0].member)),
    }
