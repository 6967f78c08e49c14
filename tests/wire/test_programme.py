"""The programme and the revocations: signed by the body, never set back, never emptied."""

import random
from dataclasses import replace
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from tests.wire.strategies import (
    BODY_KEY,
    CARD_KEY,
    OTHER_KEY,
    SERVER_KEY,
    a_card,
    a_programme,
    cards,
    damaged,
    few,
    json_bytes,
    many,
    names,
    public,
    slugs,
)
from wire.card import Card, CardIdentity
from wire.envelope import EnvelopeError, Kind, open_message, sign_message
from wire.programme import (
    MAX_BYTES,
    Booth,
    Fair,
    Programme,
    RevocationIndex,
    Revocations,
    RevokedKey,
    Territory,
    open_programme,
    open_revocations,
    revocations_supersede,
    sign_programme,
    sign_revocations,
    supersedes,
)

BODY = public(BODY_KEY)
NUMBER = "0001-00c0ffee00c0ff"
FULL = Revocations(version=4, issued_at=1, cards=[NUMBER], keys=[RevokedKey(key_id=9, known=["0" * 14])])

name_tables = st.dictionaries(st.sampled_from(["ar", "fr", "zgh", "en"]), names, max_size=4)
programmes = st.builds(
    a_programme,
    version=st.integers(1, 2**53 - 1),
    closed=st.booleans(),
    fair=st.builds(
        Fair,
        id=slugs,
        tour=slugs,
        names=name_tables,
        days=st.lists(st.dates(), max_size=4),
        timezone=st.sampled_from(["Africa/Casablanca", "UTC", "Europe/Paris"]),
        territory=slugs,
    ),
    booths=st.lists(st.builds(Booth, id=slugs, names=name_tables, sector=slugs), max_size=3),
    territories=st.lists(
        st.builds(Territory, id=slugs, names=name_tables, code=st.integers(0, 255)), max_size=3
    ),
)
revocation_lists = st.builds(
    Revocations,
    version=st.integers(1, 2**53 - 1),
    issued_at=st.integers(0, 2**53 - 1),
    cards=st.lists(cards().map(lambda drawn: str(drawn.identity)), max_size=5),
    keys=st.lists(
        st.builds(
            RevokedKey,
            key_id=st.integers(0, 2**16 - 1),
            known=st.lists(cards().map(lambda drawn: f"{drawn.card_id:014x}"), max_size=3),
        ),
        max_size=3,
    ),
)


def signed(kind: Kind, content: object) -> bytes:
    """Sign anything as the body does, unchecked."""
    payload = content if isinstance(content, bytes) else msgspec.json.encode(content)
    return sign_message(kind, payload, BODY_KEY)


def code_of(message: bytes) -> str:
    """Say how a message is refused by the reader of its kind."""
    opener = open_programme if message[1] == Kind.PROGRAMME else open_revocations
    with pytest.raises(EnvelopeError) as caught:
        opener(message, BODY)
    return caught.value.code


def changed(programme: Programme, **fields: object) -> bytes:
    return signed(Kind.PROGRAMME, {**msgspec.to_builtins(programme), **fields})


@given(programmes)
@few
def test_a_programme_comes_back_as_it_was_signed(programme: Programme) -> None:
    assert open_programme(sign_programme(programme, BODY_KEY), BODY) == programme


@given(revocation_lists)
@few
def test_revocations_come_back_as_they_were_signed(revocations: Revocations) -> None:
    assert open_revocations(sign_revocations(revocations, BODY_KEY), BODY) == revocations


def test_a_programme_gives_its_card_keys_and_its_time_zone() -> None:
    assert a_programme().card_key_by_id == {1: public(CARD_KEY)}
    assert a_programme().zone.key == "Africa/Casablanca"
    assert a_programme().fair.days == [date(2024, 11, 1), date(2024, 11, 2)]


@pytest.mark.parametrize("key", [OTHER_KEY, SERVER_KEY])
def test_what_another_key_signed_is_refused(key: SigningKey) -> None:
    assert code_of(sign_programme(a_programme(), key)) == "bad_signature"
    assert code_of(sign_revocations(FULL, key)) == "bad_signature"


