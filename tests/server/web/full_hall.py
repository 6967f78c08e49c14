"""A hall in which everything has happened that a fair's pages show: at booths, doors, and besides."""

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import uuid_utils

from server.intake import Taken
from server.office import NewKiosk
from server.rules.fair import FairDefinition
from tests.server.web.stage import DAY, NOW, Stage
from wire.card import Category, RefusalCode
from wire.described import Offer
from wire.envelope import Batch, BatchHead
from wire.events import (
    CardRef,
    Event,
    Feedback,
    Passage,
    Refusal,
    Registration,
    SignUp,
    Visit,
    Withdrawal,
    encode_event,
)
from wire.programme import Booth

HOUR: Final = 3_600_000
MINUTE: Final = 60_000
MIDNIGHT: Final = NOW - NOW % (24 * HOUR)
_CATEGORIES: Final = (Category.ACTIVE,) * 5 + (Category.RETIRED,) * 3 + (Category.WIDOW, Category.CHILD)
_EPOCHS: Final = itertools.count(1 << 40)
_WEIGHTS: Final = (9, 20, 31, 27, 34, 22, 8)


def full_stage(directory: Path, **changes: Any) -> Stage:
    """Give a fair with a door and two offers; ``changes`` are other fields of its description."""
    return Stage(directory / "full", definition=full_definition(directory, **changes))


def full_definition(directory: Path, **changes: Any) -> FairDefinition:
    """Describe such a fair."""
    example = Stage(directory / "example")
    definition = example.definition
    example.close()
    door = Booth(id="doors", names={"ar": "الباب", "fr": "Porte"}, kind="doors")
    offers = [
        Offer(id="loan", names={"ar": "قرض السكن", "fr": "Prêt logement"}, booth="bank", partner="bank"),
        Offer(id="card", names={"ar": "بطاقة الأداء", "fr": "Carte bancaire"}, booth="bank", partner="bank"),
    ]
    fields = {"booths": [*definition.booths, door], "offers": offers, **changes}
    return msgspec.structs.replace(definition, **fields)


def card(who: int) -> CardRef:
    """Give somebody's card: its category and territory go by the number."""
    category = _CATEGORIES[who % len(_CATEGORIES)]
    return CardRef(key_id=1, card_id=f"{who:014x}", category=category, territory=who * who % 13)


def registered(who: int) -> Registration:
    """Give the registration of somebody."""
    whose = card(who)
    return Registration(
        card=whose, valid_from=DAY, valid_to=DAY, consents=[], language="ar", sealed=b"sealed"
    )


def happens(at: int, booth: str, fact: Any, *, fair: str) -> bytes:
    """Give a fact as a kiosk at a booth would tell it."""
    return encode_event(
        Event(
            event_id=uuid_utils.uuid7().hex,
            occurred_at=at,
            monotonic_ms=at - MIDNIGHT + 48 * HOUR,
            boot_id="c" * 32,
            fair=fair,
            booth=booth,
            fact=fact,
        )
    )


def tell(stage: Stage, kiosk: NewKiosk, facts: Sequence[bytes]) -> Taken:
    """Let a kiosk tell facts, in an epoch of their own."""
    head = BatchHead(kiosk.row.device, next(_EPOCHS), 1, len(facts))
    return stage.intake.take([Batch(head, tuple(facts))], stage.now())


def fill(stage: Stage) -> None:
    """Let two days pass and a rehearsal before, the second until now; each kiosk is in another health."""
    chance = random.Random(7)
    booths = [booth.id for booth in stage.definition.booths if booth.kind == "booth"]
    for number, booth in enumerate([*booths[:5], "doors"], 1):
        stage.add_kiosk(f"K-{number:02}", booth)
    for place, kiosk in enumerate(stage.kiosks):
        at_doors = kiosk.row.booth == "doors"
        facts = _passages(chance) if at_doors else _visits(chance, 6 - place)
        tell(stage, kiosk, _in_time(stage, kiosk, [*facts, *_besides(kiosk.row.booth)]))
    k = stage.kiosks
    stage.state(k[0], waiting=0)
    stage.state(k[1], waiting=0)
    stage.state(k[2], ago_s=4 * 3600 + 49 * 60, waiting=23)
    stage.state(k[3], camera_trouble="stalled", waiting=2)
    stage.state(k[4], waiting=3, clock_wrong_ms=6 * MINUTE)
    stage.state(k[5], waiting=0)


def _in_time(stage: Stage, kiosk: NewKiosk, facts: Iterable[tuple[int, Any]]) -> list[bytes]:
    in_order = sorted(facts, key=lambda fact: fact[0])
    return [happens(at, kiosk.row.booth, what, fair=stage.fair) for at, what in in_order]


def _hours() -> Iterator[tuple[int, int, float]]:
    """Give each hour's start, how many minutes of it have passed, and how busy it was."""
    for day, share in ((-1, 0.8), (0, 1.0)):
        for hour, weight in zip(range(8, 15), _WEIGHTS, strict=True):
            minutes = 20 if (day, hour) == (0, 14) else 60
            yield MIDNIGHT + day * 24 * HOUR + hour * HOUR, minutes, weight * share


def _visits(chance: random.Random, times: int) -> Iterator[tuple[int, Any]]:
    for start, minutes, weight in _hours():
        for _ in range(int(weight * times * minutes / 100)):
            yield start + chance.randrange(minutes * MINUTE), Visit(card=card(chance.randrange(400)))


def _passages(chance: random.Random) -> Iterator[tuple[int, Any]]:
    for start, minutes, weight in _hours():
        for _ in range(int(weight * minutes / 25)):
            at = start + chance.randrange(minutes * MINUTE)
            yield at, Passage(direction="in", card=card(chance.randrange(400)))
            if start % (24 * HOUR) > 9 * HOUR:
                yield at, Passage(direction=chance.choice(("out", "out", "in")))


def _besides(booth: str) -> Iterator[tuple[int, Any]]:
    """Give what staff and members did at a booth besides visiting it."""
    if booth == "membership":
        for number, (start, _, _) in enumerate(_hours()):
            yield start + 1, registered(1000 + number)
    elif booth == "bank":
        for who in range(30):
            yield NOW - HOUR + who, SignUp(card=card(who), offer=("loan", "card")[who % 2])
        yield NOW - HOUR + 50, Withdrawal(card=card(0), offer="loan")
    elif booth == "social-services":
        for face in (5, 4, 5, 3, 2):
            yield NOW - HOUR + face, Feedback(face=face, topics=["waiting"], urgent=face == 2)
        yield NOW - 3 * MINUTE, Refusal(code=RefusalCode.EXPIRED)
    elif booth == "health":
        # The day before the fair began: somebody tried the kiosks.
        for who in range(12):
            yield NOW - 48 * HOUR + who, Visit(card=card(who))
