"""Accounts in the store: links, passwords, codes, tokens, what commands change; the same on both engines."""

import time
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from argon2 import Parameters, PasswordHasher, extract_parameters

from server.account_office import LINK_MS, AccountError, AccountOffice
from server.accounts import Accounts
from server.files.tour_file import read_tour
from server.office import Office
from server.rules.access import Holder, Role
from server.rules.passwords import LONGEST, SHORTEST, digest, objection
from server.settings import Home, Secrets, SettingsError, make_home
from server.store.accounts import AccountRows
from server.store.audit_log import AuditLog
from server.store.engine import Store
from tests.server.tours import SMALL

BODY = "amal"
PASSWORD = "trois mots de passe"  # noqa: S105 - of people in tests
CITY = Holder(BODY, Role.CITY, frozenset({"tangier"}))


class Town:
    """A server's accounts: operator and door, each as a process of its own would have them."""

    def __init__(self, path: Path, url: str) -> None:
        self.now = 1_750_000_000_000
        self.home: Home = make_home(
            path,
            listen="127.0.0.1:1883",
            broker="",
            kiosk_broker="mqtt://127.0.0.1:1883",
            database=url,
            web="",
        )
        self.store = Store(url)
        self.office = Office(self.home, self.store, keep_accounts=lambda *_: None)
        self.door = Accounts(self.home, self.store, clock=lambda: self.now)

    @property
    def desk(self) -> AccountOffice:
        return AccountOffice(self.home, self.store, self.office.body, clock=lambda: self.now, who="operator")

    def load(self) -> None:
        self.office.load_tour(read_tour(SMALL.encode(), "tour.toml"))

    def person(self, name: str, holder: Holder = CITY) -> None:
        assert self.door.set_password(self.desk.add(name, holder), PASSWORD) is not None

    def audited(self) -> list[tuple[str, str, str]]:
        with self.store.reading() as connection:
            return [(row.who, row.what, row.detail) for row in AuditLog(connection, BODY).entries()]

    def later(self) -> Accounts:
        """Give the door as it is when it has looked again."""
        return Accounts(self.home, self.store, clock=lambda: self.now)


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path / "server", database_url)
    town.load()
    yield town
    town.store.close()


def test_a_link_gives_a_password_once(town: Town) -> None:
    assert town.door.is_empty()
    link = town.desk.add("حنان", CITY)
    assert town.door.is_empty()
    assert town.door.verify("حنان", PASSWORD) is None
    linked = town.door.linked(link)
    assert linked is not None
    assert linked.name == "حنان"
    found = town.door.set_password(link, PASSWORD)
    assert found is not None
    assert (found.name, found.holder, found.has_code) == ("حنان", CITY, False)
    assert town.door.verify("حنان", PASSWORD) == found == town.door.find("حنان")
    assert not town.door.is_empty()
    assert town.door.linked(link) is None
    assert town.door.set_password(link, "something else") is None
    assert town.door.verify("حنان", PASSWORD) == found


def test_a_link_is_good_for_a_day_and_the_newest_alone(town: Town) -> None:
    old = town.desk.add("hanane", CITY)
    new = town.desk.link("hanane")
    assert town.door.linked(old) is None
    town.now += LINK_MS - 1
    assert town.door.linked(new) is not None
    town.now += 1
    assert town.door.linked(new) is None
    assert town.door.set_password(new, PASSWORD) is None
    for guessed in ("", "x" * 43, new[:-1]):
        assert town.door.linked(guessed) is None


