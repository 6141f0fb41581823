"""Whether something of ours already stands in Slack, before it is said a second time."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any, TypeVar, cast

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.calling import code, may_have_arrived
from bot.telemetry import logger

Found = TypeVar("Found")
Message = dict[str, Any]

_log = logger(__name__)


def standing(
    client: WebClient, channel: str, thread_ts: str | None, *, ours: Callable[[Message], bool]
) -> Message | None:
    """The first message for which `ours` holds, in a whole thread or the latest of a channel.

    Raises:
        SlackApiError: Slack is out of order, or asks to wait.
        OSError: Slack cannot be reached.
    """
    return where_readable(
        lambda: next((m for m in _said(client, channel, thread_ts) if ours(m)), None)
    )


def where_readable(look: Callable[[], Found | None]) -> Found | None:
    """What `look` finds; None where Slack refuses the look for good, which is logged.

    Raises:
        SlackApiError: Slack is out of order, or asks to wait.
        OSError: Slack cannot be reached.
    """
    try:
        return look()
    except SlackApiError as error:
        if may_have_arrived(error) or code(error) == "ratelimited":
            raise
        _log.warning("cannot look for an earlier post", problem=code(error))
        return None


def same_words(one: str, other: str) -> bool:
    """Whether two texts are one, however Slack escaped and trimmed what it gives back."""
    return html.unescape(one).split() == html.unescape(other).split()


def _said(client: WebClient, channel: str, thread_ts: str | None) -> list[Message]:
    if thread_ts is None:
        page = client.conversations_history(channel=channel, include_all_metadata=True, limit=100)
        return cast("list[Message]", page["messages"])
    pages = client.conversations_replies(
        channel=channel, ts=thread_ts, include_all_metadata=True, limit=1000
    )
    return [message for page in pages for message in page["messages"]]
