"""What is made at set-up is whole, can be written and heard, and is none of it in the repository."""

import gettext
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import wave
import xml.etree.ElementTree as ET
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont, features

import kiosk.assets
import server.assets
from assets.make import catalogues, fonts, icons, npm, sounds, voices
from assets.make.__main__ import main as make
from assets.make.products import ASSETS, PRODUCTS, Product
from assets.make.trouble import CannotMakeError
from kiosk.rules.wording import spoken
from tests.programs import ROOT

STYLES = ("regular", "bold")
ARABIC = "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءآأإؤئٱپچڤگڭݣـ،؛؟٪٫٬٠١٢٣٤٥٦٧٨٩ًٌٍَُِّْٰ"  # noqa: RUF001
FRENCH = "ÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸàâæçéèêëîïôœùûüÿ"
# Tamazight in both its alphabets, the official one and that of cards and keyboards.
AMAZIGH = "ⴰⴱⴳⴷⴹⴻⴼⴽⵀⵃⵄⵅⵇⵉⵊⵍⵎⵏⵓⵔⵕⵖⵙⵚⵛⵜⵟⵡⵢⵣⵥⵯ" + "ČčƐɛǦǧƔɣḌḍḤḥṚṛṢṣṬṭẒẓ"
SIGNS = "0123456789 !\"#%&'()*+,-./:;<=>?@[]_{|}~«»‹›“”„‘’–—…·•×−°№€½\u00a0\u202f"  # noqa: RUF001
ALPHABETS = {
    "arabic": ARABIC,
    "french": FRENCH,
    "amazigh": AMAZIGH,
    "signs": SIGNS,
    "isolates": "\u2066\u2067\u2068\u2069",
}


@pytest.fixture(scope="module", autouse=True)
def made() -> Path:
    place = ASSETS / "made"
    assert (place / "stamps").is_dir(), "assets are not made: python -m assets.make"
    return place


def font(made: Path, style: str, size: int = 200) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(made / f"fonts/riwaq-{style}.ttf", size)


def width(made: Path, style: str, text: str, language: str = "ar") -> float:
    return font(made, style).getlength(
        text, direction="rtl" if language == "ar" else "ltr", language=language
    )


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("text", ALPHABETS.values(), ids=ALPHABETS)
def test_one_font_holds_every_letter_that_is_written(made: Path, style: str, text: str) -> None:
    for file in (f"fonts/riwaq-{style}.ttf", f"web/riwaq-{style}.woff2"):
        missing = {letter for letter in text if ord(letter) not in fonts.letters(made / file)}
        assert not missing, file


@pytest.mark.parametrize("style", STYLES)
def test_the_programs_catalogues_can_be_written(made: Path, style: str) -> None:
    held = fonts.letters(made / f"fonts/riwaq-{style}.ttf")
    for source in catalogues.sources():
        words = re.findall(r'^(?:msgid|msgstr.*?|)\s*"(.*)"$', source.read_text("utf-8"), re.MULTILINE)
        missing = {letter for letter in "".join(words) if ord(letter) not in held}
        assert not missing, source


@pytest.mark.parametrize("style", STYLES)
def test_arabic_joins_and_keeps_its_marks_in_place(made: Path, style: str) -> None:
    assert features.check("raqm")
    joined, apart = width(made, style, "سبب"), width(made, style, "س\u200cب\u200cب")
    assert joined < 0.9 * apart
    for gaf in "ڭݣ":
        assert width(made, style, f"{gaf}لم") < 0.98 * width(made, style, f"{gaf}\u200cل\u200cم")
    assert width(made, style, "لا") < width(made, style, "ل\u200cا")
    assert width(made, style, "بَّ") == width(made, style, "ب")


@pytest.mark.parametrize("style", STYLES)
def test_every_shape_of_an_arabic_letter_is_reached(made: Path, style: str) -> None:
    """A letter within a word is another glyph than alone: joining rules survived the merge."""
    shaper = font(made, style)
    for letter in "بتثجحخسشصضطظعغفقكلمنهيئپچڤگڭݣ":
        drawn = {
            shaper.getmask(text, direction="rtl", language="ar").size for text in (letter, f"ـ{letter}ـ")
        }
        assert len(drawn) == 2, letter


