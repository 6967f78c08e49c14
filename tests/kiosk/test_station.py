"""A whole kiosk in one process: real station, journal and crypto; server, reader and clock by hand."""

import sqlite3
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kiosk import bootstrap
from kiosk.config import KioskConfig
from kiosk.journal import Entry, Journal, JournalError, Position
from kiosk.notices import Delivered, Link, Notice, ProgrammeTaken, Scanned, Trouble
from kiosk.rules.desk import Outcome
from kiosk.uplink import Arrived
from tests.kiosk.fakes import (
    BODY,
    FAIR,
    NOON,
    PASSWORD,
    FakeClock,
    FakeServer,
    Kiosk,
    ack_topic,
    answer_topic,
    config_in,
    fair_topic,
    revocations,
    state_fields,
    stopped_journal,
    token,
)
from tests.waiting import stays, until
from tests.wire.strategies import BODY_KEY, DEVICE, DEVICE_KEY, OTHER_KEY, SERVER_KEY, a_programme, public
from wire.card import CardIdentity
from wire.envelope import MAX_MESSAGE, Kind, sign_message
from wire.events import ClockOffset, Event, Lost, Refusal, Unknown, Visit, decode_event, encode_event
from wire.messages import Ack, read_state, sign
from wire.programme import Fair, sign_programme
from wire.setup import Setup, pack_setup, seal_setup
from wire.topics import down

TEN_MINUTES = 600_000


def identity(card_id: int) -> str:
    return str(CardIdentity(1, card_id))


def programme(version: int, **changes: Any) -> bytes:
    return sign_programme(a_programme(version=version, **changes), BODY_KEY)


def journal_with(path: Path, change: Callable[[sqlite3.Connection], object]) -> None:
    """Change a stopped kiosk's journal behind its back, as a failing disk would."""
    db = sqlite3.connect(bootstrap.journal_path(config_in(path)), isolation_level=None)
    change(db)
    db.close()


# -- a scan --------------------------------------------------------------------------------------


