"""The golden vectors: still made as they were, and still read as they were."""

import io
import json
from datetime import date
from typing import Any, Final, cast

import msgspec
import pytest
from nacl.public import PrivateKey

from tests.vectors import make
from wire import card, messages, pairing, programme, stick, topics
from wire.asking import is_ask, is_reply, open_ask, open_reply
from wire.card import Card, Refused
from wire.envelope import EnvelopeError, batch_head, open_batch
from wire.events import decode_event, encode_event, split_events
from wire.private import open_private
from wire.setup import open_setup

READ: Final[dict[str, Any]] = {
    name: json.loads((make.HERE / f"{name}.json").read_text(encoding="utf-8"))
    for name in (*make.MADE, "recorded")
}


OLDER: Final[dict[str, Any]] = {
    name: json.loads((make.HERE / "older" / f"{name}.json").read_text(encoding="utf-8"))
    for name in (
        *("messages", "messages-2"),
        *("programme", "programme-2", "programme-3", "programme-4"),
        *("recorded", "setup", "setup-2"),
    )
}


SETUP_KEYS: Final = (("server", "public"), ("kiosk", "seed"))


def key_of(name: str, who: str, part: str = "public") -> bytes:
    return bytes.fromhex(READ[name]["keys"][who][part])


@pytest.mark.parametrize("name", make.MADE)
def test_the_vectors_are_made_again_byte_for_byte(name: str) -> None:
    text = make.text_of(make.MADE[name]())
    assert text == (make.HERE / f"{name}.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("vector", READ["cards"]["good"], ids=lambda vector: vector["payload"])
def test_a_card_is_read_as_its_vector_says(vector: dict[str, Any]) -> None:
    fields = vector["fields"]
    expected = Card(
        **fields
        | {name: date.fromisoformat(fields[name]) for name in ("valid_from", "valid_to")}  # JSON has no dates
    )
    keys = dict.fromkeys(READ["cards"]["key_ids"], key_of("cards", "cards"))
    assert card.verify(vector["token"], READ["cards"]["body_tag"], keys) == expected
    assert card.pack(expected).hex() == vector["payload"]


@pytest.mark.parametrize("vector", READ["cards"]["refused"], ids=lambda vector: vector["why"])
def test_a_text_is_refused_as_its_vector_says(vector: dict[str, Any]) -> None:
    keys = {1: key_of("cards", "cards")}
    assert card.verify(vector["text"], READ["cards"]["body_tag"], keys) == Refused(vector["code"])


def test_a_bodys_tag_is_made_of_its_public_key() -> None:
    assert card.body_tag(key_of("cards", "body")) == READ["cards"]["body_tag"]


@pytest.mark.parametrize("vector", READ["events"]["events"], ids=lambda vector: vector["kind"])
def test_an_event_is_read_as_its_vector_says(vector: dict[str, Any]) -> None:
    raw = vector["text"].encode()
    event = decode_event(raw)
    assert event.fact.kind == vector["kind"]
    assert encode_event(event) == raw


def test_a_batch_comes_apart_as_its_vector_says() -> None:
    raws = [vector["text"].encode() for vector in READ["events"]["events"]]
    assert split_events(READ["events"]["batch"].encode()) == raws


@pytest.mark.parametrize("vector", READ["messages"]["messages"], ids=lambda vector: vector["type"])
def test_a_message_is_read_as_its_vector_says(vector: dict[str, Any]) -> None:
    kind = cast("type[messages.Hello]", getattr(messages, vector["type"]))
    key = key_of("messages", vector["signer"])
    assert (
        msgspec.to_builtins(messages.open_signed(kind, bytes.fromhex(vector["message"]), key))
        == vector["fields"]
    )


@pytest.mark.parametrize(("name", "part"), [("programme", "programme"), ("recorded", "formed")])
def test_a_programme_is_read_as_its_vector_says(name: str, part: str) -> None:
    vector = READ[name][part]
    opened = programme.open_programme(bytes.fromhex(vector["message"]), key_of(name, "body"))
    assert msgspec.to_builtins(opened) == vector["fields"]


@pytest.mark.parametrize("name", ["messages", "messages-2"])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_message_of_before_is_still_read(name: str, number: int) -> None:
    vector = OLDER[name]["messages"][number]
    kind = cast("type[messages.Hello]", getattr(messages, vector["type"]))
    key = bytes.fromhex(OLDER[name]["keys"][vector["signer"]]["public"])
    opened = messages.open_signed(kind, bytes.fromhex(vector["message"]), key)
    assert msgspec.to_builtins(opened).items() >= vector["fields"].items()


@pytest.mark.parametrize("name", ["programme", "recorded"])
def test_a_programme_of_before_is_still_read_and_says_nothing_more(name: str) -> None:
    vector = OLDER[name]["programme"]
    key = bytes.fromhex(OLDER[name]["keys"]["body"]["public"])
    opened = programme.open_programme(bytes.fromhex(vector["message"]), key)
    fields = msgspec.to_builtins(opened)
    assert says(fields, vector["fields"])
    assert (opened.offers, opened.sessions, opened.fair.hours, opened.theme.languages) == (
        [],
        [],
        [],
        ["ar", "fr"],
    )


@pytest.mark.parametrize(
    ("vectors", "part"),
    [
        (READ["recorded"], "programme"),
        (READ["recorded"], "described"),
        (OLDER["programme-2"], "programme"),
    ],
)
def test_a_programme_of_before_topics_is_still_read(vectors: dict[str, Any], part: str) -> None:
    key = bytes.fromhex(vectors["keys"]["body"]["public"])
    opened = programme.open_programme(bytes.fromhex(vectors[part]["message"]), key)
    assert says(msgspec.to_builtins(opened), vectors[part]["fields"])
    assert {booth.kind for booth in opened.booths} == {"booth"}
    assert not any(offer.needs_phone for offer in opened.offers)
    assert opened.topics == []


@pytest.mark.parametrize(
    ("vectors", "part"), [(READ["recorded"], "told"), (OLDER["programme-3"], "programme")]
)
def test_a_programme_of_before_logos_keeps_its_colours(vectors: dict[str, Any], part: str) -> None:
    key = bytes.fromhex(vectors["keys"]["body"]["public"])
    opened = programme.open_programme(bytes.fromhex(vectors[part]["message"]), key)
    assert says(msgspec.to_builtins(opened), vectors[part]["fields"])
    assert (opened.theme.colour, opened.theme.accent, opened.theme.logo) == ("#14532d", "#f59e0b", "")


@pytest.mark.parametrize(
    ("vectors", "part"), [(READ["recorded"], "branded"), (OLDER["programme-4"], "programme")]
)
def test_a_programme_of_before_forms_registers_nobody(vectors: dict[str, Any], part: str) -> None:
    key = bytes.fromhex(vectors["keys"]["body"]["public"])
    opened = programme.open_programme(bytes.fromhex(vectors[part]["message"]), key)
    assert says(msgspec.to_builtins(opened), vectors[part]["fields"])
    assert opened.form is None


def says(found: object, expected: object) -> bool:
    """Say whether everything that stood in a message of before is read as it was."""
    if isinstance(found, dict) and isinstance(expected, dict):
        return all(key in found and says(found[key], value) for key, value in expected.items())
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(says, found, expected))
    return found == expected


