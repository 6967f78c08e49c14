"""Where the pieces of a report come to stand: pages, and two columns on them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

STEP: Final = 3.0
"""By how many millimetres columns are made longer until everything fits them."""
COLUMNS: Final = 2
WHOLE: Final = 90.0
"""Blocks that are not longer than this, mm, are not broken."""
FEWEST: Final = 4
"""Rows of a longer one that stand together at least."""

Draw = Callable[[float, float], None]
"""Draws a piece with its upper corner at (across, down), in millimetres."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that is never broken; ``height`` in mm."""

    height: float
    draw: Draw


@dataclass(frozen=True, slots=True)
class Block:
    """A heading and the pieces below it. Where a column ends among them the heading stands again."""

    head: Piece
    rows: Sequence[Piece]
    gap: float = 6.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece in its place: the column from 0, and how far below the columns' top."""

    column: int
    down: float
    piece: Piece


@dataclass(frozen=True, slots=True)
class Poured:
    """What fits some columns, how far down it reaches, and what is left for the next page."""

    placed: Sequence[Placed]
    reach: float
    rest: Sequence[Block]


def pour(blocks: Sequence[Block], height: float, columns: int = COLUMNS, *, fresh: bool = True) -> Poured:
    """Fill columns of this height one after the other, as short and even as everything fits them.

    On a ``fresh`` page something always comes to stand, however high it is; else perhaps nothing.
    """
    unbroken = (_height(block) for block in blocks if _below(block) <= WHOLE)
    tried = max(sum(map(_height, blocks)) / columns, *unbroken, 0.0)
    while tried < height:
        found = _fill(blocks, tried, columns, fresh=fresh)
        if not found.rest:
            return found
        tried += STEP
    return _fill(blocks, height, columns, fresh=fresh)


def _height(block: Block) -> float:
    return block.head.height + _below(block)


def _below(block: Block) -> float:
    return sum(row.height for row in block.rows)


def _fill(blocks: Sequence[Block], height: float, columns: int, *, fresh: bool) -> Poured:
    placed: list[Placed] = []
    column, down, reach = 0, 0.0, 0.0
    for number, block in enumerate(blocks):
        if down:
            down += block.gap
        headed = False
        for at, row in enumerate(block.rows):
            needed = row.height if headed else block.head.height + _at_least(block.rows[at:])
            while column < columns and (down or not fresh) and down + needed > height:
                column, down, headed = column + 1, 0.0, False
                needed = block.head.height + _at_least(block.rows[at:])
            if column == columns:
                rest = (Block(block.head, block.rows[at:], block.gap), *blocks[number + 1 :])
                return Poured(placed, reach, rest)
            if not headed:
                placed.append(Placed(column, down, block.head))
                down, headed = down + block.head.height, True
            placed.append(Placed(column, down, row))
            down += row.height
            reach = max(reach, down)
    return Poured(placed, reach, ())


def _at_least(rows: Sequence[Piece]) -> float:
    """Give how much of what follows a heading must stand below it: all of it where that is not long."""
    whole = sum(row.height for row in rows)
    return whole if whole <= WHOLE else sum(row.height for row in rows[:FEWEST])
