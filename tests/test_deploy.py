"""What lies in deploy/ and in the README is held against the code."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from slack_bolt import App, BoltRequest
from slack_sdk import WebClient

from bot.playground import registration
from bot.playground.methods.table import METHODS as LOCAL_METHODS
from bot.playground.registration import SlackApp
from bot.playground.server import LocalSlack
from bot.settings import Settings
from bot.slack.registered import differences
from bot.slack.scopes import COMMANDS, EVENTS, FEATURES, IGNORED, METHODS, SHORTCUTS, needed
from tests.slack.bots import Bot

ROOT = Path(__file__).parents[1]
MANIFESTS = ["manifest.yaml", "manifest-http.yaml"]
TWINS = ["manifest.json", "manifest-http.json"]
SCHEMA = json.loads((ROOT / "deploy/slack/manifest.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
HELPERS = {
    "chat_stream": {"chat.startStream", "chat.appendStream", "chat.stopStream"},
    "files_upload_v2": {"files.getUploadURLExternal", "files.completeUploadExternal"},
}
"""Methods of the SDK that call several of Slack's."""
NO_CALLS = {"api_call"}


def manifest(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "deploy/slack" / name).read_text("utf-8"))
    return loaded


def complaints(held: Any) -> list[str]:
    """What our schema of the manifest has against one, each with its place."""
    found = VALIDATOR.iter_errors(held)
    return sorted(f"{'/'.join(map(str, each.absolute_path))}: {each.message}" for each in found)


def called(source: str) -> set[str]:
    """Every Web API method that Python code names, called or handed on."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and _of_slack(node.attr):
            found |= HELPERS.get(node.attr, {node.attr.replace("_", ".")})
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "api_call":
            assert isinstance(node.args[0], ast.Constant), "name the method where it is called"
            found.add(str(node.args[0].value))
    return found


def _of_slack(name: str) -> bool:
    known = "_" in name.strip("_") and name not in NO_CALLS
    return known and callable(getattr(WebClient, name, None))


@pytest.fixture(scope="module")
def calls() -> set[str]:
    """Every Web API method that the Slack edge names."""
    files = sorted((ROOT / "bot/slack").glob("*.py"))
    return set().union(*(called(path.read_text("utf-8")) for path in files))


def test_calls_are_found_however_they_are_made() -> None:
    source = """
