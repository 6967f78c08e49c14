"""Breakdowns of a fair's figures as tables: as they are, or as they may leave the body."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from server.rules.report.leaving import Published, Row, protected
from server.rules.report.names import local_hour, weekday
from server.rules.table import Cell, Column, Kind, Table
from server.rules.wording import Words

Counted = Mapping[str, Mapping[str, int]]
"""``visits`` and ``attendance`` by key, as figures give them."""
_REST: Final = "~"
"""The group of what stands together elsewhere: no id begins so."""


@dataclass(frozen=True, slots=True)
class Breakdowns:
    """Makes the tables of one reader; where they are ``leaving``, no count of 1 to 4 is in any of them."""

    words: Words
    leaving: bool
    _of: dict[str, Published] = field(default_factory=dict)

    def publish(self, rows: Iterable[Row], about: str = "") -> Published:
        """Give rows as they may be shown; what is ``about`` something is looked up by ``group_of``."""
        listed = tuple(rows)
        found = protected(listed) if self.leaving else Published(listed)
        if about:
            self._of[about] = found
        return found

    def group_of(self, about: str, key: str) -> str:
        """Give the group in which something's parts are protected: what is published of the whole."""
        found = self._of.get(about)
        if found is None:
            return ""
        return _REST if key in found.hidden else key

    def counted(
        self,
        title: str,
        of: str,
        counted: Counted,
        name: Callable[[str], str],
        *,
        about: str = "",
        within: Callable[[str], str] = lambda _: "",
    ) -> Table:
        """Give a table of visits and people by whatever, most visits first."""
        rows = [
            Row(key, (each.get("visits", 0), each.get("attendance", 0)), within(key))
            for key, each in sorted(counted.items(), key=lambda item: (-item[1].get("visits", 0), item[0]))
        ]
        return self._laid_out(title, of, self.publish(rows, about), name)

    def days(self, title: str, counted: Counted) -> Table:
        """Give visits and people by day, in the order of days."""
        rows = [
            Row(key, (each.get("visits", 0), each.get("attendance", 0)))
            for key, each in sorted(counted.items())
        ]
        published = self.publish(rows, "day")
        return self._laid_out(title, self.words.text("Day"), published, lambda key: weekday(key, self.words))

    def hours(self, title: str, counted: Counted, zone: str) -> tuple[Table, bool]:
        """Give visits by day and hour of local time; and whether some of them are not shown.

        The hour that comes twice a year stands once, with the visits of both.
        """
        by_place: dict[tuple[str, int], int] = {}
        for key, each in counted.items():
            place = local_hour(key, zone)
            by_place[place] = by_place.get(place, 0) + each.get("visits", 0)
        rows = [
            Row(f"{day} {hour}", (visits,), self.group_of("day", day))
            for (day, hour), visits in sorted(by_place.items())
        ]
        published = self.publish(rows)
        shown = {row.key: row.counts[0] for row in published.rows}
        hours = [hour for _, hour in by_place]
        span = range(min(hours), max(hours) + 1) if hours else range(0)
        columns = [Column(self.words.text("Day")), *(Column(f"{hour:02}:00", Kind.WHOLE) for hour in span)]
        table: list[list[Cell]] = []
        for day in sorted({day for day, _ in by_place}):
            cells: list[Cell] = [
                None if f"{day} {hour}" in published.hidden else shown.get(f"{day} {hour}", 0)
                for hour in span
            ]
            table.append([weekday(day, self.words), *cells])
        return Table(title, columns, table), bool(published.together)

    def plain(self, title: str, columns: Sequence[str], rows: Sequence[tuple[str, str, int]]) -> Table:
        """Give a table of one count: rows of key, label and count; headings of label and count."""
        published = self.publish(Row(key, (count,)) for key, _, count in rows)
        labels = {key: label for key, label, _ in rows}
        whole = sum(count for _, _, count in rows)
        cells: list[list[Cell]] = [
            [labels[row.key], row.counts[0], _share(row.counts[0], whole)] for row in published.rows
        ]
        cells += [
            [self._together(len(merged.keys)), *(_with_share(merged.sums, whole))]
            for merged in published.together
        ]
        heads = [
            Column(columns[0]),
            Column(columns[1], Kind.WHOLE),
            Column(self.words.text("Share"), Kind.SHARE),
        ]
        return Table(title, heads, cells)

    def _laid_out(self, title: str, of: str, published: Published, name: Callable[[str], str]) -> Table:
        columns = [
            Column(of),
            Column(self.words.text("Visits"), Kind.WHOLE),
            Column(self.words.text("People"), Kind.WHOLE),
        ]
        rows: list[list[Cell]] = [[name(row.key), *row.counts] for row in published.rows]
        together = [merged for merged in published.together if merged.sums]
        hidden = sum(len(merged.keys) for merged in published.together)
        if hidden:
            # Somebody may be in several of them: people are not added up.
            visits = sum(merged.sums[0] for merged in together if merged.sums) if together else None
            rows.append([self._together(hidden), visits, None])
        return Table(title, columns, rows)

    def _together(self, count: int) -> str:
        return self.words.counted("{count} other, not shown", "{count} others together", count)


def _with_share(sums: tuple[int, ...] | None, whole: int) -> tuple[Cell, Cell]:
    return (sums[0], _share(sums[0], whole)) if sums else (None, None)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def numbers(stats: Mapping[str, Any], name: str) -> dict[str, int]:
    """Give a table of counts by key that figures may lack."""
    found = stats.get(name)
    return {str(key): int(count) for key, count in found.items()} if isinstance(found, Mapping) else {}
