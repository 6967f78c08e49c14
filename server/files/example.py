"""The example stop that ships with Riwaq, to begin from and for the demo."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Final

_IN_A_WHEEL: Final = Path(__file__).resolve().parents[1] / "examples" / "rabat.toml"
_IN_THE_TREE: Final = Path(__file__).resolve().parents[2] / "assets" / "examples" / "rabat.toml"
_DAYS: Final = re.compile(r"^days = \[(.*)\]$", re.MULTILINE)


def example_fair(second_day: date | None = None) -> str:
    """Give the example's TOML; with ``second_day`` its days are moved so that the second is that day."""
    path = _IN_A_WHEEL if _IN_A_WHEEL.exists() else _IN_THE_TREE
    text = path.read_text(encoding="utf-8")
    if second_day is None:
        return text

    def moved(match: re.Match[str]) -> str:
        days = [date.fromisoformat(day.strip()) for day in match[1].split(",")]
        by: timedelta = second_day - days[1]
        return f"days = [{', '.join((day + by).isoformat() for day in days)}]"

    return _DAYS.sub(moved, text)
