"""One card held before a camera is one scan."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.debounce import HOLD_OFF_S, Debounce
from tests.wire.strategies import many


def test_a_card_held_for_a_minute_is_one_scan() -> None:
    debounce = Debounce()
    shown = [debounce.fresh(["card"], frame / 30) for frame in range(30 * 60)]
    assert shown[0] == ["card"]
    assert not any(shown[1:])


def test_a_hand_that_trembles_makes_no_second_scan() -> None:
    debounce = Debounce()
    now, fresh = 0.0, 0
    for gap in (0.1, 0.5, 1.0, 1.9, 0.3, 1.99) * 5:
        fresh += len(debounce.fresh(["card"], now))
        debounce.fresh([], now + gap / 2)
        now += gap
    assert fresh == 1


def test_a_card_that_was_away_is_fresh_again_exactly_after_the_hold_off() -> None:
    assert [len(_after(seconds)) for seconds in (HOLD_OFF_S - 0.001, HOLD_OFF_S)] == [0, 1]


def _after(seconds: float) -> list[str]:
    debounce = Debounce()
    debounce.fresh(["card"], 100.0)
    return debounce.fresh(["card"], 100.0 + seconds)


def test_two_cards_are_told_apart_and_order_is_kept() -> None:
    debounce = Debounce()
    assert debounce.fresh(["b", "a"], 0) == ["b", "a"]
    assert debounce.fresh(["a", "c", "b"], 0.1) == ["c"]


def test_the_same_code_twice_in_a_picture_is_one_scan() -> None:
    assert Debounce().fresh(["card", "card"], 0) == ["card"]


def test_another_card_in_between_does_not_bring_the_first_back() -> None:
    debounce = Debounce()
    debounce.fresh(["first"], 0)
    debounce.fresh(["second"], 0.5)
    assert debounce.fresh(["first"], 1.0) == []


def test_the_hold_off_can_be_set() -> None:
    debounce = Debounce(hold_off_s=0.0)
    assert debounce.fresh(["card"], 0) == debounce.fresh(["card"], 0) == ["card"]


def test_a_stream_of_codes_is_not_kept_for_ever() -> None:
    debounce = Debounce()
    for number in range(10_000):
        debounce.fresh([str(number)], number / 1000)
    assert len(debounce._last_seen) <= 65  # noqa: SLF001 - what is forgotten is visible nowhere else


@many
@given(
    st.lists(
        st.tuples(st.floats(0.0, 3.0), st.lists(st.sampled_from("abc"), unique=True, max_size=3)),
        max_size=30,
    )
)
def test_fresh_is_what_was_out_of_sight_for_the_hold_off(looks: list[tuple[float, list[str]]]) -> None:
    debounce, seen, now = Debounce(), dict[str, float](), 0.0
    for gap, texts in looks:
        now += gap
        expected = [text for text in texts if text not in seen or now - seen[text] >= HOLD_OFF_S]
        assert debounce.fresh(texts, now) == expected
        seen |= dict.fromkeys(texts, now)
