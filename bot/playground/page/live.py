"""Keeps open windows up to date over WebSockets."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocketDisconnect, WebSocketState

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

    from bot.playground.page.look import Look
    from bot.playground.page.rendering import Pieces, Renderer

TOGETHER_SECONDS = 0.04
"""What changes within these is sent at once."""
GOING_AWAY = 1001


class Live:
    """One window each connection: after every change it is sent what it does not show yet."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._windows: set[WebSocket] = set()

    async def serve(self, window: WebSocket, look: Look) -> None:
        """Keep a window up to date until it closes; it says first what it has."""
        await window.accept()
        self._windows.add(window)
        changed = asyncio.Event()
        loop = asyncio.get_running_loop()
        workspace = self._renderer.slack.workspace
        deaf = workspace.listen(lambda: loop.call_soon_threadsafe(changed.set))
        try:
            has = _revisions(await window.receive_json())
            await _either(self._send(window, look, has, changed), _until_closed(window))
        except (WebSocketDisconnect, ValueError):
            pass
        finally:
            deaf()
            self._windows.discard(window)

    async def close(self) -> None:
        """Close every window's connection."""
        for window in list(self._windows):
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await window.close(GOING_AWAY)

    async def _send(
        self, window: WebSocket, look: Look, has: dict[str, str], changed: asyncio.Event
    ) -> None:
        while True:
            changed.clear()
            began = time.monotonic()
            pieces = await run_in_threadpool(self._renderer.pieces, look)
            took = time.monotonic() - began
            news = difference(pieces, has)
            if window.application_state is WebSocketState.DISCONNECTED:
                return
            if news:
                await window.send_json(news)
            await changed.wait()
            await asyncio.sleep(max(TOGETHER_SECONDS, took))  # the bot needs the machine as well


def _revisions(said: object) -> dict[str, str]:
    """What a window says it has; nothing where it does not say so."""
    return {str(name): str(rev) for name, rev in said.items()} if isinstance(said, dict) else {}


async def _until_closed(window: WebSocket) -> None:
    while True:  # nothing more is expected of it
        await window.receive_text()


async def _either(*works: Coroutine[Any, Any, None]) -> None:
    """Work until one of them ends; raises what ended it."""
    tasks = {asyncio.create_task(work) for work in works}
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in ended:
        task.result()


def difference(pieces: Pieces, has: dict[str, str]) -> dict[str, Any]:
    """What a window lacks that has pieces of those revisions; `has` is brought up to date.

    {"set": [{"id", "rev", "html"}, …], "lists": {id: [ids of its items in order]}}; empty where
    nothing is lacking.
    """
    new = {piece.id: piece for piece in pieces.every()}
    lacking = [piece for piece in new.values() if has.get(piece.id) != piece.rev]
    orders = {name: " ".join(item.id for item in items) for name, items in pieces.lists.items()}
    moved = {name: order.split() for name, order in orders.items() if has.get(name) != order}
    has.clear()
    has.update({piece.id: piece.rev for piece in new.values()} | orders)
    sent = [{"id": piece.id, "rev": piece.rev, "html": str(piece.html)} for piece in lacking]
    return {"set": sent, "lists": moved} if sent or moved else {}
