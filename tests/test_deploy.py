"""What lies in deploy/ and in the README is held against the code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import Settings
from bot.slack.app import COMMAND

ROOT = Path(__file__).parents[1]
MANIFESTS = ["manifest.yaml", "manifest-http.yaml"]
HISTORIES = {"channels:history", "groups:history", "im:history"}
SCOPES = {
    "assistant_threads_setStatus": {"assistant:write"},
    "chat_postMessage": {"chat:write"},
    "chat_postEphemeral": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": HISTORIES,
    "conversations_replies": HISTORIES,
    "auth_test": set(),
    "apps_connections_open": set(),
}
"""What Slack asks for each method that the bot calls."""
HEARING = {"app_mentions:read", "im:history", "commands"}
"""For mentions, direct messages and the slash command."""


def manifest(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "deploy/slack" / name).read_text("utf-8"))
    return loaded


def called() -> set[str]:
    """Every Web API method that the Slack edge names."""
    source = "".join(path.read_text("utf-8") for path in (ROOT / "bot/slack").glob("*.py"))
    return set(
        re.findall(
            r"(?:client|_hasty)\.((?:chat|conversations|assistant|auth|apps|views|users"
            r"|files|agents|reactions)_\w+)\(",
            source,
        )
    )


@pytest.mark.parametrize("name", MANIFESTS)
def test_the_manifest_asks_for_the_scopes_that_the_code_needs_and_no_others(name: str) -> None:
    assert called() <= set(SCOPES), "say which scope the new method needs"
    needed = set().union(*(SCOPES[method] for method in called())) | HEARING
    assert set(manifest(name)["oauth_config"]["scopes"]["bot"]) == needed


@pytest.mark.parametrize("name", MANIFESTS)
def test_the_manifest_subscribes_to_what_is_heard(name: str) -> None:
    events = manifest(name)["settings"]["event_subscriptions"]["bot_events"]
    assert {"app_mention", "message.im"} <= set(events)
    assert [command["command"] for command in manifest(name)["features"]["slash_commands"]] == [
        COMMAND
    ]


def test_the_manifests_differ_in_how_slack_reaches_the_bot_only() -> None:
    socket, http = (manifest(name) for name in MANIFESTS)
    for one in (socket, http):
        for part in (one["settings"]["event_subscriptions"], one["settings"]["interactivity"]):
            part.pop("request_url", None)
        one["features"]["slash_commands"][0].pop("url", None)
        del one["settings"]["socket_mode_enabled"]
    assert socket == http


def variables(text: str) -> set[str]:
    return set(re.findall(r"\b(?:SLACK|ADAPTBOT)_[A-Z_]+[A-Z]\b", text))


def settings() -> set[str]:
    return {
        str(field.validation_alias.choices[0])  # type: ignore[union-attr]
        if field.validation_alias
        else f"ADAPTBOT_{name.upper()}"
        for name, field in Settings.model_fields.items()
    }


def test_every_setting_has_its_example_and_no_other_is_shown() -> None:
    text = (ROOT / "deploy/settings.env").read_text("utf-8")
    assert set(re.findall(r"^#?((?:SLACK|ADAPTBOT)_\w+)=", text, re.MULTILINE)) == settings()


@pytest.mark.parametrize("document", ["README.md", "CHANGELOG.md", "docs/decisions.md"])
def test_documents_name_settings_that_exist(document: str) -> None:
    assert variables((ROOT / document).read_text("utf-8")) <= settings() | {"ADAPTBOT_HOME"}
