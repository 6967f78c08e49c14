"""What leads to each screen: scenes of notices and touches, and what is on the screen after them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from kiosk.notices import (
    Delivered,
    Done,
    Link,
    Pairing,
    ProgrammeTaken,
    Scanned,
    Trouble,
    Wiped,
)
from kiosk.rules.desk import Outcome
from kiosk.ui.example import DESCRIBED, ELSEWHERE, HERE
from kiosk.ui.example_logo import LOGO, PALE_LOGO
from kiosk.ui.finding_scenes import finding_scenes
from kiosk.ui.flow import WARN_S, Flow
from kiosk.ui.happening import Begun, Happening, Idle, Later, Pause, Ready, Scenes, WithScanner
from kiosk.ui.languages import Catalogues
from kiosk.ui.passing import STANDS_S
from kiosk.ui.registration_scenes import registration_scenes
from kiosk.ui.staff_scenes import staff_scenes
from kiosk.ui.view import Act, Do, Kind, View
from wire.card import RefusalCode
from wire.pairing import PairingRefusal

WALL: Final = 1_798_368_120.0
"""27 December 2026, 10:42 in Morocco."""
NOW: Final = 1000.0
BODY: Final = {
    "ar": "مؤسسة الأعمال الاجتماعية",
    "fr": "Fondation des œuvres sociales",
    "zgh": "ⵜⴰⵎⵔⵙⵉⵡⵜ ⵏ ⵜⵡⵓⵔⵉⵡⵉⵏ ⵜⵉⵏⴰⵎⵓⵏⵉⵏ",
    "en": "Foundation for social works",
}
BOOTH: Final = {
    "ar": "رواق البنوك",
    "fr": "Stand des banques",
    "zgh": "ⴰⵙⴰⵔⴰⴳ ⵏ ⵜⴱⴰⵏⴽⵉⵡⵉⵏ",
    "en": "Bank booth",
}


def scan(outcome: Outcome, code: str = "", *, language: str = "", recorded_at: int = 0) -> Scanned:
    """Give the notice of a scan; ``recorded_at`` is UTC, in milliseconds."""
    return Scanned(outcome, code, "", "", 1, 1, 12.0, language=language, recorded_at=recorded_at)


def scenes() -> Scenes:
    """Name every screen, and give what leads to it."""
    ready, offline = Ready(), Link(up=False, reason="lost", waiting=23)
    missing = Trouble("camera", "missing", "")
    earlier = int(WALL * 1000) - 87 * 60_000
    found: Scenes = {
        "attract": (ready,),
        "attract-offline": (ready, offline),
        "attract-offline-nothing-waits": (ready, Link(up=False, reason="lost", waiting=0)),
        "accepted": (ready, scan(Outcome.ACCEPTED)),
        "repeat": (ready, scan(Outcome.REPEAT)),
        "repeat-since": (ready, scan(Outcome.REPEAT, recorded_at=earlier)),
        "staff": (ready, scan(Outcome.STAFF)),
    }
    for code in RefusalCode:
        found[f"refused-{code.replace('_', '-')}"] = (ready, scan(Outcome.REFUSED, code))
    found |= {
        "unrecorded": (ready, Trouble("journal", "cannot_write", "")),
        "starting": (),
        "journal-closed": (Trouble("journal", "cannot_write", ""), Later()),
        "waiting": (Begun(),),
        "waiting-offline": (Begun(), offline),
        "blind": (ready, missing),
        "blind-offline": (ready, missing, offline),
        "scanner": (WithScanner(), ready),
        "scanner-missing": (WithScanner(), ready, missing),
        "scanner-set-up": (WithScanner(), ready, Trouble("camera", "set_up", "", over=True)),
        "help-scanner": (WithScanner(), ready, Kind.HELP),
        "help-scanner-missing": (WithScanner(), ready, missing, Kind.HELP),
        "language": (ready, Kind.LANGUAGE),
        "help": (ready, Kind.HELP),
        "help-waiting": (Begun(), Kind.HELP),
        "help-blind": (ready, missing, Kind.HELP),
        "help-covered": (ready, Trouble("camera", "covered", ""), Kind.HELP),
        "help-offline": (ready, offline, Kind.HELP),
        "help-everything": (
            ready,
            Trouble("journal", "cannot_write", ""),
            Trouble("camera", "unreadable", ""),
            offline,
            Kind.HELP,
        ),
    }
    return (
        found
        | _scenes_of_verdicts()
        | _scenes_of_offers()
        | _scenes_of_feedback()
        | _scenes_of_help()
        | _scenes_of_closing()
        | _scenes_of_pairing()
        | _scenes_of_themes()
        | staff_scenes(WALL)
        | registration_scenes(WALL)
        | finding_scenes(WALL)
    )


def member(
    outcome: Outcome = Outcome.ACCEPTED,
    *,
    offers: tuple[str, ...] = HERE,
    elsewhere: tuple[str, ...] = ELSEWHERE,
    signed: tuple[str, ...] = (),
    number: int = 1,
    language: str = "",
) -> Scanned:
    """Give the notice of a scan that begins a dialogue."""
    return Scanned(
        outcome,
        "",
        "0001-00c0ffee00c0ff",
        "",
        1,
        1,
        12.0,
        language=language,
        dialogue=number,
        offers=offers,
        elsewhere=elsewhere,
        signed=signed,
    )


def _scenes_of_verdicts() -> Scenes:
    at_door = [
        Scanned(Outcome.ACCEPTED, "", "", "", 1, 1, 12.0, direction=direction) for direction in ("in", "out")
    ]
    both_ways = [
        Scanned(outcome, "", "", "", 1, 1, 12.0, dialogue=1, direction=direction)
        for outcome, direction in (
            (Outcome.ACCEPTED, "in"),
            (Outcome.ACCEPTED, "out"),
            (Outcome.REPEAT, "in"),
        )
    ]
    session = Scanned(Outcome.ACCEPTED, "", "", "", 1, 1, 12.0, session="delegates")
    ready: tuple[Happening, ...] = (Ready(), DESCRIBED)
    return {
        "attract-tell-us": ready,
        "attract-tell-us-offline": (*ready, Link(up=False, reason="lost", waiting=23)),
        "accepted-offers": (*ready, member(elsewhere=())),
        "accepted-offers-elsewhere": (*ready, member(signed=("health",))),
        "accepted-no-offers": (*ready, member(offers=(), elsewhere=())),
        "accepted-session": (*ready, session),
        "accepted-in": (*ready, at_door[0]),
        "accepted-out": (*ready, at_door[1]),
        "doors-in": (*ready, both_ways[0]),
        "doors-out": (*ready, both_ways[1]),
        "doors-repeat": (*ready, both_ways[2]),
        "doors-turned": (*ready, both_ways[0], Act(Do.TURN), Done("out", 1)),
        "repeat-offers": (*ready, member(Outcome.REPEAT)),
    }


def _touches(*touches: Do | tuple[Do, str]) -> tuple[Act, ...]:
    return tuple(Act(*touch) if isinstance(touch, tuple) else Act(touch) for touch in touches)


def _scenes_of_offers() -> Scenes:
    begun: tuple[Happening, ...] = (Ready(), DESCRIBED, member(signed=("studies",)))
    offers: tuple[Happening, ...] = (*begun, Act(Do.OFFERS))
    loan: tuple[Happening, ...] = (*offers, Act(Do.OFFER, "housing-loan"))
    pad: tuple[Happening, ...] = (*loan, Act(Do.ANOTHER_NUMBER))
    typed: tuple[Happening, ...] = (*pad, *(Act(Do.DIGIT, digit) for digit in "0612345678"))
    many = member(offers=tuple(offer.id for offer in DESCRIBED.offers), elsewhere=())
    mine: tuple[Happening, ...] = (*begun, Act(Do.MINE))
    return {
        "offers": offers,
        "offers-many": (Ready(), DESCRIBED, many, Act(Do.OFFERS)),
        "offers-many-more": (Ready(), DESCRIBED, many, *_touches(Do.OFFERS, Do.NEXT)),
        "consent": (*offers, Act(Do.OFFER, "account")),
        "consent-text": (*begun, *_touches(Do.OFFERS, (Do.OFFER, "housing-loan"), Do.NEXT)),
        "consent-phone": loan,
        "number": pad,
        "number-odd": (*pad, *_touches((Do.DIGIT, "0"), (Do.DIGIT, "6"), Do.USE_NUMBER)),
        "number-typed": typed,
        "consent-typed": (*typed, Act(Do.USE_NUMBER)),
        "moment": (*loan, Act(Do.AGREE), Pause()),
        "signed-up": (*loan, Act(Do.AGREE), Done("sign_up", 1, "housing-loan")),
        "not-recorded": (*loan, Act(Do.AGREE), Trouble("journal", "cannot_write", "")),
        "not-possible": (*loan, Act(Do.AGREE), Done("refused", 1, "housing-loan")),
        "signed": (*offers, Act(Do.OFFER, "studies")),
        "mine": mine,
        "withdraw": (*mine, Act(Do.OFFER, "studies")),
        "withdraw-elsewhere": (*mine, Act(Do.OFFER, "health")),
        "withdrawn": (
            *mine,
            *_touches((Do.OFFER, "studies"), Do.WITHDRAW),
            Done("withdrawal", 1, "studies"),
        ),
        "still": (*loan, Idle()),
    }


def _scenes_of_feedback() -> Scenes:
    faces: tuple[Happening, ...] = (Ready(), DESCRIBED, Act(Do.TELL_US))
    topics: tuple[Happening, ...] = (*faces, Act(Do.FACE, "4"))
    more: tuple[Happening, ...] = (*topics, *_touches((Do.TOPIC, "health"), Do.MORE))
    return {
        "faces": faces,
        "topics": topics,
        "topics-chosen": (*topics, *_touches((Do.TOPIC, "health"), (Do.TOPIC, "welcome"))),
        "more": more,
        "more-chosen": (*more, *_touches(Do.URGENT, (Do.MAY_CALL, "no"))),
        "may-call": (*more, Act(Do.URGENT)),
        "write": (*more, Act(Do.WRITE)),
        "write-typed": (*more, *_touches(Do.WRITE, (Do.TEXT, "Merci, شكرا جزيلا على الاستقبال"))),
        "write-signs": (*more, *_touches(Do.WRITE, Do.NEXT)),
        "show-card": (*more, Act(Do.WITH_CARD)),
        "show-card-scanner": (WithScanner(), *more, Act(Do.WITH_CARD)),
        "thanks": (*more, Act(Do.SEND), Done("feedback")),
    }


def _scenes_of_help() -> Scenes:
    options: tuple[Happening, ...] = (Ready(), DESCRIBED, Kind.HELP, Act(Do.OPTIONS))
    notice: tuple[Happening, ...] = (*options, Act(Do.NOTICE, "privacy"))
    lower, large = (*options, Act(Do.LOWER)), (*options, Act(Do.LARGE))
    back = _touches(Do.BACK, Do.BACK)
    sign_up: tuple[Happening, ...] = (
        member(signed=("studies",)),
        *_touches(Do.OFFERS, (Do.OFFER, "housing-loan")),
    )
    return {
        "options": options,
        "options-more": (*options, Act(Do.NEXT)),
        "options-set": (*options, *_touches(Do.LOWER, Do.LARGE, Do.VOLUME, Do.READ_ALOUD)),
        "notice": notice,
        "notice-more": (*notice, Act(Do.NEXT)),
        "called": (Ready(), DESCRIBED, Kind.HELP, Act(Do.CALL)),
        "lower-attract": (*lower, *back),
        "lower-offers": (*lower, *back, member(), Act(Do.OFFERS)),
        "lower-consent": (*lower, *back, *sign_up),
        "large-attract": (*large, *back),
        "large-accepted": (*large, *back, member(signed=("health",))),
        "large-offers": (*large, *back, member(), Act(Do.OFFERS)),
        "large-consent": (*large, *back, *sign_up),
        "large-help": (*large, Act(Do.BACK)),
    }


def _scenes_of_closing() -> Scenes:
    closed = (Ready(), ProgrammeTaken(2, "rabat", 6, BODY, BOOTH, closed=True))
    offline, waiting = Link(up=False, reason="lost", waiting=23), Delivered(1, 4, 4127, [])
    full = Trouble("journal", "cannot_write", "")
    return {
        "closed": closed,
        "closed-waiting": (*closed, waiting),
        "closed-offline": (*closed, offline),
        "closed-wiped": (*closed, Wiped(31)),
        "closed-card": (*closed, scan(Outcome.CLOSED)),
        "help-closed": (*closed, Kind.HELP),
        "help-closed-offline": (*closed, offline, full, Kind.HELP),
        "help-closed-wiped": (*closed, Wiped(31), Kind.HELP),
    }


def _scenes_of_pairing() -> Scenes:
    code, missing = Pairing("code"), Trouble("camera", "missing", "")
    found: Scenes = {
        "pairing": (code,),
        "pairing-blind": (code, missing),
        "pairing-scanner": (WithScanner(), code),
        "pairing-asking": (code, Pairing("asking")),
        "pairing-no-answer": (code, Pairing("asking", "no_answer")),
        "paired": (code, Pairing("paired", name="K-07")),
        "paired-starting": (code, Pairing("paired", name="K-07"), Later()),
        "pairing-code-at-work": (Ready(), scan(Outcome.PAIRING)),
        "help-pairing": (code, Kind.HELP),
        "help-pairing-scanner": (WithScanner(), code, Kind.HELP),
        "help-pairing-no-answer": (code, Pairing("asking", "no_answer"), Kind.HELP),
    }
    for refusal in PairingRefusal:
        name = f"pairing-refused-{refusal.replace('_', '-')}"
        found[name] = (code, Pairing("refused", refusal))
    return found


def _scenes_of_themes() -> Scenes:
    """Give what a body's own colours reach, and the two that must not be taken for another verdict."""
    dressed = replace(DESCRIBED, colour="#3a1a5b", accent="#ffd27f", logo=LOGO)
    in_red = replace(DESCRIBED, colour="#7a1f1f", accent="#a8e6a1", logo=PALE_LOGO)
    plum: tuple[Happening, ...] = (Ready(), dressed)
    red: tuple[Happening, ...] = (Ready(), in_red)
    begun = member(signed=("studies",))
    topics = _touches(Do.TELL_US, (Do.FACE, "4"), (Do.TOPIC, "health"))
    return {
        "theme-attract": plum,
        "theme-accepted": (*plum, begun),
        "theme-repeat": (*plum, member(Outcome.REPEAT)),
        "theme-offers": (*plum, begun, Act(Do.OFFERS)),
        "theme-consent": (*plum, begun, *_touches(Do.OFFERS, (Do.OFFER, "housing-loan"))),
        "theme-topics": (*plum, *topics),
        "theme-language": (*plum, Kind.LANGUAGE),
        "theme-write": (*plum, *topics, *_touches(Do.MORE, Do.WRITE)),
        "theme-red-attract": red,
        "theme-red-accepted": (*red, begun),
        "theme-red-repeat": (*red, member(Outcome.REPEAT)),
        "theme-red-refused": (*red, scan(Outcome.REFUSED, RefusalCode.EXPIRED)),
    }


def view_of(
    happenings: Sequence[Happening],
    catalogues: Catalogues,
    language: str,
    *,
    body: dict[str, str] | None = None,
    booth: dict[str, str] | None = None,
) -> View:
    """Give what the screen shows after all that."""
    camera = not any(isinstance(happening, WithScanner) for happening in happenings)
    flow = Flow(catalogues.of, language=language, camera=camera)
    now = NOW
    for happening in happenings:
        if isinstance(happening, Kind):
            flow.open(happening, now)
        elif isinstance(happening, Act):
            flow.do(happening, now)
        elif isinstance(happening, Idle):
            now += WARN_S
        elif isinstance(happening, Pause):
            now += 1.0
        elif isinstance(happening, Later):
            now += max(STANDS_S.values())
        elif isinstance(happening, Ready | Begun):
            flow.started()
            if isinstance(happening, Ready):
                flow.hear(ProgrammeTaken(1, "rabat", 6), now)
            flow.place(body or BODY, booth or BOOTH, "Africa/Casablanca")
        elif not isinstance(happening, WithScanner):
            flow.hear(happening, now)
    return flow.view(now, WALL)
