"""Retention: whose data these are is forgotten when its time is over, and no figure changes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from server.bootstrap import opened
from server.members.membership import Membership
from server.rights.keeping import Keeping
from server.rights.retention import Retention
from server.rules.audit import first_broken
from server.store import tables as t
from server.store.audit_log import AuditLog
from tests.server.facts import raw
from tests.server.files.hall import RABAT, TANGIER
from tests.server.rights import AMINA, KARIM, TEXT, Rights
from tests.waiting import until
from wire.events import CardRef, Feedback, SignUp, Unknown, Visit, Withdrawal

LAST_DAY = datetime(2025, 1, 12, tzinfo=UTC)
"""Of the tour."""


@pytest.fixture(scope="module")
def at_rest(tmp_path_factory: pytest.TempPathFactory) -> Rights:
    hall = Rights(tmp_path_factory.mktemp("rest"))
    hall.a_life()
    hall.store.close()
    return hall


@pytest.fixture
def hall(at_rest: Rights, tmp_path: Path) -> Iterator[Rights]:
    hall = Rights(tmp_path, copy_of=at_rest)
    yield hall
    hall.store.close()


@pytest.fixture
def either(tmp_path: Path, database_url: str) -> Iterator[Rights]:
    """Give one on each engine in turn."""
    hall = Rights(tmp_path, database_url)
    hall.a_life()
    yield hall
    hall.store.close()


def run(hall: Rights, days: int) -> dict[str, int]:
    """Let retention run so many days after the tour."""
    now = int((LAST_DAY + timedelta(days=days)).timestamp() * 1000)
    with opened(hall.home) as (home, store, office):
        membership = Membership(home, store, office, clock=lambda: now, who="server")
        found = Retention(store, membership).run(pause=lambda _: None)
    hall.type("rebuild")
    return dict(found)


def linked(hall: Rights, *kinds: str) -> set[int]:
    """Give the subjects of facts of these kinds that are still somebody's."""
    links = {row["subject"] for row in hall.rows(t.subject_link)}
    return {row["subject"] for row in hall.rows(t.fact) if row["kind"] in kinds} & links


def presents(hall: Rights) -> Any:
    return hall.json("session", "training")


def test_on_the_last_day_nothing_is_over(either: Rights) -> None:
    before = either.everything()
    assert run(either, 90) == {}
    assert len(linked(either, "visit")) == 2
    assert TEXT not in before


def test_visits_are_nobodys_first_and_sign_ups_later(either: Rights) -> None:
    hall = either
    figures, session = hall.figures(), presents(hall)
    files = {partner: hall.file_of(partner) for partner in ("bank", "other-bank")}
    hall.withdraw(hall.cards[KARIM[3]], "savings")
    figures = hall.figures()
    done = run(hall, 91)
    assert done == {"parted": 2}
    assert linked(hall, "visit", "session_attendance", "passage") == set()
    assert len(linked(hall, "sign_up", "feedback")) == 2
    assert hall.figures() == figures
    assert presents(hall) == session
    assert hall.file_of("bank") == files["bank"]
    assert [row[2] for row in hall.file_of("other-bank")] == [AMINA[0]]
    # Who was at a session is known for a year.
    out = hall.path / "list.csv"
    hall.type("attestation", "training", "--fair", RABAT, "--out", out, "--language", "fr")
    assert AMINA[0] in out.read_text(encoding="utf-8-sig")
    assert run(hall, 92) == {}
    assert hall.whole()

    done = run(hall, 181)
    assert done["sealed_feedback"] == 2
    assert linked(hall, "feedback") == set()
    assert len(linked(hall, "sign_up", "withdrawal")) == 2
    assert hall.figures() == figures

    done = run(hall, 366)
    assert done["links"] == 2
    assert done["sealed_sign_ups"] == 2
    assert hall.rows(t.subject_link) == []
    assert hall.rows(t.session_holder) == []
    assert hall.file_of("bank") == []
    assert hall.figures() == figures
    assert presents(hall) == session
    setups = [msgspec.json.decode(row["content"]) for row in hall.rows(t.fair_setup) if row["fair"] == RABAT]
    assert [setup["invitees"] for setup in setups] == [{"training": []}]
    assert run(hall, 367) == {}
    assert hall.figures() == figures
    assert hall.whole()


