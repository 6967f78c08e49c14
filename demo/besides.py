"""What a hall has besides visits: offers, a workshop, members, meetings, and what is told by touch.

Nobody touches a screen in the demo, so what members would have told there comes as a stick of a kiosk.
"""

import csv
import itertools
import json
import random
import secrets
import time
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from nacl.public import PrivateKey
from nacl.signing import SigningKey

from wire.envelope import seal_batch
from wire.events import CardRef, Event, Fact, Feedback, SignUp, Withdrawal, encode_event
from wire.private import seal_private
from wire.stick import SUFFIX, StickWriter

_TOUR: Final = """
[[offers]]
id = "housing-loan"
names = { ar = "قرض السكن", fr = "Prêt logement" }
booth = "bank"
consent = "contact"

[[offers]]
id = "free-account"
names = { ar = "حساب بدون مصاريف", fr = "Compte sans frais" }
booth = "bank"
consent = "contact"

[[offers]]
id = "summer-camp"
names = { ar = "مخيم الصيف", fr = "Colonie de vacances" }
booth = "social-services"
consent = "contact"

[[consents]]
id = "contact"
version = 1
[consents.texts]
ar = "أوافق على أن يتصل بي صاحب هذا العرض، وأن يسلم له اسمي ورقم هاتفي لهذا الغرض وحده."
fr = "J'accepte d'être contacté pour cette offre, et que mon nom et mon téléphone servent à cela seul."

[[sessions]]
id = "online-services"
names = {{ ar = "ورشة الخدمات الرقمية", fr = "Atelier : services en ligne" }}
kind = "workshop"
fair = "{fair}"
booth = "social-services"
day = {day}
"""
_TERRITORIES: Final = ("rabat-sale-kenitra", "casablanca-settat", "fes-meknes", "souss-massa", "oriental")
_CATEGORIES: Final = ("active", "active", "active", "retired", "retired", "widow", "child")
_GIVEN: Final = (
    ("محمد", "Mohamed"),
    ("فاطمة", "Fatima"),
    ("يوسف", "Youssef"),
    ("خديجة", "Khadija"),
    ("عبد الرحيم", "Abderrahim"),
    ("حنان", "Hanane"),
    ("إدريس", "Driss"),
    ("نزهة", "Nezha"),
)
_FAMILY: Final = (
    ("بناني", "Bennani"),
    ("العلوي", "Alaoui"),
    ("أمزيان", "Ameziane"),
    ("التازي", "Tazi"),
    ("الإدريسي", "El Idrissi"),
    ("أيت لحسن", "Aït Lahcen"),
)
_MEETINGS: Final = (
    ("delegates-1", "لقاء المناديب الأول", "Première rencontre des délégués", "meeting", "2024-10-09"),
    ("delegates-2", "لقاء المناديب الثاني", "Deuxième rencontre des délégués", "meeting", "2025-02"),
    ("accounting", "تكوين في المحاسبة", "Formation en comptabilité", "training", ""),
)
RECOMMENDED: Final = (
    "ar=فتح شباك للاستقبال في كل مدينة",
    "fr=Ouvrir un guichet d'accueil dans chaque ville",
)
_SERIES: Final = "delegates"
_SAID: Final = (
    (5, "welcome", "استقبال رائع، شكرا لكم"),
    (4, "services", "Très utile, merci pour les explications."),
    (2, "waiting", "Trop d'attente à l'entrée le matin."),
    (3, "partners", ""),
    (5, "welcome", ""),
    (4, "venue", "المكان قريب من المحطة"),
    (1, "waiting", ""),
    (4, "partners", ""),
)
_MINUTE_MS: Final = 60_000
# No journal has it: what comes from the stick is no fact that the kiosk could send, too.
_EPOCH: Final = 1


def add_to_tour(path: Path, fair: str, day: str) -> None:
    """Add offers, a consent and a workshop on ``day`` to a tour's file."""
    head, marker, session = _TOUR.partition("[[sessions]]")
    with path.open("a", encoding="utf-8") as file:
        file.write(head + marker + session.format(fair=fair, day=day))


