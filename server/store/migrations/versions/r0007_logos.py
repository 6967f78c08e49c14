"""The picture that a fair's programme names, for kiosks that do not keep it yet."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "fair_logo",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("fair", sa.String(length=48), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("body", "fair"),
    )
