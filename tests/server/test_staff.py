"""Staff: added whole or not at all, known to their fair's kiosks, never a PIN kept, over either engine."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from hypothesis import given
from hypothesis import strategies as st

from server import ServerError
from server.backup import back_up
from server.bootstrap import opened, restored
from server.files.tour_file import read_tour
from server.office import Office, OfficeError
from server.rules.staff import card_days, grouped, is_trivial
from server.settings import SECRETS, Home, make_home
from server.staff import NewStaff, Staff, new_pin
from server.store.engine import Store
from server.store.registry import Registry
from tests.server.tours import LARGER, SMALL
from wire.card import LAST_DAY, Card, Category
from wire.programme import open_revocations
from wire.setup import Setup, typed_pin

RABAT: Final = "rabat-2024"
FES: Final = "fes-2025"
NOW: Final = int(datetime(2024, 12, 20, 23, 30, tzinfo=UTC).timestamp() * 1000)
"""Half past midnight on the 21st in Rabat, which was an hour ahead of UTC then."""


@dataclass
class Site:
    """A server with three fairs of a tour; ``now`` is its clock."""

    home: Home
    store: Store
    office: Office
    now: int = NOW

    @property
    def staff(self) -> Staff:
        return Staff(self.store, self.office, clock=lambda: self.now)

    def add(
        self,
        name: str = "م. ب",
        *,
        fair: str = RABAT,
        booth: str = "",
        language: str = "fr",
        hand_over: Callable[[NewStaff], None] = lambda _: None,
    ) -> NewStaff:
        return self.staff.add(name, fair=fair, booth=booth, language=language, hand_over=hand_over)

    def load(self, text: str) -> None:
        self.office.load_tour(read_tour(text.encode(), "tour.toml"))

    def setup(self, fair: str = RABAT) -> Setup | None:
        """Give what kiosks of the fair are sent; its version is what the server watches."""
        with self.store.reading() as connection:
            registry = Registry(connection, self.office.body)
            kept, versions = registry.setups().get(fair), registry.setup_versions()
        if kept is None:
            return None
        setup = msgspec.json.decode(kept[1], type=Setup)
        assert kept[0] == setup.version == versions[fair]
        return setup

    def known_at(self, fair: str = RABAT) -> list[str]:
        setup = self.setup(fair)
        return [each.staff_id for each in setup.staff] if setup else []

    def revoked_cards(self) -> list[str]:
        with self.store.reading() as connection:
            kept = Registry(connection, self.office.body).revocations()
        assert kept is not None
        return open_revocations(kept[1], self.office.body_public_key).cards

    def cards(self) -> list[str]:
        with self.store.reading() as connection:
            return [row.card for row in Registry(connection, self.office.body).cards()]

    def close(self, fair: str) -> None:
        with self.office.acting() as registry:
            registry.close_fair(fair, self.now)


def home_at(path: Path, database: str) -> Home:
    return make_home(
        path, listen="127.0.0.1:1", broker="", kiosk_broker="mqtt://127.0.0.1:1", database=database, web=""
    )


@pytest.fixture
def bare(tmp_path: Path, database_url: str) -> Iterator[Site]:
    """Give a server without a tour."""
    home_at(tmp_path / "server", database_url)
    with opened(tmp_path / "server") as (home, store, _):
        # By the tour's own clock: a card that is over for long is on no list.
        office = Office(home, store, keep_accounts=lambda _: None, clock=lambda: at.now)
        at = Site(home, store, office)
        yield at


@pytest.fixture
def site(bare: Site) -> Site:
    bare.load(LARGER)
    return bare


def fits(verifier: str, pin: str) -> bool:
    try:
        return PasswordHasher().verify(verifier, pin)
    except VerifyMismatchError:
        return False


# Adding


def test_the_pin_that_is_shown_once_fits_what_kiosks_are_sent(site: Site) -> None:
    new = site.add("م. ب", booth="bank")
    read = typed_pin(grouped(new.pin))
    assert read is not None
    setup = site.setup()
    assert setup is not None
    verifier = setup.staff_with(read.staff_id)
    assert verifier is not None
    assert (verifier.staff_id, verifier.booth) == ("101", "bank")
    assert "م. ب" not in str(verifier), "a kiosk that is stolen names nobody"
    assert verifier.card == new.row.card
    assert verifier.pin_verifier.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert fits(verifier.pin_verifier, read.digits)
    wrong = f"101{(int(new.pin[3:]) + 1) % 10**6:06d}"
    assert not fits(verifier.pin_verifier, wrong)
    assert not fits(verifier.pin_verifier, new.pin[3:]), "the id is part of what is checked"


def test_two_of_the_same_name_are_two(site: Site) -> None:
    assert site.add().pin[:3] == "101"
    assert site.add().pin[:3] == "102"
    assert site.known_at() == ["101", "102"]


def test_an_id_is_never_given_again(site: Site) -> None:
    for number in ("101", "102", "103"):
        assert site.add().row.staff_id == number
        site.staff.revoke(number)
    assert site.add(fair=FES).row.staff_id == "104"
    assert site.known_at() == []


def test_ids_count_on_as_numbers(site: Site) -> None:
    row = site.add().row
    with site.office.acting() as registry:
        registry.add_staff(replace(row, staff_id="999"))
    new = site.add()
    assert new.row.staff_id == "1000"
    assert typed_pin(grouped(new.pin)) == ("1000", new.pin)
    assert [each.staff_id for each in site.staff.known()] == ["101", "999", "1000"]


def test_the_card_is_staffs_and_recorded_like_any(site: Site) -> None:
    new = site.add(language="zgh")
    card, revoked = site.office.verify_card(new.token)
    assert isinstance(card, Card)
    assert not revoked
    assert str(card.identity) == new.row.card
    assert site.cards() == [new.row.card]
    assert (card.category, card.language, card.territory) == (Category.STAFF, "zgh", 0)
    # Of today by the fair's clock, and for a month at least: a week after the fair were the 5th.
    assert (card.valid_from, card.valid_to) == (date(2024, 12, 21), date(2025, 1, 21))
    assert new.valid_to == card.valid_to


def test_staff_are_told_to_their_own_fair_alone(site: Site) -> None:
    before = site.setup(FES)
    site.add(fair=RABAT)
    assert site.setup(FES) == before
    assert site.known_at(RABAT) == ["101"]


def test_adding_staff_keeps_who_is_invited_and_loading_keeps_staff(site: Site) -> None:
    before = site.setup(FES)
    assert before is not None
    assert before.invitees
    site.add(fair=FES)
    with_staff = site.setup(FES)
    assert with_staff is not None
    assert with_staff.version > before.version
    assert with_staff.invitees == before.invitees

    site.load(LARGER)
    assert site.setup(FES) == with_staff, "nothing has changed, nothing is sent"
    site.load(LARGER.replace('"000471"', '"000472"'))
    changed = site.setup(FES)
    assert changed is not None
    assert changed.version > with_staff.version
    assert changed.invitees != before.invitees
    assert changed.staff == with_staff.staff
    site.load(SMALL)
    assert site.setup(FES) == changed


def test_a_fair_without_a_setup_gets_one_and_a_higher_version_each_time(site: Site) -> None:
    assert site.setup(RABAT) is None
    versions = []
    for _ in range(2):
        site.add(fair=RABAT)
        setup = site.setup(RABAT)
        assert setup is not None
        versions.append(setup.version)
    site.staff.revoke("101")
    setup = site.setup(RABAT)
    assert setup is not None
    versions.append(setup.version)
    assert versions == sorted(set(versions))


# Refusals, and nothing half-done


def nothing_of_staff(site: Site) -> bool:
    return not (site.staff.known() or site.cards() or site.setup(RABAT))


@pytest.mark.parametrize(
    "name", ["", " ", " one", "one ", "two\nlines", "a" * 65, "\x7f", "\x1b[31mred", "\u202eodd"]
)
def test_a_name_that_cannot_be_read_is_refused(site: Site, name: str) -> None:
    with pytest.raises(OfficeError, match="a name is 1 to 64 characters that can be printed"):
        site.add(name)
    assert nothing_of_staff(site)


@pytest.mark.parametrize("name", ["ⴰⴳⴰⴷⵉⵔ", "م. ب", 'the "big" one', "a" * 64, "-"])
def test_names_may_be_strange(site: Site, name: str) -> None:
    site.add(name)
    assert [row.name for row in site.staff.known()] == [name]


def test_an_unknown_fair_or_booth_names_the_known_ones(site: Site) -> None:
    with pytest.raises(
        OfficeError, match=r"there is no fair 'oujda': choose with --fair one of .*rabat-2024"
    ):
        site.add(fair="oujda")
    with pytest.raises(OfficeError, match="there are several fairs: choose with --fair one of"):
        site.add(fair="")
    with pytest.raises(OfficeError, match="rabat-2024 has no booth 'bar': choose one of membership, bank"):
        site.add(booth="bar")
    with pytest.raises(OfficeError, match="there is no fair 'oujda'"):
        site.staff.known("oujda")
    assert nothing_of_staff(site)


def test_the_only_fair_need_not_be_named(bare: Site) -> None:
    bare.load(SMALL)
    assert bare.add(fair="").row.fair == RABAT


def test_a_closed_fair_takes_no_more_staff_and_lets_them_go(site: Site) -> None:
    site.add()
    site.close(RABAT)
    with pytest.raises(OfficeError, match=r"rabat-2024 is closed: .*riwaq-server fair reopen rabat-2024"):
        site.add()
    _, fresh = site.staff.revoke("101")
    assert fresh
    assert site.known_at() == []


def test_without_a_tour_there_are_no_staff(bare: Site) -> None:
    for act in (bare.add, lambda: bare.staff.revoke("101"), lambda: bare.staff.known(RABAT)):
        with pytest.raises(OfficeError, match="no tour is loaded yet"):
            act()
    assert bare.staff.known() == []


def test_where_the_card_cannot_be_handed_over_nobody_is_added(site: Site) -> None:
    def no_disk(_: NewStaff) -> None:
        raise OfficeError("no room")

    with pytest.raises(OfficeError, match="no room"):
        site.add(hand_over=no_disk)
    assert nothing_of_staff(site)
    assert site.add().row.staff_id == "101"


def test_more_staff_than_a_kiosk_is_sent_are_refused_whole(site: Site) -> None:
    row = site.add().row
    with site.office.acting() as registry:
        for number in range(2000, 8000):
            # What zlib cannot pack: a verifier each.
            salt = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(str(number))
            registry.add_staff(replace(row, staff_id=str(number), pin_verifier=salt))
    before = site.setup()
    with pytest.raises(Exception, match="the invitees and staff of rabat-2024 take"):
        site.add()
    assert site.setup() == before
    assert len(site.cards()) == 1


def test_a_fair_with_staff_is_not_removed_before_they_are_revoked(site: Site) -> None:
    site.add()
    with pytest.raises(OfficeError, match=r"rabat-2024 has staff \(101\): revoke them first"):
        site.office.remove_fair(RABAT)
    site.staff.revoke("101")
    site.office.remove_fair(RABAT)
    assert [row.staff_id for row in site.staff.known()] == ["101"]
    site.load(LARGER)
    assert site.add().row.staff_id == "102"
    assert site.known_at() == ["102"]


# Listing and revoking


def test_a_list_is_of_one_fair_where_it_is_named(site: Site) -> None:
    site.add("one")
    site.add("two", fair=FES)
    assert [row.name for row in site.staff.known()] == ["one", "two"]
    assert [row.name for row in site.staff.known(FES)] == ["two"]
    assert site.staff.known("tangier-2024") == []


def test_a_verifier_is_not_shown_with_a_row(site: Site) -> None:
    new = site.add()
    assert "argon2" not in repr(site.staff.known())
    assert new.pin not in repr(new)
    assert new.token not in repr(new)


def test_who_is_revoked_has_neither_pin_nor_card(site: Site) -> None:
    kept, gone = site.add(), site.add()
    row, fresh = site.staff.revoke("102")
    assert (row.staff_id, fresh) == ("102", True)
    assert site.known_at() == ["101"]
    assert site.revoked_cards() == [gone.row.card]
    assert site.office.verify_card(gone.token)[1]
    assert not site.office.verify_card(kept.token)[1]
    assert [(row.staff_id, row.revoked_at) for row in site.staff.known()] == [("101", None), ("102", NOW)]


def test_twice_revoked_is_once(site: Site) -> None:
    site.add()
    site.staff.revoke("101")
    before, when = site.setup(), site.now
    site.now += 5000
    row, fresh = site.staff.revoke("101")
    assert not fresh
    assert row.revoked_at == when
    assert site.setup() == before


@pytest.mark.parametrize("staff_id", ["999", "", "0101", "101 ", "x", "-1", "\u0661\u0660\u0661"])
def test_an_id_that_nobody_had_is_told(site: Site, staff_id: str) -> None:
    site.add()
    with pytest.raises(OfficeError, match=r"there is no staff .*: see  riwaq-server staff list"):
        site.staff.revoke(staff_id)


def test_a_card_that_was_lost_before_can_still_be_revoked_with_its_pin(site: Site) -> None:
    new = site.add()
    card, _ = site.office.verify_card(new.token)
    assert isinstance(card, Card)
    site.office.revoke_card(card.identity, "lost")
    assert site.known_at() == ["101"], "a lost card leaves the PIN good"
    assert site.staff.revoke("101")[1]
    assert site.known_at() == []
    assert site.revoked_cards() == [new.row.card]


# Kept


def backup_of(site: Site, file: Path) -> Path:
    how: dict[str, Any] = {"with_secrets": False, "on_rows": lambda _, __: None}
    return back_up(site.home, site.store, site.office.body, file, **how).file


def test_staff_survive_a_backup_and_what_is_put_back_works(site: Site, tmp_path: Path) -> None:
    kept, gone = site.add(booth="bank"), site.add()
    site.staff.revoke("102")
    file = backup_of(site, tmp_path / "b")
    before = site.staff.known(), site.setup()

    there = home_at(tmp_path / "there", "").path
    shutil.copy(site.home.path / SECRETS, there / SECRETS)
    restored(file, there, replace=False, on_rows=lambda _, __: None)
    with opened(there) as (home, store, office):
        other = Site(home, store, office)
        assert (other.staff.known(), other.setup()) == before
        assert fits(other.staff.known()[0].pin_verifier, kept.pin)
        assert other.add().row.staff_id == "103"
        assert other.office.verify_card(gone.token)[1]


def test_a_ledger_with_staff_added_since_is_newer_than_the_backup(site: Site, tmp_path: Path) -> None:
    file = backup_of(site, tmp_path / "b")
    site.now += 1
    site.add()
    with pytest.raises(ServerError, match="newer than this backup"):
        restored(file, site.home.path, replace=False, on_rows=lambda _, __: None)
    assert [row.staff_id for row in site.staff.known()] == ["101"]


def test_no_pin_is_in_any_file(tmp_path: Path) -> None:
    home_at(tmp_path, "")
    with ExitStack() as ending:
        home, store, office = ending.enter_context(opened(tmp_path))
        site = Site(home, store, office)
        site.load(LARGER)
        pins = [site.add().pin for _ in range(3)]
        lying = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"$argon2id$" in lying, "the ledger is among what was read"
    for pin in pins:
        assert pin.encode() not in lying
        assert grouped(pin).encode() not in lying


# Rules


@pytest.mark.parametrize(
    "secret", ["000000", "777777", "123456", "012345", "567890", "654321", "543210", "098765"]
)
def test_what_people_try_first_is_trivial(secret: str) -> None:
    assert is_trivial(secret)


@pytest.mark.parametrize("secret", ["482913", "123457", "111112", "135791", "100000"])
def test_what_is_drawn_by_chance_is_not(secret: str) -> None:
    assert not is_trivial(secret)


def test_no_trivial_pin_is_handed_out() -> None:
    drawn = iter([0, 123456, 654321, 42])
    assert new_pin("101", lambda _: next(drawn)) == "101000042"
    assert len(new_pin("101")) == 9


@given(st.integers(101, 999_999), st.integers(0, 999_999))
def test_a_grouped_pin_is_read_again(staff: int, secret: int) -> None:
    digits = f"{staff}{secret:06d}"
    assert grouped("101482913") == "101 482 913"
    assert typed_pin(grouped(digits)) == (str(staff), digits)


@pytest.mark.parametrize(
    ("today", "last_day", "valid_to"),
    [
        (date(2024, 12, 1), date(2024, 12, 29), date(2025, 1, 5)),
        (date(2024, 12, 28), date(2024, 12, 29), date(2025, 1, 28)),
        (date(2026, 9, 20), date(2024, 12, 29), date(2026, 10, 21)),
        (date(2046, 6, 1), date(2046, 6, 5), LAST_DAY),
    ],
)
def test_a_staff_card_is_good_for_the_fair_and_for_a_month(
    today: date, last_day: date, valid_to: date
) -> None:
    assert card_days(today, last_day) == (today, valid_to)
