"""LocalSlack: a Slack workspace on this machine, with one app in it."""

from __future__ import annotations

import copy
import time
from typing import TYPE_CHECKING, Protocol, Self

from starlette.applications import Starlette

from bot.playground.application import Application
from bot.playground.calls import Calls, Fault
from bot.playground.delivery import RETRY_DELAYS, Deliveries, Retry
from bot.playground.envelopes import Envelopes
from bot.playground.errors import CannotDoError, NeverHappenedError
from bot.playground.person import Person
from bot.playground.registration import SlackApp
from bot.playground.seeds import seeded_workspace
from bot.playground.serving import HOST, Server
from bot.playground.signed_http import SignedHttp
from bot.playground.site import Site
from bot.playground.sockets import Sockets
from bot.playground.timing import post_due
from bot.playground.web_api import WebApi

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from starlette.routing import BaseRoute

    from bot.playground.calls import Call
    from bot.playground.delivery import Delivery, Kind
    from bot.playground.site import ScheduledMessage
    from bot.playground.workspace import Change, Json, Message

WAIT = 5.0
POLL = 0.02
"""Seconds after which something waited for is looked at again, changed or not."""


class Front(Protocol):
    """What people see of a local Slack, served beside what an app reaches."""

    def routes(self, slack: LocalSlack) -> Sequence[BaseRoute]:
        """Its routes, none of them an app's."""

    async def close(self) -> None:
        """Let every connection go."""


