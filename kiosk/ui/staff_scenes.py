"""What leads to each screen of the staff's menu."""

from dataclasses import replace
from typing import Final

from kiosk.notices import (
    CardIgnored,
    Link,
    RecordedFact,
    StaffDone,
    StaffIn,
    StaffRefused,
    StaffView,
    Trouble,
)
from kiosk.ui.example import DESCRIBED
from kiosk.ui.happening import Happening, Pause, Ready, Scenes, WithScanner
from kiosk.ui.view import Act, Do, Kind

BOOTHS: Final = {
    "bank": {"ar": "رواق البنوك", "fr": "Stand des banques"},
    "insurance": {"ar": "رواق التأمين", "fr": "Stand des assurances"},
    "own": {"ar": "رواق خدمات المؤسسة", "fr": "Services de la fondation"},
    "housing": {"ar": "رواق السكن", "fr": "Stand du logement"},
    "health": {"ar": "رواق الصحة", "fr": "Stand de la santé"},
    "entrance": {"ar": "باب الدخول", "fr": "Entrée"},
}
FACTS: Final = (("visit", 1, "c0ff"), ("visit", 4, "03a9"), ("sign_up", 5, "03a9"), ("visit", 31, ""))
"""Kind, minutes ago, and the last digits of the card."""
STICK: Final = "/media/riwaq/KINGSTON"
NUMBER: Final = "000100c0ffee00c0ff"


def a_view(wall: float) -> StaffView:
    """Give how a kiosk does that has recorded something."""
    facts = tuple(
        RecordedFact(f"{number:032x}", kind, int((wall - 60 * minutes) * 1000), "bank", card)
        for number, (kind, minutes, card) in enumerate(FACTS)
    )
    return StaffView(
        booth="bank",
        facts=facts,
        sticks=(STICK,),
        waiting=23,
        connected=True,
        programme_version=3,
        camera_rate=24.6,
        disk_free_mb=21_480,
        software="0.4.0",
    )


def _opened(*kinds: Kind) -> tuple[Act, ...]:
    return tuple(Act(Do.OPEN, kind) for kind in kinds)


def _typed(digits: str) -> tuple[Act, ...]:
    return tuple(Act(Do.DIGIT, digit) for digit in digits)


def staff_scenes(wall: float) -> Scenes:
    """Name every screen of the staff's, and give what leads to it; ``wall`` is the time of now, UTC."""
    described = replace(DESCRIBED, booth_names=BOOTHS)
    ready: tuple[Happening, ...] = (Ready(), described)
    pad: tuple[Happening, ...] = (*ready, Kind.HELP, Act(Do.OPTIONS), Act(Do.STAFF))
    entered: tuple[Happening, ...] = (*pad, *_typed("101482913"), Act(Do.ENTER))
    known = a_view(wall)
    menu: tuple[Happening, ...] = (*ready, StaffIn("101", 120.0), known)
    return (
        {
            "staff-pin": pad,
            "staff-pin-typed": (*pad, *_typed("101482913")),
            "staff-pin-looking": entered,
            "staff-pin-wrong": (*entered, StaffRefused("wrong")),
            "staff-pin-locked": (*entered, StaffRefused("locked", 58.0)),
            "staff-pin-none": (*entered, StaffRefused("none")),
            "staff-menu": menu,
            "staff-menu-more": (*menu, Act(Do.NEXT)),
            "staff-menu-scanner": (WithScanner(), *menu, Act(Do.NEXT)),
            "staff-card-ignored": (*menu, CardIgnored()),
        }
        | _of_members(menu, known)
        | _of_booths(menu)
        | _of_the_kiosk(menu, known)
        | _of_sticks(menu, known)
    )


