"""From keys to codes: events as scanners send them, and hands that type."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules import keys
from kiosk.rules.bursts import LONGEST, Typed, Typist
from kiosk.rules.layouts import ALPHABET
from tests.kiosk.keyboard import (
    DOWN,
    EV_KEY,
    KEYPAD,
    LEFT_ALT,
    LEFT_CONTROL,
    LEFT_SHIFT,
    PLACES,
    UP,
    Event,
    by_number,
    key,
    stroke,
    struck,
    struck_lazily,
)

KEYBOARD = st.text("".join(PLACES), min_size=1)


class Desk:
    """A typist with a clock that goes on by hand."""

    def __init__(self, *, gap_s: float = 0.2, sure_gap_s: float = 0.2, least: int = 1) -> None:
        self.typist = Typist(gap_s=gap_s, sure_gap_s=sure_gap_s, least=least, least_unended=8)
        self.now = 100.0
        self.codes: list[Typed] = []

    def take(self, events: Iterable[Event], *, each_s: float = 0.001) -> None:
        for kind, place, value in events:
            if kind == EV_KEY:
                self.now += each_s
                self._keep(self.typist.key(place, down=value != UP, now=self.now))

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self._keep(self.typist.quiet(self.now))

    def _keep(self, typed: Typed | None) -> None:
        if typed is not None:
            self.codes.append(typed)

    @property
    def texts(self) -> list[str]:
        return [code.places for code in self.codes]


def codes(*parts: Iterable[Event]) -> list[str]:
    desk = Desk()
    for part in parts:
        desk.take(part)
    desk.wait(1)
    return desk.texts


@given(KEYBOARD, st.sampled_from(sorted(keys.ENDS)))
def test_what_is_struck_comes_back_whatever_key_ends_it(text: str, end: int) -> None:
    assert codes(struck(text, end=end)) == [text]


@given(KEYBOARD)
def test_shift_may_stay_down_from_character_to_character(text: str) -> None:
    assert codes(struck_lazily(text)) == [text]


@given(st.text(ALPHABET, min_size=1))
def test_characters_may_come_by_their_numbers(text: str) -> None:
    assert codes(by_number(text)) == [text]


def test_one_code_after_another() -> None:
    assert codes(struck("R1 ONE"), struck("R1 TWO")) == ["R1 ONE", "R1 TWO"]


def test_carriage_return_and_line_feed_end_a_code_once() -> None:
    assert codes(struck("R1 ONE"), key(36, LEFT_CONTROL), struck("R1 TWO")) == ["R1 ONE", "R1 TWO"]


def test_digits_of_the_keypad_are_digits_whatever_num_lock_says() -> None:
    events = [event for digit in "0123456789+-*/." for event in key(KEYPAD[digit])]
    assert codes(events, key(keys.KEYPAD_ENTER)) == ["0123456789+-*/."]


def test_caps_lock_around_a_code_is_the_scanners_own() -> None:
    caps = key(keys.CAPS_LOCK)
    assert codes(caps, struck("r1 ab:7", end=None), caps, key(keys.ENTER)) == ["R1 AB:7"]


def test_caps_lock_that_was_left_on_is_forgotten_after_a_pause() -> None:
    desk = Desk()
    desk.take(key(keys.CAPS_LOCK))
    desk.wait(1)
    desk.take(struck("R1 AB"))
    assert desk.texts == ["R1 AB"]


def test_a_group_separator_is_a_character_of_the_code() -> None:
    gs = key(27, LEFT_CONTROL)
    assert codes(struck("0106111245", end=None), gs, struck("10AB")) == ["0106111245\x1d10AB"]
    by_alt = [*stroke(LEFT_ALT, DOWN), *key(KEYPAD["2"]), *key(KEYPAD["9"]), *stroke(LEFT_ALT, UP)]
    assert codes(struck("01", end=None), by_alt, struck("10")) == ["01\x1d10"]


@pytest.mark.parametrize("count", [50, 20_000])
def test_a_key_that_a_hand_holds_is_no_code(count: int) -> None:
    desk = Desk(gap_s=0.05, sure_gap_s=0.3, least=6)
    desk.take([event for _ in range(count) for event in stroke(30, DOWN)], each_s=0.033)
    desk.take([*stroke(30, UP), *key(keys.ENTER)])
    desk.wait(1)
    assert desk.codes == []


def test_equal_characters_that_come_too_quickly_to_be_told_from_a_held_key_are_two() -> None:
    # As SDL tells of "R1 00AA": no way up between the two of each.
    twice = [*stroke(11, DOWN), *stroke(11, DOWN), *stroke(11, UP)]
    also = [*stroke(30, DOWN), *stroke(30, DOWN), *stroke(30, UP)]
    assert codes(struck("R1 ", end=None), twice, also, key(keys.ENTER)) == ["R1 00aa"]


def test_keys_that_mean_nothing_are_no_part_of_a_code() -> None:
    f1, home, meta = key(59), key(102), key(125)
    assert codes(f1, struck("R1", end=None), home, meta, struck("AB")) == ["R1AB"]


def test_both_shifts_and_one_let_go() -> None:
    events = [
        *stroke(LEFT_SHIFT, DOWN),
        *stroke(54, DOWN),
        *stroke(54, UP),
        *key(16),
        *stroke(LEFT_SHIFT, UP),
    ]
    assert codes(events, key(16), key(keys.ENTER)) == ["Qq"]


@pytest.mark.parametrize("held", [LEFT_CONTROL, LEFT_ALT, 100, 125, 126])
def test_short_cuts_are_no_code_however_fast(held: int) -> None:
    desk = Desk(gap_s=0.05, least=6)
    for character in "cqwxvzntl":
        desk.take(key(PLACES[character][0], held))
    desk.take(key(keys.TAB))
    desk.wait(1)
    assert desk.codes == []


def test_enter_alone_is_nothing() -> None:
    assert codes(key(keys.ENTER), key(keys.TAB)) == []


def test_a_scanner_without_enter_ends_by_stopping() -> None:
    desk = Desk()
    desk.take(struck("R1 ABCDEF", end=None))
    desk.wait(0.15)
    assert desk.texts == []
    desk.take(struck("GH", end=None))
    desk.wait(0.21)
    assert desk.texts == ["R1 ABCDEFGH"]


def test_too_short_and_without_enter_is_nothing() -> None:
    desk = Desk()
    desk.take(struck("R1", end=None))
    desk.wait(0.3)
    desk.take(struck("ABCD"))
    assert desk.texts == ["ABCD"]


def test_a_machine_that_hangs_cuts_no_code_in_two() -> None:
    desk = Desk()
    desk.take(struck("R1 ABC", end=None))
    desk.now += 5  # nothing was said to be quiet: what follows was there all the time
    desk.take(struck("DEF"))
    assert desk.texts == ["R1 ABCDEF"]


def test_a_hand_at_a_keyboard_types_no_code() -> None:
    desk = Desk(gap_s=0.05, least=6)
    for character in "R1 HELLO WORLD":
        desk.take(struck(character, end=None))
        desk.wait(0.08)
    desk.take(key(keys.ENTER))
    desk.wait(0.08)
    assert desk.codes == []


def test_what_is_a_scanners_for_sure_may_pause_on_a_busy_machine() -> None:
    desk = Desk(gap_s=0.05, sure_gap_s=0.3, least=6)
    desk.take(struck("R1 ABCDE", end=None))
    desk.wait(0.25)
    desk.take(struck("FGH"))
    assert desk.texts == ["R1 ABCDEFGH"]
    desk.take(struck("R1 ABCD", end=None))
    desk.wait(0.06)
    desk.take(struck("EFGH"))
    assert desk.texts == ["R1 ABCDEFGH"]


@pytest.mark.parametrize("count", [LONGEST + 1, 10_000, 200_000])
def test_more_than_any_code_holds_is_dropped_and_the_next_code_is_read(count: int) -> None:
    desk = Desk()
    one = struck("A", end=None)
    for _ in range(count):
        desk.take(one)
        assert len(desk.typist._places) <= LONGEST  # noqa: SLF001 - it is not kept
    desk.take(key(keys.ENTER))
    desk.take(struck("R1 NEXT"))
    assert desk.codes == [Typed("", too_long=True), Typed("R1 NEXT")]


def test_the_longest_code_is_one() -> None:
    assert codes(struck("7" * LONGEST)) == ["7" * LONGEST]


def test_where_keys_were_lost_neither_half_is_a_code() -> None:
    desk = Desk()
    desk.take(struck("R1 FIRST HALF", end=None))
    desk.typist.lost()
    desk.take(struck("SECOND HALF"))
    desk.take(struck("R1 NEXT"))
    assert desk.texts == ["R1 NEXT"]


def test_keys_lost_between_two_codes_harm_neither() -> None:
    desk = Desk()
    desk.take(struck("R1 ONE"))
    desk.wait(1)
    desk.typist.lost()
    desk.take(struck("R1 TWO"))
    assert desk.texts == ["R1 ONE", "R1 TWO"]


# -- with what the machine's own layout made of it ------------------------------------------------


def test_characters_are_kept_beside_the_places() -> None:
    typist = Typist(gap_s=0.05, sure_gap_s=0.3, least=1, least_unended=8)
    for place, character in ((19, "r"), (2, "&")):
        typist.key(place, down=True, now=1)
        typist.text(character, 1)
        typist.key(place, down=False, now=1)
    assert typist.key(keys.ENTER, down=True, now=1) == Typed("r1", "r&")


def test_where_a_key_has_no_place_the_characters_alone_count() -> None:
    typist = Typist(gap_s=0.05, sure_gap_s=0.3, least=1, least_unended=8)
    for place, character in ((19, "R"), (None, "1")):
        typist.key(place, down=True, now=1)
        typist.text(character, 1)
        typist.key(place, down=False, now=1)
    assert typist.key(keys.ENTER, down=True, now=1) == Typed("", "R1")


def test_every_place_of_the_usb_table_is_a_place_of_linux() -> None:
    held = {*keys.SHIFTS, *keys.CONTROLS, *keys.ALTS, *keys.METAS}
    known = {*keys.PLAIN, *keys.KEYPAD, *keys.ENDS, keys.CAPS_LOCK, *held}
    assert set(keys.FROM_USB.values()) == known