def test_one_is_not_taken_for_the_other() -> None:
    programme, revocations = sign_programme(a_programme(), BODY_KEY), sign_revocations(FULL, BODY_KEY)
    for opener, message in ((open_programme, revocations), (open_revocations, programme)):
        with pytest.raises(EnvelopeError) as caught:
            opener(message, BODY)
        assert caught.value.code == "wrong_kind"


def test_a_programme_or_list_over_256_kb_is_refused() -> None:
    chance = random.Random(1)
    booths = [Booth(id="b", names={"fr": chance.randbytes(100).hex()}) for _ in range(3000)]
    numbers = [f"0001-{chance.randbytes(7).hex()}" for _ in range(40_000)]
    with pytest.raises(EnvelopeError, match=str(MAX_BYTES)) as caught:
        sign_programme(a_programme(booths=booths), BODY_KEY)
    assert caught.value.code == "too_large"
    with pytest.raises(EnvelopeError, match=str(MAX_BYTES)) as caught:
        sign_revocations(msgspec.structs.replace(FULL, cards=numbers), BODY_KEY)
    assert caught.value.code == "too_large"
    some = msgspec.structs.replace(FULL, cards=numbers[:20_000])
    assert len(open_revocations(sign_revocations(some, BODY_KEY), BODY).cards) == 20_000


def test_a_programme_too_long_to_decompress_is_refused_by_its_signer() -> None:
    booths = [Booth(id="b", names={"fr": "x" * 1000})] * 3000
    with pytest.raises(EnvelopeError) as caught:
        sign_programme(a_programme(booths=booths), BODY_KEY)
    assert caught.value.code == "too_large"


@pytest.mark.parametrize("found", ["2.0", "0.9", "", "x", "10.0"])
def test_another_major_version_is_told_so(found: str) -> None:
    assert code_of(changed(a_programme(), format=found)) == "unknown_version"
    assert code_of(signed(Kind.PROGRAMME, {"format": found, "nothing": "else"})) == "unknown_version"
    assert code_of(signed(Kind.REVOCATIONS, {"format": found})) == "unknown_version"


def test_a_later_minor_version_and_its_fields_are_read() -> None:
    message = changed(a_programme(), format="1.7", later=[{"id": "loan", "deep": [[None]]}])
    assert open_programme(message, BODY) == a_programme(format="1.7")


@pytest.mark.parametrize(
    "timezone",
    ["", ".", "..", "Africa", "Africa/", "/etc/localtime", "../UTC", "Atlantis/Poseidonis", "\0", "a" * 5000],
)
def test_a_time_zone_that_is_none_is_refused_here_and_not_at_a_scan(timezone: str) -> None:
    fair = msgspec.structs.replace(a_programme().fair, timezone=timezone)
    assert code_of(signed(Kind.PROGRAMME, a_programme(fair=fair))) == "garbage"
    with pytest.raises(EnvelopeError, match="not a programme"):
        sign_programme(a_programme(fair=fair), BODY_KEY)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", 0),
        ("version", 2**53),
        ("version", "1"),
        ("issued_at", -1),
        ("body", None),
        ("fair", {}),
        ("server", {"signing": "AAAA", "sealing": "AAAA"}),
        ("card_keys", [{"id": 0, "key": "A" * 43 + "="}]),
        ("card_keys", [{"id": 1, "key": "A" * 42 + "=="}]),
        ("card_keys", [{"id": 1, "key": "?"}]),
        ("territories", [{"id": "x", "names": {}, "code": 256}]),
        ("booths", {}),
        ("closed", "yes"),
    ],
)
def test_a_field_out_of_bounds_is_garbage(field: str, value: object) -> None:
    assert code_of(changed(a_programme(), **{field: value})) == "garbage"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"format":1}',
        b'{"format":"1.0"}',
        b'{"format":"\xff"}',
        b'{"format":"\\ud800"}',
        b'{"later":' + b"[" * 100_000,
        b'{"format":"1.0","version":1,"issued_at":1,"later":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_what_is_no_programme_and_no_list_is_garbage(payload: bytes) -> None:
    assert code_of(signed(Kind.PROGRAMME, payload)) == "garbage"
    assert code_of(signed(Kind.REVOCATIONS, payload)) == "garbage"


@given(
    st.sampled_from([Kind.PROGRAMME, Kind.REVOCATIONS]),
    damaged(msgspec.json.encode(a_programme())) | damaged(msgspec.json.encode(FULL)) | json_bytes,
)
@many
def test_any_payload_is_read_or_refused(kind: Kind, payload: bytes) -> None:
    opener = open_programme if kind is Kind.PROGRAMME else open_revocations
    try:
        opened: object = opener(signed(kind, payload), BODY)
    except EnvelopeError as problem:
        code = problem.code
    else:
        code = "garbage"
        assert opened is not None
    assert code in {"garbage", "unknown_version"}


@pytest.mark.parametrize(
    "number", ["", "0001", NUMBER.upper(), f" {NUMBER}", f"{NUMBER}\n", "1-2", f"{NUMBER}0"]
)
def test_a_number_that_would_revoke_nothing_is_refused_by_its_signer(number: str) -> None:
    for wrong in (
        msgspec.structs.replace(FULL, cards=[NUMBER, number]),
        msgspec.structs.replace(FULL, keys=[RevokedKey(key_id=9, known=[number])]),
    ):
        with pytest.raises(EnvelopeError, match="not a revocation list"):
            sign_revocations(wrong, BODY_KEY)
        assert code_of(signed(Kind.REVOCATIONS, wrong)) == "garbage"


@given(st.integers(1, 99), st.integers(1, 99))
@many
def test_only_a_higher_version_of_a_programme_supersedes(offered: int, current: int) -> None:
    assert supersedes(a_programme(version=offered), a_programme(version=current)) is (offered > current)
    assert supersedes(a_programme(version=offered), None)


@given(revocation_lists, revocation_lists)
@many
def test_no_older_list_and_no_empty_one_supersedes_a_full_one(
    offered: Revocations, current: Revocations
) -> None:
    allowed = offered.version > current.version and (current.empty or not offered.empty)
    assert revocations_supersede(offered, current) is allowed
    assert revocations_supersede(offered, None)
    assert not revocations_supersede(current, current)
    emptied = Revocations(version=2**53 - 1, issued_at=1)
    assert revocations_supersede(emptied, FULL) is False
    assert revocations_supersede(emptied, Revocations(version=1, issued_at=1)) is True


def test_a_list_that_holds_only_a_key_is_not_empty() -> None:
    assert Revocations(version=1, issued_at=1).empty
    assert not Revocations(version=1, issued_at=1, keys=[RevokedKey(key_id=1)]).empty
    assert not Revocations(version=1, issued_at=1, cards=[NUMBER]).empty


def test_a_revoked_card_is_refused_and_its_neighbours_are_not() -> None:
    index = RevocationIndex(FULL)
    assert a_card().identity in index
    assert replace(a_card(), card_id=0x00C0FFEE00C0FE).identity not in index
    assert replace(a_card(), key_id=2).identity not in index


def test_of_a_revoked_key_only_known_cards_are_taken() -> None:
    index = RevocationIndex(FULL)
    assert CardIdentity(9, 0) not in index
    assert CardIdentity(9, 1) in index
    assert CardIdentity(9, 2**56 - 1) in index
    nothing_known = RevocationIndex(Revocations(version=1, issued_at=1, keys=[RevokedKey(key_id=9)]))
    assert CardIdentity(9, 0) in nothing_known


def test_a_known_card_of_a_revoked_key_can_be_revoked_by_itself() -> None:
    both = msgspec.structs.replace(FULL, cards=[f"0009-{'0' * 14}"])
    assert CardIdentity(9, 0) in RevocationIndex(both)


@given(cards())
@few
def test_without_a_list_nothing_is_refused(drawn: Card) -> None:
    assert drawn.identity not in RevocationIndex(None)
    assert drawn.identity not in RevocationIndex(Revocations(version=1, issued_at=1))


@given(cards())
@few
def test_every_card_can_be_revoked_by_its_number(drawn: Card) -> None:
    revocations = Revocations(version=1, issued_at=1, cards=[str(drawn.identity)])
    assert drawn.identity in RevocationIndex(open_revocations(sign_revocations(revocations, BODY_KEY), BODY))


def test_a_payload_holds_what_was_signed_and_no_secret() -> None:
    payload = open_message(Kind.PROGRAMME, sign_programme(a_programme(), BODY_KEY), BODY)
    assert msgspec.json.decode(payload, type=Programme) == a_programme()
    assert bytes(BODY_KEY) not in payload