self._client.chat_postMessage(channel=c)
partial(client.users_info, user=u)
client.chat_stream(channel=c)
client.api_call("assistant.search.context")
client.base_url
"""
    streams = HELPERS["chat_stream"]
    assert called(source) == {
        "chat.postMessage", "users.info", "assistant.search.context", *streams
    }  # fmt: skip


def test_every_method_that_is_called_has_its_scopes(calls: set[str]) -> None:
    assert calls <= METHODS.keys(), "say in bot/slack/scopes.py which scope the new method needs"
    assert needed(calls) == needed(), "no method that is called needs that scope any more"


def test_the_local_slack_asks_for_the_same_scopes() -> None:
    for name, scopes in METHODS.items():
        asked = LOCAL_METHODS[name].scope
        assert not asked or asked in scopes, name


@pytest.mark.parametrize("name", MANIFESTS)
def test_the_manifest_asks_for_the_scopes_that_the_code_needs_and_no_others(name: str) -> None:
    scopes = manifest(name)["oauth_config"]["scopes"]
    assert scopes == {"bot": sorted(needed())}
    assert needed() == FEATURES.keys()


@pytest.mark.parametrize("name", MANIFESTS)
def test_the_manifest_subscribes_to_what_is_heard(name: str) -> None:
    assert manifest(name)["settings"]["event_subscriptions"]["bot_events"] == sorted(EVENTS)


@pytest.mark.parametrize("name", MANIFESTS)
def test_doctor_finds_nothing_wrong_with_the_manifest(name: str) -> None:
    assert differences(manifest(name), sockets=name == "manifest.yaml") == ([], [])


def test_the_local_slack_registers_what_the_manifest_does() -> None:
    app = SlackApp()
    assert app.events == EVENTS.keys()
    assert app.commands == set(COMMANDS)
    assert app.scopes >= needed()


def test_the_local_slack_shows_the_texts_of_the_manifest() -> None:
    features = manifest("manifest.yaml")["features"]
    assert {
        each["command"]: registration.Command(each["description"], each["usage_hint"])
        for each in features["slash_commands"]
    } == registration.COMMANDS
    assert {
        each["callback_id"]: each["name"] for each in features["shortcuts"]
    } == registration.SHORTCUTS


@pytest.mark.parametrize("name", [*MANIFESTS, *TWINS])
def test_the_manifest_is_as_slack_wants_it(name: str) -> None:
    assert complaints(manifest(name)) == []


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_wants_the_scopes_events_and_shortcuts_that_the_code_needs() -> None:
    parts = SCHEMA["properties"]
    scopes = parts["oauth_config"]["properties"]["scopes"]["properties"]["bot"]
    events = parts["settings"]["properties"]["event_subscriptions"]["properties"]["bot_events"]
    shortcuts = parts["features"]["properties"]["shortcuts"]
    callbacks = shortcuts["items"]["properties"]["callback_id"]
    for listed, wanted in ((scopes, needed()), (events, EVENTS)):
        assert listed["items"]["enum"] == sorted(wanted)
        assert listed["minItems"] == len(wanted), "none may be missing"
    assert callbacks["enum"] == list(SHORTCUTS)
    assert shortcuts["minItems"] == len(SHORTCUTS)


def test_no_part_of_the_schema_takes_unknown_names() -> None:
    open_parts = [
        place
        for place, part in objects(SCHEMA["properties"])
        if part.get("additionalProperties") is not False
    ]
    assert open_parts == []


def objects(parts: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema of an object, with its place."""
    if isinstance(parts, dict):
        if parts.get("type") == "object":
            yield place, parts
        for name, part in parts.items():
            yield from objects(part, f"{place}/{name}")


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("settings/socket_mode", True, "settings: Additional properties are not allowed"),
        ("display_information/name", "a" * 36, "display_information/name: "),
        ("features/agent_view/agent_description", "a" * 301, "features/agent_view/agent_desc"),
        ("features/agent_view/suggested_prompts/0/text", "x", "suggested_prompts/0: Additional"),
        ("features/app_home/home_tab_enabled", "yes", "home_tab_enabled: 'yes' is not of type"),
        ("features/shortcuts/0/name", "a" * 25, "features/shortcuts/0/name: "),
        ("features/shortcuts/1/type", "channel", "features/shortcuts/1/type: 'channel'"),
        ("features/shortcuts/1/callback_id", "other", "features/shortcuts/1/callback_id: 'other'"),
        ("features/slash_commands/0/command", "adapt", "slash_commands/0/command: 'adapt'"),
        ("oauth_config/scopes/bot/0", "app_mention:read", "oauth_config/scopes/bot/0: 'app_men"),
        ("oauth_config/scopes/bot", ["chat:write"], "oauth_config/scopes/bot: "),
        ("settings/event_subscriptions/bot_events/0", "mention", "bot_events/0: 'mention'"),
        ("settings/event_subscriptions/bot_events/0", "message.im", "has non-unique elements"),
        ("settings/event_subscriptions/bot_events", ["app_mention"], "bot_events: "),
        ("settings/event_subscriptions/request_url", "a.example", "request_url: 'a.example'"),
        ("settings/interactivity/is_enabled", False, "settings/interactivity/is_enabled: True"),
        ("settings/socket_mode_enabled", False, "interactivity: 'request_url' is a required"),
        ("settings/socket_mode_enabled", False, "slash_commands/0: 'url' is a required"),
        ("settings/token_rotation_enabled", True, "settings/token_rotation_enabled: False"),
    ],
)
def test_a_mistake_in_the_manifest_is_refused_with_its_place(
    place: str, value: object, said: str
) -> None:
    held = manifest("manifest.yaml")
    *way, last = (int(name) if name.isdigit() else name for name in place.split("/"))
    part: Any = held
    for name in way:
        part = part[name]
    part[last] = value
    assert any(said in complaint for complaint in complaints(held)), complaints(held)


def test_a_missing_part_of_the_manifest_is_refused_with_its_place() -> None:
    held = manifest("manifest.yaml")
    held["settings"]["event_subscriptions"]["bot_events"].remove("message.im")
    del held["features"]["shortcuts"][0]["description"]
    del held["oauth_config"]
    whole, shortcut, events = complaints(held)
    assert whole.startswith(": 'oauth_config' is a required")
    assert shortcut.startswith("features/shortcuts/0: 'description' is a required")
    assert events.startswith("settings/event_subscriptions/bot_events: ")


