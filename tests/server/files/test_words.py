"""Every text of files is in each catalogue, complete, and nothing else is."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from server.files.out.catalogue import LanguageError, words_of
from tests.programs import ROOT

FORMS = {"ar": 6, "fr": 2, "zgh": 2}
PLACE = re.compile(r"\{\w+\}")
SOURCES = [
    *(ROOT / "server/rules/report").glob("*.py"),
    ROOT / "server/rules/usual_names.py",
    *(ROOT / "server/rules/person").glob("*.py"),
    *(ROOT / "server/files/out").glob("*.py"),
    ROOT / "server/partner_files.py",
    ROOT / "server/attestation.py",
    *(ROOT / "server/rules/sessions").glob("*.py"),
    ROOT / "server/sessions/session_attestation.py",
    ROOT / "server/sessions/session_tables.py",
]


def texts_in_code(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr in {"text", "counted"} and node.args and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value)


@pytest.fixture(params=FORMS)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    path = ROOT / f"assets/locale/{request.param}/LC_MESSAGES/files.po"
    with path.open("rb") as file:
        return read_po(file, locale=request.param)


def test_every_text_is_translated_and_none_is_left_over(catalogue: Catalog) -> None:
    used = {text for path in SOURCES for text in texts_in_code(path)}
    known = {message.id if isinstance(message.id, str) else message.id[0] for message in catalogue} - {""}
    assert used == known


def test_a_language_that_set_up_has_not_made_is_told(tmp_path: Path) -> None:
    made = tmp_path / "locale/fr/LC_MESSAGES"
    made.mkdir(parents=True)
    (made / "files.mo").touch()
    with pytest.raises(LanguageError, match="'zgh' yet: choose one of fr, en with --language"):
        words_of("zgh", tmp_path)


def test_translations_keep_the_places_and_have_every_form(catalogue: Catalog) -> None:
    for message in catalogue:
        if not message.id:
            continue
        forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
        assert all(forms), message.id
        assert len(forms) == (1 if isinstance(message.id, str) else FORMS[str(catalogue.locale)]), message.id
        places = set(PLACE.findall(message.id if isinstance(message.id, str) else message.id[1]))
        for form in forms:
            found = set(PLACE.findall(form))
            assert found <= places, form
            # "One stop", "two stops" say the number in the word itself.
            assert places - found <= ({"{count}"} if len(forms) > 1 else set()), form
