"""The only door out to Slack: it posts once, unfurls nothing, and stays within the limits."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, cast

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.webhook import WebhookClient

from bot.errors import UndeliverableError
from bot.slack.text import shortened
from bot.telemetry import logger

Block = dict[str, Any]

EVENT_TYPE = "adaptbot_job"
MAX_TEXT = 3_500
"""Of the fallback text; Slack advises at most 4,000 characters."""
MAX_BLOCKS = 50
PAUSES = (0.2, 2.0, 8.0)
"""Seconds before each further try, where a try may or may not have reached Slack."""
STATUS_SECONDS = 3
"""A status is a courtesy: the answer waits no longer for it."""

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
        self._hasty = WebClient(
            client.token, base_url=client.base_url, timeout=STATUS_SECONDS, retry_handlers=[]
        )

    def post(
        self, place: Place, text: str, blocks: Sequence[Block], *, work_id: str, again: bool = False
    ) -> str:
        """Post once for `work_id`; returns the message's ts.

        Slack has no idempotency key. So the message carries `work_id` in its metadata, and where a
        crash or a lost connection may have come between posting and recording it (`again`), it is
        looked for before it is posted.

        Raises:
            UndeliverableError: Slack refuses the message, whenever it is sent.
            SlackApiError: Slack is overloaded.
            OSError: Slack cannot be reached.
        """
        for pause in PAUSES:
            try:
                return self._post_once(place, text, blocks, work_id=work_id, again=again)
            except (SlackApiError, OSError, HTTPException) as error:
                if not _may_have_arrived(error):
                    raise _refusal(error) from error
                _log.warning("posting failed", work=work_id, problem=type(error).__name__)
            time.sleep(pause)
            again = True
        return self._post_once(place, text, blocks, work_id=work_id, again=True)

    def update(self, channel: str, ts: str, text: str, blocks: Sequence[Block]) -> None:
        """Put new content into a message of ours."""
        self._client.chat_update(
            channel=channel,
            ts=ts,
            text=shortened(text, MAX_TEXT),
            blocks=list(blocks[:MAX_BLOCKS]),
            parse="none",
            link_names=False,
        )

    def whisper(
        self, place: Place, user: str, text: str, blocks: Sequence[Block] | None = None
    ) -> None:
        """Show something to one person only; where Slack refuses even that, it is logged."""
        try:
            self._client.chat_postEphemeral(
                channel=place.channel,
                user=user,
                thread_ts=place.thread_ts,
                text=shortened(text, MAX_TEXT),
                blocks=list(blocks) if blocks else None,
                unfurl_links=False,
                unfurl_media=False,
                link_names=False,
            )
        except (SlackApiError, OSError, HTTPException) as error:
            _log.warning("nobody could be told", problem=type(error).__name__)

    def reply(
        self,
        response_url: str,
        place: Place,
        user: str,
        text: str,
        blocks: Sequence[Block] | None = None,
    ) -> None:
        """Answer a command, to its user only: at its response_url while that lasts (30 minutes)."""
        handlers = [RateLimitErrorRetryHandler(max_retry_count=3)]
        try:
            answer = WebhookClient(response_url, retry_handlers=[*handlers]).send(
                text=shortened(text, MAX_TEXT),
                blocks=list(blocks[:MAX_BLOCKS]) if blocks else None,
                unfurl_links=False,
                unfurl_media=False,
            )
            refused = "" if answer.status_code == HTTPStatus.OK else str(answer.status_code)
        except (OSError, HTTPException) as error:
            refused = type(error).__name__
        if refused:
            _log.warning("response_url failed", problem=refused)
            self.whisper(place, user, text, blocks)

    def status(self, place: Place, words: str) -> None:
        """Show that something is under way; where Slack has no such surface, nothing happens."""
        try:
            self._hasty.assistant_threads_setStatus(
                channel_id=place.channel, thread_ts=place.thread_ts or "", status=words
            )
        except (SlackApiError, OSError, HTTPException) as error:
            _log.debug("no status shown", problem=type(error).__name__)

    def _post_once(
        self, place: Place, text: str, blocks: Sequence[Block], *, work_id: str, again: bool
    ) -> str:
        if again and (ts := self._posted(place, work_id)):
            return ts
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
        try:
            said = self._said(place)
        except SlackApiError as error:
            if _may_have_arrived(error):
                raise
            _log.warning("cannot look for an earlier post", problem=error.response["error"])
            return None
        for message in said:
            metadata = message.get("metadata") or {}
            if metadata.get("event_payload", {}).get("work") == work_id:
                return cast("str", message["ts"])
        return None

    def _said(self, place: Place) -> list[dict[str, Any]]:
        """A whole thread, or the latest of a channel."""
        if place.thread_ts is None:
            page = self._client.conversations_history(
                channel=place.channel, include_all_metadata=True, limit=100
            )
            return cast("list[dict[str, Any]]", page["messages"])
        pages = self._client.conversations_replies(
            channel=place.channel, ts=place.thread_ts, include_all_metadata=True, limit=1000
        )
        return [message for page in pages for message in page["messages"]]


def _refusal(error: Exception) -> Exception:
    """The error as the caller is to see it: a rate limit passes, another refusal stays."""
    if isinstance(error, SlackApiError) and (code := error.response["error"]) != "ratelimited":
        return UndeliverableError(code)
    return error


def _may_have_arrived(error: Exception) -> bool:
    """Whether a call may have been done although it failed, or may be done the next time."""
    if isinstance(error, SlackApiError):
        return bool(error.response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR)
    return True
