"""Sessions, those who owe a code, and whoever guesses."""

from dataclasses import replace
from pathlib import Path

from server.mqtt.access import write_private
from server.rules.access import Account, Holder, Role
from server.web.doorstep import MOST as MOST_WAITING
from server.web.doorstep import TRIES, WAITS_S, Doorstep
from server.web.sessions import IDLE_MS, LONGEST_MS, MOST, Sessions
from server.web.throttle import MOST as MOST_REMEMBERED
from server.web.throttle import Throttle


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000

    def __call__(self) -> int:
        return self.now


ORGANIZER = Account("organizer", Holder("amal", Role.ADMIN), "first")


class OneAccount:
    """Knows the organizer, as long as there is one."""

    def __init__(self) -> None:
        self.account: Account | None = ORGANIZER

    def find(self, name: str) -> Account | None:
        return self.account if name == ORGANIZER.name else None


def sessions_of(tmp_path: Path, accounts: OneAccount, clock: Clock) -> Sessions:
    return Sessions(tmp_path / "sessions.json", accounts, write=write_private, clock=clock)


def test_a_session_outlives_a_restart_and_ends_when_it_should(tmp_path: Path) -> None:
    clock = Clock()
    accounts, account = OneAccount(), ORGANIZER
    sessions = sessions_of(tmp_path, accounts, clock)
    cookie = sessions.begin(account)
    assert cookie not in (tmp_path / "sessions.json").read_text(encoding="utf-8")
    sessions = sessions_of(tmp_path, accounts, clock)
    assert sessions.account(cookie) == account
    assert sessions.account("") is None
    assert sessions.account(cookie + "x") is None
    # Used now and then, it lives for a week at most.
    for _ in range(LONGEST_MS // (IDLE_MS // 2) - 1):
        clock.now += IDLE_MS // 2
        assert sessions.account(cookie) == account
    clock.now += IDLE_MS // 2
    assert sessions.account(cookie) is None


def test_a_page_that_was_open_all_day_is_signed_in_after_the_server_was_killed(tmp_path: Path) -> None:
    clock = Clock()
    accounts, account = OneAccount(), ORGANIZER
    sessions = sessions_of(tmp_path, accounts, clock)
    cookie = sessions.begin(account)
    for _ in range(26 * 60):
        clock.now += 60_000
        sessions.account(cookie)
    assert sessions_of(tmp_path, accounts, clock).account(cookie) == account


def test_a_session_ends_when_it_is_not_used(tmp_path: Path) -> None:
    clock = Clock()
    accounts, account = OneAccount(), ORGANIZER
    sessions = sessions_of(tmp_path, accounts, clock)
    cookie = sessions.begin(account)
    clock.now += IDLE_MS
    assert sessions.account(cookie) is None


def test_signing_out_and_whatever_changes_the_account_end_sessions(tmp_path: Path) -> None:
    clock = Clock()
    accounts, account = OneAccount(), ORGANIZER
    sessions = sessions_of(tmp_path, accounts, clock)
    left, kept = sessions.begin(account), sessions.begin(account)
    sessions.end(left)
    sessions = sessions_of(tmp_path, accounts, clock)
    assert sessions.account(left) is None
    assert sessions.account(kept) == account
    for change in (replace(ORGANIZER, mark="second"), replace(ORGANIZER, has_code=True, mark="third"), None):
        accounts.account = change
        assert sessions.account(kept) is None, change


def test_sessions_are_bounded(tmp_path: Path) -> None:
    clock = Clock()
    accounts, account = OneAccount(), ORGANIZER
    sessions = Sessions(tmp_path / "sessions.json", accounts, write=lambda *_: None, clock=clock)
    cookies = []
    for _ in range(MOST + 5):
        clock.now += 1
        cookies.append(sessions.begin(account))
    assert len(sessions) == MOST
    assert sessions.account(cookies[0]) is None
    assert sessions.account(cookies[-1]) == account


def test_damaged_sessions_only_mean_signing_in_again(tmp_path: Path) -> None:
    (tmp_path / "sessions.json").write_bytes(b"\xff{")
    assert sessions_of(tmp_path, OneAccount(), Clock()).account("x") is None


def test_wrong_passwords_slow_down_and_time_forgives() -> None:
    now = [0.0]
    throttle = Throttle(lambda: now[0])
    for _ in range(4):
        throttle.wrong("10.0.0.1", "organizer")
        assert throttle.wait_s("10.0.0.1", "organizer") == 0
    waits = []
    for _ in range(12):
        throttle.wrong("10.0.0.1", "")
        waits.append(throttle.wait_s("10.0.0.1", ""))
        now[0] += waits[-1]
        assert throttle.wait_s("10.0.0.1", "") == 0
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]
    # Somebody else is not held up, and after a quarter of an hour all is forgiven.
    assert throttle.wait_s("10.0.0.2", "organizer") == 0
    now[0] += 901
    throttle.wrong("10.0.0.1", "")
    assert throttle.wait_s("10.0.0.1", "") == 0


def test_a_name_that_is_tried_from_everywhere_waits_a_minute_at_most() -> None:
    throttle = Throttle(lambda: 0.0)
    for number in range(5000):
        throttle.wrong(f"10.0.{number // 250}.{number % 250}", "organizer")
    assert throttle.wait_s("10.9.9.9", "organizer") == 60
    throttle.right("10.9.9.9", "organizer")
    assert throttle.wait_s("10.9.9.9", "organizer") == 0
    assert len(throttle) <= MOST_REMEMBERED


def test_who_owes_a_code_has_five_tries_and_five_minutes() -> None:
    now = [0.0]
    step = Doorstep(lambda: now[0])
    ticket, late = step.let_wait(ORGANIZER), step.let_wait(ORGANIZER)
    assert step.who("guessed") is None
    for _ in range(TRIES):
        assert step.who(ticket) == ORGANIZER
        step.wrong(ticket)
    assert step.who(ticket) is None
    now[0] += WAITS_S - 1
    assert step.who(late) == ORGANIZER
    now[0] += 1
    assert step.who(late) is None


def test_a_ticket_is_good_once_and_the_step_is_bounded() -> None:
    step = Doorstep(lambda: 0.0)
    tickets = [step.let_wait(ORGANIZER) for _ in range(MOST_WAITING + 1)]
    assert step.who(tickets[0]) is None
    assert step.who(tickets[-1]) == ORGANIZER
    step.leave(tickets[-1])
    assert step.who(tickets[-1]) is None
