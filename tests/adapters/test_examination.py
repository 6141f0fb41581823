"""What `adaptbot doctor` finds in databases, index and models."""

from __future__ import annotations

import gc
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.adapters.chroma import ChromaIndex, embedded_client
from bot.adapters.content import read_corpus
from bot.adapters.database_examination import database, durable_work
from bot.adapters.examination import (
    Parts,
    chat_model,
    chroma_server,
    embedding_model,
    index,
    part_checks,
)
from bot.adapters.store import Store
from bot.errors import IndexUnavailableError, ModelUnavailableError
from bot.services.examining import examine
from tests.adapters.test_content import NOTE
from tests.chroma_server import chroma_server as running_chroma
from tests.notes import written
from tests.openai_server import Fails, Hangs, OpenAIServer, Says
from tests.word_embeddings import WordEmbeddings


def parts(home: Path, **changed: Any) -> Parts:
    held: dict[str, Any] = {
        "database": f"sqlite:///{home / 'adaptbot.sqlite'}",
        "work_database": f"sqlite:///{home / 'work.sqlite'}",
        "index_directory": home / "index",
        "knowledge": None,
        "embedding_model": "all-MiniLM-L6-v2",
        "chroma_url": None,
        "model": None,
        "model_base_url": None,
    }
    return Parts(**(held | changed))


def test_before_the_first_start_nothing_is_bad_and_nothing_is_made(tmp_path: Path) -> None:
    verdicts = examine(part_checks(parts(tmp_path)), within=60)
    states = {verdict.name: verdict.state for verdict in verdicts}
    assert states == {
        "database": "good",
        "durable work": "good",
        "index": "doubtful",
        "embedding model": "good",
        "Chroma server": "off",
        "chat model": "off",
    }
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_was_opened_once_has_the_present_schema(address: str) -> None:
    Store(address).close()
    assert database(address).state == "good"
    assert "schema 0" in database(address).found


def test_a_database_of_a_newer_version_is_bad(address: str) -> None:
    Store(address).close()
    with changing(address) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    found = database(address)
    assert found.state == "bad"
    assert "9999" in found.found
    assert "newer adaptbot" in found.remedy


def test_jobs_that_wait_are_counted(address: str) -> None:
    assert "made at the first start" in durable_work(address).found
    schema = None if address.startswith("sqlite") else "dbos"
    jobs = sa.Table("workflow_status", sa.MetaData(), sa.Column("status", sa.Text), schema=schema)
    with changing(address) as connection:
        if schema:
            connection.execute(sa.schema.CreateSchema(schema))
        jobs.create(connection)
        rows = [{"status": status} for status in ("PENDING", "ENQUEUED", "SUCCESS", "ERROR")]
        connection.execute(jobs.insert(), rows)
    found = durable_work(address)
    assert found.state == "good"
    assert "2 jobs to be finished" in found.found


