"""A web server in a thread of its own, on this machine only."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar

import uvicorn

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from starlette.types import ASGIApp, Receive, Scope, Send

T = TypeVar("T")
HOST = "127.0.0.1"
START_SECONDS = 10.0
STOP_SECONDS = 3.0
PAUSE = 0.002


class _Uvicorn(uvicorn.Server):
    """Runs until told to end, and lets its application end first."""

    def __init__(self, config: uvicorn.Config, before_end: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._before_end = before_end
        self.loop: asyncio.AbstractEventLoop | None = None
        self.ready = threading.Event()
        self.ending = asyncio.Event()

    async def main_loop(self) -> None:
        """Wait for the end without uvicorn's ticking, which would cost each test 0.1 s."""
        await self.on_tick(0)
        self.loop = asyncio.get_running_loop()
        self.ready.set()
        await self.ending.wait()
        await self._before_end()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close what uvicorn closes, without its pauses of 0.1 s."""
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        state = self.server_state
        for connection in list(state.connections):
            if not connection.transport.is_closing():  # its own end may just have come
                connection.shutdown()
        deadline = time.monotonic() + STOP_SECONDS
        while (state.connections or state.tasks) and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(PAUSE)
        for connection in list(state.connections):  # who has not ended by now would stay open
            connection.transport.abort()
        await asyncio.sleep(PAUSE)

    def cut(self, client: tuple[str, int]) -> None:
        """Cut the connection of one client, as a broken network would."""
        for connection in list(self.server_state.connections):
            if getattr(connection, "client", None) == client:
                connection.transport.abort()


class Server:
    """Serves one ASGI application from a background thread, from `start` until `stop`."""

    def __init__(self, *, port: int = 0) -> None:
        self._listener = socket.create_server((HOST, port))
        self.port: int = self._listener.getsockname()[1]
        self._thread: threading.Thread | None = None
        self._uvicorn: _Uvicorn | None = None

    def start(self, app: ASGIApp, *, before_end: Callable[[], Awaitable[None]]) -> None:
        """Serve until `stop`; `before_end` runs on the loop before connections are closed."""
        config = uvicorn.Config(
            self._with_cut(app),
            log_config=None,
            access_log=False,
            lifespan="off",
            loop="asyncio",
            ws="websockets-sansio",
            ws_per_message_deflate=False,
        )
        self._uvicorn = _Uvicorn(config, before_end)
        self._thread = threading.Thread(
            target=self._uvicorn.run, args=([self._listener],), name="local-slack", daemon=True
        )
        self._thread.start()
        if not self._uvicorn.ready.wait(START_SECONDS):
            raise RuntimeError("the local Slack did not start")

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop everything runs on."""
        if self._uvicorn is None or self._uvicorn.loop is None:
            raise RuntimeError("the local Slack is not running")
        return self._uvicorn.loop

    def stop(self) -> None:
        """End the thread and everything in it; more than once is fine."""
        if self._uvicorn is not None and self._thread is not None and self._thread.is_alive():
            self.loop.call_soon_threadsafe(self._uvicorn.ending.set)
            self._thread.join()
        self._listener.close()

    def run(self, work: Coroutine[Any, Any, T], *, timeout: float = 10.0) -> T:
        """Run something on the server's loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout)

    def _with_cut(self, app: ASGIApp) -> ASGIApp:
        async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
            if self._uvicorn is not None:
                scope.setdefault("state", {})["cut"] = self._uvicorn.cut
            await app(scope, receive, send)

        return wrapped
