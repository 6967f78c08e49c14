"""Listening to members: what they tell without a network shows once when it is back, with no name asked."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from server.bootstrap import opened as opened_home
from server.store import tables as t
from tests.journeys.hall import Booth, example_today, hall
from tests.journeys.test_window import opened
from tests.journeys.test_window_dialogue import BAD, MORE, SEND, TELL_US, YES
from tests.programs import FAIR, Pipe, call, kiosk_facts, lines_of
from tests.waiting import until
from wire.private import open_private

TOPICS: Final = """
[[topics]]
id = "waiting"
names = { ar = "الانتظار", fr = "L'attente" }
icon = "clock"

[[topics]]
id = "venue"
names = { ar = "القاعة", fr = "La salle" }
icon = "house"
"""
WAITING, WRITE, VERY_GOOD = "الانتظار", "كتابة", "جيدة جدا"
WORDS: Final = "شكر"


def feedback_rows(home: Path) -> list[Any]:
    """Give every feedback as the ledger has it."""
    with opened_home(home) as (_, store, _), store.reading() as connection:
        return list(connection.execute(select(t.fact).where(t.fact.c.kind == "feedback")))


def texts(home: Path) -> list[str]:
    """Read what was written, as the server alone can."""
    with opened_home(home) as (secrets, _, _):
        sealed = [row.sealed for row in feedback_rows(home) if row.sealed]
        return [open_private(each, secrets.secrets.sealing_key)["text"] for each in sealed]


def test_feedback_given_without_a_network_shows_once_when_it_is_back(
    tmp_path: Path, ending: ExitStack
) -> None:
    fair = ending.enter_context(hall(tmp_path))
    tour = tmp_path / "tour.toml"
    tour.write_text(example_today() + TOPICS, encoding="utf-8")
    call("server", "tour", "load", tour, "--dir", fair.office.path)
    config = fair.office.add_kiosk("listening", "social-services")
    proxy = fair.behind_proxy(config)
    pipe = ending.enter_context(Pipe(tmp_path / "scanner"))
    window = opened(ending, config, pipe.source)
    window.until(lambda view: view["kind"] == "attract" and view["actions"], "the invitation")
    proxy.take_down()
    until(lambda: window.process.notices("link")[-1]["up"] is False, seconds=30, what="no network")

    # One who wants no name writes; the other says it with a face alone.
    window.touch(TELL_US, BAD, WAITING, MORE, WRITE, *WORDS)
    window.until(lambda view: view["typed"] == WORDS, "the words")
    window.touch(YES, SEND)
    window.until_kind("thanks")
    window.until_kind("attract")
    window.touch(TELL_US, VERY_GOOD, SEND)
    window.until_kind("thanks")
    told = [fact for fact in kiosk_facts(config) if fact["kind"] == "feedback"]
    assert [fact["delivered"] for fact in told] == [False, False]
    assert feedback_rows(fair.office.path) == []

    # The plug is pulled before the network is back; nobody at the kiosk can read what was written.
    window.process.kill()
    kept = b"".join(file.read_bytes() for file in config.with_suffix(".data").rglob("*") if file.is_file())
    assert WORDS.encode() not in kept
    booth = Booth(config, proxy, ending)
    proxy.bring_up()
    booth.until(booth.delivered, "delivery", 60)
    until(lambda: len(feedback_rows(fair.office.path)) == 2, seconds=30, what="both in the ledger")

    # Once, also when the kiosk and the server begin again and tell each other what they have.
    booth.process.kill()
    fair.server.stop()
    fair.run()
    booth.start()
    booth.ready()
    rows = feedback_rows(fair.office.path)
    assert {row.event_id for row in rows} == {fact["event_id"] for fact in told}
    assert [row.status for row in rows] == ["accepted", "accepted"]
    assert {row.subject for row in rows} == {None}, "nobody was asked for a name"
    assert texts(fair.office.path) == [WORDS]
    figures = fair.office.stats()["feedback"]
    assert (figures["count"], figures["by_face"], figures["urgent"]) == (2, {"2": 1, "5": 1}, 0)
    assert figures["by_topic"] == {"waiting": 1}
    listed = lines_of("server", "facts", "list", "--dir", fair.office.path)
    assert sum(row["kind"] == "feedback" and row["fair"] == FAIR for row in listed) == 2
