"""Staff: who they are, how their PINs are checked, and their cards."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "staff",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("staff_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("fair", sa.String(length=48), nullable=False),
        sa.Column("booth", sa.String(length=48), nullable=False),
        sa.Column("pin_verifier", sa.Text(), nullable=False),
        sa.Column("card", sa.String(length=19), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("body", "staff_id"),
    )
