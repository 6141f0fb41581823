"""What every Records does: the fake and the real ones alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.adapters.store import Store
from bot.domain.answer import Turn
from bot.services.ports import Recommended, Records
from tests.fakes import MemoryRecords

RECOMMENDED = Recommended("w1", "C1:1.0", "U1", "1", "prompting=no,facts=yes", "rag")


@pytest.fixture(
    params=["MemoryRecords", "SQLite", pytest.param("PostgreSQL", marks=pytest.mark.slow)]
)
def records(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Records]:
    if request.param == "MemoryRecords":
        yield MemoryRecords()
        return
    address = f"sqlite:///{tmp_path / 'adaptbot.sqlite'}"
    if request.param == "PostgreSQL":
        new_database: Callable[[], str] = request.getfixturevalue("postgres")
        address = new_database()
    store = Store(address)
    yield store
    store.close()


def turn(number: int) -> Turn:
    return Turn(f"question {number}", f"reply {number}")


def test_a_new_thread_has_no_turns(records: Records) -> None:
    assert records.turns("C1:1.0", limit=8) == ()


def test_the_last_turns_come_oldest_first(records: Records) -> None:
    for number in range(5):
        records.add_turn("C1:1.0", turn(number), work_id=f"w{number}")
    assert records.turns("C1:1.0", limit=3) == (turn(2), turn(3), turn(4))
    assert records.turns("C1:1.0", limit=9) == tuple(turn(number) for number in range(5))


def test_the_same_work_is_kept_once(records: Records) -> None:
    records.add_turn("C1:1.0", turn(1), work_id="w1")
    records.add_turn("C1:1.0", turn(2), work_id="w1")
    assert records.turns("C1:1.0", limit=8) == (turn(1),)


def test_threads_know_nothing_of_each_other(records: Records) -> None:
    records.add_turn("C1:1.0", turn(1), work_id="w1")
    records.add_turn("C2:1.0", turn(2), work_id="w2")
    assert records.turns("C2:1.0", limit=8) == (turn(2),)


@pytest.mark.parametrize(
    "text", ["", "🙂 мир", "'; DROP TABLE turns; --", "line\nline", "a" * 40_000]
)
def test_any_text_is_kept_as_it_is(records: Records, text: str) -> None:
    records.add_turn("C1:1.0", Turn(text, text), work_id="w1")
    assert records.turns("C1:1.0", limit=1) == (Turn(text, text),)


def test_an_outcome_may_be_recorded_again(records: Records) -> None:
    records.add_recommendation(RECOMMENDED)
    records.add_recommendation(RECOMMENDED)


def test_many_may_record_at_the_same_time(records: Records) -> None:
    def record(number: int) -> None:
        records.add_turn("C1:1.0", turn(number), work_id=f"w{number % 10}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(record, range(20)))
    assert len(records.turns("C1:1.0", limit=99)) == 10
