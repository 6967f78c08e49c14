"""uPlot, which draws the charts of the live page."""

import shutil
from pathlib import Path


def make(out: Path, packages: Path) -> None:
    """Write `web/uplot.js`, to be used by a plain script element, and `web/uplot.css`."""
    uplot = packages / "uplot"
    (out / "web/licences").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(uplot / "dist/uPlot.iife.min.js", out / "web/uplot.js")
    shutil.copyfile(uplot / "dist/uPlot.min.css", out / "web/uplot.css")
    shutil.copyfile(uplot / "LICENSE", out / "web/licences/uplot.txt")
