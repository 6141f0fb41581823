"""What every Records does: the fake and the real ones alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import MappingProxyType

import pytest

from bot.adapters.store import Store
from bot.domain.answer import Turn
from bot.domain.dialog import Answered
from bot.domain.trace import Found, Judged, Trace
from bot.services.ports import (
    Consultation,
    Conversation,
    Recommended,
    Records,
    Replied,
    Stop,
    Vote,
)
from tests.fakes import MemoryRecords

THREAD = "T1:C1:1.0"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
RECOMMENDED = Recommended("w1", THREAD, "U1", "1", "prompting=no,facts=yes", "rag")
ABOUT = Consultation(
    "d1",
    THREAD,
    "U1",
    "A wiki that changes daily, no labels.",
    (Answered("facts", "yes"), Answered("change", "often", "changes daily")),
    {"parameters": 13.0, "examples": 0.5},
)
TRACE = Trace(
    asked="What does LoRA train?",
    model="a:model",
    outcome="answered",
    found=(
        Found("lora", "Hu 2021", "Method", "lora#method", -1.25, 1, offered=True, text="A.\nB."),
        Found("part1", "Part 1", "Cost", "part1#cost", -3.0, 2, offered=False, text="C."),
    ),
    judged=(
        Judged("A.", (1,), supported=True, problem="", rests_on="A.", writer="a:model"),
        Judged("D.", (), supported=False, problem="uncited", writer="a:model"),
    ),
    seconds={"retrieval": 0.031, "whole": 0.25},
)
REFUSED = Trace("", "extractive", "too_long")
THREADS = 8


@dataclass
class Clock:
    """Stands still until somebody sets it."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(
    params=["MemoryRecords", "SQLite", pytest.param("PostgreSQL", marks=pytest.mark.slow)]
)
def records(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Records]:
    if request.param == "MemoryRecords":
        yield MemoryRecords(now=clock)
        return
    address = f"sqlite:///{tmp_path / 'adaptbot.sqlite'}"
    if request.param == "PostgreSQL":
        new_database: Callable[[], str] = request.getfixturevalue("postgres")
        address = new_database()
    store = Store(address, now=clock)
    yield store
    store.close()


def replied(number: int, thread: str = THREAD) -> Replied:
    return Replied(
        f"w{number}", thread, "U1", f"question {number}", f"reply {number}", f"shown {number}"
    )


def turn(number: int) -> Turn:
    return Turn(f"question {number}", f"reply {number}")


def test_a_new_thread_has_no_turns(records: Records) -> None:
    assert records.turns(THREAD, limit=8) == ()


def test_the_last_turns_come_oldest_first(records: Records, clock: Clock) -> None:
    for number in range(5):
        clock.at += timedelta(microseconds=1)
        records.add_turn(replied(number))
    assert records.turns(THREAD, limit=3) == (turn(2), turn(3), turn(4))
    assert records.turns(THREAD, limit=9) == tuple(turn(number) for number in range(5))


def test_the_same_work_is_kept_once_wherever_it_comes_from(records: Records) -> None:
    records.add_turn(replied(1))
    records.add_turn(replace(replied(2), work_id="w1"))
    records.add_turn(replied(1, "T1:C2:1.0"))
    assert records.turns(THREAD, limit=8) == (turn(1),)
    assert records.turns("T1:C2:1.0", limit=8) == ()
    assert records.replied("w1") == replied(1)


def test_threads_know_nothing_of_each_other(records: Records) -> None:
    records.add_turn(replied(1))
    records.add_turn(replied(2, "T1:C2:1.0"))
    assert records.turns("T1:C2:1.0", limit=8) == (turn(2),)


def test_a_request_that_got_no_answer_has_none(records: Records) -> None:
    records.add_turn(replied(1))
    assert records.replied("w2") is None


