"""``cards issue --members``: sheets with the names of those who have no card in force."""

import subprocess
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from server.members.membership import Membership
from tests.server.members.register import FATIMA, KARIM, SALMA, Register


def tokens_of(pdf: Path) -> list[str]:
    """Read the codes of a PDF's pages, as a camera would see them."""
    subprocess.run(["pdftoppm", "-gray", "-r", "110", pdf, pdf.with_suffix("")], check=True)
    found = []
    for page in sorted(pdf.parent.glob(f"{pdf.stem}-*.pgm")):
        with Image.open(page) as picture:
            found += [code.text for code in zxingcpp.read_barcodes(picture)]
    return found


def cards_of(register: Register, *text: str) -> list[str]:
    shown = register.json("members", "show", register.id_of(*text))
    return [card["card"] for card in shown["cards"] if not card["revoked"]]


def test_each_member_without_a_card_gets_one_with_the_name_on_it(either: Register) -> None:
    either.take(KARIM, FATIMA, SALMA)
    out = either.path / "cards.pdf"
    found = either.json("cards", "issue", "--members", "--out", out)
    assert (found["count"], found["sheets"], found["left"]) == (3, str(out), 0)
    assert out.stat().st_mode & 0o777 == 0o600
    verified = [either.json("cards", "verify", token) for token in tokens_of(out)]
    assert {card["verdict"] for card in verified} == {"accepted"}
    assert {card["card"] for card in verified} == {
        *cards_of(either, "karim"),
        *cards_of(either, "fatima"),
        *cards_of(either, "salma"),
    }
    words = subprocess.run(["pdftotext", out, "-"], check=True, capture_output=True).stdout.decode()
    assert all(name in words for name in ("Karim Bennani", "Fatima Bennani", "Salma Bennani"))
    assert "0012345" not in words
    assert [row["what"] for row in either.log()].count("issue cards") == 1
    again = either.type("cards", "issue", "--members", "--out", either.path / "again.pdf", code=1)
    assert "nobody is without a card in force" in again
    assert not (either.path / "again.pdf").exists()


def test_some_of_them_by_category_by_number_or_a_few_at_a_time(register: Register) -> None:
    register.take(KARIM, FATIMA, SALMA)
    out = [register.path / f"{number}.pdf" for number in range(3)]
    widows = register.json("cards", "issue", "--members", "--category", "widow", "--out", out[0])
    assert (widows["count"], widows["left"]) == (1, 0)
    one = register.json("cards", "issue", "--members", "--count", "1", "--out", out[1])
    assert (one["count"], one["left"]) == (1, 1)
    rest = [name for name in ("karim", "salma") if not cards_of(register, name)]
    member = register.id_of(*rest)
    told = register.type("cards", "issue", "--member", member, "--out", out[2])
    assert "1 cards are in" in told
    assert all(len(cards_of(register, name)) == 1 for name in ("karim", "fatima", "salma"))


def test_more_than_a_file_holds_goes_on_in_another(register: Register) -> None:
    register.take(KARIM, FATIMA, SALMA)
    told = register.type("cards", "issue", "--members", "--count", "2", "--out", register.path / "1.pdf")
    assert "1 members are without one still: type the same with another --out." in told
    told = register.type("cards", "issue", "--members", "--count", "10001", "--out", "x.pdf", code=2)
    assert "at most 10000" in told


def test_who_has_a_card_or_no_rights_or_is_nobody_is_named(register: Register) -> None:
    register.take(KARIM)
    karim, out = register.id_of("karim"), register.path / "x.pdf"
    register.type("cards", "issue", "--member", karim, "--out", register.path / "first.pdf")
    told = register.type("cards", "issue", "--member", karim, "--out", out, code=1)
    assert f"{karim}: deactivated, or with a card in force" in told
    assert "there is no member" in register.type("cards", "issue", "--member", "f" * 16, "--out", out, code=1)
    assert not out.exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--out", "cards"), "let --out end in .pdf"),
        (("--language", "fr", "--out", "x.pdf"), "--language cannot be given"),
        (("--valid-to", "2046-01-01", "--no-pictures", "--out", "x.pdf"), "--no-pictures, --valid-to cannot"),
    ],
)
def test_what_is_the_members_own_cannot_be_given(
    register: Register, words: tuple[str, ...], told: str
) -> None:
    assert told in register.type("cards", "issue", "--members", *words, code=2)


def test_no_file_is_replaced_and_cards_that_nobody_got_are_taken_back(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    register.take(KARIM)
    out = register.path / "cards.pdf"
    out.write_text("precious")
    assert "exists already" in register.type("cards", "issue", "--members", "--out", out, code=1)
    assert out.read_text() == "precious"
    assert cards_of(register, "karim") == []
    issue = Membership.issue_member_cards

    def fails(self: Membership, **words: object) -> object:
        yield from issue(self, **words)  # type: ignore[arg-type]  # as they came
        raise OSError("the disk is full")

    monkeypatch.setattr(Membership, "issue_member_cards", fails)
    out.unlink()
    with pytest.raises(AssertionError, match="the disk is full"):
        register.type("cards", "issue", "--members", "--out", out)
    monkeypatch.undo()
    assert not out.exists()
    assert cards_of(register, "karim") == []
    assert register.json("cards", "issue", "--members", "--out", out)["count"] == 1
    assert register.json("audit", "verify")["whole"] is True