def test_nothing_that_opens_a_door_is_kept_readable(town: Town) -> None:
    link = town.desk.add("hanane", CITY)
    town.door.set_password(link, PASSWORD)
    waiting, token = town.desk.link("hanane"), town.desk.token("board", Holder(BODY, Role.AUDITOR))
    secret = town.door.new_code_secret()
    assert town.door.use_codes("hanane", secret, pyotp.TOTP(secret).at(town.now // 1000)) is not None
    with town.store.reading() as connection:
        rows = AccountRows(connection).all()
        kept = repr([[getattr(row, name) for name in row.__slots__] for row in rows])
    assert "argon2id" in kept
    for canary in (PASSWORD, link, waiting, token, secret):
        assert canary not in kept
        assert canary not in repr(town.audited())
    assert all(canary not in repr(rows) for canary in ("argon2", token))


def test_an_unknown_name_takes_as_much_work_as_a_known_one(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.person("hanane")
    checked: list[Parameters] = []
    verify = PasswordHasher.verify

    def counted(hasher: PasswordHasher, kept: str, typed: str) -> bool:
        checked.append(extract_parameters(kept))
        return verify(hasher, kept, typed)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    assert town.door.verify("hanane", "wrong") is None
    assert town.door.verify("nobody", "wrong") is None
    known, unknown = checked
    assert known == unknown


@pytest.mark.parametrize("wrong", ["", PASSWORD[:-1], PASSWORD.upper(), "x" * 10_000])
def test_a_wrong_password_opens_nothing(town: Town, wrong: str) -> None:
    town.person("hanane")
    assert town.door.verify("hanane", wrong) is None


def test_a_code_is_asked_for_from_the_first_right_one_on_and_each_is_good_once(town: Town) -> None:
    town.person("hanane")
    before = town.door.find("hanane")
    assert before is not None
    secret = town.door.new_code_secret()
    totp = pyotp.TOTP(secret)
    assert f"secret={secret}" in town.door.code_address("hanane", secret)
    assert town.door.use_codes("hanane", secret, "000000") is None
    for strange in ("", "é" * 32, secret.lower(), "A" * 31):
        assert town.door.use_codes("hanane", strange, "000000") is None
    assert town.door.find("hanane") == before
    first = totp.at(town.now // 1000)
    found = town.door.use_codes("hanane", secret, f"{first[:3]} {first[3:]}")
    assert found is not None
    assert found.has_code
    assert found.mark != before.mark
    # The one that switched them on has been used.
    assert not town.door.check_code("hanane", first)
    town.now += 30_000
    now = totp.at(town.now // 1000)
    for wrong in ("", "abc", "²" * 6, f"{(int(now) + 1) % 10**6:06d}", totp.at(town.now // 1000 - 300)):
        assert not town.door.check_code("hanane", wrong), wrong
    assert town.door.check_code("hanane", now)
    assert not town.door.check_code("hanane", now)
    # A telephone may be half a minute ahead, and then the present one is older than what was used.
    ahead = totp.at(town.now // 1000 + 30)
    # And it may write its digits in another way.
    assert town.door.check_code("hanane", "".join(chr(0x0660 + int(digit)) for digit in ahead))
    assert not town.door.check_code("hanane", totp.at(town.now // 1000 + 90))
    assert not town.door.check_code("nobody", now)


def test_a_lost_telephone_needs_the_operator(town: Town) -> None:
    town.person("hanane")
    secret = town.door.new_code_secret()
    town.door.use_codes("hanane", secret, pyotp.TOTP(secret).at(town.now // 1000))
    link = town.desk.link("hanane")
    found = town.door.set_password(link, PASSWORD)
    assert found is not None
    assert found.has_code
    found = town.door.set_password(town.desk.link("hanane", without_code=True), PASSWORD)
    assert found is not None
    assert not found.has_code


def test_codes_of_another_servers_secrets_do_not_open(town: Town) -> None:
    sealed = town.home.secrets.seal(b"secret", about="hanane")
    assert town.home.secrets.unseal(sealed, about="hanane") == b"secret"
    with pytest.raises(SettingsError, match=r"sealed by another secrets\.json"):
        town.home.secrets.unseal(sealed, about="another")
    with pytest.raises(SettingsError, match=r"sealed by another secrets\.json"):
        Secrets.fresh().unseal(sealed, about="hanane")


def test_a_program_has_a_token_and_no_password(town: Town) -> None:
    figures = Holder(BODY, Role.AUDITOR)
    token = town.desk.token("board", figures)
    found = town.door.program(token)
    assert found is not None
    assert (found.name, found.holder) == ("board", figures)
    for guessed in ("", token + "x", "board"):
        assert town.door.program(guessed) is None
    assert town.door.find("board") is None
    assert town.door.verify("board", "") is None
    # Nobody is let in by the name of an account, whatever it looks like.
    town.desk.token(digest("guessed"), figures)
    assert town.door.program("guessed") is None
    newer = town.desk.token("board", None)
    door = town.later()
    assert door.program(token) is None
    assert door.program(newer) == found.__class__(found.name, figures, door.program(newer).mark)  # type: ignore[union-attr]
    assert town.desk.revoke_token("board")
    assert not town.desk.revoke_token("board")
    assert town.later().program(newer) is None
    assert town.later().program(town.desk.token("board", CITY)) is not None


def test_whoever_is_disabled_is_out_until_enabled_again(town: Town) -> None:
    town.person("hanane")
    link = town.desk.link("hanane")
    assert town.desk.disable("hanane")
    assert not town.desk.disable("hanane")
    door = town.later()
    assert door.find("hanane") is None
    assert door.verify("hanane", PASSWORD) is None
    assert door.linked(link) is None
    with pytest.raises(AccountError, match="first  riwaq-server account enable hanane"):
        town.desk.link("hanane")
    assert town.desk.enable("hanane")
    assert not town.desk.enable("hanane")
    assert town.later().verify("hanane", PASSWORD) is not None


def test_a_running_server_notices_within_two_seconds(town: Town) -> None:
    town.person("hanane")
    before = town.door.find("hanane")
    town.desk.disable("hanane")
    deadline = time.monotonic() + 2
    while town.door.find("hanane") is not None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    town.desk.enable("hanane")
    town.desk.change("hanane", Holder(BODY, Role.AUDITOR))
    after = town.later().find("hanane")
    assert before is not None
    assert after is not None
    assert after.mark != before.mark
    town.desk.change("hanane", Holder(BODY, Role.CITY, frozenset({"north"})))
    elsewhere = town.later().find("hanane")
    assert elsewhere is not None
    town.desk.change("hanane", CITY)
    again = town.later().find("hanane")
    assert again is not None
    assert again.mark == before.mark != elsewhere.mark
    # Whoever was added a moment ago is not turned away.
    town.person("karim")
    assert town.door.find("karim") is not None


def test_what_an_account_is_for_must_be_there(town: Town) -> None:
    desk = town.desk
    for holder, told in (
        (Holder(BODY, Role.CITY), "the role city needs --territory"),
        (Holder(BODY, Role.BOOTH, fair="nowhere", booth="bank"), "--fair 'nowhere' is not known here"),
        (Holder(BODY, Role.BOOTH, fair="rabat-2024", booth="x"), "there is: bank, membership"),
        (Holder(BODY, Role.PARTNER, partner="x"), "--partner 'x' is not known here; there is: bank"),
    ):
        with pytest.raises(AccountError, match=told):
            desk.add("someone", holder)
    assert desk.known() == []
    assert desk.territory("Tanger") == "tangier" == desk.territory("طنجة")
    with pytest.raises(AccountError, match="--territory 'Tangr' is not known here; there is: north, tangier"):
        desk.territory("Tangr")


@pytest.mark.parametrize("name", ["", " hanane", "a\nb", "x" * 65])
def test_a_name_that_nobody_could_type_gets_no_account(town: Town, name: str) -> None:
    with pytest.raises(AccountError, match="1 to 64 characters"):
        town.desk.add(name, CITY)


def test_names_are_given_once_and_another_bodys_accounts_are_not_there(town: Town) -> None:
    town.person("hanane")
    with pytest.raises(AccountError, match=r"taken: riwaq-server account link hanane"):
        town.desk.add("hanane", CITY)
    other = AccountOffice(town.home, town.store, "other", clock=lambda: town.now, who="operator")
    assert other.known() == []
    with pytest.raises(AccountError, match="taken: choose another"):
        other.add("hanane", Holder("other", Role.NATIONAL))
    for act in (other.link, other.disable, other.enable, other.revoke_token):
        with pytest.raises(AccountError, match="there is no account 'hanane'"):
            act("hanane")
    with pytest.raises(AccountError, match="there is no account 'hanane'"):
        other.token("hanane", Holder("other", Role.NATIONAL))
    with pytest.raises(AccountError, match="person's account: choose another name"):
        town.desk.token("hanane", CITY)


def test_accounts_of_before_there_was_a_body_are_the_first_ones(database_url: str, tmp_path: Path) -> None:
    town = Town(tmp_path / "server", database_url)
    link = town.desk.add("organizer", Holder("", Role.ADMIN))
    town.load()
    found = town.door.set_password(link, PASSWORD)
    assert found is not None
    assert found.holder == Holder(BODY, Role.ADMIN)
    assert [row.name for row in town.desk.known()] == ["organizer"]
    town.store.close()


def test_every_act_is_in_the_audit_log(town: Town) -> None:
    town.person("hanane")
    town.desk.change("hanane", Holder(BODY, Role.REGION, frozenset({"north"})))
    town.desk.disable("hanane")
    town.desk.enable("hanane")
    account = town.later().find("hanane")
    assert account is not None
    town.door.note_refusal(account, route="GET /fair/{fair}", action="see-fair", fair="rabat-2024")
    town.door.note_sign_in("hanane")
    [row] = town.desk.known()
    assert row.signed_in_at == town.now
    found = town.audited()
    assert [(who, what) for who, what, _ in found] == [
        ("operator", "account added"),
        ("hanane", "password set"),
        ("operator", "account changed"),
        ("operator", "account disabled"),
        ("operator", "account enabled"),
        ("hanane", "refused"),
    ]
    assert '"territories\\":[\\"tangier\\"]' in found[0][2]
    assert found[-1][2] == '{"action":"see-fair","fair":"rabat-2024","route":"GET /fair/{fair}"}'
    with town.store.reading() as connection:
        key = bytes.fromhex(town.home.secrets.digest_key)
        assert AuditLog(connection, BODY).first_broken(key) is None


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("x" * (SHORTEST - 1), "short"),
        ("abcdefghij" * 26, "long"),
        ("aaaaaaaaaaaa", "plain"),
        ("hanane tazi", "plain"),
        ("Hanane Tazi 1", "plain"),
        ("ثلاث كلمات متتابعة", ""),
        ("hanane tazi aime le thé à la menthe", ""),
        ("7h!kd02mm-", ""),
    ],
)
def test_what_a_password_may_be(password: str, code: str) -> None:
    assert objection(password, "Hanane Tazi") == code
    assert LONGEST == 256
