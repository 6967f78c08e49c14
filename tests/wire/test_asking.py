"""Asks and replies: sealed for one side, signed by the other, bounded; nothing of them is ever quoted."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.signing import SigningKey

from tests.wire.strategies import (
    DEVICE,
    DEVICE_KEY,
    OTHER_KEY,
    OTHER_SEALING,
    SEALING,
    SERVER_KEY,
    card_refs,
    damaged,
    few,
    hexes,
    many,
    millis,
    names,
    public,
)
from wire.asking import (
    MOST_DEPENDANTS,
    MOST_MATCHES,
    Ask,
    Confirm,
    Confirmed,
    Dependant,
    Dependants,
    Find,
    Household,
    Likely,
    Match,
    Matches,
    NotTold,
    Person,
    Reply,
    is_ask,
    is_reply,
    open_ask,
    open_reply,
    seal_ask,
    seal_reply,
)
from wire.envelope import EnvelopeError, Kind, sign_message

MEMBER: Final = "5e5e5e5e00c0ffee"
NAME: Final = "زنكة كناري"
ASK: Final = Ask(
    device=DEVICE, nonce="nonce-0123", staff_id="101", asked_at=1_730_000_000_000, question=Find(text=NAME)
)
REPLY: Final = Reply(
    device=DEVICE,
    nonce="nonce-0123",
    told=Confirmed(person=Person(member=MEMBER, name_ar=NAME, name_latin="Zanaga Qanary", category=1)),
)
IN_AN_ASK: Final = b"riwaq ask 1\0"
IN_A_REPLY: Final = b"riwaq reply 1\0"


def asked(message: bytes, sealing: PrivateKey = SEALING, kiosk: SigningKey = DEVICE_KEY) -> Ask:
    return open_ask(message, kiosk_key=public(kiosk), sealing_key=sealing)


def told(message: bytes, kiosk: SigningKey = DEVICE_KEY, server: SigningKey = SERVER_KEY) -> Reply:
    return open_reply(message, server_key=public(server), batch_seed=bytes(kiosk))


def ask_message(ask: Ask = ASK) -> bytes:
    return seal_ask(ask, sealing_key=bytes(SEALING.public_key), key=DEVICE_KEY)


def reply_message(reply: Reply = REPLY) -> bytes:
    return seal_reply(reply, kiosk_key=public(DEVICE_KEY), key=SERVER_KEY)


def boxed_ask(plain: bytes, kind: Kind = Kind.ASK) -> bytes:
    """Seal and sign anything at all as a kiosk would an ask."""
    return sign_message(kind, SealedBox(SEALING.public_key).encrypt(plain), DEVICE_KEY)


def boxed_reply(plain: bytes, kind: Kind = Kind.REPLY) -> bytes:
    """Seal and sign anything at all as the server would a reply."""
    box = SealedBox(PublicKey(bytes(DEVICE_KEY.verify_key.to_curve25519_public_key())))
    return sign_message(kind, box.encrypt(plain), SERVER_KEY)


def refused(open_it: Callable[[bytes], object], message: bytes) -> EnvelopeError:
    with pytest.raises(EnvelopeError) as problem:
        open_it(message)
    return problem.value


_texts = st.text(st.characters(codec="utf-8"), max_size=256)
_asks = st.builds(
    Ask,
    device=hexes(16),
    nonce=names.filter(lambda text: len(text) >= 8),
    staff_id=names,
    asked_at=millis,
    question=st.one_of(
        st.builds(Likely, fields=st.dictionaries(names, _texts, max_size=16)),
        st.builds(Find, text=_texts),
        st.builds(Confirm, member=hexes(16), field=names, value=_texts),
        st.builds(Household, card=card_refs.map(lambda ref: ref.identity)),
    ),
)
_matches = st.builds(
    Match,
    member=hexes(16),
    name_ar=_texts,
    name_latin=_texts,
    category=st.integers(0, 15),
    phone=_texts,
    birth=_texts,
    same=st.lists(names, max_size=3),
    confirm_by=st.lists(names, max_size=3),
    has_card=st.booleans(),
    made_at=millis,
)
_replies = st.builds(
    Reply,
    device=hexes(16),
    nonce=names.filter(lambda text: len(text) >= 8),
    told=st.one_of(
        st.builds(Matches, matches=st.lists(_matches, max_size=MOST_MATCHES), more=st.booleans()),
        st.builds(Confirmed),
        st.builds(NotTold, code=names),
        st.builds(
            Dependants,
            dependants=st.lists(
                st.builds(Dependant, member=hexes(16), name_ar=_texts, card=st.none() | card_refs), max_size=3
            ),
        ),
    ),
)


@given(_asks)
@few
def test_an_ask_comes_back(ask: Ask) -> None:
    message = ask_message(ask)
    assert asked(message) == ask
    assert (is_ask(message), is_reply(message)) == (True, False)


@given(_replies)
@few
def test_a_reply_comes_back(reply: Reply) -> None:
    message = reply_message(reply)
    assert told(message) == reply
    assert (is_ask(message), is_reply(message)) == (False, True)


def test_nobody_on_the_way_reads_anything() -> None:
    for message in (ask_message(), reply_message()):
        for secret in (NAME, "Zanaga", MEMBER, "nonce", "101", "find"):
            assert secret.encode() not in message


def test_an_ask_is_for_its_server_and_of_its_kiosk_alone() -> None:
    message = ask_message()
    assert refused(lambda each: asked(each, OTHER_SEALING), message).code == "cannot_open"
    assert refused(lambda each: asked(each, kiosk=OTHER_KEY), message).code == "bad_signature"


def test_a_reply_is_for_its_kiosk_and_of_its_server_alone() -> None:
    message = reply_message()
    assert refused(lambda each: told(each, OTHER_KEY), message).code == "cannot_open"
    assert refused(lambda each: told(each, server=OTHER_KEY), message).code == "bad_signature"
    other = seal_reply(REPLY, kiosk_key=public(OTHER_KEY), key=SERVER_KEY)
    assert refused(told, other).code == "cannot_open"


def test_neither_is_taken_for_the_other_whoever_signed_and_sealed_it() -> None:
    assert refused(told, ask_message()).code == "wrong_kind"
    assert refused(asked, reply_message()).code == "wrong_kind"
    # One key for both ways, and the other kind under the signature: the label in the box still tells.
    ask, reply = IN_AN_ASK + msgspec.json.encode(ASK), IN_A_REPLY + msgspec.json.encode(REPLY)
    assert refused(asked, boxed_ask(reply)).code == "wrong_kind"
    assert refused(told, boxed_reply(ask)).code == "wrong_kind"
    assert refused(asked, boxed_ask(ask, Kind.REPLY)).code == "wrong_kind"
    assert refused(told, boxed_reply(reply, Kind.SETUP)).code == "wrong_kind"


def test_what_is_in_the_box_must_say_what_it_is() -> None:
    plain = msgspec.json.encode(ASK)
    for label in (b"", b"riwaq ask 2\0", b"riwaq reply 1\0", IN_AN_ASK[:-1], b" " + IN_AN_ASK):
        assert refused(asked, boxed_ask(label + plain)).code == "wrong_kind", label
    assert asked(boxed_ask(IN_AN_ASK + plain)) == ASK
    assert refused(asked, sign_message(Kind.ASK, b"no box", DEVICE_KEY)).code == "cannot_open"
    assert refused(asked, sign_message(Kind.ASK, b"", DEVICE_KEY)).code == "cannot_open"


def _changed(message: Ask | Reply, *path: str, to: object) -> bytes:
    fields: Any = msgspec.to_builtins(message)
    at = fields
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = to
    return msgspec.json.encode(fields)


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"null",
        NAME.encode(),
        f'{{"device":"{DEVICE}","question":{{"type":"find","text":"{NAME}"}}}}'.encode(),
        b"[" * 100_000,
        b'{"device":"\xff"}',
        _changed(ASK, "device", to=DEVICE + NAME),
        _changed(ASK, "device", to="00c0ffee00c0ffee\n"),
        _changed(ASK, "nonce", to="short"),
        _changed(ASK, "nonce", to="n" * 65),
        _changed(ASK, "staff_id", to=""),
        _changed(ASK, "staff_id", to=f"101\n{NAME}"),
        _changed(ASK, "asked_at", to=-1),
        _changed(ASK, "asked_at", to=2**53),
        _changed(ASK, "question", "text", to=NAME * 30),
        _changed(ASK, "question", "type", to=NAME),
        _changed(ASK, "question", to={"type": "likely", "fields": {f"f{n}": NAME for n in range(17)}}),
        _changed(ASK, "question", to={"type": "likely", "fields": {"name_ar": NAME * 30}}),
        _changed(ASK, "question", to={"type": "likely", "fields": {"": NAME}}),
        _changed(ASK, "question", to={"type": "confirm", "member": NAME, "field": "phone", "value": "1"}),
        _changed(ASK, "question", to={"type": "household", "card": NAME}),
        _changed(ASK, "question", to={"type": "household", "card": "0001-00C0FFEE00C0FF"}),
    ],
    ids=range(22),
)
def test_an_ask_that_is_none_is_refused_and_nothing_of_it_is_said(plain: bytes) -> None:
    problem = refused(asked, boxed_ask(IN_AN_ASK + plain))
    assert (problem.code, str(problem)) == ("garbage", "not an ask")
    assert problem.__cause__ is None
    assert problem.__suppress_context__


@pytest.mark.parametrize(
    "plain",
    [
        b"{}",
        _changed(REPLY, "told", "person", "category", to=15),
        _changed(REPLY, "told", "person", "territory", to=256),
        _changed(REPLY, "told", "person", "member", to=NAME),
        _changed(REPLY, "told", to={"type": "matches", "matches": [{"member": MEMBER}] * (MOST_MATCHES + 1)}),
        _changed(
            REPLY,
            "told",
            to={"type": "dependants", "dependants": [{"member": MEMBER}] * (MOST_DEPENDANTS + 1)},
        ),
        _changed(REPLY, "told", to={"type": "matches", "matches": [{"member": MEMBER, "category": 16}]}),
        _changed(REPLY, "told", to={"type": "not_told", "code": ""}),
    ],
    ids=range(8),
)
def test_a_reply_that_is_none_is_refused_and_nothing_of_it_is_said(plain: bytes) -> None:
    problem = refused(told, boxed_reply(IN_A_REPLY + plain))
    assert (problem.code, str(problem)) == ("garbage", "not a reply")
    assert problem.__suppress_context__


def test_what_a_later_version_says_besides_is_passed_over() -> None:
    later = {**msgspec.to_builtins(ASK), "voice": True}
    assert asked(boxed_ask(IN_AN_ASK + msgspec.json.encode(later))) == ASK


@given(damaged(ask_message()), damaged(reply_message()))
@many
def test_whatever_comes_is_read_or_refused(ask: bytes, reply: bytes) -> None:
    is_ask(ask)
    is_reply(reply)
    with suppress(EnvelopeError):
        assert asked(ask) == ASK
    with suppress(EnvelopeError):
        assert told(reply) == REPLY
