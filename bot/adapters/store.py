"""Records in SQLite or PostgreSQL, by SQLAlchemy; the schema is Alembic's."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.domain.answer import Turn
from bot.errors import StoreUnavailableError
from bot.services.ports import Recommended

MIGRATING = 4_201_977
"""Of the lock that a process holds while it brings the schema up to date; any number will do."""

metadata = sa.MetaData()

turns = sa.Table(
    "turns",
    metadata,
    sa.Column("work_id", sa.String(200), primary_key=True),
    sa.Column("thread", sa.String(120), nullable=False, index=True),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("reply", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
)

recommendations = sa.Table(
    "recommendations",
    metadata,
    sa.Column("work_id", sa.String(200), primary_key=True),
    sa.Column("thread", sa.String(120), nullable=False, index=True),
    sa.Column("user", sa.String(40), nullable=False),
    sa.Column("guide_version", sa.String(40), nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("method", sa.String(40), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
)


class Store:
    """Keeps turns and recommendations."""

    def __init__(self, database: str) -> None:
        """Open the database and bring its schema up to date.

        Raises:
            StoreUnavailableError: it cannot be opened.
        """
        try:
            self._engine = sa.create_engine(database)
            with ExitStack() as undo:
                undo.callback(self._engine.dispose)
                _migrate(self._engine)
                undo.pop_all()
        except (sa.exc.SQLAlchemyError, ValueError) as error:
            raise StoreUnavailableError(
                f"the database cannot be opened ({type(error).__name__}); check "
                "ADAPTBOT_DATABASE_URL, or that ADAPTBOT_HOME can be written"
            ) from error

    def turns(self, thread: str, *, limit: int) -> tuple[Turn, ...]:
        """The last `limit` turns of `thread`, oldest first."""
        last = (
            sa.select(turns.c.question, turns.c.reply)
            .where(turns.c.thread == thread)
            .order_by(turns.c.at.desc())
            .limit(limit)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(last).all()
        return tuple(Turn(question, reply) for question, reply in reversed(rows))

    def add_turn(self, thread: str, turn: Turn, *, work_id: str) -> None:
        """Keep `turn` once."""
        self._insert_once(
            turns, work_id=work_id, thread=thread, question=turn.question, reply=turn.reply
        )

    def add_recommendation(self, recommended: Recommended) -> None:
        """Keep an outcome once."""
        self._insert_once(
            recommendations,
            work_id=recommended.work_id,
            thread=recommended.thread,
            user=recommended.user,
            guide_version=recommended.guide_version,
            path=recommended.path,
            method=recommended.method,
        )

    def close(self) -> None:
        """Release the connections."""
        self._engine.dispose()

    def _insert_once(self, table: sa.Table, **values: object) -> None:
        dialect = postgresql if self._engine.dialect.name == "postgresql" else sqlite
        row = dialect.insert(table).values(at=datetime.now(UTC), **values)
        with self._engine.begin() as connection:
            connection.execute(row.on_conflict_do_nothing(index_elements=["work_id"]))


def _migrate(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        _wait_for_others(connection)
        _upgrade(connection)


def _wait_for_others(connection: sa.Connection) -> None:
    """Two processes may start at the same time: the second finds the schema made."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATING)))
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command  # noqa: PLC0415 - only a process that keeps records needs it
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
