"""A tour of two rounds, as a foundation of public servants holds it, on the afternoon of its sixth stop."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
from playwright.sync_api import Page

from server.rules.fair import FairDefinition
from server.web import FIRST_ACCOUNT
from tests.server.facts import attends, batch, feedback, offset, registration, sign_up, visit, withdrawal
from tests.server.web.stage import Stage
from tests.server.web.visitor import Visitor, live
from wire.described import Offer, Session
from wire.programme import Booth, Partner, Territory

TOUR: Final = "days-2024"
STOPS: Final = (
    ("casablanca", "الدار البيضاء", "Casablanca", date(2024, 12, 6), 3),
    ("marrakech", "مراكش", "Marrakech", date(2024, 12, 12), 3),
    ("tanger", "طنجة", "Tanger", date(2024, 12, 20), 3),
    ("rabat", "الرباط", "Rabat", date(2024, 12, 27), 3),
    ("fes", "فاس", "Fès", date(2025, 1, 31), 2),
    ("oujda", "وجدة", "Oujda", date(2025, 2, 7), 2),
    ("tetouan", "تطوان", "Tétouan", date(2025, 2, 14), 2),
    ("kenitra", "القنيطرة", "Kénitra", date(2025, 2, 21), 2),
)
OFFERS: Final = (
    Offer(
        id="housing-loan", names={"ar": "قرض السكن", "fr": "Crédit logement"}, booth="bank", partner="bank"
    ),
    Offer(id="savings", names={"ar": "حساب التوفير", "fr": "Compte épargne"}, booth="bank", partner="bank"),
    Offer(
        id="health-cover",
        names={"ar": "التأمين الصحي التكميلي", "fr": "Assurance maladie complémentaire"},
        booth="insurance",
        partner="insurance",
    ),
    Offer(id="summer-camp", names={"ar": "مخيم الصيف", "fr": "Colonie de vacances"}, booth="social-services"),
)
NOW: Final = int(datetime(2025, 2, 7, 14, 20, tzinfo=UTC).timestamp() * 1000)
_HELD: Final = 6
_DEVICE: Final = "00000000000000e1"


def stop_of(
    definition: FairDefinition, stop: tuple[str, str, str, date, int], tour: str = TOUR
) -> FairDefinition:
    """Make a stop of a fair: its name, its days, and the city in which it lies."""
    key, arabic, french, first, count = stop
    fair = msgspec.structs.replace(
        definition.fair,
        id=key,
        tour=tour,
        names={"ar": f"محطة {arabic}", "fr": f"Étape de {french}"},
        venue={"ar": f"قاعة المعارض، {arabic}", "fr": f"Parc des expositions, {french}"},
        days=[first + timedelta(days=number) for number in range(count)],
        hours=[],
        territory=f"city-{key}",
    )
    place = Territory(id=f"city-{key}", names={"ar": arabic, "fr": french})
    return msgspec.structs.replace(
        definition,
        fair=fair,
        territories=[*definition.territories, place],
        tour_names={"ar": "الأيام التواصلية الجهوية", "fr": "Journées régionales de communication"},
        offers=list(OFFERS),
        sessions=[Session(id="delegates", names={"ar": "لقاء المناديب", "fr": "Réunion des délégués"})],
    )


def stops_of(definition: FairDefinition) -> list[FairDefinition]:
    """Make the stops of both rounds; a partner more is at the last one alone."""
    *stops, last = [stop_of(definition, stop) for stop in STOPS]
    sahara = {"ar": "شركة الصحراء", "fr": "Compagnie du Sahara"}
    guest = msgspec.structs.replace(
        last,
        partners=[*last.partners, Partner(id="sahara", names=sahara)],
        booths=[*last.booths, Booth(id="sahara", names=sahara, partner="sahara")],
    )
    return [*stops, guest]


def toured(directory: Path, *, visits: int = 1200, now: int = NOW) -> Stage:
    """Give a stage on which the tour has come to its sixth stop."""
    stage = Stage(directory, now=now)
    definitions = stops_of(stage.definition)
    stage.load(definitions)
    stage.fair = "oujda"
    take(stage, definitions[:_HELD], visits)
    return stage


def opened(visitor: Visitor, address: str, password: str = "", name: str = FIRST_ACCOUNT) -> Page:
    """Open a page of the tour, through the door."""
    visitor.page.goto(f"{visitor.url}{address}")
    visitor.enter(name, password or visitor.stage.password)
    live(visitor.page)
    return visitor.page


def take(stage: Stage, definitions: list[FairDefinition], visits: int) -> None:
    """Let members come, sign up, withdraw and say what they think, the same in every run."""
    chance = random.Random(7)
    facts = [offset(1, 0, boot_id="b" * 32), *_facts(chance, definitions, visits)]
    for start in range(0, len(facts), 100):
        chunk = facts[start : start + 100]
        stage.intake.take([batch(start + 1, *chunk, device=_DEVICE)], stage.now())


def _facts(chance: random.Random, definitions: list[FairDefinition], visits: int) -> Iterator[bytes]:
    number = 1
    signed: list[tuple[int, str]] = []
    for place, definition in enumerate(definitions):
        fair, offers = definition.fair, [offer.id for offer in definition.offers]
        booths = [booth.id for booth in definition.booths]
        of_stop = int(visits * (0.7 + 0.12 * place) / len(definitions))
        for _ in range(of_stop):
            number += 1
            day = chance.choice([day for day in fair.days if day <= date(2025, 2, 7)])
            opens = int(datetime(day.year, day.month, day.day, 9, tzinfo=UTC).timestamp() * 1000)
            at = opens + chance.randrange(5 * 3_600_000)
            who = chance.randrange(1, 240) + 150 * place
            common: dict[str, Any] = {"at": at, "fair": fair.id, "monotonic_ms": at}
            kind = chance.random()
            if kind < 0.72:
                yield visit(number, who, booth=chance.choice(booths), **common)
            elif kind < 0.86 and offers:
                offer = chance.choice(offers)
                signed.append((who, offer))
                yield sign_up(number, who, offer=offer, **common)
            elif kind < 0.9 and signed:
                who, offer = chance.choice(signed)
                yield withdrawal(
                    number, who, offer=offer, **{**common, "monotonic_ms": at + chance.choice((0, 10**9))}
                )
            elif kind < 0.92:
                yield attends(number, who, **common)
            elif kind < 0.97:
                face = chance.choice((2, 3, 4, 4, 5, 5))
                del common["at"]
                yield feedback(number, "waiting", face=face, occurred_at=at, **common)
            else:
                yield registration(number, 5000 + number, **common)
