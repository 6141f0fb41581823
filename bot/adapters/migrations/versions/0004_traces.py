"""How questions were answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply; a process of the version before may go on writing meanwhile."""
    op.create_table(
        "traces",
        sa.Column("work_id", sa.String(200), primary_key=True),
        sa.Column("trace", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_traces_at", "traces", ["at"])


def downgrade() -> None:
    """Undo; answers can be looked at no longer."""
    op.drop_table("traces")
