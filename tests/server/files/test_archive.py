"""A fair put away: nothing of it is lost, no person is in it, and whatever is changed shows."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from server.files.out.archive import ArchiveError, manifest_of, unfit
from server.intake import Intake
from server.rules.archive import fact_line, fair_of, quarantined_line
from server.settings import Home
from tests.server.facts import OTHER_DEVICE, batch, card, event_id, visit
from tests.server.files.hall import RABAT, TANGIER, Hall
from wire.events import Feedback, Visit
from wire.private import seal_private

CANARY = "CanaryBennani"


@pytest.fixture
def filled(hall: Hall) -> Hall:
    hall.enrol((f"Karim {CANARY}", "كريم بناني", "actif", "0012345", "06 12 34 56 78"))
    karim = hall.cards["0012345"]
    hall.happen(Visit(card=karim))
    hall.sign_up(karim, phone="+212699887766")
    key = bytes(Home(hall.home).secrets.sealing_key.public_key)
    hall.happen(Feedback(card=karim, face=4, sealed=seal_private({"text": CANARY}, key)))
    hall.happen(Visit(card=card(7)), fair=TANGIER)
    intake = Intake(hall.store, "amal", digest_key=bytes(32))
    # Another fact in a place that is taken, bytes that nobody can read, and an earlier device.
    intake.take([batch(1, visit(99, who=8))], 5)
    intake.take([batch(1, b'{"half', visit(100, who=9), device="0000000000000001")], 6)
    intake.take([batch(1, visit(101, who=10), device=OTHER_DEVICE, epoch=2)], 7)
    return hall


def archived(hall: Hall, name: str = "out.zip") -> Path:
    out = hall.path / name
    hall.type("archive", RABAT, "--out", out)
    return out


def lines(path: Path, name: str) -> list[dict[str, Any]]:
    with zipfile.ZipFile(path) as packed:
        return [json.loads(line) for line in packed.read(name).splitlines()]


def altered(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Give a copy of an archive in which something was changed."""
    with zipfile.ZipFile(path) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    change(files)
    copy = path.with_name("altered.zip")
    with zipfile.ZipFile(copy, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return copy


def test_every_fact_of_the_fair_is_there_in_its_order_and_no_other(filled: Hall) -> None:
    facts = lines(archived(filled), "facts.jsonl")
    places = [(fact["device"], fact["epoch"], fact["seq"]) for fact in facts]
    assert places == sorted(places)
    assert [fact["kind"] for fact in facts] == ["visit", "visit", "sign_up", "feedback", "visit"]
    assert {fact["fair"] for fact in facts} == {RABAT}
    assert facts[2]["detail"]["consent_version"] == 3


def test_what_is_in_quarantine_is_there_and_who_it_was_is_not(filled: Hall) -> None:
    held = lines(archived(filled), "quarantine.jsonl")
    assert [row["reason"] for row in held] == ["clash"]
    assert held[0]["event_id"] == event_id(99)
    assert held[0]["event"]["kind"] == "visit"
    assert "card" not in held[0]["event"]["fact"]


def test_no_person_can_be_read_in_it(filled: Hall) -> None:
    path = archived(filled)
    number = filled.cards["0012345"].card_id
    with zipfile.ZipFile(path) as packed:
        content = b"".join(packed.read(name) for name in packed.namelist())
    for canary in (CANARY, "699887766", "612345678", number, f"{8:014x}", "كريم"):
        assert canary.encode() not in content
    assert lines(path, "facts.jsonl")[2]["sealed"]


def test_figures_and_description_are_there(filled: Hall) -> None:
    path = archived(filled)
    with zipfile.ZipFile(path) as packed:
        figures = json.loads(packed.read("figures.json"))
        definition = json.loads(packed.read("definition.json"))
        assert packed.read("programme.signed")
    assert figures["visits"] == filled.json("stats", RABAT)["visits"] == 3
    assert definition["fair"]["id"] == RABAT


def test_a_whole_archive_verifies(filled: Hall) -> None:
    path = archived(filled)
    found = filled.json("archive", "verify", path)
    assert (found["whole"], found["problems"], found["facts"]) == (True, {}, 5)
    assert "is whole: 5 facts" in filled.type("archive", "verify", path)
    assert path.stat().st_mode & 0o777 == 0o600


def replaced(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda files: files.update({name: files[name].replace(old, new)})


def added(name: str, content: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda files: files.update({name: files.get(name, b"") + content})


@pytest.mark.parametrize(
    ("change", "name", "why"),
    [
        (replaced("facts.jsonl", b"visit", b"visis"), "facts.jsonl", "its content is not"),
        (replaced("facts.jsonl", b"visit", b"vis"), "facts.jsonl", "it has fewer"),
        (added("facts.jsonl", b"x"), "facts.jsonl", "it has more"),
        (lambda files: files.pop("figures.json"), "figures.json", "it is missing"),
        (added("extra.txt", b"x"), "extra.txt", "it is not in the manifest"),
        (replaced("manifest.json", b'"facts": 5', b'"facts": 6'), "manifest.json", "has not signed it"),
        (replaced("manifest.signature", b"a", b"b"), "manifest.json", "has not signed it"),
    ],
)
def test_whatever_is_changed_shows_by_its_name(
    filled: Hall, change: Callable[[dict[str, bytes]], None], name: str, why: str
) -> None:
    copy = altered(archived(filled), change)
    found = filled.json("archive", "verify", copy, code=1)
    assert not found["whole"]
    assert list(found["problems"]) == [name]
    assert why in found["problems"][name]


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all"])
def test_what_is_no_archive_is_told_in_words(hall: Hall, content: bytes) -> None:
    path = hall.path / "x.zip"
    path.write_bytes(content)
    assert "is no archive, or was cut off" in hall.type("archive", "verify", path, code=1)


def seen_in(path: Path, key: bytes) -> bool:
    """Say whether an archive is found to be whole."""

    def is_signed(content: bytes, signature: bytes) -> bool:
        try:
            VerifyKey(key).verify(content, signature)
        except (BadSignatureError, ValueError):
            return False
        return True

    try:
        manifest, signed = manifest_of(path, is_signed)
        return signed and not dict(unfit(path, manifest, lambda _: None))
    except ArchiveError:
        return False


def test_an_archive_that_was_cut_off_is_never_whole_and_flipped_bits_never_change_it(filled: Hall) -> None:
    path = archived(filled)
    key = bytes(Home(filled.home).secrets.body_key("amal").verify_key)
    content, bad = path.read_bytes(), path.with_name("bad.zip")
    with zipfile.ZipFile(path) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    assert seen_in(path, key)
    for at in range(0, len(content), 61):
        bad.write_bytes(content[:at])
        assert not seen_in(bad, key), at
    seen = 0
    for at in range(0, len(content), 37):
        bad.write_bytes(content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :])
        if seen_in(bad, key):
            # A date in a header: no byte of any file.
            with zipfile.ZipFile(bad) as packed:
                assert {name: packed.read(name) for name in packed.namelist()} == files
        else:
            seen += 1
    assert seen > len(content) / 37 / 2


def test_another_body_did_not_sign_it(filled: Hall) -> None:
    path = archived(filled)
    found = filled.json("archive", "verify", path, "--key", "ab" * 32, code=1)
    assert found["problems"] == {"manifest.json": "the body has not signed it"}


def test_it_is_audited_by_the_files_name(hall: Hall) -> None:
    archived(hall)
    hall.type("archive", "casablanca", "--out", hall.path / "none.zip", code=1)
    [row] = [row for row in hall.log() if row["what"] == "archive"]
    assert row["detail"] == {"file": "out.zip", "fair": RABAT}


def test_a_fair_that_is_not_there_is_told_and_leaves_no_file(hall: Hall) -> None:
    out = hall.path / "x.zip"
    assert "choose one of rabat-2024" in hall.type("archive", "nowhere", "--out", out, code=1)
    assert not out.exists()


def test_what_nobody_can_read_is_told_by_its_length() -> None:
    found = json.loads(quarantined_line({"reason": "rejected"}, b'\xff{"card":'))
    assert found == {"reason": "rejected", "bytes": 9, "event": None}
    assert fair_of(b"[1]") is None
    assert fair_of(b'{"fair":"rabat"}') == "rabat"


def test_a_kind_that_nobody_knows_yet_tells_no_card() -> None:
    row = {"kind": "later", "detail": '{"Card":{"card_id":"1"},"list":[{"member":"m","n":1}]}'}
    assert json.loads(fact_line(row))["detail"] == {"list": [{"n": 1}]}
