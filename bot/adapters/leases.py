"""Whose work is whose: each running process holds a lease on its replica's name."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from filelock import FileLock, Timeout

from bot.errors import StoreUnavailableError

LOCKS = 4_201_978
"""The class of our advisory locks; any number of our own will do."""
NAMES = 64
"""How many replicas find a name by themselves."""
_LIVENESS = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=2"
"""PostgreSQL notices within 15 s that a machine is gone, and lets go of its locks."""


class Leases(Protocol):
    """Locks on names of replicas, which end with the process that holds them."""

    def take(self, name: str) -> bool:
        """Hold `name` from now on; False where another process does."""
        ...

    def held(self) -> bool:
        """Whether what was taken is still held; takes it again where a connection was lost."""
        ...

    @contextmanager
    def of_the_dead(self, name: str) -> Iterator[bool]:
        """Whether nobody holds `name`; nobody can take it meanwhile."""
        ...

    def release(self) -> None:
        """Let go."""
        ...


def leases(database: str) -> Leases:
    """The locks that go with a database.

    Raises:
        StoreUnavailableError: the database cannot be opened.
    """
    url = sa.make_url(database)
    if url.get_backend_name() == "sqlite":
        return FileLeases(Path(str(url.database)))
    return AdvisoryLeases(database)


class FileLeases:
    """A SQLite file has one process at a time, whatever its name: recovery happens at start."""

    def __init__(self, database: Path) -> None:
        self._lock = FileLock(f"{database}.lock", thread_local=False)

    def take(self, name: str) -> bool:  # noqa: ARG002 - the file itself is the name
        """Hold the file."""
        try:
            Path(self._lock.lock_file).touch()  # FileLock would make missing folders
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        except OSError as error:
            raise StoreUnavailableError(
                f"the database cannot be opened ({type(error).__name__}); check "
                "ADAPTBOT_DATABASE_URL, or that ADAPTBOT_HOME can be written"
            ) from error
        return True

    def held(self) -> bool:
        """Always: the file system does not forget."""
        return self._lock.is_locked

    @contextmanager
    def of_the_dead(self, name: str) -> Iterator[bool]:  # noqa: ARG002 - the port's signature
        """There is nobody else."""
        yield True

    def release(self) -> None:
        """Let go of the file."""
        self._lock.release()


class AdvisoryLeases:
    """PostgreSQL's session locks, held by one connection that is kept open."""

    def __init__(self, database: str) -> None:
        self._engine = sa.create_engine(
            database,
            poolclass=sa.NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"options": _LIVENESS, "connect_timeout": 5},
        )
        self._connection: sa.Connection | None = None
        self._name = ""
        self._holds = False
        self._lock = threading.Lock()

    def take(self, name: str) -> bool:
        """Hold `name`."""
        with self._lock:
            taken = self._try(name)
            if taken:
                self._name, self._holds = name, True
            return taken

    def held(self) -> bool:
        """Whether the connection that holds the name still lives."""
        with self._lock:
            try:
                self._open().execute(sa.select(1))
            except sa.exc.SQLAlchemyError:
                self._drop()
            else:
                if self._holds:
                    return True
            with suppress(StoreUnavailableError):  # tried again at the next look
                self._holds = self._try(self._name)
            return False

    @contextmanager
    def of_the_dead(self, name: str) -> Iterator[bool]:
        """Whether `name` could be locked."""
        with self._lock:
            free = name != self._name and self._try(name)
            try:
                yield free
            finally:
                if free:
                    self._open().execute(sa.select(sa.func.pg_advisory_unlock(*_key(name))))

    def release(self) -> None:
        """Let go of every name: free when this returns, not when the database sees it closed."""
        with self._lock:
            if self._connection is not None:
                with suppress(sa.exc.SQLAlchemyError):  # the lock ends with its connection
                    self._connection.execute(sa.select(sa.func.pg_advisory_unlock_all()))
            self._drop()
        self._engine.dispose()

    def _try(self, name: str) -> bool:
        try:
            return bool(self._open().scalar(sa.select(sa.func.pg_try_advisory_lock(*_key(name)))))
        except sa.exc.SQLAlchemyError as error:
            self._drop()
            raise StoreUnavailableError(
                f"the database cannot be opened ({type(error).__name__}); check "
                "ADAPTBOT_DATABASE_URL"
            ) from error

    def _open(self) -> sa.Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _drop(self) -> None:
        connection, self._connection, self._holds = self._connection, None, False
        if connection is not None:
            connection.invalidate()
            connection.close()


def _key(name: str) -> tuple[int, int]:
    """The two 32-bit numbers under which PostgreSQL knows a lock."""
    return LOCKS, zlib.crc32(name.encode()) - 2**31
