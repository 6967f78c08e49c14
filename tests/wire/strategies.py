"""Cards, facts, programmes and hostile bytes that the tests of wire draw from."""

from datetime import date, timedelta
from typing import Final

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from nacl.public import PrivateKey
from nacl.signing import SigningKey

from wire import card, programme
from wire.card import Card, Category, RefusalCode
from wire.events import (
    EPOCH_LIMIT,
    MAX_CONSENTS,
    MAX_TOPICS,
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
)

# The machine is shared, so no example has a deadline; the number of examples bounds the time.
many = settings(deadline=None, max_examples=250)
few = settings(deadline=None, max_examples=40)

BODY_KEY: Final = SigningKey(b"\x01" * 32)
CARD_KEY: Final = SigningKey(b"\x02" * 32)
OTHER_KEY: Final = SigningKey(b"\x03" * 32)
DEVICE_KEY: Final = SigningKey(b"\x04" * 32)
SERVER_KEY: Final = SigningKey(b"\x05" * 32)
SEALING: Final = PrivateKey(b"\x06" * 32)
OTHER_SEALING: Final = PrivateKey(b"\x07" * 32)
DEVICE: Final = "00c0ffee00c0ffee"


def public(key: SigningKey) -> bytes:
    """Give the 32 bytes of a public key."""
    return bytes(key.verify_key)


TAG: Final = card.body_tag(public(BODY_KEY))

_LAST: Final = 2**13 - 1
_DIGITS: Final = "0123456789abcdef"

any_text = st.text(st.characters(), max_size=200)
"""Any characters at all: NUL, line ends, right-to-left marks, even lone surrogates."""

names = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=64)
reasons = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=64)
millis = st.integers(0, 2**53 - 1)
epochs = st.integers(1, EPOCH_LIMIT - 1)
slugs = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?", fullmatch=True)


def hexes(length: int) -> st.SearchStrategy[str]:
    """Give texts of that many lower-case hex digits."""
    return st.text(_DIGITS, min_size=length, max_size=length)


@st.composite
def cards(draw: st.DrawFn, tag: int = TAG, key_id: int | None = None) -> Card:
    """Give any card that a token can hold."""
    first, last = sorted((draw(st.integers(0, _LAST)), draw(st.integers(0, _LAST))))
    return Card(
        body_tag=tag,
        key_id=draw(st.integers(0, 2**16 - 1)) if key_id is None else key_id,
        card_id=draw(st.integers(0, 2**56 - 1)),
        category=draw(st.integers(0, 15)),
        territory=draw(st.integers(0, 255)),
        language=draw(st.sampled_from(card.LANGUAGES)),
        valid_from=card.DAY_ZERO + timedelta(days=first),
        valid_to=card.DAY_ZERO + timedelta(days=last),
    )


card_refs = cards().map(CardRef.of)

_json = st.recursive(
    st.none() | st.booleans() | millis | st.floats(allow_nan=False, allow_infinity=False) | names,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=10,
)
json_bytes = _json.map(msgspec.json.encode)
"""Well-formed JSON of any shape."""


@st.composite
def _losses(draw: st.DrawFn) -> Lost:
    first, last = sorted((draw(epochs), draw(epochs)))
    return Lost(epoch=draw(epochs), first=first, last=last, reason=draw(reasons))


_languages = st.sampled_from(["", *card.LANGUAGES])
_sealed = st.binary(min_size=1, max_size=300)


@st.composite
def _sign_ups(draw: st.DrawFn) -> SignUp:
    phone = draw(st.sampled_from(["none", "given", "typed"]))
    return SignUp(
        card=draw(card_refs),
        offer=draw(names),
        partner=draw(reasons),
        consent=draw(reasons),
        consent_version=draw(st.integers(0, 2**31 - 1)),
        language=draw(_languages),
        phone=phone,  # type: ignore[arg-type]  # one of the three
        sealed=draw(_sealed) if phone == "typed" else b"",
    )


@st.composite
def _feedbacks(draw: st.DrawFn) -> Feedback:
    face, topics = draw(st.integers(0, 5)), draw(st.lists(names, max_size=MAX_TOPICS))
    return Feedback(
        card=draw(st.none() | card_refs),
        face=face,
        topics=topics,
        urgent=draw(st.booleans()),
        may_call=draw(st.booleans()),
        language=draw(_languages),
        sealed=draw(_sealed if not (face or topics) else _sealed | st.just(b"")),
    )


_consented = st.builds(Consented, id=names, version=st.integers(1, 2**31 - 1))
_numbers = card_refs.map(lambda ref: ref.identity)
_spans = st.tuples(st.dates(card.DAY_ZERO, card.LAST_DAY), st.dates(card.DAY_ZERO, card.LAST_DAY)).map(sorted)


