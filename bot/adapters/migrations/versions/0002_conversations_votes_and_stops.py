"""Conversations, votes and stops; who asked, and the answer as it was shown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply; a process of the version before may go on writing meanwhile."""
    op.add_column("turns", sa.Column("user", sa.String(40), nullable=False, server_default=""))
    op.add_column("turns", sa.Column("shown", sa.Text, nullable=False, server_default=""))
    op.create_index("ix_turns_at", "turns", ["at"])
    op.create_index("ix_recommendations_user", "recommendations", ["user"])
    op.create_index("ix_recommendations_at", "recommendations", ["at"])
    op.create_table(
        "conversations",
        sa.Column("thread", sa.String(120), primary_key=True),
        sa.Column("asker", sa.String(40), nullable=False),
        sa.Column("answered_at", sa.Double, nullable=False),
        sa.Column("speaker", sa.String(40), nullable=False),
        sa.Column("spoken", sa.Integer, nullable=False),
    )
    op.create_index("ix_conversations_answered_at", "conversations", ["answered_at"])
    op.create_table(
        "votes",
        sa.Column("work_id", sa.String(200), primary_key=True),
        sa.Column("user", sa.String(40), primary_key=True),
        sa.Column("opinion", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_votes_at", "votes", ["at"])
    op.create_table(
        "stops",
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("user", sa.String(40), nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("quietly", sa.Boolean, nullable=False),
    )
    op.create_index("ix_stops_at", "stops", ["at"])


def downgrade() -> None:
    """Undo; what the new tables and columns hold is lost."""
    for table in ("stops", "votes", "conversations"):
        op.drop_table(table)
    op.drop_index("ix_recommendations_at", "recommendations")
    op.drop_index("ix_recommendations_user", "recommendations")
    op.drop_index("ix_turns_at", "turns")
    with op.batch_alter_table("turns") as turns:
        turns.drop_column("shown")
        turns.drop_column("user")
