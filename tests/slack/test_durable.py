"""The bot with its real durable work: what is delivered twice, at once or in a burst."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from bot.adapters.durable import DurableWork
from bot.playground.person import Person
from bot.playground.server import LocalSlack
from bot.playground.workspace import Message
from bot.slack.report_blocks import BEHIND
from tests.slack.bots import Bot
from tests.slack.conftest import WAYS
from tests.slack.said import in_thread

STATUS = "agents.sessions.setStatus"
CHANNEL = "#llm-adaptation"
QUESTION = "What does LoRA train?"


@pytest.fixture(scope="module", params=sorted(WAYS))
def durable(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalSlack]:
    """A workspace with a bot whose work is durable; one for all, since DBOS takes its time."""
    database = f"sqlite:///{tmp_path_factory.mktemp('work') / 'work.sqlite'}"

    def work_for() -> DurableWork:
        return DurableWork(database=database, replica=None, workers=4)

    with (
        LocalSlack() as slack,
        Bot(slack).app(work_for) as app,
        WAYS[request.param](slack, app),
    ):
        yield slack


@pytest.fixture
def ana(durable: LocalSlack) -> Person:
    return durable.user("ana")


def at_once(*calls: Callable[[], object]) -> None:
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def answer_to(slack: LocalSlack, person: Person, root: Message) -> Message:
    """One more answer in a thread: whatever was asked there before is done by then."""
    last = person.say(root.channel, "@adaptbot What does RAG do to the prompt?", thread_ts=root.ts)
    return slack.wait_for(
        lambda m: m.thread == root.thread and "RAG puts" in m.text, after=last, timeout=10
    )


def test_one_message_is_answered_once_however_often_it_comes(
    durable: LocalSlack, ana: Person
) -> None:
    asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
    durable.settle()
    about_it = [d for d in durable.deliveries() if d.payload["event"].get("ts") == asked.ts]
    assert len(about_it) == 2, "a mention comes as a message too"
    at_once(*(lambda d=d: durable.redeliver(d) for d in about_it * 3))
    last = answer_to(durable, ana, asked)
    durable.settle()
    assert all(delivery.acked for delivery in durable.deliveries())
    first, second = in_thread(durable, asked)
    assert "LoRA trains" in first.text
    assert second == last


def test_a_status_with_a_title_is_shown_until_the_answer_is_there(
    durable: LocalSlack, ana: Person
) -> None:
    asked = ana.say(ana.dm, "What does LoRA train, <!channel>?")
    durable.wait_for_reply(asked)
    session = (ana.dm, asked.ts)
    durable.wait_until(
        lambda: durable.site.surfaces.sessions[session].status == "active", "an end of the status"
    )
    told = [c.args for c in durable.calls(STATUS) if c.args["thread_ts"] == asked.ts]
    assert told[0]["status"] == "processing"
    assert told[0]["initiator_user_id"] == ana.id
    assert durable.site.surfaces.sessions[session].title == "What does LoRA train, (!channel)?"


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


def test_the_last_choice_pressed_at_once_gives_one_recommendation(
    durable: LocalSlack, ana: Person
) -> None:
    ana.command("/adapt", channel=CHANNEL)
    dialog = durable.wait_for("Question 1")
    at_once(*[lambda: ana.press(dialog, "It meets our targets on a test set", stale=True)] * 4)
    durable.wait_until(lambda: len(durable.calls("chat.update")) == 4, "every press")
    root = durable.workspace.message(dialog.channel, dialog.thread)
    assert root is not None
    last = answer_to(durable, ana, root)
    durable.wait_until(lambda: any(m.files for m in in_thread(durable, root)), "the files")
    durable.settle()
    _, _, recommendation, background, *others = in_thread(durable, root)
    assert recommendation.text.startswith("Recommended: ")
    assert background.text.startswith(BEHIND)
    assert [bool(message.files) for message in others].count(True) == 1
    assert [message for message in others if not message.files] == [last]
