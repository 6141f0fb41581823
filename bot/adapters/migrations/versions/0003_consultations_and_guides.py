"""What dialogs are about, and the text of every version of the guide."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply; a process of the version before may go on writing meanwhile."""
    op.create_table(
        "consultations",
        sa.Column("id", sa.String(200), primary_key=True),
        sa.Column("thread", sa.String(120), nullable=False),
        sa.Column("user", sa.String(40), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("read", sa.Text, nullable=False),
        sa.Column("inputs", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_consultations_thread", "consultations", ["thread"])
    op.create_index("ix_consultations_at", "consultations", ["at"])
    op.create_table(
        "guides",
        sa.Column("version", sa.String(60), primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Undo; dialogs of other versions of the guide can no longer be gone on with."""
    for table in ("guides", "consultations"):
        op.drop_table(table)
