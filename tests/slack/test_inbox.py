from __future__ import annotations

from typing import Any

import pytest

from bot.slack.inbox import Intent, Request, read_event, read_intent
from bot.slack.origin import Origin


def read(**event: Any) -> Request | None:
    """What is read in an event; by default a direct message of Ana's."""
    message = {
        "type": "message",
        "channel": "D1",
        "channel_type": "im",
        "user": "U1ANA",
        "text": "what is LoRA?",
        "ts": "1700000001.000100",
    }
    return read_event({"team_id": "T1", "event": message | event}, bot_user="U1BOT")


def some(**event: Any) -> Request:
    request = read(**event)
    assert request is not None
    return request


def test_a_direct_message_is_a_question() -> None:
    origin = Origin(
        team="T1", channel="D1", user="U1ANA", surface="direct", root="1700000001.000100"
    )
    assert some() == Request("answer", origin, ts="1700000001.000100", text="what is LoRA?")


@pytest.mark.parametrize("subtype", [None, "file_share", "thread_broadcast"])
def test_what_a_person_wrote_is_answered(subtype: str | None) -> None:
    assert read(subtype=subtype) is not None


@pytest.mark.parametrize(
    "subtype",
    [
        "message_changed",
        "message_deleted",
        "message_replied",
        "bot_message",
        "channel_join",
        "channel_topic",
        "me_message",
        "tombstone",
        "assistant_app_thread",
        "",
    ],
)
def test_every_other_subtype_is_left_alone(subtype: str) -> None:
    assert read(subtype=subtype) is None


@pytest.mark.parametrize(
    "event",
    [
        {"user": "U1BOT"},
        {"bot_id": "B1BOT", "user": "U1BOT"},
        {"bot_id": "B1OTHER", "user": "U1OTHERBOT"},
        {"bot_id": "B1OTHER", "user": "U1ANA"},
        {"hidden": True},
        {"user": None},
        {"type": "app_mention", "bot_id": "B1OTHER", "user": "U1OTHERBOT"},
    ],
)
def test_bots_and_hidden_messages_are_left_alone(event: dict[str, Any]) -> None:
    assert read(**event) is None


@pytest.mark.parametrize("kind", ["channel", "group", "mpim", None])
def test_a_message_to_others_is_none_that_we_were_asked(kind: str | None) -> None:
    assert some(channel="C1", channel_type=kind).origin.surface == "channel"
    assert some(channel="C1", channel_type=kind, thread_ts="1.0").origin.surface == "thread"
    assert some(channel="C1", channel_type=kind).origin.unasked
    assert some(type="app_mention", channel="C1", channel_type=kind).origin.surface == "mention"


def test_nobody_who_did_not_ask_opens_a_dialog() -> None:
    assert some(channel="C1", channel_type="channel", text="recommend").intent == "answer"


def test_the_pair_of_a_mention_and_its_message_has_one_id() -> None:
    mention = some(type="app_mention", channel="C1", channel_type=None, text="<@U1BOT> hi")
    again = some(type="app_mention", channel="C1", channel_type="channel", text="<@U1BOT> hi")
    message = some(channel="C1", channel_type="channel", text="<@U1BOT> hi")
    assert mention.id == again.id == message.id == "T1:C1:1700000001.000100"
    assert mention.origin == message.origin


@pytest.mark.parametrize(
    ("text", "to_people"),
    [("<@U1BOT> and <@U1BEN>?", True), ("<@U1BOT> hi", False), ("in <#C1|general>", False)],
)
def test_a_mention_of_somebody_else_is_noticed(text: str, to_people: bool) -> None:  # noqa: FBT001
    assert some(text=text).to_people is to_people


def test_a_thread_hangs_on_its_root() -> None:
    reply = some(thread_ts="1700000000.000100")
    assert reply.origin.root == "1700000000.000100"
    assert reply.origin.thread == "T1:D1:1700000000.000100"
    assert some().origin.thread == "T1:D1:1700000001.000100"


def test_an_organisation_stands_in_for_a_team() -> None:
    event = {"type": "message", "channel": "D1", "channel_type": "im", "user": "U", "ts": "1.0"}
    request = read_event({"enterprise_id": "E1", "team_id": None, "event": event}, bot_user="B")
    assert request is not None
    assert request.origin.team == "E1"


@pytest.mark.parametrize(
    ("text", "intent", "left"),
    [
        ("what is LoRA?", "answer", "what is LoRA?"),
        ("", "answer", ""),
        ("recommend", "dialog", ""),
        ("Recommend!", "dialog", ""),
        ("please recommend", "dialog", ""),
        ("recommend a method", "dialog", ""),
        ("recommend us a method for a support bot", "dialog", "for a support bot"),
        ("recommend me a method: support bot", "dialog", "support bot"),
        ("advise me", "dialog", ""),
        ("recommended learning rate for LoRA?", "answer", "recommended learning rate for LoRA?"),
        ("do you recommend LoRA?", "answer", "do you recommend LoRA?"),
        ("help", "help", ""),
        ("Help", "help", ""),
        ("?", "help", ""),
        ("what can you do?", "help", ""),
        ("help me with LoRA", "answer", "help me with LoRA"),
    ],
)
def test_what_a_text_asks_for(text: str, intent: Intent, left: str) -> None:
    assert read_intent(text) == (intent, left)
