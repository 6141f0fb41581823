"""The only door out to Slack: it posts once, unfurls nothing, and stays within the limits."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, Literal, NamedTuple, cast

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from slack_sdk import WebClient

from bot.errors import BusyError, UndeliverableError
from bot.slack.calling import (
    MAX_BLOCKS,
    TROUBLE,
    Block,
    named,
    persistently,
    with_blocks_or_without,
)
from bot.slack.clients import hasty, patient, webhook
from bot.slack.looking import standing
from bot.slack.text import clean_lines, shortened
from bot.telemetry import logger

Status = Literal["processing", "active", "suspended", "closed"]

EVENT_TYPE = "adaptbot_job"
MAX_TEXT = 3_500
"""Of the text beside blocks; Slack advises at most 4,000 characters."""
PLAIN_TEXT = 12_000
"""Of a text that stands alone, since Slack refused its blocks."""
PLAIN_UPDATE = 3_900
"""The same in an update, which takes 4,000."""
TITLE = 150
REPLY_PAUSES = (0.2, 1.0, 3.0)
PASSING = (0, HTTPStatus.TOO_MANY_REQUESTS)
"""Statuses of a response_url after which another try may be taken; 0 for none."""
PACE = RateLimitItemPerSecond(3, 3, namespace="posts")
"""Slack takes one message a second in a channel, and a few at once."""

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message goes: a channel, and the thread in it."""

    channel: str
    thread_ts: str | None = None


class Posted(NamedTuple):
    """A message of ours: its conversation and its `ts`."""

    channel: str
    ts: str


