"""Opens the records' database: what schema it has, and how it gets the one of this version."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from bot.errors import StoreUnavailableError

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATING = 4_201_977
"""Of the lock that a process holds while it brings the schema up to date; any number will do."""
BUSY_SECONDS = 5.0
"""How long one waits for another that writes to the same SQLite file."""
CONNECT_SECONDS = 5
"""How long a PostgreSQL may take to be reached, unless its address says otherwise."""
LOOK_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Schema:
    """The revision that a database has, and the one that this version of adaptbot works with."""

    found: str | None
    """None: no tables yet; the first start makes them."""
    expected: str
    state: Literal["missing", "older", "current", "unknown"]
    """"older" is upgraded at the next start; "unknown" is of a newer version, and refused."""


def check(database: str) -> Schema:
    """The schema of `database`, an address for SQLAlchemy; nothing is made or changed.

    Raises:
        StoreUnavailableError: it cannot be opened.
    """
    with opening():
        url = sa.make_url(database)
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
            return _schema(None)
        with alone(database) as engine, engine.connect() as connection:
            return _schema(_revision(connection))


def open_engine(database: str) -> sa.Engine:
    """Bring the schema of `database` up to date, and connect to it.

    Every statement is a transaction of its own, which saves PostgreSQL two round trips.

    Raises:
        StoreUnavailableError: it cannot be opened, or a newer version made it.
    """
    with opening():
        with alone(database) as single:
            migrate(single)
        engine = sa.create_engine(
            database, isolation_level="AUTOCOMMIT", pool_pre_ping=True, **_options(database)
        )
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", share)
        try:
            engine.connect().close()
        except sa.exc.SQLAlchemyError:
            engine.dispose()
            raise
        return engine


@contextmanager
def opening() -> Iterator[None]:
    """Turn what goes wrong while a database is opened into a word for the admin.

    Raises:
        StoreUnavailableError: in place of the driver's error; it never holds the address.
    """
    try:
        yield
    except (sa.exc.SQLAlchemyError, ValueError) as error:
        raise StoreUnavailableError(
            f"the database cannot be opened ({type(error).__name__}); check "
            "ADAPTBOT_DATABASE_URL, or that ADAPTBOT_HOME can be written"
        ) from error


def migrate(engine: sa.Engine) -> None:
    """Bring the schema up to date, one process at a time, and all of it or nothing.

    Raises:
        StoreUnavailableError: a newer version made it.
    """
    with engine.begin() as connection:
        wait_for_others(connection)
        upgrade(connection)


def wait_for_others(connection: sa.Connection) -> None:
    """Two processes may start at the same time: the second finds the schema made."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATING)))
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def upgrade(connection: sa.Connection, revision: str = "head") -> None:
    """Bring the schema up to `revision` within the transaction of `connection`.

    Raises:
        StoreUnavailableError: a newer version made it.
    """
    schema = _schema(_revision(connection))
    if schema.state == "unknown":
        raise StoreUnavailableError(
            f"the database has schema {schema.found}, and this version of adaptbot knows none "
            f"after {schema.expected}: start the newer version that made it, or set "
            "ADAPTBOT_DATABASE_URL to another database; nothing was changed"
        )
    if schema.state != "current":
        from alembic import command  # noqa: PLC0415 - only where there is something to do

        config = migrations()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _schema(found: str | None) -> Schema:
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - only for who keeps records

    known = [
        script.revision for script in ScriptDirectory.from_config(migrations()).walk_revisions()
    ]
    if found is None:
        return Schema(None, known[0], "missing")
    if found not in known:
        return Schema(found, known[0], "unknown")
    return Schema(found, known[0], "current" if found == known[0] else "older")


def _revision(connection: sa.Connection) -> str | None:
    from alembic.migration import MigrationContext  # noqa: PLC0415 - only for who keeps records

    return ", ".join(MigrationContext.configure(connection).get_current_heads()) or None


def migrations() -> Config:
    """Where Alembic finds them."""
    from alembic.config import Config  # noqa: PLC0415 - only for who keeps records

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


@contextmanager
def alone(database: str) -> Iterator[sa.Engine]:
    """For one connection, without anything that leaves a trace in the file."""
    engine = sa.create_engine(database, poolclass=sa.NullPool, **_options(database))
    try:
        yield engine
    finally:
        engine.dispose()


def _options(database: str) -> dict[str, Any]:
    url = sa.make_url(database)
    arguments: dict[str, float] = {}
    if url.get_backend_name() == "sqlite":
        arguments["timeout"] = BUSY_SECONDS
    elif "connect_timeout" not in url.query:
        arguments["connect_timeout"] = CONNECT_SECONDS
    return {"connect_args": arguments, "hide_parameters": True}


def share(connection: sqlite3.Connection, _record: object = None) -> None:
    """Let several threads and processes use the file: who reads waits for nobody."""
    if _journal(connection) == "wal":
        connection.execute("PRAGMA synchronous=NORMAL")


def _journal(connection: sqlite3.Connection) -> str:
    """Ask for a write-ahead log; SQLite itself does not wait for others here."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            [mode] = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(LOOK_SECONDS)
        else:
            return str(mode)