@contextmanager
def changing(address: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def test_a_file_that_is_no_database_is_bad(tmp_path: Path) -> None:
    for file in ("adaptbot.sqlite", "work.sqlite"):
        (tmp_path / file).write_bytes(b"no database at all" * 100)
    found = {v.name: v for v in examine(part_checks(parts(tmp_path)), within=60)}
    for row in ("database", "durable work"):
        assert found[row].state == "bad"
        assert "ADAPTBOT_" in found[row].remedy


def test_a_postgresql_that_nobody_serves_is_named_without_its_password() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"postgresql+psycopg://me:hunter22@127.0.0.1:{port}/adaptbot"
    for look in (database, durable_work):
        found = look(url)
        assert found.state == "bad"
        assert f"127.0.0.1:{port}" in found.found
        assert "hunter22" not in found.found + found.remedy


def built(home: Path, notes: Path, *, model: str = "all-MiniLM-L6-v2") -> Parts:
    """Parts with an index of `notes`."""
    made = ChromaIndex(
        read_corpus(notes).passages(),
        embeddings=WordEmbeddings(),
        model=model,
        client=embedded_client(home / "index"),
    )
    made.build(lambda *_: None)
    return parts(home, knowledge=notes)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    written(NOTE, tmp_path / "notes")
    return tmp_path / "notes"


def test_an_index_for_these_notes_and_this_model_is_good(tmp_path: Path, notes: Path) -> None:
    found = index(built(tmp_path, notes))
    assert found.state == "good"
    assert "sentences of" in found.found


def test_an_index_for_another_model_is_to_be_built_anew(tmp_path: Path, notes: Path) -> None:
    found = index(built(tmp_path, notes, model="another"))
    assert found.state == "doubtful"
    assert "adaptbot index" in found.remedy


def test_an_index_for_other_notes_is_to_be_built_anew(tmp_path: Path, notes: Path) -> None:
    held = built(tmp_path, notes)
    written(NOTE.replace("cheap", "small"), notes)
    assert index(held).state == "doubtful"


def test_a_malformed_note_is_named_by_file_and_line(tmp_path: Path) -> None:
    path = written(NOTE.replace("year: 2021", "year: soon"), tmp_path / "notes")
    checks = part_checks(parts(tmp_path, knowledge=tmp_path / "notes"))
    [verdict] = [v for v in examine(checks, within=60) if v.name == "index"]
    assert verdict.state == "bad"
    assert f"{path}:5" in verdict.found


def test_an_embedding_model_is_looked_for_on_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENTENCE_TRANSFORMERS_HOME", str(tmp_path / "cache"))
    assert "published" in embedding_model("all-MiniLM-L6-v2").found
    assert embedding_model("nobody/has-it").state == "doubtful"
    assert embedding_model("no name: at all").state == "doubtful"
    assert embedding_model(str(tmp_path)).state == "bad"
    (tmp_path / "modules.json").write_text("[]")
    assert embedding_model(str(tmp_path)).state == "good"


def test_a_downloaded_embedding_model_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENTENCE_TRANSFORMERS_HOME", str(tmp_path))
    kept = tmp_path / "models--sentence-transformers--small"
    (kept / "refs").mkdir(parents=True)
    (kept / "refs" / "main").write_text("abc123")
    (kept / "snapshots" / "abc123").mkdir(parents=True)
    (kept / "snapshots" / "abc123" / "config.json").write_text("{}")
    found = embedding_model("small")
    assert (found.state, found.found) == ("good", "small, downloaded (revision abc123)")


def test_a_chroma_server_that_does_not_answer_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(IndexUnavailableError, match="ADAPTBOT_CHROMA_URL"):
        chroma_server(f"http://127.0.0.1:{port}")


@pytest.mark.slow
@pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
def test_a_chroma_server_that_answers_is_good(tmp_path: Path) -> None:
    with running_chroma(tmp_path / "chroma") as url:
        assert chroma_server(url).state == "good"
        gc.collect()  # a later test would be blamed for what Chroma's client leaves open


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-not-a-key")


@pytest.mark.usefixtures("key")
def test_a_chat_model_that_answers_is_good() -> None:
    with OpenAIServer([Says("OK")]) as server:
        found = chat_model("openai:gpt-4o-mini", base_url=server.url)
    assert found.state == "good"
    assert "openai:gpt-4o-mini answers in" in found.found
    assert len(server.prompts[0]) < 100


@pytest.mark.usefixtures("key")
def test_a_chat_model_that_refuses_is_bad() -> None:
    with (
        OpenAIServer([Fails(401)]) as server,
        pytest.raises(ModelUnavailableError, match="Authentication"),
    ):
        chat_model("openai:gpt-4o-mini", base_url=server.url)


@pytest.mark.usefixtures("key")
def test_a_chat_model_that_takes_its_time_is_doubtful(tmp_path: Path) -> None:
    with OpenAIServer([Hangs()]) as server:
        held = parts(tmp_path, model="openai:gpt-4o-mini", model_base_url=server.url)
        [check] = [check for check in part_checks(held) if check.name == "chat model"]
        [verdict] = examine([check], within=0.5)
    assert verdict.state == "doubtful"
    assert "ADAPTBOT_MODEL" in verdict.remedy