@st.composite
def _registrations(draw: st.DrawFn) -> Registration:
    first, last = draw(_spans)
    return Registration(
        card=draw(card_refs),
        valid_from=first,
        valid_to=last,
        consents=draw(st.lists(_consented, max_size=MAX_CONSENTS)),
        language=draw(_languages),
        sealed=draw(_sealed),
    )


@st.composite
def _reissues(draw: st.DrawFn) -> Reissue:
    first, last = draw(_spans)
    replaces = draw(_numbers | st.just(""))
    return Reissue(
        card=draw(card_refs),
        replaces=replaces,
        valid_from=first,
        valid_to=last,
        reason=draw(reasons),
        member=draw(hexes(16) | st.just("") if replaces else hexes(16)),
    )


_offsets = st.integers(-(2**53) + 1, 2**53 - 1)
known_facts: st.SearchStrategy[Fact] = st.one_of(
    st.builds(Visit, card=st.none() | card_refs, reason=reasons, clock_doubtful=st.booleans()),
    st.builds(Refusal, code=st.sampled_from(RefusalCode), card=st.none() | card_refs),
    st.builds(Void, target=hexes(32), reason=reasons),
    _losses(),
    st.builds(
        ClockOffset,
        server_minus_monotonic_ms=_offsets,
        server_minus_wall_ms=_offsets,
        round_trip_ms=millis,
    ),
    _sign_ups(),
    st.builds(Withdrawal, card=card_refs, offer=names),
    _feedbacks(),
    st.builds(SessionAttendance, card=card_refs, session=names, invited=st.booleans()),
    st.builds(Passage, direction=st.sampled_from(["in", "out"]), card=st.none() | card_refs),
    _registrations(),
    _reissues(),
    st.builds(CardRevoked, card=_numbers, reason=reasons),
)
unknown_facts = st.builds(Unknown, kind=names.map("x{}".format).map(lambda kind: kind[:64]), raw=json_bytes)


def events(
    facts: st.SearchStrategy[Fact] = known_facts, staff: st.SearchStrategy[str | None] | None = None
) -> st.SearchStrategy[Event]:
    """Give events that hold such facts."""
    return st.builds(
        Event,
        event_id=hexes(32),
        occurred_at=millis,
        monotonic_ms=millis,
        boot_id=hexes(32),
        fair=names,
        booth=names,
        fact=facts,
        staff_id=st.none() | names if staff is None else staff,
    )


VISIT: Final = Event(
    event_id="0192f0c1a0007000800000000000cafe",
    occurred_at=1_730_000_000_000,
    monotonic_ms=61_000,
    boot_id="b" * 32,
    fair="rabat-2024",
    booth="bank-1",
    fact=Visit(card=CardRef(key_id=1, card_id="00c0ffee00c0ff", category=Category.RETIRED, territory=7)),
)


def a_card(**changes: object) -> Card:
    """Give an ordinary card, with some fields changed."""
    fields: dict[str, object] = {
        "body_tag": TAG,
        "key_id": 1,
        "card_id": 0x00C0FFEE00C0FF,
        "category": int(Category.ACTIVE),
        "territory": 7,
        "language": "ar",
        "valid_from": date(2024, 1, 1),
        "valid_to": date(2026, 12, 31),
    }
    return Card(**{**fields, **changes})  # type: ignore[arg-type]  # the point is to pass anything


def a_programme(**changes: object) -> programme.Programme:
    """Give a small programme, with some fields changed."""
    fields: dict[str, object] = {
        "version": 3,
        "issued_at": 1_730_000_000_000,
        "body": programme.Body(id="fondation", names={"fr": "Fondation", "ar": "المؤسسة"}),
        "fair": programme.Fair(
            id="rabat-2024",
            tour="tour-2024",
            names={"fr": "Rabat", "ar": "الرباط"},
            days=[date(2024, 11, 1), date(2024, 11, 2)],
        ),
        "server": programme.ServerKeys(signing=public(SERVER_KEY), sealing=bytes(SEALING.public_key)),
        "card_keys": [programme.CardKey(id=1, key=public(CARD_KEY))],
        "booths": [
            programme.Booth(
                id="bank-1", names={"fr": "Banque", "ar": "البنك"}, partner="bank", sector="finance"
            )
        ],
    }
    return programme.Programme(**{**fields, **changes})  # type: ignore[arg-type]  # the same


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """Give ``whole`` cut, doubled, overwritten or with something in between."""
    start, end = sorted((draw(st.integers(0, len(whole))), draw(st.integers(0, len(whole)))))
    return whole[:start] + draw(st.binary(max_size=12) | st.just(whole)) + whole[end:]
