from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.adapters import store as store_module
from bot.adapters.store import Schema, Store, check
from bot.adapters.store_schema import migrations, share, upgrade, wait_for_others
from bot.adapters.store_tables import KEPT_SINCE, metadata
from bot.domain.answer import Turn
from bot.domain.dialog import Answered
from bot.domain.trace import Judged, Trace
from bot.errors import StoreUnavailableError
from bot.services.ports import (
    Consultation,
    Conversation,
    Recommended,
    Replied,
    Stop,
    Vote,
)
from tests.commands import run_python

OPEN = "import sys; from bot.adapters.store import Store; Store(sys.argv[1]).close()"
ROOT = Path(__file__).parents[2]
THREAD = "T1:C1:1.0"
REPLIED = Replied("w1", THREAD, "U1", "question", "reply", "shown")
ABOUT = Consultation(
    "d1", THREAD, "U1", "a wiki", (Answered("facts", "yes", "wiki"),), {"parameters": 13.0}
)
TRACE = Trace("What is LoRA?", "extractive", "off_topic", seconds={"whole": 0.5})
NEWEST = "0004"

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
AT = sa.bindparam("at", type_=sa.DateTime(timezone=True))
KEEP_AS_THIRD = """
INSERT INTO consultations VALUES (:id, 'T1:C1:1.0', 'U1', '', '[]', '{}', :at)
"""

WRITE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from bot.adapters.store import Store
from bot.services.ports import Replied, Vote

store, process = Store(sys.argv[1]), sys.argv[2]

def write(number):
    store.heard("T1:C1:1.0", process)
    store.add_turn(Replied(f"{process}-{number}", "T1:C1:1.0", process, "question", "reply" * 200))
    store.vote(Vote(f"w{number}", process, "up"))

with ThreadPoolExecutor(8) as pool:
    list(pool.map(write, range(200)))
store.close()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "adaptbot.sqlite"


@contextmanager
def connected(address: str) -> Iterator[sa.Connection]:
    """A connection of its own, in one transaction."""
    engine = sa.create_engine(address)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def rows(address: str, table: str) -> list[tuple[object, ...]]:
    """Everything in `table`."""
    with connected(address) as connection:
        return [tuple(row) for row in connection.execute(sa.select(metadata.tables[table]))]


def set_revision(address: str, revision: str) -> None:
    """Pretend that another version made the schema."""
    Store(address).close()
    with connected(address) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :r"), {"r": revision})


def make_first_schema(address: str) -> None:
    """A database as the first version made it, with something in it."""
    with connected(address) as connection:
        wait_for_others(connection)
        upgrade(connection, "0001")
        for number in range(3):
            write_as_first(connection, number)
        connection.execute(
            sa.text(
                "INSERT INTO recommendations VALUES ('w9', 'T1:C1:1.0', 'U1', '1', 'facts=yes',"
                " 'rag', :at)"
            ).bindparams(sa.bindparam("at", type_=sa.DateTime(timezone=True))),
            {"at": datetime(2026, 11, 1, 12, 30, tzinfo=UTC)},
        )


def write_as_first(connection: sa.Connection, number: int) -> None:
    """Keep a turn in the words of the first version."""
    connection.execute(
        sa.text(
            "INSERT INTO turns (work_id, thread, question, reply, at)"
            " VALUES (:work, 'T1:C1:1.0', :question, :reply, :at)"
        ).bindparams(sa.bindparam("at", type_=sa.DateTime(timezone=True))),
        {
            "work": f"w{number}",
            "question": f"question {number}",
            "reply": f"reply {number} 🙂",
            "at": datetime(2026, 11, 1, 12, number, tzinfo=UTC),
        },
    )


