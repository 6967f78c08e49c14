"""A national id that a body may keep: a keyed hash and three characters leave the form, itself nowhere."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from kiosk.notices import StaffDone
from kiosk.wishes import RegisterWish
from tests.kiosk.test_registering import FORM, TYPED, Registry, a_fair
from tests.wire.strategies import SEALING
from wire.described import Form, FormField
from wire.events import Registration
from wire.national_id import hashed
from wire.private import open_private

KEY = b"\x0b" * 32
NUMBER = "QA1234567"


def form(**changes: Any) -> Form:
    """Give a form of a body that may keep national ids, and asks for them."""
    asked = FormField(id="national_id", required=changes.pop("required", False))
    return msgspec.structs.replace(
        FORM, **{"fields": [*FORM.fields, asked], "national_id": "A-123/2026", **changes}
    )


class Numbers(Registry):
    """A kiosk that asks for national ids, with the server's key or another, or none."""

    def __init__(self, path: Path, key: bytes = KEY, **changes: Any) -> None:
        super().__init__(path, a_fair(form=form(**changes)))
        descriptions = self.kiosk.station._descriptions  # noqa: SLF001 - as if it had come sealed
        assert descriptions.setup is not None
        descriptions.setup = msgspec.structs.replace(descriptions.setup, identity_key=key)

    def sealed(self) -> dict[str, str]:
        [event] = self.registrations()
        assert isinstance(event.fact, Registration)
        return open_private(event.fact.sealed, SEALING)


@pytest.mark.parametrize(
    "typed",
    [NUMBER, " qa 1234567", "\u200fQA\u0661\u0662\u0663\u0664\u0665\u0666\u0667", "\uff31\uff211234567"],
)
def test_a_keyed_hash_and_three_characters_are_kept(tmp_path: Path, typed: str) -> None:
    desk = Numbers(tmp_path)
    desk.register(typed={**TYPED, "national_id": typed})
    values = desk.sealed()
    assert (values["national_id"], values["national_tail"]) == hashed(NUMBER, KEY)
    assert values["national_tail"] == "567"
    assert not [each for each in values.values() if "1234567" in each]
    desk.kiosk.stop()
    for path in (tmp_path / "data").rglob("*"):
        assert not path.is_file() or b"1234567" not in path.read_bytes()
    assert "1234567" not in repr(desk.kiosk.notices)


@pytest.mark.parametrize("typed", ["1234567", "ABC1234567", "QA12345678", "QA", "QA-1", "x" * 10_000])
def test_what_is_no_national_id_is_not_taken(tmp_path: Path, typed: str) -> None:
    desk = Numbers(tmp_path)
    assert desk.refused(typed={**TYPED, "national_id": typed}) == "incomplete"
    desk.kiosk.stop()


@pytest.mark.parametrize("key", [b"", b"short"])
def test_without_the_key_a_registration_goes_on_without_it(tmp_path: Path, key: bytes) -> None:
    desk = Numbers(tmp_path, key)
    desk.register(typed={**TYPED, "national_id": NUMBER})
    assert desk.sealed().keys().isdisjoint({"national_id", "national_tail"})
    desk.kiosk.stop()


def test_where_it_must_be_there_nobody_is_registered_without_the_key(tmp_path: Path) -> None:
    desk = Numbers(tmp_path, b"", required=True)
    wish = RegisterWish({**TYPED, "national_id": NUMBER}, language="ar")
    assert desk.ask(wish, StaffDone) == StaffDone("registration", "no_key")
    assert desk.refused() == "incomplete", "and nothing of it was typed"
    assert desk.registrations() == []
    desk.kiosk.stop()


def test_without_an_authorisation_none_is_asked_for(tmp_path: Path) -> None:
    desk = Numbers(tmp_path, national_id="", required=True)
    assert desk.refused(typed={**TYPED, "national_id": NUMBER}) == "incomplete"
    desk.register()
    assert desk.sealed().keys().isdisjoint({"national_id", "national_tail"})
    desk.kiosk.stop()
