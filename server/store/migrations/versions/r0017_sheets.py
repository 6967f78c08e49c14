"""Rolls that say who stands on them by a sheet of who came: it may be the session's list.

Of those that were taken in before nobody knows it any more: whoever is invited there is so by name.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Apply this step."""
    op.add_column(
        "session_taking",
        sa.Column("on_sheet", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