@pytest.mark.parametrize(
    "text", ["", "🙂 мир", "'; DROP TABLE turns; --", "line\nline", "a" * 40_000]
)
def test_any_text_is_kept_as_it_is(records: Records, text: str) -> None:
    given = Replied("w1", THREAD, "U1", text, text, text)
    records.add_turn(given)
    assert records.replied("w1") == given
    assert records.turns(THREAD, limit=1) == (Turn(text, text),)


def test_nobody_talks_where_the_bot_never_answered(records: Records) -> None:
    records.heard(THREAD, "U2")
    assert records.conversation(THREAD) is None


def test_a_conversation_counts_what_people_say_after_an_answer(records: Records) -> None:
    records.answered(THREAD, "U1", 1_795_435_200.25)
    assert records.conversation(THREAD) == Conversation("U1", 1_795_435_200.25)
    for user in ("U2", "U1", "U3"):
        records.heard(THREAD, user)
    assert records.conversation(THREAD) == Conversation("U1", 1_795_435_200.25, "U3", 3)


def test_after_an_answer_nobody_has_spoken(records: Records) -> None:
    records.answered(THREAD, "U1", 1.5)
    records.heard(THREAD, "U2")
    records.answered(THREAD, "U2", 2.5)
    assert records.conversation(THREAD) == Conversation("U2", 2.5)


def test_a_conversation_is_one_thread_s_alone(records: Records) -> None:
    records.answered(THREAD, "U1", 1.5)
    records.answered("T1:C2:1.0", "U2", 2.5)
    records.heard("T1:C2:1.0", "U3")
    assert records.conversation(THREAD) == Conversation("U1", 1.5)


def test_an_outcome_is_kept_once_with_the_time_of_its_keeping(
    records: Records, clock: Clock
) -> None:
    records.add_recommendation(replace(RECOMMENDED, at=NOON - timedelta(days=9)))
    clock.at += timedelta(hours=1)
    records.add_recommendation(replace(RECOMMENDED, path="prompting=yes", method="peft"))
    assert records.recommendations("U1", limit=9) == (replace(RECOMMENDED, at=NOON),)


def test_the_last_outcomes_of_a_person_come_latest_first(records: Records, clock: Clock) -> None:
    for number, user in enumerate(["U1", "U2", "U1", "U1"]):
        clock.at = NOON + timedelta(seconds=number)
        records.add_recommendation(replace(RECOMMENDED, work_id=f"w{number}", user=user))
    last = records.recommendations("U1", limit=2)
    assert [one.work_id for one in last] == ["w3", "w2"]
    assert last[0].at == NOON + timedelta(seconds=3)
    assert records.recommendations("U3", limit=2) == ()


def test_of_two_stops_for_a_key_the_later_one_counts(records: Records) -> None:
    records.stop(Stop("job", "U1", 2.5))
    records.stop(Stop("job", "U2", 1.5, quietly=True))
    assert records.stops(["job"]) == (Stop("job", "U1", 2.5),)
    records.stop(Stop("job", "U3", 3.5, quietly=True))
    assert records.stops(["job"]) == (Stop("job", "U3", 3.5, quietly=True),)


def test_stops_are_found_by_any_of_their_keys(records: Records) -> None:
    job, thread = Stop("job", "U1", 2.5), Stop(THREAD, "U2", 1.5)
    for stop in (job, thread, Stop("another", "U1", 1.0)):
        records.stop(stop)
    assert records.stops(["job", THREAD, "unknown", "job"]) == (thread, job)
    assert records.stops(["unknown"]) == ()
    assert records.stops([]) == ()


def test_a_consultation_is_kept_with_all_that_it_holds(records: Records) -> None:
    records.keep_consultation(ABOUT)
    assert records.consultation("d1") == ABOUT
    assert records.consultation("d2") is None


def test_a_consultation_may_hold_next_to_nothing(records: Records) -> None:
    records.keep_consultation(Consultation("d1", THREAD, "U1"))
    assert records.consultation("d1") == Consultation("d1", THREAD, "U1")


