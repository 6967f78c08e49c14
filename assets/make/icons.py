"""Lucide's icons: a font for the kiosk's window, and drawings for pages."""

import json
import shutil
from pathlib import Path

from assets.make.trouble import CannotMakeError

NAMES = Path(__file__).with_name("icons.txt")


def make(out: Path, packages: Path) -> None:
    """Write `fonts/lucide.ttf`, `fonts/lucide.json` and `web/icons/*.svg`."""
    lucide = packages / "lucide-static"
    for folder in ("fonts/licences", "web/icons", "web/licences"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    shutil.copyfile(lucide / "font/lucide.ttf", out / "fonts/lucide.ttf")
    points = json.loads((lucide / "font/codepoints.json").read_text())
    # One line for each icon: somebody will look for a name in it.
    (out / "fonts/lucide.json").write_text(json.dumps(points, indent=0, sort_keys=True) + "\n")
    for name in wanted():
        drawing = lucide / f"icons/{name}.svg"
        if not drawing.exists():
            raise CannotMakeError(f"Lucide has no icon {name!r}: correct it in {NAMES}.")
        shutil.copyfile(drawing, out / f"web/icons/{name}.svg")
    for folder in ("fonts", "web"):
        shutil.copyfile(lucide / "LICENSE", out / folder / "licences/lucide.txt")


def wanted() -> list[str]:
    """Give the names of icons that pages use, from `icons.txt`."""
    lines = (line.partition("#")[0].strip() for line in NAMES.read_text().splitlines())
    return sorted({line for line in lines if line})
