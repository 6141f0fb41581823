from __future__ import annotations

from pathlib import Path

import pytest
from filelock import Timeout

from bot.adapters.chroma import build_lock
from bot.errors import AdaptbotError
from bot.playground.lodging import Lodging


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_a_home_has_one_playground_at_a_time(home: Path) -> None:
    first, second = Lodging(home), Lodging(home)
    assert first.take()
    assert not second.take()
    first.close()
    assert second.take()
    second.close()


def test_where_the_page_is_can_be_read_until_the_end(home: Path) -> None:
    first, other = Lodging(home), Lodging(home)
    first.take()
    assert other.announced() is None
    first.announce("http://127.0.0.1:1")
    assert other.announced() == "http://127.0.0.1:1"
    first.close()
    assert other.announced() is None


def test_what_a_killed_playground_left_is_no_obstacle(home: Path) -> None:
    (home / "playground").mkdir(parents=True)
    for name in ("address", "playground.lock", "index.lock"):
        (home / "playground" / name).write_text("http://127.0.0.1:9")
    lodging = Lodging(home)
    assert lodging.take()
    assert lodging.announced() is None
    lodging.close()


def test_its_databases_begin_anew_and_those_of_production_stay(home: Path) -> None:
    (home / "playground").mkdir(parents=True)
    for folder in (home, home / "playground"):
        for name in ("adaptbot.sqlite", "work.sqlite", "work.sqlite-wal"):
            (folder / name).write_text("kept")
    lodging = Lodging(home)
    lodging.take()
    assert not list(lodging.home.glob("*.sqlite*"))
    assert len(list(home.glob("*.sqlite*"))) == 3
    lodging.close()


def test_the_index_is_the_homes_own_also_at_the_second_start(home: Path) -> None:
    (home / "index").mkdir(parents=True)
    (home / "index" / "chroma.sqlite3").write_text("vectors")
    for _ in range(2):
        lodging = Lodging(home)
        lodging.take()
        assert (lodging.home / "index" / "chroma.sqlite3").read_text() == "vectors"
        lodging.close()
    assert (home / "index" / "chroma.sqlite3").read_text() == "vectors"


def test_only_one_of_playground_and_production_builds_the_index_at_a_time(home: Path) -> None:
    lodging = Lodging(home)
    lodging.take()
    with build_lock(home), pytest.raises(Timeout):
        build_lock(lodging.home).acquire(blocking=False)
    lodging.close()


def test_a_home_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(AdaptbotError, match=r"home/playground cannot be used .*ADAPTBOT_HOME"):
        Lodging(tmp_path / "home").take()


def test_a_home_that_was_copied_with_its_links_followed_is_no_obstacle(home: Path) -> None:
    (home / "index").mkdir(parents=True)
    (home / "index" / "chroma.sqlite3").write_text("vectors")
    (home / "playground" / "index").mkdir(parents=True)
    (home / "playground" / "index" / "chroma.sqlite3").write_text("old vectors")
    lodging = Lodging(home)
    assert lodging.take()
    assert (lodging.home / "index" / "chroma.sqlite3").read_text() == "vectors"
    lodging.close()
