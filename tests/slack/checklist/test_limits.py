"""How much is taken on: what is too much is left out, and who asked is told so once."""

from __future__ import annotations

import pytest

from bot.playground.person import Person
from bot.playground.server import LocalSlack
from bot.playground.workspace import Message
from tests.fakes import ImmediateWork, NotedIndex
from tests.slack.bots import Bot
from tests.slack.parts import asked_at_home
from tests.slack.running import ANSWER, CHANNEL, QUESTION, SAYS, Way, both_ways, running, told
from tests.slack.said import in_thread, posted

TOO_MUCH = "That is more than I answer one person within a minute"
CHANNEL_FULL = "Slack lets me post no more in this channel for now"
BUSY = "So much is being asked just now"


def notices(slack: LocalSlack, person: Person, words: str) -> int:
    return len([said for said in told(slack, person) if said.startswith(words)])


def ask(person: Person, times: int, channel: str = "") -> list[Message]:
    return [person.say(channel or person.dm, f"@adaptbot {QUESTION}") for _ in range(times)]


@both_ways
def test_one_person_is_answered_so_often_and_told_once(
    slack: LocalSlack, ana: Person, ben: Person, way: Way
) -> None:
    with running(slack, way, user_limit=3) as bot:
        ask(ana, 5, CHANNEL)
        slack.wait_for(TOO_MUCH)
        slack.settle()
        assert len(posted(slack)) == 3
        assert ANSWER in slack.wait_for_reply(*ask(ben, 1)).text
    assert notices(slack, ana, TOO_MUCH) == 1
    assert "Please ask again in" in next(said for said in told(slack, ana) if TOO_MUCH in said)
    assert len(bot.writer.asked) == 4


@both_ways
def test_what_is_delivered_again_counts_once_and_is_told_once(
    slack: LocalSlack, ana: Person, way: Way
) -> None:
    with running(slack, way, user_limit=2):
        first = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
        slack.wait_for_reply(first)
        for _ in range(3):
            for delivery in slack.deliveries("events_api")[:2]:
                assert slack.redeliver(delivery).acked
        second = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
        assert ANSWER in slack.wait_for_reply(second).text, "five copies are no five questions"
        ask(ana, 1, CHANNEL)
        slack.wait_for(TOO_MUCH)
        slack.settle()
        for delivery in slack.deliveries("events_api"):
            assert slack.redeliver(delivery).acked
    assert notices(slack, ana, TOO_MUCH) == 1
    assert len(in_thread(slack, first)) == len(in_thread(slack, second)) == 1


@both_ways
@pytest.mark.parametrize("surface", ["command", "guide", "shortcut", "suggestion"])
def test_every_way_of_asking_counts(slack: LocalSlack, ana: Person, way: Way, surface: str) -> None:
    with running(slack, way, user_limit=1):
        refusal = slack.wait_for_reply(ana.say(CHANNEL, "@adaptbot hi"))
        match surface:
            case "command":
                ana.command("/adapt", f"ask {QUESTION}", channel=CHANNEL)
            case "guide":
                ana.command("/adapt", "", channel=CHANNEL)
            case "shortcut":
                ana.shortcut("ask_about", refusal)
            case "suggestion":
                ana.press(refusal, "How does LoRA work?")
        slack.wait_for(TOO_MUCH)
    assert len(posted(slack)) == 1


@both_ways
def test_a_modal_that_is_too_much_stays_open_with_what_was_typed(
    slack: LocalSlack, ana: Person, way: Way
) -> None:
    with running(slack, way, user_limit=1):
        slack.wait_for_reply(ana.say(CHANNEL, "@adaptbot hi"))
        outcome = asked_at_home(slack, ana, QUESTION)
    assert outcome.answer is not None
    assert outcome.answer["response_action"] == "errors"
    assert TOO_MUCH in str(outcome.answer["errors"])
    assert len(posted(slack)) == 1


@both_ways
def test_a_command_that_is_too_much_promises_nothing(
    slack: LocalSlack, ana: Person, way: Way
) -> None:
    with running(slack, way, user_limit=1):
        said = [ana.command("/adapt", f"ask {QUESTION}", channel=CHANNEL) for _ in range(3)]
    assert [TOO_MUCH in str(outcome.answer) for outcome in said] == [False, True, True]


@both_ways
def test_one_channel_is_answered_so_often_and_each_person_told_once(
    slack: LocalSlack, ana: Person, ben: Person, way: Way
) -> None:
    with running(slack, way, channel_limit=2):
        ask(ana, 4, CHANNEL)
        slack.wait_for(CHANNEL_FULL)
        slack.settle()
        ask(ben, 2, CHANNEL)
        slack.settle()
        assert ANSWER in slack.wait_for_reply(*ask(ana, 1)).text, "elsewhere it goes on"
    assert len(posted(slack)) == 3
    assert notices(slack, ana, CHANNEL_FULL) == 1
    assert notices(slack, ben, CHANNEL_FULL) == 1, "nobody is left without a word"


@both_ways
def test_a_full_queue_is_told_to_whoever_asks_then(
    slack: LocalSlack, ana: Person, ben: Person, way: Way
) -> None:
    work = ImmediateWork(busy=200)
    with running(slack, way, work_for=lambda: work):
        for person in (ana, ben):
            ask(person, 1, CHANNEL)
        ana.command("/adapt", f"ask {QUESTION}", channel=CHANNEL)
        slack.wait_until(lambda: notices(slack, ana, BUSY) == 2, "two notices")
        slack.settle()
        assert posted(slack) == []
        assert notices(slack, ben, BUSY) == 1
        work.busy = 199
        assert ANSWER in slack.wait_for_reply(*ask(ana, 1)).text


@both_ways
def test_what_nobody_addressed_to_the_bot_is_left_out_without_a_word(
    slack: LocalSlack, ana: Person, way: Way
) -> None:
    bot = Bot(slack, index=NotedIndex(), settings={"user_limit": 1})
    bot.writer.says = SAYS
    with running(slack, way, bot=bot):
        asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
        slack.wait_for_reply(asked)
        ana.say(CHANNEL, "What does LoRA train, in short?", thread_ts=asked.ts)
        slack.settle()
    assert len(in_thread(slack, asked)) == 1
    assert told(slack, ana) == []
