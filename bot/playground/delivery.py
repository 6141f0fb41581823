"""Bringing payloads to the app: events again until they are acknowledged, the rest once."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, Protocol

import anyio

if TYPE_CHECKING:
    from bot.playground.workspace import Json, Workspace

Kind = Literal["events_api", "slash_commands", "interactive"]
KEPT = 10_000
MARGIN = 5.0
"""Seconds beyond the app's own time that a person waits at most."""
RETRY_DELAYS = (0.0, 60.0, 300.0)
"""Seconds before each retry of an event: at once, after a minute, after five."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Which retry this is, from 0 for the first delivery, and what went wrong before."""

    number: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Ack:
    """What came back for one attempt."""

    ok: bool
    reply: Json = field(default_factory=dict)
    reason: str = ""
    """Why it is no acknowledgement, in Slack's words: http_timeout, http_error, …."""
    status: int = 0
    """The HTTP status, 0 over a socket."""
    no_retry: bool = False
    seconds: float = 0.0
    at: float = 0.0
    """When this attempt began, in seconds since 1970."""


@dataclass(slots=True)
class Delivery:
    """One payload, with every attempt to deliver it."""

    kind: Kind
    payload: Json
    first: Retry = field(default_factory=Retry)
    """What the first attempt says of itself: an event may come as a retry at once."""
    attempts: list[Ack] = field(default_factory=list)
    finished: bool = False
    at: float = field(default_factory=time.time)
    """When it was to be delivered first, in seconds since 1970."""

    @property
    def acked(self) -> bool:
        """Whether the app acknowledged it."""
        return any(attempt.ok for attempt in self.attempts)


class Transport(Protocol):
    """One way to the app: sockets, or signed HTTP."""

    async def send(self, kind: Kind, payload: Json, *, retry: Retry, within: float) -> Ack:
        """Deliver once and wait for the acknowledgement, at most `within` seconds."""

    async def close(self) -> None:
        """Let every connection go."""


class Deliveries:
    """Runs deliveries on the server's loop and remembers them."""

    def __init__(
        self, workspace: Workspace, *, ack_timeout: float, delays: tuple[float, ...]
    ) -> None:
        self._workspace = workspace
        self._ack_timeout = ack_timeout
        self._delays = delays
        self._known: deque[Delivery] = deque(maxlen=KEPT)
        self._tasks: set[asyncio.Task[None]] = set()
        self._scopes: set[anyio.CancelScope] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self.transport: Transport | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Deliver from now on, on this loop."""
        self._loop = loop

    def known(self, kind: Kind | None = None) -> list[Delivery]:
        """Every delivery so far, oldest first."""
        return [delivery for delivery in list(self._known) if kind in (None, delivery.kind)]

    def deliver(self, kind: Kind, payload: Json, *, first: Retry | None = None) -> Delivery:
        """Start a delivery, from any thread."""
        delivery = Delivery(kind, payload, first or Retry())
        self._known.append(delivery)
        if self._loop is None or self._closed:
            delivery.finished = True
        else:
            self._loop.call_soon_threadsafe(self._begin, delivery)
        return delivery

    def deliver_and_wait(
        self, kind: Kind, payload: Json, *, first: Retry | None = None
    ) -> Delivery:
        """Deliver and wait for the first attempt; an event's retries may still follow."""
        delivery = self.deliver(kind, payload, first=first)
        with self._workspace.changed:
            self._workspace.changed.wait_for(
                lambda: delivery.attempts or delivery.finished,
                timeout=self._ack_timeout + MARGIN,
            )
        return delivery

    async def close(self) -> None:
        """Give up what is under way."""
        self._closed = True
        for scope in self._scopes:
            scope.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.transport is not None:
            await self.transport.close()

    def _begin(self, delivery: Delivery) -> None:
        if self._closed:
            return
        task = asyncio.create_task(self._until_closed(delivery))
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._finish(done, delivery))

    def _finish(self, task: asyncio.Task[None], delivery: Delivery) -> None:
        self._tasks.discard(task)
        delivery.finished = True
        self._workspace.touch()

    async def _until_closed(self, delivery: Delivery) -> None:
        """Attempt until the scope ends, which lets httpx finish closing what it has begun to.

        Cancelling the task would not: what anyio shields, asyncio cancels all the same, and now and
        then a connection stayed open.
        """
        if self._closed:
            return
        with anyio.CancelScope() as scope:
            self._scopes.add(scope)
            try:
                await self._attempt_all(delivery)
            finally:
                self._scopes.discard(scope)

    async def _attempt_all(self, delivery: Delivery) -> None:
        ack = await self._attempt(delivery, delivery.first)
        delays = self._delays if delivery.kind == "events_api" else ()
        for number, delay in enumerate(delays, start=delivery.first.number + 1):
            if ack.ok or ack.no_retry:
                return
            await asyncio.sleep(delay)
            ack = await self._attempt(delivery, Retry(number, ack.reason))

    async def _attempt(self, delivery: Delivery, retry: Retry) -> Ack:
        began = time.time()
        if self.transport is None:
            ack = Ack(ok=False, reason="connection_failed")
        else:
            within = self._ack_timeout
            ack = await self.transport.send(
                delivery.kind, delivery.payload, retry=retry, within=within
            )
        delivery.attempts.append(replace(ack, at=began))
        self._workspace.touch()
        return ack


def elapsed(since: float) -> float:
    """Seconds since a reading of time.monotonic()."""
    return time.monotonic() - since