def test_a_consultation_takes_the_place_of_an_earlier_one_whole(records: Records) -> None:
    records.keep_consultation(ABOUT)
    records.keep_consultation(replace(ABOUT, id="d2"))
    other = Consultation("d1", "T1:C2:1.0", "U2", "", (), {"price": 2})
    records.keep_consultation(other)
    assert records.consultation("d1") == other
    assert records.consultation("d2") == replace(ABOUT, id="d2")


def test_a_consultation_does_not_change_with_the_numbers_it_was_made_of(records: Records) -> None:
    numbers = {"parameters": 13.0}
    records.keep_consultation(replace(ABOUT, inputs=MappingProxyType(numbers)))
    numbers["parameters"] = 70.0
    kept = records.consultation("d1")
    assert kept is not None
    assert kept.inputs == {"parameters": 13.0}


@pytest.mark.parametrize(
    "text", ["", "🙂 мир", "'; DROP TABLE consultations; --", '"],[]\\u0000', "a" * 40_000]
)
def test_any_words_of_a_consultation_are_kept_as_they_are(records: Records, text: str) -> None:
    given = replace(ABOUT, description=text, read=(Answered("facts", "yes", text),))
    records.keep_consultation(given)
    assert records.consultation("d1") == given


def test_a_consultation_is_as_old_as_its_last_change(records: Records, clock: Clock) -> None:
    records.keep_consultation(ABOUT)
    records.keep_consultation(replace(ABOUT, id="d2"))
    clock.at += timedelta(hours=2)
    records.keep_consultation(ABOUT)
    assert records.purge(NOON + timedelta(hours=1)) == 1
    assert records.consultation("d1") == ABOUT
    assert records.consultation("d2") is None
    assert records.purge(NOON + timedelta(hours=3)) == 1


@pytest.mark.parametrize("text", ["", "title: 🙂\n\ttabs, and a line\r\nend", "a" * 300_000])
def test_the_text_of_a_guide_is_kept_once_as_it_is(records: Records, text: str) -> None:
    records.keep_guide("2026-11+ab12cd", text)
    records.keep_guide("2026-11+ab12cd", "another")
    records.keep_guide("2026-12+000000", "a later one")
    assert records.guide_text("2026-11+ab12cd") == text
    assert records.guide_text("2026-12+000000") == "a later one"
    assert records.guide_text("2026-11") is None


def test_a_trace_is_kept_with_all_that_it_holds(records: Records) -> None:
    records.keep_trace("w1", TRACE)
    records.keep_trace("w2", REFUSED)
    assert records.trace("w1") == TRACE
    assert records.trace("w2") == REFUSED
    assert records.trace("w3") is None


def test_a_trace_takes_the_place_of_an_earlier_one_of_the_same_work(records: Records) -> None:
    records.keep_trace("w1", TRACE)
    records.keep_trace("w1", REFUSED)
    assert records.trace("w1") == REFUSED


def test_a_trace_does_not_change_with_the_seconds_it_was_made_of(records: Records) -> None:
    seconds = {"whole": 0.25}
    records.keep_trace("w1", replace(TRACE, seconds=MappingProxyType(seconds)))
    seconds["whole"] = 1.0
    kept = records.trace("w1")
    assert kept is not None
    assert kept.seconds == {"whole": 0.25}


@pytest.mark.parametrize(
    "text", ["", "🙂 мир", "'; DROP TABLE traces; --", 'a\x00b "\\u0000', "\ud83d", "a" * 40_000]
)
def test_any_words_of_a_trace_are_kept_as_they_are(records: Records, text: str) -> None:
    judged = replace(TRACE.judged[0], sentence=text, rests_on=text)
    given = replace(TRACE, asked=text, judged=(judged,))
    records.keep_trace("w1", given)
    assert records.trace("w1") == given