class Outbox:
    """Says things in Slack."""

    def __init__(self, client: WebClient) -> None:
        self._client = client
        self._hasty = hasty(client)
        self._patient = patient(client)
        self._pace = MovingWindowRateLimiter(MemoryStorage())

    def post(
        self, place: Place, text: str, blocks: Sequence[Block], *, work_id: str, again: bool = False
    ) -> Posted:
        """Post once for `work_id`; a person's id as the channel is their direct message.

        Slack has no idempotency key. So the message carries `work_id` in its metadata, and where a
        crash or a lost connection may have come between posting and recording it (`again`), it is
        looked for before it is posted.

        Raises:
            UndeliverableError: Slack refuses the message, whenever it is sent.
            BusyError: Slack takes it only later than anybody should wait here.
            SlackApiError: Slack is out of order.
            OSError: Slack cannot be reached.
        """

        def send(shown: list[Block]) -> Posted:
            response = self._client.chat_postMessage(
                channel=place.channel,
                thread_ts=place.thread_ts,
                text=shortened(text, MAX_TEXT if shown else PLAIN_TEXT),
                blocks=shown or None,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"work": work_id}},
                unfurl_links=False,
                unfurl_media=False,
                link_names=False,
            )
            return Posted(cast("str", response["channel"]), cast("str", response["ts"]))

        def once(*, again: bool) -> Posted:
            if again and (ts := self._posted(place, work_id)):
                return Posted(place.channel, ts)
            self._keep_pace(place.channel)
            return with_blocks_or_without(send, blocks)

        return persistently(once, again=again)

    def update(self, channel: str, ts: str, text: str, blocks: Sequence[Block]) -> None:
        """Put new content into a message of ours; raises as `post` does."""

        def send(shown: list[Block]) -> None:
            self._client.chat_update(
                channel=channel,
                ts=ts,
                text=shortened(text, MAX_TEXT if shown else PLAIN_UPDATE),
                blocks=shown,
                parse="none",
                link_names=False,
            )

        def once(*, again: bool) -> None:  # noqa: ARG001 - the same update twice is one
            with_blocks_or_without(send, blocks)

        persistently(once, again=False)

    def whisper(
        self, place: Place, user: str, text: str, blocks: Sequence[Block] | None = None
    ) -> bool:
        """Show something to one person only; where Slack refuses even that, it is logged.

        Returns whether Slack took it.
        """

        def send(shown: list[Block]) -> None:
            self._client.chat_postEphemeral(
                channel=place.channel,
                user=user,
                thread_ts=place.thread_ts,
                text=shortened(text, MAX_TEXT if shown else PLAIN_TEXT),
                blocks=shown or None,
                unfurl_links=False,
                unfurl_media=False,
                link_names=False,
            )

        def once(*, again: bool) -> None:  # noqa: ARG001 - nobody can look for an ephemeral one
            with_blocks_or_without(send, blocks or ())

        try:
            persistently(once, again=False)
        except (UndeliverableError, BusyError, *TROUBLE) as error:
            _log.warning("nobody could be told", problem=named(error))
            return False
        return True

    def reply(
        self,
        response_url: str,
        place: Place,
        user: str,
        text: str,
        blocks: Sequence[Block] | None = None,
    ) -> bool:
        """Answer a command, to its user only: at its response_url while that lasts (30 minutes).

        Returns whether Slack took it, there or as an ephemeral message.
        """
        forms = [list(blocks)[:MAX_BLOCKS], []] if blocks else [[]]
        for shown in forms:
            status = self._answered(response_url, text, shown)
            if status == HTTPStatus.OK:
                return True
            if not HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
                break  # other blocks would not help
        return self.whisper(place, user, text, blocks)

    def remove(self, channel: str, ts: str) -> None:
        """Delete a message of ours; where that fails, it stays."""
        self._courtesy(lambda: self._client.chat_delete(channel=channel, ts=ts))

    def withdraw(self, response_url: str) -> None:
        """Take back what only one person saw; where that fails, it stays."""
        try:
            webhook(response_url).send_dict({"delete_original": True})
        except (OSError, HTTPException) as error:
            _log.debug("nothing was taken back", problem=type(error).__name__)

    def session(
        self, place: Place, status: Status, *, title: str | None = None, user: str | None = None
    ) -> bool:
        """Show what the bot does in a thread; returns whether Slack has a surface for it."""
        try:
            self._hasty.agents_sessions_setStatus(
                channel_id=place.channel,
                thread_ts=place.thread_ts,
                status=status,
                title=_title(title) if title else None,
                initiator_user_id=user,
            )
        except TROUBLE as error:
            _log.debug("no status shown", problem=named(error))
            return False
        return True

    def prompts(self, channel: str, prompts: Sequence[dict[str, str]]) -> None:
        """Suggest what to ask, in the direct messages with a person."""
        self._courtesy(
            lambda: self._hasty.assistant_threads_setSuggestedPrompts(
                channel_id=channel, prompts=list(prompts)
            )
        )

    def publish(self, user: str, view: dict[str, Any]) -> None:
        """Show a person's Home tab."""
        self._courtesy(lambda: self._patient.views_publish(user_id=user, view=view))

    def open_modal(self, trigger_id: str, view: dict[str, Any]) -> None:
        """Open a modal; the trigger lasts three seconds."""
        self._courtesy(lambda: self._hasty.views_open(trigger_id=trigger_id, view=view))

    def _courtesy(self, call: Callable[[], object]) -> None:
        """Do what nothing depends on; a failure is only logged."""
        try:
            call()
        except TROUBLE as error:
            _log.warning("Slack did not show it", problem=named(error))

    def _answered(self, response_url: str, text: str, shown: list[Block]) -> int:
        """The HTTP status that came of it in the end; 0 where nobody answered."""
        status = 0
        for pause in (*REPLY_PAUSES, None):
            try:
                status = (
                    webhook(response_url)
                    .send(
                        text=shortened(text, MAX_TEXT if shown else PLAIN_TEXT),
                        blocks=shown or None,
                        unfurl_links=False,
                        unfurl_media=False,
                    )
                    .status_code
                )
                problem: object = status
            except (OSError, HTTPException) as error:
                status, problem = 0, type(error).__name__
            if status == HTTPStatus.OK:
                break
            _log.warning("response_url failed", problem=problem)
            passing = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in PASSING
            if pause is None or not passing:
                break
            time.sleep(pause)
        return status

    def _keep_pace(self, channel: str) -> None:
        while not self._pace.hit(PACE, channel):
            reset = self._pace.get_window_stats(PACE, channel).reset_time
            time.sleep(min(max(reset - time.time(), 0.02), 1.0))

    def _posted(self, place: Place, work_id: str) -> str | None:
        """The ts of the message that this work posted before, if it did."""

        def ours(message: Mapping[str, Any]) -> bool:
            payload = (message.get("metadata") or {}).get("event_payload") or {}
            return bool(payload.get("work") == work_id)

        found = standing(self._client, place.channel, place.thread_ts, ours=ours)
        return cast("str", found["ts"]) if found else None


def _title(text: str) -> str:
    """A title is shown as it is, so that it can hold nothing live."""
    plain = clean_lines(text).replace("<", "(").replace(">", ")")
    return shortened(" ".join(plain.split()), TITLE)
