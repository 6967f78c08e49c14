"""What a card's token holds, and that nothing else is taken for one."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import base45
import pytest
import qrcode
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import MODE_ALPHA_NUM, QRData

from tests.wire.strategies import (
    BODY_KEY,
    CARD_KEY,
    OTHER_KEY,
    TAG,
    a_card,
    any_text,
    cards,
    few,
    many,
    public,
)
from wire import WireError, card
from wire.card import Card, CardError, CardIdentity, RefusalCode, Refused

QR_ALPHANUMERIC: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
KEYS: Final = {1: public(CARD_KEY), 2: public(OTHER_KEY)}
TOKEN: Final = card.sign(a_card(), CARD_KEY)
LAST_DAY: Final = date(2024, 1, 1) + timedelta(days=8191)
GROUP_ORDER: Final = 2**252 + 27742317777372353535851937790883648493


def code_of(text: str) -> RefusalCode:
    verdict = card.verify(text, TAG, KEYS)
    assert isinstance(verdict, Refused), text
    assert verdict.card is None
    return verdict.code


def token_of(raw: bytes) -> str:
    encoded: bytes = base45.b45encode(raw)
    return "R1" + encoded.decode("ascii")


def raw_of(token: str) -> bytes:
    decoded: bytes = base45.b45decode(token[2:])
    return decoded


def code_expected_of(raw: bytes) -> RefusalCode:
    """Say how 80 bytes other than TOKEN's are refused, from the table in wire.card alone."""
    payload = int.from_bytes(raw[:16], "big")
    valid_from, valid_to = payload >> 13 & 0x1FFF, payload & 0x1FFF
    if valid_to < valid_from:
        return RefusalCode.MALFORMED
    if payload >> 112 != TAG:
        return RefusalCode.WRONG_BODY
    if payload >> 96 & 0xFFFF not in KEYS:
        return RefusalCode.UNKNOWN_KEY
    return RefusalCode.BAD_SIGNATURE


def code_expected(text: str) -> RefusalCode:
    """Say how a text of 122 characters of the alphabet, other than TOKEN, is refused."""
    if text[0] != "R" or text[1] not in "0123456789":
        return RefusalCode.FOREIGN_CODE
    if text[1] != "1":
        return RefusalCode.UNKNOWN_VERSION
    raw = bytearray()
    for at in range(2, 122, 3):
        low, middle, high = (QR_ALPHANUMERIC.index(each) for each in text[at : at + 3])
        value = low + 45 * middle + 45 * 45 * high
        if value > 0xFFFF:
            return RefusalCode.MALFORMED
        raw += value.to_bytes(2, "big")
    return code_expected_of(bytes(raw))


@given(cards())
@many
def test_every_card_comes_back_from_its_token(drawn: Card) -> None:
    token = card.sign(drawn, CARD_KEY)
    assert card.verify(token, TAG, {drawn.key_id: public(CARD_KEY)}) == drawn
    parsed = card.parse(token)
    assert not isinstance(parsed, RefusalCode)
    assert parsed[0] == drawn
    assert card.unpack(card.pack(drawn)) == drawn


@given(cards())
@many
def test_a_token_fits_a_version_5_code_at_level_m(drawn: Card) -> None:
    token = card.sign(drawn, CARD_KEY)
    assert len(token) <= 122
    assert set(token) <= set(QR_ALPHANUMERIC)
    assert QRData(token).mode == MODE_ALPHA_NUM
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M)
    code.add_data(token, optimize=0)
    assert code.best_fit() == 5


def test_a_qr_picture_of_a_token_has_37_modules_a_side() -> None:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(TOKEN, optimize=0)
    code.make(fit=True)
    assert (code.version, len(code.get_matrix())) == (5, 37)


def test_no_change_of_one_character_passes() -> None:
    for at, is_character in enumerate(TOKEN):
        for other in set(QR_ALPHANUMERIC) - {is_character}:
            changed = TOKEN[:at] + other + TOKEN[at + 1 :]
            assert code_of(changed) is code_expected(changed), (at, other)


def test_no_flipped_bit_of_the_signed_bytes_passes() -> None:
    raw = int.from_bytes(raw_of(TOKEN), "big")
    for bit in range(640):
        flipped = (raw ^ 1 << bit).to_bytes(80, "big")
        assert code_of(token_of(flipped)) is code_expected_of(flipped), bit