def fill(records: Records, clock: Clock, number: int) -> None:
    """Keep one row of each kind at the clock's time."""
    records.add_turn(replied(number))
    records.answered(f"T1:C1:{number}", "U1", clock.at.timestamp())
    records.add_recommendation(replace(RECOMMENDED, work_id=f"w{number}"))
    records.vote(Vote(f"w{number}", "U1", "up"))
    records.stop(Stop(f"w{number}", "U1", clock.at.timestamp()))
    records.keep_consultation(replace(ABOUT, id=f"d{number}"))
    records.keep_trace(f"w{number}", TRACE)
    records.keep_guide(f"2026-11+{number}", "version: 2026-11")


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=-8)), timezone(timedelta(hours=9))])
def test_a_purge_forgets_what_is_older_than_a_moment(
    records: Records, clock: Clock, zone: timezone
) -> None:
    for number in range(3):
        clock.at = NOON + timedelta(hours=number)
        fill(records, clock, number)
    assert records.purge((NOON + timedelta(hours=1)).astimezone(zone)) == 7
    assert records.turns(THREAD, limit=9) == (turn(1), turn(2))
    assert records.replied("w0") is None
    assert records.conversation("T1:C1:0") is None
    assert records.conversation("T1:C1:1") is not None
    assert [one.work_id for one in records.recommendations("U1", limit=9)] == ["w2", "w1"]
    assert [stop.key for stop in records.stops(["w0", "w1", "w2"])] == ["w1", "w2"]
    assert records.consultation("d0") is None
    assert records.consultation("d1") is not None
    assert records.trace("w0") is None
    assert records.trace("w1") == TRACE
    assert records.purge(NOON + timedelta(hours=1)) == 0
    assert records.purge(NOON + timedelta(days=1)) == 14
    assert records.purge(NOON + timedelta(days=1)) == 0
    assert [records.guide_text(f"2026-11+{number}") for number in range(3)] == [
        "version: 2026-11"
    ] * 3


def test_a_vote_is_as_old_as_its_last_change(records: Records, clock: Clock) -> None:
    records.vote(Vote("w1", "U1", "up"))
    records.vote(Vote("w1", "U2", "up"))
    clock.at += timedelta(hours=2)
    records.vote(Vote("w1", "U1", "down", "wrong", "It is 8."))
    assert records.purge(NOON + timedelta(hours=1)) == 1
    assert records.purge(NOON + timedelta(hours=3)) == 1


def test_what_was_forgotten_may_be_kept_again(records: Records, clock: Clock) -> None:
    records.add_turn(replied(1))
    clock.at += timedelta(hours=2)
    records.purge(NOON + timedelta(hours=1))
    records.add_turn(replied(1))
    assert records.purge(NOON + timedelta(hours=1)) == 0
    assert records.turns(THREAD, limit=9) == (turn(1),)


def test_of_what_many_record_at_the_same_time_nothing_is_lost(records: Records) -> None:
    records.answered(THREAD, "U1", 1.5)

    def record(number: int) -> None:
        records.add_turn(replied(number % 50))
        records.heard(THREAD, "U2")
        records.stop(Stop("job", "U1", float(number)))
        records.vote(Vote("w1", f"U{number % 50}", "up"))
        records.keep_consultation(replace(ABOUT, id=f"d{number % 50}"))
        records.keep_guide("2026-11+ab12cd", f"text {number}")
        records.keep_trace(f"w{number % 50}", TRACE)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(record, range(200)))
    assert len(records.turns(THREAD, limit=99)) == 50
    assert records.conversation(THREAD) == Conversation("U1", 1.5, "U2", 200)
    assert records.stops(["job"]) == (Stop("job", "U1", 199.0),)
    assert all(records.consultation(f"d{number}") for number in range(50))
    assert records.guide_text("2026-11+ab12cd") is not None
    assert all(records.trace(f"w{number}") == TRACE for number in range(50))
    assert records.purge(NOON + timedelta(hours=1)) == 50 + 1 + 1 + 50 + 50 + 50
