"""Members' rights: who was erased, whose links are over, and where the audit log begins."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Apply this step."""
    _table("erased", ("mark", 32), columns=["erased_at"])
    _table("unlinked", ("fair", 64), ("purpose", 16), columns=["unlinked_at"])
    _table(
        "session_holder",
        ("fair", 64),
        ("session", 64),
        ("card", 19),
        columns=[sa.Column("category", sa.Integer(), nullable=False)],
    )
    op.create_index("session_holder_card", "session_holder", ["body", "card"])
    _table(
        "session_past",
        ("fair", 64),
        ("session", 64),
        columns=[sa.Column(name, sa.Integer(), nullable=False) for name in ("invited", "present")],
    )
    _table(
        "audit_start",
        columns=[
            "number",
            *(sa.Column(name, sa.LargeBinary(length=16), nullable=False) for name in ("hash", "seal")),
        ],
    )
    # What was not taken stands in quarantine, or a second time: its seal is of no use here.
    op.execute(sa.text("UPDATE fact SET sealed = NULL WHERE status <> 'accepted' AND sealed IS NOT NULL"))


def _table(name: str, *keys: tuple[str, int], columns: list["sa.Column[Any] | str"]) -> None:
    """Make a table of a body's; a column that is a name alone is a number that must be there."""
    made: list[sa.Column[Any]] = [sa.Column("body", sa.String(length=48), nullable=False)]
    made += [sa.Column(key, sa.String(length=length), nullable=False) for key, length in keys]
    for column in columns:
        made.append(sa.Column(column, sa.BigInteger(), nullable=False) if isinstance(column, str) else column)
    op.create_table(name, *made, sa.PrimaryKeyConstraint("body", *(key for key, _ in keys)))
