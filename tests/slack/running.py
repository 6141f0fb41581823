"""A bot with settings of its own, connected in one of the two ways; for tests of either."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from slack_bolt import App

from bot.playground.person import Person
from bot.playground.server import LocalSlack
from bot.playground.workspace import Message
from tests.fakes import ImmediateWork, NotedIndex, ScriptedModel
from tests.slack.bots import Bot, Startable
from tests.slack.conftest import WAYS

Way = Callable[[LocalSlack, App], AbstractContextManager[None]]

CHANNEL = "#llm-adaptation"
QUESTION = "What does LoRA train?"
ANSWER = "LoRA trains two small low-rank matrices"
FOLLOW_UP = "Does it add inference latency?"
FOLLOWED_UP = "LoRA adds no inference latency"
SAYS = "LoRA trains two small low-rank matrices beside each frozen weight matrix [1]."
ADDS = "LoRA adds no inference latency once its matrices are merged [1]."
STATUS = "agents.sessions.setStatus"

both_ways = pytest.mark.parametrize("way", list(WAYS.values()), ids=list(WAYS))
"""For tests that take the way as an argument, since their bot has settings of its own."""


@contextmanager
def running(
    slack: LocalSlack,
    way: Way,
    *,
    work_for: Callable[[], Startable] = ImmediateWork,
    bot: Bot | None = None,
    **settings: Any,
) -> Iterator[Bot]:
    """A bot with those settings, or `bot` as it is."""
    made = bot or Bot(slack, index=NotedIndex(), settings=settings)
    with made.app(work_for) as app, way(slack, app):
        yield made


def slow_writer(seconds: float = 60.0) -> ScriptedModel:
    """A chat model that thinks for so long, unless it is stopped."""
    return ScriptedModel(SAYS, seconds=seconds)


def began(slack: LocalSlack, bot: Bot, *, times: int = 1) -> None:
    """Wait until the chat model was asked that often."""
    slack.wait_until(lambda: len(bot.writer.asked) >= times, "a question to the model", timeout=20)


def told(slack: LocalSlack, person: Person) -> list[str]:
    """What the bot said to one person only."""
    return [message.text for message in slack.ephemerals(person.id)]


def replies(slack: LocalSlack, asked: Message, number: int, *, timeout: float = 20) -> None:
    """Wait until the bot has said so many things in the thread of a message."""
    user = slack.app.bot_user_id

    def said() -> bool:
        thread = slack.messages(asked.channel, thread_ts=asked.thread)
        return len([message for message in thread if message.user == user]) >= number

    slack.wait_until(said, f"{number} replies", timeout=timeout)
