"""What kiosks have done for members: registrations and cards, and to what members have agreed."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply this step."""
    op.add_column(
        "member_card", sa.Column("event_id", sa.String(length=32), nullable=False, server_default="")
    )
    op.create_table(
        "member_consent",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("member", sa.String(length=16), nullable=False),
        sa.Column("consent", sa.String(length=64), nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("body", "member", "consent", "event_id"),
    )
    op.create_table(
        "enrolment",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=16), nullable=False),
        sa.Column("staff_id", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("is_due", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("member", sa.String(length=16), nullable=False),
        sa.Column("doubt", sa.Text(), nullable=False),
        sa.Column("wanted", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("body", "event_id"),
    )
    for name, columns, where in (
        ("enrolment_due", ["body", "received_at"], "is_due"),
        ("enrolment_wanted", ["body"], "wanted <> ''"),
        ("enrolment_member", ["body", "member"], "member <> ''"),
    ):
        op.create_index(
            name, "enrolment", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )
