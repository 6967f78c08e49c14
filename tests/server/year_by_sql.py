"""A year counted by brute force: DESIGN.md's rules of counting as SQL over a plain table of events.

Nothing here is shared with ``server``: DuckDB reads what happened, all at once, and knows nothing of
batches, ledgers or summaries.
"""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import duckdb

from tests.server.by_hand import AN_HOUR_AHEAD
from tests.server.year import BOOTHS, REGIONS, Happened

_TYPES: Final = {
    "number": "BIGINT", "device": "VARCHAR", "boot": "VARCHAR", "occurred": "BIGINT", "mono": "BIGINT",
    "fair": "VARCHAR", "booth": "VARCHAR", "kind": "VARCHAR", "card": "BIGINT", "category": "INTEGER",
    "territory": "INTEGER", "about": "VARCHAR", "target": "BIGINT", "face": "INTEGER", "topics": "VARCHAR",
    "urgent": "BOOLEAN", "clock": "BIGINT", "trip": "BIGINT",
}  # fmt: skip
_CATEGORIES: Final = {
    0: "unknown", 1: "active", 2: "retired", 3: "widow", 4: "child", 5: "other", 9: "category_9",
}  # fmt: skip
_PREPARED: Final = """
CREATE TABLE clock AS
    -- The shortest round trip knows best; of equal ones the lower id.
    SELECT device, boot, arg_min(clock, (trip, number)) AS clock
    FROM event WHERE kind = 'clock_offset' GROUP BY device, boot;
CREATE TABLE line AS
    SELECT corrected.*,
        strftime(make_timestamp((moment + if(since IS NULL, 0, 3600000)) * 1000), '%Y-%m-%d') AS day,
        strftime(make_timestamp(moment // 3600000 * 3600000000), '%Y-%m-%dT%H:%MZ') AS hour,
        moment // 600000 AS slot
    FROM (
        SELECT event.*, coalesce(mono + clock.clock, occurred) AS moment, clock.clock IS NOT NULL AS known,
            coalesce(sectors.sector, 'other') AS sector
        FROM event
        LEFT JOIN clock ON clock.device = event.device AND clock.boot = event.boot
        LEFT JOIN sectors ON sectors.booth = event.booth
        WHERE kind IN ('visit', 'passage', 'session_attendance', 'sign_up', 'withdrawal', 'feedback',
                'registration')
            AND category <> 15
            AND number NOT IN (SELECT target FROM event WHERE kind = 'void')
    ) AS corrected LEFT JOIN ahead ON moment >= since AND moment < until;
CREATE TABLE presence AS
    SELECT *, CASE kind WHEN 'visit' THEN NULL WHEN 'passage' THEN '' ELSE about END AS session
    FROM line
    WHERE kind IN ('visit', 'session_attendance') OR (kind = 'passage' AND about = 'in' AND card IS NOT NULL);
CREATE TABLE spot AS
    -- One subject in one slot of one booth: one visit, under the lowest of what its cards said.
    SELECT fair, card, booth, slot, session, day, hour, sector, said // 256 AS category,
        said % 256 AS territory
    FROM (
        SELECT fair, card, booth, slot, session, day, hour, sector, min(category * 256 + territory) AS said
        FROM presence WHERE card IS NOT NULL
        GROUP BY ALL
    );
CREATE TABLE began AS
    SELECT card, arg_min(fair, (moment, fair)) AS fair, arg_min(day, (moment, fair)) AS day
    FROM presence WHERE card IS NOT NULL GROUP BY card;
CREATE TABLE standing AS
    -- Of each sign-up the worst that a withdrawal makes of it: 2 it holds, 1 nobody knows, 0 withdrawn.
    SELECT s.fair, s.day, s.card, s.about AS offer, s.number, min(CASE
        WHEN w.number IS NULL THEN 2
        WHEN w.device = s.device AND w.boot = s.boot THEN sign(s.mono - w.mono) + 1
        WHEN NOT (w.known AND s.known) THEN 1
        WHEN w.moment - s.moment > 120000 THEN 0
        WHEN s.moment - w.moment > 120000 THEN 2
        ELSE 1 END) AS stands
    FROM line s LEFT JOIN line w ON w.kind = 'withdrawal' AND w.card = s.card AND w.about = s.about
    WHERE s.kind = 'sign_up' GROUP BY ALL;
"""


