"""Who is answered and where; whoever is not is told so once, politely, to them alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.playground.calls import Fault
from bot.playground.person import Person
from bot.playground.registration import SCOPES, SlackApp
from bot.playground.server import LocalSlack
from bot.slack.access import GUEST, HERE, SHARED, UNSURE, YOU
from bot.slack.origin import Identity
from tests.fakes import NotedIndex
from tests.slack.bots import Bot
from tests.slack.parts import asked_at_home
from tests.slack.running import ANSWER, CHANNEL, QUESTION, Way, both_ways, running, told
from tests.slack.said import POST, posted

ANA = frozenset({"U1ANA"})
ADAPT = frozenset({"C1ADAPT"})
DIRECT = "a direct message"


def ask(person: Person, channel: str) -> None:
    if channel == DIRECT:
        person.say(person.dm, QUESTION)
    else:
        person.say(channel, f"@adaptbot {QUESTION}")


def nothing_was_done(bot: Bot, slack: LocalSlack) -> None:
    assert isinstance(bot.index, NotedIndex)
    assert bot.writer.asked == []
    assert bot.index.searched == []
    assert bot.index.embedded == []
    assert slack.calls(POST) == []


@both_ways
@pytest.mark.parametrize(
    ("settings", "who", "where", "words"),
    [
        ({"allowed_users": ANA}, "ben", CHANNEL, YOU),
        ({"allowed_users": ANA}, "ben", DIRECT, YOU),
        ({"allowed_channels": ADAPT}, "ana", "#general", HERE),
        ({"allowed_channels": ADAPT}, "ana", "#private", HERE),
        ({}, "guest", CHANNEL, GUEST),
        ({}, "guest", DIRECT, GUEST),
        ({}, "former", CHANNEL, YOU),
        ({"allow_guests": True}, "former", DIRECT, YOU),
        ({}, "ana", "#shared", SHARED),
        ({}, "extern", "#shared", SHARED),
        ({"allow_guests": True}, "extern", "#shared", SHARED),
        ({"allow_shared": True, "allowed_users": ANA}, "extern", "#shared", YOU),
    ],
)
def test_who_is_not_answered_is_told_so_once_and_nothing_is_looked_for(
    slack: LocalSlack, way: Way, settings: dict[str, Any], who: str, where: str, words: str
) -> None:
    person = slack.user(who)
    with running(slack, way, **settings) as bot:
        ask(person, where)
        slack.wait_for(words)
        slack.settle()
        for delivery in slack.deliveries("events_api"):
            assert slack.redeliver(delivery).acked
        slack.settle()
    assert told(slack, person) == [words]
    nothing_was_done(bot, slack)


@both_ways
@pytest.mark.parametrize(
    ("settings", "who", "where"),
    [
        ({"allowed_users": ANA}, "ana", CHANNEL),
        ({"allowed_channels": ADAPT}, "ana", CHANNEL),
        ({"allowed_channels": ADAPT}, "ben", DIRECT),
        ({"allow_guests": True}, "guest", CHANNEL),
        ({"allow_shared": True}, "ana", "#shared"),
        ({"allow_shared": True}, "extern", "#shared"),
        ({"allow_shared": True, "allow_guests": True}, "extern", "#shared"),
    ],
)
def test_who_is_allowed_is_answered(
    slack: LocalSlack, way: Way, settings: dict[str, Any], who: str, where: str
) -> None:
    with running(slack, way, **settings):
        ask(slack.user(who), where)
        assert ANSWER in slack.wait_for(ANSWER).text
    assert told(slack, slack.user(who)) == []


def by_command(slack: LocalSlack, person: Person) -> None:
    assert slack
    assert person.command("/adapt", f"ask {QUESTION}", channel=CHANNEL).acked


def by_guide_command(slack: LocalSlack, person: Person) -> None:
    assert slack
    assert person.command("/adapt", "a support bot", channel=CHANNEL).acked


def by_shortcut(slack: LocalSlack, person: Person) -> None:
    message = slack.user("ana").say(CHANNEL, QUESTION)
    assert person.shortcut("ask_about", message).acked


def by_home(slack: LocalSlack, person: Person) -> None:
    asked_at_home(slack, person, QUESTION)


def by_recommend(slack: LocalSlack, person: Person) -> None:
    assert slack
    person.say(CHANNEL, "@adaptbot recommend a method")


def by_help(slack: LocalSlack, person: Person) -> None:
    assert slack
    person.say(person.dm, "help")


@both_ways
@pytest.mark.parametrize(
    "by", [by_command, by_guide_command, by_shortcut, by_home, by_recommend, by_help]
)
def test_no_way_of_asking_leads_around_the_list(
    slack: LocalSlack, ben: Person, way: Way, by: Callable[[LocalSlack, Person], None]
) -> None:
    with running(slack, way, allowed_users=ANA) as bot:
        by(slack, ben)
        slack.wait_for(YOU)
        slack.settle()
    assert told(slack, ben).count(YOU) == 1
    nothing_was_done(bot, slack)


def told_more(slack: LocalSlack, person: Person, *, than: int) -> bool:
    return len(told(slack, person)) > than


@both_ways
def test_somebody_who_is_taken_off_the_list_goes_on_with_no_dialog(
    slack: LocalSlack, ana: Person, way: Way
) -> None:
    with running(slack, way):
        ana.command("/adapt", channel=CHANNEL)
        dialog = slack.wait_for("Question 1")
    before = len(posted(slack))
    with running(slack, way, allowed_users=frozenset({"U1BEN"})):
        for label in ("The quality falls short", "It meets our targets on a test set"):
            known = len(told(slack, ana))
            assert ana.press(dialog, label, stale=True).acked
            slack.wait_until(partial(told_more, slack, ana, than=known), "a refusal")
    assert slack.workspace.message(dialog.channel, dialog.ts) == dialog
    assert len(posted(slack)) == before
    assert [words for words in told(slack, ana) if words == YOU] == [YOU] * 2, "one a press"


@both_ways
@pytest.mark.parametrize(
    "fault",
    [Fault(error="user_not_found"), Fault(status=429, retry_after=600)],
    ids=["unknown", "rate limit"],
)
def test_a_role_that_slack_does_not_tell_is_no_permission(
    slack: LocalSlack, ana: Person, way: Way, fault: Fault
) -> None:
    slack.fail_next("users.info", fault)
    with running(slack, way) as bot:
        ask(ana, CHANNEL)
        slack.wait_for(UNSURE)
        slack.settle()
        nothing_was_done(bot, slack)
        ask(ana, CHANNEL)
        slack.wait_for(ANSWER)
    assert told(slack, ana) == [UNSURE]


@both_ways
@pytest.mark.parametrize(
    "fault",
    [Fault(status=500), Fault(drop=True), Fault(status=429, retry_after=1)],
    ids=["500", "lost", "rate limit"],
)
def test_a_role_that_slack_tells_when_it_is_asked_again_is_as_good(
    slack: LocalSlack, ana: Person, way: Way, fault: Fault
) -> None:
    slack.fail_next("users.info", fault)
    with running(slack, way):
        ask(ana, CHANNEL)
        slack.wait_for(ANSWER, timeout=20)
    assert told(slack, ana) == []


@both_ways
def test_without_the_scope_for_roles_people_are_answered_and_the_log_says_so(way: Way) -> None:
    app = SlackApp(scopes=SCOPES - {"users:read"})
    with LocalSlack(app) as slack, running(slack, way), capture_logs() as logs:
        ask(slack.user("guest"), CHANNEL)
        slack.wait_for(ANSWER)
    assert "users:read" in [entry.get("missing_scope") for entry in logs]


@both_ways
def test_a_role_is_asked_for_once_in_a_while(slack: LocalSlack, ana: Person, way: Way) -> None:
    with running(slack, way):
        for _ in range(3):
            slack.wait_for_reply(ana.say(ana.dm, QUESTION))
    assert len(slack.calls("users.info")) == 1


@dataclass
class Elsewhere(Bot):
    """A bot of another workspace, or of another app, which gets our deliveries."""

    team: str = "T1"
    app_id: str = "A1"

    def identity(self) -> Identity:
        return Identity(team=self.team, bot_user=self.slack.app.bot_user_id, app=self.app_id)


@both_ways
@pytest.mark.parametrize(("team", "app_id"), [("T9", "A1"), ("T1", "A9")], ids=["team", "app"])
def test_what_is_for_another_workspace_or_app_is_acknowledged_and_forgotten(
    slack: LocalSlack, ana: Person, way: Way, team: str, app_id: str
) -> None:
    with running(slack, way):
        ana.command("/adapt", channel=CHANNEL)
        dialog = slack.wait_for("Question 1")
        slack.settle()
    before = len(slack.calls())
    bot = Elsewhere(slack, index=NotedIndex(), team=team, app_id=app_id)
    with capture_logs() as logs, running(slack, way, bot=bot):
        ask(ana, CHANNEL)
        assert ana.command("/adapt", f"ask {QUESTION}", channel=CHANNEL).acked
        assert ana.press(dialog, "The quality falls short").acked
        assert ana.shortcut("ask_about", dialog).acked
        ana.stop(dialog)
        ana.open_home()
        slack.settle()
        assert all(delivery.acked for delivery in slack.deliveries())
        calls = [call.method for call in slack.calls()[before:]]
    assert set(calls) <= {"apps.connections.open", "auth.test"}, "Bolt's own"
    assert bot.index.searched == []  # type: ignore[attr-defined] # it is a NotedIndex
    assert bot.records.stopped == {}
    forgotten = [entry for entry in logs if "another app or workspace" in entry["event"]]
    assert len(forgotten) >= 6
    assert QUESTION not in json.dumps(forgotten)


@both_ways
def test_an_event_of_a_foreign_workspace_is_not_answered(slack: LocalSlack, way: Way) -> None:
    event = {"type": "message", "channel": "D9", "channel_type": "im", "user": "U9", "ts": "9.1"}
    foreign: dict[str, Any] = {
        "team_id": "T9",
        "context_team_id": "T9",
        "authorizations": [{"team_id": "T9"}],
    }
    with running(slack, way) as bot:
        assert slack.send_event(event | {"text": QUESTION}, **foreign).acked
        assert slack.send_event(event | {"text": QUESTION}, api_app_id="A9").acked
    nothing_was_done(bot, slack)
    assert "users.info" not in [call.method for call in slack.calls()]