def test_no_flipped_bit_of_the_text_passes() -> None:
    text = int.from_bytes(TOKEN.encode("ascii"), "big")
    for bit in range(8 * 122):
        flipped = (text ^ 1 << bit).to_bytes(122, "big").decode("latin-1")
        if set(flipped) <= set(QR_ALPHANUMERIC):
            expected = code_expected(flipped)
        elif re.match(r"R1", flipped):
            expected = RefusalCode.MALFORMED
        else:
            expected = RefusalCode.FOREIGN_CODE
        assert code_of(flipped) is expected, bit


def test_no_truncation_passes() -> None:
    for length in range(122):
        expected = RefusalCode.FOREIGN_CODE if length < 2 else RefusalCode.MALFORMED
        assert code_of(TOKEN[:length]) is expected, length
        assert code_of(TOKEN[122 - length :]) is not None


@given(st.text(QR_ALPHANUMERIC, min_size=1, max_size=300))
@few
def test_no_extension_passes(more: str) -> None:
    assert code_of(TOKEN + more) is RefusalCode.MALFORMED


@pytest.mark.parametrize("end", ["\n", "\r\n", "\0", "é", "\ud800"])
def test_a_token_followed_by_what_no_token_holds_is_a_foreign_code(end: str) -> None:
    assert code_of(TOKEN + end) is RefusalCode.FOREIGN_CODE


@given(any_text)
@many
def test_any_text_at_all_is_refused_without_raising(text: str) -> None:
    assert code_of(text) in {RefusalCode.FOREIGN_CODE, RefusalCode.MALFORMED, RefusalCode.UNKNOWN_VERSION}


@given(st.text(QR_ALPHANUMERIC, min_size=120, max_size=120))
@many
def test_anything_in_the_form_of_a_token_is_refused_without_raising(rest: str) -> None:
    assert code_of("R1" + rest) is code_expected("R1" + rest)


@given(st.binary(min_size=80, max_size=80))
@many
def test_a_card_has_one_text_only(raw: bytes) -> None:
    parsed = card.parse(token_of(raw))
    if parsed is not RefusalCode.MALFORMED:
        assert not isinstance(parsed, RefusalCode)
        assert card.pack(parsed[0]) + parsed[1] == raw


@pytest.mark.parametrize(
    "text",
    [
        "",
        "R",
        "\0",
        "\0" * 122,
        "R\u0661" + TOKEN[2:],  # another script's digit one
        "A" * 2953,
        "\u0000R1" + TOKEN[2:],
        "https://example.org/?q=R1",
        "<script>alert(1)</script>",
        "BEGIN:VCARD\nVERSION:3.0\nEND:VCARD",
        "R2D2",
        " " + TOKEN,
        TOKEN.lower(),
        "r1" + TOKEN[2:],
        "\ufeff" + TOKEN,
        "\ud800\udfff",
    ],
)
def test_a_code_that_is_no_card_is_foreign(text: str) -> None:
    assert code_of(text) is RefusalCode.FOREIGN_CODE


@pytest.mark.parametrize(
    "text",
    [
        "R1",
        "R1" + "A" * 2951,
        "R1" + TOKEN[2:].lower(),
        "R1" + ":::" * 40,
        "R1" + "\0" * 120,
        "R1" + TOKEN[2:-1] + "é",
        "R1" + TOKEN[2:-1] + "\n",
        TOKEN + TOKEN,
    ],
)
def test_what_begins_as_a_card_but_is_none_is_malformed(text: str) -> None:
    assert code_of(text) is RefusalCode.MALFORMED


def test_base45_beyond_two_bytes_is_malformed_wherever_it_stands() -> None:
    for at in range(2, 122, 3):
        for beyond in (":::", "GGW", "::W"):  # GGW is 65536, the first that is too much
            assert code_of(TOKEN[:at] + beyond + TOKEN[at + 3 :]) is RefusalCode.MALFORMED
    assert token_of(b"\xff\xff" * 40)[2:5] == "FGW"


