"""What `adaptbot doctor` finds in the databases; nothing is made or changed."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa

from bot.adapters.store import check
from bot.adapters.store_schema import opening
from bot.services.examining import Finding

REACH_SECONDS = 2.0
UNFINISHED = ("ENQUEUED", "DELAYED", "PENDING")
"""DBOS's words for a job that is still to be done."""


def database(address: str) -> Finding:
    """Whether the records' database opens, and has the schema of this version.

    Raises:
        StoreUnavailableError: it cannot be opened.
    """
    if refusal := _unreachable(address):
        return refusal
    schema, kind = check(address), _kind(address)
    match schema.state:
        case "missing":
            return Finding("good", f"{kind}; its tables are made at the first start")
        case "current":
            return Finding("good", f"{kind}, schema {schema.found}")
        case "older":
            upgrade = f"{kind}, schema {schema.found}; the next start makes it {schema.expected}"
            return Finding("good", upgrade)
        case "unknown":
            return Finding(
                "bad",
                f"{kind} has schema {schema.found}; this version knows none after "
                f"{schema.expected}",
                "start the newer adaptbot that made it, or set ADAPTBOT_DATABASE_URL to another "
                "database",
            )


def durable_work(address: str) -> Finding:
    """Whether the database of the jobs opens, and how many jobs wait in it.

    Raises:
        StoreUnavailableError: it cannot be opened.
    """
    if refusal := _unreachable(address):
        return refusal
    url, kind = sa.make_url(address), _kind(address)
    made_later = Finding("good", f"{kind}; it is made at the first start")
    sqlite = url.get_backend_name() == "sqlite"
    if sqlite and not Path(str(url.database)).exists():
        return made_later
    schema = None if sqlite else "dbos"
    engine = _reading(url)
    try:
        with opening(), engine.connect() as connection:
            if not sa.inspect(connection).has_table("workflow_status", schema=schema):
                return made_later
            status: sa.ColumnClause[str] = sa.column("status")
            jobs = sa.select(sa.func.count()).select_from(
                sa.table("workflow_status", status, schema=schema)
            )
            waiting = connection.scalar(jobs.where(status.in_(UNFINISHED)))
    finally:
        engine.dispose()
    return Finding("good", f"{kind}, {waiting} jobs to be finished")


def _unreachable(address: str) -> Finding | None:
    """What a PostgreSQL that nobody answers for would otherwise say only after its time-out."""
    url = sa.make_url(address)
    if url.get_backend_name() == "sqlite" or not url.host or "host" in url.query:
        return None
    place = (url.host, url.port or 5432)
    try:
        socket.create_connection(place, timeout=REACH_SECONDS).close()
    except OSError as error:
        return Finding(
            "bad",
            f"nothing answers at {place[0]}:{place[1]} ({type(error).__name__})",
            "start PostgreSQL, or check host and port in ADAPTBOT_DATABASE_URL",
        )
    return None


def _kind(address: str) -> str:
    url = sa.make_url(address)
    if url.get_backend_name() == "sqlite":
        return f"SQLite, {url.database}"
    return f"PostgreSQL, {url.database} at {url.host or 'a local socket'}"


def _reading(url: sa.URL) -> sa.Engine:
    """Reads, and makes no file."""
    if url.get_backend_name() != "sqlite":
        arguments = {"connect_timeout": int(REACH_SECONDS)}
        return sa.create_engine(
            url, poolclass=sa.NullPool, hide_parameters=True, connect_args=arguments
        )
    file = f"file:{quote(str(url.database))}"
    read_only = url.set(database=file, query={"mode": "ro", "uri": "true"})
    return sa.create_engine(read_only, poolclass=sa.NullPool)
