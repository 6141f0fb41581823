"""Waiting ends with what was waited for, with a stop, or when the time is up."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from bot.errors import OutOfTimeError, StoppedError
from bot.services.patience import ENDLESS, LOOK_SECONDS, Patience

SOON = 2 * LOOK_SECONDS + 2.0
"""Seconds within which a wait notices, on a machine that is busy."""


def done(value: str) -> Future[str]:
    future: Future[str] = Future()
    future.set_result(value)
    return future


def test_who_waits_without_end_is_given_the_result() -> None:
    ENDLESS.check()
    assert ENDLESS.result(done("ready")) == "ready"


def test_what_fails_fails_for_who_waits_as_well() -> None:
    future: Future[str] = Future()
    future.set_exception(ValueError("broken"))
    with pytest.raises(ValueError, match="broken"):
        Patience(10).result(future)


def test_a_time_out_of_the_work_itself_is_not_taken_for_our_own() -> None:
    future: Future[str] = Future()
    future.set_exception(TimeoutError("the provider's"))
    with pytest.raises(TimeoutError, match="the provider's"):
        Patience(10).result(future)


def test_a_wait_ends_when_its_time_is_up_and_lets_go_of_the_work() -> None:
    future: Future[str] = Future()
    began = time.monotonic()
    with pytest.raises(OutOfTimeError):
        Patience(0.1).result(future)
    assert 0.1 <= time.monotonic() - began < SOON
    assert future.cancelled()


def test_a_stop_ends_a_wait_at_once_and_lets_go_of_the_work() -> None:
    stopped = threading.Event()
    future: Future[str] = Future()
    patience = Patience(60, stopped=stopped.is_set)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(patience.result, future)
        began = time.monotonic()
        stopped.set()
        with pytest.raises(StoppedError):
            waiting.result(SOON)
    assert time.monotonic() - began < SOON
    assert future.cancelled()


def test_a_stop_comes_before_a_time_that_is_up() -> None:
    with pytest.raises(StoppedError):
        Patience(0, stopped=lambda: True).check()


def test_who_has_no_time_left_waits_for_nothing() -> None:
    with pytest.raises(OutOfTimeError):
        Patience(0).check()


def test_a_result_that_is_there_already_is_not_given_to_who_stopped() -> None:
    with pytest.raises(StoppedError):
        Patience(10, stopped=lambda: True).result(done("ready"))
