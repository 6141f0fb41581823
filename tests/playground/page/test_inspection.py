"""The inspector tells what led to a message, in what order, how fast, and what it rests on."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from bot.domain.trace import Trace
from bot.playground.calls import Fault
from bot.playground.page.inspection import BROKEN, FILES, GUIDE, NOT_ANSWERED, Inspection, inspect
from bot.playground.page.timings import spelled
from bot.playground.person import Person
from bot.playground.registration import SlackApp
from bot.playground.server import LocalSlack
from bot.playground.workspace import Message
from tests.slack.bots import Bot, over_http, over_sockets
from tests.slack.desk import RAG, Desk, desk_at
from tests.slack.running import ANSWER, CHANNEL, QUESTION, SAYS

POST, STATUS = "chat.postMessage", "agents.sessions.setStatus"
UNANSWERABLE = "Who won the football match?"


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(SlackApp(), retry_delays=(0.0, 0.05)) as local:
        yield local


@pytest.fixture
def desk(slack: LocalSlack) -> Iterator[Desk]:
    with desk_at(slack, over_sockets) as made:
        yield made


@pytest.fixture
def ana(slack: LocalSlack) -> Person:
    return slack.user("ana")


def looked_at(desk: Desk, message: Message) -> Inspection:
    return inspect(desk.slack, desk.now(message), traces=desk.bot.records.trace)


def answered(
    desk: Desk, person: Person, text: str = f"@adaptbot {QUESTION}"
) -> tuple[Message, Message]:
    asked = person.say(CHANNEL, text)
    reply = desk.slack.wait_for_reply(asked)
    desk.done()
    return asked, reply


def titles(found: Inspection, way: str) -> list[str]:
    return [one.title for one in found.exchanges if one.way == way]


def test_a_question_shows_both_its_events_and_every_call_they_led_to(
    desk: Desk, ana: Person
) -> None:
    asked, _ = answered(desk, ana)
    found = looked_at(desk, asked)
    assert titles(found, "sent") == ["event message", "event app_mention"]
    calls = titles(found, "called")
    assert calls.count(POST) == 1
    assert set(calls) == {POST, STATUS}
    assert [one.after for one in found.exchanges] == sorted(one.after for one in found.exchanges)
    assert all(one.ok and one.said for one in found.exchanges)
    assert "acknowledged in" in found.exchanges[0].said


def test_an_answer_shows_the_question_that_led_to_it(desk: Desk, ana: Person) -> None:
    answered(desk, ana)
    _, reply = answered(desk, ana, "@adaptbot What does RAG do?")
    found = looked_at(desk, reply)
    assert found.by_app
    assert titles(found, "sent") == ["event message", "event app_mention"]
    assert "What does RAG do?" in found.exchanges[0].payloads[0].text
    [own] = [one for one in found.exchanges if one.own]
    assert own.title == POST


def test_each_of_two_questions_in_a_thread_has_its_own_answer(desk: Desk, ana: Person) -> None:
    first, one = answered(desk, ana)
    second = ana.say(CHANNEL, "@adaptbot And what does RAG do?", thread_ts=first.ts)
    two = desk.slack.wait_for_reply(second)
    desk.done()
    for asked, reply in ((first, one), (second, two)):
        found = looked_at(desk, asked)
        [post] = [x for x in found.exchanges if x.title == POST]
        assert reply.ts in post.payloads[1].text
        assert found.trace == desk.bot.records.trace(f"T1:C1ADAPT:{asked.ts}")


def test_the_trace_of_an_answer_is_found_from_the_answer_and_from_its_question(
    desk: Desk, ana: Person
) -> None:
    desk.bot.writer.says = f"{SAYS} Llama 2 was pre-trained on 3 trillion tokens [2]."
    asked, reply = answered(desk, ana)
    assert "trillion" not in reply.text
    for message in (asked, reply):
        found = looked_at(desk, message)
        assert found.trace is not None
        assert found.untraced == ""
        assert [(one.supported, one.problem) for one in found.trace.judged] == [
            (True, ""),
            (False, "number"),
        ]
        assert found.passages[0].found.key == "lora"
        assert found.passages[0].share == 1
        assert all(0 <= one.share <= 1 for one in found.passages)
        assert "whole" in dict(found.stages)


def test_a_refusal_has_a_trace_too(desk: Desk, ana: Person) -> None:
    _, reply = answered(desk, ana, f"@adaptbot {UNANSWERABLE}")
    assert ANSWER not in reply.text
    found = looked_at(desk, reply)
    assert found.trace is not None
    assert found.trace.outcome != "answered"


def test_a_message_that_nobody_answers_says_so(desk: Desk, ana: Person) -> None:
    said = ana.say(CHANNEL, "good morning all")
    desk.done()
    found = looked_at(desk, said)
    assert titles(found, "sent") == ["event message"]
    assert (titles(found, "called"), found.untraced) == ([], NOT_ANSWERED)
    [timing] = found.timings
    assert timing.acknowledged
    assert (timing.reacted, timing.done, timing.working) == (None, None, False)


def test_a_message_of_which_the_bot_hears_nothing_shows_nothing(desk: Desk, ana: Person) -> None:
    found = looked_at(desk, ana.say("#not-a-member", "hello"))
    assert (found.exchanges, found.timings, found.replayable) == ((), (), False)
    assert found.untraced == NOT_ANSWERED


def test_a_dialog_shows_its_command_its_presses_and_their_updates(desk: Desk, ana: Person) -> None:
    dialog = desk.walked(ana, desk.opened(ana), "prompting=untried")
    found = looked_at(desk, dialog)
    sent = titles(found, "sent")
    assert sent[0] == "command /adapt"
    assert sent[1].startswith("press of “")
    assert titles(found, "called").count("chat.update") == 1
    assert found.untraced == GUIDE
    assert not found.replayable
    assert [timing.of for timing in found.timings] == sent
    assert all(timing.acknowledged and timing.done for timing in found.timings)


def test_a_recommendation_goes_back_to_the_last_press_and_so_do_its_files(
    desk: Desk, ana: Person
) -> None:
    dialog = desk.walked(ana, desk.opened(ana), RAG)
    recommendation, _ = desk.recommended(dialog)
    last = titles(looked_at(desk, dialog), "sent")[-1]
    found = looked_at(desk, recommendation)
    assert titles(found, "sent") == [last]
    [files] = desk.files(ana, dialog)
    beside = looked_at(desk, files)
    assert titles(beside, "sent") == [last]
    assert beside.untraced == FILES
    assert titles(beside, "called").count("upload") == len(files.files)


def test_a_thumb_shows_its_modal_and_the_submission_on_the_answer(desk: Desk, ana: Person) -> None:
    _, reply = answered(desk, ana)
    view = desk.modal(ana, reply, "Not helpful")
    ana.submit(view["id"], {})
    found = looked_at(desk, reply)
    assert titles(found, "sent")[2:] == [
        "press of “Not helpful”",
        f"submission of {view['callback_id']}",
    ]
    assert "views.open" in titles(found, "called")
    press = found.timings[1]
    assert press.reacted
    assert press.reacted.by == "views.open"
    assert press.of == "press of “Not helpful”"


def test_an_answer_to_a_command_is_found_by_its_response_url(desk: Desk, ana: Person) -> None:
    ana.command("/adapt", f"ask {QUESTION}", channel=CHANNEL)
    ana.command("/adapt", "ask What does RAG do?", channel=CHANNEL)
    desk.done()
    told = desk.slack.ephemerals(ana.id)
    [answer] = [message for message in told if ANSWER in str(message.blocks)]
    found = looked_at(desk, answer)
    assert titles(found, "sent") == [f"command /adapt ask {QUESTION}"]
    assert titles(found, "called") == ["response_url"]
    assert found.trace is not None
    assert found.trace.asked == QUESTION
    [timing] = found.timings
    assert timing.reacted
    assert timing.done
    assert timing.reacted.seconds <= timing.done.seconds


def test_what_an_acknowledgement_says_goes_back_to_its_command(desk: Desk, ana: Person) -> None:
    outcome = ana.command("/adapt", "help", channel=CHANNEL)
    assert outcome.reply
    found = looked_at(desk, outcome.reply)
    assert titles(found, "sent") == ["command /adapt help"]
    assert [p.name for p in found.exchanges[0].payloads] == ["payload", "acknowledgement"]
    [timing] = found.timings
    assert timing.reacted
    assert timing.reacted == timing.acknowledged == timing.done
    assert timing.reacted.by == "the acknowledgement"


def test_a_shortcut_shows_on_the_message_it_was_used_on(desk: Desk, ana: Person) -> None:
    said = desk.slack.user("ben").say(CHANNEL, QUESTION)
    ana.shortcut("ask_about", said)
    desk.slack.wait_for_reply(said)
    desk.done()
    found = looked_at(desk, said)
    assert titles(found, "sent") == ["event message", "shortcut ask_about"]
    assert POST in titles(found, "called")


def test_times_are_those_of_the_acknowledgement_the_first_sign_and_the_last_change(
    desk: Desk, ana: Person
) -> None:
    desk.slack.delay(STATUS, 0.15)
    desk.slack.delay(POST, 0.4)
    asked, _ = answered(desk, ana)
    desk.slack.wait_until(lambda: looked_at(desk, asked).timings[0].done, "the end")
    [timing] = looked_at(desk, asked).timings
    assert timing.acknowledged
    assert timing.reacted
    assert timing.done
    assert timing.acknowledged.seconds < 0.15 <= timing.reacted.seconds < 0.4
    assert timing.reacted.by == STATUS
    assert 0.4 <= timing.done.seconds == timing.longest < 2
    assert timing.bars[0] == ("done", 1000)


def test_an_answer_under_way_is_not_done(slack: LocalSlack, ana: Person) -> None:
    bot = Bot(slack)
    bot.writer.seconds, bot.writer.says = 0.5, SAYS
    with desk_at(slack, over_sockets, bot=bot) as desk:
        asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
        slack.wait_until(lambda: slack.calls(STATUS), "a status")
        [timing] = looked_at(desk, asked).timings
        assert timing.working
        assert timing.done is None
        desk.done()


def test_a_call_that_failed_says_how_and_counts_for_nothing(desk: Desk, ana: Person) -> None:
    desk.slack.fail_next(POST, Fault(status=429, retry_after=1))
    asked, _ = answered(desk, ana)
    found = looked_at(desk, asked)
    posts = [(one.said, one.ok) for one in found.exchanges if one.title == POST]
    assert posts[-2:] == [("HTTP 429, ratelimited", False), ("ok", True)]
    [timing] = found.timings
    assert timing.done
    assert timing.done.seconds > 1


def test_every_attempt_of_a_delivery_is_shown_with_its_reason(
    slack: LocalSlack, ana: Person
) -> None:
    asked = ana.say(ana.dm, QUESTION)
    slack.settle()
    [sent] = inspect(slack, asked, traces=lambda _: None).exchanges
    assert [(one.number, one.reason, one.said) for one in sent.attempts] == [
        (0, "", "no connection"),
        (1, "connection_failed", "no connection"),
        (2, "connection_failed", "no connection"),
    ]
    assert not sent.ok


def test_no_key_is_shown_anywhere(slack: LocalSlack, ana: Person) -> None:
    app = slack.app
    with desk_at(slack, over_http) as desk:
        asked, reply = answered(desk, ana, f"@adaptbot is {app.bot_token} a token?")
        ana.command("/adapt", "ask my token is xoxb-123-abc", channel=CHANNEL)
        desk.done()
        shown = [looked_at(desk, m) for m in (asked, reply, *slack.ephemerals(ana.id))]
    text = json.dumps([p.text for found in shown for one in found.exchanges for p in one.payloads])
    paths = [
        d.payload["response_url"].rsplit("/", 1)[1] for d in slack.deliveries("slash_commands")
    ]
    for secret in (app.bot_token, app.app_token, app.signing_secret, "xoxb-", *paths):
        assert secret not in text
    assert "legacy-verification-token" not in text
    assert "/commands/T1/(hidden)" in text


def test_a_trace_that_cannot_be_read_leaves_the_rest(desk: Desk, ana: Person) -> None:
    def broken(work_id: str) -> Trace | None:
        raise OSError(f"disk full at /secret/{work_id}")

    asked, _ = answered(desk, ana)
    with capture_logs() as logs:
        found = inspect(desk.slack, asked, traces=broken)
    assert (found.trace, found.untraced) == (None, BROKEN)
    assert found.exchanges
    assert [line["event"] for line in logs] == ["a trace cannot be read"]


def test_of_very_many_exchanges_the_latest_are_shown(desk: Desk, ana: Person) -> None:
    asked, _ = answered(desk, ana)
    [first, *_] = [d for d in desk.slack.deliveries() if d.payload["event"]["ts"] == asked.ts]
    for _ in range(90):
        desk.slack.redeliver(first)
    desk.done()
    found = looked_at(desk, asked)
    assert len(found.exchanges) == 80
    calls = len(desk.slack.calls(POST)) + len(desk.slack.calls(STATUS))
    assert found.left_out == 92 + calls - 80


def test_a_long_day_is_looked_through_quickly(desk: Desk, ana: Person) -> None:
    asked, _ = answered(desk, ana)
    ben = desk.slack.user("ben")
    for number in range(300):
        ben.say("#general", f"message {number}")
    desk.slack.settle()
    began = time.perf_counter()
    looked_at(desk, asked)
    assert time.perf_counter() - began < 0.25


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 ms"),
        (0.0124, "12 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.0 s"),
        (12.34, "12.3 s"),
        (99.96, "1 min 40 s"),
        (125, "2 min 5 s"),
    ],
)
def test_times_are_spelled_as_people_read_them(seconds: float, words: str) -> None:
    assert spelled(seconds) == words
