"""Work that nobody waits for any more ends: a stop, a deleted question, a time that is up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.adapters.durable import DurableWork
from bot.playground.calls import Fault
from bot.playground.person import Person
from bot.playground.server import LocalSlack
from bot.slack.guarded import LOOKING, STOPPED, TOO_LONG
from tests.fakes import NotedIndex
from tests.slack.bots import Bot
from tests.slack.conftest import WAYS
from tests.slack.running import (
    ANSWER,
    CHANNEL,
    QUESTION,
    STATUS,
    Way,
    began,
    both_ways,
    replies,
    running,
    slow_writer,
)
from tests.slack.said import POST, in_thread, posted

MODEL = "openai:scripted"


def thinking(slack: LocalSlack, **settings: object) -> Bot:
    """A bot whose chat model thinks until it is stopped."""
    return Bot(slack, index=NotedIndex(), writer=slow_writer(), settings=settings)


@pytest.fixture(params=sorted(WAYS))
def durable(request: pytest.FixtureRequest, slack: LocalSlack, tmp_path: Path) -> Iterator[Bot]:
    """The same with its real durable work."""
    database = f"sqlite:///{tmp_path / 'work.sqlite'}"

    def work() -> DurableWork:
        return DurableWork(database=database, replica=None, workers=4)

    bot = thinking(slack)
    with running(slack, WAYS[request.param], work_for=work, bot=bot):
        yield bot


def test_a_stop_ends_an_answer_within_a_second_with_one_word(
    durable: Bot, slack: LocalSlack, ana: Person
) -> None:
    asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
    queued = ana.say(CHANNEL, "@adaptbot What is RAG?", thread_ts=asked.ts)
    began(slack, durable)
    pressed = time.monotonic()
    ana.stop(asked)
    slack.wait_for(STOPPED, timeout=10)
    assert time.monotonic() - pressed < 3, "a second on a machine that has nothing else to do"
    slack.wait_until(
        lambda: slack.site.surfaces.sessions[asked.channel, asked.ts].status == "active",
        "an end of the status",
    )
    durable.writer.seconds = 0.0
    after = ana.say(CHANNEL, f"@adaptbot {QUESTION}", thread_ts=asked.ts)
    replies(slack, asked, 2)
    slack.settle()
    said = in_thread(slack, asked)
    assert said[0].text == STOPPED
    assert ANSWER in said[1].text
    assert said[1].ts > after.ts > queued.ts, "one word for all that was asked before the stop"
    assert len(said) == 2
    assert len(durable.writer.asked) == 2, "what was queued is not even begun"


@both_ways
@pytest.mark.parametrize(("policy", "ends"), [("owner", False), ("anyone", True)])
def test_somebody_else_may_stop_an_answer_only_where_the_policy_says_so(
    slack: LocalSlack,
    ana: Person,
    ben: Person,
    way: Way,
    policy: str,
    ends: bool,  # noqa: FBT001
) -> None:
    bot = thinking(slack, thread_policy=policy)
    bot.writer.seconds = 1.0
    with running(slack, way, bot=bot):
        asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
        began(slack, bot)
        ben.stop(asked)
        reply = slack.wait_for_reply(asked, timeout=20)
        slack.settle()
    assert (reply.text == STOPPED) is ends
    assert (ANSWER in reply.text) is not ends
    assert in_thread(slack, asked) == [reply]


@both_ways
def test_a_stop_of_one_thread_leaves_the_others_alone(
    slack: LocalSlack, ana: Person, way: Way
) -> None:
    bot = thinking(slack)
    bot.writer.seconds = 1.0
    with running(slack, way, bot=bot):
        one, other = (ana.say(CHANNEL, f"@adaptbot {QUESTION}") for _ in range(2))
        began(slack, bot, times=2)
        ana.stop(one)
        assert slack.wait_for_reply(one, timeout=20).text == STOPPED
        assert ANSWER in slack.wait_for_reply(other, timeout=20).text


@both_ways
def test_an_old_stop_does_not_end_what_is_asked_after_it(
    slack: LocalSlack, ana: Person, way: Way
) -> None:
    with running(slack, way):
        asked = ana.say(ana.dm, QUESTION)
        slack.wait_for_reply(asked)
        ana.stop(asked)
        slack.settle()
        again = ana.say(ana.dm, QUESTION, thread_ts=asked.ts)
        assert ANSWER in slack.wait_for_reply(again).text
        assert STOPPED not in [message.text for message in posted(slack)]


@both_ways
@pytest.mark.parametrize(
    "event",
    [
        {"channel": "C1ADAPT", "thread_ts": "1700000000.000100", "user": "U1ANA"},
        {"channel": "C9NOWHERE", "thread_ts": "1700000000.000100", "user": "U1ANA"},
        {"channel": "C1ADAPT", "thread_ts": "1700000000.000100"},
        {"channel": "C1ADAPT", "user": "U1ANA"},
        {"thread_ts": "1700000000.000100", "streaming_message_ts": []},
        {},
    ],
    ids=["no such thread", "no such channel", "nobody", "no thread", "no channel", "nothing"],
)
def test_a_stop_that_means_nothing_is_acknowledged_and_breaks_nothing(
    slack: LocalSlack, ana: Person, way: Way, event: dict[str, object]
) -> None:
    stop = {"type": "agent_session_stopped", "streaming_message_ts": [], **event}
    with running(slack, way), capture_logs() as logs:
        assert slack.send_event(stop).acked
        assert ANSWER in slack.wait_for_reply(ana.say(ana.dm, QUESTION)).text
    assert "failure" not in [entry["event"] for entry in logs]
    assert len(posted(slack)) == 1


@both_ways
@pytest.mark.parametrize("place", [CHANNEL, "a direct message"])
def test_a_question_that_is_deleted_while_it_is_answered_gets_no_reply(
    slack: LocalSlack, ana: Person, way: Way, place: str
) -> None:
    bot = thinking(slack)
    with running(slack, way, bot=bot):
        channel = place if place == CHANNEL else ana.dm
        asked = ana.say(channel, f"@adaptbot {QUESTION}")
        began(slack, bot)
        ana.delete(asked)
        slack.settle(timeout=20)
        assert slack.calls(POST) == []
        bot.writer.seconds = 0.0
        assert ANSWER in slack.wait_for_reply(ana.say(ana.dm, QUESTION)).text


@both_ways
def test_a_follow_up_that_is_deleted_leaves_the_rest_of_its_thread(
    slack: LocalSlack, ana: Person, way: Way
) -> None:
    bot = thinking(slack)
    bot.writer.seconds = 0.0
    with running(slack, way, bot=bot):
        asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
        first = slack.wait_for_reply(asked)
        bot.writer.seconds = 60.0
        more = ana.say(CHANNEL, "@adaptbot What is RAG?", thread_ts=asked.ts)
        began(slack, bot, times=2)
        ana.delete(more)
        slack.settle(timeout=20)
        bot.writer.seconds = 0.0
        last = slack.wait_for_reply(ana.say(CHANNEL, f"@adaptbot {QUESTION}", thread_ts=asked.ts))
    assert in_thread(slack, asked) == [first, last]


@both_ways
def test_a_question_deleted_under_a_sign_leaves_no_sign_behind(
    slack: LocalSlack, ana: Person, way: Way
) -> None:
    bot = thinking(slack, model=MODEL)
    slack.fail_next(STATUS, Fault(error="missing_scope"), times=9)
    with running(slack, way, bot=bot):
        asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
        assert slack.wait_for_reply(asked).text == LOOKING
        began(slack, bot)
        ana.delete(asked)
        slack.settle(timeout=20)
    assert posted(slack) == [], "nobody ever writes what the sign promises"


@both_ways
@pytest.mark.parametrize("shown", ["status", "sign"])
def test_an_answer_that_takes_too_long_ends_in_an_apology(
    slack: LocalSlack, ana: Person, way: Way, shown: str
) -> None:
    bot = thinking(slack, model=MODEL, deadline_seconds=0.3)
    if shown == "sign":
        slack.fail_next(STATUS, Fault(error="missing_scope"), times=9)
    with running(slack, way, bot=bot):
        asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
        apology = slack.wait_for(TOO_LONG, timeout=20)
        slack.settle()
    assert apology.thread_ts == asked.ts
    assert in_thread(slack, asked) == [apology]


@both_ways
def test_a_stop_under_a_sign_replaces_the_sign(slack: LocalSlack, ana: Person, way: Way) -> None:
    bot = thinking(slack, model=MODEL)
    slack.fail_next(STATUS, Fault(error="missing_scope"), times=9)
    with running(slack, way, bot=bot):
        asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
        began(slack, bot)
        ana.stop(asked)
        slack.wait_for(STOPPED, timeout=10)
        slack.settle(timeout=20)
    assert [message.text for message in in_thread(slack, asked)] == [STOPPED]
