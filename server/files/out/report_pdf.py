"""A report on paper: A4, figures large, bars beside the numbers that they draw."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from pathlib import PurePath
from typing import Final

from server.files.out.blocks import COLUMN, GAP, Blocks
from server.files.out.flow import COLUMNS, Block, Piece, pour
from server.files.out.paper import HEIGHT, INNER, LEADING, MARGIN, QUIET, Paper
from server.rules.report.model import Figure, Report, Shape
from server.rules.table import written
from wire.card_sheet.face import cleaned
from wire.card_sheet.setting import Step
from wire.contrast import INK

_GROUND: Final = "#faf6ee"
_TOP: Final = MARGIN
_BOTTOM: Final = HEIGHT - MARGIN - 6
_BETWEEN: Final = 5.5

_TITLE: Final = (Step(8.0, 1), Step(6.8, 1), Step(5.6, 2), Step(4.6, 3))
_LINE: Final = (Step(3.6, 1), Step(3.2, 2), Step(2.8, 3))
_FIGURE: Final = (Step(8.4, 1), Step(6.6, 1), Step(5.0, 1), Step(4.0, 1))
_CARDS_A_ROW: Final = 5
_CARD_HEIGHT: Final = 19.5


def report_pdf(report: Report, fonts: PurePath) -> bytes:
    """Draw a report; ``fonts`` holds ``riwaq-*.ttf``."""
    right_to_left = report.words.direction == "rtl"
    with Paper(fonts, right_to_left=right_to_left, made=report.made, title=cleaned(report.title)) as paper:
        return _Drawing(report, paper).drawn()


class _Drawing:
    def __init__(self, report: Report, paper: Paper) -> None:
        self._report = report
        self._words = report.words
        self._paper = paper
        self._blocks = Blocks(paper, report.words, report.colour)

    def drawn(self) -> bytes:
        pages = list(self._pages())
        for number, pieces in enumerate(pages, 1):
            self._paper.page()
            for across, down, piece in pieces:
                piece.draw(across, down)
            self._foot(number, len(pages))
        return self._paper.output()

    # -- where things stand ------------------------------------------------------------------

    def _pages(self) -> Iterator[list[tuple[float, float, Piece]]]:
        """Give each page's pieces with their corners."""
        page: list[tuple[float, float, Piece]] = []
        down = _TOP
        for piece in (self._head(), *self._cards()):
            page.append((MARGIN, down, piece))
            down += piece.height
        for columns, blocks in self._streams():
            left: Sequence[Block] = blocks
            while left:
                fresh = not page
                if not fresh:
                    down += _BETWEEN
                found = pour(left, _BOTTOM - down, columns, fresh=fresh)
                if not found.placed:
                    yield page
                    page, down = [], _TOP
                    continue
                page += [
                    (MARGIN + placed.column * (COLUMN + GAP), down + placed.down, placed.piece)
                    for placed in found.placed
                ]
                down, left = down + found.reach, found.rest
                if left:
                    yield page
                    page, down = [], _TOP
        yield page

    def _streams(self) -> Iterator[tuple[int, list[Block]]]:
        """Give what is poured together: lists into two columns, all else over the whole width."""
        for is_list, parts in groupby(self._report.parts, lambda part: part.shape is Shape.LIST):
            if is_list:
                yield COLUMNS, [self._blocks.of(part) for part in parts]
            else:
                yield from ((1, [self._blocks.of(part)]) for part in parts)

    # -- the top and the foot ----------------------------------------------------------------

    def _head(self) -> Piece:
        logo_room = 30.0 if self._report.logo else 0.0
        room = INNER - logo_room
        body = self._paper.fitted(cleaned(self._report.body), room, _LINE, bold=True)
        title = self._paper.fitted(cleaned(self._report.title), room, _TITLE, bold=True)
        lines = [self._paper.fitted(line, room, _LINE) for line in self._report.lines if line]
        heights = [len(each.lines) * each.size * LEADING for each in (body, title, *lines)]
        height = sum(heights) + 8

        def draw(across: float, down: float) -> None:
            self._paper.picture(self._report.logo, (across + INNER - logo_room + 4, down), (26, 20))
            self._paper.box((across, down + height - 5), INNER, 0.9, self._report.colour)
            self._paper.box((across, down + height - 5), 24, 0.9, self._report.accent)
            place = down
            for found, tall in zip((body, title, *lines), heights, strict=True):
                bold = found in (body, title)
                colour = self._report.colour if found is body else INK if found is title else QUIET
                self._paper.lines(found, (across, place + found.size), room, bold=bold, colour=colour)
                place += tall

        return Piece(height, draw)

    def _cards(self) -> Iterator[Piece]:
        """Give the figures, some a row."""
        figures = self._report.figures
        rows = -(-len(figures) // _CARDS_A_ROW)
        a_row = -(-len(figures) // rows) if rows else 0
        for at in range(0, len(figures), a_row or 1):
            yield Piece(_CARD_HEIGHT + 3, partial(self._draw_cards, figures[at : at + a_row], a_row))

    def _draw_cards(self, figures: Sequence[Figure], a_row: int, across: float, down: float) -> None:
        gap = 4.0
        width = (INNER - (a_row - 1) * gap) / a_row
        # All of one size, by the longest: nobody should think that one matters less.
        texts = [written(figure.cell, figure.kind, self._words) for figure in self._report.figures]
        size = min(self._paper.fitted(text, width - 9, _FIGURE, bold=True).size for text in texts)
        for number, figure in enumerate(figures):
            left = across + number * (width + gap)
            self._paper.box((left, down), width, _CARD_HEIGHT, _GROUND, 2.0)
            self._paper.box((left, down + 2.5), 1.2, _CARD_HEIGHT - 5, self._report.colour, 0.6)
            value = written(figure.cell, figure.kind, self._words)
            number_set = self._paper.fitted(value, width - 9, (Step(size, 1),), bold=True)
            self._paper.lines(number_set, (left + 5, down + 9.6), width - 8, bold=True, colour=INK)
            label = f"{figure.label} · {figure.note}" if figure.note else figure.label
            label_set = self._paper.fitted(label, width - 9, (Step(3.1, 1), Step(2.7, 2), Step(2.3, 2)))
            self._paper.lines(label_set, (left + 5, down + 14.6), width - 8, colour=QUIET)

    def _foot(self, page: int, pages: int) -> None:
        down = HEIGHT - MARGIN + 2
        self._paper.rule((MARGIN, down - 5), INNER)
        made = self._words.text(
            "Made on {day} at {clock}",
            day=self._words.day(self._report.made.date()),
            clock=f"{self._report.made:%H:%M}",
        )
        said = f"{made} · {self._report.note}" if self._report.note else made
        found = self._paper.fitted(said, INNER - 24, (Step(2.6, 1), Step(2.4, 2), Step(2.2, 3)))
        self._paper.lines(found, (MARGIN, down - 1), INNER - 24, colour=QUIET)
        self._paper.write(f"{page} / {pages}", (MARGIN, down - 1), INNER, 2.8, colour=QUIET, side="end")
