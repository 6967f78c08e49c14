"""Members, the words they are found by, their cards, and the log of who looked at them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "member",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("member", sa.String(length=16), nullable=False),
        sa.Column("name_ar", sa.String(length=120), nullable=False),
        sa.Column("name_latin", sa.String(length=120), nullable=False),
        sa.Column("category", sa.Integer(), nullable=False),
        sa.Column("principal", sa.String(length=16), nullable=True),
        sa.Column("birth", sa.String(length=10), nullable=False),
        sa.Column("employee_number", sa.String(length=32), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("territory", sa.String(length=48), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("kinds", sa.Integer(), nullable=False),
        sa.Column("national_id", sa.String(length=32), nullable=False),
        sa.Column("national_tail", sa.String(length=3), nullable=False),
        sa.Column("likeness", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("deactivated_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("body", "member"),
    )
    for name, column, where in (
        ("member_number", "employee_number", "employee_number <> ''"),
        ("member_phone", "phone", "phone <> ''"),
        ("member_principal", "principal", "principal IS NOT NULL"),
        ("member_likeness", "likeness", "likeness IS NOT NULL"),
    ):
        op.create_index(
            name,
            "member",
            ["body", column],
            unique=name == "member_number",
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
    op.create_table(
        "member_word",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column(
            "word",
            sa.String(length=48).with_variant(sa.String(length=48, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("mask", sa.BigInteger(), nullable=False),
        sa.Column("member", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("body", "word", "mask", "member"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "member_card",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("card", sa.String(length=19), nullable=False),
        sa.Column("member", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("body", "card"),
    )
    op.create_index("member_card_member", "member_card", ["body", "member"])
    op.create_table(
        "audit",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("about", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("body", "number"),
    )
    op.create_table(
        "audit_end",
        sa.Column("body", sa.String(length=48), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("seal", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("body"),
    )
