"""The bot with its real durable work: what is delivered twice, at once or in a burst."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.adapters.durable import DurableWork
from bot.playground.person import Person
from bot.playground.server import LocalSlack
from tests.slack.bots import Bot, Tasks
from tests.slack.conftest import WAYS
from tests.slack.said import POST, in_thread

CHANNEL = "#llm-adaptation"
QUESTION = "What does LoRA train?"


@pytest.fixture(params=sorted(WAYS))
def durable(
    request: pytest.FixtureRequest, slack: LocalSlack, tmp_path: Path
) -> Iterator[LocalSlack]:
    def work_for(tasks: Tasks) -> DurableWork:
        database = f"sqlite:///{tmp_path / 'work.sqlite'}"
        work = DurableWork(database=database, replica="replica-1", workers=4)
        work.start(tasks)
        return work

    with Bot(slack).app(work_for) as app, WAYS[request.param](slack, app):
        yield slack


def test_one_message_is_answered_once_however_often_it_comes(
    durable: LocalSlack, ana: Person
) -> None:
    asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
    durable.settle()
    first = durable.deliveries("events_api")
    repeats = [threading.Thread(target=durable.redeliver, args=(d,)) for d in first * 3]
    for repeat in repeats:
        repeat.start()
    for repeat in repeats:
        repeat.join()
    last = ana.say(CHANNEL, "@adaptbot What does RAG put into the prompt?", thread_ts=asked.ts)
    durable.wait_for("RAG puts retrieved documents", after=last)
    assert all(delivery.acked for delivery in durable.deliveries())
    assert len(durable.calls(POST)) == 2


def test_a_burst_in_one_thread_is_answered_in_order(durable: LocalSlack, ana: Person) -> None:
    questions = {
        "What does LoRA train?": "LoRA trains",
        "How many GPU hours did Llama 2 70B take?": "1,720,320 GPU hours",
        "What does RAG put into the prompt?": "RAG puts",
    }
    root = ana.say(ana.dm, next(iter(questions)))
    for question in list(questions)[1:]:
        ana.say(ana.dm, question, thread_ts=root.ts)
    durable.wait_until(lambda: len(in_thread(durable, root)) == 3, "three answers", timeout=10)
    for reply, expected in zip(in_thread(durable, root), questions.values(), strict=True):
        assert expected in reply.text


def test_the_last_choice_pressed_twice_at_once_gives_one_recommendation(
    durable: LocalSlack, ana: Person
) -> None:
    ana.command("/adapt", channel=CHANNEL)
    dialog = durable.wait_for("Question 1")
    label = "It meets our targets on a test set"
    presses = [
        threading.Thread(target=ana.press, args=(dialog, label), kwargs={"stale": True})
        for _ in range(4)
    ]
    for press in presses:
        press.start()
    for press in presses:
        press.join()
    found = durable.wait_for("Recommended: Stay")
    durable.wait_until(lambda: len(durable.calls("chat.update")) == 4, "every press")
    ana.press(dialog, "Start over")
    asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}", thread_ts=found.thread_ts)
    durable.wait_for_reply(asked)
    assert len(durable.calls(POST)) == 4, "root, dialog, one recommendation, one answer"
