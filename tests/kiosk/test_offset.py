"""When a measurement of the server's clock is believed."""

import pytest

from kiosk.rules.offset import CONTRADICTION_MS, WORST_ROUND_TRIP_MS, Measurement, worth_learning


def test_the_server_is_taken_to_have_spoken_in_the_middle() -> None:
    found = Measurement.of(sent_ms=1_000, heard_ms=1_100, server_ms=1_730_000_000_000)
    assert found == Measurement(offset_ms=1_730_000_000_000 - 1_050, round_trip_ms=100)


@pytest.mark.parametrize(
    ("new", "known", "worth"),
    [
        (Measurement(0, WORST_ROUND_TRIP_MS), None, True),
        (Measurement(0, WORST_ROUND_TRIP_MS + 1), None, False),
        (Measurement(5, 49), Measurement(0, 100), True),  # more than twice as exact
        (Measurement(5, 50), Measurement(0, 100), False),
        (Measurement(5, 10), Measurement(0, 10), False),
        # On a quick network each takes 0 ms: hellos all day long are no news.
        (Measurement(1, 0), Measurement(0, 0), False),
        (Measurement(1, 0), Measurement(0, 1), True),
        # Both cannot be true: the server's clock was put right, or this one drifts.
        (Measurement(CONTRADICTION_MS + 75, 50), Measurement(0, 100), False),
        (Measurement(CONTRADICTION_MS + 76, 50), Measurement(0, 100), True),
        (Measurement(-CONTRADICTION_MS - 76, 50), Measurement(0, 100), True),
        # A broker that holds an answer back cannot pretend that: the delay is in the round trip.
        (Measurement(4_999, 9_998), Measurement(0, 0), False),
        (Measurement(60_000, WORST_ROUND_TRIP_MS + 1), Measurement(0, 10), False),
    ],
)
def test_what_is_worth_learning(new: Measurement, known: Measurement | None, *, worth: bool) -> None:
    assert worth_learning(new, known) is worth