def test_what_was_kept_outlives_the_process(address: str) -> None:
    first = Store(address)
    first.add_turn(REPLIED)
    first.answered(THREAD, "U1", 1.5)
    first.heard(THREAD, "U2")
    first.stop(Stop("job", "U1", 2.5, quietly=True))
    first.keep_consultation(ABOUT)
    first.keep_guide("2026-11+ab12cd", "version: 2026-11")
    first.keep_trace("w1", TRACE)
    first.close()
    second = Store(address)
    assert second.turns(THREAD, limit=1) == (Turn("question", "reply"),)
    assert second.replied("w1") == REPLIED
    assert second.conversation(THREAD) == Conversation("U1", 1.5, "U2", 1)
    assert second.stops(["job"]) == (Stop("job", "U1", 2.5, quietly=True),)
    assert second.consultation("d1") == ABOUT
    assert second.guide_text("2026-11+ab12cd") == "version: 2026-11"
    assert second.trace("w1") == TRACE
    second.close()


def test_the_last_vote_of_a_person_stands_whole(address: str) -> None:
    store = Store(address)
    store.vote(Vote("w1", "U1", "down", "wrong", "It is 8."))
    store.vote(Vote("w1", "U2", "down", "long"))
    store.vote(Vote("w1", "U1", "up"))
    store.vote(Vote("w2", "U1", "down"))
    store.close()
    assert sorted(row[:5] for row in rows(address, "votes")) == [
        ("w1", "U1", "up", "", ""),
        ("w1", "U2", "down", "long", ""),
        ("w2", "U1", "down", "", ""),
    ]


def test_text_that_no_database_takes_is_kept_without_what_is_wrong(address: str) -> None:
    store = Store(address)
    store.add_turn(Replied("w1", THREAD, "U1", "a\x00b", "half \ud83d an emoji"))
    assert store.turns(THREAD, limit=1) == (Turn("a\ufffdb", "half \ufffd an emoji"),)
    store.close()


def test_words_read_from_a_description_stay_a_part_of_it(address: str) -> None:
    words = "a\x00b half \ud83d"
    read = (Answered("facts", "yes", words),)
    store = Store(address)
    store.keep_consultation(Consultation("d1", THREAD, "U1", f"{words} an emoji", read))
    kept = store.consultation("d1")
    store.close()
    assert kept is not None
    assert kept.description == "a\ufffdb half \ufffd an emoji"
    assert kept.read == (Answered("facts", "yes", "a\ufffdb half \ufffd"),)


def test_whatever_holds_somebody_s_words_is_purged() -> None:
    purged = {since.table.name for since in KEPT_SINCE}
    assert metadata.tables.keys() - purged == {"guides"}


def test_the_migrations_make_the_tables_that_the_code_uses(address: str) -> None:
    Store(address).close()
    with connected(address) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_database_of_the_first_version_is_upgraded_without_loss(address: str) -> None:
    make_first_schema(address)
    assert check(address) == Schema("0001", NEWEST, "older")
    store = Store(address)
    assert store.turns(THREAD, limit=9) == tuple(
        Turn(f"question {number}", f"reply {number} 🙂") for number in range(3)
    )
    assert store.replied("w1") == Replied("w1", THREAD, "", "question 1", "reply 1 🙂", "")
    at = datetime(2026, 11, 1, 12, 30, tzinfo=UTC)
    assert store.recommendations("U1", limit=9) == (
        Recommended("w9", THREAD, "U1", "1", "facts=yes", "rag", at),
    )
    store.add_turn(REPLIED)
    store.answered(THREAD, "U1", 1.5)
    assert store.purge(datetime(2026, 11, 1, 12, 1, tzinfo=UTC)) == 2
    store.close()


def test_a_process_of_the_first_version_may_go_on_writing(address: str) -> None:
    store = Store(address)
    with connected(address) as connection:
        write_as_first(connection, 1)
    assert store.replied("w1") == Replied("w1", THREAD, "", "question 1", "reply 1 🙂")
    store.close()


def test_a_database_of_the_second_version_is_upgraded_and_may_be_written_on(address: str) -> None:
    make_second_schema(address)
    assert check(address) == Schema("0002", NEWEST, "older")
    store = Store(address)
    with connected(address) as connection:
        vote_as_second(connection, "U2")
    assert [row[1] for row in rows(address, "votes")] == ["U1", "U2"]
    assert store.consultation("d1") is None
    assert store.guide_text("2026-11") is None
    store.keep_consultation(ABOUT)
    assert store.consultation("d1") == ABOUT
    store.close()


