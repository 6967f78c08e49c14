"""Passwords, tokens, sessions, and whoever guesses."""

import time
from pathlib import Path

import pytest

from server.mqtt.access import write_private
from server.web import FIRST_ACCOUNT, WebError
from server.web.accounts import LONGEST, FileAccounts
from server.web.sessions import IDLE_MS, LONGEST_MS, MOST, Sessions
from server.web.throttle import MOST as MOST_REMEMBERED
from server.web.throttle import Throttle


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def accounts(tmp_path: Path) -> FileAccounts:
    return FileAccounts(tmp_path / "web.json", write_private)


def test_a_fresh_password_opens_and_is_kept_as_a_hash_alone(accounts: FileAccounts, tmp_path: Path) -> None:
    assert accounts.empty
    password = accounts.new_password()
    found = accounts.verify(FIRST_ACCOUNT, password)
    assert found is not None
    assert found.name == FIRST_ACCOUNT
    file = tmp_path / "web.json"
    assert password not in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o777 == 0o600
    for wrong in ("", password[:-1], password.upper(), "x" * 10_000):
        assert accounts.verify(FIRST_ACCOUNT, wrong) is None
    assert accounts.verify("nobody", password) is None


def test_another_process_may_change_the_password(accounts: FileAccounts, tmp_path: Path) -> None:
    old = accounts.new_password()
    new = FileAccounts(tmp_path / "web.json", write_private).new_password()
    assert accounts.verify(FIRST_ACCOUNT, old) is None
    assert accounts.verify(FIRST_ACCOUNT, new) is not None


def test_an_unknown_name_takes_as_much_work_as_a_known_one(accounts: FileAccounts) -> None:
    accounts.new_password()

    def quickest(name: str) -> float:
        times = []
        for _ in range(5):
            began = time.perf_counter()
            accounts.verify(name, "wrong")
            times.append(time.perf_counter() - began)
        return min(times)

    known, unknown = quickest(FIRST_ACCOUNT), quickest("nobody")
    assert 0.4 < unknown / known < 2.5


def test_a_token_is_shown_once_and_known_by_its_hash(accounts: FileAccounts, tmp_path: Path) -> None:
    assert not accounts.knows_token("")
    token = accounts.new_token()
    assert accounts.knows_token(token)
    assert not accounts.knows_token(token + "x")
    assert token not in (tmp_path / "web.json").read_text(encoding="utf-8")
    assert not accounts.knows_token("")


def test_a_damaged_file_says_what_to_do(accounts: FileAccounts, tmp_path: Path) -> None:
    (tmp_path / "web.json").write_text("{", encoding="utf-8")
    with pytest.raises(WebError, match="riwaq-server web password"):
        accounts.find(FIRST_ACCOUNT)


@pytest.mark.parametrize("name", ["", " organizer", "a\nb", "x" * (LONGEST + 1)])
def test_a_name_that_nobody_could_type_gets_no_account(accounts: FileAccounts, name: str) -> None:
    with pytest.raises(WebError, match="1 to 256 characters"):
        accounts.new_password(name)
    assert accounts.empty


def sessions_of(tmp_path: Path, accounts: FileAccounts, clock: Clock) -> Sessions:
    return Sessions(tmp_path / "sessions.json", accounts, write=write_private, clock=clock)


def test_a_session_outlives_a_restart_and_ends_when_it_should(accounts: FileAccounts, tmp_path: Path) -> None:
    clock = Clock()
    accounts.new_password()
    account = accounts.find(FIRST_ACCOUNT)
    assert account is not None
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


def test_a_page_that_was_open_all_day_is_signed_in_after_the_server_was_killed(
    accounts: FileAccounts, tmp_path: Path
) -> None:
    clock = Clock()
    accounts.new_password()
    account = accounts.find(FIRST_ACCOUNT)
    assert account is not None
    sessions = sessions_of(tmp_path, accounts, clock)
    cookie = sessions.begin(account)
    for _ in range(26 * 60):
        clock.now += 60_000
        sessions.account(cookie)
    assert sessions_of(tmp_path, accounts, clock).account(cookie) == account


def test_a_session_ends_when_it_is_not_used(accounts: FileAccounts, tmp_path: Path) -> None:
    clock = Clock()
    accounts.new_password()
    account = accounts.find(FIRST_ACCOUNT)
    assert account is not None
    sessions = sessions_of(tmp_path, accounts, clock)
    cookie = sessions.begin(account)
    clock.now += IDLE_MS
    assert sessions.account(cookie) is None


def test_signing_out_and_a_new_password_end_sessions(accounts: FileAccounts, tmp_path: Path) -> None:
    clock = Clock()
    accounts.new_password()
    account = accounts.find(FIRST_ACCOUNT)
    assert account is not None
    sessions = sessions_of(tmp_path, accounts, clock)
    left, kept = sessions.begin(account), sessions.begin(account)
    sessions.end(left)
    sessions = sessions_of(tmp_path, accounts, clock)
    assert sessions.account(left) is None
    assert sessions.account(kept) == account
    accounts.new_password()
    assert sessions.account(kept) is None


def test_sessions_are_bounded(accounts: FileAccounts, tmp_path: Path) -> None:
    clock = Clock()
    accounts.new_password()
    account = accounts.find(FIRST_ACCOUNT)
    assert account is not None
    sessions = Sessions(tmp_path / "sessions.json", accounts, write=lambda *_: None, clock=clock)
    cookies = []
    for _ in range(MOST + 5):
        clock.now += 1
        cookies.append(sessions.begin(account))
    assert len(sessions) == MOST
    assert sessions.account(cookies[0]) is None
    assert sessions.account(cookies[-1]) == account


def test_damaged_sessions_only_mean_signing_in_again(accounts: FileAccounts, tmp_path: Path) -> None:
    (tmp_path / "sessions.json").write_bytes(b"\xff{")
    assert sessions_of(tmp_path, accounts, Clock()).account("x") is None


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
