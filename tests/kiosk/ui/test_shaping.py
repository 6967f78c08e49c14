"""Words as they are set: what is cleaned, what stays together, and what reads from where."""

import itertools

import pytest
from PIL import Image, ImageChops, features

from kiosk.ui import shaping
from kiosk.ui.gallery import Studio
from kiosk.ui.shaping import NoArabicError, Style, isolate, keep_together, require_raqm

ARABIC = Style((40,), language="ar")
FRENCH = Style((40,), language="fr")


def drawn(studio: Studio, text: str, style: Style) -> Image.Image:
    laid = studio.set.lay_out(text, style, 4000, 100)
    return studio.set.mask(laid, "left")


def darkest(mask: Image.Image) -> int:
    return max(mask.tobytes())


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and ImageChops.difference(one, other).getbbox() is None


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  Al\tAmal\n\n2026 ", "Al Amal 2026"),
        ("\u202eAmal\u202c\u200f\u2066x\u2069\u061c", "Amalx"),
        ("أݣادير", "أڭادير"),
        ("الأمل 😀👨‍👩‍👧 🎉", "الأمل"),
        ("مُحَمَّد", "مُحَمَّد"),
        ("[b]Amal[/b] <i>&amp;", "[b]Amal[/b] <i>&amp;"),
        ("12\u202f% ?", "12\u00a0% ?"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\u200db", "ab"),
        ("", ""),
    ],
)
def test_what_others_wrote_is_cleaned(studio: Studio, text: str, clean: str) -> None:
    assert studio.set.clean(text) == clean


def test_a_text_without_end_ends(studio: Studio) -> None:
    assert len(studio.set.clean("حرف " * 5000)) <= shaping.MOST_CHARACTERS + 1


def test_arabic_letters_join(studio: Studio) -> None:
    apart = sum(drawn(studio, letter, ARABIC).width for letter in "بطاقتك")
    assert drawn(studio, "بطاقتك", ARABIC).width < 0.75 * apart


def test_a_line_that_begins_with_latin_still_reads_from_the_right(studio: Studio) -> None:
    line = drawn(studio, "Amal مؤسسة", ARABIC)
    word = drawn(studio, "Amal", ARABIC)
    pad = studio.set.pad(studio.set.lay_out("Amal", ARABIC, 4000, 100))
    right_end = line.crop((line.width - word.width, 0, line.width, line.height))
    inner = (pad + 3, 0, word.width - pad - 3, word.height)
    difference = ImageChops.difference(right_end.crop(inner), word.crop(inner))
    assert darkest(difference) < 140, "Amal stands at the right, where reading starts"


def test_a_phone_number_keeps_the_order_of_its_groups_and_its_line(studio: Studio) -> None:
    text = "الهاتف +212 6 12 34 56 78"
    assert keep_together(text) == "الهاتف +212\u00a06\u00a012\u00a034\u00a056\u00a078"
    assert "\u2066+212 6 12 34 56 78\u2069" in isolate(text, "rtl")
    alone = drawn(studio, "+212 6 12 34 56 78", FRENCH).getbbox()
    within = drawn(studio, text, ARABIC)
    assert alone is not None
    # In Arabic it stands at the left end, drawn exactly as it is by itself.
    number = drawn(studio, "+212 6 12 34 56 78", FRENCH).crop(alone)
    box = within.getbbox()
    assert box is not None
    found = within.crop((box[0], alone[1], box[0] + number.width, alone[3]))
    assert darkest(ImageChops.difference(found, number)) < 140


@pytest.mark.parametrize(
    ("line", "isolated"),
    [
        ("رقم A-17 (Member Card) هنا", "رقم \u2066A-17 (Member Card)\u2069 هنا"),
        ("الساعة 09:15 يوم 5/11/2026", "الساعة 09:15 يوم 5/11/2026"),
        ("(Amal) مؤسسة", "(\u2066Amal\u2069) مؤسسة"),
        ("مرحبا", "مرحبا"),
    ],
)
def test_what_runs_against_arabic_is_isolated(line: str, isolated: str) -> None:
    assert isolate(line, "rtl") == isolated


def test_what_runs_against_french_is_isolated() -> None:
    assert isolate("Fondation مؤسسة (الأمل), Rabat", "ltr") == "Fondation \u2067مؤسسة (الأمل)\u2069, Rabat"


def test_text_is_made_smaller_before_it_is_cut(studio: Studio) -> None:
    style = Style((60, 50, 40, 30), language="fr")
    wide = studio.set.lay_out("Carte de membre", style, 2000, 90)
    tight = studio.set.lay_out("Carte de membre", style, 300, 90)
    cut = studio.set.lay_out("Carte de membre", style, 120, 90)
    assert (wide.size, wide.shortened) == (60, False)
    assert 30 <= tight.size < 60
    assert not tight.shortened
    assert (cut.size, cut.shortened) == (30, True)
    assert cut.lines[-1].endswith("…")


def test_lines_of_a_title_are_about_equally_long(studio: Studio) -> None:
    style = Style((40,), language="fr", balanced=True)
    laid = studio.set.lay_out("Montrez votre carte à la caméra", style, 560, 200)
    widths = [studio.set.measure(line, 40, style) for line in laid.lines]
    assert len(widths) == 2
    assert min(widths) > 0.6 * max(widths)


def test_alignment_puts_lines_where_they_belong(studio: Studio) -> None:
    laid = studio.set.lay_out("un deux trois quatre", FRENCH, 260, 400)
    assert len(laid.lines) > 1
    masks = [studio.set.mask(laid, side) for side in ("left", "centre", "right")]
    assert not any(same(one, other) for one, other in itertools.combinations(masks, 2))


def test_a_machine_that_cannot_write_arabic_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "check", lambda _: False)
    with pytest.raises(NoArabicError, match="libfribidi0"):
        require_raqm()


def test_an_icon_that_is_not_there_is_no_box(studio: Studio) -> None:
    with pytest.raises(KeyError):
        studio.set.icon("no-such-icon", 40)


def test_bold_tifinagh_is_bolder_though_the_font_has_one_weight_of_it(studio: Studio) -> None:
    plain, bold = (Style((40,), bold=bold, language="zgh") for bold in (False, True))

    def ink(text: str, style: Style) -> int:
        return sum(drawn(studio, text, style).tobytes())

    assert ink("ⵜⴰⵎⴰⵣⵉⵖⵜ", bold) > 1.25 * ink("ⵜⴰⵎⴰⵣⵉⵖⵜ", plain)
    # What stands beside it is not made bolder than the font's own bold.
    both, alone = ink("ⵜⴰⵎⴰⵣⵉⵖⵜ 2026", bold), ink("ⵜⴰⵎⴰⵣⵉⵖⵜ", bold)
    assert both - alone == pytest.approx(ink("2026", Style((40,), bold=True, language="fr")), rel=0.02)


def test_a_masked_name_keeps_its_stars_at_its_end_in_either_direction() -> None:
    assert isolate("ف. ب*** · F. B***", "rtl") == "ف. ب*** · \u2066F. B***\u2069"
    assert isolate("ف. ب*** · F. B***", "ltr") == "\u2067ف. ب***\u2069 · F. B***"
