"""People in the local Slack do what Slack's client lets them do, and no more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk.webhook import WebhookClient

from bot.playground.errors import CannotDoError, NeverHappenedError
from bot.playground.response_urls import Grant
from tests.playground.bolt_apps import CHOICES

if TYPE_CHECKING:
    from slack_sdk import WebClient

    from bot.playground.server import LocalSlack
    from bot.playground.workspace import Message


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("@adaptbot hi", "<@U1BOT> hi"),
        ("hi <@U1BOT>", "hi <@U1BOT>"),
        ("see #general, @here", "see <#C1GENERAL|general>, <!here>"),
        ("a < b && c", "a &lt; b &amp;&amp; c"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("mail ana@adaptbot.example", "mail ana@adaptbot.example"),
        ("@nobody", "@nobody"),
    ],
)
def test_what_is_typed_reaches_the_app_in_slacks_form(
    slack: LocalSlack, typed: str, sent: str
) -> None:
    assert slack.user("ana").say("#general", typed).text == sent


def test_what_is_typed_is_marked_up_as_slack_does_it(slack: LocalSlack) -> None:
    typed = "@adaptbot see #general, @here: 1 < 2 <https://a.example/?a=1&b=2|this>"
    [block] = slack.user("ana").say("#general", typed).blocks
    [section] = block["elements"]
    assert section["elements"] == [
        {"type": "user", "user_id": "U1BOT"},
        {"type": "text", "text": " see "},
        {"type": "channel", "channel_id": "C1GENERAL"},
        {"type": "text", "text": ", "},
        {"type": "broadcast", "range": "here"},
        {"type": "text", "text": ": 1 < 2 "},
        {"type": "link", "url": "https://a.example/?a=1&b=2", "text": "this"},
    ]


def test_an_event_has_the_fields_of_a_real_one(slack: LocalSlack) -> None:
    asked = slack.user("ana").say("#shared", "@adaptbot hi")
    message, mention = (delivery.payload for delivery in slack.deliveries())
    for payload in (message, mention):
        assert payload["type"] == "event_callback"
        assert (payload["team_id"], payload["api_app_id"]) == ("T1", "A1")
        assert payload["authorizations"][0]["user_id"] == "U1BOT"
        assert payload["is_ext_shared_channel"] is True
        assert payload["event"]["ts"] == payload["event"]["event_ts"] == asked.ts
    assert message["event"]["channel_type"] == "channel"
    assert message["event"]["blocks"][0]["elements"][0]["elements"] == [
        {"type": "user", "user_id": "U1BOT"},
        {"type": "text", "text": " hi"},
    ]
    assert "channel_type" not in mention["event"]


def events(slack: LocalSlack) -> list[dict[str, Any]]:
    return [delivery.payload["event"] for delivery in slack.deliveries("events_api")]


def test_an_edit_and_a_deletion_are_told_as_hidden_messages(slack: LocalSlack) -> None:
    ana = slack.user("ana")
    said = ana.say(ana.dm, "helo")
    ana.delete(ana.edit(said, "hello"))
    _, changed, deleted = events(slack)
    assert changed["subtype"] == "message_changed"
    assert (changed["previous_message"]["text"], changed["message"]["text"]) == ("helo", "hello")
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", said.ts)


def test_the_app_hears_nothing_where_it_is_not(slack: LocalSlack) -> None:
    slack.user("ana").say("#not-a-member", "@adaptbot hello")
    assert events(slack) == []


def test_another_bot_speaks_with_its_bot_id(slack: LocalSlack) -> None:
    slack.user("otherbot").say("#general", "@adaptbot hello")
    assert [event["bot_id"] for event in events(slack)] == ["B1OTHER", "B1OTHER"]


def test_stop_is_told_with_its_thread(slack: LocalSlack) -> None:
    ana = slack.user("ana")
    asked = ana.say(ana.dm, "hello")
    ana.stop(asked)
    assert events(slack)[-1]["type"] == "agent_session_stopped"
    assert events(slack)[-1]["thread_ts"] == asked.ts


@pytest.fixture
def question(slack: LocalSlack, client: WebClient) -> Message:
    client.chat_postMessage(channel="C1GENERAL", text="pick", blocks=CHOICES)
    [message] = slack.messages("C1GENERAL")
    return message


def test_a_press_has_the_fields_of_a_real_one(slack: LocalSlack, question: Message) -> None:
    outcome = slack.user("ana").press(question, "Yes")
    assert (outcome.acked, outcome.error) == (False, "dispatch_failed")
    [delivery] = slack.deliveries("interactive")
    press = delivery.payload
    assert press["type"] == "block_actions"
    assert press["user"]["id"] == "U1ANA"
    assert press["team"]["id"] == "T1"
    assert press["container"]["message_ts"] == press["message"]["ts"] == question.ts
    assert press["response_url"].startswith(slack.site.base_url)
    [action] = press["actions"]
    assert (action["action_id"], action["value"], action["type"]) == ("yes", "v1", "button")
    assert action["block_id"] == question.blocks[0]["block_id"]
    assert float(action["action_ts"]) > float(question.ts)


@pytest.mark.parametrize("wanted", ["No", "size", ""])
def test_what_is_not_there_cannot_be_pressed(
    slack: LocalSlack, question: Message, wanted: str
) -> None:
    with pytest.raises(CannotDoError):
        slack.user("ana").press(question, wanted)


def test_a_message_is_pressed_as_it_stands_unless_read_before(
    slack: LocalSlack, client: WebClient, question: Message
) -> None:
    client.chat_update(channel=question.channel, ts=question.ts, text="over")
    ana = slack.user("ana")
    with pytest.raises(CannotDoError):
        ana.press(question, "Yes")
    ana.press(question, "Yes", stale=True)
    assert len(slack.deliveries("interactive")) == 1


def test_people_cannot_do_what_slacks_client_does_not_offer(
    slack: LocalSlack, client: WebClient, question: Message
) -> None:
    ana = slack.user("ana")
    client.chat_postEphemeral(channel="C1GENERAL", user="U1BEN", text="x", blocks=CHOICES)
    [private] = slack.ephemerals("U1BEN")
    for attempt in (
        lambda: ana.say("#archived", "hello"),
        lambda: slack.user("extern").say("#general", "hello"),
        lambda: ana.command("/deploy", channel="#general"),
        lambda: ana.edit(question, "mine"),
        lambda: ana.press(private, "Yes"),
        lambda: ana.press(replace(question, ts="1.000000"), "Yes"),
        lambda: slack.user("nobody"),
    ):
        with pytest.raises(CannotDoError):
            attempt()


def test_waiting_ends_with_what_was_waited_for(slack: LocalSlack) -> None:
    with pytest.raises(NeverHappenedError, match="a message of the app's with 'hello'"):
        slack.wait_for("hello", timeout=0.05)


def respond_url(slack: LocalSlack, *, message_ts: str | None = None) -> str:
    grant = Grant("C1GENERAL", "U1ANA", message_ts)
    path = slack.site.response_urls.give(grant, kind="actions", team_id="T1")
    return slack.site.base_url + path


def test_a_response_url_works_five_times(slack: LocalSlack) -> None:
    hook = WebhookClient(respond_url(slack))
    answers = [hook.send(text=f"{number}").status_code for number in range(6)]
    assert answers == [200] * 5 + [404]
    assert len(slack.ephemerals("U1ANA")) == 5
    assert slack.calls("response_url")[-1].answer["error"] == "used_url"


def test_a_response_url_expires_after_half_an_hour(slack: LocalSlack) -> None:
    url = respond_url(slack)
    slack.site.response_urls.age(url.removeprefix(slack.site.base_url), seconds=1801)
    answer = WebhookClient(url).send(text="late")
    assert (answer.status_code, "expired_url" in answer.body) == (404, True)


def test_a_response_url_may_publish_replace_and_delete(
    slack: LocalSlack, question: Message
) -> None:
    hook = WebhookClient(respond_url(slack, message_ts=question.ts))
    hook.send(text="to all", response_type="in_channel")
    hook.send(text="instead", replace_original=True)
    assert [m.text for m in slack.messages("C1GENERAL")] == ["instead", "to all"]
    hook.send(delete_original=True)
    assert [m.text for m in slack.messages("C1GENERAL")] == ["to all"]
    assert slack.ephemerals("U1ANA") == []


def test_a_response_url_refuses_what_a_message_may_not_hold(slack: LocalSlack) -> None:
    answer = WebhookClient(respond_url(slack)).send(blocks=[{"type": "marquee"}])
    assert (answer.status_code, answer.body) == (400, "invalid_blocks")
