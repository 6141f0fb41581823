from __future__ import annotations

import asyncio
import threading
import time

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.sync.client import connect

from bot.playground.serving import HOST, Server


async def listen(socket: WebSocket) -> None:
    await socket.accept()
    await socket.receive()


def test_a_client_that_leaves_at_the_very_end_does_not_disturb_it() -> None:
    server = Server()

    async def before_end() -> None:
        """Return when the client's farewell was read, and its connection is not gone yet."""
        threading.Thread(target=client.close).start()
        time.sleep(0.2)  # noqa: ASYNC251 - the loop must not read it earlier
        for _ in range(2):
            await asyncio.sleep(0)

    server.start(Starlette(routes=[WebSocketRoute("/", listen)]), before_end=before_end)
    with connect(f"ws://{HOST}:{server.port}/", proxy=None) as client:
        server.stop()
