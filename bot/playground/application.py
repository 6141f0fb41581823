"""The HTTP face of a local Slack: Web API, response_urls and the socket."""

from __future__ import annotations

import asyncio
import json
import mimetypes
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute

from bot.playground.arguments import read_arguments
from bot.playground.calls import Call
from bot.playground.errors import RefusedError
from bot.playground.responding import respond
from bot.playground.web_api import Answer, failed

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute
    from starlette.types import Receive, Scope, Send

    from bot.playground.calls import Calls
    from bot.playground.site import Site
    from bot.playground.sockets import Sockets
    from bot.playground.web_api import WebApi
    from bot.playground.workspace import Json

MOST_BYTES = 2_000_000
UPLOAD = "upload"
"""What the sending of a file's bytes is called among the methods."""


class _Nothing(Response):
    """Says nothing: waits until the server has cut the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del send
        scope["state"]["cut"](scope["client"])
        while (await receive())["type"] != "http.disconnect":
            pass


class Application:
    """Routes requests to the parts of one local Slack."""

    def __init__(self, site: Site, *, api: WebApi, calls: Calls, sockets: Sockets) -> None:
        self._site = site
        self._api = api
        self._calls = calls
        self._sockets = sockets

    def routes(self) -> list[BaseRoute]:
        """What an app reaches."""
        return [
            Route("/api/{method}", self._web_api, methods=["GET", "POST"]),
            Route("/commands/{rest:path}", self._response_url, methods=["POST"]),
            Route("/actions/{rest:path}", self._response_url, methods=["POST"]),
            Route("/upload/{file_id}", self._upload, methods=["POST"]),
            Route("/files-pri/{owner}/{name}", self._file, methods=["GET"]),
            WebSocketRoute("/link/", self._sockets.accept),
        ]

    async def _web_api(self, request: Request) -> Response:
        method = request.path_params["method"]
        try:
            given = await _given(request)
        except RefusedError as refused:
            return JSONResponse(refused.as_json())
        in_body = str(given.pop("token", ""))
        token = request.headers.get("authorization", "").removeprefix("Bearer ") or in_body
        await asyncio.sleep(self._calls.delay_of(method))
        return self._response(self._api.answer(method, given, token=token))

    def _response(self, answer: Answer) -> Response:
        if answer.drop:
            return _Nothing()
        headers = {"x-oauth-scopes": ",".join(sorted(self._site.app.scopes))}
        if answer.retry_after:
            headers["retry-after"] = str(answer.retry_after)
        return JSONResponse(answer.body, answer.status, headers=headers)

    async def _response_url(self, request: Request) -> Response:
        answer: Json = {"ok": True}
        reply: Json = {}
        try:
            reply = await _given(request)
            grant = self._site.response_urls.use(request.url.path)
            respond(self._site, grant, reply)
        except RefusedError as refused:
            answer = refused.as_json()
        status = 200 if answer["ok"] else _status(answer["error"])
        self._calls.record(Call("response_url", "", reply, answer, status, request.url.path))
        self._site.workspace.touch()
        plain = status in (200, 400)
        text = ("ok" if answer["ok"] else answer["error"]) if plain else json.dumps(answer)
        return PlainTextResponse(text, status)

    async def _upload(self, request: Request) -> Response:
        """Takes the bytes of a file; it may fail as any method may, under the name "upload"."""
        fault, content = self._calls.next_fault(UPLOAD), await request.body()
        answer = Answer({"ok": True})
        if fault is None or fault.applied:
            answer = self._uploaded(request.path_params["file_id"], content)
        if fault:
            answer = failed(fault)
        given = {"file": request.path_params["file_id"], "length": len(content)}
        self._calls.record(Call(UPLOAD, "", given, answer.body, answer.status))
        if answer.drop:
            return _Nothing()
        words = f"OK - {len(content)}" if answer.body["ok"] else answer.body["error"]
        headers = {"retry-after": str(answer.retry_after)} if answer.retry_after else {}
        return PlainTextResponse(words, answer.status, headers=headers)

    def _uploaded(self, file_id: str, content: bytes) -> Answer:
        file = self._site.files.get(file_id)
        if file is None or len(content) != file.length:
            return Answer({"ok": False, "error": "not as announced"}, 400)
        file.content = content
        return Answer({"ok": True})

    async def _file(self, request: Request) -> Response:
        """The content of a file, for a bot that may read files; to others it shows nothing."""
        app = self._site.app
        file = self._site.files.get(request.path_params["owner"].rpartition("-")[2])
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token != app.bot_token or "files:read" not in app.scopes:
            return PlainTextResponse("sign in first", 403)
        if file is None or file.content is None or not file.title:
            return PlainTextResponse("no such file", 404)
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return Response(file.content, media_type=kind)


def _status(code: str) -> int:
    return 404 if code in {"used_url", "expired_url", "no_service"} else 400


async def _given(request: Request) -> Json:
    body = await request.body()
    if len(body) > MOST_BYTES:
        raise RefusedError("request_too_large")
    content_type = request.headers.get("content-type", "")
    return read_arguments(body, content_type=content_type, query=request.url.query)
