"""Sessions of the body that belong to no fair, and territories of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "own_territory",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("territory", sa.String(length=48), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("parent", sa.String(length=48), nullable=False),
        sa.PrimaryKeyConstraint("body", "territory"),
    )
    op.create_table(
        "session",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("session", sa.String(length=48), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("series", sa.String(length=48), nullable=False),
        sa.Column("territory", sa.String(length=48), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("first_day", sa.String(length=10), nullable=False),
        sa.Column("last_day", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("body", "session"),
    )
    op.create_table(
        "session_taking",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("session", sa.String(length=48), nullable=False),
        sa.Column("person", sa.String(length=19), nullable=False),
        sa.Column("behalf", sa.String(length=16), nullable=False),
        sa.Column("invited", sa.Boolean(), nullable=False),
        sa.Column("attended", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("body", "session", "person"),
    )
    op.create_index("session_taking_person", "session_taking", ["body", "person"])
    op.create_table(
        "recommendation",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("session", sa.String(length=48), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("body", "session", "number"),
    )
