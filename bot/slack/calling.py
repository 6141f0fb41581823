"""Calling Slack until it takes what is said, within limits; and what its errors mean."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, TypeVar

from slack_sdk.errors import SlackApiError

from bot.errors import BusyError, UndeliverableError
from bot.telemetry import logger

Block = dict[str, Any]
Sent = TypeVar("Sent")

MAX_BLOCKS = 50
PAUSES = (0.2, 1.0, 3.0, 6.0)
"""Seconds before each further try, where a try may or may not have reached Slack."""
PATIENCE_SECONDS = 20.0
"""How long one message is tried; after that others would wait for it."""
REFUSED_BLOCKS = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"}
)
MAYBE = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
"""Slack's own trouble, told with status 200: "some aspect of the operation may have succeeded"."""
LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
TROUBLE = (SlackApiError, OSError, HTTPException)
"""What a call may raise."""

_CODE = re.compile(r"[a-z_]+")
_log = logger(__name__)


def persistently(once: Callable[..., Sent], *, again: bool) -> Sent:
    """Call `once(again=…)` until Slack takes it, within `PATIENCE_SECONDS`."""
    until = time.monotonic() + PATIENCE_SECONDS
    for pause in (*PAUSES, None):
        try:
            return once(again=again)
        except TROUBLE as error:
            seconds = _worth_waiting(error, pause)
            if time.monotonic() + seconds > until:
                raise BusyError(seconds) from error
            _log.warning("Slack did not take it", problem=named(error), seconds=seconds)
            again = again or may_have_arrived(error)
        time.sleep(seconds)
    raise AssertionError("the last try returns or raises")


def _worth_waiting(error: Exception, pause: float | None) -> float:
    """Seconds until the next try; raises what makes further ones useless."""
    if isinstance(error, SlackApiError) and code(error) == "ratelimited":
        if pause is None:
            raise BusyError(_retry_after(error)) from error
        return _retry_after(error)
    if not may_have_arrived(error):
        raise UndeliverableError(named(error)) from error
    if pause is None:
        raise error
    return pause


def with_blocks_or_without(send: Callable[[list[Block]], Sent], blocks: Sequence[Block]) -> Sent:
    """Send a message; where Slack refuses its blocks, its text alone."""
    shown = list(blocks[:MAX_BLOCKS])
    if shown:
        try:
            return send(shown)
        except SlackApiError as error:
            if code(error) not in REFUSED_BLOCKS:
                raise
            _log.error("Slack refuses the blocks; their text is sent", problem=code(error))
    return send([])


def code(error: SlackApiError) -> str:
    """Slack's own code, or the HTTP status where something else answered."""
    if error.response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return "ratelimited"
    data = error.response.data
    given = str(data.get("error")) if isinstance(data, dict) else ""
    if given in LIMITED:
        return "ratelimited"
    return given if _CODE.fullmatch(given) else str(error.response.status_code)


def named(error: Exception) -> str:
    """What went wrong, without any text that was sent."""
    return code(error) if isinstance(error, SlackApiError) else type(error).__name__


def _retry_after(error: SlackApiError) -> float:
    given = error.response.headers.get("Retry-After", "1")
    given = given[0] if isinstance(given, list) else given
    return max(float(given), 0.1) if str(given).replace(".", "", 1).isdigit() else 1.0


def may_have_arrived(error: Exception) -> bool:
    """Whether a call may have been done although it failed, or may be done the next time."""
    if isinstance(error, SlackApiError):
        said = code(error)
        return (
            said.isdigit()  # no word of Slack's: a proxy's page
            or said in MAYBE
            or bool(error.response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR)
        )
    return True
