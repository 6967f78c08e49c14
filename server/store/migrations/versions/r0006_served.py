"""What members do besides visiting: what a fact is about, what is sealed in it, and plain counts."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Apply this step."""
    op.add_column("fact", sa.Column("about", sa.String(length=64), nullable=True))
    op.add_column("fact", sa.Column("sealed", sa.LargeBinary(), nullable=True))
    op.create_index(
        "fact_choice",
        "fact",
        ["subject", "body"],
        sqlite_where=sa.text("kind IN ('sign_up', 'withdrawal')"),
        postgresql_where=sa.text("kind IN ('sign_up', 'withdrawal')"),
    )
    op.create_table(
        "tally",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("fair", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("body", "fair", "scope", "key"),
    )
