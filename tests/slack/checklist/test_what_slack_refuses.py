"""Slack refuses, or asks to wait: rows of the reliability checklist that no other test shows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.adapters.durable import DurableWork
from bot.errors import BusyError
from bot.playground.calls import Fault
from bot.playground.person import Person
from bot.playground.response_urls import Grant
from bot.playground.server import LocalSlack
from bot.slack import calling
from bot.slack.blocks import Said
from bot.slack.guarded import LOOKING
from bot.slack.origin import Origin
from bot.slack.outbox import Outbox, Place
from bot.slack.replies import Reply
from tests.slack.bots import Bot
from tests.slack.conftest import WAYS
from tests.slack.parts import outbox_to
from tests.slack.running import (
    ANSWER,
    CHANNEL,
    QUESTION,
    SAYS,
    STATUS,
    Way,
    both_ways,
    running,
)
from tests.slack.said import POST, in_thread, posted

PLACE = Place("C1ADAPT")


@pytest.fixture
def outbox(slack: LocalSlack) -> Outbox:
    return outbox_to(slack)


def durable(folder: Path, **options: Any) -> Callable[[], DurableWork]:
    """Real durable work, kept in that folder."""

    def work() -> DurableWork:
        database = f"sqlite:///{folder / 'work.sqlite'}"
        return DurableWork(database=database, replica=None, workers=4, **options)

    return work


@pytest.mark.parametrize("method", [POST, "chat.update"])
def test_r12_a_rate_limit_is_waited_out(slack: LocalSlack, outbox: Outbox, method: str) -> None:
    posting = outbox.post(PLACE, "first", [], work_id="1")
    slack.fail_next(method, Fault(status=429, retry_after=2))
    began = time.monotonic()
    if method == POST:
        outbox.post(PLACE, "second", [], work_id="2")
    else:
        outbox.update(posting.channel, posting.ts, "second", [])
    assert time.monotonic() - began >= 2
    assert [message.text for message in posted(slack)].count("second") == 1


@pytest.mark.parametrize(
    ("patience", "seconds", "times"), [(20.0, 600, 1), (20.0, 21, 1), (1.5, 1, 3)]
)
def test_r13_a_wait_that_nobody_should_bear_is_given_up_in_time(
    slack: LocalSlack,
    outbox: Outbox,
    patience: float,
    seconds: int,
    times: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calling, "PATIENCE_SECONDS", patience)
    slack.fail_next(POST, Fault(status=429, retry_after=seconds), times=times)
    began = time.monotonic()
    with pytest.raises(BusyError) as error:
        outbox.post(PLACE, "hello", [], work_id="w")
    assert time.monotonic() - began < 5
    assert error.value.seconds == seconds
    assert posted(slack) == []


@pytest.fixture(params=sorted(WAYS))
def patient(
    request: pytest.FixtureRequest,
    slack: LocalSlack,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Bot]:
    """A bot that waits for Slack a second at most before it delivers later."""
    monkeypatch.setattr(calling, "PATIENCE_SECONDS", 0.5)
    work_for = durable(tmp_path, later=(0.1, 0.1))
    with running(slack, WAYS[request.param], work_for=work_for) as bot:
        yield bot


@pytest.mark.usefixtures("patient")
def test_r13_an_answer_that_slack_does_not_take_now_is_there_later_and_others_do_not_wait(
    slack: LocalSlack, ana: Person, ben: Person
) -> None:
    slack.fail_next(POST, Fault(status=429, retry_after=2))
    with capture_logs() as logs:
        held = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
        slack.wait_until(lambda: len(slack.calls(POST)) == 1, "the refused one", timeout=20)
        other = ben.say(ben.dm, QUESTION)
        quick = slack.wait_for_reply(other, timeout=20)
        late = slack.wait_for_reply(held, timeout=20)
    assert ANSWER in late.text
    assert late.ts > quick.ts
    assert "delivered later" in [entry["event"] for entry in logs]
    slack.settle()
    assert len(posted(slack)) == 2


@both_ways
@pytest.mark.parametrize("error", ["not_authorized", "missing_scope", "unknown_method"])
def test_r18_where_slack_shows_no_status_a_message_stands_for_it_and_becomes_the_answer(
    slack: LocalSlack, ana: Person, way: Way, error: str
) -> None:
    bot = Bot(slack, settings={"model": "openai:scripted"})
    bot.writer.says, bot.writer.seconds = SAYS, 0.5
    slack.fail_next(STATUS, Fault(error=error), times=9)
    with running(slack, way, bot=bot):
        asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
        assert slack.wait_for_reply(asked).text == LOOKING
        answer = slack.wait_for(ANSWER)
        slack.settle()
    assert in_thread(slack, asked) == [answer]


@both_ways
@pytest.mark.parametrize(
    "fault",
    [Fault(error="not_in_channel"), Fault(error="restricted_action")],
    ids=lambda fault: fault.error,
)
def test_r18_a_message_that_stands_for_the_status_is_only_a_courtesy(
    slack: LocalSlack, ana: Person, way: Way, fault: Fault
) -> None:
    bot = Bot(slack, settings={"model": "openai:scripted"})
    bot.writer.says = SAYS
    slack.fail_next(STATUS, Fault(error="missing_scope"), times=9)
    slack.fail_next(POST, fault)
    with running(slack, way, bot=bot):
        reply = slack.wait_for_reply(ana.say(CHANNEL, f"@adaptbot {QUESTION}"))
    assert ANSWER in reply.text


def test_r21_no_channel_gets_more_than_slack_takes_and_others_do_not_wait(
    slack: LocalSlack, outbox: Outbox
) -> None:
    for number in range(5):
        outbox.post(PLACE, str(number), [], work_id=str(number))
    outbox.post(Place("C1GENERAL"), "elsewhere", [], work_id="e")
    times = [call.at for call in slack.calls(POST) if call.args["channel"] == "C1ADAPT"]
    assert all(later - earlier > 2.5 for earlier, later in zip(times, times[3:], strict=False))
    elsewhere = next(call.at for call in slack.calls(POST) if call.args["channel"] == "C1GENERAL")
    assert elsewhere - times[-1] < 1


def test_r29_an_answer_in_more_parts_than_a_response_url_takes_arrives_whole(
    slack: LocalSlack, outbox: Outbox, ana: Person
) -> None:
    path = slack.site.response_urls.give(Grant("C1ADAPT", ana.id), kind="commands", team_id="T1")
    url = slack.site.base_url + path
    origin = Origin(team="T1", channel="C1ADAPT", user=ana.id, surface="command", response_url=url)
    parts = [f"part {number}" for number in range(7)]
    Reply(outbox, origin, "w", again=False).say([Said(text=part, blocks=[]) for part in parts])
    assert [message.text for message in slack.ephemerals(ana.id)] == parts
    assert [call.ok for call in slack.calls("response_url")] == [True] * 5 + [False] * 2


def test_r29_a_response_url_that_has_expired_is_replaced(
    slack: LocalSlack, outbox: Outbox, ana: Person
) -> None:
    path = slack.site.response_urls.give(Grant("C1ADAPT", ana.id), kind="commands", team_id="T1")
    slack.site.response_urls.age(path, seconds=1_801)
    outbox.reply(slack.site.base_url + path, PLACE, ana.id, "the answer")
    assert [message.text for message in slack.ephemerals(ana.id)] == ["the answer"]
