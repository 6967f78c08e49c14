"""Booths by themselves: their figures, and what was scanned just now.

Fairs that were counted before have no figures of single booths until ``riwaq-server rebuild``.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "booth_figure",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("fair", sa.String(length=64), nullable=False),
        sa.Column("booth", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("visits", sa.BigInteger(), nullable=False),
        sa.Column("attendance", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("body", "fair", "booth", "scope", "key"),
    )
    op.create_table(
        "scan_minute",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("fair", sa.String(length=64), nullable=False),
        sa.Column("minute", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("booth", sa.String(length=64), nullable=False),
        sa.Column("scans", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("body", "fair", "minute", "booth"),
    )
