"""No count that leaves the body tells of fewer than five people, by itself or by subtraction."""

from hypothesis import given
from hypothesis import strategies as st

from server.rules.report.leaving import LEAST, Published, Row, Together, is_small, protected, told

counts = st.tuples(st.integers(0, 12) | st.integers(0, 1000), st.integers(0, 12) | st.integers(0, 1000))
groups = st.sampled_from(["", "bank", "health"])


@st.composite
def breakdowns(draw: st.DrawFn) -> list[Row]:
    found = draw(st.lists(st.tuples(counts, groups), max_size=12))
    return [Row(f"k{number}", each, group) for number, (each, group) in enumerate(found)]


def of(*numbers: int) -> Published:
    return protected(Row(f"k{at}", (number,)) for at, number in enumerate(numbers))


def kept(published: Published) -> list[int]:
    return [row.counts[0] for row in published.rows]


def test_a_breakdown_without_small_counts_stays_as_it_is() -> None:
    assert of(0, 5, 120) == Published((Row("k0", (0,)), Row("k1", (5,)), Row("k2", (120,))))


def test_small_counts_stand_together() -> None:
    found = of(40, 3, 4, 60)
    assert kept(found) == [40, 60]
    assert found.together == (Together("", ("k1", "k2"), (7,)),)


def test_a_single_small_count_takes_the_next_smallest_with_it() -> None:
    found = of(40, 3, 60)
    assert kept(found) == [60]
    assert found.together == (Together("", ("k0", "k1"), (43,)),)


def test_small_counts_that_are_few_even_together_take_the_next_smallest_with_them() -> None:
    found = of(40, 1, 2, 60)
    assert kept(found) == [60]
    assert found.together == (Together("", ("k0", "k1", "k2"), (43,)),)


def test_a_count_of_nothing_hides_nobody() -> None:
    found = of(0, 3, 60)
    assert kept(found) == [0]
    assert found.together == (Together("", ("k1", "k2"), (63,)),)


def test_where_all_is_small_nothing_is_said() -> None:
    assert of(1, 2).together == (Together("", ("k0", "k1"), None),)
    assert of(3).together == (Together("", ("k0",), None),)


def test_rows_whose_sum_is_published_are_protected_among_themselves() -> None:
    found = protected(
        [
            Row("bank-1", (3,), "bank"),
            Row("bank-2", (50,), "bank"),
            Row("bank-3", (90,), "bank"),
            Row("clinic", (8,), "health"),
        ]
    )
    assert [row.key for row in found.rows] == ["bank-3", "clinic"]
    assert found.together == (Together("bank", ("bank-1", "bank-2"), (53,)),)
    assert found.hidden == {"bank-1": "bank", "bank-2": "bank"}


def test_a_part_is_told_where_neither_it_nor_the_rest_is_small() -> None:
    assert (told(40, 100), told(0, 100), told(100, 100)) == (40, 0, 100)
    assert (told(3, 100), told(97, 100)) == (None, None)


@given(breakdowns())
def test_no_published_count_is_below_five(rows: list[Row]) -> None:
    found = protected(rows)
    for row in found.rows:
        assert not any(map(is_small, row.counts))
    for merged in found.together:
        assert merged.sums is None or not any(map(is_small, merged.sums))


@given(breakdowns())
def test_totals_stay_and_no_row_is_lost(rows: list[Row]) -> None:
    found = protected(rows)
    shown = [row.key for row in found.rows]
    assert sorted([*shown, *found.hidden]) == sorted(row.key for row in rows)
    assert shown == [row.key for row in rows if row.key in shown]
    for measure in range(2):
        together = sum(merged.sums[measure] for merged in found.together if merged.sums)
        withheld = {key for merged in found.together if merged.sums is None for key in merged.keys}
        lost = sum(row.counts[measure] for row in rows if row.key in withheld)
        assert sum(row.counts[measure] for row in found.rows) + together + lost == sum(
            row.counts[measure] for row in rows
        )


@given(breakdowns())
def test_nothing_can_be_subtracted(rows: list[Row]) -> None:
    """Whoever knows the sum of each group learns two rows together at least, and five people at least.

    But for a group that is one row, or fewer than five people, by itself: its sum says so already.
    """
    found = protected(rows)
    for group in {row.group for row in rows}:
        of_group = [row for row in rows if row.group == group]
        missing = [row for row in of_group if row.key in found.hidden]
        if not missing:
            continue
        for measure in range(2):
            derived = sum(row.counts[measure] for row in of_group) - sum(
                row.counts[measure] for row in found.rows if row.group == group
            )
            whole = sum(row.counts[measure] for row in of_group)
            assert not is_small(derived) or derived == whole
        filled = [row for row in of_group if any(row.counts)]
        assert len(missing) >= 2 or len(filled) == 1


@given(breakdowns())
def test_no_more_is_hidden_than_must_be(rows: list[Row]) -> None:
    if all(count == 0 or count >= LEAST for row in rows for count in row.counts):
        assert protected(rows).together == ()
