"""The only door out to Slack: it posts once, unfurls nothing, and stays within the limits."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, Literal, NamedTuple, TypeVar, cast

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.errors import BusyError, UndeliverableError
from bot.slack.clients import hasty, webhook
from bot.slack.text import clean_lines, shortened
from bot.telemetry import logger

Block = dict[str, Any]
Status = Literal["processing", "active", "suspended", "closed"]
Sent = TypeVar("Sent")

EVENT_TYPE = "adaptbot_job"
MAX_TEXT = 3_500
"""Of the text beside blocks; Slack advises at most 4,000 characters."""
PLAIN_TEXT = 12_000
"""Of a text that stands alone, since Slack refused its blocks."""
PLAIN_UPDATE = 3_900
"""The same in an update, which takes 4,000."""
MAX_BLOCKS = 50
TITLE = 150
PAUSES = (0.2, 1.0, 3.0, 6.0)
"""Seconds before each further try, where a try may or may not have reached Slack."""
PATIENCE_SECONDS = 20.0
"""How long one message is tried; after that others would wait for it."""
PACE = RateLimitItemPerSecond(3, 3, namespace="posts")
"""Slack takes one message a second in a channel, and a few at once."""
REFUSED_BLOCKS = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"}
)

_log = logger(__name__)
_TROUBLE = (SlackApiError, OSError, HTTPException)


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
                blocks=shown,
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
            return _with_blocks_or_without(send, blocks)

        return _persistently(once, again=again)

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
            _with_blocks_or_without(send, blocks)

        _persistently(once, again=False)

    def whisper(
        self, place: Place, user: str, text: str, blocks: Sequence[Block] | None = None
    ) -> None:
        """Show something to one person only; where Slack refuses even that, it is logged."""

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
            _with_blocks_or_without(send, blocks or ())

        try:
            _persistently(once, again=False)
        except (UndeliverableError, BusyError, *_TROUBLE) as error:
            _log.warning("nobody could be told", problem=_named(error))

    def reply(
        self,
        response_url: str,
        place: Place,
        user: str,
        text: str,
        blocks: Sequence[Block] | None = None,
    ) -> None:
        """Answer a command, to its user only: at its response_url while that lasts (30 minutes)."""
        forms = [list(blocks)[:MAX_BLOCKS], []] if blocks else [[]]
        for shown in forms:
            if self._answered(response_url, text, shown):
                return
        self.whisper(place, user, text, blocks)

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
        except _TROUBLE as error:
            _log.debug("no status shown", problem=_named(error))
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
        self._courtesy(lambda: self._client.views_publish(user_id=user, view=view))

    def open_modal(self, trigger_id: str, view: dict[str, Any]) -> None:
        """Open a modal; the trigger lasts three seconds."""
        self._courtesy(lambda: self._hasty.views_open(trigger_id=trigger_id, view=view))

    def _courtesy(self, call: Callable[[], object]) -> None:
        """Do what nothing depends on; a failure is only logged."""
        try:
            call()
        except _TROUBLE as error:
            _log.warning("Slack did not show it", problem=_named(error))

    def _answered(self, response_url: str, text: str, shown: list[Block]) -> bool:
        try:
            answer = webhook(response_url).send(
                text=shortened(text, MAX_TEXT if shown else PLAIN_TEXT),
                blocks=shown or None,
                unfurl_links=False,
                unfurl_media=False,
            )
        except (OSError, HTTPException) as error:
            _log.warning("response_url failed", problem=type(error).__name__)
            return False
        if answer.status_code != HTTPStatus.OK:
            _log.warning("response_url failed", problem=answer.status_code)
        return bool(answer.status_code == HTTPStatus.OK)

    def _keep_pace(self, channel: str) -> None:
        while not self._pace.hit(PACE, channel):
            reset = self._pace.get_window_stats(PACE, channel).reset_time
            time.sleep(min(max(reset - time.time(), 0.02), 1.0))

    def _posted(self, place: Place, work_id: str) -> str | None:
        """The ts of the message that this work posted before, if it did."""
        try:
            said = self._said(place)
        except SlackApiError as error:
            if _may_have_arrived(error) or _code(error) == "ratelimited":
                raise
            _log.warning("cannot look for an earlier post", problem=_code(error))
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


def _persistently(once: Callable[..., Sent], *, again: bool) -> Sent:
    """Call `once(again=…)` until Slack takes it, within `PATIENCE_SECONDS`."""
    until = time.monotonic() + PATIENCE_SECONDS
    for pause in (*PAUSES, None):
        try:
            return once(again=again)
        except _TROUBLE as error:
            seconds = _worth_waiting(error, pause)
            if time.monotonic() + seconds > until:
                raise BusyError(seconds) from error
            _log.warning("Slack did not take it", problem=_named(error), seconds=seconds)
            again = again or _may_have_arrived(error)
        time.sleep(seconds)
    raise AssertionError("the last try returns or raises")


def _worth_waiting(error: Exception, pause: float | None) -> float:
    """Seconds until the next try; raises what makes further ones useless."""
    if isinstance(error, SlackApiError) and _code(error) == "ratelimited":
        if pause is None:
            raise BusyError(_retry_after(error)) from error
        return _retry_after(error)
    if not _may_have_arrived(error):
        raise UndeliverableError(_named(error)) from error
    if pause is None:
        raise error
    return pause


def _with_blocks_or_without(send: Callable[[list[Block]], Sent], blocks: Sequence[Block]) -> Sent:
    """Send a message; where Slack refuses its blocks, its text alone."""
    shown = list(blocks[:MAX_BLOCKS])
    if shown:
        try:
            return send(shown)
        except SlackApiError as error:
            if _code(error) not in REFUSED_BLOCKS:
                raise
            _log.error("Slack refuses the blocks; their text is sent", problem=_code(error))
    return send([])


def _title(text: str) -> str:
    """A title is shown as it is, so that it can hold nothing live."""
    plain = clean_lines(text).replace("<", "(").replace(">", ")")
    return shortened(" ".join(plain.split()), TITLE)


def _code(error: SlackApiError) -> str:
    """Slack's own code, or the HTTP status where something else answered."""
    if error.response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return "ratelimited"
    data = error.response.data
    return str(data.get("error") if isinstance(data, dict) else error.response.status_code)


def _named(error: Exception) -> str:
    return _code(error) if isinstance(error, SlackApiError) else type(error).__name__


def _retry_after(error: SlackApiError) -> float:
    given = error.response.headers.get("Retry-After", "1")
    given = given[0] if isinstance(given, list) else given
    return max(float(given), 0.1) if str(given).replace(".", "", 1).isdigit() else 1.0


def _may_have_arrived(error: Exception) -> bool:
    """Whether a call may have been done although it failed, or may be done the next time."""
    if isinstance(error, SlackApiError):
        return bool(error.response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR)
    return True
