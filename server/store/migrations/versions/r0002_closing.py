"""Fairs that are closed, what kiosks say they keep, and figures that another process moved."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "closed_fair",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("fair", sa.String(length=48), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("body", "fair"),
    )
    op.create_table(
        "figure_move",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("fair", sa.String(length=64), nullable=False),
        sa.Column("moves", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("body", "fair"),
    )
    op.add_column("mark", sa.Column("kept", sa.BigInteger(), server_default="0", nullable=False))
