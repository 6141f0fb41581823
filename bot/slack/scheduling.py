"""Messages that Slack posts later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from slack_sdk import WebClient

from bot.slack.calling import Block, persistently, with_blocks_or_without
from bot.slack.looking import same_words, where_readable
from bot.slack.outbox import MAX_TEXT, Place
from bot.slack.text import shortened
from bot.telemetry import logger

_log = logger(__name__)


class Scheduling:
    """Plans messages."""

    def __init__(self, client: WebClient) -> None:
        self._client = client

    def schedule(
        self, place: Place, at: int, text: str, blocks: Sequence[Block], *, again: bool = False
    ) -> str:
        """Have a message posted at `at`, in seconds since 1970; returns Slack's id of the plan.

        Where it may have been planned before (`again`, or a connection that was lost), it is looked
        for first, by its conversation, its time and its text: Slack lists no thread, and a message
        that is planned with metadata is never posted. Slack plans 120 days ahead at most.

        Raises:
            UndeliverableError: Slack refuses it: `time_in_past`, `time_too_far`,
                `restricted_too_many` (30 in five minutes of a channel), or as a post is refused.
            BusyError: Slack takes it only later than anybody should wait here.
            SlackApiError: Slack is out of order.
            OSError: Slack cannot be reached.
        """
        said = shortened(text, MAX_TEXT)

        def send(shown: list[Block]) -> str:
            response = self._client.chat_scheduleMessage(
                channel=place.channel,
                thread_ts=place.thread_ts,
                post_at=at,
                text=said,
                blocks=shown or None,
                unfurl_links=False,
                unfurl_media=False,
                link_names=False,
            )
            return cast("str", response["scheduled_message_id"])

        def once(*, again: bool) -> str:
            planned = self._planned(place.channel, at, said) if again else None
            return planned or with_blocks_or_without(send, blocks)

        return persistently(once, again=again)

    def _planned(self, channel: str, at: int, said: str) -> str | None:
        """The id of the message that waits for that moment with these words."""

        def look() -> str | None:
            pages = self._client.chat_scheduledMessages_list(
                channel=channel, oldest=str(at - 1), latest=str(at + 1)
            )
            waiting = [one for page in pages for one in page["scheduled_messages"]]
            same = (one for one in waiting if int(one["post_at"]) == at)
            ids = (str(one["id"]) for one in same if same_words(one.get("text", ""), said))
            return next(ids, None)

        return where_readable(look)
