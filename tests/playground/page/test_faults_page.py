"""The page's buttons that make things go wrong, and what they say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.playground.calls import ANY, SPARED, Calls, Fault
from bot.playground.page.faults import NO_SOCKET, NOT_CONNECTED, ONCE, faults
from bot.playground.page.posted import FORM
from bot.playground.person import Person
from bot.playground.registration import SlackApp
from bot.playground.server import LocalSlack
from bot.playground.workspace import Message
from tests.playground.bolt_apps import bolt_app, client_of
from tests.slack.bots import over_http, over_sockets
from tests.slack.desk import Desk, desk_at
from tests.slack.running import CHANNEL, QUESTION
from tests.slack.said import in_thread, posted

DAY = 86_400
POST = "chat.postMessage"
Do = Callable[..., Any]


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(SlackApp(), retry_delays=(0.0, 0.05)) as local:
        yield local


@pytest.fixture
def ana(slack: LocalSlack) -> Person:
    return slack.user("ana")


@pytest.fixture
def desk(slack: LocalSlack) -> Iterator[Desk]:
    with desk_at(slack, over_sockets) as made:
        yield made


@pytest.fixture
def do(slack: LocalSlack) -> Do:
    """Posts one verb's form, as the page's script does."""
    browser = TestClient(Starlette(routes=list(faults(slack, watch=0.3))), follow_redirects=False)

    def post(verb: str, about: Message | None = None, accept: str = "*/*", **fields: str) -> Any:
        given = {"person": "ana", "place": "C1ADAPT"} | fields
        given |= {"channel": about.channel, "ts": about.ts} if about else {}
        return browser.post(f"/do/{verb}", data=given, headers={"accept": accept})

    return post


def said(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    words = answer.json()["said"]
    assert isinstance(words, str)
    return words


def refused(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.text
    words = answer.json()["error"]
    assert isinstance(words, str)
    return words


def test_a_question_that_comes_twice_more_is_answered_once(desk: Desk, ana: Person, do: Do) -> None:
    asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
    desk.slack.wait_for_reply(asked)
    desk.done()
    words = said(do("replay", asked))
    assert words == (
        "Sent message and app_mention twice more, as retries 1 and 2. Each was acknowledged. "
        "Within 300 ms the bot said nothing more in the thread."
    )
    desk.done()
    assert len(in_thread(desk.slack, asked)) == 1
    retries = [delivery.first.number for delivery in desk.slack.deliveries("events_api")]
    assert [number for number in retries if number] == [1, 1, 2, 2]


def test_an_answer_replays_the_question_that_led_to_it(desk: Desk, ana: Person, do: Do) -> None:
    asked = ana.say(ana.dm, QUESTION)
    reply = desk.slack.wait_for_reply(asked)
    desk.done()
    assert "Sent message twice more" in said(do("replay", reply))
    events = [d.payload["event_id"] for d in desk.slack.deliveries("events_api")]
    asked_again = [d for d in desk.slack.deliveries() if d.first.number]
    assert {d.payload["event"]["ts"] for d in asked_again} == {asked.ts}
    assert len(asked_again) == 2
    assert events.count(asked_again[0].payload["event_id"]) == 3


def test_a_second_answer_is_told(slack: LocalSlack, ana: Person, do: Do) -> None:
    with bolt_app(slack) as app, over_sockets(slack, app):
        asked = ana.say(ana.dm, "hello")
        slack.wait_for_reply(asked)
        slack.settle()
        assert "The bot has said more in the thread: " in said(do("replay", asked))
        slack.wait_until(lambda: len(posted(slack)) == 3, "an answer to each delivery")


def test_events_that_nobody_acknowledges_are_told(slack: LocalSlack, ana: Person, do: Do) -> None:
    asked = ana.say(ana.dm, "hello")
    slack.settle()
    assert "0 of 2 were acknowledged" in said(do("replay", asked))


def test_a_press_is_not_replayed(desk: Desk, ana: Person, do: Do) -> None:
    dialog = desk.opened(ana)
    before = len(desk.slack.deliveries())
    assert refused(do("replay", dialog), 409) == ONCE
    assert len(desk.slack.deliveries()) == before


@pytest.mark.parametrize("ts", ["", "1.000001", "<script>"])
def test_a_message_that_is_gone_is_not_replayed(do: Do, ts: str) -> None:
    assert refused(do("replay", channel="C1ADAPT", ts=ts), 404) == "That message is gone."


def test_what_one_person_sees_is_nothing_to_another(desk: Desk, ana: Person, do: Do) -> None:
    told = ana.command("/adapt", "help", channel=CHANNEL).reply
    assert refused(do("replay", told), 409) == ONCE
    assert refused(do("replay", told, person="ben"), 404)
    assert desk.slack.connected


@pytest.mark.parametrize(("verb", "words"), [("drop", "Closed"), ("refresh", "Asked the bot")])
def test_the_bot_comes_back_after_its_socket_is_gone(
    desk: Desk, ana: Person, do: Do, verb: str, words: str
) -> None:
    told = said(do(verb))
    assert told.startswith(words)
    assert "It was back within" in told
    assert desk.slack.wait_for_reply(ana.say(ana.dm, QUESTION))
    desk.done()


@pytest.mark.parametrize("verb", ["drop", "refresh"])
def test_over_http_there_is_no_socket_to_drop(slack: LocalSlack, do: Do, verb: str) -> None:
    assert refused(do(verb), 409) == NOT_CONNECTED
    with bolt_app(slack) as app, over_http(slack, app):
        assert refused(do(verb), 409) == NO_SOCKET


def test_the_next_call_of_a_method_meets_a_rate_limit_and_the_answer_still_comes(
    desk: Desk, ana: Person, do: Do
) -> None:
    words = said(do("limit", method=POST))
    assert words == "The next call of chat.postMessage is answered with 429 and Retry-After: 2."
    asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
    desk.slack.wait_for_reply(asked)
    desk.done()
    assert [call.status for call in desk.slack.calls(POST)] == [429, 200]
    assert len(in_thread(desk.slack, asked)) == 1


@pytest.mark.parametrize("fields", [{}, {"method": ""}, {"method": ANY}])
def test_the_next_call_may_be_any(slack: LocalSlack, do: Do, fields: dict[str, str]) -> None:
    assert said(do("fail", **fields)).startswith("The next call, whichever it is,")
    client = client_of(slack)
    client.auth_test()
    with pytest.raises(SlackApiError) as failed:
        client.users_info(user="U1ANA")
    assert failed.value.response.status_code == 500
    client.users_info(user="U1ANA")


@pytest.mark.parametrize("applied", [False, True])
def test_a_call_that_fails_may_be_done_all_the_same(
    slack: LocalSlack, do: Do, *, applied: bool
) -> None:
    fields = {"applied": "yes"} if applied else {}
    words = said(do("fail", method=POST, **fields))
    assert words.endswith("is done all the same." if applied else "is not done.")
    with pytest.raises(SlackApiError):
        client_of(slack).chat_postMessage(channel="C1GENERAL", text="x")
    assert len(slack.messages("C1GENERAL")) == int(applied)


@pytest.mark.parametrize("method", ["chat.nothing", "auth.test", "<script>"])
def test_a_method_that_cannot_go_wrong_is_refused(slack: LocalSlack, do: Do, method: str) -> None:
    assert "no such method" in refused(do("limit", method=method), 400)
    client_of(slack).users_info(user="U1ANA")


def test_a_fault_for_any_call_spares_what_a_start_needs_and_comes_after_one_that_is_named() -> None:
    calls = Calls()
    named, any_ = Fault(status=429), Fault(status=500)
    calls.fail(ANY, any_, times=1)
    calls.fail(POST, named, times=1)
    assert [calls.next_fault(method) for method in sorted(SPARED)] == [None, None]
    assert [calls.next_fault(POST) for _ in range(3)] == [named, any_, None]


def test_reminders_come_when_the_clock_is_set_ahead(slack: LocalSlack, ana: Person, do: Do) -> None:
    client, place = client_of(slack), ana.dm
    soon = int(slack.site.now()) + 7_200
    for days in (0, 0, 20):
        at = soon + days * DAY
        client.chat_scheduleMessage(channel=place, text=f"in {days} days", post_at=at)
    assert said(do("ahead", span="hour")) == (
        "This Slack's clock is set ahead by an hour. Nothing was due."
    )
    assert said(do("ahead", span="day")).endswith("2 messages were due and are posted.")
    assert said(do("ahead", span="month")).endswith("1 message was due and is posted.")
    assert [message.text for message in slack.messages(place)] == [*["in 0 days"] * 2, "in 20 days"]


@pytest.mark.parametrize("span", ["", "year", "-1"])
def test_the_clock_goes_ahead_by_one_of_the_spans_only(
    slack: LocalSlack, do: Do, span: str
) -> None:
    assert refused(do("ahead", span=span), 400) == "Choose how far: hour, day, month."
    assert slack.site.ahead == 0


def test_a_browser_without_script_is_sent_back_to_its_window(slack: LocalSlack, do: Do) -> None:
    html = "text/html,application/xhtml+xml,*/*;q=0.8"
    answer = do("ahead", accept=html, span="hour", thread="1.000002", inspect="1.000001")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/w/ana/C1ADAPT/1.000002?inspect=1.000001"
    assert slack.site.ahead == 3_600


def test_a_body_that_is_no_form_is_refused_in_words(slack: LocalSlack) -> None:
    browser = TestClient(Starlette(routes=list(faults(slack))))
    for body, kind in ((b"{", "application/json"), (b"span=\xff", FORM), (b"", "")):
        answer = browser.post("/do/ahead", content=body, headers={"content-type": kind})
        assert refused(answer, 400)