class LocalSlack:
    """A workspace served on a loopback port from construction until `close`.

    The app under test is pointed at `api_url` with the tokens of `app`. Events reach it over Socket
    Mode, or over signed HTTP after `deliver_to`.
    """

    def __init__(
        self,
        app: SlackApp | None = None,
        *,
        port: int = 0,
        front: Front | None = None,
        ack_timeout: float = 3.0,
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
    ) -> None:
        self.app = app or SlackApp()
        self._server = Server(port=port)
        self.port = self._server.port
        self.workspace = seeded_workspace(self.app)
        self.site = Site(self.app, self.workspace, f"http://{HOST}:{self.port}")
        self._calls = Calls()
        self._sockets = Sockets(self.site)
        self._envelopes = Envelopes(self.app)
        self._ack_timeout = ack_timeout
        self._deliveries = Deliveries(self.workspace, ack_timeout=ack_timeout, delays=retry_delays)
        self._deliveries.transport = self._sockets
        self._front = front
        self.workspace.watch(self._tell_app)
        self._start()

    def _start(self) -> None:
        api = WebApi(self.site, self._calls)
        application = Application(self.site, api=api, calls=self._calls, sockets=self._sockets)
        routes = [*application.routes(), *(self._front.routes(self) if self._front else ())]
        self._server.start(Starlette(routes=routes), before_end=self._end)
        self._deliveries.start(self._server.loop)

    async def _end(self) -> None:
        if self._front:
            await self._front.close()
        await self._deliveries.close()
        await self._sockets.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving, and end every thread."""
        self._server.stop()

    @property
    def api_url(self) -> str:
        """What SLACK_API_URL is set to; ends in /api/."""
        return f"{self.site.base_url}/api/"

    def user(self, id_or_name: str) -> Person:
        """Somebody to act as."""
        user = self.workspace.user(id_or_name)
        if user is None:
            raise CannotDoError(f"there is nobody called {id_or_name!r}")
        return Person(user, site=self.site, deliveries=self._deliveries, envelopes=self._envelopes)

    def deliver_to(self, url: str) -> None:
        """Deliver by signed HTTP to this address on this machine, instead of over sockets."""
        old = self._deliveries.transport
        self._deliveries.transport = SignedHttp(url, secret=self.app.signing_secret)
        if isinstance(old, SignedHttp):
            self._server.run(old.close())

    def verify_request_url(self) -> bool:
        """Send the url_verification challenge; whether the app returned it."""
        transport = self._deliveries.transport
        if not isinstance(transport, SignedHttp):
            raise CannotDoError("there is no request URL over Socket Mode")
        return self._server.run(transport.verify(within=self._ack_timeout))

    def send_event(self, event: Json, *, retry: int = 0, **envelope: object) -> Delivery:
        """Send any event in a fresh envelope; returns after the first attempt.

        `envelope` changes fields of it, as team_id="T9" or event_time=…; `retry` says that Slack
        tried that often before.
        """
        payload = self._envelopes.event(event) | envelope
        return self._deliveries.deliver_and_wait("events_api", payload, first=_retry(retry))

    def redeliver(self, delivery: Delivery, *, retry: int = 1) -> Delivery:
        """Send a payload again as it is; returns after the first attempt."""
        again = copy.deepcopy(delivery.payload)
        return self._deliveries.deliver_and_wait(delivery.kind, again, first=_retry(retry))

    def deliveries(self, kind: Kind | None = None) -> list[Delivery]:
        """Everything sent to the app, with every attempt, oldest first."""
        return self._deliveries.known(kind)

    def calls(self, method: str | None = None) -> list[Call]:
        """Every call the app made, of one method or all, oldest first."""
        return self._calls.of(method)

    def messages(self, channel: str, *, thread_ts: str | None = None) -> list[Message]:
        """What everybody in a conversation, or in a thread of it, sees; oldest first."""
        return self.workspace.messages(channel, thread_ts=thread_ts)

    def ephemerals(self, user: str, channel: str | None = None) -> list[Message]:
        """What only one person sees, oldest first."""
        seen = [message for message in self.workspace.everything() if message.only_for == user]
        return [message for message in seen if channel in (None, message.channel)]

    def wait_until(
        self, happened: Callable[[], object], what: str, *, timeout: float = WAIT
    ) -> None:
        """Wait until something is true; raises NeverHappenedError naming `what` otherwise."""
        deadline = time.monotonic() + timeout
        while not happened():
            if time.monotonic() > deadline:
                raise NeverHappenedError(f"{what}: not within {timeout} s")
            with self.workspace.changed:
                self.workspace.changed.wait(POLL)

    def wait_for(
        self,
        matches: str | Callable[[Message], bool],
        *,
        after: Message | None = None,
        timeout: float = WAIT,
    ) -> Message:
        """The app's first message that holds a text, or that matches; later than `after` if given.

        Messages for one person count as well.
        """
        wanted = _holds(matches) if isinstance(matches, str) else matches
        since = after.ts if after else ""
        found: list[Message] = []

        def look() -> bool:
            own = [m for m in self.workspace.everything() if m.user == self.app.bot_user_id]
            found[:] = [m for m in own if m.ts > since and wanted(m)][:1]
            return bool(found)

        self.wait_until(look, f"a message of the app's with {matches!r}", timeout=timeout)
        return found[0]

    def wait_for_reply(self, message: Message, *, timeout: float = WAIT) -> Message:
        """The app's next message in the thread of a message."""
        thread = (message.channel, message.thread)
        return self.wait_for(
            lambda m: (m.channel, m.thread) == thread, after=message, timeout=timeout
        )

    @property
    def connected(self) -> bool:
        """Whether the app holds a connection in Socket Mode."""
        return len(self._sockets) > 0

    @property
    def reachable(self) -> bool:
        """Whether the app can be reached: by a socket of its own, or at an address it was given."""
        return self.connected or isinstance(self._deliveries.transport, SignedHttp)

    def wait_for_sockets(self, number: int = 1, *, timeout: float = WAIT) -> None:
        """Wait until the app has at least that many connections."""
        self.wait_until(lambda: len(self._sockets) >= number, f"{number} sockets", timeout=timeout)

    def settle(self, *, timeout: float = WAIT) -> None:
        """Wait until everything sent to the app is acknowledged or given up."""
        self.wait_until(
            lambda: all(delivery.finished for delivery in self.deliveries()),
            "every delivery finished",
            timeout=timeout,
        )

    def fail_next(self, method: str, fault: Fault, *, times: int = 1) -> None:
        """Let the next calls of a method go wrong."""
        self._calls.fail(method, fault, times=times)

    def delay(self, method: str, seconds: float) -> None:
        """Answer a method that much later; 0 ends it."""
        self._calls.delay(method, seconds)

    def share_later(self, seconds: float) -> None:
        """Let files appear that long after Slack's answer; 0 ends it."""
        self.site.share_after = seconds

    def scheduled(self) -> list[ScheduledMessage]:
        """What waits for its time, soonest first."""
        return sorted(self.site.scheduled.values(), key=lambda one: one.post_at)

    def pass_time(self, seconds: float) -> list[Message]:
        """Set this Slack's clock ahead; returns the scheduled messages that are posted by then."""
        self.site.ahead += seconds
        return post_due(self.site)

    def drop_sockets(self) -> None:
        """Close every socket without warning."""
        self._server.run(self._sockets.close())

    def refresh_sockets(self) -> None:
        """Ask the app to reconnect, as Slack does every few hours."""
        self._server.run(self._sockets.refresh())

    def _tell_app(self, change: Change) -> None:
        channel = self.workspace.channel(change.message.channel)
        if channel is not None:
            for event in self._envelopes.about(change, channel):
                self._deliveries.deliver("events_api", event)


def _retry(number: int) -> Retry:
    return Retry(number, "http_timeout" if number else "")


def _holds(text: str) -> Callable[[Message], bool]:
    return lambda message: text in message.text or text in str(message.blocks)
