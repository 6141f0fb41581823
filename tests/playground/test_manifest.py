"""An app's registration is read with a configuration token, and by nobody else."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import pytest
from slack_sdk.errors import SlackApiError

from bot.playground.methods.manifest import config_token
from bot.playground.registration import SlackApp
from bot.playground.server import LocalSlack
from tests.playground.bolt_apps import client_of

if TYPE_CHECKING:
    from slack_sdk import WebClient


@pytest.fixture
def owner(slack: LocalSlack) -> WebClient:
    return client_of(slack, token=config_token(slack.app))


def refusal(client: WebClient, app_id: str) -> str:
    with pytest.raises(SlackApiError) as refused:
        client.apps_manifest_export(app_id=app_id)
    return str(refused.value.response["error"])


def test_the_manifest_says_what_the_app_may_do_and_hears(
    slack: LocalSlack, owner: WebClient
) -> None:
    manifest = owner.apps_manifest_export(app_id=slack.app.app_id)["manifest"]
    assert manifest["oauth_config"]["scopes"]["bot"] == sorted(slack.app.scopes)
    subscribed = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert subscribed == sorted(slack.app.events)
    assert [command["command"] for command in manifest["features"]["slash_commands"]] == ["/adapt"]
    assert manifest["settings"]["interactivity"] == {"is_enabled": True}


def test_an_app_with_other_events_says_so() -> None:
    with LocalSlack(SlackApp(events=frozenset({"app_mention"}))) as slack:
        owner = client_of(slack, token=config_token(slack.app))
        manifest = owner.apps_manifest_export(app_id=slack.app.app_id)["manifest"]
    assert manifest["settings"]["event_subscriptions"]["bot_events"] == ["app_mention"]


@pytest.mark.parametrize(("app_id", "code"), [("", "invalid_app_id"), ("A1OTHER", "app_not_found")])
def test_another_app_is_refused(owner: WebClient, app_id: str, code: str) -> None:
    assert refusal(owner, app_id) == code


def test_each_kind_of_token_opens_only_its_own_methods(slack: LocalSlack, owner: WebClient) -> None:
    for token in (slack.app.bot_token, slack.app.app_token):
        assert refusal(client_of(slack, token=token), "A1") == "not_allowed_token_type"
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        owner.auth_test()


def test_the_token_looks_like_slacks_and_belongs_to_one_app() -> None:
    one, other = SlackApp(), SlackApp()
    assert config_token(one).startswith("xoxe.xoxp-1-")
    assert config_token(one) == config_token(one) != config_token(other)
    assert one.signing_secret not in config_token(one)


def test_every_answer_says_which_scopes_are_granted_and_what_the_time_is(client: WebClient) -> None:
    told = client.auth_test()
    assert "chat:write" in told.headers["x-oauth-scopes"].split(",")
    assert parsedate_to_datetime(told.headers["date"]).tzinfo is not None