@pytest.mark.parametrize("style", STYLES)
def test_digits_are_of_one_width_and_signs_of_direction_of_none(made: Path, style: str) -> None:
    with TTFont(made / f"fonts/riwaq-{style}.ttf") as read:
        glyphs, advances = read.getBestCmap(), read["hmtx"]
        for digits in ("0123456789", "٠١٢٣٤٥٦٧٨٩"):
            assert len({advances[glyphs[ord(digit)]][0] for digit in digits}) == 1
        for sign in fonts.INVISIBLE:
            assert advances[glyphs[sign]][0] == 0, hex(sign)
            assert read["glyf"][glyphs[sign]].numberOfContours == 0, hex(sign)
        assert advances[glyphs[0xA0]] == advances[glyphs[0x20]]
    phone = "+212 6 12 34 56 78"
    assert width(made, style, f"\u2066{phone}\u2069", "fr") == width(made, style, phone, "fr")


@pytest.mark.parametrize("style", STYLES)
def test_no_letter_is_cut_by_the_height_of_its_line(made: Path, style: str) -> None:
    shaper = font(made, style)
    above, below = shaper.getmetrics()
    for text in ("أٌ", "لٍ", "يٍ", "جِ", "ÂÉÇẤ", "gjq", "ⵯⴹ"):
        _, top, _, bottom = shaper.getbbox(text, anchor="ls")
        assert -top <= above, text
        assert bottom <= below, text


def test_bold_is_bolder_and_says_so(made: Path) -> None:
    regular, bold = (font(made, style) for style in STYLES)
    for text in ("Bienvenue", "مرحبا"):
        inks = [sum(each.getmask(text).getbbox() or ()) and ink(each, text) for each in (regular, bold)]
        assert inks[1] > 1.2 * inks[0]
    assert (regular.getname(), bold.getname()) == (("Riwaq", "Regular"), ("Riwaq", "Bold"))


def ink(shaper: ImageFont.FreeTypeFont, text: str) -> float:
    picture = Image.new("L", (2000, 600))
    ImageDraw.Draw(picture).text((20, 20), text, font=shaper, fill=255)
    return float(np.asarray(picture).mean())


def test_every_icon_that_pages_name_is_there_and_drawn_in_the_colour_of_its_text(made: Path) -> None:
    names = icons.wanted()
    assert names
    assert {path.stem for path in (made / "web/icons").iterdir()} == set(names)
    points: dict[str, int] = json.loads((made / "fonts/lucide.json").read_text())
    held = fonts.letters(made / "fonts/lucide.ttf")
    for name in names:
        drawing = ET.parse(made / f"web/icons/{name}.svg").getroot()  # noqa: S314  # by a hash that the lock names
        assert (drawing.get("viewBox"), drawing.get("stroke")) == ("0 0 24 24", "currentColor")
        assert points[name] in held


def test_chart_code_is_one_script_and_its_style(made: Path) -> None:
    assert "var uPlot=function" in (made / "web/uplot.js").read_text()
    assert "Idiomorph" in (made / "web/idiomorph.js").read_text()
    assert ".u-over" in (made / "web/uplot.css").read_text()


def test_whoever_is_given_it_is_given_the_terms_too(made: Path) -> None:
    wanted = {"fonts": {"noto", "lucide"}, "web": {"noto", "lucide", "uplot", "idiomorph"}}
    for folder, owners in wanted.items():
        terms = {path.stem: path.read_text() for path in (made / folder / "licences").iterdir()}
        assert terms.keys() == owners
        assert terms["noto"].count("Copyright") >= 3
        assert "SIL OPEN FONT LICENSE" in terms["noto"]


# The tones.

Heights = npt.NDArray[np.float64]


def heard(path: Path) -> Heights:
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (44_100, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64) / 32_768


