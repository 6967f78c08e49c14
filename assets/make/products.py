"""What is made, what each product is made of, and how it gets to its place.

A product is made in a directory of its own and moved into place when it is whole; its stamp, which
says what it was made of and which files it has, comes last. So whoever stops this half-way, by
accident or by a cut in the power, finds the product without a stamp, and it is made again.
"""

import hashlib
import importlib
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

HERE = Path(__file__).parent
ASSETS = HERE.parent
MADE = ASSETS / "made"


@dataclass(frozen=True, slots=True)
class Product:
    """One product: its module here, and what it is made of besides."""

    name: str
    files: tuple[str, ...] = ()  # patterns, seen from assets/
    packages: tuple[str, ...] = ()  # of PyPI
    programs: tuple[str, ...] = ()  # of the system, that may be missing
    from_npm: bool = False

    def inputs(self) -> str:
        """Make a fingerprint of everything the product is made of."""
        digest = hashlib.sha256()
        patterns = [f"make/{self.name}.py", *self.files]
        if self.from_npm:
            patterns.append("make/package-lock.json")
        for path in (path for pattern in patterns for path in sorted(ASSETS.glob(pattern))):
            digest.update(f"{path.relative_to(ASSETS)} {path.stat().st_size}\n".encode())
            digest.update(path.read_bytes())
        for package in self.packages:
            digest.update(f"{package} {_version(package)}\n".encode())
        for program in self.programs:
            digest.update(f"{program} {_version_of_program(program)}\n".encode())
        return digest.hexdigest()

    def fresh(self, made: Path = MADE) -> bool:
        """Whether it is there, whole, and made of what there is now."""
        try:
            fingerprint, *files = self._stamp(made).read_text().splitlines()
        except (FileNotFoundError, ValueError):
            return False
        return fingerprint == self.inputs() and all((made / file).is_file() for file in files)

    def make(self, scratch: Path, packages: Callable[[], Path], made: Path = MADE) -> str:
        """Make it below `scratch`, then put it in place; `packages` fetches what npm has.

        Give what there is to be said of it: mostly nothing.
        """
        # Read before the work: what changes meanwhile is noticed the next time.
        fingerprint = self.inputs()
        # Imported late, like what it needs: nearly always there is nothing to make.
        module = importlib.import_module(f"assets.make.{self.name}")
        here = scratch / self.name
        said = module.make(here, packages()) if self.from_npm else module.make(here)
        files = sorted(str(path.relative_to(here)) for path in here.rglob("*") if path.is_file())
        self._put(here, files, made)
        stamp = scratch / f"{self.name}.stamp"
        stamp.write_text("\n".join([fingerprint, *files]) + "\n")
        stamp.replace(self._stamp(made))
        return said or ""

    def _put(self, here: Path, files: list[str], made: Path) -> None:
        stamp = self._stamp(made)
        stamp.parent.mkdir(parents=True, exist_ok=True)
        before = stamp.read_text().splitlines()[1:] if stamp.exists() else []
        stamp.unlink(missing_ok=True)
        for file in files:
            (made / file).parent.mkdir(parents=True, exist_ok=True)
            # One by one, so that a program that runs meanwhile finds the old file or the new one.
            (here / file).replace(made / file)
        for gone in set(before) - set(files):
            (made / gone).unlink(missing_ok=True)
        shutil.rmtree(here)

    def _stamp(self, made: Path) -> Path:
        return made / "stamps" / self.name


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def _version_of_program(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        return "missing"
    said = subprocess.run([path, "--version"], capture_output=True, check=False)  # noqa: S603 - of PRODUCTS
    return said.stdout.decode(errors="replace")


# Catalogues come late: a slip in a translation should not keep back the fonts.
PRODUCTS = (
    Product("fonts", packages=("fontpkg-noto-sans", "fontpkg-noto-sans-arabic", "fonttools"), from_npm=True),
    Product("icons", files=("make/icons.txt",), from_npm=True),
    Product("scripts", from_npm=True),
    Product("sounds"),
    Product("catalogues", files=("locale/*/LC_MESSAGES/*.po",), packages=("babel",)),
    Product(
        "voices",
        files=(
            "voice/*.txt",
            "voice/*/*.*",
            "locale/*/LC_MESSAGES/kiosk.po",
            "../kiosk/rules/wording/*.py",
            "../kiosk/ui/languages.py",
        ),
        programs=("espeak-ng",),
    ),
)
