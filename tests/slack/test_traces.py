"""What is kept of how a question was answered, and found again from the message in Slack."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.domain.trace import Trace
from bot.errors import StoreUnavailableError
from bot.playground.person import Person
from bot.playground.server import LocalSlack
from bot.playground.workspace import Message
from tests.fakes import MemoryRecords, NotedIndex, QueuedWork
from tests.slack.bots import Bot
from tests.slack.running import (
    ADDS,
    ANSWER,
    CHANNEL,
    FOLLOW_UP,
    QUESTION,
    SAYS,
    Way,
    both_ways,
    running,
)
from tests.slack.said import in_thread, no_trace, posted

FALSE = "Llama 2 was pre-trained on 3 trillion tokens [2]."
MOON = "The moon is made of cheese [1]."


@dataclass
class FullRecords(MemoryRecords):
    """Records that have no room for a trace."""

    error: Exception = field(default_factory=lambda: StoreUnavailableError("no room"))

    def keep_trace(self, work_id: str, trace: Trace) -> None:  # noqa: ARG002 - the port's signature
        raise self.error


def work_of(message: Message) -> str:
    """The work that a message of the bot belongs to."""
    assert message.metadata is not None
    assert message.metadata["event_type"] == "adaptbot_job"
    return str(message.metadata["event_payload"]["work"])


def judged_of(message: Message) -> str:
    """The work that the buttons for feedback name."""
    [buttons] = [e for block in message.blocks for e in found(block, "feedback_buttons")]
    return str(json.loads(buttons["positive_button"]["value"])["w"])


def found(block: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each for each in block.get("elements", ()) if each.get("type") == kind]


def test_an_answer_leads_to_what_was_found_and_to_the_check_of_each_sentence(
    bot: Bot, slack: LocalSlack, ana: Person
) -> None:
    bot.writer.says = f"{SAYS} {FALSE} I hope this helps."
    asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
    reply = slack.wait_for_reply(asked)
    assert "trillion" not in reply.text
    trace = bot.records.trace(work_of(reply))
    assert trace is not None
    assert judged_of(reply) == work_of(reply)
    assert (trace.asked, trace.model, trace.outcome) == (QUESTION, bot.writer.name, "answered")
    assert (trace.found[0].key, trace.found[0].rank, trace.found[0].offered) == ("lora", 1, True)
    told = [(each.sentence, each.supported, each.problem) for each in trace.judged]
    assert told == [
        (SAYS.replace(" [1]", ""), True, ""),
        (FALSE.replace(" [2]", ""), False, "number"),
        ("I hope this helps.", False, "uncited"),
    ]
    assert trace.seconds["whole"] > 0


def test_a_refusal_leads_to_what_was_found_and_to_its_reason(
    bot: Bot, slack: LocalSlack, ana: Person
) -> None:
    asked = "How is the weather in Lisbon?"
    reply = slack.wait_for_reply(ana.say(ana.dm, asked))
    trace = bot.records.trace(work_of(reply))
    assert trace is not None
    assert (trace.asked, trace.outcome) == (asked, "off_topic")
    assert trace.found
    assert trace.judged == ()


def test_what_only_its_asker_sees_leads_to_its_trace_by_its_buttons(
    bot: Bot, slack: LocalSlack, ana: Person
) -> None:
    ana.command("/adapt", f"ask {QUESTION}", channel=CHANNEL)
    trace = bot.records.trace(judged_of(slack.wait_for(ANSWER)))
    assert trace is not None
    assert trace.asked == QUESTION


@both_ways
@pytest.mark.parametrize("says", [None, MOON])
def test_of_what_nobody_asked_and_nobody_answered_no_trace_is_kept(
    slack: LocalSlack, ana: Person, way: Way, says: str | None
) -> None:
    bot = Bot(slack, index=NotedIndex())
    bot.writer.says = SAYS
    with running(slack, way, bot=bot):
        asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
        slack.wait_for_reply(asked)
        bot.writer.says = says
        ana.say(CHANNEL, FOLLOW_UP, thread_ts=asked.ts)
        slack.settle()
        assert len(bot.writer.asked) == 2
        assert len(bot.records.traces) == 1


@both_ways
def test_a_follow_up_that_nobody_addressed_and_the_bot_answered_has_its_trace(
    slack: LocalSlack, ana: Person, way: Way
) -> None:
    bot = Bot(slack, index=NotedIndex())
    bot.writer.says = SAYS
    with running(slack, way, bot=bot):
        asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
        slack.wait_for_reply(asked)
        bot.writer.says = ADDS
        reply = slack.wait_for_reply(ana.say(CHANNEL, FOLLOW_UP, thread_ts=asked.ts))
        trace = bot.records.trace(work_of(reply))
        assert trace is not None
        assert trace.asked == f"{QUESTION} {FOLLOW_UP}"


@both_ways
def test_an_answer_whose_trace_cannot_be_kept_is_given_all_the_same(
    slack: LocalSlack, ana: Person, way: Way
) -> None:
    bot = Bot(slack, records=FullRecords())
    with capture_logs() as logs, running(slack, way, bot=bot):
        asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
        assert ANSWER in slack.wait_for_reply(asked).text
        slack.settle()
    told = [entry for entry in logs if entry["event"] == "no trace is kept"]
    assert [(each["log_level"], each["problem"]) for each in told] == [
        ("warning", "StoreUnavailableError")
    ]
    assert QUESTION not in json.dumps(logs, default=str)
    assert len(in_thread(slack, asked)) == 1


@both_ways
def test_a_fault_of_our_own_is_not_passed_over(slack: LocalSlack, ana: Person, way: Way) -> None:
    bot = Bot(slack, records=FullRecords(error=TypeError("ours")))
    with capture_logs() as logs, running(slack, way, bot=bot):
        slack.wait_for_reply(ana.say(CHANNEL, f"@adaptbot {QUESTION}"))
        slack.settle()
    assert [entry["event"] for entry in logs].count("failure") == 1
    assert len(posted(slack)) == 1
    no_trace(slack)


@both_ways
def test_worked_out_again_after_a_crash_there_is_one_trace(
    slack: LocalSlack, ana: Person, way: Way
) -> None:
    bot = Bot(slack)
    work = QueuedWork()
    with running(slack, way, bot=bot, work_for=lambda: work):
        slack.wait_for_reply(ana.say(CHANNEL, f"@adaptbot {QUESTION}"))
        slack.settle()
        [job] = work.of("answer")
        first = bot.records.trace(job.id)
        bot.writer.says = SAYS
        work.tasks[job.kind].prepare(job)
        second = bot.records.trace(job.id)
    assert first is not None
    assert second is not None
    assert (first.model, second.model) == ("extractive", bot.writer.name)
    assert len(bot.records.traces) == 1