@pytest.mark.parametrize("name", MANIFESTS)
def test_shortcuts_are_on_messages_and_known_by_their_callbacks(name: str) -> None:
    shortcuts = manifest(name)["features"]["shortcuts"]
    assert [(one["type"], one["callback_id"]) for one in shortcuts] == [
        ("message", callback) for callback in SHORTCUTS
    ]


def test_the_manifests_differ_in_how_slack_reaches_the_bot_only() -> None:
    socket, http = (manifest(name) for name in MANIFESTS)
    assert (socket["settings"].pop("socket_mode_enabled")) is True
    assert (http["settings"].pop("socket_mode_enabled")) is False
    addresses = {
        http["settings"]["event_subscriptions"].pop("request_url"),
        http["settings"]["interactivity"].pop("request_url"),
        http["features"]["slash_commands"][0].pop("url"),
    }
    assert addresses == {"https://adaptbot.example.com/slack/events"}
    assert socket == http


@pytest.mark.parametrize("name", MANIFESTS)
def test_the_json_twin_is_made_of_the_manifest(name: str) -> None:
    twin = (ROOT / "deploy/slack" / name).with_suffix(".json")
    assert json.loads(twin.read_text("utf-8")) == manifest(name), "make manifest"


class Registered:
    """What listeners are registered for, as the app is built."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.names: dict[str, set[str]] = {}
        for kind in ("event", "command", "shortcut", "message_shortcut", "global_shortcut"):
            self.names[kind] = set()
            patch.setattr(App, kind, self._noting(kind, getattr(App, kind)))

    def _noting(self, kind: str, register: Callable[..., Any]) -> Callable[..., Any]:
        def noted(app: App, constraints: Any, *args: Any, **options: Any) -> Any:
            if isinstance(constraints, str):  # a pattern catches what nothing else does
                self.names[kind].add(constraints)
            return register(app, constraints, *args, **options)

        return noted

    @property
    def shortcuts(self) -> set[str]:
        return self.names["shortcut"] | self.names["message_shortcut"]


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> Registered:
    return Registered(monkeypatch)


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack() as local:
        yield local


@pytest.fixture
def app(slack: LocalSlack, registered: Registered) -> Iterator[App]:
    """The whole app, with every listener."""
    del registered
    with Bot(slack).app() as built:
        yield built


@pytest.mark.usefixtures("app")
def test_what_is_subscribed_is_listened_to_and_nothing_else(registered: Registered) -> None:
    subscribed = {event.type for event in EVENTS.values()}
    assert subscribed - IGNORED <= registered.names["event"] <= subscribed
    assert registered.names["command"] == set(COMMANDS)
    assert registered.shortcuts == set(SHORTCUTS)
    assert registered.names["global_shortcut"] == set()


def event_of(name: str, *, dm: str) -> dict[str, Any]:
    """Something of every field that an event of ours may carry."""
    kind, _, place = name.partition(".")
    return {
        "type": kind,
        "channel": {"im": dm, "groups": "G1PRIVATE"}.get(place, "C1GENERAL"),
        "channel_type": {"im": "im", "groups": "group"}.get(place, "channel"),
        "user": "U1ANA",
        "text": "What does LoRA train?",
        "ts": "1790000000.000100",
        "event_ts": "1790000000.000100",
        "thread_ts": "1790000000.000100",
        "tab": "messages",
        "title": "LoRA",
        "context": {},
        "streaming_message_ts": [],
    }


@pytest.mark.parametrize("name", sorted([*EVENTS, "an_event_of_the_future"]))
def test_every_event_is_acknowledged(slack: LocalSlack, app: App, name: str) -> None:
    body = {
        "type": "event_callback",
        "team_id": slack.app.team_id,
        "api_app_id": slack.app.app_id,
        "event_id": f"Ev{name}",
        "event_time": 1_790_000_000,
        "event": event_of(name, dm=slack.user("ana").dm),
        "authorizations": [
            {"team_id": slack.app.team_id, "user_id": slack.app.bot_user_id, "is_bot": True}
        ],
    }
    answer = app.dispatch(BoltRequest(body=json.dumps(body), mode="socket_mode"))
    assert answer.status == 200, answer.body


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


@pytest.mark.parametrize(
    "document", ["README.md", "CHANGELOG.md", "docs/decisions.md", "docs/slack-setup.md"]
)
def test_documents_name_settings_that_exist(document: str) -> None:
    assert variables((ROOT / document).read_text("utf-8")) <= settings() | {"ADAPTBOT_HOME"}
