"""Rows of the reliability checklist that no other test shows; docs/reliability.md has them all."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from bot.adapters import durable as durably
from bot.adapters.durable import DurableWork
from bot.adapters.leases import leases
from bot.playground.person import Person
from bot.playground.server import LocalSlack
from bot.playground.workspace import Channel
from bot.services.ports import Job, State
from bot.slack.access import GUEST
from bot.slack.outbox import Place
from tests.fakes import ImmediateWork, NotedIndex
from tests.slack.bots import Bot
from tests.slack.conftest import WAYS
from tests.slack.running import (
    ANSWER,
    CHANNEL,
    QUESTION,
    Way,
    began,
    both_ways,
    running,
    slow_writer,
)
from tests.slack.said import POST, in_thread, no_trace, posted, shown

PLACE = Place("C1ADAPT")


def durable(folder: Path, **options: Any) -> Callable[[], DurableWork]:
    """Real durable work, kept in that folder."""

    def work() -> DurableWork:
        database = f"sqlite:///{folder / 'work.sqlite'}"
        return DurableWork(database=database, replica=None, workers=4, **options)

    return work


@both_ways
def test_r3_and_r4_neither_a_zeroth_nor_a_first_retry_is_taken_for_a_duplicate(
    slack: LocalSlack, ana: Person, way: Way
) -> None:
    with running(slack, way):
        for retry in (0, 1, 3):
            stamp = slack.workspace.next_ts()
            event = {"type": "message", "channel": ana.dm, "channel_type": "im", "user": ana.id}
            sent = slack.send_event(event | {"text": QUESTION, "ts": stamp}, retry=retry)
            assert sent.acked
        slack.wait_until(lambda: len(posted(slack)) == 3, "three answers")


@pytest.mark.slow
@both_ways
def test_r5_what_was_answered_before_a_restart_is_not_answered_after_it(
    slack: LocalSlack, ana: Person, way: Way, tmp_path: Path
) -> None:
    with running(slack, way, work_for=durable(tmp_path)):
        asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
        slack.wait_for_reply(asked, timeout=20)
        slack.settle()
    with running(slack, way, work_for=durable(tmp_path)):
        for delivery in slack.deliveries("events_api"):
            assert slack.redeliver(delivery).acked
        more = ana.say(CHANNEL, "@adaptbot What does RAG do?", thread_ts=asked.ts)
        last = slack.wait_for_reply(more, timeout=20)
    first, second = in_thread(slack, asked)
    assert ANSWER in first.text
    assert second == last


@both_ways
@pytest.mark.parametrize(("minutes", "answers"), [(29, 1), (31, 0), (60 * 24, 0), (-5, 1)])
def test_r6_an_event_that_comes_too_late_is_acknowledged_and_not_answered(
    slack: LocalSlack, ana: Person, way: Way, minutes: int, answers: int
) -> None:
    stamp = slack.workspace.next_ts()
    event = {"type": "message", "channel": ana.dm, "channel_type": "im", "user": ana.id}
    with running(slack, way, stale_minutes=30), capture_logs() as logs:
        then = int(time.time()) - 60 * minutes
        assert slack.send_event(event | {"text": QUESTION, "ts": stamp}, event_time=then).acked
        slack.settle()
    assert len(posted(slack)) == answers
    assert ("a stale event is not answered" in [entry["event"] for entry in logs]) is not answers


@pytest.mark.slow
@both_ways
def test_r7_a_slow_model_delays_no_acknowledgement_and_a_status_is_there_at_once(
    slack: LocalSlack, ana: Person, way: Way, tmp_path: Path
) -> None:
    bot = Bot(slack, index=NotedIndex(), writer=slow_writer(), settings={"user_limit": 100})
    with running(slack, way, work_for=durable(tmp_path), bot=bot):
        asked = [ana.say(CHANNEL, f"@adaptbot {QUESTION}") for _ in range(4)]
        first = asked[0]
        session = (first.channel, first.ts)
        slack.wait_until(lambda: slack.site.surfaces.sessions.get(session), "a status")
        assert slack.site.surfaces.sessions[session].status == "processing"
        began(slack, bot)
        outcomes = [
            ana.command("/adapt", f"ask {QUESTION}", channel=CHANNEL),
            ana.command("/adapt", "", channel=CHANNEL),
            ana.shortcut("ask_about", first),
            ana.command("/adapt", "help", channel=CHANNEL),
        ]
        slack.settle(timeout=20)
        seconds = [outcome.seconds for outcome in outcomes]
        seconds += [ack.seconds for sent in slack.deliveries() for ack in sent.attempts]
        bot.writer.seconds = 0.0
        for each in asked:
            ana.stop(each)
        slack.settle(timeout=20)
        slack.wait_until(lambda: len(posted(slack)) >= 4, "an end of everything", timeout=20)
    assert all(outcome.acked for outcome in outcomes)
    assert statistics.median(seconds) < 0.5
    assert max(seconds) < 3, "Slack gives up after three seconds"


@both_ways
def test_r11_two_bots_that_mention_each_other_do_not_go_on_for_ever(
    slack: LocalSlack, ana: Person, way: Way
) -> None:
    other = slack.user("otherbot")
    with running(slack, way):
        asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
        slack.wait_for_reply(asked)
        for _ in range(3):
            other.say(CHANNEL, f"@adaptbot {QUESTION}", thread_ts=asked.ts)
            other.say(CHANNEL, f"@adaptbot {QUESTION}")
        slack.settle()
    assert len(posted(slack)) == 1
    assert all(delivery.acked for delivery in slack.deliveries())


def test_r23_a_connection_that_is_lost_is_made_again(slack: LocalSlack, ana: Person) -> None:
    with running(slack, WAYS["sockets"]):
        for lose in (slack.drop_sockets, slack.refresh_sockets):
            lose()
            slack.wait_for_sockets(timeout=20)
            assert ANSWER in slack.wait_for_reply(ana.say(ana.dm, QUESTION), timeout=20).text


@both_ways
def test_r26_a_chat_model_that_is_away_is_asked_once_and_the_notes_answer(
    slack: LocalSlack, ana: Person, way: Way
) -> None:
    with running(slack, way, model="openai:scripted") as bot:
        reply = slack.wait_for_reply(ana.say(CHANNEL, f"@adaptbot {QUESTION}"))
    assert ANSWER in reply.text
    assert "[1]" in shown(reply)
    assert len(bot.writer.asked) == 1
    no_trace(slack)


@pytest.mark.slow
@both_ways
def test_r27_a_channel_that_is_archived_meanwhile_breaks_nothing(
    slack: LocalSlack, ana: Person, way: Way, tmp_path: Path
) -> None:
    bot = Bot(slack, index=NotedIndex(), writer=slow_writer(1.0))
    with (
        running(slack, way, work_for=durable(tmp_path), bot=bot),
        capture_logs() as logs,
    ):
        ana.say(CHANNEL, f"@adaptbot {QUESTION}")
        began(slack, bot)
        channel = cast("Channel", slack.workspace.channel(CHANNEL))
        slack.workspace.add_channel(replace(channel, is_archived=True))
        slack.wait_until(lambda: "undeliverable" in str(logs), "a line in the log", timeout=20)
        bot.writer.seconds = 0.0
        assert ANSWER in slack.wait_for_reply(ana.say(ana.dm, QUESTION), timeout=20).text
    assert [e["problem"] for e in logs if e["event"] == "undeliverable"] == ["is_archived"]
    assert [call.ok for call in slack.calls(POST)] == [False, True], "it is not tried again"


@both_ways
def test_r28_a_dialog_goes_on_after_a_restart(slack: LocalSlack, ana: Person, way: Way) -> None:
    with running(slack, way):
        ana.command("/adapt", channel=CHANNEL)
        dialog = slack.wait_for("Question 1")
    with running(slack, way):
        assert ana.press(dialog, "It meets our targets on a test set").acked
        slack.wait_for("Recommended: ")


def test_what_a_process_holds_it_holds_in_all_its_threads(tmp_path: Path) -> None:
    held = leases(f"sqlite:///{tmp_path / 'work.sqlite'}")
    assert held.take("replica-1")
    with ThreadPoolExecutor(1) as another:
        assert another.submit(held.held).result()
    held.release()


@dataclass
class LateWork(ImmediateWork):
    """Work that is known to be done a moment after it was, as where a record takes its time."""

    looks: int = 2

    def state(self, job: Job) -> State:
        self.looks -= 1
        return "open" if self.looks >= 0 else super().state(job)


@both_ways
def test_a_status_that_is_late_does_not_stay_behind_the_answer(
    slack: LocalSlack, ana: Person, way: Way
) -> None:
    with running(slack, way, work_for=LateWork):
        asked = ana.say(ana.dm, QUESTION)
        slack.wait_for_reply(asked)
        slack.settle()
        time.sleep(0.3)  # a status that must not come cannot be waited for
        assert slack.site.surfaces.sessions[asked.channel, asked.ts].status == "active"


@pytest.mark.slow
@both_ways
def test_what_is_said_once_only_is_said_however_long_the_bot_has_been_running(
    slack: LocalSlack, ana: Person, way: Way, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durably, "LOOK_SECONDS", 0.05)
    with capture_logs() as logs, running(slack, way, work_for=durable(tmp_path), user_limit=1):
        time.sleep(0.5)  # it has looked after its lease many times by now
        slack.user("guest").say(CHANNEL, f"@adaptbot {QUESTION}")
        assert slack.wait_for(GUEST, timeout=20).only_for == "U1GUEST"
        slack.wait_for_reply(ana.say(ana.dm, QUESTION), timeout=20)
        ana.say(ana.dm, QUESTION)
        slack.wait_for("That is more than I answer", timeout=20)
    assert "the lease was lost" not in [entry["event"] for entry in logs]
    assert slack.calls("conversations.replies") == [], "nobody doubts a first post"
