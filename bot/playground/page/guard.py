"""Keeps other sites out of the page: it listens on loopback, where any page may send requests."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HERE = frozenset({"127.0.0.1", "localhost", "::1"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    b"content-security-policy": POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",  # with none at all, browsers send forms of "null"
    b"cache-control": b"no-store",
}


def from_here(connection: HTTPConnection) -> bool:
    """Whether a request names this machine, and comes from a page of ours or from no page.

    A name that another site points at 127.0.0.1 is refused by its Host, a form or a script of
    another site by its Origin.
    """
    origin = connection.headers.get("origin")
    try:
        host = urlsplit(f"//{connection.headers.get('host', '')}")
        same = origin is None or urlsplit(origin).netloc == host.netloc
    except ValueError:
        return False
    return host.hostname in HERE and same


class Guarded:
    """An ASGI application that only this machine's own pages reach, with strict headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes from here, and refuse the rest."""
        if not from_here(HTTPConnection(scope)):
            await self._refuse(scope, receive, send)
            return

        async def strict(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [pair for pair in message["headers"] if pair[0].lower() not in HEADERS]
                message["headers"] = [*given, *HEADERS.items()]
            await send(message)

        await self._app(scope, receive, strict)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        words = "This page is for a browser on the machine where it runs: open it by 127.0.0.1."
        await PlainTextResponse(words, 403)(scope, receive, send)
