"""Cards on paper and on a screen: what is read from them, where it stands, and what breaks nothing."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import pytest
import zxingcpp
from nacl.signing import SigningKey
from numpy.typing import NDArray
from PIL import Image
from pyzbar import pyzbar

from kiosk.devices.decoder import Decoder
from tests import logos
from wire.card import Card, CardError, sign
from wire.card_sheet import Bilingual, CardFace, paper
from wire.card_sheet.layout import HEIGHT, WIDTH, Bleed, Line, lay_out
from wire.card_sheet.paper import card_pdf, sheets_pdf
from wire.card_sheet.picture import card_picture

Picture = NDArray[np.uint8]
ROOT: Final = Path(__file__).parents[2]
FONTS: Final = ROOT / "assets/made/fonts"
KEY: Final = SigningKey(b"c" * 32)
BODY: Final = Bilingual("مؤسسة الأعمال الاجتماعية", "Fondation des œuvres sociales")
ACTIVE: Final = Bilingual("نشيط", "Actif")
FATIMA: Final = Bilingual("فاطمة الزهراء", "Fatima Zahra AÏT BENHADDOU")
A4: Final = (210.0, 297.0)
AROUND: Final = 8.0  # of the single card's page: bleed, marks and a rim
CODE_LEFT, CODE_MODULES, QUIET = 1.2, 37, 4
COLUMN, RIGHT = 37.5, 81.4

NAUGHTY: Final = {
    "emoji": Bilingual("محمد 😀👨‍👩‍👧", "Ali 😀🇲🇦"),
    "turned": Bilingual("\u202eمحمد\u202c", "\u202eAli\u2066Baba"),
    "long": Bilingual("م" * 120, "W" * 120),
    "long with marks": Bilingual("مُّ" * 120, "W\u0323\u0301" * 120),
    "many words": Bilingual("عبد الله بن " * 10, "Ould Sidi Moulay " * 8),
    "tatweel": Bilingual("محـــــــــــــــــــــــــمد", "M____"),
    "formula": Bilingual('=HYPERLINK("http://x")', '=HYPERLINK("http://x";"ici")'),
    "controls": Bilingual("مح\x00مد\nعلي\t", "A\x00l\ni\t\x1b[31m\ud800"),
    "markup": Bilingual("**محمد** [b]", "**Ali** __x__ [b]&lt;"),
    "tower": Bilingual("م" + "\u0651" * 400, "Z" + "\u0301" * 400),
    "swapped": Bilingual("Fatima", "فاطمة"),
    "both": Bilingual("Ali محمد 12", "Ali محمد 12"),
    "nothing left": Bilingual("😀", "\u202e"),
    "Agadir": Bilingual("أݣادير", "Agadir"),
    "ten thousand": Bilingual("محمد" * 2500, "x" * 10_000),
}


def token(number: int = 1, category: int = 1) -> str:
    card = Card(1234, 1, number, category, 0, "ar", date(2026, 11, 23), date(2029, 11, 22))
    return sign(card, KEY)


def face(number: int = 1, name: Bilingual = FATIMA, **other: Any) -> CardFace:
    return CardFace(token(number), other.pop("body", BODY), other.pop("category", ACTIVE), name, **other)


def rendered(pdf: bytes, dpi: int, *, first: int = 1) -> Picture:
    """Draw a page of a PDF as a printer would: grey, (H, W)."""
    if not shutil.which("pdftoppm"):
        pytest.fail("pdftoppm is not installed: apt-get install poppler-utils")
    done = subprocess.run(
        ["pdftoppm", "-gray", "-r", str(dpi), "-f", str(first), "-l", str(first), "-"],
        input=pdf,
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert done.stderr == b""
    return np.asarray(Image.open(BytesIO(done.stdout)))


def colour_at(pdf: bytes, x: float, y: float) -> tuple[int, ...]:
    done = subprocess.run(["pdftoppm", "-r", "100", "-"], input=pdf, capture_output=True, check=True)
    return tuple(Image.open(BytesIO(done.stdout)).getpixel((round(x / 0.254), round(y / 0.254))))  # type: ignore[arg-type]


def text_of(pdf: bytes) -> str:
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True, text=False
    ).stdout.decode()


def card_on(picture: Picture, left: float, top: float, dpi: int) -> Picture:
    """Cut a card out of a page; places in mm."""
    scale = dpi / 25.4
    return picture[
        round(top * scale) : round((top + HEIGHT) * scale),
        round(left * scale) : round((left + WIDTH) * scale),
    ]


def single(face: CardFace, dpi: int = 300) -> Picture:
    return card_on(rendered(card_pdf(face, FONTS), dpi), AROUND, AROUND, dpi)


def ink(card: Picture, left: float, top: float, right: float, bottom: float) -> Picture:
    """Say where something dark is, in a part of a card; places in mm."""
    scale = card.shape[1] / WIDTH
    return (
        card[round(top * scale) : round(bottom * scale), round(left * scale) : round(right * scale)] < 128
    ).astype(np.uint8)


def both_read(picture: Picture) -> tuple[list[str], list[str]]:
    ours = sorted(code.text for code in zxingcpp.read_barcodes(picture))
    theirs = sorted(code.data.decode() for code in pyzbar.decode(picture, symbols=[pyzbar.ZBarSymbol.QRCODE]))
    return ours, theirs


def lines(face: CardFace) -> list[Line]:
    """Lay a card out with letters of one width."""
    things = lay_out(face, lambda text, *, bold: (0.6 if bold else 0.55) * len(text), Bleed())
    return [thing for thing in things if isinstance(thing, Line)]


# Codes


@pytest.mark.parametrize("dpi", [110, 300])
def test_a_card_is_read_by_both_decoders_and_the_kiosk(dpi: int) -> None:
    for number in range(5):
        picture = rendered(card_pdf(face(number), FONTS), dpi)
        assert both_read(picture) == ([token(number)], [token(number)])
        assert Decoder().read_photo(picture) == [token(number)]


@pytest.mark.parametrize("dpi", [110, 300])
def test_all_cards_of_a_sheet_are_read_by_both_decoders(dpi: int) -> None:
    tokens = [token(number) for number in range(10)]
    sheet = rendered(sheets_pdf([face(number) for number in range(10)], FONTS), dpi)
    assert zxing_of(sheet) == sorted(tokens)
    for number, (left, top) in enumerate(places()):
        assert both_read(card_on(sheet, left, top, dpi)) == ([tokens[number]], [tokens[number]])


def zxing_of(picture: Picture) -> list[str]:
    return sorted(code.text for code in zxingcpp.read_barcodes(picture))


def places() -> list[tuple[float, float]]:
    left, top = (A4[0] - 2 * WIDTH - 10) / 2, (A4[1] - 5 * HEIGHT) / 2
    return [(left + column * (WIDTH + 10), top + row * HEIGHT) for row in range(5) for column in range(2)]


def test_the_code_is_a_version_5_of_level_m_and_large_enough() -> None:
    [code] = zxingcpp.read_barcodes(single(face()))
    assert code.ec_level == "M"
    assert "'Version': '5'" in str(code.extra)
    corners = code.position
    side = (corners.top_right.x - corners.top_left.x) / 300 * 25.4
    assert side == pytest.approx(CODE_MODULES * 0.78, abs=0.3)
    assert side * (CODE_MODULES + 2 * QUIET) / CODE_MODULES >= 26


def test_nothing_stands_in_the_codes_quiet_zone() -> None:
    for name in NAUGHTY.values():
        card = single(face(name=name, body=NAUGHTY["long"], category=NAUGHTY["many words"]))
        [code] = zxingcpp.read_barcodes(card)
        scale = card.shape[1] / WIDTH
        dark = np.argwhere(ink(card, 0, 14, COLUMN - 1.2, 51.5))
        across, down = dark[:, 1] / scale, dark[:, 0] / scale + 14
        module = 0.78
        # Whatever is dark beside the code lies at least four modules from it: here there is nothing else.
        assert across.min() == pytest.approx(CODE_LEFT + QUIET * module, abs=0.1)
        assert across.max() == pytest.approx(CODE_LEFT + (QUIET + CODE_MODULES) * module, abs=0.2)
        assert down.min() - 13.5 >= QUIET * module
        assert 51.98 - down.max() >= QUIET * module
        assert ink(card, CODE_LEFT + 41.5 * module, 14, CODE_LEFT + 44.9 * module, 51.5).sum() == 0
        assert code.text == token()


def test_a_text_that_is_no_token_makes_no_card() -> None:
    for text in ("", "R1", "https://example.org", token()[:-1], token()[:-2] + "::"):
        with pytest.raises(CardError, match="no token"):
            CardFace(text, BODY, ACTIVE)


# Paper


def test_a_single_card_is_an_id_1_with_bleed_and_marks() -> None:
    pdf = card_pdf(face(), FONTS)
    boxes = {
        name: [float(number) * 25.4 / 72 for number in values.split()]
        for name, values in re.findall(r"/(TrimBox|BleedBox) \[([\d. ]+)\]", pdf.decode("latin-1"))
    }
    left, bottom, right, top = boxes["TrimBox"]
    assert [right - left, top - bottom] == pytest.approx([85.6, 53.98], abs=0.01)
    left, bottom, right, top = boxes["BleedBox"]
    assert [right - left, top - bottom] == pytest.approx([91.6, 59.98], abs=0.01)
    page = rendered(pdf, 300)
    scale = 300 / 25.4
    for x, y in ((AROUND, 3), (AROUND + WIDTH, 3), (3, AROUND), (3, AROUND + HEIGHT)):
        around = page[
            round(y * scale) - 3 : round(y * scale) + 4, round(x * scale) - 3 : round(x * scale) + 4
        ]
        assert around.min() < 160, f"a mark at {x}, {y}"
    # Colour goes three millimetres beyond the card; nothing is drawn of its corners.
    assert page[round((AROUND - 2.5) * scale), round((AROUND - 2.5) * scale)] < 128
    assert page[round((AROUND + 0.3) * scale), round((AROUND + 0.3) * scale)] < 128
    assert page[round((AROUND - 3.5) * scale), round((AROUND - 3.5) * scale)] == 255


@pytest.mark.parametrize(("cards", "pages"), [(1, 1), (9, 1), (10, 1), (11, 2), (23, 3)])
def test_sheets_hold_ten_and_the_last_one_the_rest(cards: int, pages: int) -> None:
    pdf = sheets_pdf([face(number) for number in range(cards)], FONTS)
    assert len(re.findall(rb"/Type /Page\b", pdf)) == pages
    assert re.search(rb"/MediaBox \[0 0 595.28 841.89\]", pdf)
    read = [text for page in range(pages) for text in zxing_of(rendered(pdf, 110, first=page + 1))]
    assert sorted(read) == sorted(token(number) for number in range(cards))


def test_cards_stand_in_the_middle_of_a_sheet_at_full_size() -> None:
    scale = 300 / 25.4
    sheet = rendered(sheets_pdf([face(number) for number in range(10)], FONTS), 300)
    for left, top in places():
        [code] = zxingcpp.read_barcodes(card_on(sheet, left, top, 300))
        at = code.position.top_left
        assert at.x / scale == pytest.approx(CODE_LEFT + QUIET * 0.78, abs=0.15)
    dark = np.argwhere(sheet < 160) / scale
    assert dark[:, 1].min() + dark[:, 1].max() == pytest.approx(A4[0], abs=0.3)
    assert dark[:, 0].min() + dark[:, 0].max() == pytest.approx(A4[1], abs=0.3)
    # Printers do not reach the paper's edge.
    assert min(dark.min(), A4[0] - dark[:, 1].max(), A4[1] - dark[:, 0].max()) > 6


def test_more_cards_than_one_document_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "MOST_CARDS", 12)
    with pytest.raises(CardError, match="at most 12 cards"):
        sheets_pdf((face(number) for number in range(13)), FONTS)


def test_fonts_are_inside_and_only_what_is_used_of_them() -> None:
    pdf = card_pdf(face(), FONTS)
    told = subprocess.run(["pdffonts", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    fonts = told.splitlines()[2:]
    assert len(fonts) == 2
    assert all(re.search(r" yes yes yes +\d+ +0$", font) for font in fonts), told
    assert len(pdf) < 60_000


def test_the_same_cards_make_the_same_bytes_at_another_time() -> None:
    script = (
        "import sys; from tests.wire.test_card_sheet import *;"
        "sys.stdout.buffer.write(card_pdf(face(), FONTS) + sheets_pdf([face(2), face(3)], FONTS))"
    )
    made = []
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, check=True, env=environment, cwd=ROOT
        )
        made.append(done.stdout)
        time.sleep(1.1)  # fonts and documents are dated to the second
    assert made[0] == made[1]
    assert made[0].startswith(b"%PDF")


# Words


def test_what_stands_on_a_card() -> None:
    told = text_of(card_pdf(face(number=0xC0FFEE), FONTS))
    for words in (
        "Fondation des",
        "Fatima Zahra",
        "AÏT BENHADDOU",
        "Actif",
        "0001-00000000c0ffee",
        "22/11/2029",
    ):
        assert words in told
    assert "Valable jusqu\u2019au" in told


def test_arabic_stands_right_and_joined_latin_left() -> None:
    card = single(face(name=Bilingual("محمد", "Fatima")))
    scale = card.shape[1] / WIDTH
    arabic = ink(card, COLUMN, 15, WIDTH, 22)
    [across] = [np.flatnonzero(arabic.any(axis=0)) / scale + COLUMN]
    assert across.max() == pytest.approx(RIGHT, abs=0.6)
    assert cv2.connectedComponents(arabic)[0] - 1 == 1, "four letters in one stroke"
    latin = ink(card, COLUMN, 23.2, WIDTH, 29)
    assert np.flatnonzero(latin.any(axis=0)).min() / scale == pytest.approx(0, abs=0.5)


def test_on_the_screen_arabic_stands_right_and_joined() -> None:
    card = pixels(face(name=Bilingual("محمد", "Fatima")), 1011)[:, :, 0]
    arabic = ink(card, COLUMN, 15, WIDTH, 22)
    assert cv2.connectedComponents(arabic)[0] - 1 == 1
    last = np.flatnonzero(arabic.any(axis=0)).max() / card.shape[1] * WIDTH + COLUMN
    assert last == pytest.approx(RIGHT, abs=0.6)


def test_an_arabic_name_that_begins_in_latin_still_reads_from_the_right() -> None:
    card = single(face(name=Bilingual("I محمد", "")))
    arabic = ink(card, COLUMN, 15, WIDTH, 22)
    count, _, stats, _ = cv2.connectedComponentsWithStats(arabic)
    rightmost = max(range(1, count), key=lambda part: stats[part][cv2.CC_STAT_LEFT])
    assert stats[rightmost][cv2.CC_STAT_WIDTH] < 2.2 / WIDTH * card.shape[1], "the I stands first, rightmost"


@pytest.mark.parametrize("name", NAUGHTY.values(), ids=NAUGHTY.keys())
def test_no_name_leaves_its_place(name: Bilingual) -> None:
    told = face(name=name, body=name, category=name)
    for card in (single(told), pixels(told, 1011)[:, :, 0]):
        assert ink(card, RIGHT + 0.3, 13.8, WIDTH, 51.7).sum() == 0, "the right margin"
        assert ink(card, 0, 13.8, 4, 51.7).sum() == 0, "the left margin"
        assert ink(card, 36.3, 13.8, COLUMN - 0.4, 51.7).sum() == 0, "between code and words"
        assert zxing_of(card) == [token()]


@pytest.mark.parametrize("name", NAUGHTY.values(), ids=NAUGHTY.keys())
def test_lines_never_lie_over_each_other(name: Bilingual) -> None:
    for arabic in (True, False):
        mine = [line for line in lines(face(name=name, category=name)) if line.x in {RIGHT, COLUMN}]
        for above, below in zip(column(mine, arabic=arabic), column(mine, arabic=arabic)[1:], strict=False):
            assert below.y - 0.75 * below.size >= above.y, (above, below)


def column(found: Sequence[Line], *, arabic: bool) -> list[Line]:
    """Give the lines of one side, and names of the other script with them: they share the column."""
    names = [line for line in found if line.y < 34]
    side = [line for line in found if line.arabic == arabic and line.y >= 34]
    return sorted(names, key=lambda line: line.y) + sorted(side, key=lambda line: line.y)


def test_without_a_name_the_category_takes_its_place() -> None:
    anonymous = face(name=Bilingual())
    words = lines(anonymous)
    assert [line.text for line in words if line.text in {"نشيط", "Actif"}] == ["نشيط", "Actif"]
    assert max(words, key=lambda line: line.size).text == "نشيط"
    assert zxing_of(single(anonymous)) == [token()]


# Looks


@pytest.mark.parametrize("colour", ["#1d4e89", "#f2b63c"])
def test_the_band_wears_the_bodys_colour(colour: str) -> None:
    wanted = tuple(bytes.fromhex(colour[1:]))
    assert colour_at(card_pdf(face(colour=colour), FONTS), AROUND + 1, AROUND + 1) == wanted
    assert tuple(pixels(face(colour=colour), 856)[40, 20, :3]) == wanted


def test_a_logo_stands_in_the_band_and_a_broken_one_does_not_stop_a_card() -> None:
    red = colour_at(card_pdf(face(logo=logos.drawn()), FONTS), AROUND + 79, AROUND + 6.75)
    assert red == logos.RED[:3]
    for broken in (b"x", logos.png(256, 128, b""), logos.drawn()[:-40], logos.png(9999, 9999, b"")):
        assert zxing_of(single(face(logo=broken))) == [token()]
        assert zxing_of(pixels(face(logo=broken), 700)[:, :, 0]) == [token()]


@pytest.mark.parametrize("logo", [logos.drawn(1024, 64), logos.drawn(64, 1024), logos.drawn(mode="L")])
def test_logos_of_any_shape_leave_room_for_the_bodys_name(logo: bytes) -> None:
    assert "Fondation" in text_of(card_pdf(face(logo=logo), FONTS))


# On a screen


def pixels(face: CardFace, width: int) -> Picture:
    picture = card_picture(face, FONTS, width)
    return np.frombuffer(picture.rgba, np.uint8).reshape(picture.height, picture.width, 4)


@pytest.mark.parametrize("width", [1, 340, 512, 900, 1400])
def test_the_picture_is_read_at_every_size(width: int) -> None:
    picture = pixels(face(), width)
    assert picture.shape[1] == max(340, width)
    assert picture.shape[1] / picture.shape[0] == pytest.approx(WIDTH / HEIGHT, rel=0.01)
    assert both_read(np.ascontiguousarray(picture[:, :, 0])) == ([token()], [token()])


def test_the_pictures_corners_are_round_and_clear() -> None:
    picture = pixels(face(), 900)
    assert [picture[y, x, 3] for y, x in ((0, 0), (0, -1), (-1, 0), (-1, -1))] == [0, 0, 0, 0]
    assert picture[300, 0, 3] == 255


def test_the_picture_as_a_file_is_the_same_picture() -> None:
    picture = card_picture(face(), FONTS, 500)
    with Image.open(BytesIO(picture.png)) as opened:
        assert (opened.size, opened.mode) == ((picture.width, picture.height), "RGBA")
        assert opened.tobytes() == picture.rgba
    assert picture == card_picture(face(), FONTS, 500)


def test_nobody_sees_a_token_or_a_name_in_a_log() -> None:
    shown = repr(face(number=0xC0FFEE))
    assert shown == "CardFace(0001-00000000c0ffee)"
    pdf = card_pdf(face(), FONTS)
    assert b"Fatima" not in pdf
    assert token().encode() not in pdf
