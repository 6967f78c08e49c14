"""Breaking words into lines that fit a place, whoever draws them."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Protocol

ELLIPSIS: Final = "…"


class Measure(Protocol):
    """Whoever knows the letters of the font."""

    def __call__(self, text: str, *, bold: bool) -> float:
        """Give the advance width of a text as a share of the font's size."""


@dataclass(frozen=True, slots=True)
class Step:
    """One way to set words: at this size (mm) on so many lines."""

    size: float
    lines: int


@dataclass(frozen=True, slots=True)
class Set:
    """Lines and the size (mm) at which they fit."""

    lines: tuple[str, ...]
    size: float


def fit(text: str, width: float, steps: Sequence[Step], measure: Measure, *, bold: bool) -> Set:
    """Set words by the first step that they fit; by the last one words are broken and may be cut."""
    for step in steps:
        lines = _wrapped(text, width / step.size, measure, bold=bold)
        if lines is not None and len(lines) <= step.lines:
            return Set(tuple(lines), step.size)
    last = steps[-1]
    broken = list(_broken(text, width / last.size, measure, bold=bold))
    if len(broken) > last.lines:
        broken = broken[: last.lines]
        broken[-1] = _shortened(broken[-1], width / last.size, measure, bold=bold)
    return Set(tuple(broken), last.size)


def _wrapped(text: str, room: float, measure: Measure, *, bold: bool) -> list[str] | None:
    """Break between words into lines of like length; None where a word is too long for a line."""
    words = text.split(" ")
    widths = [measure(word, bold=bold) for word in words]
    if max(widths) > room:
        return None
    space = measure(" ", bold=bold)
    fewest = len(_filled(words, widths, space, room))
    # The narrowest room that needs no more lines leaves no word alone under a long line.
    narrow, wide = max(widths), room
    while wide - narrow > space / 4:
        middle = (narrow + wide) / 2
        if len(_filled(words, widths, space, middle)) <= fewest:
            wide = middle
        else:
            narrow = middle
    return _filled(words, widths, space, wide)


def _filled(words: list[str], widths: list[float], space: float, room: float) -> list[str]:
    lines: list[list[str]] = []
    used = 0.0
    for word, width in zip(words, widths, strict=True):
        if lines and used + space + width <= room:
            lines[-1].append(word)
            used += space + width
        else:
            lines.append([word])
            used = width
    return [" ".join(line) for line in lines]


def _broken(text: str, room: float, measure: Measure, *, bold: bool) -> Iterator[str]:
    """Break between letters where a word is longer than a line."""
    line = ""
    for word in text.split(" "):
        for part in _parts(word, room, measure, bold=bold):
            longer = f"{line} {part}" if line else part
            if line and measure(longer, bold=bold) > room:
                yield line
                line = part
            else:
                line = longer
    yield line


def _parts(word: str, room: float, measure: Measure, *, bold: bool) -> Iterator[str]:
    part = ""
    for letter in letters(word):
        if part and measure(part + letter, bold=bold) > room:
            yield part
            part = ""
        part += letter
    yield part


def _shortened(line: str, room: float, measure: Measure, *, bold: bool) -> str:
    kept = list(letters(line))
    while kept and measure("".join(kept) + ELLIPSIS, bold=bold) > room:
        kept.pop()
    return "".join(kept).rstrip() + ELLIPSIS


def letters(text: str) -> Iterator[str]:
    """Yield letters, each with the marks and joiners that belong to it."""
    begins = [index for index, sign in enumerate(text) if not index or not _belongs(sign)]
    for begin, end in pairwise([*begins, len(text)]):
        yield text[begin:end]


def _belongs(sign: str) -> bool:
    return unicodedata.category(sign) in {"Mn", "Mc", "Cf"}