def write_members(path: Path) -> list[str]:
    """Write a list of members as bodies have them; gives their employee numbers."""
    fields = ("employee_number", "name_ar", "name_latin", "category", "territory", "phone", "language")
    numbers = []
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(fields)
        for at, (family, given) in enumerate(itertools.product(_FAMILY, _GIVEN)):
            numbers.append(f"{4711 + 37 * at:07}")
            table.writerow(
                (
                    numbers[-1],
                    f"{given[0]} {family[0]}",
                    f"{given[1]} {family[1]}",
                    _CATEGORIES[at % len(_CATEGORIES)],
                    _TERRITORIES[at * at % len(_TERRITORIES)],
                    f"06612{34500 + at}",
                    "fr" if at % 3 == 0 else "ar",
                )
            )
    return numbers


def write_meetings(path: Path) -> None:
    """Write a list of sessions that belong to no fair."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("session", "name_ar", "name_fr", "kind", "date", "series"))
        table.writerows((*meeting, _SERIES) for meeting in _MEETINGS)


def write_rolls(invited: Path, came: Path, numbers: Sequence[str]) -> str:
    """Write who is invited to a meeting, and who of them came; gives the meeting's id."""
    for path, listed in ((invited, numbers[:16]), (came, numbers[:12])):
        path.write_text("\n".join(("who", *listed, "")), encoding="utf-8")
    return _MEETINGS[0][0]


def write_stick(path: Path, config: Path, secret: Path, cards: Sequence[str], seed: int) -> Path:
    """Write to the directory ``path`` what bearers of ``cards`` tell a kiosk in the last half hour.

    ``config`` is its kiosk.toml, ``secret`` the server's secrets.json. Gives the stick's file.
    """
    kiosk = tomllib.loads(config.read_text(encoding="utf-8"))
    sealing = json.loads(secret.read_text(encoding="utf-8"))["server_sealing"]
    public = bytes(PrivateKey(bytes.fromhex(sealing)).public_key)
    boot, now = secrets.token_hex(16), int(time.time() * 1000)
    facts = list(_told(random.Random(seed), cards, public))
    events = [
        encode_event(
            Event(
                event_id=secrets.token_hex(16),
                occurred_at=now - (len(facts) - number) * _MINUTE_MS // 2,
                monotonic_ms=number * _MINUTE_MS // 2,
                boot_id=boot,
                fair=kiosk["fair"],
                booth=kiosk["booth"],
                fact=fact,
            )
        )
        for number, fact in enumerate(facts)
    ]
    writer = StickWriter()
    batch = seal_batch(
        events,
        device=kiosk["device"],
        epoch=_EPOCH,
        first=1,
        sealing_key=public,
        key=SigningKey(bytes.fromhex(kiosk["batch_key"])),
    )
    stick = path / f"besides{SUFFIX}"
    stick.write_bytes(writer.head + writer.batch(batch) + writer.end())
    return stick


def _told(chance: random.Random, cards: Sequence[str], public: bytes) -> Iterator[Fact]:
    """Give sign-ups, one withdrawal, and feedback: most with a card, one urgent."""
    offers = (
        ("housing-loan", "bank"),
        ("free-account", "bank"),
        ("summer-camp", ""),
        ("housing-loan", "bank"),
    )
    signed = []
    for at, card in enumerate(cards[: 3 * len(offers)]):
        offer, partner = offers[at % len(offers)]
        signed.append((card, offer))
        yield SignUp(
            card=_ref(card), offer=offer, partner=partner, consent="contact", consent_version=1, language="ar"
        )
    for card, offer in signed[2:3]:
        yield Withdrawal(card=_ref(card), offer=offer)
    for at, (face, topic, text) in enumerate(_SAID * 2):
        yield Feedback(
            card=_ref(chance.choice(cards)) if at % 4 else None,
            face=face,
            topics=[topic],
            sealed=seal_private({"text": text}, public) if text and at < len(_SAID) else b"",
        )
    urgent = seal_private({"text": "لم أتوصل بملف التقاعد منذ ستة أشهر"}, public)
    whose = _ref(cards[0])
    yield Feedback(card=whose, face=2, topics=["services"], urgent=True, may_call=True, sealed=urgent)


def _ref(card: str) -> CardRef:
    key, _, number = card.partition("-")
    return CardRef(key_id=int(key, 16), card_id=number, category=1)
