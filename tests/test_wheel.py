"""The wheel holds what an installed Riwaq needs, and nothing of the tests."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.programs import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    [path] = out.glob("*.whl")
    return path


def test_wheel_holds_programs_migrations_and_the_example(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"kiosk/__main__.py", "server/__main__.py", "wire/card.py"} <= names
    assert {"server/examples/rabat.toml", "server/examples/tour.toml"} <= names
    assert any(name.startswith("server/store/migrations/versions/r0001") for name in names)
    assert "server/store/migrations/script.py.mako" in names
    assert not any(name.startswith(("tests/", "demo/")) for name in names)


def test_wheel_carries_what_is_made_at_set_up_so_that_the_field_needs_no_npm(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "kiosk/made/fonts/riwaq-regular.ttf",
        "kiosk/made/fonts/lucide.json",
        "kiosk/made/sounds/accepted.wav",
        "kiosk/made/fonts/licences/noto.txt",
        "server/made/web/uplot.js",
        "server/made/web/idiomorph.js",
        "server/made/web/riwaq-bold.woff2",
        "server/made/web/icons/check.svg",
        "server/made/web/licences/uplot.txt",
    } <= names
    assert not any(name.startswith("kiosk/made/web/") for name in names)
    for source in (ROOT / "assets/made/voice").rglob("*.*"):
        assert f"kiosk/made/{source.relative_to(ROOT / 'assets/made')}" in names
    for source in (ROOT / "assets/made/locale").rglob("*.mo"):
        program = {"files": "server"}.get(source.stem, source.stem)
        assert f"{program}/made/{source.relative_to(ROOT / 'assets/made')}" in names


def test_installed_wheel_answers_and_opens_a_directory(wheel: Path, tmp_path: Path) -> None:
    """Run it from its own unpacked files alone: nothing may be taken from the source tree."""
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    home = tmp_path / "home"
    for words in (
        ["init", str(home)],
        ["tour", "example", "tour.toml"],
        ["tour", "load", "tour.toml", "--dir", str(home)],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "server", *words],
            cwd=tmp_path,
            env={"PYTHONPATH": str(site), "PATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert "rabat-2024" in done.stdout
