"""The setup: sealed for one kiosk, signed by the server, bounded; and PINs as they are typed."""

import zlib
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.public import SealedBox
from nacl.signing import SigningKey

from tests.wire.strategies import DEVICE_KEY, OTHER_KEY, SERVER_KEY, damaged, public
from wire.envelope import EnvelopeError, Kind, sign_message
from wire.setup import (
    FIRST_STAFF_ID,
    Setup,
    StaffVerifier,
    TypedPin,
    open_setup,
    pack_setup,
    seal_setup,
    typed_pin,
)

SETUP = Setup(
    version=4,
    fair="rabat-2024",
    invitees={"delegates": ["0001-00c0ffee00c0ff"]},
    staff=[StaffVerifier(staff_id="s-1", pin_verifier="$argon2id$")],
)


def sealed(setup: Setup, kiosk: SigningKey = DEVICE_KEY, server: SigningKey = SERVER_KEY) -> bytes:
    return seal_setup(pack_setup(setup), kiosk_key=public(kiosk), key=server)


def opened(message: bytes, kiosk: SigningKey = DEVICE_KEY) -> Setup:
    return open_setup(message, server_key=public(SERVER_KEY), batch_seed=bytes(kiosk))


def code_of(message: bytes, kiosk: SigningKey = DEVICE_KEY) -> str:
    with pytest.raises(EnvelopeError) as refused:
        opened(message, kiosk)
    return refused.value.code


def test_a_setup_comes_back() -> None:
    assert opened(sealed(SETUP)) == SETUP


def test_nobody_else_reads_it_and_nobody_else_writes_it() -> None:
    assert code_of(sealed(SETUP), OTHER_KEY) == "cannot_open"
    assert code_of(sealed(SETUP, kiosk=OTHER_KEY)) == "cannot_open"
    assert code_of(sealed(SETUP, server=OTHER_KEY)) == "bad_signature"
    assert b"c0ffee" not in sealed(SETUP)


def test_another_major_format_is_refused_and_later_fields_are_read() -> None:
    later = {**msgspec.to_builtins(SETUP), "format": "1.3", "doors": [1]}
    box = SealedBox(DEVICE_KEY.verify_key.to_curve25519_public_key())

    def message(payload: object) -> bytes:
        plain = zlib.compress(msgspec.json.encode(payload))
        return sign_message(Kind.SETUP, box.encrypt(plain), SERVER_KEY)

    assert opened(message(later)) == msgspec.structs.replace(SETUP, format="1.3")
    assert code_of(message({**later, "format": "2.0"})) == "unknown_version"
    assert code_of(message({"format": "1.0"})) == "garbage"
    assert code_of(message([])) == "garbage"
    assert code_of(sign_message(Kind.SETUP, b"no box", SERVER_KEY)) == "cannot_open"
    assert code_of(sign_message(Kind.SETUP, box.encrypt(b"no zlib"), SERVER_KEY)) == "garbage"
    bomb = zlib.compress(bytes(100_000_000), 9)
    assert code_of(sign_message(Kind.SETUP, box.encrypt(bomb), SERVER_KEY)) == "bomb"


def test_a_session_with_a_list_is_open_to_those_on_it_alone() -> None:
    assert SETUP.invites("delegates", "0001-00c0ffee00c0ff")
    assert not SETUP.invites("delegates", "0001-00c0ffee00c000")
    assert SETUP.invites("workshop", "0001-00c0ffee00c000")


def test_a_member_who_is_invited_by_number_comes_in_with_every_card_that_is_known() -> None:
    first, second, others = "0001-00c0ffee00c100", "000c-00c0ffee00c101", "0001-00c0ffee00c1ff"
    by_number, elsewhere = "m:" + "5e" * 16, "m:" + "6f" * 16
    setup = msgspec.structs.replace(
        SETUP,
        invitees={"delegates": [by_number, "0001-00c0ffee00c0ff"], "training": [elsewhere]},
        known_cards={by_number: [first, second], elsewhere: [others], "0001-00c0ffee00c0ff": ["0001-0b"]},
    )
    assert opened(sealed(setup)) == setup
    assert [setup.invites("delegates", card) for card in (first, second, others)] == [True, True, False]
    assert [setup.invites("training", card) for card in (first, second, others)] == [False, False, True]
    # The card that the list names was lost, and its bearer has another.
    assert setup.invites("delegates", "0001-0b")


def test_more_invitees_than_a_kiosk_is_sent_are_refused_here() -> None:
    many = [
        f"m:{SigningKey(number.to_bytes(32, 'big')).verify_key.encode().hex()[:32]}"
        for number in range(20_000)
    ]
    with pytest.raises(EnvelopeError, match="the invitees and staff of rabat-2024 take") as refused:
        pack_setup(msgspec.structs.replace(SETUP, invitees={"all": many}))
    assert refused.value.code == "too_large"
    assert (
        opened(sealed(msgspec.structs.replace(SETUP, invitees={"all": many[:5000]}))).invitees["all"]
        == many[:5000]
    )


@given(damaged(sealed(SETUP)))
@settings(deadline=None)
def test_whatever_comes_is_read_or_refused(message: bytes) -> None:
    with suppress(EnvelopeError):
        assert opened(message) == SETUP


# PINs

ARABIC_INDIC = str.maketrans("0123456789", "".join(map(chr, range(0x660, 0x66A))))
PERSIAN = str.maketrans("0123456789", "".join(map(chr, range(0x6F0, 0x6FA))))


@pytest.mark.parametrize(
    "text",
    [
        "101482913",
        "101 482 913",
        " 101\t482913 ",
        "101 482 913".translate(ARABIC_INDIC),
        "101482913".translate(PERSIAN),
        "101 482".translate(ARABIC_INDIC) + "913",
        f"\u2067{'101'.translate(ARABIC_INDIC)}\u00a0482\u202f913\u2069",
    ],
)
def test_a_pin_is_read_in_whatever_digits_it_was_typed(text: str) -> None:
    assert typed_pin(text) == TypedPin("101", "101482913")


@pytest.mark.parametrize(
    "text",
    ["", "101", "10148291", "001482913", "1014829136543", "101-482-913", "101 48² 913", "1" * 3000],
)
def test_what_has_not_the_form_of_a_pin_is_none(text: str) -> None:
    assert typed_pin(text) is None


@given(st.integers(FIRST_STAFF_ID, 999_999), st.integers(0, 999_999), st.lists(st.integers(0, 12)))
def test_the_id_is_split_off_however_a_pin_is_grouped(staff: int, secret: int, spaces: list[int]) -> None:
    digits = f"{staff}{secret:06d}"
    text = digits.translate(ARABIC_INDIC)
    for place in spaces:
        text = text[:place] + " " + text[place:]
    assert typed_pin(text) == (TypedPin(str(staff), digits) if len(text) <= 64 else None)


@given(st.text(max_size=80))
def test_any_text_is_read_as_a_pin_or_as_none(text: str) -> None:
    read = typed_pin(text)
    assert read is None or (read.digits.isascii() and read.digits.isdigit() and len(read.digits) >= 9)


def test_staff_are_found_by_their_id() -> None:
    assert SETUP.staff_with("s-1") == SETUP.staff[0]
    assert SETUP.staff_with("101") is None
