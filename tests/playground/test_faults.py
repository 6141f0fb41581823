"""Faults that are asked for happen once, before or after the effect."""

from __future__ import annotations

import time
from http.client import RemoteDisconnected
from typing import TYPE_CHECKING
from urllib.error import URLError

import pytest
from slack_sdk.errors import SlackApiError

from bot.playground.calls import Fault

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
