"""The statements of single booths: what is counted of each by itself, and what was scanned just now."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from sqlalchemy import String, and_, bindparam, delete, or_, select

from server.rules.figures import BOOTH, TOTAL
from server.store import tables as t
from server.store.statements import Statements


class Scans(NamedTuple):
    """How many codes were scanned at a booth in a minute (since 1970, UTC)."""

    booth: str
    minute: int
    scans: int


# Made once: every push to a page asks for them, and to make the statement takes longer than to run it.
_BODY: Final = bindparam("of_body", type_=String)
_FAIR: Final = bindparam("of_fair", type_=String)
_BOOTH: Final = bindparam("of_booth", type_=String)
_FIGURES: Final = select(
    t.booth_figure.c.scope, t.booth_figure.c.key, t.booth_figure.c.visits, t.booth_figure.c.attendance
).where(
    t.booth_figure.c.body == _BODY,
    t.booth_figure.c.fair == _FAIR,
    t.booth_figure.c.booth == _BOOTH,
    or_(t.booth_figure.c.visits != 0, t.booth_figure.c.attendance != 0),
)
_TOTALS: Final = select(t.figure.c.scope, t.figure.c.visits, t.figure.c.attendance).where(
    t.figure.c.body == _BODY,
    t.figure.c.fair == _FAIR,
    or_(
        and_(t.figure.c.scope == BOOTH, t.figure.c.key == _BOOTH),
        and_(t.figure.c.scope == TOTAL, t.figure.c.key == ""),
    ),
)
_SCANS: Final = select(t.scan_minute.c.booth, t.scan_minute.c.minute, t.scan_minute.c.scans).where(
    t.scan_minute.c.body == _BODY, t.scan_minute.c.fair == _FAIR
)


class Booths(Statements):
    """What is known of the booths of one body's fairs, on one connection."""

    def figures(self, fair: str, booth: str) -> dict[tuple[str, str], tuple[int, int]]:
        """Give a booth's figures that are not zero: (visits, attendance) by (scope, key)."""
        asked = {"of_body": self._body, "of_fair": fair, "of_booth": booth}
        rows = self._c.execute(_FIGURES, asked)
        return {(scope, key): (visits, attendance) for scope, key, visits, attendance in rows}

    def totals(self, fair: str, booth: str) -> tuple[tuple[int, int], tuple[int, int]]:
        """Give visits and attendance of a booth, and of its whole fair."""
        asked = {"of_body": self._body, "of_fair": fair, "of_booth": booth}
        found = {scope: (visits, people) for scope, visits, people in self._c.execute(_TOTALS, asked)}
        return found.get(BOOTH, (0, 0)), found.get(TOTAL, (0, 0))

    def scans(self, fair: str) -> list[Scans]:
        """Give what was scanned at a fair in the last minutes that are kept."""
        return list(map(Scans._make, self._c.execute(_SCANS, {"of_body": self._body, "of_fair": fair})))

    def add_scans(self, fair: str, scans: Mapping[tuple[str, int], int], forget_before: int) -> None:
        """Add scans by (booth, minute), and forget the minutes before another."""
        c = t.scan_minute.c
        rows = [
            {"body": self._body, "fair": fair, "booth": booth, "minute": minute, "scans": count}
            for (booth, minute), count in sorted(scans.items())
        ]
        statement = self._insert(t.scan_minute)
        statement = statement.on_conflict_do_update(
            index_elements=[column.name for column in t.scan_minute.primary_key],
            set_={"scans": c.scans + statement.excluded.scans},
        )
        self._c.execute(statement, rows)
        self._c.execute(
            delete(t.scan_minute).where(c.body == self._body, c.fair == fair, c.minute < forget_before)
        )
