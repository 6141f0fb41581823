"""What is taken on, what is left out, and how often somebody is told."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.admission import Admission, Excess

LOADS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3), st.integers(0, 2)), max_size=60)
"""Requests: which one it is, whose it is, where it was asked."""


class Queue:
    """How many jobs wait."""

    length = 0

    def __call__(self) -> int:
        return self.length


@pytest.fixture
def queue() -> Queue:
    return Queue()


@pytest.fixture
def names() -> Iterator[str]:
    return (f"r{number}" for number in range(10_000))


def admission(queue: Queue, *, per_user: int = 3, per_channel: int = 100) -> Admission:
    return Admission(per_user=per_user, per_channel=per_channel, queue=10, waiting=queue)


def test_a_person_is_answered_so_often_within_a_minute(queue: Queue, names: Iterator[str]) -> None:
    bounds = admission(queue)
    for _ in range(3):
        assert bounds.excess(next(names), user="U1", channel="C1") is None
    excess = bounds.excess(next(names), user="U1", channel="C2")
    assert excess is not None
    assert excess.limit == "user"
    assert 1 <= excess.seconds <= 60
    assert bounds.excess(next(names), user="U2", channel="C1") is None, "others are not affected"


def test_a_channel_takes_so_much_from_all_together(queue: Queue, names: Iterator[str]) -> None:
    bounds = admission(queue, per_user=100, per_channel=3)
    for user in ("U1", "U2", "U3"):
        assert bounds.excess(next(names), user=user, channel="C1") is None
    excess = bounds.excess(next(names), user="U4", channel="C1")
    assert excess is not None
    assert excess.limit == "channel"
    assert bounds.excess(next(names), user="U4", channel="C2") is None


def test_a_full_queue_takes_no_more_until_it_is_shorter(queue: Queue, names: Iterator[str]) -> None:
    bounds = admission(queue)
    queue.length = 10
    assert bounds.excess(next(names), user="U1", channel="C1") == Excess("queue", 30)
    queue.length = 9
    assert bounds.excess(next(names), user="U1", channel="C1") is None


def test_what_a_full_queue_refuses_is_not_counted_against_its_asker(
    queue: Queue, names: Iterator[str]
) -> None:
    bounds = admission(queue)
    queue.length = 10
    for _ in range(5):
        bounds.excess(next(names), user="U1", channel="C1")
    queue.length = 0
    for _ in range(3):
        assert bounds.excess(next(names), user="U1", channel="C1") is None


@pytest.mark.parametrize("full", [False, True])
def test_what_is_delivered_again_is_counted_once_and_judged_as_before(
    queue: Queue, *, full: bool
) -> None:
    bounds = admission(queue)
    queue.length = 10 if full else 0
    first = bounds.excess("r", user="U1", channel="C1")
    queue.length = 0 if full else 10
    for _ in range(20):
        assert bounds.excess("r", user="U1", channel="C1") == first
    queue.length = 0
    for other in ("s", "t"):
        assert bounds.excess(other, user="U1", channel="C1") is None


def test_somebody_who_asks_too_much_is_told_so_once(queue: Queue, names: Iterator[str]) -> None:
    bounds = admission(queue)
    for _ in range(3):
        bounds.excess(next(names), user="U1", channel="C1")
    later = [bounds.excess(next(names), user="U1", channel="C1") for _ in range(4)]
    assert [excess.told for excess in later if excess] == [False, True, True, True]


def test_of_requests_at_the_same_time_no_more_than_the_limit_are_taken(queue: Queue) -> None:
    bounds = admission(queue, per_user=7)

    def ask(number: int) -> Excess | None:
        return bounds.excess(f"r{number}", user="U1", channel="C1")

    with ThreadPoolExecutor(16) as pool:
        judged = list(pool.map(ask, range(64)))
    assert judged.count(None) == 7
    assert len([excess for excess in judged if excess and not excess.told]) == 1


@given(LOADS)
def test_whatever_is_asked_in_whatever_order_the_limits_hold(
    load: list[tuple[int, int, int]],
) -> None:
    bounds = Admission(per_user=4, per_channel=6, queue=10, waiting=lambda: 0)
    taken: dict[int, tuple[int, int]] = {}
    for request, user, channel in load:
        known = request in taken
        excess = bounds.excess(f"r{request}", user=f"U{user}", channel=f"C{channel}")
        if excess is None and not known:
            taken[request] = user, channel
        assert not (known and excess), "what was taken on once stays so"
    users, channels = zip(*taken.values(), strict=True) if taken else ((), ())
    assert all(users.count(user) <= 4 for user in users)
    assert all(channels.count(channel) <= 6 for channel in channels)
