"""What goes wrong on the page's word: an event twice more, a lost connection, a call refused."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from bot.playground.application import UPLOAD
from bot.playground.calls import ANY, SPARED, Fault
from bot.playground.delivery import Delivery
from bot.playground.errors import NeverHappenedError
from bot.playground.methods.table import METHODS
from bot.playground.page.causes import Causes
from bot.playground.page.inspection import events_behind
from bot.playground.page.posted import Given, answered
from bot.playground.page.timings import spelled

if TYPE_CHECKING:
    from starlette.requests import Request

    from bot.playground.server import LocalSlack
    from bot.playground.workspace import Json, Message

RETRIES = (1, 2)
WATCH_SECONDS = 1.5
"""How long the thread is watched after a replay, for an answer that should not come."""
BACK_SECONDS = 15.0
"""How long the bot may take to connect again before the page says that it did not."""
RETRY_AFTER = 2
DAY = 86_400.0
SPANS: Mapping[str, tuple[str, float]] = {
    "hour": ("an hour", 3_600.0),
    "day": ("a day", DAY),
    "month": ("30 days", 30 * DAY),
}
"""By which this Slack's clock can be set ahead: in words, and in seconds."""
NO_SOCKET = "The bot is reached by signed HTTP here, so it has no socket."
NOT_CONNECTED = "The bot is not connected just now."
ONCE = "No event led to this message. Slack sends commands, presses and submissions only once."

FAILING = METHODS.keys() - SPARED | {ANY, UPLOAD}
"""Whose next call can be made to go wrong."""


class _NotPossibleError(Exception):
    """What was asked for cannot be done; its words are for the page."""

    def __init__(self, words: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(words)
        self.words = words
        self.status = status


def faults(slack: LocalSlack, *, watch: float = WATCH_SECONDS) -> list[Route]:
    """POST /do/replay, drop, refresh, limit, fail and ahead; a replay watches that many seconds.

    Each takes a form. A browser without script is sent back to where it was; everybody else gets
    JSON: {"said": what was done, in words}, or {"error": why not} with a status of 4xx.
    """
    verbs: dict[str, Callable[[LocalSlack, Given], str]] = {
        "replay": partial(_replay, watch=watch),
        "drop": _drop,
        "refresh": _refresh,
        "limit": _limit,
        "fail": _fail,
        "ahead": _ahead,
    }
    return [
        Route(f"/do/{name}", _endpoint(partial(do, slack)), methods=["POST"])
        for name, do in verbs.items()
    ]


def _endpoint(do: Callable[[Given], str]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        given, status, told = await Given.of(request), HTTPStatus.OK, {}
        try:
            told["said"] = await run_in_threadpool(do, given)
        except _NotPossibleError as problem:
            told["error"], status = problem.words, problem.status
        return answered(request, given, told, status)

    return answer


def _replay(slack: LocalSlack, given: Given, *, watch: float) -> str:
    message = _message(slack, given)
    payloads = list(events_behind(Causes.of(slack), message))
    if not payloads:
        raise _NotPossibleError(ONCE, HTTPStatus.CONFLICT)
    before = len(_own(slack, message))
    sent = [
        slack.redeliver(Delivery("events_api", payload), retry=retry)
        for retry in RETRIES
        for payload in payloads
    ]
    with suppress(NeverHappenedError):
        slack.wait_until(lambda: len(_own(slack, message)) > before, "more", timeout=watch)
    return _came_of(payloads, sent, more=len(_own(slack, message)) - before, watch=watch)


def _came_of(payloads: list[Json], sent: list[Delivery], *, more: int, watch: float) -> str:
    kinds = " and ".join(dict.fromkeys(str(one["event"]["type"]) for one in payloads))
    acked = sum(delivery.acked for delivery in sent)
    heard = (
        "Each was acknowledged"
        if acked == len(sent)
        else f"{acked} of {len(sent)} were acknowledged"
    )
    told = f"Within {spelled(watch)} the bot said nothing more in the thread."
    if more:
        number = "1 message" if more == 1 else f"{more} messages"
        told = f"The bot has said more in the thread: {number} so far."
    return f"Sent {kinds} twice more, as retries 1 and 2. {heard}. {told}"


def _own(slack: LocalSlack, message: Message) -> list[Message]:
    """What the bot has said in the thread of a message, to one person or to all."""
    where, bot = (message.channel, message.thread), slack.app.bot_user_id
    every = slack.workspace.everything()
    return [one for one in every if one.user == bot and (one.channel, one.thread) == where]


def _drop(slack: LocalSlack, _given: Given) -> str:
    back = _back(slack, slack.drop_sockets)
    return f"Closed the bot's connection without a word. {back}"


def _refresh(slack: LocalSlack, _given: Given) -> str:
    back = _back(slack, slack.refresh_sockets)
    return f"Asked the bot to connect anew, as Slack does every few hours. {back}"


def _back(slack: LocalSlack, disconnect: Callable[[], None]) -> str:
    """How long it was away in all."""
    if not slack.connected:
        words = NO_SOCKET if slack.reachable else NOT_CONNECTED
        raise _NotPossibleError(words, HTTPStatus.CONFLICT)
    began = time.monotonic()
    disconnect()
    try:
        slack.wait_for_sockets(timeout=BACK_SECONDS)
    except NeverHappenedError:
        return f"It has not come back within {spelled(BACK_SECONDS)}."
    return f"It was back within {spelled(time.monotonic() - began)}."


def _limit(slack: LocalSlack, given: Given) -> str:
    slack.fail_next(_method(given), Fault(status=429, retry_after=RETRY_AFTER))
    return f"{_next(given)} is answered with 429 and Retry-After: {RETRY_AFTER}."


def _fail(slack: LocalSlack, given: Given) -> str:
    applied = bool(given.text("applied"))
    slack.fail_next(_method(given), Fault(status=500, applied=applied))
    done = "is done all the same" if applied else "is not done"
    return f"{_next(given)} is answered with 500; what it asks {done}."


def _method(given: Given) -> str:
    method = given.text("method") or ANY
    if method not in FAILING:
        raise _NotPossibleError("There is no such method whose call could go wrong.")
    return method


def _next(given: Given) -> str:
    method = _method(given)
    return "The next call, whichever it is," if method == ANY else f"The next call of {method}"


def _ahead(slack: LocalSlack, given: Given) -> str:
    words, seconds = SPANS.get(given.text("span"), ("", 0.0))
    if not seconds:
        raise _NotPossibleError(f"Choose how far: {', '.join(SPANS)}.")
    posted = len(slack.pass_time(seconds))
    came = {0: "Nothing was due", 1: "1 message was due and is posted"}
    return (
        f"This Slack's clock is set ahead by {words}. "
        f"{came.get(posted, f'{posted} messages were due and are posted')}."
    )


def _message(slack: LocalSlack, given: Given) -> Message:
    message = slack.workspace.message(given.text("channel"), given.text("ts"))
    person = slack.workspace.user(given.text("person"))
    if message is None or (message.only_for and (person is None or person.id != message.only_for)):
        raise _NotPossibleError("That message is gone.", HTTPStatus.NOT_FOUND)
    return message
