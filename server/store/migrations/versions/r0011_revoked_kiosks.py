"""Revoked kiosks: stolen or lost, and heard no more."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "revoked_kiosk",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("device", sa.String(length=16), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("body", "device"),
    )