def contour(heights: Heights, steps: int = 12) -> list[tuple[float, float]]:
    """Pitch in hertz and loudness of each of so many parts, as an ear follows them."""
    parts = []
    for part in np.array_split(heights, steps):
        spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 16_384))
        parts.append((float(spectrum.argmax() * 44_100 / 16_384), float(np.sqrt((part**2).mean()))))
    return parts


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Heights]:
    out = tmp_path_factory.mktemp("tones")
    sounds.make(out)
    return {path.stem: heard(path) for path in (out / "sounds").iterdir()}


def test_tones_are_short_and_never_loud_nor_clicking(tones: dict[str, Heights]) -> None:
    assert tones.keys() == {"accepted", "repeat", "refused", "trouble", "touch", "called"}
    for name, heights in tones.items():
        assert len(heights) / 44_100 < 0.6, name
        assert 20 * np.log10(np.abs(heights).max()) == pytest.approx(-6, abs=0.1)
        assert heights[0] == 0, name
        assert abs(heights[-1]) < 0.001, name
        # Within a thousandth of a second of either end there is next to nothing: no click.
        assert np.abs(np.concatenate([heights[:44], heights[-44:]])).max() < 0.2, name
        assert abs(heights.mean()) < 0.002, name


def test_each_verdict_moves_in_a_way_of_its_own(tones: dict[str, Heights]) -> None:
    pitch = {name: [hertz for hertz, loud in contour(tones[name]) if loud > 0.06] for name in tones}
    assert pitch["accepted"][-1] > 1.3 * pitch["accepted"][0]
    assert pitch["refused"][-1] < 0.75 * pitch["refused"][0]
    for steady in ("repeat", "trouble"):
        assert max(pitch[steady]) < 1.05 * min(pitch[steady])
    assert max(pitch["refused"]) < min(pitch["trouble"]) < min(pitch["repeat"]) < min(pitch["accepted"])
    assert rises(tones["repeat"]) == 3
    assert rises(tones["trouble"]) == 2
    assert len(tones["touch"]) < 0.2 * min(len(tones[name]) for name in tones if name != "touch")


