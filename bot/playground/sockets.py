"""Socket Mode: every connection of the app, and what goes over them."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.playground.delivery import Ack, Kind, Retry, elapsed

if TYPE_CHECKING:
    from bot.playground.site import Site
    from bot.playground.workspace import Json

MOST_CONNECTIONS = 10
GOING_AWAY = 1001
GRACE = 0.2
"""Seconds between asking a client to come back and closing its old connection."""


@dataclass(slots=True, eq=False)
class _Connection:
    socket: WebSocket
    waiting: dict[str, asyncio.Future[Ack]] = field(default_factory=dict)
    """Envelopes that are not acknowledged yet, by their id."""

    def lost(self) -> None:
        for future in self.waiting.values():
            if not future.done():
                future.set_result(Ack(ok=False, reason="connection_failed"))


class Sockets:
    """The transport of Socket Mode: each payload goes to one connection, in turn."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._connections: list[_Connection] = []
        self._turn = itertools.count()

    def __len__(self) -> int:
        return len(self._connections)

    async def accept(self, socket: WebSocket) -> None:
        """Serve one connection until it ends; a ticket is good once."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._site.tickets:
            await socket.close()
            return
        self._site.tickets.discard(ticket)
        await socket.accept()
        if len(self._connections) >= MOST_CONNECTIONS:
            await self._end(socket, "too_many_websockets")
            return
        await self._serve(_Connection(socket))

    async def _serve(self, connection: _Connection) -> None:
        self._connections.append(connection)
        try:
            await connection.socket.send_text(json.dumps(self._hello()))
            self._site.workspace.touch()
            while True:
                _receive(connection, json.loads(await connection.socket.receive_text()))
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self._forget(connection)

    def _forget(self, connection: _Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)
        connection.lost()
        self._site.workspace.touch()

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._connections),
            "connection_info": {"app_id": self._site.app.app_id},
            "debug_info": {
                "host": "local",
                "build_number": 1,
                "approximate_connection_time": 18060,
            },
        }

    async def send(self, kind: Kind, payload: Json, *, retry: Retry, within: float) -> Ack:
        """Send to one connection and wait for the acknowledgement."""
        began = time.monotonic()
        if not self._connections:
            return Ack(ok=False, reason="connection_failed")
        connection = self._connections[next(self._turn) % len(self._connections)]
        envelope = _envelope(kind, payload, retry)
        future = asyncio.get_running_loop().create_future()
        connection.waiting[envelope["envelope_id"]] = future
        try:
            await connection.socket.send_text(json.dumps(envelope))
            ack = await asyncio.wait_for(future, within)
        except TimeoutError:
            return Ack(ok=False, reason="http_timeout", seconds=elapsed(began))
        except (WebSocketDisconnect, RuntimeError):
            return Ack(ok=False, reason="connection_failed", seconds=elapsed(began))
        finally:
            connection.waiting.pop(envelope["envelope_id"], None)
        return Ack(ok=ack.ok, reply=ack.reply, reason=ack.reason, seconds=elapsed(began))

    async def refresh(self) -> None:
        """Ask every connection to come back, as Slack does now and then."""
        old, self._connections = self._connections, []
        for connection in old:
            await connection.socket.send_text(json.dumps(_disconnect("refresh_requested")))
        await asyncio.sleep(GRACE)
        for connection in old:
            await _close(connection)

    async def close(self) -> None:
        """Close every connection without a word of warning."""
        for connection in list(self._connections):
            self._forget(connection)
            await _close(connection)

    async def _end(self, socket: WebSocket, reason: str) -> None:
        await socket.send_text(json.dumps(_disconnect(reason)))
        await socket.close()


async def _close(connection: _Connection) -> None:
    with contextlib.suppress(RuntimeError):
        await connection.socket.close(GOING_AWAY)


def _receive(connection: _Connection, answer: Json) -> None:
    future = connection.waiting.get(answer.get("envelope_id", ""))
    if future is not None and not future.done():
        future.set_result(Ack(ok=True, reply=answer.get("payload") or {}))


def _envelope(kind: Kind, payload: Json, retry: Retry) -> Json:
    envelope: Json = {
        "envelope_id": str(uuid.uuid4()),
        "payload": payload,
        "type": kind,
        "accepts_response_payload": kind != "events_api",
    }
    if kind == "events_api":
        envelope |= {"retry_attempt": retry.number, "retry_reason": retry.reason}
    return envelope


def _disconnect(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "local"}}
