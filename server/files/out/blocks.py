"""The parts of a report as blocks: a heading, and rows that are never broken."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from server.files.out.flow import COLUMNS, Block, Piece
from server.files.out.paper import INNER, LEADING, QUIET, Paper, Side
from server.rules.report.model import Part, Shape
from server.rules.table import NOTHING, Cell, Column, Kind, written
from server.rules.wording import Words
from wire.card_sheet.face import cleaned
from wire.card_sheet.setting import Step
from wire.contrast import INK, WHITE

GAP: Final = 8.0
"""Between the two columns, mm."""
COLUMN: Final = (INNER - GAP) / COLUMNS
_PALE: Final = "#efe7d6"
_HEADING: Final = (Step(4.6, 1), Step(4.0, 2), Step(3.4, 2))
_LABEL: Final = (Step(3.3, 1), Step(3.1, 2), Step(2.8, 3))
_SMALL: Final = (Step(2.5, 1), Step(2.3, 2), Step(2.0, 3))
_NOTE: Final = (Step(2.6, 3), Step(2.4, 4))
_WIDE_CELL: Final = (Step(3.1, 1), Step(2.9, 2), Step(2.6, 3), Step(2.3, 4))
_NUMBER: Final = 3.3
_NUMBER_WIDTH: Final = 17.0
_BAR: Final = 1.5
_DAY_WIDTH: Final = 32.0
_DAY_HEIGHT: Final = 14.0
_T = TypeVar("_T")


class Blocks:
    """Makes blocks that draw themselves on this paper, in a body's colour (``#rrggbb``)."""

    def __init__(self, paper: Paper, words: Words, colour: str) -> None:
        self._paper = paper
        self._words = words
        self._colour = colour

    def of(self, part: Part) -> Block:
        """Give a part as a block."""
        match part.shape:
            case Shape.LIST:
                return self._list(part)
            case Shape.HOURS:
                return self._hours(part)
            case Shape.WIDE:
                return self._wide(part)

    # -- lists -------------------------------------------------------------------------------

    def _list(self, part: Part) -> Block:
        columns = part.table.columns
        room = COLUMN - (len(columns) - 1) * _NUMBER_WIDTH - 1
        most = self._most(part)
        rows = [self._list_row(part, row, room, most) for row in part.table.rows]
        if not rows:
            rows = [self._text_row(self._words.text("Nothing yet."))]
        if part.note:
            rows.append(self._text_row(part.note))
        return Block(self._list_head(part, room), rows)

    def _list_head(self, part: Part, room: float) -> Piece:
        title = self._paper.fitted(cleaned(part.table.title), COLUMN, _HEADING, bold=True)
        tall = len(title.lines) * title.size * LEADING
        names = [
            self._paper.fitted(column.title, _NUMBER_WIDTH - 2, _SMALL) for column in part.table.columns[1:]
        ]
        below = max((len(name.lines) * name.size * LEADING for name in names), default=0.0)

        def draw(across: float, down: float) -> None:
            self._paper.lines(title, (across, down + title.size), COLUMN, bold=True, colour=self._colour)
            for at, name in enumerate(names):
                left = across + room + 1 + at * _NUMBER_WIDTH
                first = down + tall + below - (len(name.lines) - 1) * name.size * LEADING - 0.8
                self._paper.lines(name, (left, first), _NUMBER_WIDTH, colour=QUIET, side="end")
            self._paper.box((across, down + tall + below + 0.6), COLUMN, 0.4, self._colour)

        return Piece(tall + below + 2.6, draw)

    def _list_row(self, part: Part, row: Sequence[Cell], room: float, most: float) -> Piece:
        label = self._paper.fitted(cleaned(str(row[0] or "")), room - 1, _LABEL)
        tall = len(label.lines) * label.size * LEADING
        has_bar = part.bars is not None
        height = tall + (_BAR + 1.3 if has_bar else 1.4)

        def draw(across: float, down: float) -> None:
            self._paper.lines(label, (across, down + label.size), room)
            for at, (cell, column) in enumerate(zip(row[1:], part.table.columns[1:], strict=True)):
                left = across + room + 1 + at * _NUMBER_WIDTH
                self._number(cell, column, (left, down + label.size), _NUMBER_WIDTH, bold=at + 1 == part.bars)
            if part.bars is not None:
                share = _amount(row[part.bars]) / most
                self._paper.box((across, down + tall), COLUMN, _BAR, _PALE, _BAR / 2)
                # What is more than nothing is seen: a dot at least.
                long = max(_BAR, COLUMN * share) if share else 0.0
                self._paper.box((across, down + tall), long, _BAR, self._colour, _BAR / 2)
            else:
                self._paper.rule((across, down + height - 0.6), COLUMN)

        return Piece(height, draw)

    def _text_row(self, text: str, width: float = COLUMN) -> Piece:
        found = self._paper.fitted(text, width, _NOTE)
        return Piece(
            len(found.lines) * found.size * LEADING + 1.5,
            lambda across, down: self._paper.lines(
                found, (across, down + found.size + 0.5), width, colour=QUIET
            ),
        )

    def _number(
        self, cell: Cell, column: Column, at: tuple[float, float], width: float, *, bold: bool = False
    ) -> None:
        text = written(cell, column.kind, self._words)
        found = self._paper.fitted(text, width - 1, (Step(_NUMBER, 1), Step(2.8, 1), Step(2.3, 2)), bold=bold)
        self._paper.lines(found, at, width, bold=bold, colour=QUIET if text == NOTHING else INK, side="end")

    @staticmethod
    def _most(part: Part) -> float:
        if part.bars is None:
            return 1.0
        return max((_amount(row[part.bars]) for row in part.table.rows), default=0.0) or 1.0

    # -- hours -------------------------------------------------------------------------------

    def _hours(self, part: Part) -> Block:
        """Draw a row a day: a bar an hour with its number above it, so that the chart is the table."""
        cells = [_amount(cell) for row in part.table.rows for cell in row[1:]]
        most = max(cells, default=0.0) or 1.0
        count = max(1, len(part.table.columns) - 1)
        width = (INNER - _DAY_WIDTH) / count
        rows = [self._day(row, most, width) for row in part.table.rows]
        if part.note:
            rows.append(self._text_row(part.note, INNER))
        return Block(self._hours_head(part, width), rows)

    def _hours_head(self, part: Part, width: float) -> Piece:
        title = self._paper.fitted(cleaned(part.table.title), INNER, _HEADING, bold=True)
        tall = len(title.lines) * title.size * LEADING

        def draw(across: float, down: float) -> None:
            self._paper.lines(title, (across, down + title.size), INNER, bold=True, colour=self._colour)
            for left, column in self._by_time(across, part.table.columns[1:], width):
                self._paper.write(
                    column.title, (left, down + tall + 2.6), width, 2.6, colour=QUIET, side="middle"
                )
            self._paper.box((across, down + tall + 4.2), INNER, 0.4, self._colour)

        return Piece(tall + 5.4, draw)

    def _day(self, row: Sequence[Cell], most: float, width: float) -> Piece:
        label = self._paper.fitted(cleaned(str(row[0] or "")), _DAY_WIDTH - 3, _LABEL)
        room = _DAY_HEIGHT - 6.5

        def draw(across: float, down: float) -> None:
            foot = down + _DAY_HEIGHT - 1.5
            self._paper.lines(
                label, (across, foot - (len(label.lines) - 1) * label.size * LEADING), _DAY_WIDTH
            )
            self._paper.rule((across, foot + 0.6), INNER)
            for left, cell in self._by_time(across, row[1:], width):
                tall = room * _amount(cell) / most
                self._paper.box((left + width * 0.18, foot + 0.6 - tall), width * 0.64, tall, self._colour)
                text = written(cell, Kind.WHOLE, self._words)
                size = self._paper.fitted(text, width - 0.4, (Step(2.7, 1), Step(2.2, 1), Step(1.8, 1))).size
                self._paper.write(text, (left, foot - tall - 0.6), width, size, side="middle")

        return Piece(_DAY_HEIGHT, draw)

    def _by_time(self, across: float, cells: Sequence[_T], width: float) -> Iterator[tuple[float, _T]]:
        """Give hours with their places: from left to right whatever the page's direction."""
        for number, cell in enumerate(cells):
            at = len(cells) - 1 - number if self._paper.right_to_left else number
            yield across + _DAY_WIDTH + at * width, cell

    # -- wide tables -------------------------------------------------------------------------

    def _wide(self, part: Part) -> Block:
        weights = part.weights or [2.6 if column.kind is Kind.TEXT else 1.0 for column in part.table.columns]
        widths = [INNER * weight / sum(weights) for weight in weights]
        rows = [self._wide_row(part, row, widths) for row in part.table.rows]
        if not rows:
            rows = [self._text_row(self._words.text("Nothing yet."), INNER)]
        if part.note:
            rows.append(self._text_row(part.note, INNER))
        return Block(self._wide_head(part, widths), rows)

    def _wide_head(self, part: Part, widths: Sequence[float]) -> Piece:
        title = self._paper.fitted(cleaned(part.table.title), INNER, _HEADING, bold=True)
        above = len(title.lines) * title.size * LEADING + 1.5 if part.table.title else 0.0
        names = [
            self._paper.fitted(
                column.title, width - 2.4, (Step(2.9, 1), Step(2.7, 2), Step(2.3, 3)), bold=True
            )
            for column, width in zip(part.table.columns, widths, strict=True)
        ]
        tall = max(len(name.lines) * name.size * LEADING for name in names) + 2.4

        def draw(across: float, down: float) -> None:
            if above:
                self._paper.lines(title, (across, down + title.size), INNER, bold=True, colour=self._colour)
            self._paper.box((across, down + above), INNER, tall, self._colour, 0.8)
            left = across
            for name, column, width in zip(names, part.table.columns, widths, strict=True):
                first = (
                    down + above + (tall - (len(name.lines) - 1) * name.size * LEADING) / 2 + name.size * 0.36
                )
                side: Side = "end" if column.kind.is_number else "start"
                self._paper.lines(name, (left + 1.2, first), width - 2.4, bold=True, colour=WHITE, side=side)
                left += width

        return Piece(above + tall + 1.0, draw)

    def _wide_row(self, part: Part, row: Sequence[Cell], widths: Sequence[float]) -> Piece:
        columns = part.table.columns
        texts = [
            cleaned(written(cell, column.kind, self._words))
            if cell is not None or column.kind.is_number
            else ""
            for cell, column in zip(row, columns, strict=True)
        ]
        sets = [
            self._paper.fitted(text, width - 2.4, _WIDE_CELL, bold=not at)
            for at, (text, width) in enumerate(zip(texts, widths, strict=True))
        ]
        height = max(part.row_height, max(len(each.lines) * each.size * LEADING for each in sets) + 2.0)

        def draw(across: float, down: float) -> None:
            left = across
            for at, (found, column, width) in enumerate(zip(sets, columns, widths, strict=True)):
                first = (
                    down + (height - (len(found.lines) - 1) * found.size * LEADING) / 2 + found.size * 0.36
                )
                side: Side = "end" if column.kind.is_number else "start"
                self._paper.lines(found, (left + 1.2, first), width - 2.4, bold=not at, side=side)
                left += width
            self._paper.rule(
                (across, down + height - 0.2), INNER, "#8a7f66" if part.row_height else "#ddd3bd"
            )

        return Piece(height, draw)


def _amount(cell: object) -> float:
    return max(0.0, float(cell)) if isinstance(cell, int | float) else 0.0