def rises(heights: Heights) -> int:
    """Count how often it comes out of silence."""
    loud = np.array([np.sqrt((part**2).mean()) for part in np.array_split(heights, len(heights) // 441)])
    sounding = loud > 0.25 * loud.max()
    return int((sounding[1:] & ~sounding[:-1]).sum() + sounding[0])


def test_no_two_tones_have_like_spectra(tones: dict[str, Heights]) -> None:
    spectra = {}
    for name, heights in tones.items():
        # How loud each eighth of an octave is: two notes that near are one to most ears.
        power = np.abs(np.fft.rfft(heights, 44_100)) ** 2
        bands = (8 * np.log2(np.arange(100, 4000) / 100)).astype(int)
        loudness = np.sqrt(np.bincount(bands, weights=power[100:4000]))
        spectra[name] = loudness / np.linalg.norm(loudness)
    for one, other in itertools.combinations(spectra, 2):
        assert spectra[one] @ spectra[other] < 0.5, (one, other)


# Voices.

# Says what it is asked to say into the file instead of speaking it, after the head of a sound.
ESPEAK = """\
#!/bin/sh
case $1 in --version) echo "eSpeak NG $(cat "$0.version")"; exit ;; esac
[ ! -e "$0.mute" ] || { echo 'no data' >&2; exit 1; }
while [ "$1" != -w ]; do
    [ "$1" != -v ] || voice=$2
    shift
done
{ printf 'RIFF %s ' "$voice"; cat; } >"$2"
"""


@pytest.fixture
def espeak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for the program that speaks, first on PATH."""
    program = tmp_path / "bin/espeak-ng"
    program.parent.mkdir()
    program.write_text(ESPEAK)
    program.chmod(0o755)
    (program.parent / "espeak-ng.version").write_text("1.51")
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return program


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """What voices are made of, to be changed at will."""
    shutil.copytree(ASSETS / "locale", tmp_path / "assets/locale")
    shutil.copytree(ASSETS / "voice", tmp_path / "assets/voice")
    return tmp_path / "assets"


def said(file: Path) -> str:
    """Give what the stand-in was asked to say, and by which voice."""
    return file.read_text("utf-8").removeprefix("RIFF ")


def test_every_prompt_is_spoken_in_every_language_that_the_program_speaks(
    tmp_path: Path, espeak: Path, sources: Path
) -> None:
    assert espeak.exists()
    assert voices.make(tmp_path / "out", sources) == ""
    made = {path.relative_to(tmp_path / "out/voice") for path in (tmp_path / "out/voice").rglob("*.wav")}
    assert made == {Path(language, f"{name}.wav") for language in ("ar", "fr", "en") for name in spoken.NAMES}
    place = tmp_path / "out/voice"
    assert said(place / "en/thanks.wav").startswith("en-gb Thank you. Your opinion is recorded,")
    assert said(place / "fr/signed.wav") == "fr-fr Votre accord est noté."


def test_a_recording_takes_the_place_of_what_is_made(tmp_path: Path, espeak: Path, sources: Path) -> None:
    assert espeak.exists()
    for name in ("fr/thanks.ogg", "zgh/attract.wav"):
        (sources / "voice" / name).parent.mkdir(exist_ok=True)
        (sources / "voice" / name).write_bytes(b"a voice")
    assert voices.make(tmp_path / "out", sources) == ""
    place = tmp_path / "out/voice"
    assert (place / "fr/thanks.ogg").read_bytes() == (place / "zgh/attract.wav").read_bytes() == b"a voice"
    assert not (place / "fr/thanks.wav").exists(), "one of the two would be heard by chance"
    assert {path.name for path in (place / "zgh").iterdir()} == {"attract.wav"}


def test_a_recording_that_no_screen_asks_for_is_named(tmp_path: Path, espeak: Path, sources: Path) -> None:
    assert espeak.exists()
    (sources / "voice/fr").mkdir()
    (sources / "voice/fr/acepted.wav").touch()
    with pytest.raises(CannotMakeError, match=r"acepted\.wav: no screen says 'acepted'"):
        voices.make(tmp_path / "out", sources)


def test_without_the_program_there_are_recordings_alone_and_it_says_so(
    tmp_path: Path, sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (sources / "voice/fr").mkdir()
    (sources / "voice/fr/thanks.ogg").touch()
    assert "install it" in voices.make(tmp_path / "out", sources)
    assert [path.name for path in (tmp_path / "out").rglob("*.*")] == ["thanks.ogg"]


def test_a_program_that_does_not_speak_is_no_reason_to_stop(
    tmp_path: Path, espeak: Path, sources: Path
) -> None:
    espeak.with_name("espeak-ng.mute").touch()
    assert "no data" in voices.make(tmp_path / "out", sources)
    assert list((tmp_path / "out").rglob("*.*")) == []


def test_voices_are_made_once_and_again_when_the_program_comes_or_changes(
    tmp_path: Path, espeak: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [product] = [product for product in PRODUCTS if product.name == "voices"]
    place = tmp_path / "made"
    (tmp_path / "scratch").mkdir()
    with monkeypatch.context() as without:
        without.setenv("PATH", str(tmp_path))
        assert "install it" in product.make(tmp_path / "scratch", nothing_fetched, place)
        assert product.fresh(place)
    assert not product.fresh(place)
    assert product.make(tmp_path / "scratch", nothing_fetched, place) == ""
    assert (place / "voice/ar/accepted.wav").is_file()
    assert product.fresh(place)
    espeak.with_name("espeak-ng.version").write_text("1.52")
    assert not product.fresh(place)


def test_every_arabic_sentence_that_is_spoken_has_its_vowels_and_no_other_has(made: Path) -> None:
    with (made / "locale/ar/LC_MESSAGES/kiosk.mo").open("rb") as file:
        prompts = spoken.prompts(gettext.GNUTranslations(file))
    vowelled = voices.vowels(ASSETS / "voice/ar.txt")
    assert {voices.bare(each) for sentences in prompts.values() for each in sentences} == vowelled.keys()
    for sentence in vowelled.values():
        bare_letters = re.findall(r"[ء-غف-ي](?![\u064b-\u0652])", sentence)
        # Long vowels and the article stand without a sign; no other letter does.
        assert set(bare_letters) <= set("اويىلآإ"), sentence


@pytest.mark.parametrize(
    ("written", "for_program"),
    [
        ("سُجِّلَتْ", "سُجْجِلَتْ"),
        ("النَّصُّ", "النَصْصُ"),
        ("الَّذِي", "الْلَذِي"),
        ("فَالفَرِيقْ", "فَلْفَرِيقْ"),
        ("وَالرَّقْمُ", "وَرْرَقْمُ"),
        ("اِسْتِقْبَالِ", "اِسْتِقْبَالِ"),
        ("مُسَجَّلَةْ، لَا", "مُسَجْجَلَ، لَا"),
        ("بِطَاقَةُ", "بِطَاقَةُ"),
        ("أَظْهِرُوا هَذَا", "أَظْهِرُو هَذَا"),
        ("Bienvenue à tous.", "Bienvenue à tous."),
    ],
)
def test_arabic_is_spelled_as_the_program_reads_it(written: str, for_program: str) -> None:
    assert voices.for_program(written) == for_program


def test_what_there_is_to_record_is_told_by_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert make(["--spoken", "fr"]) == 0
    told = dict(line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert told.keys() == spoken.NAMES
    assert told["signed"] == "Votre accord est noté."
    assert make(["--spoken", "de"]) == 1
    assert "it offers ar, fr" in capsys.readouterr().err


def test_the_page_on_voices_lists_every_prompt() -> None:
    page = (ROOT / "docs/voices.md").read_text("utf-8")
    listed = dict(re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", page, re.MULTILINE))
    english = spoken.prompts(gettext.NullTranslations())
    assert listed == {name: spoken.aloud(sentences) for name, sentences in english.items()}


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_what_was_spoken_can_be_heard(tmp_path: Path) -> None:
    assert voices.make(tmp_path) == ""
    files = sorted((tmp_path / "voice").rglob("*.wav"))
    assert len(files) == 3 * len(spoken.NAMES)
    for path in files:
        with wave.open(str(path)) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (22_050, 1, 2)
            heights = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64) / 32_768
        assert 0.5 < len(heights) / 22_050 < 20, path
        assert -8 < 20 * np.log10(np.abs(heights).max()) <= 0, path
        assert -26 < 20 * np.log10(np.sqrt((heights**2).mean())) < -18, path


# Catalogues.

HEADER = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: {plurals}\\n"

#, python-format
msgid "%(count)s visit"
msgid_plural "%(count)s visits"
"""
SIX = (
    "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : "
    "n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5);"
)


def catalogue(tmp_path: Path, language: str, plurals: str, *forms: str) -> tuple[Path, Path]:
    folder = tmp_path / language / "LC_MESSAGES"
    folder.mkdir(parents=True)
    lines = [f'msgstr[{number}] "{form}"' for number, form in enumerate(forms)]
    (folder / "kiosk.po").write_text(HEADER.format(plurals=plurals) + "\n".join(lines) + "\n", "utf-8")
    return folder / "kiosk.po", folder / "kiosk.mo"


def test_every_catalogue_there_is_compiles(tmp_path: Path) -> None:
    catalogues.make(tmp_path)
    for source in catalogues.sources():
        compiled = tmp_path / "locale" / source.relative_to(catalogues.SOURCES).with_suffix(".mo")
        with compiled.open("rb") as file:
            assert gettext.GNUTranslations(file).info()["content-type"].lower().endswith("utf-8")


def test_arabic_counts_in_its_six_forms(tmp_path: Path) -> None:
    forms = ("لا زيارة", "زيارة واحدة", "زيارتان", "%(count)s زيارات", "%(count)s زيارة", "%(count)s زيارة.")
    source, target = catalogue(tmp_path, "ar", SIX, *forms)
    catalogues.compile_catalogue(source, target)
    with target.open("rb") as file:
        words = gettext.GNUTranslations(file)
    said = [words.ngettext("%(count)s visit", "%(count)s visits", count) for count in (0, 1, 2, 3, 11, 100)]
    assert said == list(forms)


def test_tamazight_counts_as_its_header_says(tmp_path: Path) -> None:
    source, target = catalogue(tmp_path, "zgh", "nplurals=2; plural=(n > 1);", "ⵢⴰⵏ %(count)s", "%(count)s")
    catalogues.compile_catalogue(source, target)
    with target.open("rb") as file:
        assert (
            gettext.GNUTranslations(file).ngettext("%(count)s visit", "%(count)s visits", 1)
            == "ⵢⴰⵏ %(count)s"
        )


def test_a_header_with_too_few_plural_forms_is_refused_with_the_right_one(tmp_path: Path) -> None:
    paths = catalogue(tmp_path, "ar", "nplurals=2; plural=(n > 1);", "زيارة", "زيارات")
    with pytest.raises(CannotMakeError, match="nplurals=6"):
        catalogues.compile_catalogue(*paths)


def test_a_lost_placeholder_and_broken_lines_are_refused_with_their_place(tmp_path: Path) -> None:
    paths = catalogue(tmp_path, "fr", "nplurals=2; plural=(n > 1);", "%(cuont)s visite", "%(count)s visites")
    with pytest.raises(CannotMakeError, match=r"kiosk\.po:\d+: "):
        catalogues.compile_catalogue(*paths)
    for text in ('msgid "one"\nmsgstr "two\n', "<<<<<<< theirs\n", 'msgid "one"\nmsgstr "t"wo"\n'):
        paths[0].write_text(text)
        with pytest.raises(CannotMakeError, match=r"kiosk\.po:[12]: .*Correct it"):
            catalogues.compile_catalogue(*paths)
    paths[0].write_text('msgid "one"\nmsgid "two"\n')
    with pytest.raises(CannotMakeError, match=r"kiosk\.po: missing msgstr"):
        catalogues.compile_catalogue(*paths)


# Making.


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Product:
    """The quickest of the products, to try how they get to their place."""
    monkeypatch.setitem(sounds.SOUNDS, "touch", (sounds.Note(440.0, 0.0, 0.01),))
    for name in ("accepted", "refused", "repeat", "trouble", "called"):
        monkeypatch.delitem(sounds.SOUNDS, name)
    return Product("sounds")


def nothing_fetched() -> Path:
    raise AssertionError("this product needs nothing from npm")


def test_a_product_is_whole_or_made_again(toy: Product, tmp_path: Path) -> None:
    place = tmp_path / "made"
    (tmp_path / "scratch").mkdir()
    assert not toy.fresh(place)
    toy.make(tmp_path / "scratch", nothing_fetched, place)
    assert toy.fresh(place)
    (place / "sounds/touch.wav").unlink()
    assert not toy.fresh(place)
    toy.make(tmp_path / "scratch", nothing_fetched, place)
    (place / "stamps/sounds").write_text("")
    assert not toy.fresh(place)
    assert list((tmp_path / "scratch").iterdir()) == []


def test_what_a_product_no_longer_has_goes(
    toy: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scratch").mkdir()
    place = tmp_path / "made"
    toy.make(tmp_path / "scratch", nothing_fetched, place)
    (place / "sounds/of somebody else.wav").touch()
    monkeypatch.setitem(sounds.SOUNDS, "tap", sounds.SOUNDS["touch"])
    monkeypatch.delitem(sounds.SOUNDS, "touch")
    toy.make(tmp_path / "scratch", nothing_fetched, place)
    assert {path.name for path in (place / "sounds").iterdir()} == {"tap.wav", "of somebody else.wav"}


def test_a_second_run_makes_nothing_and_two_at_once_do_no_harm() -> None:
    command = [sys.executable, "-m", "assets.make"]
    started = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [each.communicate(timeout=120)[1] for each in started]
    assert [each.returncode for each in started] == [0, 0], said
    done = subprocess.run([*command, "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert not list(ASSETS.glob(".making-*"))


def test_without_a_registry_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:9")
    monkeypatch.setenv("NPM_CONFIG_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(npm, "_PATIENCE", ("--fetch-retries=0",))
    with pytest.raises(CannotMakeError) as raised:
        npm.fetch(tmp_path / "packages")
    assert "ECONNREFUSED" in str(raised.value)
    assert "Then run the same again" in str(raised.value)
    assert "node:" not in str(raised.value)


def test_an_icon_that_does_not_exist_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: Path
) -> None:
    lucide = tmp_path / "packages/lucide-static"
    (lucide / "font").mkdir(parents=True)
    (lucide / "icons").mkdir()
    shutil.copy(made / "fonts/lucide.ttf", lucide / "font")
    shutil.copy(made / "fonts/lucide.json", lucide / "font/codepoints.json")
    (tmp_path / "icons.txt").write_text("tcik  # a slip\n")
    monkeypatch.setattr(icons, "NAMES", tmp_path / "icons.txt")
    with pytest.raises(CannotMakeError, match=r"no icon 'tcik'.*icons\.txt"):
        icons.make(tmp_path / "out", tmp_path / "packages")


def test_the_lock_of_npm_has_a_hash_for_each_package_and_no_address() -> None:
    text = (ROOT / "assets/make/package-lock.json").read_text()
    assert "://" not in text
    assert '"resolved"' not in text
    packages = {name: entry for name, entry in json.loads(text)["packages"].items() if name}
    wanted = json.loads((ROOT / "assets/make/package.json").read_text())["dependencies"]
    assert {name.removeprefix("node_modules/") for name in packages} == set(wanted)
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())


def test_nothing_that_others_wrote_is_in_the_repository() -> None:
    # No git is asked: the machine may have none, and a copy of the tree no history.
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text("utf-8").splitlines()]
    files = []
    for directory, names, found in os.walk(ROOT):
        place = Path(directory).relative_to(ROOT)
        names[:] = [
            name
            for name in names
            if name != ".git"
            and not any(fnmatch(name, one) or fnmatch(str(place / name), one) for one in ignored)
        ]
        files += [Path(directory) / name for name in found if not name.endswith(".pyc")]
    assert len(files) > 50
    kinds = (".ttf", ".otf", ".woff", ".woff2", ".eot", ".min.js", ".min.css", ".mo", ".wav", ".ogg")
    # A body's own voice is not what others wrote.
    others = [path for path in files if not path.is_relative_to(ASSETS / "voice")]
    assert not [path for path in others if path.name.endswith(kinds)]
    drawings = [path for path in files if path.suffix == ".svg"]
    assert not [path for path in drawings if "lucide" in path.read_text("utf-8")]
    scripts = [path for path in files if path.suffix == ".js"]
    assert not [path for path in scripts if "uPlot=function" in path.read_text("utf-8")]


# Where programs find it.


def test_both_programs_find_it_in_the_tree(made: Path) -> None:
    assert kiosk.assets.assets_dir() == server.assets.assets_dir() == made


@pytest.mark.parametrize("module", ["kiosk", "server"])
def test_a_program_without_it_says_what_to_do(module: str, tmp_path: Path) -> None:
    (tmp_path / module).mkdir()
    for name in ("__init__.py", "assets.py"):
        shutil.copy(ROOT / module / name, tmp_path / module)
    code = f"from {module}.assets import assets_dir; print(assets_dir())"
    command = [sys.executable, "-c", code]
    # The copy alone: neither the launcher's paths nor this directory may lead back to the tree.
    alone = {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, env=alone, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "run ./riwaq once" in done.stderr
    (tmp_path / module / "made").mkdir()
    done = subprocess.run(command, env=alone, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert Path(done.stdout.strip()) == tmp_path / module / "made"


def test_every_product_has_its_module_and_a_name_of_its_own() -> None:
    names = [product.name for product in PRODUCTS]
    assert len(set(names)) == len(names)
    assert all((ROOT / f"assets/make/{name}.py").is_file() for name in names)
