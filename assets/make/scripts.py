"""What the pages' scripts stand on: uPlot draws charts, Idiomorph brings a page up to date in place."""

import shutil
from pathlib import Path


def make(out: Path, packages: Path) -> None:
    """Write `web/uplot.js` (a plain script) with its `uplot.css`, and `web/idiomorph.js` (a module)."""
    uplot, idiomorph = packages / "uplot", packages / "idiomorph"
    (out / "web/licences").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(uplot / "dist/uPlot.iife.min.js", out / "web/uplot.js")
    shutil.copyfile(uplot / "dist/uPlot.min.css", out / "web/uplot.css")
    shutil.copyfile(uplot / "LICENSE", out / "web/licences/uplot.txt")
    shutil.copyfile(idiomorph / "dist/idiomorph.esm.js", out / "web/idiomorph.js")
    shutil.copyfile(idiomorph / "LICENSE", out / "web/licences/idiomorph.txt")
