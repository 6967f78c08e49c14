"""Topics are built and parsed alike, and no part can climb out of its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.strategies import any_text, few, many, slugs
from wire import topics
from wire.topics import TopicError, UpTopic

BAD_PARTS = [
    "",
    "+",
    "#",
    "/",
    "a/b",
    "a+",
    "#a",
    "$SYS",
    "\0",
    "a\0",
    "a\n",
    "\na",
    "a\r\n",
    "A",
    "é",
    "رواق",
    "a b",
    " a",
    "a_b",
    "a.b",
    "..",
    "-a",
    "a-",
    "-",
    "a" * 49,
    "\ud800",
    "\u0661",
]


@given(slugs, slugs, slugs, st.sampled_from(topics.UP_LEAVES))
@many
def test_what_a_device_says_is_parsed_as_it_was_built(body: str, region: str, device: str, leaf: str) -> None:
    topic = topics.up(body, region, device, leaf)
    assert topic == f"riwaq/1/{body}/up/{region}/{device}/{leaf}"
    assert topics.parse_up(topic) == UpTopic(body, region, device, leaf)


@given(slugs, slugs, st.sampled_from(topics.DOWN_LEAVES), st.sampled_from(topics.FAIR_LEAVES))
@few
def test_what_goes_down_is_never_taken_for_what_goes_up(
    body: str, device: str, leaf: str, fair_leaf: str
) -> None:
    for topic in (topics.down(body, device, leaf), topics.fair(body, device, fair_leaf)):
        with pytest.raises(TopicError):
            topics.parse_up(topic)


@pytest.mark.parametrize("part", BAD_PARTS)
def test_a_bad_part_is_refused_wherever_it_stands(part: str) -> None:
    for build in (
        lambda: topics.up(part, "r", "d", "events"),
        lambda: topics.up("b", part, "d", "events"),
        lambda: topics.up("b", "r", part, "events"),
        lambda: topics.up("b", "r", "d", part),
        lambda: topics.down(part, "d", "ack"),
        lambda: topics.down("b", part, "ack"),
        lambda: topics.down("b", "d", part),
        lambda: topics.fair(part, "f", "programme"),
        lambda: topics.fair("b", part, "programme"),
        lambda: topics.fair("b", "f", part),
        lambda: topics.all_up(part, "events"),
        lambda: topics.all_up("b", part),
        lambda: topics.parse_up(f"riwaq/1/{part}/up/r/d/events"),
        lambda: topics.parse_up(f"riwaq/1/b/up/{part}/d/events"),
        lambda: topics.parse_up(f"riwaq/1/b/up/r/{part}/events"),
        lambda: topics.parse_up(f"riwaq/1/b/up/r/d/{part}"),
        lambda: topics.parse_up(f"riwaq/1/b/{part}/r/d/events"),
        lambda: topics.parse_up(f"riwaq/{part}/b/up/r/d/events"),
        lambda: topics.parse_up(f"{part}/1/b/up/r/d/events"),
    ):
        with pytest.raises(TopicError):
            build()


@pytest.mark.parametrize("leaf", ["ack", "programme", "Events", "event", "events/x"])
def test_a_leaf_of_another_branch_is_refused(leaf: str) -> None:
    with pytest.raises(TopicError):
        topics.up("b", "r", "d", leaf)


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "/",
        "#",
        "riwaq/2/b/up/r/d/events",
        "riwaq/1/b/up/r/d",
        "riwaq/1/b/up/r/d/events/",
        "/riwaq/1/b/up/r/d/events",
        "riwaq/1/b/up/r/d/events\n",
        "riwaq/1/b/up/+/+/events",
        "$share/g/riwaq/1/b/up/r/d/events",
        "riwaq/1/b/up/r/d/events" * 5000,
    ],
)
def test_a_topic_that_is_not_ours_is_refused(topic: str) -> None:
    with pytest.raises(TopicError):
        topics.parse_up(topic)


@given(any_text | st.lists(st.sampled_from(["riwaq", "1", "up", "b", "", "+", "events"])).map("/".join))
@many
def test_a_topic_of_any_text_is_parsed_or_refused(topic: str) -> None:
    try:
        parsed = topics.parse_up(topic)
    except TopicError as problem:
        words = str(problem)
    else:
        words = ""
        assert topics.up(parsed.body, parsed.region, parsed.device, parsed.leaf) == topic
    assert len(words) < 2000  # fit for a log, even where every character is escaped


def test_the_servers_filter_takes_every_device_of_its_body() -> None:
    assert topics.all_up("b", "events") == "riwaq/1/b/up/+/+/events"
