"""What layouts do to a scanner's keys, and that it can be undone."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules import layouts
from kiosk.rules.bursts import Typed
from kiosk.rules.layouts import ALPHABET, SETUP_TEXT, WAYS, Way, read, typed_on, undone
from tests.kiosk.fakes import token

SYMBOLS = Path("/usr/share/X11/xkb/symbols")
KEY_NAMES = (
    *("TLDE", *(f"AE{n:02}" for n in range(1, 13))),
    *(f"AD{n:02}" for n in range(1, 13)),
    *(*(f"AC{n:02}" for n in range(1, 12)), "BKSL"),
    *(f"AB{n:02}" for n in range(1, 11)),
)
# X names these characters; the rest of the tables it names by a letter or a digit itself.
KEY_SYMBOLS = {
    "twosuperior": "²",
    "ampersand": "&",
    "eacute": "é",
    "quotedbl": '"',
    "apostrophe": "'",
    "parenleft": "(",
    "minus": "-",
    "egrave": "è",
    "underscore": "_",
    "ccedilla": "ç",
    "agrave": "à",
    "parenright": ")",
    "equal": "=",
    "plus": "+",
    "degree": "°",
    "dollar": "$",
    "percent": "%",
    "asterisk": "*",
    "comma": ",",
    "question": "?",
    "semicolon": ";",
    "period": ".",
    "colon": ":",
    "slash": "/",
    "exclam": "!",
    "section": "§",
    "Arabic_dammatan": "\u064c",
    "Arabic_qaf": "ق",
    "Arabic_fatha": "\u064e",
    "Arabic_sukun": "\u0652",
    "Arabic_maddaonalef": "آ",
    "Arabic_hamzaonalef": "أ",
    "Arabic_hamzaunderalef": "إ",
    "UFEF5": "ﻵ",
    "U0FEF7": "ﻷ",
    "UFEF9": "ﻹ",
    "UFEFB": "ﻻ",
    "bracketleft": "[",
    "bracketright": "]",
    "braceleft": "{",
    "braceright": "}",
    "asciitilde": "~",
    "grave": "`",
    "division": "÷",
    "multiply": "\u00d7",
}
WAY_NAMES = st.sampled_from(WAYS)
OURS = st.text(ALPHABET, min_size=1, max_size=130).flatmap(
    lambda rest: st.sampled_from([f"R1{rest}", f"RP1{rest}"])
)


def arrives(text: str, way: Way, *, caps: bool = False) -> Typed:
    """Give what is there after a scanner has typed a text; Caps Lock turns letters round."""
    arrived = typed_on(text, way)
    arrived = arrived.swapcase() if caps else arrived
    return Typed(arrived) if way.by == "places" else Typed("", arrived)


@given(OURS, WAY_NAMES, st.booleans())
def test_whatever_layouts_it_went_through_a_code_of_ours_comes_back(text: str, way: Way, caps: bool) -> None:  # noqa: FBT001 - a property
    assert read(arrives(text, way, caps=caps)).text == text


@given(st.integers(0, 2**56 - 1), WAY_NAMES)
def test_a_genuine_card_comes_back(card_id: int, way: Way) -> None:
    card = token(card_id)
    assert read(arrives(card, way)).text == card


@given(OURS, WAY_NAMES, WAY_NAMES)
def test_the_usual_way_hides_no_other(text: str, way: Way, usual: Way) -> None:
    assert read(arrives(text, way), usual).text == text


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_no_two_characters_of_a_card_arrive_as_one(way: Way) -> None:
    arrived = [typed_on(character, way) for character in ALPHABET]
    assert len(set(arrived)) == len(ALPHABET)
    assert "".join(undone(each, way) for each in arrived) == ALPHABET


@pytest.mark.parametrize(
    ("way", "arrived"),
    [
        (Way("characters", "fr", "us"), "R& à&é\"'(-è_ç QZ?;"),
        (Way("characters", "ara", "us"), "\u064c1 0123456789 \u0650~'و"),
        (Way("places", "us", "fr"), "R! )!@#$%^&*( QW:<"),
    ],
    ids=str,
)
def test_what_arrives_is_what_people_see(way: Way, arrived: str) -> None:
    meant = undone(arrived, way)
    assert meant.startswith("R1 0123456789 ")


def test_capitals_of_accented_letters_are_digits_under_caps_lock() -> None:
    assert read(Typed("", "r& À&É\"'(-È_Ç:q")).text == "R1 0123456789.A"


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("caps", [False, True])
def test_the_set_up_code_tells_the_way(way: Way, caps: bool) -> None:  # noqa: FBT001 - a parameter
    code = read(arrives(SETUP_TEXT, way, caps=caps))
    assert (code.text, code.setup, code.garbled) == (SETUP_TEXT, True, False)
    assert code.way is not None
    # Two ways may be the same: a French scanner on a French machine is a US one on a US one.
    assert typed_on(SETUP_TEXT, code.way) == typed_on(SETUP_TEXT, way)


def test_a_scanner_of_a_country_that_is_not_in_the_tables_is_noticed() -> None:
    german = SETUP_TEXT.translate(str.maketrans("YZ", "ZY"))
    code = read(Typed(german))
    assert (code.setup, code.garbled) == (False, True)


def test_the_set_up_code_has_every_character_and_nothing_to_trim() -> None:
    assert set(ALPHABET) == set(SETUP_TEXT)
    assert SETUP_TEXT.strip() == SETUP_TEXT
    assert len(ALPHABET) == len(set(ALPHABET)) == 45


@pytest.mark.parametrize(
    "text", ["https://example.org/?a=1", "R2-D2 beeps", "6111245", "رواق", "R", "\x1d01061"]
)
def test_other_codes_stay_as_they_are(text: str) -> None:
    assert read(Typed(text, text)).text == text
    assert read(Typed("", text)).text == text


def test_other_codes_are_undone_by_the_usual_way() -> None:
    way = Way("characters", "fr", "us")
    assert read(arrives("https://example.org/", way), way).text == "https://example.org/"


def xkb(file: str, name: str) -> dict[str, list[str]]:
    """Read a layout of X: the names of what each key types; what it includes counts where it has none."""
    source = (SYMBOLS / file).read_text(encoding="utf-8")
    block = re.search(rf'xkb_symbols "{name}" \{{(.*?)^\}};', source, re.DOTALL | re.MULTILINE)
    assert block, (file, name)
    keys: dict[str, list[str]] = {}
    for wanted, variant in re.findall(r'^\s*include "(latin|fr|us)(?:\((\w+)\))?"', block[1], re.MULTILINE):
        keys |= xkb(wanted, variant or "basic")
    for key, symbols in re.findall(r"key\s*<(\w+)>\s*\{\s*\[([^\]]*)\]", block[1]):
        keys[key] = [symbol.strip() for symbol in symbols.split(",")]
    return keys


@pytest.mark.parametrize(("layout", "name"), [("us", "basic"), ("fr", "oss"), ("ara", "basic")])
def test_the_tables_are_those_of_x(layout: str, name: str) -> None:
    keys = xkb(layout, name)
    us = "".join(layouts._TABLES["us"][0].split(" ")), "".join(layouts._TABLES["us"][1].split(" "))  # noqa: SLF001
    checked = 0
    for shift in (0, 1):
        for key, on_us in zip(KEY_NAMES, us[shift], strict=True):
            symbol = keys[key][shift]
            types = KEY_SYMBOLS.get(symbol, symbol)
            if len(types) == 1 and on_us in ALPHABET:
                checked += 1
                assert typed_on(on_us, Way("characters", layout, "us")) == {
                    one: two
                    for two, one in layouts._LIGATURES.items()  # noqa: SLF001
                }.get(types, types), key
    assert checked >= 40 if layout != "ara" else checked >= 25
