"""Codes by which a kiosk without settings gets them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "pairing",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("device", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("fair", sa.String(length=48), nullable=False),
        sa.Column("booth", sa.String(length=48), nullable=False),
        sa.Column("code_key", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("password_sha256", sa.String(length=64), nullable=False),
        sa.Column("mosquitto_hash", sa.Text(), nullable=False),
        sa.Column("device_sha256", sa.String(length=64), nullable=False),
        sa.Column("device_mosquitto_hash", sa.Text(), nullable=False),
        sa.Column("batch_key", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("body", "number"),
    )