def _of_members(menu: tuple[Happening, ...], known: StaffView) -> Scenes:
    records: tuple[Happening, ...] = (*menu, *_opened(Kind.UNDO))
    why: tuple[Happening, ...] = (*records, Act(Do.FACT, known.facts[0].event_id))
    undone: tuple[Happening, ...] = (*why, Act(Do.REASON, "wrong_card"))
    number: tuple[Happening, ...] = (*menu, *_opened(Kind.BY_HAND, Kind.CARD_NUMBER))
    no_card: tuple[Happening, ...] = (*menu, *_opened(Kind.BY_HAND, Kind.NO_CARD))
    by_hand: tuple[Happening, ...] = (*number, *_typed(NUMBER), Act(Do.ENTER))
    found: Scenes = {
        "staff-undo": records,
        "staff-undo-more": (*records, Act(Do.NEXT)),
        "staff-undo-nothing": (*menu, replace(known, facts=()), *_opened(Kind.UNDO)),
        "staff-why": why,
        "staff-undone": (*undone, StaffDone("undo")),
        "staff-undo-unknown": (*undone, StaffDone("undo", "unknown_fact")),
        "staff-number": number,
        "staff-number-typed": (*number, *_typed(NUMBER)),
        "staff-number-odd": (*number, *_typed(NUMBER[:9]), Act(Do.ENTER)),
        "staff-number-ignored": (*number, CardIgnored()),
        "staff-no-card": no_card,
        "staff-no-card-ignored": (*no_card, CardIgnored()),
        "staff-by-hand-busy": (*by_hand, Pause()),
        "staff-by-hand-done": (*by_hand, StaffDone("by_hand", count=1)),
        "staff-by-hand-no-disk": (*by_hand, Trouble("journal", "cannot_write", "")),
    }
    for code in ("no_number", "unknown_key", "revoked", "closed"):
        found[f"staff-by-hand-{code.replace('_', '-')}"] = (*by_hand, StaffDone("by_hand", code))
    return found


def _of_booths(menu: tuple[Happening, ...]) -> Scenes:
    booths: tuple[Happening, ...] = (*menu, *_opened(Kind.BOOTHS))
    switch: tuple[Happening, ...] = (*booths, Act(Do.BOOTH, "own"))
    return {
        "staff-booths": booths,
        "staff-booths-more": (*booths, Act(Do.NEXT)),
        "staff-switch": switch,
        "staff-switched": (*switch, Act(Do.YES), StaffDone("booth", "", "own")),
        "staff-switch-unknown": (*switch, Act(Do.YES), StaffDone("booth", "unknown_booth", "own")),
    }


def _of_the_kiosk(menu: tuple[Happening, ...], known: StaffView) -> Scenes:
    light: tuple[Happening, ...] = (*menu, *_opened(Kind.LIGHT))
    state: tuple[Happening, ...] = (*menu, *_opened(Kind.STATE))
    power: tuple[Happening, ...] = (*menu, *_opened(Kind.POWER))
    full = replace(known, disk_free_mb=640, programme_version=0, connected=False)
    found: Scenes = {
        "staff-light": light,
        "staff-light-covered": (*light, Trouble("camera", "covered", ""), replace(known, camera_rate=1.0)),
        "staff-light-missing": (*light, Trouble("camera", "missing", ""), replace(known, camera_rate=None)),
        "staff-state": (*state, Link(up=True, reason="", waiting=0)),
        "staff-state-more": (*state, Link(up=True, reason="", waiting=0), Act(Do.NEXT)),
        "staff-state-offline": (*state, full, Link(up=False, reason="lost", waiting=4127)),
        "staff-state-early": (*state, full, Act(Do.NEXT)),
        "staff-power": power,
    }
    for kind in (Kind.RESTART, Kind.QUIT):
        found[f"staff-{kind}"] = (*power, *_opened(kind))
    found["staff-restarting"] = (*power, *_opened(Kind.RESTART), Act(Do.YES), Pause())
    return found


def _of_sticks(menu: tuple[Happening, ...], known: StaffView) -> Scenes:
    sticks: tuple[Happening, ...] = (*menu, *_opened(Kind.EXPORT))
    export: tuple[Happening, ...] = (*sticks, Act(Do.STICK, STICK))
    diagnostics: tuple[Happening, ...] = (*menu, *_opened(Kind.DIAGNOSTICS), Act(Do.STICK, STICK))
    many = replace(known, sticks=(STICK, "/media/riwaq/9C33-6BBD", "/media/riwaq/CLÉ DU BUREAU"))
    written = "k07-20261227-104200-1.riwaq"
    zipped = "riwaq-diagnostics-k07-20261227-104200.zip"
    found: Scenes = {
        "staff-sticks": sticks,
        "staff-sticks-many": (*sticks, many),
        "staff-no-stick": (*sticks, replace(known, sticks=())),
        "staff-writing": (*export, Pause()),
        "staff-exported": (*export, StaffDone("export", "", written, 4127)),
        "staff-diagnosed": (*diagnostics, StaffDone("diagnostics", "", zipped)),
    }
    for code in ("full", "read_only", "gone", "cannot_write", "nothing", "no_answer"):
        found[f"staff-stick-{code.replace('_', '-')}"] = (*export, StaffDone("export", code))
    return found
