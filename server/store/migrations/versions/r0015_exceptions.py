"""Feedback that is worked off, members who were two, and what people decide of exceptions."""

import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_REFUSED = "outcome NOT IN ('', 'enrolled', 'linked', 'reissued', 'revoked', 'voided')"
_PARTIAL = {
    "fact_words": ("fact", ["body", "fair", "corrected_at"], "kind = 'feedback' AND sealed IS NOT NULL"),
    "fact_withdrawal": ("fact", ["body", "subject"], "kind = 'withdrawal'"),
    "fact_rejected": ("fact", ["body", "device"], "status = 'rejected'"),
    "enrolment_doubt": ("enrolment", ["body"], "doubt <> ''"),
    "enrolment_refused": ("enrolment", ["body", "device"], _REFUSED),
    "merged_member_likeness": ("merged_member", ["body", "likeness"], "likeness IS NOT NULL"),
}
_STAFF = 15
_HOUR_MS = 3_600_000
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - in UTC, written without saying so
# A day from the calendar's ends, as hours since 1970.
_FIRST_HOUR, _LAST_HOUR = -17_259_864, 70_389_503


def upgrade() -> None:
    """Apply this step."""
    body = ("body", sa.String(length=48))
    _table(
        "merged_member",
        [body, ("member", sa.String(length=16))],
        [
            ("into_member", sa.String(length=16)),
            ("at", sa.BigInteger()),
            ("who", sa.String(length=64)),
        ],
        sa.Column("likeness", sa.BigInteger(), nullable=True),
    )
    _table(
        "feedback_case",
        [body, ("event_id", sa.String(length=32))],
        [
            ("fair", sa.String(length=64)),
            ("state", sa.String(length=8)),
            ("who", sa.String(length=64)),
            ("at", sa.BigInteger()),
            ("note", sa.LargeBinary()),
        ],
    )
    _table(
        "travel",
        [body, ("key", sa.String(length=32))],
        [
            ("subject", sa.BigInteger()),
            ("fair", sa.String(length=64)),
            ("other_fair", sa.String(length=64)),
            ("fact", sa.BigInteger()),
            ("other_fact", sa.BigInteger()),
            ("found_at", sa.BigInteger()),
        ],
    )
    _table("looked_at", [body, ("purpose", sa.String(length=16))], [("upto", sa.BigInteger())])
    _table(
        "exception_decision",
        [body, ("kind", sa.String(length=16)), ("key", sa.String(length=80))],
        [
            ("fair", sa.String(length=64)),
            ("decision", sa.String(length=16)),
            ("reason", sa.String(length=200)),
            ("about", sa.Text()),
            ("who", sa.String(length=64)),
            ("at", sa.BigInteger()),
        ],
    )
    op.create_index("feedback_case_fair", "feedback_case", ["body", "fair"])
    op.create_index("subject_link_subject", "subject_link", ["subject", "body"])
    for name, (table, columns, where) in _PARTIAL.items():
        op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    _tell_of_feedback()


def _table(
    name: str,
    keys: list[tuple[str, Any]],
    others: list[tuple[str, Any]],
    *columns: "sa.Column[object]",
) -> None:
    op.create_table(
        name,
        *(sa.Column(column, kind, nullable=False) for column, kind in (*keys, *others)),
        *columns,
        sa.PrimaryKeyConstraint(*(column for column, _ in keys)),
    )


def _tell_of_feedback() -> None:
    """Count the feedback that is there by topic, hour and face, and take up what is urgent of it."""
    fact = sa.table(
        "fact",
        *map(sa.column, ("body", "fair", "event_id", "corrected_at", "received_at", "category", "detail")),
        *map(sa.column, ("status", "kind", "about", "voided")),
    )
    told = sa.select(fact).where(
        fact.c.status == "accepted",
        fact.c.kind == "feedback",
        fact.c.about.is_not(None),
        fact.c.voided.is_(sa.false()),
        sa.func.coalesce(fact.c.category, 0) != _STAFF,
    )
    counts: Counter[tuple[str, str, str, str]] = Counter()
    cases = []
    connection = op.get_bind()
    for row in connection.execute(told).mappings():
        said = json.loads(row["detail"] or "{}")
        place, face = (row["body"], row["fair"]), said.get("face", 0)
        # A false clock may say any year: the calendar's ends stand for what lies beyond.
        hours = min(max(row["corrected_at"] // _HOUR_MS, _FIRST_HOUR), _LAST_HOUR)
        hour = _EPOCH + timedelta(hours=hours)
        counts[*place, "face_hour", f"{hour.isoformat(timespec='minutes')}Z {face}"] += 1
        counts[*place, "told_by", "card" if row["category"] else "anonymous"] += 1
        for topic in said.get("topics", []):
            counts[*place, f"topic_face_{face}", topic] += 1
        if said.get("urgent"):
            cases.append(
                {
                    "body": row["body"],
                    "event_id": row["event_id"],
                    "fair": row["fair"],
                    "state": "open",
                    "who": "",
                    "at": row["received_at"],
                    "note": b"",
                }
            )
    tally = sa.table("tally", *map(sa.column, ("body", "fair", "scope", "key", "count")))
    rows = [
        {"body": of, "fair": fair, "scope": scope, "key": key, "count": count}
        for (of, fair, scope, key), count in counts.items()
    ]
    if rows:
        connection.execute(sa.insert(tally), rows)
    case = sa.table(
        "feedback_case", *map(sa.column, ("body", "event_id", "fair", "state", "who", "at", "note"))
    )
    if cases:
        connection.execute(sa.insert(case), cases)
