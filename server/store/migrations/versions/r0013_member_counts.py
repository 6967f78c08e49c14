"""How many members live where, kept beside them; those that are there are counted once."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_HAS_CARD: Final = """EXISTS (
    SELECT 1 FROM member_card AS c
    LEFT JOIN revoked_card AS r ON r.body = c.body AND r.card = c.card
    WHERE c.body = member.body AND c.member = member.member AND r.card IS NULL
)"""
_COUNTED: Final = (
    ("category", "CAST(category AS VARCHAR(16))", "deactivated_at IS NULL"),
    ("language", "language", "deactivated_at IS NULL"),
    ("card", f"CASE WHEN {_HAS_CARD} THEN 'with' ELSE 'without' END", "deactivated_at IS NULL"),
    ("new", "CAST(made_at / 86400000 AS VARCHAR(16))", "deactivated_at IS NULL"),
    ("gone", "''", "deactivated_at IS NOT NULL"),
    *(("kind", f"'{kind}'", f"deactivated_at IS NULL AND (kinds / {kind}) % 2 = 1") for kind in (1, 2, 4, 8)),
)


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "member_count",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("territory", sa.String(length=48), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("body", "scope", "key", "territory"),
    )
    for scope, key, where in _COUNTED:
        op.execute(
            "INSERT INTO member_count (body, scope, key, territory, count) "  # noqa: S608 - constants of ours
            f"SELECT body, '{scope}', found, territory, COUNT(*) "
            f"FROM (SELECT body, territory, {key} AS found FROM member WHERE {where}) AS counted "
            "GROUP BY body, found, territory"
        )