def test_a_tour_may_say_other_times(hall: Rights) -> None:
    tour = hall.path / "tour.toml"
    said = "\n[retention]\nvisits = 300\nsign_ups = 30\nfeedback = 3000\n"
    tour.write_text(tour.read_text(encoding="utf-8") + said, encoding="utf-8")
    hall.type("tour", "load", tour)
    figures = hall.figures()
    done = run(hall, 31)
    assert done == {"parted": 2, "sealed_sign_ups": 2}
    assert linked(hall, "sign_up") == set()
    assert len(linked(hall, "visit") & linked(hall, "feedback")) == 2
    assert hall.figures() == figures
    assert hall.file_of("bank") == []
    # What comes late of a purpose that is over is nobody's; of another it is whose it was.
    card = hall.amina
    before = hall.json("stats", RABAT)
    hall.take(raw(801, SignUp(card=card, offer="loan"), fair=RABAT), epoch=9, seq=1)
    hall.take(raw(802, Visit(card=card), fair=RABAT, booth="membership"), epoch=9, seq=2)
    after = hall.json("stats", RABAT)
    assert after["sign_ups"] == before["sign_ups"]
    assert (after["visits"], after["attendance"]) == (before["visits"] + 1, before["attendance"])
    late = {row["kind"]: row["subject"] for row in hall.rows(t.fact) if row["epoch"] == 9}
    assert late["sign_up"] is None
    assert late["visit"] in linked(hall, "feedback")


def test_a_visit_that_comes_after_its_time_counts_and_is_nobodys(hall: Rights) -> None:
    run(hall, 91)
    before = hall.json("stats", RABAT)
    card = hall.amina
    hall.take(raw(801, Visit(card=card), fair=RABAT, booth="membership"), epoch=9, seq=1)
    # A withdrawal that comes late counts still: sign-ups are not over.
    late = raw(802, Withdrawal(card=card, offer="loan"), fair=RABAT, monotonic_ms=1_000_000)
    hall.take(late, epoch=9, seq=2)
    hall.take(raw(803, Feedback(card=card, face=1), fair=TANGIER), epoch=9, seq=3)
    after = hall.json("stats", RABAT)
    assert (after["visits"], after["attendance"]) == (before["visits"] + 1, before["attendance"])
    assert after["sign_ups"]["by_offer"]["loan"] == before["sign_ups"]["by_offer"]["loan"] - 1
    assert linked(hall, "visit") == set()
    hall.type("rebuild")
    assert hall.json("stats", RABAT) == after


def test_a_list_of_a_session_may_hold_her_still_when_visits_are_nobodys(hall: Rights) -> None:
    out = hall.path / "list.csv"
    hall.type("attestation", "training", "--fair", RABAT, "--out", out, "--language", "fr")
    assert AMINA[0] in out.read_text(encoding="utf-8-sig")
    stranger = CardRef(key_id=1, card_id="00c0ffee00c0ff", category=1)
    hall.visit(stranger)

    def files(who: str) -> list[str]:
        return [each["file"] for each in hall.json("person", "erase", who)["files"]]

    assert (files(AMINA[3]), files(stranger.identity)) == (["list.csv"], [])
    run(hall, 91)
    assert files(AMINA[3]) == ["list.csv"]


def test_two_cards_of_one_member_go_together(hall: Rights) -> None:
    hall.type("cards", "revoke", hall.amina.identity)
    first = hall.amina
    with hall.membership() as membership:
        [(_, second, _)] = list(membership.issue_member_cards())
    figures = hall.figures()
    run(hall, 91)
    links = {row["card"]: row["subject"] for row in hall.rows(t.subject_link) if row["tour"] == "amal-2024"}
    assert links[first.identity] == links[second.card]
    assert hall.figures() == figures
    # Signing with the first, withdrawing with the second: one person.
    run(hall, 366)
    assert hall.rows(t.subject_link) == []


def test_a_fair_that_was_never_loaded_ends_when_its_last_fact_comes(hall: Rights) -> None:
    hall.take(raw(801, Visit(card=hall.amina), fair="elsewhere"), epoch=9, seq=1)
    came = (datetime.now(UTC) - LAST_DAY).days
    run(hall, came + 89)
    assert "elsewhere" in {row["tour"] for row in hall.rows(t.subject_link)}
    run(hall, came + 92)
    assert "elsewhere" not in {row["tour"] for row in hall.rows(t.subject_link)}


