"""The tables of the first version."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "body",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("body"),
    )
    op.create_table(
        "card",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("card", sa.String(length=19), nullable=False),
        sa.Column("category", sa.Integer(), nullable=False),
        sa.Column("territory", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("valid_from", sa.String(length=10), nullable=False),
        sa.Column("valid_to", sa.String(length=10), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("body", "card"),
    )
    op.create_table(
        "card_key",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("body", "id"),
    )
    op.create_table(
        "clock_offset",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("device", sa.String(length=16), nullable=False),
        sa.Column("boot_id", sa.String(length=32), nullable=False),
        sa.Column("server_minus_monotonic_ms", sa.BigInteger(), nullable=False),
        sa.Column("server_minus_wall_ms", sa.BigInteger(), nullable=False),
        sa.Column("round_trip_ms", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("body", "device", "boot_id"),
    )
    op.create_table(
        "fact",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("device", sa.String(length=16), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("event_id", sa.String(length=32), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=True),
        sa.Column("fair", sa.String(length=64), nullable=True),
        sa.Column("booth", sa.String(length=64), nullable=True),
        sa.Column("occurred_at", sa.BigInteger(), nullable=True),
        sa.Column("monotonic_ms", sa.BigInteger(), nullable=True),
        sa.Column("boot_id", sa.String(length=32), nullable=True),
        sa.Column("corrected_at", sa.BigInteger(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=True),
        sa.Column("category", sa.Integer(), nullable=True),
        sa.Column("territory", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("staff_id", sa.String(length=64), nullable=True),
        sa.Column("voided", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "fact_event",
        "fact",
        ["event_id", "body"],
        unique=True,
        sqlite_where=sa.text("status = 'accepted'"),
        postgresql_where=sa.text("status = 'accepted'"),
    )
    op.create_index("fact_place", "fact", ["body", "device", "epoch", "seq"], unique=True)
    op.create_index(
        "fact_subject",
        "fact",
        ["body", "fair", "subject"],
        unique=False,
        sqlite_where=sa.text("subject IS NOT NULL"),
        postgresql_where=sa.text("subject IS NOT NULL"),
    )
    op.create_table(
        "figure",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("fair", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("visits", sa.BigInteger(), nullable=False),
        sa.Column("attendance", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("body", "fair", "scope", "key"),
    )
    op.create_table(
        "kiosk",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("device", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("fair", sa.String(length=48), nullable=False),
        sa.Column("booth", sa.String(length=48), nullable=False),
        sa.Column("batch_key", sa.LargeBinary(), nullable=False),
        sa.Column("card_key", sa.LargeBinary(), nullable=False),
        sa.Column("card_key_id", sa.Integer(), nullable=False),
        sa.Column("password_sha256", sa.String(length=64), nullable=False),
        sa.Column("mosquitto_hash", sa.Text(), nullable=False),
        sa.Column("flag", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=True),
        sa.Column("state_at", sa.BigInteger(), nullable=True),
        sa.Column("hello_at", sa.BigInteger(), nullable=True),
        sa.Column("clock_wrong_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("body", "device"),
    )
    op.create_index("kiosk_name", "kiosk", ["body", "fair", "name"], unique=True)
    op.create_table(
        "mark",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("device", sa.String(length=16), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.Column("highest", sa.BigInteger(), nullable=False),
        sa.Column("tail", sa.String(length=32), nullable=False),
        sa.Column("gone", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("body", "device", "epoch"),
    )
    op.create_table(
        "programme",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("fair", sa.String(length=48), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("body", "fair"),
    )
    op.create_table(
        "quarantine",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("device", sa.String(length=16), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("body", "device", "epoch", "seq", "digest"),
    )
    op.create_table(
        "revocation_list",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("body"),
    )
    op.create_table(
        "revoked_card",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("card", sa.String(length=19), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("body", "card"),
    )
    op.create_table(
        "subject_link",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("tour", sa.String(length=64), nullable=False),
        sa.Column("card", sa.String(length=19), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("body", "tour", "card"),
    )
    op.create_table(
        "void",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("target", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("body", "target", "event_id"),
    )
    op.create_table(
        "fair",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("fair", sa.String(length=48), nullable=False),
        sa.Column("tour", sa.String(length=48), nullable=False),
        sa.Column("region", sa.String(length=48), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("definition", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["body"], ["body.body"]),
        sa.PrimaryKeyConstraint("body", "fair"),
    )
