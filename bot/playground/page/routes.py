"""The page of a local Slack: its addresses."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, Router, WebSocketRoute
from starlette.staticfiles import StaticFiles

from bot.playground.errors import CannotDoError
from bot.playground.page.doing import Doing
from bot.playground.page.faults import faults
from bot.playground.page.guard import Guarded
from bot.playground.page.inline import sound
from bot.playground.page.live import Live
from bot.playground.page.look import HOME, Look
from bot.playground.page.posted import Given, forget, told
from bot.playground.page.rendering import Renderer
from bot.playground.page.seen import Sight, people

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection, Request
    from starlette.routing import BaseRoute
    from starlette.websockets import WebSocket

    from bot.domain.trace import Trace
    from bot.playground.server import LocalSlack

FIRST = Look("ana", "C1ADAPT")
"""What a newcomer sees first."""
THEMES = ("light", "dark")
SHOWN = {"image/png", "image/jpeg", "image/gif", "text/plain"}
"""Kinds of file that a browser shows as they are; others are saved."""


def _untraced(_work_id: str) -> Trace | None:
    return None


class Page:
    """A `Front`: the workspace in a browser on this machine."""

    def __init__(self, *, traces: Callable[[str], Trace | None] = _untraced) -> None:
        self._traces = traces
        self._live: Live | None = None

    def routes(self, slack: LocalSlack) -> Sequence[BaseRoute]:
        """Every address of the page, guarded against other sites."""
        renderer = Renderer(slack, self._traces)
        self._live = Live(renderer)
        windows = _Windows(slack, renderer, self._live)
        static = StaticFiles(directory=Path(str(files("bot.playground.page") / "static")))
        routes = [
            Route("/", windows.first),
            Route("/w/{person}/files/{file_id}/{name}", windows.file),
            Route("/w/{person}/{place}", windows.window),
            Route("/w/{person}/{place}/{thread}", windows.window),
            Route("/do/theme", windows.theme, methods=["POST"]),
            WebSocketRoute("/live", windows.live),
            Mount("/static", static),
            *Doing(slack).routes(),
            *faults(slack),
        ]
        return [Mount("/", Guarded(Router(routes)))]

    async def close(self) -> None:
        """Close every window's connection."""
        if self._live:
            await self._live.close()


class _Windows:
    def __init__(self, slack: LocalSlack, renderer: Renderer, live: Live) -> None:
        self._slack = slack
        self._renderer = renderer
        self._live = live

    async def first(self, _request: Request) -> Response:
        return RedirectResponse(FIRST.address, 303)

    async def window(self, request: Request) -> Response:
        """A window of somebody's client; an address that leads nowhere leads to the first one."""
        look = _look(request)
        if not self._exists(look):
            return RedirectResponse(FIRST.address, 303)
        self._tell_opened(look)
        theme, words = request.cookies.get("theme", ""), told(request)
        html = await run_in_threadpool(
            self._renderer.page, look, theme=theme if theme in THEMES else "", told=words
        )
        answer = HTMLResponse(html)
        if words:
            forget(answer)
        return answer

    async def live(self, window: WebSocket) -> None:
        look = _look(window)
        if self._exists(look):
            await self._live.serve(window, look)
        else:
            await window.close()

    async def file(self, request: Request) -> Response:
        """A file that somebody sees in a conversation."""
        file = self._slack.site.files.get(request.path_params["file_id"])
        if file is None or not file.content or not self._sees(request.path_params, file.id):
            return PlainTextResponse("There is no such file.", 404)
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        if kind in ("text/markdown", "text/x-markdown"):
            kind = "text/plain"
        way = "inline" if kind in SHOWN and "save" not in request.query_params else "attachment"
        headers = {
            "content-disposition": f"{way}; filename*=UTF-8''{quote(sound(file.name), safe='')}"
        }
        return Response(file.content, media_type=kind, headers=headers)

    async def theme(self, request: Request) -> Response:
        """Keep light or dark; anything else follows the system."""
        given = await Given.of(request)
        chosen, back = given.text("theme"), given.text("back")
        answer = RedirectResponse(back if back.startswith("/w/") else "/", 303)
        if chosen in THEMES:
            answer.set_cookie("theme", chosen, max_age=31_536_000, samesite="strict", httponly=True)
        else:
            answer.delete_cookie("theme", samesite="strict", httponly=True)
        return answer

    def _exists(self, look: Look) -> bool:
        person = next((one for one in people(self._slack) if one.name == look.person), None)
        if person is None:
            return False
        sight = Sight(self._slack, person)
        return look.place == HOME or sight.conversation(look.place) is not None

    def _sees(self, asked: dict[str, str], file_id: str) -> bool:
        try:
            person = self._slack.user(asked["person"]).user
        except CannotDoError:
            return False
        mine = {channel.id for channel in Sight(self._slack, person).conversations()}
        every = self._slack.workspace.everything()
        holding = (m for m in every if any(f["id"] == file_id for f in m.files))
        return any(m.channel in mine and m.only_for in (None, person.id) for m in holding)

    def _tell_opened(self, look: Look) -> None:
        """What Slack tells an app when somebody opens its Home tab or its messages."""
        person = self._slack.user(look.person)
        if look.place == HOME:
            person.open_home()
        elif look.place == person.dm and not look.thread:
            person.open_home("messages")


def _look(asked: HTTPConnection) -> Look:
    """Where an address leads; a live connection names it in its query."""
    given = {**asked.query_params, **asked.path_params}
    return Look(
        given.get("person", ""),
        given.get("place", ""),
        given.get("thread", ""),
        given.get("inspect", ""),
    )