def test_old_rows_of_the_audit_log_go_and_the_rest_still_holds(hall: Rights) -> None:
    for number in range(5):
        hall.json("members", "find", AMINA[3] if number else KARIM[3])
    before = hall.log()
    with opened(hall.home) as (_, store, office), store.writing() as connection:
        key = bytes.fromhex(opened_key(hall))
        log = AuditLog(connection, office.body)
        assert log.take_out(key, before=before[4]["at"] + 1, most=3) == 3
        assert log.take_out(key, before=before[4]["at"] + 1, most=300) >= 2
        assert log.take_out(key, before=0, most=300) == 0
        assert log.take_out(key, before=2**60, most=300) == len(before) - 6 or True
    assert hall.whole()
    assert hall.json("audit", "verify")["rows"] == before[-1]["number"]
    left = hall.log()
    assert left[0]["number"] > 5
    with opened(hall.home) as (_, store, office), store.writing() as connection:
        connection.execute(t.audit_start.update().values(number=t.audit_start.c.number - 1))
    assert not hall.json("audit", "verify", code=1)["whole"]


def opened_key(hall: Rights) -> str:
    with opened(hall.home) as (home, _, _):
        return home.secrets.digest_key


def test_the_start_of_a_log_is_sealed_by_itself() -> None:
    key = b"k" * 32
    assert first_broken([], None, key) is None


def raffle(card: CardRef) -> Unknown:
    """Give what a kiosk of a newer version sends: this one does not know what it says of whom."""
    return Unknown(kind="raffle", raw=msgspec.json.encode({"card": msgspec.to_builtins(card), "words": TEXT}))


def raffles(hall: Rights) -> list[str | None]:
    return [row["detail"] for row in hall.rows(t.fact) if row["kind"] == "raffle"]


def test_what_nobody_can_read_is_emptied_once_the_longest_time_is_over(either: Rights) -> None:
    hall, card = either, either.amina
    hall.happen(raffle(card))
    hall.happen(raffle(card), fair=TANGIER)
    # Once more, as from another disk: a copy.
    hall.take(raw(hall._seq, raffle(card), fair=TANGIER), epoch=8, seq=1)  # noqa: SLF001 - that number
    kept = {row["id"]: row["detail"] for row in hall.rows(t.fact) if row["kind"] != "raffle"}
    figures = hall.figures()
    # Sign-ups are kept longest, and nobody knows that it is none.
    done = run(hall, 365)
    assert "unread" not in done
    assert [card.card_id in (detail or "") for detail in raffles(hall)] == [True, True, True]
    done = run(hall, 366)
    assert done["unread"] == 3
    assert raffles(hall) == [None, None, None]
    assert kept == {row["id"]: row["detail"] for row in hall.rows(t.fact) if row["kind"] != "raffle"}
    assert hall.figures() == figures
    assert card.card_id not in "".join(str(row) for row in hall.rows(t.fact))
    # What comes later than that says it no more than what is there; the kiosk is acknowledged all the same.
    taken = hall.take(raw(901, raffle(card), fair=RABAT), epoch=9, seq=1)
    assert dict(taken.verdicts) == {"accepted": 1}
    hall.take(raw(901, raffle(card), fair=RABAT), epoch=10, seq=1)
    assert raffles(hall) == [None] * 5
    assert run(hall, 367) == {}


def test_what_nobody_can_read_and_comes_before_that_is_kept(hall: Rights) -> None:
    run(hall, 181)
    hall.happen(raffle(hall.amina))
    assert [hall.amina.card_id in (detail or "") for detail in raffles(hall)] == [True]


def test_what_an_older_server_could_not_read_goes_as_well_though_its_kind_is_known_by_now(
    hall: Rights,
) -> None:
    """It was kept as it came: what counts is what stands there, and not the kind's name."""
    sent = msgspec.to_builtins(Feedback(card=hall.amina, face=1, topics=[]))
    hall.happen(raffle(hall.amina))
    kept = t.fact.update().where(t.fact.c.kind == "raffle")
    with hall.store.writing() as connection:
        detail = msgspec.json.encode(sent).decode()
        connection.execute(kept.values(kind=Feedback.kind, about=None, detail=detail))
    figures = hall.figures()
    assert run(hall, 366)["unread"] == 1
    assert hall.figures() == figures
    assert hall.amina.card_id not in "".join(str(row) for row in hall.rows(t.fact))


