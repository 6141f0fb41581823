"""The Bolt app: what is heard at all, which part hears it, and what happens when one fails."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Protocol

from slack_bolt import Ack, App, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.slack.failures import reported
from bot.slack.origin import Identity
from bot.slack.outbox import Outbox, Place
from bot.slack.text import inert
from bot.telemetry import logger

_ANY = re.compile(r".*", re.DOTALL)
_log = logger(__name__)


class Part(Protocol):
    """Something that listens."""

    def register(self, app: App) -> None:
        """Add its listeners; the first that matches is called."""
        ...


def build_app(
    client: WebClient,
    *,
    signing_secret: str,
    identity: Identity,
    outbox: Outbox,
    parts: Sequence[Part],
) -> App:
    """The app with its listeners; it talks to nobody yet."""
    logging.getLogger("slack_bolt.App").addFilter(_not_about_token)
    app = App(
        client=client,
        signing_secret=signing_secret,
        token_verification_enabled=False,
        authorize=lambda: AuthorizeResult(
            enterprise_id=identity.enterprise or None,
            team_id=identity.team or None,
            bot_token=client.token,
            bot_user_id=identity.bot_user,
        ),
    )
    app.middleware(_for_us(identity))
    for part in parts:
        part.register(app)
    _hear_the_rest(app)
    app.error(_failed(outbox))
    return app


def _not_about_token(record: logging.LogRecord) -> bool:
    """Bolt reads SLACK_BOT_TOKEN by itself, then warns that our client has it already."""
    words = record.getMessage()
    return "`token` will be unused" not in words and "will be ignored" not in words


def _for_us(identity: Identity) -> Callable[..., BoltResponse]:
    def for_us(body: Mapping[str, Any], next_: Callable[[], BoltResponse]) -> BoltResponse:
        """Let pass what is for this app and workspace; the rest is acknowledged and forgotten."""
        if identity.meant(body):
            return next_()
        _log.warning("a delivery for another app or workspace")
        return BoltResponse(status=HTTPStatus.OK)

    return for_us


def _hear_the_rest(app: App) -> None:
    """Slack repeats what is not acknowledged, and Bolt logs it, words and all."""
    app.event(_ANY)(_nothing)
    for hear in (app.action, app.view, app.view_closed, app.shortcut, app.command):
        hear(_ANY)(_only_ack)
    app.options(_ANY)(_no_options)


def _nothing() -> None:
    """Nobody waits for anything."""


def _only_ack(ack: Ack) -> None:
    ack()


def _no_options(ack: Ack) -> None:
    ack(options=[])


def _failed(outbox: Outbox) -> Callable[..., BoltResponse | None]:
    def failed(error: Exception, body: Mapping[str, Any]) -> BoltResponse | None:
        """The last boundary: a listener failed, and the person is told so.

        A command is answered in its acknowledgement, which needs nothing that may be broken too.
        An event is left unacknowledged, so that Slack delivers it again.
        """
        words = inert(reported(error, where="listener"))
        if "command" in body:
            return BoltResponse(status=HTTPStatus.OK, body={"text": words})
        if "channel" in body and "user" in body:
            place = Place(body["channel"]["id"], (body.get("message") or {}).get("thread_ts"))
            told = outbox.whisper(place, body["user"]["id"], words)
            if not told and (url := body.get("response_url")):
                outbox.reply(url, place, body["user"]["id"], words)
        return None if "event" in body else BoltResponse(status=HTTPStatus.OK)

    return failed
