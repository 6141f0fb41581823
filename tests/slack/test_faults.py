"""Slack refuses, stalls and drops, and the bot breaks: what was asked for is still said once."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

import pytest
from slack_bolt import App
from structlog.testing import capture_logs

from bot.errors import StoreUnavailableError, UndeliverableError
from bot.playground.calls import Fault
from bot.playground.person import Person
from bot.playground.server import LocalSlack
from bot.services.ports import Job, State, Task
from bot.slack.blocks import section
from bot.slack.clients import web_client
from bot.slack.outbox import Outbox, Place
from tests.slack.bots import Bot
from tests.slack.conftest import WAYS
from tests.slack.said import POST, in_thread, no_trace

CHANNEL = "#llm-adaptation"
QUESTION = "What does LoRA train?"
ANSWER = "LoRA trains two small low-rank matrices"
STATUS = "agents.sessions.setStatus"
PLACE = Place("C1ADAPT")

Way = Callable[[LocalSlack, App], AbstractContextManager[None]]


class BrokenWork:
    """Work whose database is gone."""

    def start(self, tasks: Mapping[str, Task]) -> None:
        """It will never do any."""

    def submit(self, job: Job) -> None:
        raise StoreUnavailableError(f"disk full at /secret/place, for {job.kind}")

    def state(self, job: Job) -> State:
        raise StoreUnavailableError(f"no {job.id}")

    def waiting(self) -> int:
        return 0

    def close(self) -> bool:
        return True


@pytest.fixture
def outbox(slack: LocalSlack) -> Outbox:
    return Outbox(web_client(slack.app.bot_token, base_url=slack.api_url))


@pytest.fixture(params=sorted(WAYS))
def way(request: pytest.FixtureRequest) -> Way:
    return WAYS[request.param]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=429, retry_after=1),
        Fault(drop=True, applied=True),
        Fault(drop=True),
        Fault(status=500, applied=True),
        Fault(status=503),
        Fault(error="internal_error", applied=True),
        Fault(error="fatal_error"),
        Fault(error="rate_limited"),
    ],
    ids=[
        "rate limit",
        "lost after",
        "lost before",
        "500 after",
        "503 before",
        "own trouble after",
        "own trouble before",
        "rate limit by word",
    ],
)
@pytest.mark.usefixtures("bot")
def test_an_answer_is_posted_once_whatever_happens_on_the_way(
    slack: LocalSlack, ana: Person, fault: Fault
) -> None:
    slack.fail_next(POST, fault)
    asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
    assert ANSWER in slack.wait_for_reply(asked).text
    slack.settle()
    assert len(in_thread(slack, asked)) == 1


@pytest.mark.usefixtures("bot")
def test_nothing_hangs_on_slack_saying_again_who_the_bot_is(slack: LocalSlack, ana: Person) -> None:
    slack.fail_next("auth.test", Fault(status=500), times=9)
    assert ANSWER in slack.wait_for_reply(ana.say(ana.dm, QUESTION)).text
    assert slack.calls("auth.test") == []


@pytest.mark.usefixtures("bot")
def test_what_only_its_asker_sees_stands_where_slack_shows_it(
    slack: LocalSlack, ana: Person
) -> None:
    guest = slack.user("guest")
    guest.say(CHANNEL, f"@adaptbot {QUESTION}")
    first = slack.wait_for("I am not set up to answer guests")
    assert first.thread_ts is None, "Slack shows no ephemeral in a thread without a reply"
    asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
    slack.wait_for_reply(asked)
    guest.say(CHANNEL, f"@adaptbot {QUESTION}", thread_ts=asked.ts)
    again = slack.wait_for("I am not set up to answer guests", after=first)
    assert again.thread_ts == asked.ts


def test_a_deleted_message_with_replies_ends_its_work_as_well(
    bot: Bot, slack: LocalSlack, ana: Person
) -> None:
    asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
    slack.wait_for_reply(asked)
    event = {
        "type": "message",
        "subtype": "message_changed",
        "channel": asked.channel,
        "channel_type": "channel",
        "hidden": True,
        "ts": slack.workspace.next_ts(),
        "message": {"type": "message", "subtype": "tombstone", "ts": asked.ts},
        "previous_message": {"type": "message", "ts": asked.ts, "user": ana.id},
    }
    assert slack.send_event(event).acked
    [stop] = bot.records.stops([f"T1:{asked.channel}:{asked.ts}"])
    assert stop.quietly


def test_an_outage_of_seconds_loses_nothing(slack: LocalSlack, outbox: Outbox) -> None:
    slack.fail_next(POST, Fault(drop=True), times=2)
    posted = outbox.post(PLACE, "hello", [section("hello")], work_id="w")
    assert [(m.channel, m.ts) for m in slack.messages("C1ADAPT")] == [posted]


def test_what_was_posted_is_found_in_a_long_thread(slack: LocalSlack, outbox: Outbox) -> None:
    root = outbox.post(PLACE, "root", [], work_id="root")
    thread = Place(*root)
    first = outbox.post(thread, "answer", [], work_id="w")
    for _ in range(30):
        slack.user("ana").say(root.channel, "more", thread_ts=root.ts)
    assert outbox.post(thread, "answer", [], work_id="w", again=True) == first
    assert outbox.post(PLACE, "root", [], work_id="root", again=True) == root
    assert len(slack.messages("C1ADAPT")) == 32


def test_a_thread_that_cannot_be_read_is_still_answered(slack: LocalSlack, outbox: Outbox) -> None:
    slack.fail_next("conversations.history", Fault(error="missing_scope"))
    outbox.post(PLACE, "hello", [], work_id="w", again=True)
    assert len(slack.messages("C1ADAPT")) == 1


def test_a_refused_post_is_not_tried_again(slack: LocalSlack, outbox: Outbox) -> None:
    with pytest.raises(UndeliverableError, match="not_in_channel"):
        outbox.post(Place("C1OUTSIDE"), "hello", [], work_id="w")
    assert len(slack.calls(POST)) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(error="missing_scope"),
        Fault(error="unknown_method"),
        Fault(status=500),
        Fault(status=429, retry_after=60),
        Fault(drop=True),
    ],
    ids=["missing_scope", "unknown_method", "500", "rate limit", "lost"],
)
@pytest.mark.usefixtures("bot")
def test_a_failing_status_neither_prevents_nor_delays_the_answer(
    slack: LocalSlack, ana: Person, fault: Fault
) -> None:
    slack.fail_next(STATUS, fault)
    began = time.monotonic()
    assert ANSWER in slack.wait_for_reply(ana.say(CHANNEL, f"@adaptbot {QUESTION}")).text
    assert time.monotonic() - began < 2


def test_a_used_up_response_url_is_replaced_by_an_ephemeral_message(
    slack: LocalSlack, outbox: Outbox
) -> None:
    outbox.reply(f"{slack.site.base_url}/commands/T1/gone/gone", PLACE, "U1ANA", "the answer")
    [shown] = slack.ephemerals("U1ANA")
    assert shown.text == "the answer"


def test_an_unreachable_response_url_is_replaced_as_well(slack: LocalSlack, outbox: Outbox) -> None:
    outbox.reply("http://127.0.0.1:9/nobody", PLACE, "U1ANA", "the answer")
    assert [message.text for message in slack.ephemerals("U1ANA")] == ["the answer"]


def test_words_that_reach_nobody_are_logged(slack: LocalSlack, outbox: Outbox) -> None:
    with capture_logs() as logs:
        outbox.whisper(Place("C1OUTSIDE"), "U1ANA", "hello")
    assert [entry["event"] for entry in logs] == ["nobody could be told"]
    assert slack.ephemerals("U1ANA") == []


def test_a_command_that_cannot_be_kept_is_answered_with_an_apology(
    slack: LocalSlack, ana: Person, way: Way
) -> None:
    with Bot(slack).app(BrokenWork) as app, way(slack, app), capture_logs() as logs:
        outcome = ana.command("/adapt", f"ask {QUESTION}", channel="#not-a-member")
    assert outcome.error == ""
    assert outcome.reply is not None
    assert outcome.reply.text.startswith("Something went wrong on my side")
    assert outcome.reply.text.endswith(_reference(logs))
    assert "secret" not in outcome.reply.text
    no_trace(slack)


def test_an_event_that_cannot_be_kept_is_delivered_again(way: Way) -> None:
    with LocalSlack(ack_timeout=0.3, retry_delays=(0.0,)) as slack:
        ana = slack.user("ana")
        with Bot(slack).app(BrokenWork) as app, way(slack, app), capture_logs():
            asked = ana.say(ana.dm, QUESTION)
            slack.settle()
        [delivery] = slack.deliveries()
        assert [attempt.ok for attempt in delivery.attempts] == [False, False]
        assert slack.messages(ana.dm) == [asked]


def test_a_press_that_cannot_be_kept_is_answered_with_an_apology(
    slack: LocalSlack, ana: Person, way: Way
) -> None:
    running = Bot(slack)
    with running.app() as app, way(slack, app):
        ana.command("/adapt", channel=CHANNEL)
        dialog = slack.wait_for("Question 1")
    with running.app(BrokenWork) as app, way(slack, app), capture_logs() as logs:
        assert ana.press(dialog, "It meets our targets on a test set").acked
        apology = slack.wait_for("Something went wrong")
    assert apology.only_for == ana.id
    assert apology.thread_ts == dialog.thread_ts
    assert apology.text.endswith(_reference(logs))
    assert slack.workspace.message(dialog.channel, dialog.ts) == dialog


def _reference(logs: list[dict[str, object]] | object) -> str:
    assert isinstance(logs, list)
    [failure] = [entry for entry in logs if entry["event"] == "failure"]
    return str(failure["reference"])