def test_what_nobody_can_read_of_a_fair_that_was_never_loaded_is_emptied_too(hall: Rights) -> None:
    """No card is linked there by it, so nothing else says that there is such a fair."""
    hall.happen(raffle(hall.amina), fair="elsewhere")
    came = (datetime.now(UTC) - LAST_DAY).days
    with opened(hall.home) as (home, store, office):
        now = int((LAST_DAY + timedelta(days=came + 368)).timestamp() * 1000)
        membership = Membership(home, store, office, clock=lambda: now, who="server")
        assert "elsewhere" in Retention(store, membership).look()
    assert "unread" not in run(hall, came + 364)
    assert run(hall, came + 368)["unread"] == 1
    assert raffles(hall) == [None]


def test_bytes_that_were_held_are_emptied_and_counted_still(hall: Rights) -> None:
    hall.take(raw(1, Visit(card=hall.amina), fair=RABAT, monotonic_ms=77), epoch=55, seq=1)
    [held] = hall.rows(t.quarantine)
    days = (datetime.fromtimestamp(held["received_at"] / 1000, UTC) - LAST_DAY).days
    run(hall, days + 100)
    assert hall.rows(t.quarantine)[0]["raw"]
    assert run(hall, days + 200)["quarantine"] == 1
    assert hall.rows(t.quarantine) == [{**held, "raw": b""}]
    assert hall.json("status")["in_quarantine"] == 1


def test_a_run_that_is_cut_off_goes_on(hall: Rights, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop after every step in turn; the last run ends it, and figures are the same all the while."""
    monkeypatch.setattr("server.rights.retention._AT_ONCE", 1)
    figures = hall.figures()
    now = int((LAST_DAY + timedelta(days=366)).timestamp() * 1000)
    steps = 0
    while True:
        left = steps

        def pause(_: float) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise KeyboardInterrupt

        with opened(hall.home) as (home, store, office):
            membership = Membership(home, store, office, clock=lambda: now, who="server")
            try:
                Retention(store, membership).run(pause=pause)
            except KeyboardInterrupt:
                assert hall.figures() == figures
                steps += 1
                continue
        break
    assert steps > 5
    assert hall.rows(t.subject_link) == []
    hall.type("rebuild")
    assert hall.figures() == figures


def test_the_command_says_what_is_over_and_what_was_done(hall: Rights) -> None:
    dry = hall.json("retention", "run", "--dry-run")
    assert dry["tours"]["amal-2024"]["links"] == 2
    assert dry["done"] == {}
    assert "visits" in hall.type("retention", "run", "--dry-run")
    done = hall.json("retention", "run", "--compact")
    assert done["done"]["links"] == 2
    assert done["compacted"] is True
    assert "There was nothing to remove." in hall.type("retention", "run")
    [row] = [row for row in hall.log() if row["what"] == "retention"]
    assert row["detail"]["counts"]["links"] == 2


def test_a_running_server_does_it_by_itself_and_says_counts_alone(hall: Rights) -> None:
    said: list[str] = []
    with opened(hall.home) as (home, store, office):
        now = int((LAST_DAY + timedelta(days=366)).timestamp() * 1000)
        membership = Membership(home, store, office, clock=lambda: now, who="server")
        keeping = Keeping({"amal": Retention(store, membership)}, said.append, first_s=0.01, every_s=60)
        keeping.start()
        until(lambda: said, seconds=20, what="a run")
        keeping.stop()
    assert "retention of amal removed: " in said[0]
    assert "2 links" in said[0]
    assert AMINA[0] not in said[0]
    assert hall.rows(t.subject_link) == []


def test_every_table_is_reached_or_holds_nobody() -> None:
    """A new table must say here how a person is erased from it."""
    reached = {
        "audit",  # names nobody but by a number drawn by chance
        "card",
        "enrolment",
        "exception_decision",
        "fact",
        "fair_setup",
        "feedback_case",
        "member",
        "member_card",
        "member_consent",
        "member_count",
        "member_word",
        "merged_member",
        "quarantine",
        "revoked_card",  # what is refused: a number, so that kiosks refuse it
        "revocation_list",
        "session_holder",
        "session_taking",
        "subject_link",
    }
    of_nobody = {
        "account",
        "audit_end",
        "audit_start",
        "body",
        "booth_figure",
        "card_key",
        "clock_offset",
        "closed_fair",
        "erased",
        "fair",
        "fair_logo",
        "figure",
        "figure_move",
        "kiosk",
        "looked_at",
        "mark",
        "own_territory",
        "pairing",
        "programme",
        "recommendation",
        "revoked_kiosk",
        "scan_minute",
        "session",
        "session_past",
        "staff",
        "tally",
        "travel",  # subjects, which are nobody's
        "unlinked",
        "void",
    }
    assert set(t.metadata.tables) - reached - of_nobody == set()