def test_the_recorded_private_text_opens_for_the_server_alone() -> None:
    vector = READ["recorded"]["private"]
    sealed = bytes.fromhex(vector["sealed"])
    assert open_private(sealed, PrivateKey(key_of("recorded", "sealing", "seed"))) == vector["values"]
    with pytest.raises(EnvelopeError) as refused:
        open_private(sealed, PrivateKey(bytes(32)))
    assert refused.value.code == "cannot_open"


def test_the_recorded_setup_opens_for_its_kiosk_alone() -> None:
    vector = READ["recorded"]["setup"]
    message = bytes.fromhex(vector["message"])
    server, seed = key_of("recorded", "server"), key_of("recorded", "kiosk", "seed")
    assert msgspec.to_builtins(open_setup(message, server_key=server, batch_seed=seed)) == vector["fields"]
    with pytest.raises(EnvelopeError) as refused:
        open_setup(message, server_key=server, batch_seed=bytes(32))
    assert refused.value.code == "cannot_open"


def test_a_setup_of_before_national_ids_is_still_read_and_has_no_key() -> None:
    vectors = OLDER["setup"]
    server, seed = (bytes.fromhex(vectors["keys"][who][part]) for who, part in SETUP_KEYS)
    opened = open_setup(bytes.fromhex(vectors["setup"]["message"]), server_key=server, batch_seed=seed)
    assert says(msgspec.to_builtins(opened), vectors["setup"]["fields"])
    assert opened.identity_key == b""


def test_a_setup_of_before_known_cards_is_still_read_and_knows_none() -> None:
    vectors = OLDER["setup-2"]
    server, seed = (bytes.fromhex(vectors["keys"][who][part]) for who, part in SETUP_KEYS)
    opened = open_setup(bytes.fromhex(vectors["setup"]["message"]), server_key=server, batch_seed=seed)
    assert says(msgspec.to_builtins(opened), vectors["setup"]["fields"])
    assert opened.known_cards == {}
    assert opened.invites("delegates", "0001-00c0ffee00c0ff")
    assert not opened.invites("delegates", "0001-00c0ffee00c100")


@pytest.mark.parametrize(
    "vector", READ["recorded"]["asks"], ids=lambda vector: vector["fields"]["question"]["type"]
)
def test_a_recorded_ask_opens_for_the_server_alone(vector: dict[str, Any]) -> None:
    message, kiosk = bytes.fromhex(vector["message"]), key_of("recorded", "kiosk")
    sealing = PrivateKey(key_of("recorded", "sealing", "seed"))
    assert (is_ask(message), is_reply(message)) == (True, False)
    assert msgspec.to_builtins(open_ask(message, kiosk_key=kiosk, sealing_key=sealing)) == vector["fields"]
    with pytest.raises(EnvelopeError) as refused:
        open_ask(message, kiosk_key=kiosk, sealing_key=PrivateKey(bytes(32)))
    assert refused.value.code == "cannot_open"


