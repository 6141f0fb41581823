from __future__ import annotations

import os

import pytest

from bot.playground.server import LocalSlack
from bot.slack.clients import web_client, webhook

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def proxied(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that sends everything through a proxy that is not there."""
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, NOWHERE)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "intranet.example")


def test_a_slack_on_this_machine_is_reached_past_any_proxy(slack: LocalSlack) -> None:
    client = web_client(slack.app.bot_token, base_url=slack.api_url)
    assert client.auth_test()["ok"]
    assert os.environ["NO_PROXY"] == "intranet.example,127.0.0.1"


def test_a_response_url_on_this_machine_is_reached_past_any_proxy(slack: LocalSlack) -> None:
    gone = webhook(f"{slack.site.base_url}/commands/T1/gone/gone").send(text="hello")
    assert gone.status_code == 404


def test_slack_itself_is_reached_through_the_proxy() -> None:
    assert web_client("xoxb-1", base_url="https://slack.com/api/").proxy == NOWHERE


def test_slack_itself_is_reached_directly_where_the_environment_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "slack.com")
    assert web_client("xoxb-1", base_url="https://slack.com/api/").proxy is None
