"""The Bolt app: which delivery goes to which listener."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from slack_bolt import Ack, App, BoltContext, BoltResponse
from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from bot.services.ports import Work
from bot.slack.blocks import HELP, HELP_TEXT, section
from bot.slack.failures import reported
from bot.slack.flowchart import DialogPresses, command_dialog_job, dialog_job
from bot.slack.inbox import Request, read_event
from bot.slack.outbox import Outbox, Place
from bot.slack.questions import command_job, question_job
from bot.slack.text import inert, shortened, typed
from bot.telemetry import logger

COMMAND = "/adapt"
HEARD = ("app_mention", "message")
ANSWERING = "One moment, I am looking through the sources…"
STARTING = "The decision guide opens here, in a thread of its own."

_log = logger(__name__)


def web_client(token: str, *, base_url: str) -> WebClient:
    """A client that waits out rate limits, and never posts again on its own."""
    return WebClient(
        token, base_url=base_url, retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=3)]
    )


def build_app(
    client: WebClient, *, signing_secret: str, work: Work, presses: DialogPresses, outbox: Outbox
) -> App:
    """The app with its listeners; it talks to nobody yet."""
    logging.getLogger("slack_bolt.App").addFilter(_not_about_token)
    app = App(client=client, signing_secret=signing_secret, token_verification_enabled=False)
    accept = _acceptance(work, outbox)
    for event in HEARD:
        app.event(event, middleware=[accept])(_nothing)
    app.command(COMMAND)(_command(work))
    app.action(re.compile(r"^guide:"))(presses.pressed)
    app.event(re.compile(r".*"))(_nothing)
    app.error(_failed)
    return app


def _not_about_token(record: logging.LogRecord) -> bool:
    """Bolt reads SLACK_BOT_TOKEN by itself, then warns that our client has it already."""
    return "`token` will be unused" not in record.getMessage()


def _nothing() -> None:
    """Everything was done in the middleware, before the acknowledgement."""


def _acceptance(work: Work, outbox: Outbox) -> Callable[..., None]:
    def accept(body: dict[str, Any], context: BoltContext, next_: Callable[[], None]) -> None:
        """Keep what is asked for good; only then is Slack told that it arrived.

        Bolt acknowledges before it runs a listener, so a listener that failed would lose the
        event. Where this middleware fails, Slack delivers again.
        """
        request = read_event(body, bot_user=context.bot_user_id or "")
        if request is not None:
            _take(request, work, outbox)
        next_()

    return accept


def _take(request: Request, work: Work, outbox: Outbox) -> None:
    match request.intent:
        case "answer":
            work.submit(question_job(request))
        case "dialog":
            work.submit(dialog_job(request))
        case "help":
            place = Place(request.channel, request.root)
            outbox.post(place, HELP_TEXT, [section(HELP)], work_id=request.id, again=True)


def _command(work: Work) -> Callable[..., None]:
    def adapt(ack: Ack, command: dict[str, Any], context: BoltContext) -> None:
        """`/adapt`, `/adapt ask …`, `/adapt help`: kept first, acknowledged then."""
        text = typed(command.get("text") or "", bot_user=context.bot_user_id or "")
        verb, _, rest = text.partition(" ")
        if verb.lower() == "help":
            ack(text=HELP_TEXT, blocks=[section(HELP)])
        elif verb.lower() == "ask":
            work.submit(command_job(command, rest, now=time.time()))
            ack(text=f"{ANSWERING}\n>{inert(shortened(rest, 300))}" if rest else ANSWERING)
        else:
            work.submit(command_dialog_job(command, text, now=time.time()))
            ack(text=STARTING)

    return adapt


def _failed(error: Exception, body: dict[str, Any], client: WebClient) -> BoltResponse | None:
    """The last boundary: a listener failed, and the person is told so.

    A command is answered in its acknowledgement, which needs nothing that may be broken as well.
    An event is left unacknowledged, so that Slack delivers it again.
    """
    words = inert(reported(error, where="listener"))
    if "command" in body:
        return BoltResponse(status=HTTPStatus.OK, body={"text": words})
    if "actions" in body:
        place = Place(body["channel"]["id"], body["message"].get("thread_ts"))
        Outbox(client).whisper(place, body["user"]["id"], words)
        return BoltResponse(status=HTTPStatus.OK)
    return None
