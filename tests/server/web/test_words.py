"""Every text of the page is in every catalogue, complete, and nothing else is."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from server.cases import merging
from server.rules import wording
from server.rules.pages import exceptions, told
from server.sessions import recommending
from tests.server.web.stage import ROOT

FORMS = {"ar": 6, "fr": 2, "zgh": 2}
PLACE = re.compile(r"\{\w+\}")
SOURCES = [
    ROOT / "server/rules/wording.py",
    ROOT / "server/rules/usual_names.py",
    *(ROOT / "server/rules/pages").glob("*.py"),
    *(ROOT / "server/rules/sessions").glob("*.py"),
    *(ROOT / "server/web").glob("*.py"),
]


def texts_in_code(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr in {"text", "counted"} and node.args and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value)
    if path.name == "pages.py":
        from server.web import doors, pages, showing  # noqa: PLC0415 - texts named in tables
        from server.web.views.every import VIEWS  # noqa: PLC0415

        told = (*pages._TOLD.values(), pages._TOLD_ELSE, showing._NO_FAIR, showing._NOTHING_YET)  # noqa: SLF001
        yield from (view.menu for view in VIEWS if view.menu)
        yield showing.REFUSED
        for pair in (*told, doors.LINK_IS_OVER):
            yield from pair
        yield from (doors.OUT_OF_DATE, doors.CROWDED)
    if path.name == "downloads.py":
        from server.rules.pages import files, tour  # noqa: PLC0415 - texts named in tables
        from server.web import downloads  # noqa: PLC0415

        yield from (*tour.STATES.values(), *files.TITLES.values())
        for pair in (downloads.CROWDED, downloads.NOT_MADE, downloads.NO_SUCH, downloads.TAKEN):
            yield from pair


def texts_in_templates() -> Iterator[str]:
    for path in (ROOT / "server/web/templates").glob("*.html"):
        html = path.read_text(encoding="utf-8")
        for found in re.finditer(r"""\b(?:_|words\.counted)\(\s*(["'])(.+?)\1\s*[,) ]""", html):
            yield found[2]


@pytest.fixture(params=FORMS)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    path = ROOT / f"assets/locale/{request.param}/LC_MESSAGES/server.po"
    with path.open("rb") as file:
        return read_po(file, locale=request.param)


def test_every_text_is_translated_and_none_is_left_over(catalogue: Catalog) -> None:
    used = {text for path in SOURCES for text in texts_in_code(path)} | set(texts_in_templates())
    used |= {*wording.SAYS.values(), *wording.ADVICE.values(), *wording.HEALTH.values()}
    used |= set(wording.ROLES.values())
    used |= {
        *told.REFUSALS.values(),
        *exceptions.REFUSALS.values(),
        *merging.REFUSALS.values(),
        merging.GONE,
        recommending.GONE,
    }
    used |= {one for one, _ in wording.SAYS_COUNTED.values()}
    known = {message.id if isinstance(message.id, str) else message.id[0] for message in catalogue} - {""}
    assert used == known


def test_translations_keep_the_places_and_have_every_form(catalogue: Catalog) -> None:
    language = str(catalogue.locale)
    for message in catalogue:
        if not message.id:
            continue
        forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
        assert all(forms), message.id
        assert len(forms) == (1 if isinstance(message.id, str) else FORMS[language]), message.id
        places = set(PLACE.findall(message.id if isinstance(message.id, str) else message.id[1]))
        for form in forms:
            found = set(PLACE.findall(form))
            # "One fact", "two facts" say the number in the word itself.
            assert found <= places, form
            assert places - found <= ({"{count}"} if len(forms) > 1 else set()), form
