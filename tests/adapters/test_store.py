from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.adapters.store import Store, _upgrade, _wait_for_others, metadata
from bot.domain.answer import Turn
from bot.errors import StoreUnavailableError
from bot.services.ports import Recommended
from tests.commands import run_python

OPEN = "import sys; from bot.adapters.store import Store; Store(sys.argv[1]).close()"
ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["SQLite", pytest.param("PostgreSQL", marks=pytest.mark.slow)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "SQLite":
        return f"sqlite:///{tmp_path / 'adaptbot.sqlite'}"
    new_database: Callable[[], str] = request.getfixturevalue("postgres")
    return new_database()


def test_what_was_kept_outlives_the_process(address: str) -> None:
    first = Store(address)
    first.add_turn("C1:1.0", Turn("question", "reply"), work_id="w1")
    first.close()
    second = Store(address)
    assert second.turns("C1:1.0", limit=1) == (Turn("question", "reply"),)
    second.close()


def test_an_outcome_is_kept_once_with_its_path(address: str) -> None:
    store = Store(address)
    given = Recommended("w1", "C1:1.0", "U1", "1", "prompting=no", "rag")
    store.add_recommendation(given)
    store.add_recommendation(Recommended("w1", "C1:1.0", "U1", "1", "prompting=yes", "peft"))
    store.close()
    engine = sa.create_engine(address)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(metadata.tables["recommendations"])).all()
    engine.dispose()
    assert [row[:6] for row in rows] == [("w1", "C1:1.0", "U1", "1", "prompting=no", "rag")]


def test_the_migrations_make_the_tables_that_the_code_uses(address: str) -> None:
    Store(address).close()
    engine = sa.create_engine(address)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_a_process_waits_for_another_that_makes_the_schema(address: str) -> None:
    engine = sa.create_engine(address)
    with ThreadPoolExecutor(1) as pool, engine.begin() as first:
        _wait_for_others(first)
        opened = pool.submit(run_python, "-c", OPEN, address, cwd=ROOT)
        with pytest.raises(TimeoutError):
            opened.result(timeout=1.5)
        _upgrade(first)
        first.commit()
        assert opened.result().returncode == 0
    engine.dispose()


@pytest.mark.parametrize(
    "broken",
    [
        "sqlite:////no/such/folder/adaptbot.sqlite",
        "postgresql+psycopg://user:secret@127.0.0.1:9/adaptbot",
        "postgresql+psycopg://user:secret@127.0.0.1:port/adaptbot",
        "nonsense",
    ],
)
def test_a_database_that_cannot_be_opened_is_an_error_without_the_address(broken: str) -> None:
    with pytest.raises(StoreUnavailableError, match="ADAPTBOT_DATABASE_URL") as caught:
        Store(broken)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "adaptbot.sqlite"
    file.write_bytes(b"mine " * 1_000)
    with pytest.raises(StoreUnavailableError):
        Store(f"sqlite:///{file}")
    assert file.read_bytes() == b"mine " * 1_000