def test_the_way_back_to_the_second_version_keeps_all_it_knows(address: str) -> None:
    make_second_schema(address)
    store = Store(address)
    store.keep_consultation(ABOUT)
    store.keep_guide("2026-11+ab12cd", "version: 2026-11")
    store.close()
    with connected(address) as connection:
        config = migrations()
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")
    with connected(address) as connection:
        names = set(sa.inspect(connection).get_table_names())
    assert names == metadata.tables.keys() - {"consultations", "guides", "traces"} | {
        "alembic_version"
    }
    assert [row[1] for row in rows(address, "votes")] == ["U1"]


def test_a_database_of_the_version_before_is_upgraded_and_may_be_written_on(address: str) -> None:
    with connected(address) as connection:
        wait_for_others(connection)
        upgrade(connection, "0003")
        connection.execute(sa.text(KEEP_AS_THIRD).bindparams(AT), {"id": "d1", "at": NOON})
    assert check(address) == Schema("0003", NEWEST, "older")
    store = Store(address)
    with connected(address) as connection:
        connection.execute(sa.text(KEEP_AS_THIRD).bindparams(AT), {"id": "d2", "at": NOON})
    for name in ("d1", "d2"):
        assert store.consultation(name) == Consultation(name, THREAD, "U1")
    assert store.trace("w1") is None
    store.keep_trace("w1", TRACE)
    assert store.trace("w1") == TRACE
    store.close()


def test_the_way_back_to_the_version_before_keeps_all_it_knows(address: str) -> None:
    store = Store(address)
    store.keep_trace("w1", TRACE)
    store.keep_consultation(ABOUT)
    store.close()
    with connected(address) as connection:
        config = migrations()
        config.attributes["connection"] = connection
        command.downgrade(config, "0003")
    with connected(address) as connection:
        names = set(sa.inspect(connection).get_table_names())
    assert names == metadata.tables.keys() - {"traces"} | {"alembic_version"}
    store = Store(address)
    assert store.consultation("d1") == ABOUT
    assert store.trace("w1") is None
    store.close()


def make_second_schema(address: str) -> None:
    """A database as the second version made it, with a vote in it."""
    with connected(address) as connection:
        wait_for_others(connection)
        upgrade(connection, "0002")
        vote_as_second(connection, "U1")


def vote_as_second(connection: sa.Connection, user: str) -> None:
    """Keep a vote in the words of the second version."""
    connection.execute(
        sa.text("INSERT INTO votes VALUES ('w1', :user, 'up', '', '', :at)").bindparams(
            sa.bindparam("at", type_=sa.DateTime(timezone=True))
        ),
        {"user": user, "at": datetime(2026, 11, 1, 12, tzinfo=UTC)},
    )


def test_the_way_back_keeps_what_the_first_version_knows(address: str) -> None:
    make_first_schema(address)
    before = [row[:4] for row in first_turns(address)]
    Store(address).close()
    with connected(address) as connection:
        config = migrations()
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    assert [row[:4] for row in first_turns(address)] == before
    with connected(address) as connection:
        names = sa.inspect(connection).get_table_names()
    assert sorted(names) == ["alembic_version", "recommendations", "turns"]
    store = Store(address)
    assert len(store.turns(THREAD, limit=9)) == 3
    store.close()


def first_turns(address: str) -> list[tuple[object, ...]]:
    """The turns as the first version reads them."""
    with connected(address) as connection:
        query = "SELECT work_id, thread, question, reply, at FROM turns ORDER BY work_id"
        return [tuple(row) for row in connection.execute(sa.text(query))]


