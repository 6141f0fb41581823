"""What `adaptbot doctor` asks of Slack, over a local one."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from bot.playground.calls import Fault
from bot.playground.methods.manifest import config_token
from bot.playground.registration import EVENTS, SCOPES, SlackApp
from bot.playground.server import LocalSlack
from bot.services.examining import Finding, examine
from bot.slack.examination import Keys, slack_checks
from bot.slack.registered import differences
from bot.slack.scopes import SHORTCUTS, needed
from tests.slack.bots import served

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def keys(slack: LocalSlack, **changed: str) -> Keys:
    held = {
        "api_url": slack.api_url,
        "bot_token": slack.app.bot_token,
        "app_token": slack.app.app_token,
        "config_token": config_token(slack.app),
    }
    return Keys(**(held | changed))


def looked(given: Keys, *, now: Callable[[], float] = time.time) -> dict[str, Finding]:
    return {check.name: check.look() for check in slack_checks(given, now=now)}


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(SlackApp(scopes=needed())) as local:
        yield local


def test_a_well_kept_app_is_good_all_over(slack: LocalSlack) -> None:
    found = looked(keys(slack))
    assert {name: finding.state for name, finding in found.items()} == dict.fromkeys(
        ["bot token", "delivery", "scopes", "event subscriptions", "clock"], "good"
    )
    assert found["bot token"].found == "adaptbot (U1BOT) in Local"
    assert len(slack.calls("auth.test")) == 1


def test_without_a_setting_every_row_of_slack_is_off_and_names_it() -> None:
    found = looked(Keys("http://127.0.0.1:9/api/"))
    assert {finding.state for finding in found.values()} == {"off"}
    assert all("SLACK_" in finding.found for finding in found.values())


def test_a_bot_token_alone_does_not_let_events_in(slack: LocalSlack) -> None:
    found = looked(keys(slack, app_token=""))["delivery"]
    assert found.state == "bad"
    assert "SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET" in found.found


@pytest.mark.parametrize(("secret", "state"), [("0a" * 16, "good"), ("not a secret", "doubtful")])
def test_over_http_the_request_url_is_told(slack: LocalSlack, secret: str, state: str) -> None:
    found = looked(keys(slack, app_token="", signing_secret=secret))["delivery"]
    assert found.state == state
    assert "/slack/events" in found.found + found.remedy
    assert secret not in found.found + found.remedy


@pytest.mark.parametrize(
    ("key", "row", "name"),
    [
        ("bot_token", "bot token", "SLACK_BOT_TOKEN"),
        ("app_token", "delivery", "SLACK_APP_TOKEN"),
        ("config_token", "event subscriptions", "SLACK_CONFIG_TOKEN"),
    ],
)
@pytest.mark.parametrize("value", ["xoxb-1-wrong", "xoxb-…"])
def test_a_token_that_slack_refuses_is_named(
    slack: LocalSlack, key: str, row: str, name: str, value: str
) -> None:
    found = looked(keys(slack, **{key: value}))[row]
    assert found.state == "bad"
    assert name in found.found
    assert found.remedy
    assert "wrong" not in found.found


def test_what_depends_on_a_refused_token_is_not_judged_but_the_clock_is(slack: LocalSlack) -> None:
    found = looked(keys(slack, bot_token="xoxb-1-wrong"))
    assert (found["scopes"].state, found["clock"].state) == ("off", "good")


def test_the_tokens_of_two_apps_do_not_go_together() -> None:
    with LocalSlack(SlackApp(app_token="xapp-1-A2-ab", scopes=needed())) as slack:
        found = looked(keys(slack))["delivery"]
    assert found.state == "bad"
    assert "A2" in found.found
    assert "A1" in found.found


def test_a_missing_scope_is_named_with_what_is_off_without_it() -> None:
    with LocalSlack(SlackApp(scopes=needed() - {"assistant:write", "users:read"})) as slack:
        found = looked(keys(slack))["scopes"]
    assert found.state == "bad"
    assert "assistant:write is missing (off without it: the status" in found.found
    assert "users:read is missing" in found.found


def test_a_scope_too_many_is_doubtful() -> None:
    with LocalSlack(SlackApp(scopes=needed() | {"files:read"})) as slack:
        found = looked(keys(slack))["scopes"]
    assert found == Finding(
        "doubtful", "not needed: files:read", "remove them under 'OAuth & Permissions'"
    )


@pytest.mark.parametrize(
    ("seconds", "state", "word"),
    [
        (-400, "bad", "behind"),
        (-90, "doubtful", "behind"),
        (-30, "good", "within a minute"),
        (30, "good", "within a minute"),
        (90, "doubtful", "ahead"),
        (400, "bad", "ahead"),
    ],
)
def test_the_clock_is_held_against_slacks(
    slack: LocalSlack, seconds: float, state: str, word: str
) -> None:
    found = looked(keys(slack), now=lambda: time.time() + seconds)["clock"]
    assert found.state == state
    assert word in found.found


def test_events_that_are_not_subscribed_are_named() -> None:
    with LocalSlack(SlackApp(events=EVENTS - {"message.im"}, scopes=SCOPES)) as slack:
        found = looked(keys(slack))["event subscriptions"]
    assert found.state == "bad"
    assert "event message.im is not subscribed (off without it: direct messages)" in found.found
    assert "deploy/slack/manifest.yaml" in found.remedy


def test_events_that_nothing_hears_are_doubtful() -> None:
    with LocalSlack(SlackApp(events=EVENTS | {"reaction_added"})) as slack:
        found = looked(keys(slack))["event subscriptions"]
    assert (found.state, found.found) == (
        "doubtful",
        "events that nothing listens to: reaction_added",
    )


def test_without_a_configuration_token_it_says_how_to_compare(slack: LocalSlack) -> None:
    found = looked(keys(slack, config_token=""))["event subscriptions"]
    assert found.state == "off"
    assert "manifest.yaml" in found.remedy
    assert "SLACK_CONFIG_TOKEN" in found.remedy


def test_the_app_is_found_by_its_bot_too(slack: LocalSlack) -> None:
    given = keys(slack, app_token="", signing_secret="0a" * 16)
    assert looked(given)["event subscriptions"].state == "good"


def manifest(**changed: Any) -> dict[str, Any]:
    """A good one, some of its parts replaced."""
    features = {
        "agent_view": {"agent_description": "x"},
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "shortcuts": [{"callback_id": callback} for callback in SHORTCUTS],
        "slash_commands": [{"command": "/adapt"}],
    }
    settings = {
        "event_subscriptions": {"bot_events": sorted(EVENTS)},
        "interactivity": {"is_enabled": True},
    }
    return {
        "features": {name: changed.get(name, part) for name, part in features.items()},
        "settings": {
            **{name: changed.get(name, part) for name, part in settings.items()},
            **({"socket_mode_enabled": changed["socket"]} if "socket" in changed else {}),
        },
    }


@pytest.mark.parametrize(
    ("changed", "sockets", "problem"),
    [
        ({"interactivity": {"is_enabled": False}}, True, "no button works"),
        ({"interactivity": None}, True, "no button works"),
        ({"slash_commands": []}, True, "/adapt is missing"),
        ({"shortcuts": [{"callback_id": "recommend_for"}]}, True, "ask_about is missing"),
        ({"app_home": {"home_tab_enabled": True}}, True, "Messages tab"),
        ({"app_home": {"messages_tab_enabled": True}}, True, "the Home tab is off"),
        ({"agent_view": None}, True, "not declared an agent"),
        ({"socket": False}, True, "Socket Mode is off"),
        ({"socket": True}, False, "over Socket Mode"),
        (
            {"interactivity": {"is_enabled": True, "request_url": "https://a.example/"}},
            False,
            "the request URL of interactivity does not end in /slack/events",
        ),
    ],
)
def test_what_is_wrong_in_a_registration_is_said(
    changed: dict[str, Any], *, sockets: bool, problem: str
) -> None:
    [wrong], spare = differences(manifest(**changed), sockets=sockets)
    assert problem in wrong
    assert spare == []


def test_what_a_registration_has_too_much_is_not_wrong() -> None:
    shortcuts = [{"callback_id": callback} for callback in (*SHORTCUTS, "old")]
    commands = [{"command": "/adapt"}, {"command": "/old"}]
    held = manifest(shortcuts=shortcuts, slash_commands=commands)
    wrong, spare = differences(held, sockets=True)
    assert wrong == []
    assert spare == ["commands that nothing answers: /old", "shortcuts that nothing answers: old"]


def test_an_empty_registration_is_no_error() -> None:
    wrong, _ = differences({}, sockets=True)
    assert len(wrong) == len(EVENTS) + 5 + len(SHORTCUTS)


def test_an_address_without_slack_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    found = looked(Keys(f"http://127.0.0.1:{port}/api/", "xoxb-1-a", "xapp-1-A1-b"))
    for row in ("bot token", "delivery"):
        assert found[row].state == "bad"
        assert "no Slack answers at" in found[row].found
        assert "SLACK_API_URL" in found[row].remedy
    assert found["clock"].state == "off"


def test_a_slack_in_trouble_is_no_bad_token(slack: LocalSlack) -> None:
    slack.fail_next("auth.test", Fault(status=503))
    assert "no Slack answers" in looked(keys(slack))["bot token"].found


def test_a_slack_that_is_slow_is_said_in_time(slack: LocalSlack) -> None:
    slack.delay("auth.test", 3)
    verdicts = examine(slack_checks(keys(slack)), within=0.5)
    found = {verdict.name: verdict.found for verdict in verdicts}
    assert found["bot token"] == "no answer within 0.5 s"


def test_a_web_page_is_no_slack() -> None:
    def page(_environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", "text/html")])
        return [b"<!DOCTYPE html><p>Sign in to the proxy"]

    with served(page) as address:
        found = looked(Keys(f"{address}/api/", "xoxb-1-a"))["bot token"]
    assert "no Slack answers" in found.found
    assert "proxy" not in found.found


def test_a_persons_token_is_no_bots() -> None:
    def page(_environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", "application/json")])
        return [b'{"ok": true, "user": "ana", "user_id": "U1ANA", "team": "Local"}']

    with served(page) as address:
        found = looked(Keys(f"{address}/api/", "xoxp-1-a"))["bot token"]
    assert found.state == "bad"
    assert "person's" in found.found


WRONG = [
    (
        "bot_token",
        "xapp-1-A1-1-ab",
        "an app-level token (xapp-…), which belongs in SLACK_APP_TOKEN",
    ),
    ("bot_token", "xoxp-1-ab", "a person's token (xoxp-…)"),
    ("bot_token", "xoxe.xoxp-1-ab", "a configuration token (xoxe.xoxp-…)"),
    ("bot_token", "xoxe-1-ab", "a refresh token (xoxe-…)"),
    ("bot_token", "0a" * 16, "a signing or client secret"),
    ("bot_token", "xoxb-your-token", "an example in place of your own"),
    ("app_token", "xoxb-1-2-ab", "a bot token (xoxb-…), which belongs in SLACK_BOT_TOKEN"),
    ("app_token", "xoxp-1-ab", "a person's token (xoxp-…)"),
    ("app_token", "0a" * 16, "a signing or client secret"),
    ("app_token", "xapp-your-token", "an example in place of your own"),
    ("config_token", "xoxe-1-ab", "a refresh token (xoxe-…)"),
    ("config_token", "xapp-1-A1-1-ab", "an app-level token (xapp-…)"),
]
ROWS = {
    "bot_token": ("bot token", 3),
    "app_token": ("delivery", 2),
    "config_token": ("event subscriptions", 0),
}


@pytest.mark.parametrize(("key", "value", "said"), WRONG)
def test_a_token_of_another_kind_is_told_by_how_it_begins_and_never_sent(
    slack: LocalSlack, key: str, value: str, said: str
) -> None:
    row, step = ROWS[key]
    found = looked(keys(slack, **{key: value}))[row]
    assert (found.state, found.step) == ("bad", step)
    assert f"SLACK_{key.upper()}" in found.found
    assert said in found.found
    assert value not in found.found + found.remedy
    assert value not in {call.token for call in slack.calls()}


def test_a_bot_token_of_another_kind_says_nothing_of_scopes(slack: LocalSlack) -> None:
    found = looked(keys(slack, bot_token=slack.app.app_token))
    assert found["scopes"].state == found["clock"].state == "off"
    assert "row of the bot token" in found["scopes"].found


def test_a_bot_token_that_expires_leads_back_to_the_manifest(slack: LocalSlack) -> None:
    found = looked(keys(slack, bot_token="xoxe.xoxb-1-ab"))["bot token"]
    assert "token rotation is on" in found.found
    assert "deploy/slack/manifest.yaml" in found.remedy
    assert found.step == 1


def test_a_token_in_place_of_the_signing_secret_is_bad(slack: LocalSlack) -> None:
    given = keys(slack, app_token="", signing_secret="xapp-1-A1-1-ab")
    found = looked(given)["delivery"]
    assert (found.state, found.step) == ("bad", 2)
    assert "SLACK_SIGNING_SECRET holds an app-level token" in found.found
    assert "Signing Secret" in found.remedy


def test_without_the_bot_token_the_other_one_is_not_enough(slack: LocalSlack) -> None:
    found = looked(keys(slack, bot_token=""))["bot token"]
    assert (found.state, found.step) == ("bad", 3)
    assert "OAuth & Permissions" in found.remedy


@pytest.mark.parametrize(
    ("method", "code", "row", "said", "step"),
    [
        ("apps.connections.open", "missing_scope", "delivery", "lacks the scope connections", 2),
        ("apps.connections.open", "invalid_auth", "delivery", "knows no such token", 2),
        ("apps.connections.open", "forbidden_team", "delivery", "(forbidden_team)", 2),
        ("auth.test", "account_inactive", "bot token", "not installed any more", 3),
        ("auth.test", "token_revoked", "bot token", "not installed any more", 3),
        ("auth.test", "invalid_auth", "bot token", "knows no such token", 3),
    ],
)
def test_a_refusal_says_why_and_names_the_step(
    slack: LocalSlack, method: str, code: str, row: str, said: str, step: int
) -> None:
    slack.fail_next(method, Fault(error=code))
    found = looked(keys(slack))[row]
    assert (found.state, found.step) == ("bad", step)
    assert code in found.found
    assert said in found.found
    assert f"step {step} of docs/slack-setup.md" in found.remedy


def test_what_leads_to_another_step_names_it() -> None:
    lacking = SlackApp(
        app_token="xapp-1-A2-ab",
        events=EVENTS - {"message.im"},
        scopes=needed() - {"assistant:write"},
    )
    with LocalSlack(lacking) as slack:
        found = looked(keys(slack))
        registered = looked(keys(slack, app_token="", signing_secret="0a" * 16))
    assert (found["scopes"].step, found["delivery"].step) == (3, 2)
    assert registered["event subscriptions"].step == 1


def test_a_network_without_slack_is_no_step() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    found = looked(Keys(f"http://127.0.0.1:{port}/api/", "xoxb-1-a", "xapp-1-A1-b"))
    assert found["delivery"].step == found["bot token"].step == 0
