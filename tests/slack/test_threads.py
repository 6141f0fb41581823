"""What nobody addressed to the bot: follow-ups in its threads, questions in watched channels."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from bot.playground.calls import Fault
from bot.playground.person import Person
from bot.playground.server import LocalSlack
from bot.playground.workspace import Message
from tests.fakes import NotedIndex
from tests.slack.bots import Bot
from tests.slack.conftest import WAYS
from tests.slack.running import (
    ADDS,
    ANSWER,
    CHANNEL,
    FOLLOW_UP,
    FOLLOWED_UP,
    QUESTION,
    SAYS,
    STATUS,
    Way,
    both_ways,
    running,
)
from tests.slack.said import POST, in_thread, posted

PRIVATE = "#private"
WATCHED = frozenset({"C1GENERAL"})


@pytest.fixture(params=sorted(WAYS))
def bot(request: pytest.FixtureRequest, slack: LocalSlack) -> Iterator[Bot]:
    """A bot whose chat model is there: what is not asked for is left to a writer of choice."""
    made = Bot(slack, index=NotedIndex(), settings={"watched_channels": WATCHED})
    made.writer.says = SAYS
    with running(slack, WAYS[request.param], bot=made):
        yield made


def answered(slack: LocalSlack, person: Person, channel: str = CHANNEL) -> Message:
    """A question that was answered in its thread."""
    asked = person.say(channel, f"@adaptbot {QUESTION}")
    slack.wait_for_reply(asked)
    return asked


@pytest.mark.parametrize("channel", [CHANNEL, PRIVATE])
def test_the_asker_goes_on_in_the_thread_without_a_mention(
    bot: Bot, slack: LocalSlack, ana: Person, channel: str
) -> None:
    asked = answered(slack, ana, channel)
    bot.writer.says = ADDS
    follow_up = ana.say(channel, FOLLOW_UP, thread_ts=asked.ts)
    reply = slack.wait_for_reply(follow_up)
    assert FOLLOWED_UP in reply.text
    assert reply.thread_ts == asked.ts
    assert "LoRA" in bot.writer.asked[-1], "it knows what it was about"


def test_a_follow_up_may_come_before_slack_has_answered_the_post(
    bot: Bot, slack: LocalSlack, ana: Person
) -> None:
    slack.fail_next("chat.postMessage", Fault(drop=True, applied=True))
    asked = answered(slack, ana)
    bot.writer.says = ADDS
    follow_up = ana.say(CHANNEL, FOLLOW_UP, thread_ts=asked.ts)
    assert FOLLOWED_UP in slack.wait_for_reply(follow_up).text


def test_somebody_else_may_go_on_as_well(
    bot: Bot, slack: LocalSlack, ana: Person, ben: Person
) -> None:
    asked = answered(slack, ana)
    bot.writer.says = ADDS
    follow_up = ben.say(CHANNEL, "Does LoRA add any inference latency?", thread_ts=asked.ts)
    assert FOLLOWED_UP in slack.wait_for_reply(follow_up).text


def test_a_follow_up_is_answered_once_however_often_it_comes(
    bot: Bot, slack: LocalSlack, ana: Person
) -> None:
    asked = answered(slack, ana)
    bot.writer.says = ADDS
    follow_up = ana.say(CHANNEL, FOLLOW_UP, thread_ts=asked.ts)
    slack.wait_for_reply(follow_up)
    slack.settle()
    for delivery in slack.deliveries("events_api"):
        assert slack.redeliver(delivery).acked
    assert len(in_thread(slack, asked)) == 2


def test_no_status_is_shown_for_what_nobody_addressed_to_the_bot(
    bot: Bot, slack: LocalSlack, ana: Person
) -> None:
    asked = answered(slack, ana)
    slack.settle()
    before = len(slack.calls(STATUS))
    bot.writer.says = ADDS
    slack.wait_for_reply(ana.say(CHANNEL, FOLLOW_UP, thread_ts=asked.ts))
    slack.settle()
    assert len(slack.calls(STATUS)) == before


@pytest.mark.parametrize(
    "said",
    [
        "did you try that on our cluster yesterday?",
        "@ben does it add inference latency?",
        "thanks, that helps",
        "let's discuss it at lunch",
        "Who won the football match yesterday?",
        "What is the boiling point of water?",
        "who of you has time tomorrow?",
        "?",
    ],
)
def test_what_people_say_to_each_other_in_its_thread_is_left_alone(
    bot: Bot, slack: LocalSlack, ana: Person, said: str
) -> None:
    asked = answered(slack, ana)
    ana.say(CHANNEL, said, thread_ts=asked.ts)
    slack.settle()
    assert len(in_thread(slack, asked)) == 1
    assert slack.ephemerals(ana.id) == []
    assert len(bot.writer.asked) == 1


def test_between_two_people_who_talk_the_bot_is_silent(
    bot: Bot, slack: LocalSlack, ana: Person, ben: Person
) -> None:
    asked = answered(slack, ana)
    for person, said in ((ben, "we used it in the last project"), (ana, "how did it go?")):
        person.say(CHANNEL, said, thread_ts=asked.ts)
        slack.settle()
    for delivery in slack.deliveries("events_api"):
        slack.redeliver(delivery)
    assert bot.records.talks[f"T1:{asked.channel}:{asked.ts}"].spoken == 2, "each counts once"
    assert len(in_thread(slack, asked)) == 1


@pytest.mark.parametrize("channel", [CHANNEL, PRIVATE])
def test_in_a_thread_where_the_bot_never_answered_nothing_is_answered(
    bot: Bot, slack: LocalSlack, ana: Person, ben: Person, channel: str
) -> None:
    root = ben.say(channel, "we wonder about LoRA")
    for said in (QUESTION, FOLLOW_UP, "adaptbot, what does LoRA train?"):
        ana.say(channel, said, thread_ts=root.ts)
    slack.settle()
    assert posted(slack) == []
    assert bot.writer.asked == []


def test_a_model_that_is_away_or_beside_the_point_gives_no_unasked_answer(
    bot: Bot, slack: LocalSlack, ana: Person
) -> None:
    asked = answered(slack, ana)
    for says in (None, "NONE", "The moon is made of cheese [1]."):
        bot.writer.says = says
        ana.say(CHANNEL, FOLLOW_UP, thread_ts=asked.ts)
        slack.settle()
    assert len(in_thread(slack, asked)) == 1
    assert len(bot.writer.asked) == 4


def test_a_follow_up_that_fails_is_no_reason_to_interrupt(
    bot: Bot, slack: LocalSlack, ana: Person
) -> None:
    asked = answered(slack, ana)
    bot.index.broken = True
    with capture_logs() as logs:
        ana.say(CHANNEL, FOLLOW_UP, thread_ts=asked.ts)
        slack.settle()
    assert [entry["event"] for entry in logs if entry["event"] == "failure"] == ["failure"]
    assert len(in_thread(slack, asked)) == 1
    assert slack.ephemerals(ana.id) == []


def test_other_bots_do_not_go_on_with_it(bot: Bot, slack: LocalSlack, ana: Person) -> None:
    asked = answered(slack, ana)
    other = slack.user("otherbot")
    for said in (FOLLOW_UP, f"@adaptbot {QUESTION}", f"@adaptbot {QUESTION}"):
        other.say(CHANNEL, said, thread_ts=asked.ts)
    slack.settle()
    assert len(in_thread(slack, asked)) == 1
    assert len(bot.writer.asked) == 1


def test_a_question_in_a_watched_channel_is_answered_in_its_thread(
    bot: Bot, slack: LocalSlack, ana: Person
) -> None:
    asked = ana.say("#general", QUESTION)
    reply = slack.wait_for_reply(asked)
    assert ANSWER in reply.text
    assert reply.thread_ts == asked.ts
    bot.writer.says = ADDS
    assert (
        FOLLOWED_UP in slack.wait_for_reply(ana.say("#general", FOLLOW_UP, thread_ts=asked.ts)).text
    )


@pytest.mark.parametrize(
    "said",
    [
        "LoRA trains small matrices.",
        "@ben what does LoRA train?",
        "Who won the football match yesterday?",
        "lunch?",
    ],
)
@pytest.mark.usefixtures("bot")
def test_other_messages_in_a_watched_channel_are_left_alone(
    slack: LocalSlack, ana: Person, said: str
) -> None:
    ana.say("#general", said)
    slack.settle()
    assert slack.calls(POST) == []
    assert slack.ephemerals(ana.id) == []


@pytest.mark.usefixtures("bot")
def test_a_channel_that_is_not_watched_is_left_alone(slack: LocalSlack, ana: Person) -> None:
    for channel in (CHANNEL, PRIVATE):
        ana.say(channel, QUESTION)
    slack.settle()
    assert slack.calls(POST) == []


@both_ways
def test_people_who_are_not_answered_are_not_told_so_where_they_did_not_ask(
    slack: LocalSlack, ana: Person, ben: Person, way: Way
) -> None:
    settings = {"watched_channels": WATCHED, "allowed_users": frozenset({ana.id})}
    bot = Bot(slack, index=NotedIndex(), settings=settings)
    bot.writer.says = SAYS
    with running(slack, way, bot=bot):
        asked = answered(slack, ana)
        ben.say("#general", QUESTION)
        ben.say(CHANNEL, FOLLOW_UP, thread_ts=asked.ts)
        slack.settle()
    assert len(posted(slack)) == 1
    assert slack.ephemerals(ben.id) == []
    assert len(bot.writer.asked) == 1