def test_an_upgrade_that_fails_changes_nothing(address: str) -> None:
    make_first_schema(address)
    with connected(address) as connection:
        connection.execute(sa.text("CREATE TABLE stops (mine INTEGER)"))
    with pytest.raises(StoreUnavailableError):
        Store(address)
    assert check(address).found == "0001"
    with connected(address) as connection:
        columns = [column["name"] for column in sa.inspect(connection).get_columns("turns")]
    assert columns == ["work_id", "thread", "question", "reply", "at"]


def test_a_schema_of_a_newer_version_is_refused_with_what_to_do(address: str) -> None:
    set_revision(address, "0999")
    with pytest.raises(StoreUnavailableError) as caught:
        Store(address)
    told = str(caught.value)
    for word in ("0999", NEWEST, "start the newer version", "nothing was changed"):
        assert word in told
    assert check(address) == Schema("0999", NEWEST, "unknown")


def test_a_file_of_a_newer_version_is_left_as_it_is(file: Path) -> None:
    set_revision(f"sqlite:///{file}", "0999")
    before = file.read_bytes()
    with pytest.raises(StoreUnavailableError):
        Store(f"sqlite:///{file}")
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_check_tells_the_schema_and_makes_nothing(address: str) -> None:
    assert check(address) == Schema(None, NEWEST, "missing")
    assert check(address) == Schema(None, NEWEST, "missing")
    Store(address).close()
    assert check(address) == Schema(NEWEST, NEWEST, "current")


def test_a_check_makes_no_file(file: Path) -> None:
    check(f"sqlite:///{file}")
    assert not file.exists()
    assert check(f"sqlite:///{file / 'of' / 'no' / 'folder'}").state == "missing"


def test_a_process_waits_for_another_that_makes_the_schema(address: str) -> None:
    engine = sa.create_engine(address)
    with ThreadPoolExecutor(1) as pool, engine.begin() as first:
        wait_for_others(first)
        opened = pool.submit(run_python, "-c", OPEN, address, cwd=ROOT)
        with pytest.raises(TimeoutError):
            opened.result(timeout=1.5)
        upgrade(first)
        first.commit()
        assert opened.result().returncode == 0
    engine.dispose()


def test_many_may_open_a_new_database_at_the_same_time(address: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(Store, [address] * 8))
    for store in stores:
        store.heard(THREAD, "U1")
        store.close()
    assert check(address).state == "current"


def test_a_sqlite_file_has_a_write_ahead_log_and_waits_for_others(file: Path) -> None:
    store = Store(f"sqlite:///{file}")
    with store._engine.connect() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "busy_timeout", "synchronous")
        ]
    store.close()
    assert found == ["wal", 5_000, 1]


def test_the_change_to_a_log_waits_for_another_process_that_writes(file: Path) -> None:
    mine = sqlite3.connect(file, check_same_thread=False)
    with ThreadPoolExecutor(1) as pool:
        with connected(f"sqlite:///{file}") as other:
            wait_for_others(other)
            shared = pool.submit(share, mine)
            with pytest.raises(TimeoutError):
                shared.result(timeout=0.5)
        shared.result()
    assert mine.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    mine.close()


def test_a_file_is_read_while_another_process_writes_to_it(file: Path) -> None:
    store = Store(f"sqlite:///{file}")
    store.answered(THREAD, "U1", 1.5)
    with connected(f"sqlite:///{file}") as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        other.exec_driver_sql("UPDATE conversations SET spoken = 9")
        assert store.conversation(THREAD) == Conversation("U1", 1.5)
    assert store.conversation(THREAD) == Conversation("U1", 1.5, "", 9)
    store.close()


@pytest.mark.slow
def test_of_what_two_processes_of_eight_threads_write_nothing_is_lost(address: str) -> None:
    store = Store(address)
    store.answered(THREAD, "U1", 1.5)
    with ThreadPoolExecutor(2) as pool:
        writers = [
            pool.submit(run_python, "-c", WRITE, address, name, cwd=ROOT) for name in ("A", "B")
        ]
    assert [writer.result().stderr for writer in writers] == ["", ""]
    state = store.conversation(THREAD)
    assert state is not None
    assert state.spoken == 400
    assert len(store.turns(THREAD, limit=999)) == 400
    assert len(rows(address, "votes")) == 400
    store.close()


