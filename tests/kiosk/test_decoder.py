import os
import random
import string
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from demo.card_video import Difficulty, Picture, draw_frame, qr_picture
from kiosk.devices.decoder import Decoder

ALPHABET = string.digits + string.ascii_uppercase + " $%*+-./:"
TOKEN = "R1" + "".join(random.Random(1).choices(ALPHABET, k=120))
# Where the search for a picture that needs the second look begins: a blurred one.
FIRST_BLURRED = 93


def on_a_wall(*codes: Picture) -> Picture:
    """Hang codes side by side on a grey wall, 720p or larger."""
    width = max(1280, sum(code.shape[1] + 60 for code in codes) + 60)
    height = max(720, max(code.shape[0] for code in codes) + 120)
    wall = np.full((height, width, 3), 170, np.uint8)
    left = 60
    for code in codes:
        wall[60 : 60 + code.shape[0], left : left + code.shape[1]] = code[:, :, None]
        left += code.shape[1] + 60
    return wall


def test_token_is_read_exactly_with_its_spaces() -> None:
    spaced = "R1 " + TOKEN[3:60] + "  " + TOKEN[62:121] + " "
    assert Decoder().read(on_a_wall(qr_picture(spaced))) == [spaced]


def test_token_is_printed_as_version_5() -> None:
    assert qr_picture(TOKEN, 1).shape == (45, 45)


@pytest.mark.parametrize("seed", range(8))
def test_random_codes_of_strangers_are_read(seed: int) -> None:
    chance = random.Random(seed)
    text = "".join(chance.choices(string.printable + "éßق🎫", k=chance.randrange(1, 200)))
    assert Decoder().read(on_a_wall(qr_picture(text))) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "\0",
        "R1\0" + "A" * 30,
        "".join(chr(code) for code in range(32)),
        "\x7f\r\n\t\x1b[2J",
        '<script>alert("1")</script>',
        "[b]bold[/b] {0} %s &amp; '; DROP TABLE visits; --",
        "بطاقة العضو \u200f\u2066R1\u2069",
    ],
)
def test_nasty_texts_come_through_unchanged(text: str) -> None:
    assert Decoder().read(on_a_wall(qr_picture(text))) == [text]


def test_bytes_that_are_no_utf8_are_taken_as_latin1() -> None:
    data = bytes(range(256))
    assert Decoder().read(on_a_wall(qr_picture(data))) == [data.decode("latin-1")]


def test_largest_code_is_read() -> None:
    data = random.Random(2).randbytes(2953)
    code = qr_picture(data, 5)
    assert code.shape == (185 * 5, 185 * 5)
    assert Decoder().read(on_a_wall(code)) == [data.decode("latin-1")]


def test_a_byte_more_is_refused_by_the_drawing() -> None:
    with pytest.raises(ValueError, match="at most 2,953 bytes"):
        qr_picture(bytes(2954))


def test_two_cards_and_a_poster_come_in_a_steady_order() -> None:
    other = "R1" + TOKEN[:1:-1]
    poster = "https://example.org/"
    codes = [qr_picture(text, 4) for text in (poster, other, TOKEN)]
    wanted = [*sorted([TOKEN, other]), poster]
    assert Decoder().read(on_a_wall(*codes)) == wanted
    assert Decoder().read(on_a_wall(*codes[::-1])) == wanted


def test_the_same_code_twice_is_one_text() -> None:
    assert Decoder().read(on_a_wall(qr_picture(TOKEN), qr_picture(TOKEN))) == [TOKEN]


@pytest.mark.parametrize("quarter_turns", [0, 1, 2, 3])
def test_card_is_read_whichever_way_it_is_held(quarter_turns: int) -> None:
    picture = np.rot90(on_a_wall(qr_picture(TOKEN)), quarter_turns)
    assert Decoder().read(picture) == [TOKEN]


def test_grey_and_cropped_pictures_are_fine() -> None:
    picture = on_a_wall(qr_picture(TOKEN))
    assert Decoder().read(picture[:, :, 0]) == [TOKEN]
    assert Decoder().read(picture[20:500, 20:500]) == [TOKEN]


@pytest.mark.parametrize("shape", [(0, 0, 3), (1, 1, 3), (2, 900, 3), (1, 1), (0, 5)])
def test_pictures_without_room_for_a_code_hold_none(shape: tuple[int, ...]) -> None:
    assert Decoder().read(np.zeros(shape, np.uint8)) == []
    assert Decoder().read_photo(np.zeros(shape, np.uint8)) == []


def test_noise_and_other_barcodes_hold_no_text() -> None:
    decoder = Decoder()
    chance = np.random.default_rng(3)
    for _ in range(5):
        noise = chance.integers(0, 256, (720, 1280, 3), dtype=np.uint8)
        assert decoder.read(noise) == []
        assert decoder.read(np.asarray(cv2.resize(noise[:90, :160], (1280, 720)), dtype=np.uint8)) == []
    stripes = np.kron(
        chance.integers(0, 2, (1, 160), dtype=np.uint8) * np.uint8(255), np.ones((720, 8), np.uint8)
    )
    assert decoder.read(stripes) == []


def when_still(decoder: Decoder, picture: Picture) -> list[str]:
    """Read a picture that has been before the camera for a while: with the first look alone."""
    return [decoder.read(picture) for _ in range(8)][-1]


@pytest.fixture(scope="module")
def blurred() -> Picture:
    """Return a card that the first look misses and the second one reads."""
    for seed in range(FIRST_BLURRED, FIRST_BLURRED + 100):
        picture = draw_frame(TOKEN, seed=seed, difficulty=Difficulty.HARSH)
        if Decoder().read(picture) == [TOKEN] and not when_still(Decoder(), picture):
            return picture
    raise AssertionError("no such picture: the second look adds nothing")


def test_second_look_is_taken_when_something_moves_and_not_for_ever(blurred: Picture) -> None:
    decoder = Decoder()
    assert decoder.read(blurred) == [TOKEN]
    assert when_still(decoder, blurred) == []
    decoder.read(np.zeros_like(blurred))
    assert decoder.read(blurred) == [TOKEN]


def test_photos_do_not_depend_on_what_was_seen_before(blurred: Picture) -> None:
    decoder = Decoder()
    assert when_still(decoder, blurred) == []
    assert decoder.read_photo(blurred) == [TOKEN]


def test_photo_is_read_inverted_small_and_large() -> None:
    code = qr_picture(TOKEN, 6)
    decoder = Decoder()
    assert decoder.read_photo(on_a_wall(np.asarray(255 - code))) == [TOKEN]
    assert decoder.read_photo(on_a_wall(qr_picture(TOKEN, 2))) == [TOKEN]
    large = np.asarray(cv2.resize(on_a_wall(code), None, fx=3, fy=3), dtype=np.uint8)
    assert decoder.read_photo(large) == [TOKEN]


def test_missing_zbar_names_the_package_to_install(tmp_path: Path) -> None:
    # A package that fails to import as pyzbar does on a Debian without libzbar0.
    (tmp_path / "pyzbar").mkdir()
    (tmp_path / "pyzbar" / "__init__.py").write_text("")
    (tmp_path / "pyzbar" / "pyzbar.py").write_text(
        'raise ImportError("Unable to find zbar shared library")\n'
    )
    done = subprocess.run(
        [sys.executable, "-c", "from kiosk.devices.decoder import Decoder; Decoder()"],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{Path(__file__).parents[2]}"},
        capture_output=True,
        text=True,
        check=False,
    )
    last = done.stderr.strip().splitlines()[-1]
    assert "DecoderUnavailableError" in last
    assert "apt-get install libzbar0" in last
