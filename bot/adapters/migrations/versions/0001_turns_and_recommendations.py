"""Turns and recommendations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "turns",
        sa.Column("work_id", sa.String(200), primary_key=True),
        sa.Column("thread", sa.String(120), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("reply", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_turns_thread", "turns", ["thread"])
    op.create_table(
        "recommendations",
        sa.Column("work_id", sa.String(200), primary_key=True),
        sa.Column("thread", sa.String(120), nullable=False),
        sa.Column("user", sa.String(40), nullable=False),
        sa.Column("guide_version", sa.String(40), nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("method", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_recommendations_thread", "recommendations", ["thread"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("recommendations")
    op.drop_table("turns")
