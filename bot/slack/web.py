"""The bot's own HTTP paths: Slack's requests, health, metrics."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from slack_bolt import App
from slack_bolt.adapter.wsgi import SlackRequestHandler

from bot.telemetry import logger

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

EVENTS_PATH = "/slack/events"
MAX_BODY = 1024 * 1024
"""Bytes; Slack's own requests are far smaller."""
SIGNED = ("REQUEST_TIMESTAMP", "SIGNATURE")

_NUMBER = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")

_log = logger(__name__)


class Site:
    """A WSGI application: `/slack/events` in HTTP mode, `/livez`, `/readyz`, `/metrics` always."""

    def __init__(self, app: App | None, *, ready: Callable[[], bool]) -> None:
        self._slack = SlackRequestHandler(app, path=EVENTS_PATH) if app else None
        self._ready = ready

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        match environ["PATH_INFO"]:
            case "/livez":
                return _reply(start, HTTPStatus.OK, b"alive\n")
            case "/readyz" if self._ready():
                return _reply(start, HTTPStatus.OK, b"ready\n")
            case "/readyz":
                return _reply(start, HTTPStatus.SERVICE_UNAVAILABLE, b"starting\n")
            case "/metrics":
                return _reply(start, HTTPStatus.OK, generate_latest(), CONTENT_TYPE_LATEST)
            case path if path == EVENTS_PATH and self._slack:
                return self._from_slack(self._slack, environ, start)
        return _reply(start, HTTPStatus.NOT_FOUND, b"not found\n")

    def _from_slack(
        self, slack: SlackRequestHandler, environ: WSGIEnvironment, start: StartResponse
    ) -> Iterable[bytes]:
        if _length(environ) > MAX_BODY:
            return _reply(start, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b"too large\n")
        if not _looks_signed(environ):
            return _reply(start, HTTPStatus.UNAUTHORIZED, b"unsigned\n")
        try:
            reply: Iterable[bytes] = slack(environ, start)
        except Exception as error:  # noqa: BLE001 - Bolt reads a body before it checks who signed it
            _log.warning("a body that Slack never sends", problem=type(error).__name__)
            return _reply(start, HTTPStatus.UNAUTHORIZED, b"unreadable\n")
        return reply


def _looks_signed(environ: WSGIEnvironment) -> bool:
    """Whether the signature can be checked at all; Bolt fails on one that cannot."""
    time, signature = (environ.get(f"HTTP_X_SLACK_{name}", "") for name in SIGNED)
    return bool(_NUMBER.fullmatch(time) and _SIGNATURE.fullmatch(signature))


def _length(environ: WSGIEnvironment) -> int:
    given = environ.get("CONTENT_LENGTH") or "0"
    return int(given) if _NUMBER.fullmatch(given) else MAX_BODY + 1


def _reply(
    start: StartResponse, status: HTTPStatus, body: bytes, kind: str = "text/plain"
) -> Iterable[bytes]:
    start(
        f"{status.value} {status.phrase}",
        [("Content-Type", kind), ("Content-Length", str(len(body)))],
    )
    return [body]


class _ThreadedServer(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Health checks are no news."""


class HealthServer:
    """Serves a site in a thread: enough for health and metrics beside Socket Mode."""

    def __init__(self, site: WSGIApplication, *, host: str, port: int) -> None:
        """Bind; OSError where the port is taken."""
        self._server = make_server(
            host, port, site, server_class=_ThreadedServer, handler_class=_Quiet
        )
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