def test_a_purge_goes_through_a_big_table(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "PURGED_AT_ONCE", 7)
    store = Store(address)
    for number in range(30):
        store.vote(Vote("w1", f"U{number}", "up"))
        store.stop(Stop(f"job{number}", "U1", float(number)))
    assert store.purge(datetime.fromtimestamp(25, UTC)) == 25
    assert len(store.stops([f"job{number}" for number in range(30)])) == 5
    assert store.purge(datetime.now(UTC) + timedelta(hours=1)) == 35
    store.close()


@pytest.mark.slow
def test_connections_that_the_server_closed_are_made_anew(postgres: Callable[[], str]) -> None:
    address = postgres()
    store = Store(address)
    store.add_turn(REPLIED)
    with connected(address) as connection:
        ended = connection.execute(
            sa.text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        ).scalar_one()
    assert ended
    assert store.replied("w1") == REPLIED
    store.close()


def test_a_database_that_fails_later_is_an_error_without_anybody_s_words(address: str) -> None:
    store = Store(address)
    with connected(address) as connection:
        connection.execute(sa.text("DROP TABLE turns"))
    with pytest.raises(StoreUnavailableError) as caught:
        store.add_turn(Replied("w1", THREAD, "U1", "my secret", "my secret", "my secret"))
    store.close()
    assert "secret" not in f"{caught.value} {caught.value.__cause__}"


def test_a_consultation_that_cannot_be_kept_is_an_error_without_its_words(address: str) -> None:
    store = Store(address)
    with connected(address) as connection:
        connection.execute(sa.text("DROP TABLE consultations"))
    read = (Answered("facts", "yes", "my secret"),)
    with pytest.raises(StoreUnavailableError) as caught:
        store.keep_consultation(Consultation("d1", THREAD, "U1", "my secret", read))
    with pytest.raises(StoreUnavailableError):
        store.consultation("d1")
    store.close()
    assert "secret" not in f"{caught.value} {caught.value.__cause__}"


def test_a_trace_that_cannot_be_kept_is_an_error_without_its_words(address: str) -> None:
    store = Store(address)
    with connected(address) as connection:
        connection.execute(sa.text("DROP TABLE traces"))
    secret = Judged("my secret", (1,), supported=True, problem="")
    with pytest.raises(StoreUnavailableError) as caught:
        store.keep_trace("w1", Trace("my secret", "extractive", "answered", judged=(secret,)))
    with pytest.raises(StoreUnavailableError):
        store.trace("w1")
    store.close()
    assert "secret" not in f"{caught.value} {caught.value.__cause__}"


def test_a_file_in_no_folder_cannot_be_opened() -> None:
    with pytest.raises(StoreUnavailableError, match="ADAPTBOT_HOME"):
        Store("sqlite:////no/such/folder/adaptbot.sqlite")


@pytest.mark.parametrize("open_database", [Store, check])
@pytest.mark.parametrize(
    "broken",
    [
        "postgresql+psycopg://user:secret@127.0.0.1:9/adaptbot",
        "postgresql+psycopg://user:secret@127.0.0.1:port/adaptbot",
        "nonsense",
    ],
)
def test_a_database_that_cannot_be_opened_is_an_error_without_the_address(
    broken: str, open_database: Callable[[str], object]
) -> None:
    with pytest.raises(StoreUnavailableError, match="ADAPTBOT_DATABASE_URL") as caught:
        open_database(broken)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("open_database", [Store, check])
def test_a_file_that_is_no_database_is_left_as_it_is(
    file: Path, open_database: Callable[[str], object]
) -> None:
    file.write_bytes(b"mine " * 1_000)
    with pytest.raises(StoreUnavailableError):
        open_database(f"sqlite:///{file}")
    assert file.read_bytes() == b"mine " * 1_000