@pytest.mark.parametrize(
    "vector", READ["recorded"]["replies"], ids=lambda vector: vector["fields"]["told"]["type"]
)
def test_a_recorded_reply_opens_for_its_kiosk_alone(vector: dict[str, Any]) -> None:
    message = bytes.fromhex(vector["message"])
    server, seed = key_of("recorded", "server"), key_of("recorded", "kiosk", "seed")
    assert (is_ask(message), is_reply(message)) == (False, True)
    assert msgspec.to_builtins(open_reply(message, server_key=server, batch_seed=seed)) == vector["fields"]
    with pytest.raises(EnvelopeError) as refused:
        open_reply(message, server_key=server, batch_seed=bytes(32))
    assert refused.value.code == "cannot_open"


def test_a_pairing_code_is_written_and_read_as_its_vector_says() -> None:
    vector = READ["pairing"]
    code = pairing.read_code(vector["code"]["text"])
    assert pairing.write_code(code) == vector["code"]["text"]
    found = {
        "text": vector["code"]["text"],
        "account": code.account,
        "password": code.password,
        "broker": str(code.broker),
        "ask": code.ask_topic,
        "answer": code.answer_topic,
    }
    assert found == vector["code"]
    for each in vector["refused"]:
        with pytest.raises(pairing.PairingCodeError) as refused:
            pairing.read_code(each["text"])
        assert refused.value.code == each["code"]
    ask = pairing.open_ask(bytes.fromhex(vector["ask"]["message"]), bytes(code.key.verify_key))
    assert msgspec.to_builtins(ask) == vector["ask"]["fields"]


def test_an_answer_to_a_pairing_kiosk_opens_for_it_alone() -> None:
    ask = pairing.peek_ask(bytes.fromhex(READ["pairing"]["ask"]["message"]))
    body_key, seed = key_of("pairing", "body"), key_of("pairing", "kiosk", "seed")
    refusal = bytes.fromhex(READ["pairing"]["refusal"]["message"])
    assert pairing.open_answer(refusal, ask, body_key=body_key, batch_seed=seed) == "used"
    vector = READ["recorded"]["paired"]
    message = bytes.fromhex(vector["message"])
    paired = pairing.open_answer(message, ask, body_key=body_key, batch_seed=seed)
    assert msgspec.to_builtins(paired) == vector["fields"]
    with pytest.raises(EnvelopeError) as refused:
        pairing.open_answer(message, ask, body_key=body_key, batch_seed=bytes(32))
    assert refused.value.code == "cannot_open"
    with pytest.raises(EnvelopeError) as refused:
        pairing.open_answer(message, ask, body_key=bytes(seed), batch_seed=seed)
    assert refused.value.code == "bad_signature"
    other = msgspec.structs.replace(ask, nonce="nonce-9876543210")
    with pytest.raises(EnvelopeError) as refused:
        pairing.open_answer(message, other, body_key=body_key, batch_seed=seed)
    assert refused.value.code == "wrong_recipient"


def test_the_recorded_programme_is_a_compressed_one() -> None:
    assert bytes.fromhex(READ["recorded"]["programme"]["message"])[2] == 1
    assert bytes.fromhex(READ["programme"]["programme"]["message"])[2] == 0


def test_revocations_are_read_as_their_vector_says() -> None:
    vector = READ["programme"]["revocations"]
    opened = programme.open_revocations(bytes.fromhex(vector["message"]), key_of("programme", "body"))
    assert msgspec.to_builtins(opened) == vector["fields"]


def test_the_recorded_batch_opens() -> None:
    vector = READ["recorded"]["batch"]
    message = bytes.fromhex(vector["message"])
    batch = open_batch(
        message,
        device_key={vector["device"]: key_of("recorded", "kiosk")}.get,
        sealing_key=PrivateKey(key_of("recorded", "sealing", "seed")),
    )
    assert batch.events == tuple(text.encode() for text in vector["events"])
    assert (batch.head.device, batch.head.epoch, batch.head.first) == (
        vector["device"],
        vector["epoch"],
        vector["first"],
    )
    assert batch_head(message).count == len(vector["events"])


def test_a_stick_file_is_read_as_its_vector_says() -> None:
    vector = READ["stick"]
    read = io.BytesIO(bytes.fromhex(vector["file"])).read
    assert [batch.hex() for batch in stick.read_stick(read)] == vector["batches"]


def test_topics_are_built_and_parsed_as_their_vectors_say() -> None:
    vectors = READ["topics"]
    for vector in vectors["up"]:
        body, region, device, leaf = vector["parts"]
        assert topics.up(body, region, device, leaf) == vector["topic"]
        assert topics.parse_up(vector["topic"]) == topics.UpTopic(body, region, device, leaf)
    for vector in vectors["down"]:
        assert topics.down(*vector["parts"]) == vector["topic"]
    for vector in vectors["fair"]:
        assert topics.fair(*vector["parts"]) == vector["topic"]
    for text in vectors["refused"]:
        with pytest.raises(topics.TopicError):
            topics.parse_up(text)
