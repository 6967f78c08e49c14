"""What leads to each screen of a registration."""

from dataclasses import replace
from datetime import date
from typing import Final

from kiosk.notices import CardIgnored, LikelyMember, Registered, StaffDone, StaffIn, Trouble
from kiosk.ui.example import DESCRIBED
from kiosk.ui.happening import Happening, Idle, Later, Pause, Ready, Scenes
from kiosk.ui.staff_scenes import BOOTHS, a_view
from kiosk.ui.view import Act, Do, Kind
from wire.described import CategoryWords, Form, FormField

TOKEN: Final = "R1" + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ %*+-" * 2 + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Looks like a card's, and is none."""
FORM: Final = Form(
    fields=[
        FormField(
            id="name_ar", required=True, reason={"ar": "تُكتب على البطاقة", "fr": "Figure sur la carte"}
        ),
        FormField(id="name_latin", required=True),
        FormField(id="category", required=True),
        FormField(id="principal"),
        FormField(id="birth"),
        FormField(
            id="employee_number", reason={"ar": "للتحقق من انخراطكم", "fr": "Pour vérifier vos droits"}
        ),
        FormField(id="phone", required=True, reason={"ar": "لنتصل بكم", "fr": "Pour vous joindre"}),
        FormField(id="email"),
        FormField(id="territory"),
        FormField(id="language"),
    ],
    employee_number="[0-9]{7}",
    categories=["active", "retired", "widow", "child", "other"],
    consents=["contact"],
    partial_birth=True,
)
CATEGORIES: Final = (
    CategoryWords(id="active", names={"ar": "نشيط", "fr": "Actif"}),
    CategoryWords(id="retired", names={"ar": "متقاعد", "fr": "Retraité"}),
)
NAME_AR, NAME_LATIN = "فاطمة الزهراء بنعلي", "FATIMA ZAHRA BENALI"
_NEXT: Final = Act(Do.ENTER)
_PRINTER_TROUBLES: Final = (
    *("paper", "open", "jam", "ink", "kept", "offline", "no_printer"),
    *("no_server", "paused", "rejecting", "refused", "late", "tomorrow"),
)
_SOUSS, _AGADIR, _CITY = "09", "09.001", "09.001.01.0"


def _typed(digits: str) -> tuple[Act, ...]:
    return tuple(Act(Do.DIGIT, digit) for digit in digits)


def registration_scenes(wall: float) -> Scenes:
    """Name every screen of a registration, and give what leads to it; ``wall`` is the time of now, UTC."""
    described = replace(DESCRIBED, booth_names=BOOTHS, form=FORM, categories=CATEGORIES)
    menu: tuple[Happening, ...] = (Ready(), described, StaffIn("101", 120.0), a_view(wall))
    arabic: tuple[Happening, ...] = (*menu, Act(Do.OPEN, Kind.REGISTER))
    latin: tuple[Happening, ...] = (*arabic, Act(Do.TEXT, NAME_AR), _NEXT)
    category: tuple[Happening, ...] = (*latin, Act(Do.TEXT, NAME_LATIN), _NEXT)
    principal: tuple[Happening, ...] = (*category, Act(Do.CHOOSE, "child"))
    birth: tuple[Happening, ...] = (*principal, *_typed("000100c0ffee00c0ff"), _NEXT)
    number: tuple[Happening, ...] = (*birth, *_typed("31051960"), _NEXT)
    phone: tuple[Happening, ...] = (*number, *_typed("0012345"), _NEXT)
    email: tuple[Happening, ...] = (*phone, *_typed("0612345678"), _NEXT)
    place: tuple[Happening, ...] = (*email, Act(Do.TEXT, "fatima@example.ma"), _NEXT)
    language: tuple[Happening, ...] = (*place, Act(Do.SKIP))
    consent: tuple[Happening, ...] = (*language, Act(Do.CHOOSE, "ar"))
    summary: tuple[Happening, ...] = (*consent, Act(Do.SAY, "yes"))
    saved: tuple[Happening, ...] = (*summary, Act(Do.SAVE))
    made = Registered("0007-00c0ffee00c0ff", TOKEN, date(2029, 12, 26), can_print=True)
    card: tuple[Happening, ...] = (*saved, made)
    found: Scenes = {
        "register-menu": menu,
        "register-name": arabic,
        "register-name-typed": (*arabic, Act(Do.TEXT, NAME_AR)),
        "register-name-empty": (*arabic, _NEXT),
        "register-name-odd": (*arabic, Act(Do.TEXT, NAME_LATIN), _NEXT),
        "register-latin": latin,
        "register-category": category,
        "register-principal": principal,
        "register-principal-shown": (*principal, CardIgnored("0001-00c0ffee00c0ff"), Act(Do.BACK)),
        "register-principal-odd": (*principal, *_typed("00c0"), _NEXT),
        "register-birth": birth,
        "register-birth-typed": (*birth, *_typed("31051960")),
        "register-birth-odd": (*birth, *_typed("31021960"), _NEXT),
        "register-number": number,
        "register-number-odd": (*number, *_typed("12"), _NEXT),
        "register-phone": phone,
        "register-phone-typed": (*phone, *_typed("0612345678")),
        "register-email": email,
        "register-email-odd": (*email, Act(Do.TEXT, "fatima"), _NEXT),
        "register-summary": summary,
        "register-summary-more": (*summary, Act(Do.NEXT)),
        "register-correct": (*summary, Act(Do.FIELD, "phone")),
        "register-leave": (*summary, Act(Do.DISCARD)),
        "register-still": (*summary, Idle(), Idle(), Idle(), Later(), Later()),
        "register-language": language,
        "register-consent": consent,
        "register-ignored": (*arabic, CardIgnored()),
    }
    return found | _of_places(place) | _of_saving(saved, card, wall)


def _of_places(place: tuple[Happening, ...]) -> Scenes:
    search: tuple[Happening, ...] = (*place, Act(Do.SEARCH))
    typed: tuple[Happening, ...] = (*search, Act(Do.TEXT, "agad"))
    return {
        "register-regions": place,
        "register-regions-more": (*place, Act(Do.NEXT)),
        "register-provinces": (*place, Act(Do.INTO, _SOUSS)),
        "register-communes": (*place, Act(Do.INTO, _SOUSS), Act(Do.INTO, _AGADIR)),
        "register-search": search,
        "register-search-typed": typed,
        "register-found": (*typed, _NEXT),
        "register-nowhere": (*search, Act(Do.TEXT, "qxv"), _NEXT),
    }


def _of_saving(saved: tuple[Happening, ...], card: tuple[Happening, ...], wall: float) -> Scenes:
    earlier = int((wall - 30 * 60) * 1000)
    printing: tuple[Happening, ...] = (*card, Act(Do.PRINT))
    found: Scenes = {
        "register-saving": (*saved, Pause()),
        "register-no-disk": (*saved, Trouble("journal", "cannot_write", "")),
        "register-card": card,
        "register-printing": (*printing, Pause()),
        "register-printed": (*printing, StaffDone("print")),
    }
    for what in ("phone", "employee_number", "name"):
        found[f"register-likely-{what.replace('_', '-')}"] = (*saved, LikelyMember(what, earlier))
    for code in ("closed", "no_form", "no_card_key", "no_key", "incomplete"):
        found[f"register-not-done-{code.replace('_', '-')}"] = (*saved, StaffDone("registration", code))
    for code in _PRINTER_TROUBLES:
        found[f"register-print-{code.replace('_', '-')}"] = (*printing, StaffDone("print", code))
    return found
