"""Traces, read beside the bot that keeps them."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from bot.adapters.store_schema import alone, opening
from bot.adapters.store_tables import traces
from bot.domain.trace import Trace


def kept_trace(database: str, work_id: str) -> Trace | None:
    """The trace of that work in `database`, an address for SQLAlchemy; nothing is made or changed.

    None where none is kept, and where no bot of this version has made the database yet: its schema
    is the bot's own.

    Raises:
        StoreUnavailableError: the database cannot be read.
    """
    with opening():
        url = sa.make_url(database)
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
            return None
        kept = sa.select(traces.c.trace).where(traces.c.work_id == work_id)
        with alone(database) as engine, engine.connect() as connection:
            if not sa.inspect(connection).has_table(traces.name):
                return None
            return connection.execute(kept).scalar_one_or_none()