class YearBySql:
    """Counts the same year as the server, another way."""

    def __init__(self, events: Iterable[Happened], directory: Path) -> None:
        self._db = duckdb.connect()
        file = directory / "events.csv"
        with file.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(events)
        columns = ", ".join(f"'{name}': '{kind}'" for name, kind in _TYPES.items())
        self._db.execute(
            f"CREATE TABLE event AS FROM read_csv('{file}', header = false, columns = {{{columns}}})"
        )
        self._db.execute("CREATE TABLE ahead (since BIGINT, until BIGINT)")
        self._db.executemany("INSERT INTO ahead VALUES (?, ?)", AN_HOUR_AHEAD)
        self._db.execute("CREATE TABLE sectors (booth VARCHAR, sector VARCHAR)")
        self._db.executemany("INSERT INTO sectors VALUES (?, ?)", list(BOOTHS.items()))
        self._db.execute(_PREPARED)

    def days(self, fair: str | None = None) -> list[str]:
        """Give the local days on which anything counts."""
        rows = self._ask("SELECT DISTINCT day FROM line WHERE {scope} ORDER BY day", fair, None)
        return [day for (day,) in rows]

    def stats(self, fair: str | None = None, day: str | None = None) -> dict[str, Any]:
        """Give the figures of a fair, None for the whole tour, on a local day, None for all."""
        [[visits, people]] = self._visits("''", fair, day).values() or [[0, 0]]
        by_hour = self._count("hour", "kind = 'registration'", fair, day)
        registered = self._count("day", "kind = 'registration'", fair, day)
        began = dict(self._ask("SELECT day, count(*) FROM began WHERE {scope} GROUP BY day", fair, day))
        return {
            "visits": visits,
            "attendance": people,
            "registrations": sum(by_hour.values()),
            "first_timers": sum(began.values()),
            "by_booth": _entries(self._visits("booth", fair, day)),
            "by_sector": _entries(self._visits("sector", fair, day)),
            "by_category": {
                _CATEGORIES[key]: entry
                for key, entry in _entries(self._visits("category", fair, day)).items()
            },
            "by_territory": {
                _territory(key): entry
                for key, entry in _entries(self._visits("territory", fair, day)).items()
            },
            "by_hour": _entries(self._visits("hour", fair, day), registrations=by_hour),
            "by_day": _entries(self._visits("day", fair, day), registrations=registered, first_timers=began),
            "sign_ups": self._sign_ups(fair, day),
            "feedback": self._feedback(fair, day),
        }

    def attended(self, fair: str, day: str | None = None) -> dict[str, int]:
        """Count the people at each session of a fair."""
        query = "SELECT session, count(DISTINCT card) FROM spot WHERE {scope} AND session <> '' GROUP BY 1"
        return dict(self._ask(query, fair, day))

    def booth(self, fair: str, booth: str) -> dict[tuple[str, str], tuple[int, int]]:
        """Give the figures of one booth by itself: by day, hour and category."""
        found = {}
        for by in ("day", "hour", "category"):
            for key, counts in self._visits(by, fair, None, booth).items():
                found[f"booth-{by}", _CATEGORIES[key] if by == "category" else key] = counts
        return found

    def inside(self, fair: str, day: str) -> tuple[int, int, int]:
        """Estimate who is inside at a day's end, and count who came and went."""
        # A sum that is never below nothing is the plain sum less the lowest that it ever was.
        [[last, lowest, came, went]] = self._ask(
            """SELECT coalesce(arg_max(net, slot), 0), coalesce(min(net), 0), coalesce(sum(came), 0),
                coalesce(sum(went), 0)
            FROM (SELECT *, sum(came - went) OVER (ORDER BY slot) AS net FROM (
                SELECT slot, count(*) FILTER (about = 'in') AS came, count(*) FILTER (about = 'out') AS went
                FROM line WHERE {scope} AND kind = 'passage' GROUP BY slot))""",
            fair,
            day,
        )
        return int(last - min(0, lowest)), int(came), int(went)

    def _visits(
        self, by: str, fair: str | None, day: str | None, booth: str | None = None
    ) -> dict[Any, tuple[int, int]]:
        there = "true" if booth is None else f"booth = '{booth}'"
        rows = self._ask(
            f"""SELECT key, sum(visits)::BIGINT, sum(people)::BIGINT FROM (
                SELECT {by} AS key, count(*) FILTER (session IS NULL) AS visits,
                    count(DISTINCT card) AS people
                FROM spot WHERE {{scope}} AND {there} GROUP BY 1
                UNION ALL
                SELECT {by}, count(*), 0 FROM presence WHERE {{scope}} AND {there} AND card IS NULL GROUP BY 1
            ) GROUP BY key""",  # noqa: S608 - names of columns
            fair,
            day,
        )
        return {key: (visits, people) for key, visits, people in rows}

    def _count(self, by: str, what: str, fair: str | None, day: str | None) -> dict[str, int]:
        query = f"SELECT {by}, count(*) FROM line WHERE {{scope}} AND {what} GROUP BY 1"  # noqa: S608 - own names
        return dict(self._ask(query, fair, day))

    def _sign_ups(self, fair: str | None, day: str | None) -> dict[str, Any]:
        rows = self._ask(
            """SELECT offer, count(*) FILTER (best = 2), count(*) FILTER (best = 1) FROM (
                SELECT offer, card, max(stands) AS best FROM standing WHERE {scope} GROUP BY ALL
            ) GROUP BY offer""",
            fair,
            day,
        )
        by_offer = {offer: holds for offer, holds, _ in rows if holds}
        return {
            "total": sum(by_offer.values()),
            "by_offer": by_offer,
            "in_doubt": sum(doubt for _, _, doubt in rows),
        }

    def _feedback(self, fair: str | None, day: str | None) -> dict[str, Any]:
        [[count, mean, urgent]] = self._ask(
            "SELECT count(*), avg(face) FILTER (face > 0), count(*) FILTER (urgent) FROM line "
            "WHERE {scope} AND kind = 'feedback'",
            fair,
            day,
        )
        topics = self._ask(
            "SELECT topic, count(*) FROM (SELECT unnest(string_split(topics, '|')) AS topic FROM line "
            "WHERE {scope} AND kind = 'feedback' AND topics <> '') GROUP BY topic",
            fair,
            day,
        )
        faces = self._count("face", "kind = 'feedback' AND face > 0", fair, day)
        return {
            "count": count,
            "mean_face": None if mean is None else round(mean, 2),
            "by_face": {str(face): number for face, number in faces.items()},
            "by_topic": dict(topics),
            "urgent": urgent,
        }

    def _ask(self, query: str, fair: str | None, day: str | None) -> list[tuple[Any, ...]]:
        scope = f"(fair = '{fair}' OR {fair is None}) AND (day = '{day}' OR {day is None})"
        return self._db.execute(query.replace("{scope}", scope)).fetchall()


def _territory(code: int) -> str:
    if code == 0:
        return "none"
    return f"region-{code}" if code < REGIONS else f"code-{code}"


def _entries(counts: dict[Any, tuple[int, int]], **others: dict[Any, int]) -> dict[Any, dict[str, int]]:
    keys = {*counts, *(key for other in others.values() for key in other)}
    return {
        key: {
            "visits": counts.get(key, (0, 0))[0],
            "attendance": counts.get(key, (0, 0))[1],
            **{name: other.get(key, 0) for name, other in others.items()},
        }
        for key in keys
    }
