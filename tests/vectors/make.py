"""Makes the golden vectors: what another program must read, and write, byte for byte.

    python -m tests.vectors.make            cards, events, messages, pairing, programme, stick, topics
    python -m tests.vectors.make --record   and a new recording of what chance or zlib's version decides,
                                            of these parts alone where some are named

Keys are made of fixed seeds, and Ed25519 signatures follow from key and text alone. A
sealed box does not: ``recorded.json`` was made once, and is tested by opening it. A vector
that changes is a kiosk in a hall that no longer understands: raise the version instead.
Where fields were added, ``older/`` keeps what programs of before send: it is still read.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import base45
import msgspec
from nacl.public import PrivateKey
from nacl.signing import SigningKey

from wire import asking, card, described, logo, messages, pairing, programme, stick, topics
from wire.broker import parse_broker
from wire.card import Card, Category, RefusalCode
from wire.envelope import seal_batch
from wire.events import (
    CardRef,
    CardRevoked,
    ClockOffset,
    Consented,
    Event,
    Fact,
    Feedback,
    Lost,
    Passage,
    Refusal,
    Registration,
    Reissue,
    SessionAttendance,
    SignUp,
    Unknown,
    Visit,
    Void,
    Withdrawal,
    encode_event,
    join_events,
)
from wire.private import seal_private
from wire.setup import Setup, StaffVerifier, pack_setup, seal_setup

HERE: Final = Path(__file__).parent

BODY: Final = SigningKey(bytes(range(32)))
CARDS: Final = SigningKey(bytes(range(32, 64)))
KIOSK: Final = SigningKey(bytes(range(64, 96)))
SERVER: Final = SigningKey(bytes(range(96, 128)))
SEALING: Final = PrivateKey(bytes(range(128, 160)))
DEVICE: Final = "00c0ffee00c0ffee"
MEMBER: Final = "5e5e5e5e00c0ffee"
TAG: Final = card.body_tag(bytes(BODY.verify_key))
LOGO: Final = logo.name_of(b"stands for a picture")

Json = dict[str, Any]


def _keys(**keys: SigningKey | PrivateKey) -> Json:
    return {
        name: {
            "seed": bytes(key).hex(),
            "public": bytes(key.verify_key if isinstance(key, SigningKey) else key.public_key).hex(),
        }
        for name, key in keys.items()
    }


CARD: Final = Card(
    body_tag=TAG,
    key_id=1,
    card_id=0x00C0FFEE00C0FF,
    category=Category.RETIRED,
    territory=7,
    language="ar",
    valid_from=date(2024, 1, 1),
    valid_to=date(2026, 12, 31),
)


def _fields(each: Card) -> Json:
    return {name: getattr(each, name) for name in Card.__slots__} | {
        "valid_from": each.valid_from.isoformat(),
        "valid_to": each.valid_to.isoformat(),
    }


def _token(raw: bytes) -> str:
    encoded: bytes = base45.b45encode(raw)
    return card.PREFIX + encoded.decode("ascii")


def cards() -> Json:
    """Give tokens with their fields, and texts with the code that refuses them."""
    good = [
        CARD,
        replace(CARD, category=Category.STAFF, language="en", card_id=0),
        replace(CARD, key_id=0xFFFF, card_id=2**56 - 1, category=14, territory=255, language="zgh"),
        replace(CARD, key_id=0, category=0, territory=0, language="fr", valid_to=card.DAY_ZERO),
        replace(CARD, valid_from=card.LAST_DAY, valid_to=card.LAST_DAY),
    ]
    token = card.sign(CARD, CARDS)
    payload = card.pack(CARD)
    raw = bytes(base45.b45decode(token[2:]))
    backwards = (int.from_bytes(payload, "big") >> 26 << 26 | 5 << 13 | 4).to_bytes(16, "big")
    refused = {
        "not a code of ours": ("https://example.org", RefusalCode.FOREIGN_CODE),
        "one character short": (token[:-1], RefusalCode.MALFORMED),
        "one character long": (token + "0", RefusalCode.MALFORMED),
        "lower case": (token[:2] + token[2:].lower(), RefusalCode.MALFORMED),
        "base45 of 65,536": (token[:2] + "GGW" + token[5:], RefusalCode.MALFORMED),
        "ends before it begins, signed": (
            _token(backwards + CARDS.sign(b"riwaq card 1\0" + backwards).signature),
            RefusalCode.MALFORMED,
        ),
        "a later version": ("R2" + token[2:], RefusalCode.UNKNOWN_VERSION),
        "another body": (card.sign(replace(CARD, body_tag=TAG ^ 1), CARDS), RefusalCode.WRONG_BODY),
        "a key that nobody knows": (card.sign(replace(CARD, key_id=2), CARDS), RefusalCode.UNKNOWN_KEY),
        "signed by another key": (card.sign(CARD, KIOSK), RefusalCode.BAD_SIGNATURE),
        "signed without the label": (
            _token(payload + CARDS.sign(payload).signature),
            RefusalCode.BAD_SIGNATURE,
        ),
        "the card id's last bit flipped": (
            _token(raw[:10] + bytes([raw[10] ^ 1]) + raw[11:]),
            RefusalCode.BAD_SIGNATURE,
        ),
    }
    return {
        "keys": _keys(body=BODY, cards=CARDS),
        "body_tag": TAG,
        "key_ids": sorted({each.key_id for each in good}),
        "good": [
            {"fields": _fields(each), "payload": card.pack(each).hex(), "token": card.sign(each, CARDS)}
            for each in good
        ],
        "refused": [{"why": why, "text": text, "code": code} for why, (text, code) in refused.items()],
    }


def _event(number: int, fact: Fact, **more: Any) -> Event:
    return Event(
        event_id=f"0192f0c1a000700080000000{number:08x}",
        occurred_at=1_730_000_000_000 + number,
        monotonic_ms=61_000 + number,
        boot_id="b007" * 8,
        fair="rabat-2024",
        booth="bank-1",
        fact=fact,
        **more,
    )


def _events() -> list[Event]:
    reference = CardRef.of(CARD)
    offset = ClockOffset(
        server_minus_monotonic_ms=1_729_999_939_000, server_minus_wall_ms=-12, round_trip_ms=34
    )
    facts: list[Fact] = [
        Visit(card=reference),
        Visit(),
        Visit(card=reference, clock_doubtful=True),
        Refusal(code=RefusalCode.FOREIGN_CODE),
        Refusal(code=RefusalCode.EXPIRED, card=reference),
        Lost(epoch=7, first=3, last=5, reason="checksum"),
        offset,
        Unknown(kind="of_tomorrow", raw=b'{"offer": "loan",\n "deep":[1.50,null,"\\u0627"]}'),
    ]
    void = _event(99, Void(target=_event(0, Visit()).event_id, reason="wrong card"), staff_id="s-1")
    return [*(_event(number, fact) for number, fact in enumerate(facts)), void, *_served()]


def _served() -> list[Event]:
    """Give what members do besides visiting. What stands for a sealed box is none: see ``recorded``."""
    reference = CardRef.of(CARD)
    facts: list[Fact] = [
        SignUp(card=reference, offer="loan"),
        SignUp(
            card=reference,
            offer="loan",
            partner="bank",
            consent="contact",
            consent_version=2,
            language="fr",
            phone="typed",
            sealed=b"stands for a sealed box",
        ),
        Withdrawal(card=reference, offer="loan"),
        Feedback(face=4),
        Feedback(
            card=reference,
            face=1,
            topics=["waiting", "venue"],
            urgent=True,
            may_call=True,
            language="ar",
            sealed=b"stands for a sealed box",
        ),
        SessionAttendance(card=reference, session="delegates"),
        Passage(direction="in", card=reference),
        Passage(direction="out"),
        Refusal(code=RefusalCode.NOT_INVITED, card=reference),
    ]
    admitted = _event(
        199, SessionAttendance(card=reference, session="delegates", invited=False), staff_id="101"
    )
    return [*(_event(100 + number, fact) for number, fact in enumerate(facts)), admitted, *_enrolled()]


def _enrolled() -> list[Event]:
    """Give what staff do with cards."""
    days: dict[str, Any] = {"valid_from": date(2024, 11, 1), "valid_to": date(2027, 10, 31)}
    number = str(CARD.identity)
    facts: list[Fact] = [
        Registration(
            card=CardRef.of(replace(CARD, card_id=0x00C0FFEE00C100)),
            consents=[Consented(id="contact", version=2)],
            language="ar",
            sealed=b"stands for a sealed box",
            **days,
        ),
        Reissue(
            card=CardRef.of(replace(CARD, card_id=0x00C0FFEE00C101)), replaces=number, reason="lost", **days
        ),
        CardRevoked(card=number, reason="lost"),
        Reissue(
            card=CardRef.of(replace(CARD, card_id=0x00C0FFEE00C102)),
            replaces="",
            reason="none",
            member=MEMBER,
            **days,
        ),
        Visit(reason="forgotten"),
        Visit(reason="household"),
    ]
    return [_event(300 + at, fact, staff_id="101") for at, fact in enumerate(facts)]


def events() -> Json:
    """Give each kind of event as the text that is journalled and sent."""
    made = [encode_event(event) for event in _events()]
    return {
        "events": [
            {"kind": event.fact.kind, "text": raw.decode()}
            for event, raw in zip(_events(), made, strict=True)
        ],
        "batch": join_events(made).decode(),
    }


def _hello() -> messages.Hello:
    return messages.Hello(
        device=DEVICE,
        nonce="nonce-0123456789",
        epochs=[messages.KeptEpoch(epoch=7, first=1, last=12, mark=9)],
        programme_version=3,
        software="0.1.0",
        setup_version=4,
        logo=LOGO,
    )


def _answer() -> messages.Answer:
    return messages.Answer(
        device=DEVICE,
        nonce="nonce-0123456789",
        run="run-0123456789",
        epochs=[messages.HeldEpoch(epoch=7, upto=9, tail="0192f0c1a00070008000000000000009")],
        server_time=1_730_000_000_500,
        revocations=b"stands for a whole signed message",
        logo=b"stands for a picture",
    )


def _ack() -> messages.Ack:
    return messages.Ack(
        device=DEVICE,
        run="run-0123456789",
        epoch=7,
        upto=12,
        tail="0192f0c1a0007000800000000000000c",
        server_time=1_730_000_000_900,
    )


def signed_messages() -> Json:
    """Give hello, answer and acknowledgement, short enough to travel uncompressed."""
    said: list[tuple[messages.Hello | messages.Answer | messages.Ack, str, SigningKey]] = [
        (_hello(), "kiosk", KIOSK),
        (_answer(), "server", SERVER),
        (_ack(), "server", SERVER),
    ]
    return {
        "keys": _keys(kiosk=KIOSK, server=SERVER),
        "messages": [
            {
                "type": type(message).__name__,
                "signer": signer,
                "fields": msgspec.to_builtins(message),
                "message": messages.sign(message, key).hex(),
            }
            for message, signer, key in said
        ],
    }


def _programme(booths: int) -> programme.Programme:
    return programme.Programme(
        version=3,
        issued_at=1_730_000_000_000,
        body=programme.Body(id="body", names={"fr": "Fondation"}),
        fair=programme.Fair(id="rabat-2024", tour="2024", names={"ar": "الرباط"}, days=[date(2024, 11, 1)]),
        server=programme.ServerKeys(signing=bytes(SERVER.verify_key), sealing=bytes(SEALING.public_key)),
        card_keys=[programme.CardKey(id=1, key=bytes(CARDS.verify_key))],
        booths=[programme.Booth(id=f"booth-{number}", names={"fr": "Stand"}) for number in range(booths)],
        kiosks=[programme.KioskEntry(device=DEVICE, batch_key=bytes(KIOSK.verify_key), booth="booth-0")],
    )


def _described() -> programme.Programme:
    """Give a programme that says all that one can say."""
    names = {"ar": "الرباط", "fr": "Rabat"}
    return msgspec.structs.replace(
        _programme(1),
        fair=programme.Fair(
            id="rabat-2024",
            tour="2024",
            names=names,
            days=[date(2024, 11, 1)],
            venue={"ar": "قاعة العروض", "fr": "Salle des expositions"},
            hall={"ar": "القاعة أ", "fr": "Hall A"},
            territory="rabat",
            hours=[described.Hours(day=date(2024, 11, 1), opens="09:00", closes="18:30")],
        ),
        tour_names={"ar": "الأيام", "fr": "Tournée"},
        levels=[described.Level(id="region", names={"ar": "جهة", "fr": "Région"}, on_card=True)],
        territories=[programme.Territory(id="rabat", names=names, level="region", code=4)],
        categories=[described.CategoryWords(id="widow", names={"ar": "أرملة", "fr": "Veuve"})],
        offers=[
            described.Offer(
                id="loan",
                names={"ar": "قرض", "fr": "Prêt"},
                booth="booth-0",
                territories=["rabat"],
                details={"ar": "بدون رسوم", "fr": "Sans frais"},
                consent="contact",
            )
        ],
        sessions=[
            described.Session(
                id="delegates",
                names={"ar": "لقاء", "fr": "Rencontre"},
                territory="rabat",
                day="2024-11-01",
                starts="10:00",
                ends="12:00",
                by_invitation=True,
            ),
            described.Session(
                id="training",
                names={"ar": "تكوين", "fr": "Formation"},
                kind="training",
                booth="booth-0",
                day="2024-05",
            ),
        ],
        consents=[described.Consent(id="contact", texts={"ar": "أوافق", "fr": "J'accepte"}, version=2)],
        notices=[described.Notice(id="privacy", names=names, texts={"ar": "إشعار", "fr": "Avis"})],
        theme=described.Theme(colour="#14532d", accent="#f59e0b", languages=["ar", "fr", "zgh", "en"]),
        retention={"visits": 90},
    )


def _told() -> programme.Programme:
    """Give a programme that also says what has come since the one that describes all."""
    said = _described()
    return msgspec.structs.replace(
        said,
        booths=[
            *said.booths,
            programme.Booth(id="door", names={"ar": "المدخل", "fr": "Entrée"}, kind="entrance"),
            programme.Booth(id="doors", names={"ar": "الأبواب", "fr": "Portes"}, kind="doors"),
        ],
        offers=[msgspec.structs.replace(offer, needs_phone=True) for offer in said.offers],
        topics=[described.Topic(id="waiting", names={"ar": "الانتظار", "fr": "Attente"}, icon="clock")],
    )


def _branded() -> programme.Programme:
    """Give a programme that also names a logo."""
    theme = described.Theme(colour="#5b1a3a", accent="#ffd27f", languages=["ar", "fr"], logo=LOGO)
    return msgspec.structs.replace(_told(), theme=theme)


def _formed() -> programme.Programme:
    """Give a programme that also says what is asked of whoever is registered."""
    form = described.Form(
        fields=[
            described.FormField(id="name_ar", required=True, reason={"ar": "للبطاقة", "fr": "Pour la carte"}),
            described.FormField(id="category", required=True),
            described.FormField(id="phone"),
        ],
        employee_number="[0-9]{7}",
        national_id="D-123/2024",
        categories=["active", "widow"],
        consents=["contact"],
        card_years=5,
        partial_birth=True,
    )
    return msgspec.structs.replace(_branded(), form=form)


PRIVATE: Final = {"phone": "+212612345678", "text": "شكرا، merci, ⵜⴰⵏⵎⵎⵉⵔⵜ"}


def _setup() -> Setup:
    return Setup(
        version=4,
        fair="rabat-2024",
        invitees={"delegates": ["0001-00c0ffee00c0ff", "m:" + "5e" * 16]},
        known_cards={"m:" + "5e" * 16: ["0001-00c0ffee00c100", "000c-00c0ffee00c101"]},
        staff=[StaffVerifier(staff_id="101", pin_verifier="$argon2id$…", booth="booth-0")],
        identity_key=bytes(range(160, 192)),
    )


def _asks() -> list[asking.Ask]:
    """Give an ask of each kind of question."""
    questions: list[asking.Question] = [
        asking.Likely(fields={"name_ar": "كريم بناني", "phone": "+212612345678", "birth": "1960-05"}),
        asking.Find(text="بناني كر"),
        asking.Confirm(member=MEMBER, field="birth", value="1960-05-31"),
        asking.Household(card=str(CARD.identity)),
    ]
    return [
        asking.Ask(
            device=DEVICE,
            nonce=f"nonce-012345678{number}",
            staff_id="101",
            asked_at=1_730_000_000_000 + number,
            question=question,
        )
        for number, question in enumerate(questions)
    ]


def _replies() -> list[asking.Reply]:
    """Give a reply of each kind, as full and as empty as one can be."""
    match = asking.Match(
        member=MEMBER,
        name_ar="ك. ب***",
        name_latin="K. B***",
        category=Category.RETIRED,
        phone="78",
        birth="1960",
        same=["names"],
        confirm_by=["phone", "employee_number"],
        has_card=True,
        made_at=1_729_000_000_000,
    )
    person = asking.Person(
        member=MEMBER,
        name_ar="كريم بناني",
        name_latin="Karim Bennani",
        category=Category.RETIRED,
        territory=4,
        language="fr",
        card=CardRef.of(CARD),
    )
    dependants = [
        asking.Dependant(member="5e5e5e5e00c0ff00", name_ar="ف. ب***", category=3, card=CardRef.of(CARD)),
        asking.Dependant(member="5e5e5e5e00c0ff01"),
    ]
    told: list[asking.Told] = [
        asking.Matches(matches=[match, asking.Match(member="5e5e5e5e00c0ff00")], more=True),
        asking.Matches(matches=[]),
        asking.Confirmed(person=person),
        asking.Confirmed(),
        asking.Dependants(dependants=dependants),
        asking.NotTold(code="too_many"),
    ]
    return [
        asking.Reply(device=DEVICE, nonce=f"nonce-012345678{number}", told=each)
        for number, each in enumerate(told)
    ]


def _revocations() -> programme.Revocations:
    return programme.Revocations(
        version=2,
        issued_at=1_730_000_000_000,
        cards=["0001-00c0ffee00c0ff"],
        keys=[programme.RevokedKey(key_id=9, known=["00000000000001"])],
    )


def signed_programme() -> Json:
    """Give a programme and a revocation list, short enough to travel uncompressed."""
    return {
        "keys": _keys(body=BODY),
        "programme": {
            "fields": msgspec.to_builtins(_programme(1)),
            "message": programme.sign_programme(_programme(1), BODY).hex(),
        },
        "revocations": {
            "fields": msgspec.to_builtins(_revocations()),
            "message": programme.sign_revocations(_revocations(), BODY).hex(),
        },
    }


def built_topics() -> Json:
    """Give topics with their parts, and texts that are none."""
    return {
        "up": [
            {"parts": ["body", "rabat", DEVICE, leaf], "topic": topics.up("body", "rabat", DEVICE, leaf)}
            for leaf in topics.UP_LEAVES
        ],
        "down": [
            {"parts": ["body", DEVICE, leaf], "topic": topics.down("body", DEVICE, leaf)}
            for leaf in topics.DOWN_LEAVES
        ],
        "fair": [
            {"parts": ["body", "rabat-2024", leaf], "topic": topics.fair("body", "rabat-2024", leaf)}
            for leaf in topics.FAIR_LEAVES
        ],
        "refused": [
            "",
            "riwaq/2/body/up/rabat/d/events",
            "riwaq/1/body/up/rabat/d",
            "riwaq/1/body/up/+/+/events",
            "riwaq/1/body/up/rabat/d\n/events",
            "riwaq/1/BODY/up/rabat/d/events",
        ],
    }


def _pairing_code() -> pairing.PairingCode:
    return pairing.PairingCode(
        body="amal",
        body_key=bytes(BODY.verify_key),
        secret=bytes(range(32)),
        number="00c0ffee00c0ffee",
        broker=parse_broker("mqtts://broker.example:8884"),
    )


def _ask() -> pairing.PairingAsk:
    code = _pairing_code()
    return pairing.PairingAsk(
        account=code.account,
        nonce="nonce-0123456789",
        body_key=code.body_key,
        batch_key=bytes(KIOSK.verify_key),
        card_key=bytes(CARDS.verify_key),
        software="0.1.0",
    )


def _paired() -> pairing.Paired:
    return pairing.Paired(
        device=DEVICE,
        name="K-07 الرباط",
        fair="rabat-2024",
        booth="bank-1",
        region="04",
        password="correct-horse",  # noqa: S106 - of nobody
        card_key_id=12,
    )


def pairing_messages() -> Json:
    """Give a pairing code, what a kiosk asks with it, and a refusal; a good answer is recorded."""
    code = _pairing_code()
    text = pairing.write_code(code)
    return {
        "keys": _keys(body=BODY, kiosk=KIOSK),
        "code": {
            "text": text,
            "account": code.account,
            "password": code.password,
            "broker": str(code.broker),
            "ask": code.ask_topic,
            "answer": code.answer_topic,
        },
        "refused": [
            {"text": "https://example.org", "code": "not_a_code"},
            {"text": "RP2" + text[3:], "code": "unknown_version"},
            {"text": text[:-1], "code": "malformed"},
            {"text": text[:3] + "GGW" + text[6:], "code": "malformed"},
        ],
        "ask": {
            "fields": msgspec.to_builtins(_ask()),
            "message": pairing.sign_ask(_ask(), code).hex(),
        },
        "refusal": {
            "code": "used",
            "message": pairing.sign_refusal(_ask(), pairing.PairingRefusal.USED, BODY).hex(),
        },
    }


def stick_file() -> Json:
    """Give a stick file of two batches; what stands for them is not opened by its reader."""
    batches = [b"the first sealed batch", bytes(range(256))]
    writer = stick.StickWriter()
    return {
        "batches": [batch.hex() for batch in batches],
        "file": (writer.head + b"".join(map(writer.batch, batches)) + writer.end()).hex(),
    }


def recorded() -> Json:
    """Give a batch (a sealed box is never made twice) and a compressed programme."""
    raws = [encode_event(event) for event in _events()]
    return {
        "keys": _keys(body=BODY, kiosk=KIOSK, sealing=SEALING, server=SERVER),
        "batch": {
            "device": DEVICE,
            "epoch": 7,
            "first": 3,
            "events": [raw.decode() for raw in raws],
            "message": seal_batch(
                raws, device=DEVICE, epoch=7, first=3, sealing_key=bytes(SEALING.public_key), key=KIOSK
            ).hex(),
        },
        "programme": {
            "fields": msgspec.to_builtins(_programme(60)),
            "message": programme.sign_programme(_programme(60), BODY).hex(),
        },
        "described": {
            "fields": msgspec.to_builtins(_described()),
            "message": programme.sign_programme(_described(), BODY).hex(),
        },
        "setup": {
            "fields": msgspec.to_builtins(_setup()),
            "message": seal_setup(pack_setup(_setup()), kiosk_key=bytes(KIOSK.verify_key), key=SERVER).hex(),
        },
        "asks": [
            {
                "fields": msgspec.to_builtins(ask),
                "message": asking.seal_ask(ask, sealing_key=bytes(SEALING.public_key), key=KIOSK).hex(),
            }
            for ask in _asks()
        ],
        "replies": [
            {
                "fields": msgspec.to_builtins(reply),
                "message": asking.seal_reply(reply, kiosk_key=bytes(KIOSK.verify_key), key=SERVER).hex(),
            }
            for reply in _replies()
        ],
        "paired": {
            "fields": msgspec.to_builtins(_paired()),
            "message": pairing.seal_answer(_ask(), _paired(), BODY).hex(),
        },
        "private": {
            "values": PRIVATE,
            "sealed": seal_private(PRIVATE, bytes(SEALING.public_key)).hex(),
        },
        "told": {
            "fields": msgspec.to_builtins(_told()),
            "message": programme.sign_programme(_told(), BODY).hex(),
        },
        "branded": {
            "fields": msgspec.to_builtins(_branded()),
            "message": programme.sign_programme(_branded(), BODY).hex(),
        },
        "formed": {
            "fields": msgspec.to_builtins(_formed()),
            "message": programme.sign_programme(_formed(), BODY).hex(),
        },
    }


MADE: Final[dict[str, Callable[[], Json]]] = {
    "cards": cards,
    "events": events,
    "messages": signed_messages,
    "pairing": pairing_messages,
    "programme": signed_programme,
    "stick": stick_file,
    "topics": built_topics,
}


def text_of(vectors: Json) -> str:
    """Give the text of a file of vectors."""
    return json.dumps(vectors, indent=1, ensure_ascii=False) + "\n"


def main(words: list[str]) -> None:
    """Write the files."""
    for name, make in MADE.items():
        (HERE / f"{name}.json").write_text(text_of(make()), encoding="utf-8")
    if "--record" in words:
        file, parts = HERE / "recorded.json", words[words.index("--record") + 1 :]
        kept = json.loads(file.read_text(encoding="utf-8"))
        made = recorded()
        wanted = {part: made[part] for part in parts or made}
        file.write_text(text_of({**kept, **wanted}), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
