"""Faults that are asked for happen once, before or after the effect."""

from __future__ import annotations

import time
from http.client import RemoteDisconnected
from typing import TYPE_CHECKING
from urllib.error import URLError

import pytest
from slack_sdk.errors import SlackApiError

from bot.playground.calls import Calls, Fault

if TYPE_CHECKING:
    from slack_sdk import WebClient

    from bot.playground.server import LocalSlack

POST = "chat.postMessage"


def post(client: WebClient) -> None:
    client.chat_postMessage(channel="C1GENERAL", text="x")


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize(
    ("error", "status", "code"),
    [("not_authorized", 0, "not_authorized"), ("", 500, "internal_error")],
)
def test_a_call_fails_once(
    slack: LocalSlack, client: WebClient, *, applied: bool, error: str, status: int, code: str
) -> None:
    slack.fail_next(POST, Fault(error=error, status=status, applied=applied))
    with pytest.raises(SlackApiError) as refused:
        post(client)
    assert refused.value.response["error"] == code
    assert len(slack.messages("C1GENERAL")) == int(applied)
    post(client)


def test_a_rate_limit_says_how_long_to_wait(slack: LocalSlack, client: WebClient) -> None:
    slack.fail_next(POST, Fault(status=429, retry_after=2), times=2)
    for _ in range(2):
        with pytest.raises(SlackApiError) as refused:
            post(client)
        assert refused.value.response["error"] == "ratelimited"
        assert refused.value.response.headers["Retry-After"] == "2"
    post(client)
    assert [call.status for call in slack.calls(POST)] == [429, 429, 200]


def test_a_connection_may_drop_after_the_effect(slack: LocalSlack, client: WebClient) -> None:
    client.retry_handlers.clear()
    slack.fail_next(POST, Fault(drop=True, applied=True))
    with pytest.raises((URLError, RemoteDisconnected, ConnectionResetError)):
        post(client)
    assert len(slack.messages("C1GENERAL")) == 1


def test_an_answer_may_be_late(slack: LocalSlack, client: WebClient) -> None:
    slack.delay(POST, 0.1)
    began = time.monotonic()
    post(client)
    assert time.monotonic() - began > 0.1


def drawn(*, share: float = 0.05, seed: int = 1, method: str = POST) -> list[Fault | None]:
    calls = Calls()
    calls.fail_share(share, seed=seed)
    return [calls.next_fault(method) for _ in range(4_000)]


def test_a_share_of_all_calls_fails_as_on_an_ordinary_day() -> None:
    faults = [fault for fault in drawn() if fault]
    limits = [fault for fault in faults if fault.status == 429]
    applied = [fault for fault in faults if fault.applied]
    assert 0.04 < len(faults) / 4_000 < 0.06
    assert 0.4 < len(limits) / len(faults) < 0.6
    assert 0.15 < len(applied) / len(faults) < 0.35
    assert {fault.retry_after for fault in limits} == {1}
    assert {fault.status for fault in applied} == {500}


def test_a_seed_settles_which_calls_of_the_share_fail() -> None:
    assert drawn(seed=1) == drawn(seed=1)
    assert drawn(seed=1) != drawn(seed=2)


@pytest.mark.parametrize("method", ["apps.connections.open", "auth.test"])
def test_no_share_of_what_a_start_needs_fails(method: str) -> None:
    assert not any(drawn(share=1.0, method=method))


def test_a_fault_that_is_asked_for_comes_before_the_share() -> None:
    calls = Calls()
    calls.fail_share(1.0, seed=1)
    dropped = Fault(drop=True)
    calls.fail(POST, dropped, times=1)
    assert calls.next_fault(POST) == dropped
    calls.fail_share(0, seed=1)
    assert calls.next_fault(POST) is None


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_beyond_everything_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Calls().fail_share(share, seed=1)
