"""Traces, read from beside the bot."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from bot import wiring
from bot.adapters.kept_traces import kept_trace
from bot.adapters.store import Store
from bot.adapters.store_schema import alone, check, upgrade, wait_for_others
from bot.domain.trace import Trace
from bot.errors import StoreUnavailableError
from bot.settings import Settings

TRACE = Trace("What is LoRA?", "extractive", "answered", seconds={"whole": 0.5})


def test_what_a_running_bot_keeps_is_seen_at_once(address: str) -> None:
    store = Store(address)
    assert kept_trace(address, "w1") is None
    store.keep_trace("w1", TRACE)
    assert kept_trace(address, "w1") == TRACE
    assert kept_trace(address, "w2") is None
    store.close()
    assert kept_trace(address, "w1") == TRACE


def test_a_database_that_no_bot_has_made_yet_has_no_traces_and_gets_no_tables(
    address: str, tmp_path: Path
) -> None:
    assert kept_trace(address, "w1") is None
    assert check(address).found is None
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_an_earlier_version_has_no_traces_and_stays_as_it_is(address: str) -> None:
    with alone(address) as engine, engine.begin() as connection:
        wait_for_others(connection)
        upgrade(connection, "0003")
    assert kept_trace(address, "w1") is None
    assert check(address).found == "0003"


def test_a_trace_is_read_while_the_bot_writes(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'adaptbot.sqlite'}"
    store = Store(address)
    store.keep_trace("w1", TRACE)
    with alone(address) as engine, engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.execute(sa.text("DELETE FROM traces"))
        assert kept_trace(address, "w1") == TRACE
        connection.rollback()
    store.close()


def test_a_file_that_is_no_database_is_an_error_without_its_content(tmp_path: Path) -> None:
    file = tmp_path / "adaptbot.sqlite"
    file.write_bytes(b"mine " * 1_000)
    with pytest.raises(StoreUnavailableError) as caught:
        kept_trace(f"sqlite:///{file}", "w1")
    assert "mine" not in str(caught.value)


def test_the_wiring_looks_into_the_home_of_the_settings(tmp_path: Path) -> None:
    home = tmp_path / "home"
    settings = Settings(_env_file=None, home=home)
    looked_up = wiring.traces(settings)
    assert looked_up("w1") is None
    assert not home.exists()
    home.mkdir()
    store = Store(settings.database)
    store.keep_trace("w1", TRACE)
    store.close()
    assert looked_up("w1") == TRACE