@pytest.mark.parametrize("digit", "023456789")
def test_another_version_is_told_from_a_foreign_code(digit: str) -> None:
    assert code_of(f"R{digit}{TOKEN[2:]}") is RefusalCode.UNKNOWN_VERSION
    assert code_of(f"R{digit}{TOKEN[2:80]}") is RefusalCode.UNKNOWN_VERSION
    assert code_of(f"R{digit}{TOKEN[2:79]}") is RefusalCode.FOREIGN_CODE
    assert code_of(f"R{digit}{TOKEN[2:]}\0") is RefusalCode.FOREIGN_CODE


def test_a_card_of_another_body_is_told_so() -> None:
    assert code_of(card.sign(a_card(body_tag=TAG ^ 1), CARD_KEY)) is RefusalCode.WRONG_BODY


def test_a_card_of_an_unknown_key_is_told_so() -> None:
    assert code_of(card.sign(a_card(key_id=3), CARD_KEY)) is RefusalCode.UNKNOWN_KEY
    assert card.verify(TOKEN, TAG, {}) == Refused(RefusalCode.UNKNOWN_KEY)


@pytest.mark.parametrize("key", [OTHER_KEY, BODY_KEY])
def test_a_card_signed_with_another_key_than_it_names_is_refused(key: SigningKey) -> None:
    assert code_of(card.sign(a_card(), key)) is RefusalCode.BAD_SIGNATURE


def test_a_signature_over_the_same_bytes_for_another_purpose_is_refused() -> None:
    payload = card.pack(a_card())
    for label in (b"", b"riwaq card 2\0", b"riwaq message 1\0"):
        signature = CARD_KEY.sign(label + payload).signature
        assert code_of(token_of(payload + signature)) is RefusalCode.BAD_SIGNATURE


def test_a_signature_cannot_be_written_in_a_second_way() -> None:
    raw = raw_of(TOKEN)
    number = int.from_bytes(raw[48:], "little") + GROUP_ORDER
    assert code_of(token_of(raw[:48] + number.to_bytes(32, "little"))) is RefusalCode.BAD_SIGNATURE


def test_a_genuine_card_that_ends_before_it_begins_is_malformed() -> None:
    payload = (int.from_bytes(card.pack(a_card()), "big") >> 26 << 26 | 5 << 13 | 4).to_bytes(16, "big")
    signature = CARD_KEY.sign(b"riwaq card 1\0" + payload).signature
    assert code_of(token_of(payload + signature)) is RefusalCode.MALFORMED


@pytest.mark.parametrize(
    "changes",
    [
        {"body_tag": 2**16},
        {"body_tag": -1},
        {"key_id": 2**16},
        {"card_id": 2**56},
        {"category": 16},
        {"territory": 256},
        {"language": "es"},
        {"valid_from": date(2023, 12, 31)},
        {"valid_to": LAST_DAY + timedelta(days=1)},
        {"valid_from": date(2027, 1, 1)},
    ],
)
def test_a_field_that_does_not_fit_is_not_signed(changes: dict[str, object]) -> None:
    with pytest.raises(CardError):
        card.sign(a_card(**changes), CARD_KEY)


def test_the_first_and_the_last_day_fit() -> None:
    longest = a_card(valid_from=date(2024, 1, 1), valid_to=LAST_DAY)
    assert card.unpack(card.pack(longest)) == longest
    assert LAST_DAY == card.LAST_DAY


def test_what_a_token_holds_reveals_no_more_than_its_table() -> None:
    assert len(raw_of(TOKEN)) == 80
    assert raw_of(TOKEN)[:16] == card.pack(a_card())
    assert replace(a_card(), territory=8) != a_card()


@given(cards())
@few
def test_a_card_number_comes_back_from_its_text(drawn: Card) -> None:
    text = str(drawn.identity)
    assert CardIdentity.parse(text) == drawn.identity
    assert CardIdentity.parse(f"  {text.upper()}\n") == drawn.identity


@given(any_text)
@many
def test_any_other_text_is_no_card_number(text: str) -> None:
    with pytest.raises(CardError):
        CardIdentity.parse(text)


@pytest.mark.parametrize(
    "text",
    ["1-2", "0001-00c0ffee00c0f", "00001-00c0ffee00c0ff", "000g-00c0ffee00c0ff", "\u0660001-0" + "0" * 13],
)
def test_nearly_a_card_number_is_none(text: str) -> None:
    with pytest.raises(WireError):
        CardIdentity.parse(text)