def test_a_card_is_recorded_delivered_and_told(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        told = kiosk.scan(token(1))
        assert (told.outcome, told.card, told.code) == (Outcome.ACCEPTED, identity(1), "")
        until(kiosk.delivered)
        [visit] = kiosk.server.visits()
        assert visit.event_id == told.event_id
        assert (visit.fair, visit.booth, visit.boot_id) == (FAIR, "bank-1", "b" * 32)
        assert (visit.occurred_at, visit.monotonic_ms) == (NOON, 3_600_000)
        until(lambda: sum(len(each.commit_to_ack_ms) for each in kiosk.marks()) == 2)  # and the clock's fact
    with stopped_journal(kiosk) as journal:
        assert [view.mark == view.last for view in journal.epochs()] == [True]


def test_refused_scans_are_recorded_too_but_repeats_and_staff_are_not(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        outcomes = [
            kiosk.scan(text).outcome
            for text in ("https://example.org", token(1), "R1", "again", token(2, category=15))
        ]
        kiosk.reader.show()
        assert outcomes == [
            Outcome.REFUSED,
            Outcome.ACCEPTED,
            Outcome.REFUSED,
            Outcome.REFUSED,
            Outcome.STAFF,
        ]
        until(kiosk.delivered)
        kinds = [event.fact.kind for event in kiosk.server.events() if event.fact.kind != ClockOffset.kind]
        assert kinds == [Refusal.kind, Visit.kind, Refusal.kind, Refusal.kind]


def test_a_verdict_is_told_only_after_its_fact_is_committed(tmp_path: Path) -> None:
    committed: list[int] = []

    def count(notice: Notice) -> None:
        if isinstance(notice, Scanned):
            # Another connection sees only what is committed.
            db = sqlite3.connect(bootstrap.journal_path(kiosk.config))
            rows = db.execute("SELECT count(*) FROM fact WHERE event_id = ?", (notice.event_id,))
            committed.append(rows.fetchone()[0])
            db.close()

    with Kiosk(tmp_path, on_notice=count) as kiosk:
        until(lambda: kiosk.server.hellos)
        kiosk.settle()
        for number in range(5):
            kiosk.reader.show(token(number))
        until(lambda: len(committed) == 5)
    assert committed == [1] * 5


def test_a_card_held_before_the_camera_is_one_visit(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        for _ in range(30):
            kiosk.reader.show(token(1), "a poster behind it")
        kiosk.reader.show(token(2))
        until(lambda: len(kiosk.told(Scanned)) == 2)
        assert [told.card for told in kiosk.told(Scanned)] == [identity(1), identity(2)]


def test_a_disk_that_cannot_be_written_is_told_and_the_card_can_be_shown_again(tmp_path: Path) -> None:
    broken = [False]

    class Full(Journal):
        def append(self, entries: Any) -> list[Position]:
            if broken[0]:
                raise JournalError("the journal cannot be written (disk full): check the disk")
            return super().append(entries)

    def full(config: KioskConfig) -> Journal:
        return Full(bootstrap.journal_path(config), mint_epoch=bootstrap.mint().epoch)

    with Kiosk(tmp_path, journal=full) as kiosk:
        kiosk.ready()
        kiosk.scan(token(9))
        broken[0] = True
        kiosk.reader.show(token(1))
        until(lambda: kiosk.troubles("journal") == ["cannot_write"])
        assert "check the disk" in kiosk.told(Trouble)[-1].words
        assert [told.card for told in kiosk.told(Scanned)] == [identity(9)], "no tick without a commit"
        broken[0] = False
        # Out of sight for the hold-off, then shown again: a visit, not "already recorded".
        until(lambda: _shown_again(kiosk, token(1)), seconds=5)
        assert kiosk.told(Scanned)[-1].outcome is Outcome.ACCEPTED
        until(kiosk.delivered)
        assert len(kiosk.server.visits()) == 2


def _shown_again(kiosk: Kiosk, text: str) -> bool:
    """Show a card every 2.1 s by the eye's own clock, until a verdict comes."""
    stays(lambda: True, seconds=2.1)
    before = len(kiosk.told(Scanned))
    kiosk.reader.show(text)
    until(lambda: len(kiosk.told(Scanned)) > before, seconds=2)
    return True


def test_a_full_disk_does_not_keep_facts_of_before_from_going_out(tmp_path: Path) -> None:
    broken = [False]

    class Full(Journal):
        def append(self, entries: Any) -> list[Position]:
            if broken[0]:
                raise JournalError("the journal cannot be written (disk full): check the disk")
            return super().append(entries)

    def full(config: KioskConfig) -> Journal:
        return Full(bootstrap.journal_path(config), mint_epoch=bootstrap.mint().epoch)

    server = FakeServer(answering=False)
    with Kiosk(tmp_path, server=server, journal=full) as kiosk:
        kiosk.hear((fair_topic("programme"), programme(1)))
        kiosk.ready()
        kiosk.scan(token(1))
        broken[0] = True
        server.answering = True
        kiosk.settle()  # the answer measures the clock, which is a fact that cannot be written
        until(server.visits, what="the visit in spite of the full disk")


def test_an_eye_that_fails_once_goes_on(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        kiosk.reader.fail(ValueError("a picture of a kind that OpenCV never told of"))
        kiosk.reader.fail(ValueError("and another"))
        assert kiosk.scan(token(1)).outcome is Outcome.ACCEPTED
        assert kiosk.troubles("camera") == ["failed"], "said once"
        until(lambda: kiosk.troubles("camera") == ["failed", "recovered"], what="a word that it is over")


def test_a_watcher_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    def gone(_: Notice) -> None:
        raise BrokenPipeError

    with Kiosk(tmp_path, on_notice=gone) as kiosk:
        until(lambda: kiosk.server.hellos)
        kiosk.settle()
        for number in range(3):
            kiosk.reader.show(token(number))
        until(lambda: len(kiosk.server.visits()) == 3)


# -- before and without a network ----------------------------------------------------------------


def test_without_a_programme_it_says_so_once_and_judges_nothing(tmp_path: Path) -> None:
    with Kiosk(tmp_path, connected=False) as kiosk:
        kiosk.reader.show()
        stays(lambda: not kiosk.troubles(), seconds=0.1)
        for number in range(5):
            kiosk.reader.show(token(number))
        until(lambda: kiosk.troubles("programme") == ["none"])
        stays(lambda: len(kiosk.troubles()) == 1, seconds=0.2)
        assert kiosk.told(Scanned) == []
        kiosk.uplink.connect()
        kiosk.ready()
        assert kiosk.scan(token(7)).outcome is Outcome.ACCEPTED


def taken(version: int) -> ProgrammeTaken:
    """Give the notice of the small programme of these tests."""
    return ProgrammeTaken(
        version,
        FAIR,
        1,
        body_names={"fr": "Fondation", "ar": "المؤسسة"},
        booth_names={"fr": "Banque", "ar": "البنك"},
        timezone="Africa/Casablanca",
    )


def test_the_first_programme_may_come_inside_an_answer(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        until(lambda: kiosk.told(ProgrammeTaken) == [taken(1)])
        assert kiosk.server.hellos[0].programme_version == 0
        kiosk.settle()
        assert kiosk.server.hellos[-1].programme_version == 1


def test_the_first_programme_may_be_retained_by_the_broker(tmp_path: Path) -> None:
    with Kiosk(tmp_path, server=FakeServer(programme=None)) as kiosk:
        kiosk.hear((fair_topic("programme"), programme(5)))
        assert kiosk.told(ProgrammeTaken) == [taken(5)]


def test_a_booth_that_the_programme_does_not_know_has_no_name(tmp_path: Path) -> None:
    with Kiosk(tmp_path, booth="closed") as kiosk:
        kiosk.ready()
        assert kiosk.told(ProgrammeTaken) == [replace(taken(1), booth_names={})]
        assert kiosk.scan(token(1)).outcome is Outcome.ACCEPTED


def test_a_verdict_tells_the_cards_language_and_a_repeat_when_the_visit_was_recorded(tmp_path: Path) -> None:
    clock = FakeClock()
    with Kiosk(tmp_path, clock=clock) as kiosk:
        kiosk.ready()
        text = token(1, language="fr")
        first = kiosk.scan(text)
        assert (first.outcome, first.language, first.recorded_at) == (Outcome.ACCEPTED, "fr", 0)
        clock.pass_ms(9 * 60_000)
    # What is read again at once is no scan: the debounce is a new one after a start.
    with Kiosk(tmp_path, clock=clock, connected=False) as again:
        again.ready()
        repeat = again.scan(text)
        assert (repeat.outcome, repeat.language, repeat.recorded_at) == (Outcome.REPEAT, "fr", NOON)
        refused = again.scan("https://example.org/")
        assert (refused.outcome, refused.language, refused.recorded_at) == (Outcome.REFUSED, "", 0)


def test_a_kept_programme_works_after_a_restart_without_a_network(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        kiosk.hear((fair_topic("revocations"), revocations(1, identity(66))))
    with Kiosk(tmp_path, connected=False) as again:
        again.ready()
        assert again.scan(token(1)).outcome is Outcome.ACCEPTED
        assert again.scan(token(66)).code == "revoked"
        until(lambda: again.station.waiting == 2)


def test_a_kept_programme_that_was_damaged_is_said_and_fetched_again(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
    journal_with(tmp_path, lambda db: db.execute("UPDATE setting SET value = x'00' WHERE key = 'programme'"))
    with Kiosk(tmp_path, connected=False) as again:
        assert again.troubles("message") == ["garbage"]
        again.uplink.connect()
        again.ready()
        assert again.scan(token(1)).outcome is Outcome.ACCEPTED


def test_a_programme_that_cannot_be_kept_is_used_all_the_same(tmp_path: Path) -> None:
    class ReadOnly(Journal):
        def put(self, key: str, value: bytes) -> None:
            raise JournalError(f"the journal cannot be written ({key} {len(value)}): check the disk")

    def read_only(config: KioskConfig) -> Journal:
        return ReadOnly(bootstrap.journal_path(config), mint_epoch=bootstrap.mint().epoch)

    with Kiosk(tmp_path, journal=read_only) as kiosk:
        kiosk.ready()
        until(lambda: "cannot_write" in kiosk.troubles("journal"))
        assert kiosk.scan(token(1)).outcome is Outcome.ACCEPTED


def test_facts_wait_and_the_link_is_told_when_it_changes(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        until(kiosk.delivered)
        kiosk.uplink.cut("lost")
        for number in range(3):
            kiosk.scan(token(number))
        until(lambda: kiosk.station.waiting == 3)
        for _ in range(3):
            kiosk.uplink.cut("refused: the broker does not accept this kiosk's account")
        kiosk.uplink.connect()
        until(kiosk.delivered)
        links = [(link.up, link.reason.partition(":")[0], link.waiting) for link in kiosk.told(Link)]
        assert links == [(True, "", 0), (False, "lost", 0), (False, "refused", 3), (True, "", 3)]
        assert len(kiosk.server.visits()) == 3


def test_an_unreachable_broker_is_told_from_the_start(tmp_path: Path) -> None:
    with Kiosk(tmp_path, connected=False) as kiosk:
        kiosk.uplink.cut("no answer from the broker")
        until(lambda: [link.up for link in kiosk.told(Link)] == [False])


def test_it_says_again_how_many_facts_wait_when_more_have_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.telling.SAY_WAITING_EVERY_S", 0.05)
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        until(kiosk.delivered)
        kiosk.uplink.cut()
        kiosk.scan(token(1))
        kiosk.scan(token(2))
        until(lambda: kiosk.told(Link)[-1] == Link(up=False, reason="lost", waiting=2))
        said = len(kiosk.told(Link))
        stays(lambda: len(kiosk.told(Link)) == said, what="no word while nothing changes")


def test_a_lost_acknowledgement_is_made_up_for(tmp_path: Path) -> None:
    server = FakeServer(acknowledging=False)
    with Kiosk(tmp_path, server=server) as kiosk:
        kiosk.ready()
        kiosk.scan(token(1))
        until(server.visits)
        assert not kiosk.delivered()
        server.acknowledging = True
        until(kiosk.delivered, seconds=8)
        assert len(server.visits()) == 1


# -- messages that cannot be used ----------------------------------------------------------------


def hostile(kiosk: Kiosk) -> dict[str, tuple[str, bytes]]:
    """Give messages of every kind that must not be taken, by what is wrong with them."""
    server = kiosk.server
    [epoch] = {epoch for epoch, _ in server.ledger}
    ack, answer = server.ack(epoch).payload, server.answer("0" * 24).payload
    other_fair = Fair(id="fes-2024", tour="tour-2024", names={}, days=[date(2024, 11, 1)])
    return {
        "garbage ack": (ack_topic(), b"\x00\xff garbage"),
        "empty ack": (ack_topic(), b""),
        "garbage answer": (answer_topic(), b"{}" * 50),
        "garbage programme": (fair_topic("programme"), b"nonsense " * 20),
        "garbage revocations": (fair_topic("revocations"), bytes(200)),
        "cut ack": (ack_topic(), ack[:-1]),
        "flipped ack": (ack_topic(), ack[:-9] + bytes([ack[-9] ^ 1]) + ack[-8:]),
        "flipped answer": (answer_topic(), answer[:80] + bytes([answer[80] ^ 1]) + answer[81:]),
        "oversized ack": (ack_topic(), bytes(MAX_MESSAGE + 1)),
        "oversized programme": (fair_topic("programme"), bytes(MAX_MESSAGE + 1)),
        # An answer is looked into before it is verified, since it may bring the first key.
        "a bomb": (answer_topic(), bytes((1, Kind.ANSWER, 1)) + bytes(64) + zlib.compress(bytes(50_000_000))),
        "an answer as ack": (ack_topic(), answer),
        "an ack as answer": (answer_topic(), ack),
        "ack of another kiosk": (ack_topic(), server.ack(epoch, device="f" * 16).payload),
        "answer of another kiosk": (answer_topic(), server.answer("0" * 24, device="f" * 16).payload),
        "ack by another key": (ack_topic(), server.ack(epoch, upto=9, key=OTHER_KEY).payload),
        "answer by another key": (answer_topic(), server.answer("0" * 24, key=OTHER_KEY).payload),
        "ack by the body's key": (ack_topic(), server.ack(epoch, key=BODY_KEY).payload),
        "programme by the server's key": (
            fair_topic("programme"),
            sign_programme(a_programme(version=99), SERVER_KEY),
        ),
        "programme of another fair": (fair_topic("programme"), programme(99, fair=other_fair)),
        "programme of another format": (
            fair_topic("programme"),
            sign_message(Kind.PROGRAMME, b'{"format":"2.0"}', BODY_KEY),
        ),
        "revocations by another key": (
            fair_topic("revocations"),
            sign_message(Kind.REVOCATIONS, b"{}", OTHER_KEY),
        ),
        "deep JSON": (fair_topic("programme"), sign_message(Kind.PROGRAMME, b"[" * 100_000, BODY_KEY)),
        "huge numbers": (
            ack_topic(),
            sign_message(
                Kind.ACK, msgspec.json.encode({"device": DEVICE, "run": "r" * 8, "epoch": 2**70}), SERVER_KEY
            ),
        ),
        "a later version": (ack_topic(), b"\x02" + ack[1:]),
        "unknown flags": (ack_topic(), ack[:2] + b"\x80" + ack[3:]),
    }


def test_what_cannot_be_used_is_counted_told_once_a_kind_and_changes_nothing(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        kiosk.scan(token(1))
        until(kiosk.delivered)
        messages = list(hostile(kiosk).values())
        taken = len(kiosk.told(ProgrammeTaken))
        for _ in range(3):
            kiosk.hear(*messages)
        told = kiosk.troubles("message")
        assert len(told) == len(set(told)), "once a kind"
        assert {"garbage", "too_large", "bad_signature", "wrong_kind", "wrong_recipient", "bomb"} <= set(told)
        assert sum(kiosk.station.unusable.values()) == 3 * len(messages)
        assert set(kiosk.station.unusable) == set(told)
        assert "carrier" not in told, kiosk.told(Trouble)
        assert len(kiosk.told(ProgrammeTaken)) == taken
        assert kiosk.scan(token(2)).outcome is Outcome.ACCEPTED
        until(kiosk.delivered)
        assert len(kiosk.server.visits()) == 2


def test_no_word_of_trouble_holds_a_secret(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        text = token(1)
        kiosk.scan(text)
        until(kiosk.delivered)
        kiosk.hear(*hostile(kiosk).values())
        said = repr(kiosk.notices)
        config = kiosk.config
        for secret in (text, PASSWORD, config.batch_seed.hex(), config.card_seed.hex()):
            assert secret not in said


def test_messages_on_topics_of_others_are_not_looked_at(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        kiosk.hear(
            ("riwaq/1/fondation/down/ffffffffffffffff/ack", b"x"),
            ("riwaq/1/fondation/fair/fes-2024/programme", b"x"),
            ("riwaq/1/other/fair/rabat-2024/programme", b"x"),
            ("", b"x"),
            ("riwaq/1/fondation/fair/rabat-2024/live", b"x"),
        )
        assert kiosk.troubles() == []


def test_before_any_programme_nothing_but_a_programme_is_believed(tmp_path: Path) -> None:
    server = FakeServer(programme=None)
    with Kiosk(tmp_path, server=server) as kiosk:
        until(lambda: server.hellos)
        kiosk.hear((ack_topic(), sign(_ack(server, 5), SERVER_KEY)))
        assert kiosk.troubles("message") == ["unknown_device"]
        assert kiosk.told(Delivered) == []


def _ack(server: FakeServer, epoch: int, **changes: Any) -> Ack:
    fields: dict[str, Any] = {"upto": 1, "tail": "", "run": server.run, **changes}
    return Ack(device=DEVICE, epoch=epoch, server_time=NOON, **fields)


def test_replayed_acknowledgements_and_answers_move_nothing(tmp_path: Path) -> None:
    server = FakeServer()
    with Kiosk(tmp_path, server=server) as kiosk:
        kiosk.ready()
        kiosk.scan(token(1))
        until(kiosk.delivered)
        old_ack, old_answer = server.last_ack, server.last_answer
        server.acknowledging = False
        kiosk.scan(token(2))
        until(lambda: len(server.visits()) == 2)
        for _ in range(20):
            kiosk.uplink.hear(Arrived(ack_topic(), old_ack))
            kiosk.uplink.hear(Arrived(answer_topic(), old_answer))
        stays(lambda: kiosk.station.waiting == 1, seconds=0.2)
        assert kiosk.troubles() == []


def test_an_acknowledgement_for_facts_that_were_never_recorded_moves_no_mark(tmp_path: Path) -> None:
    server = FakeServer(acknowledging=False)
    with Kiosk(tmp_path, server=server) as kiosk:
        kiosk.ready()
        kiosk.scan(token(1))
        until(server.visits)
        [epoch] = {epoch for epoch, _ in server.ledger}
        until(lambda: kiosk.station.waiting == 2)
        for changes in ({"upto": 2**53 - 1}, {"upto": 1, "tail": "f" * 32}):
            kiosk.uplink.hear(Arrived(ack_topic(), sign(_ack(server, epoch, **changes), SERVER_KEY)))
        until(lambda: kiosk.troubles("identity"))
        stays(lambda: kiosk.station.waiting == 2, seconds=0.2)
        server.acknowledging = True
        kiosk.settle()
        until(kiosk.delivered, seconds=8)
        # Another history under this kiosk's place is another machine: told, and nothing lost.
        assert {event.fact.kind for event in server.events()} == {Visit.kind, ClockOffset.kind}
        assert len({event.event_id for event in server.visits()}) == 1


def test_an_ack_of_another_run_makes_it_say_hello(tmp_path: Path) -> None:
    server = FakeServer()
    with Kiosk(tmp_path, server=server) as kiosk:
        kiosk.ready()
        until(kiosk.delivered)
        before = len(server.hellos)
        server.run = "run-two-"
        kiosk.scan(token(1))
        until(lambda: len(server.hellos) > before)
        until(kiosk.delivered, seconds=5)


# -- versions ------------------------------------------------------------------------------------


def test_only_a_newer_programme_replaces_the_one_at_hand(tmp_path: Path) -> None:
    with Kiosk(tmp_path, server=FakeServer(programme=None)) as kiosk:
        for version in (3, 2, 3, 5, 1, 4):
            kiosk.hear((fair_topic("programme"), programme(version)))
        assert [taken.version for taken in kiosk.told(ProgrammeTaken)] == [3, 5]
        # An older one is no trouble: brokers retain. The server's answer may have come before any programme.
        assert set(kiosk.troubles()) <= {"unknown_device"}
    with Kiosk(tmp_path, connected=False) as again:
        again.ready()
        assert [taken.version for taken in again.told(ProgrammeTaken)] == [5]


def test_a_newer_programme_counts_at_the_next_scan(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        assert kiosk.scan(token(1)).outcome is Outcome.ACCEPTED
        kiosk.hear((fair_topic("programme"), programme(2, card_keys=[])))
        assert kiosk.scan(token(2)).code == "unknown_key"


def test_older_and_empty_revocations_never_replace(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        kiosk.hear((fair_topic("revocations"), revocations(5, identity(1))))
        kiosk.hear((fair_topic("revocations"), revocations(4, identity(2))))
        kiosk.hear((fair_topic("revocations"), revocations(9)))
        assert kiosk.scan(token(1)).code == "revoked"
        assert kiosk.scan(token(2)).outcome is Outcome.ACCEPTED
        kiosk.hear((fair_topic("revocations"), revocations(6, identity(3))))
        assert kiosk.scan(token(3)).code == "revoked"
        kiosk.settle()
        assert kiosk.server.hellos[-1].revocations_version == 6
    with Kiosk(tmp_path, connected=False) as again:
        again.ready()
        assert again.scan(token(3)).code == "revoked"


def test_revocations_may_come_before_the_programme(tmp_path: Path) -> None:
    with Kiosk(tmp_path, server=FakeServer(programme=None)) as kiosk:
        kiosk.hear((fair_topic("revocations"), revocations(1, identity(1))))
        kiosk.hear((fair_topic("programme"), programme(1)))
        assert kiosk.scan(token(1)).code == "revoked"


def test_revocations_may_come_inside_an_answer(tmp_path: Path) -> None:
    with Kiosk(tmp_path, server=FakeServer(revocations=revocations(1, identity(1)))) as kiosk:
        kiosk.ready()
        kiosk.settle()
        assert kiosk.scan(token(1)).code == "revoked"


# -- the setup -----------------------------------------------------------------------------------


def setup(version: int, *invited: str, fair: str = FAIR) -> bytes:
    content = Setup(version=version, fair=fair, invitees={"delegates": list(invited)})
    return seal_setup(pack_setup(content), kiosk_key=public(DEVICE_KEY), key=SERVER_KEY)


SETUP_TOPIC = down(BODY, DEVICE, "setup")


def test_a_setup_is_kept_sealed_and_only_a_newer_one_replaces_it(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        kiosk.hear((SETUP_TOPIC, setup(5, "0001-000000000000aa")))
        kiosk.hear((SETUP_TOPIC, setup(4, "0001-000000000000bb")))
        kiosk.hear((SETUP_TOPIC, setup(9, "0001-000000000000bb", fair="elsewhere")))
        kiosk.settle()
        kiosk.uplink.cut()
        kiosk.uplink.connect()
        kiosk.settle()
        assert kiosk.server.hellos[-1].setup_version == 5
    with Kiosk(tmp_path, server=kiosk.server) as again:
        again.ready()
        again.settle()
        assert again.server.hellos[-1].setup_version == 5
    lying = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"000000000000aa" not in lying


def test_a_setup_may_come_before_the_programme(tmp_path: Path) -> None:
    with Kiosk(tmp_path, server=FakeServer(programme=None)) as kiosk:
        kiosk.hear((SETUP_TOPIC, setup(3)))
        kiosk.hear((fair_topic("programme"), programme(1)))
        kiosk.settle()
        kiosk.uplink.cut()
        kiosk.uplink.connect()
        kiosk.settle()
        assert kiosk.server.hellos[-1].setup_version == 3


# -- a damaged journal ---------------------------------------------------------------------------


def test_a_damaged_row_is_declared_lost_and_the_mark_moves_on(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        until(kiosk.delivered)
        kiosk.uplink.cut()
        seqs = [kiosk.scan(token(number)).seq for number in range(5)]
        epoch = kiosk.told(Scanned)[-1].epoch
    journal_with(
        tmp_path,
        lambda db: db.execute("UPDATE fact SET payload = x'7b7d' WHERE seq = ?", (seqs[2],)),
    )
    with Kiosk(tmp_path, server=kiosk.server) as again:
        until(again.delivered)
        [lost] = [event.fact for event in again.server.events() if isinstance(event.fact, Lost)]
        assert lost == Lost(epoch=epoch, first=seqs[2], last=seqs[2], reason="unreadable")
        assert len(again.server.visits()) == 4
        assert again.troubles("journal") == ["damaged_row"]
        again.settle()
        until(lambda: again.server.states[-1].damaged_rows == 1)
    with stopped_journal(again) as journal:
        assert all(view.mark == view.last for view in journal.epochs())


def test_a_row_that_is_gone_is_declared_lost_too(tmp_path: Path) -> None:
    with Kiosk(tmp_path, connected=False, server=FakeServer()) as kiosk:
        kiosk.hear((fair_topic("programme"), programme(1)))
        until(kiosk.delivered)
        kiosk.uplink.cut()
        seq = [kiosk.scan(token(number)).seq for number in range(3)][1]
    journal_with(tmp_path, lambda db: db.execute("DELETE FROM fact WHERE seq = ?", (seq,)))
    with Kiosk(tmp_path, server=kiosk.server) as again:
        until(again.delivered)
        assert [event.fact.kind for event in again.server.events()].count(Lost.kind) == 1
        assert len(again.server.visits()) == 2


# -- a start again -------------------------------------------------------------------------------


def test_the_visits_of_the_last_ten_minutes_are_remembered_after_a_restart(tmp_path: Path) -> None:
    clock = FakeClock()
    with Kiosk(tmp_path, clock=clock) as kiosk:
        kiosk.ready()
        kiosk.scan(token(1))
        clock.pass_ms(TEN_MINUTES - 1000)
        kiosk.scan(token(2))
    with Kiosk(tmp_path, clock=clock, connected=False) as again:
        assert again.scan(token(1)).outcome is Outcome.REPEAT
        assert again.scan(token(2)).outcome is Outcome.REPEAT
        clock.pass_ms(1000)
    with Kiosk(tmp_path, clock=clock, connected=False) as again:
        assert again.scan(token(1)).outcome is Outcome.ACCEPTED
        assert again.scan(token(2)).outcome is Outcome.REPEAT


@pytest.mark.parametrize("jump_ms", [30 * 365 * 86_400_000, -3 * 365 * 86_400_000])
def test_a_clock_put_right_during_a_restart_makes_no_second_visit(tmp_path: Path, jump_ms: int) -> None:
    clock = FakeClock()
    with Kiosk(tmp_path, clock=clock) as kiosk:
        kiosk.ready()
        kiosk.scan(token(1))
    clock.pass_ms(60_000)
    clock.wall_ms += jump_ms  # the same boot: its monotonic clock knows better
    with Kiosk(tmp_path, clock=clock, connected=False) as again:
        assert again.scan(token(1)).outcome is Outcome.REPEAT


def test_across_a_boot_the_wall_clock_says_what_is_recent(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        kiosk.scan(token(1))
    soon = FakeClock(NOON + TEN_MINUTES - 1, monotonic_ms=5000, boot_id="c" * 32)
    with Kiosk(tmp_path, clock=soon, connected=False) as again:
        assert again.scan(token(1)).outcome is Outcome.REPEAT
    later = FakeClock(NOON + TEN_MINUTES, monotonic_ms=5000, boot_id="c" * 32)
    with Kiosk(tmp_path, clock=later, connected=False) as again:
        assert again.scan(token(1)).outcome is Outcome.ACCEPTED


def test_hello_names_every_kept_epoch(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        kiosk.scan(token(1))
        until(kiosk.delivered)
        first = kiosk.told(Scanned)[0].epoch
    with Kiosk(tmp_path, server=kiosk.server, connected=False) as again:
        told = again.scan(token(2))
        again.uplink.connect()
        until(lambda: len(again.server.events()) == 4, what="two visits, and the clock measured twice")
        until(again.delivered)
        again.settle()
        hello = again.server.hellos[-1]
        assert [(kept.epoch, kept.first, kept.last, kept.mark) for kept in hello.epochs] == [
            (first, 1, 2, 2),
            (told.epoch, 1, 2, 2),
        ]
        assert told.epoch != first, "a start never uses a place again"
        assert (hello.device, hello.software, hello.programme_version) == (DEVICE, "tests", 1)
        nonces = [hello.nonce for hello in again.server.hellos]
        assert len(set(nonces)) == len(nonces)


def test_a_batch_is_never_larger_than_a_message_may_be(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    journal = bootstrap.open_journal(config)
    entries = []
    for number in range(100):
        # As random as JSON can be, so that nothing is won by compressing it; 16 KB each.
        noise = bootstrap.mint().nonce() * 665
        event_id = bootstrap.mint().event_id()
        event = Event(
            event_id=event_id,
            occurred_at=NOON,
            monotonic_ms=number,
            boot_id="b" * 32,
            fair=FAIR,
            booth="bank-1",
            fact=Unknown(kind="later", raw=msgspec.json.encode(noise[:16_000])),
        )
        entries.append(Entry(event_id, encode_event(event)))
    journal.append(entries)
    journal.close()
    with Kiosk(tmp_path) as kiosk:
        until(lambda: len(kiosk.server.ledger) >= 100)
        until(kiosk.delivered)
        assert max(kiosk.server.sizes) <= MAX_MESSAGE
        assert sum(event.fact.kind == "later" for event in kiosk.server.events()) == 100
        assert kiosk.troubles() == []


# -- the clock -----------------------------------------------------------------------------------


def test_in_1970_cards_are_taken_and_flagged_until_the_server_was_heard(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
    clock = FakeClock(12_000, boot_id="c" * 32)
    server = FakeServer()
    with Kiosk(tmp_path, clock=clock, server=server, connected=False) as again:
        server.clock = lambda: NOON
        expired = {"valid_to": date(2024, 10, 31)}
        assert again.scan(token(1, **expired)).outcome is Outcome.ACCEPTED
        assert again.scan(token(66, valid_from=date(2026, 1, 1))).outcome is Outcome.ACCEPTED
        again.uplink.connect()
        until(lambda: clock.server_offset is not None)
        assert again.scan(token(2)).outcome is Outcome.ACCEPTED
        assert again.scan(token(3, **expired)).code == "expired"
        until(again.delivered)
        flags = [event.fact.clock_doubtful for event in server.visits() if isinstance(event.fact, Visit)]
        assert flags == [True, True, False]
        [offset] = [event.fact for event in server.events() if isinstance(event.fact, ClockOffset)]
        assert offset.server_minus_wall_ms == NOON - 12_000
        assert offset.server_minus_monotonic_ms == NOON - clock.now_ms
        assert all(event.occurred_at == 12_000 for event in server.events()), "as the kiosk's clock said"


def test_a_clock_behind_what_the_server_last_said_is_doubted(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        kiosk.scan(token(1))
        until(kiosk.delivered)
    # After the programme's date, but an hour before the server's last word.
    clock = FakeClock(NOON - 3_600_000, boot_id="c" * 32)
    server = FakeServer()
    with Kiosk(tmp_path, clock=clock, server=server, connected=False) as again:
        again.scan(token(2))
        until(lambda: again.station.waiting == 1)
    with stopped_journal(again) as journal:
        [newest] = list(journal.newest(1))
        fact = decode_event(newest.payload).fact
        assert isinstance(fact, Visit)
        assert fact.clock_doubtful


def test_an_old_answer_that_is_played_again_does_not_set_the_clock(tmp_path: Path) -> None:
    clock, server = FakeClock(), FakeServer()
    with Kiosk(tmp_path, clock=clock, server=server) as kiosk:
        until(lambda: clock.server_offset is not None)
        learned, old = clock.server_offset, server.last_answer
        clock.pass_ms(3_600_000)
        server.answering = False
        kiosk.hear((answer_topic(), old), (answer_topic(), old))
        assert clock.server_offset == learned


def test_the_clock_is_measured_again_when_the_servers_was_put_right(tmp_path: Path) -> None:
    clock, server = FakeClock(), FakeServer()
    with Kiosk(tmp_path, clock=clock, server=server) as kiosk:
        until(lambda: clock.server_offset is not None)
        server.clock = lambda: clock.wall_ms + 7_200_000
        kiosk.settle()
        until(lambda: clock.server_offset == NOON + 7_200_000 - clock.now_ms)
        kiosk.settle()
        until(kiosk.delivered)
        offsets = [event.fact for event in server.events() if isinstance(event.fact, ClockOffset)]
        assert [offset.server_minus_wall_ms for offset in offsets] == [0, 7_200_000]


# -- state ---------------------------------------------------------------------------------------


def test_the_state_is_a_hint_for_anyones_tools_and_nothing_personal(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        text = token(1)
        kiosk.scan(text)
        until(kiosk.delivered)
        kiosk.settle()
        until(lambda: kiosk.server.states and kiosk.server.states[-1].programme_version == 1)
        fields = state_fields(kiosk.server.raw_states[-1])
        assert (
            fields.items()
            >= {
                "online": True,
                "name": "kiosk-1",
                "fair": FAIR,
                "booth": "bank-1",
                "camera_rate": 12.5,
                "programme_version": 1,
                "software": "tests",
            }.items()
        )
        assert set(fields) <= set(read_state(b'{"online":true}').__struct_fields__)
        assert fields["disk_free_mb"] > 0
        for raw in kiosk.server.raw_states:
            assert identity(1) not in raw.decode()
            assert text not in raw.decode()
        assert {retain for leaf, retain in kiosk.uplink.said if leaf == "state"} == {True}
        assert not any(retain for leaf, retain in kiosk.uplink.said if leaf != "state")


def test_the_state_tells_what_waits_and_for_how_long(tmp_path: Path) -> None:
    server, clock = FakeServer(acknowledging=False), FakeClock()
    with Kiosk(tmp_path, server=server, clock=clock) as kiosk:
        kiosk.ready()
        kiosk.scan(token(1))
        clock.pass_ms(90_000)
        kiosk.settle()
        until(lambda: server.states[-1].oldest_waiting_s == 90)
        assert server.states[-1].waiting == 2


def test_a_trouble_of_the_camera_is_told_and_stands_in_the_state(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        kiosk.station.camera_trouble("missing", "the camera is not there", over=False)
        assert kiosk.told(Trouble)[-1] == Trouble("camera", "missing", "the camera is not there")
        until(lambda: kiosk.server.states[-1].camera_trouble == "missing")
        kiosk.station.camera_trouble("recovered", "it is back", over=True)
        until(lambda: kiosk.server.states[-1].camera_trouble == "")


def test_a_goodbye_is_said(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
    assert not kiosk.server.states[-1].online
    assert kiosk.reader.stopped
    assert kiosk.uplink.stopped


def test_stopping_goes_to_the_end_when_the_disk_is_gone(tmp_path: Path) -> None:
    class Gone(Journal):
        def oldest_waiting(self) -> Entry | None:
            raise sqlite3.OperationalError("disk I/O error")

    def gone(config: KioskConfig) -> Journal:
        return Gone(bootstrap.journal_path(config), mint_epoch=bootstrap.mint().epoch)

    with Kiosk(tmp_path, journal=gone) as kiosk:
        kiosk.ready()
    assert kiosk.uplink.stopped


# -- a long time ---------------------------------------------------------------------------------


def test_hundreds_of_facts_that_waited_go_out_at_once_and_each_is_timed_once(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        until(kiosk.delivered)
        kiosk.uplink.cut()
        for number in range(300):
            kiosk.reader.show(token(number))
        until(lambda: kiosk.station.waiting == 300, seconds=20)
        kiosk.uplink.connect()
        until(kiosk.delivered, seconds=20)

        def timed() -> int:
            return sum(len(each.commit_to_ack_ms) for each in kiosk.marks())

        until(lambda: timed() >= 301)
        assert timed() == 301  # each fact once, and the clock's


def test_a_flood_of_messages_neither_fills_the_memory_nor_stops_delivery(tmp_path: Path) -> None:
    with Kiosk(tmp_path) as kiosk:
        kiosk.ready()
        kiosk.reader.show(token(1))
        for _ in range(20_000):
            kiosk.uplink.hear(Arrived(ack_topic(), b"flood"))
        until(kiosk.server.visits)
        until(kiosk.delivered, seconds=5)
        assert "flood" in kiosk.troubles("message")


def test_once_it_has_finished_when_all_is_delivered(tmp_path: Path) -> None:
    server = FakeServer(acknowledging=False)
    with Kiosk(tmp_path, server=server) as kiosk:
        kiosk.ready()
        kiosk.scan(token(1))
        assert not kiosk.station.finished
        kiosk.reader.over = True
        stays(lambda: not kiosk.station.finished, seconds=0.3)
        server.acknowledging = True
        until(lambda: kiosk.station.finished, seconds=8)
