"""Everything the bot made Slack hear, as text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bot.playground.server import LocalSlack
from bot.playground.workspace import Message

POST = "chat.postMessage"
TRACES = ("Traceback", "Error:", 'File "', "bot/", "raise ")


def everything(slack: LocalSlack) -> str:
    """Arguments of every call, and the body of every acknowledgement."""
    told = [call.args for call in slack.calls()]
    acks = [ack.reply for delivery in slack.deliveries() for ack in delivery.attempts]
    return json.dumps([told, acks], ensure_ascii=False)


def posted(slack: LocalSlack) -> list[Message]:
    """What the bot said to everybody, anywhere, oldest first."""
    said = [m for m in slack.workspace.everything() if m.user == slack.app.bot_user_id]
    return [message for message in said if message.only_for is None]


def in_thread(slack: LocalSlack, root: Message) -> list[Message]:
    """What the bot said to everybody in the thread of a message."""
    replies = slack.messages(root.channel, thread_ts=root.thread)
    return [message for message in replies if message.user == slack.app.bot_user_id]


def shown(message: Message) -> str:
    """A message's blocks as text, or its text where it has none."""
    return json.dumps(message.blocks, ensure_ascii=False) if message.blocks else message.text


def elements(message: Message) -> list[dict[str, Any]]:
    """Every piece of rich text in a message, wherever it stands."""
    return list(_pieces(message.blocks))


def _pieces(found: object) -> Iterator[dict[str, Any]]:
    if isinstance(found, dict):
        if "elements" not in found and "type" in found:
            yield {name: value for name, value in found.items() if name != "style"}
        for inside in found.values():
            yield from _pieces(inside)
    elif isinstance(found, (list, tuple)):
        for each in found:
            yield from _pieces(each)


def no_trace(slack: LocalSlack) -> None:
    """Nothing that people saw gives away how the bot is made."""
    told = everything(slack)
    assert [trace for trace in TRACES if trace in told] == []
