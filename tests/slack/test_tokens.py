"""What is wrong with a token or an address is said before the bot starts, and names the setting."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest

from bot.errors import SettingsError
from bot.playground.calls import Fault
from bot.playground.server import LocalSlack
from bot.slack.clients import web_client
from bot.slack.serving import check_tokens
from tests.slack.bots import served

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


def check(slack: LocalSlack, *, bot: str | None = None, app: str | None = None) -> None:
    client = web_client(bot or slack.app.bot_token, base_url=slack.api_url)
    check_tokens(client, app_token=app)


def test_good_tokens_pass(slack: LocalSlack) -> None:
    check(slack)
    check(slack, app=slack.app.app_token)
    check(slack, bot=f" {slack.app.bot_token}\n")


def test_a_bad_bot_token_is_named_but_not_shown(slack: LocalSlack) -> None:
    with pytest.raises(SettingsError, match=r"SLACK_BOT_TOKEN \(invalid_auth\)") as error:
        check(slack, bot="xoxb-wrong", app=slack.app.app_token)
    assert "wrong" not in str(error.value)


@pytest.mark.parametrize("token", ["xapp-wrong", "xoxb-of-the-bot"])
def test_a_bad_app_token_is_named_but_not_shown(slack: LocalSlack, token: str) -> None:
    given = slack.app.bot_token if token == "xoxb-of-the-bot" else token
    with pytest.raises(SettingsError, match="SLACK_APP_TOKEN") as error:
        check(slack, app=given)
    assert given not in str(error.value)


@pytest.mark.parametrize(
    "tokens", [{"bot": "xoxb-…"}, {"bot": "xoxb-a\nb"}, {"app": "xapp-…"}, {"app": "xapp-a\n"}]
)
def test_a_token_that_cannot_be_sent_is_no_traceback(
    slack: LocalSlack, tokens: dict[str, str]
) -> None:
    with pytest.raises(SettingsError, match="TOKEN") as error:
        check(slack, **tokens)
    assert "xoxb-a" not in str(error.value)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:{port}/api/", "nonsense/", "http:///"],
)
def test_an_address_without_slack_is_named(url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    client = web_client("xoxb-1", base_url=url.format(port=port))
    with pytest.raises(SettingsError, match="SLACK_API_URL"):
        check_tokens(client, app_token=None)


@pytest.mark.parametrize("fault", [Fault(drop=True), Fault(status=503)], ids=["drop", "503"])
def test_a_slack_in_trouble_is_no_bad_token(slack: LocalSlack, fault: Fault) -> None:
    slack.fail_next("auth.test", fault)
    with pytest.raises(SettingsError, match="no Slack answers at"):
        check(slack)


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found", "502 Bad Gateway"])
def test_a_web_page_is_no_slack(status: str) -> None:
    def page(_environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        start(status, [("Content-Type", "text/html")])
        return [b"<!DOCTYPE html><p>Sign in to the proxy"]

    with served(page) as address, pytest.raises(SettingsError, match="no Slack answers") as error:
        check_tokens(web_client("xoxb-1", base_url=f"{address}/api/"), app_token=None)
    assert "proxy" not in str(error.value)
