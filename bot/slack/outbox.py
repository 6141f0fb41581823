"""The only door out to Slack: it posts once, unfurls nothing, and stays within the limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, cast

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.text import shortened
from bot.telemetry import logger

Block = dict[str, Any]

EVENT_TYPE = "adaptbot_job"
MAX_TEXT = 3_500
"""Of the fallback text; Slack advises at most 4,000 characters."""
MAX_BLOCKS = 50
TRIES = 3

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message goes: a channel, and the thread in it."""

    channel: str
    thread_ts: str | None = None


class Outbox:
    """Says things in Slack."""

    def __init__(self, client: WebClient) -> None:
        self._client = client

    def post(
        self, place: Place, text: str, blocks: Sequence[Block], *, work_id: str, again: bool = False
    ) -> str:
        """Post once for `work_id`; returns the message's ts.

        Slack has no idempotency key. So the message carries `work_id` in its metadata, and where a
        crash or a lost connection may have come between posting and recording it (`again`), it is
        looked for before it is posted.

        Raises:
            SlackApiError: Slack refuses the message.
            OSError: Slack cannot be reached.
        """
        for attempt in range(TRIES):
            if (again or attempt) and (ts := self._posted(place, work_id)):
                return ts
            try:
                return self._post(place, text, blocks, work_id)
            except (OSError, HTTPException) as error:
                _log.warning("posting failed", work=work_id, problem=type(error).__name__)
                if attempt == TRIES - 1:
                    raise
        raise AssertionError("unreachable")

    def update(self, channel: str, ts: str, text: str, blocks: Sequence[Block]) -> None:
        """Put new content into a message of ours."""
        self._client.chat_update(
            channel=channel, ts=ts, text=shortened(text, MAX_TEXT), blocks=list(blocks[:MAX_BLOCKS])
        )

    def whisper(
        self, place: Place, user: str, text: str, blocks: Sequence[Block] | None = None
    ) -> None:
        """Show something to one person only."""
        self._client.chat_postEphemeral(
            channel=place.channel,
            user=user,
            thread_ts=place.thread_ts,
            text=shortened(text, MAX_TEXT),
            blocks=list(blocks) if blocks else None,
            link_names=False,
        )

    def status(self, place: Place, words: str) -> None:
        """Show that something is under way; where Slack has no such surface, nothing happens."""
        try:
            self._client.assistant_threads_setStatus(
                channel_id=place.channel, thread_ts=place.thread_ts or "", status=words
            )
        except (SlackApiError, OSError, HTTPException) as error:
            _log.debug("no status shown", problem=type(error).__name__)

    def _post(self, place: Place, text: str, blocks: Sequence[Block], work_id: str) -> str:
        response = self._client.chat_postMessage(
            channel=place.channel,
            thread_ts=place.thread_ts,
            text=shortened(text, MAX_TEXT),
            blocks=list(blocks[:MAX_BLOCKS]),
            metadata={"event_type": EVENT_TYPE, "event_payload": {"work": work_id}},
            unfurl_links=False,
            unfurl_media=False,
            link_names=False,
        )
        return cast("str", response["ts"])

    def _posted(self, place: Place, work_id: str) -> str | None:
        """The ts of the message that this work posted before, if it did."""
        for message in self._said(place):
            metadata = message.get("metadata") or {}
            if metadata.get("event_payload", {}).get("work") == work_id:
                return cast("str", message["ts"])
        return None

    def _said(self, place: Place) -> list[dict[str, Any]]:
        if place.thread_ts is None:
            page = self._client.conversations_history(
                channel=place.channel, include_all_metadata=True, limit=100
            )
        else:
            page = self._client.conversations_replies(
                channel=place.channel,
                ts=place.thread_ts,
                include_all_metadata=True,
                limit=1000,
            )
        return cast("list[dict[str, Any]]", page["messages"])
