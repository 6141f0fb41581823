"""Events come again until they are acknowledged; commands and presses come once."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.playground.delivery import Ack
from bot.playground.server import LocalSlack
from bot.playground.signed_http import signature
from tests.playground.bolt_apps import PING_SECONDS, bolt_app, client_of, over_http, over_sockets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slack_sdk.socket_mode.client import BaseSocketModeClient
    from slack_sdk.socket_mode.request import SocketModeRequest

    from bot.playground.delivery import Kind, Retry
    from bot.playground.workspace import Json


class Listener:
    """An app that is nothing but a socket: it notes what comes, and acknowledges when told to."""

    def __init__(self, slack: LocalSlack) -> None:
        self.heard: list[SocketModeRequest] = []
        self.acknowledges = True
        self._slack = slack
        self.client = SocketModeClient(
            slack.app.app_token, web_client=client_of(slack), ping_interval=PING_SECONDS
        )
        self.client.socket_mode_request_listeners.append(self._hear)

    def _hear(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        self.heard.append(request)
        if self.acknowledges:
            client.send_socket_mode_response(SocketModeResponse(request.envelope_id))

    def close(self) -> None:
        self.client.auto_reconnect_enabled = False
        self.client.default_auto_reconnect_enabled = False
        self.client.closed = True
        self.client.message_queue.put(None)
        self._slack.drop_sockets()
        self._slack.wait_until(lambda: not self.client.is_connected(), "the client noticing")
        self.client.close()


@contextmanager
def listening(slack: LocalSlack) -> Iterator[Listener]:
    one = Listener(slack)
    one.client.connect()
    slack.wait_for_sockets()
    yield one
    one.close()


@pytest.fixture
def listener(slack: LocalSlack) -> Iterator[Listener]:
    with listening(slack) as one:
        yield one


@pytest.fixture
def impatient() -> Iterator[LocalSlack]:
    """A workspace that waits for an acknowledgement for 0.1 s only."""
    with LocalSlack(ack_timeout=0.1, retry_delays=(0.0, 0.05, 0.05)) as slack:
        yield slack


@pytest.fixture
def silent(impatient: LocalSlack) -> Iterator[Listener]:
    """An app that acknowledges nothing, at the impatient workspace."""
    with listening(impatient) as one:
        one.acknowledges = False
        yield one


def test_an_event_that_is_not_acknowledged_comes_again_with_its_reason(
    impatient: LocalSlack, silent: Listener
) -> None:
    ana = impatient.user("ana")
    ana.say(ana.dm, "hello")
    impatient.settle()
    impatient.wait_until(lambda: len(silent.heard) >= 4, "the last retry, heard")
    tries = sorted((request.retry_attempt, request.retry_reason) for request in silent.heard)
    assert tries == [(0, "")] + [(number, "http_timeout") for number in (1, 2, 3)]
    [delivery] = impatient.deliveries()
    assert not delivery.acked
    assert len({request.payload["event_id"] for request in silent.heard}) == 1


def test_a_command_that_is_not_acknowledged_is_lost(
    impatient: LocalSlack, silent: Listener
) -> None:
    outcome = impatient.user("ana").command("/adapt", "hello", channel="#general")
    assert (outcome.acked, outcome.error) == (False, "operation_timeout")
    impatient.wait_until(lambda: silent.heard, "the command, heard")
    assert [request.type for request in silent.heard] == ["slash_commands"]


def test_without_a_connection_commands_are_lost_and_events_come_later() -> None:
    with LocalSlack(retry_delays=(0.0, 0.3)) as slack, bolt_app(slack) as app:
        ana = slack.user("ana")
        outcome = ana.command("/adapt", "hello", channel="#general")
        assert (outcome.acked, outcome.error) == (False, "dispatch_failed")
        asked = ana.say(ana.dm, "hello")
        with over_sockets(slack, app):
            assert slack.wait_for_reply(asked).text == "pick"
            slack.settle()
        assert [attempt.ok for attempt in slack.deliveries("events_api")[0].attempts] == [
            False,
            False,
            True,
        ]


def test_an_event_may_come_as_a_retry_in_an_envelope_of_ones_own(
    slack: LocalSlack, listener: Listener
) -> None:
    sent = slack.send_event({"type": "app_home_opened"}, retry=1, team_id="T9", event_time=1)
    slack.redeliver(sent, retry=2)
    assert [request.retry_attempt for request in listener.heard] == [1, 2]
    assert {request.retry_reason for request in listener.heard} == {"http_timeout"}
    first, second = (request.payload for request in listener.heard)
    assert first == second
    assert (first["team_id"], first["event_time"]) == ("T9", 1)


def test_each_payload_goes_to_one_of_several_connections(
    slack: LocalSlack, listener: Listener
) -> None:
    second = Listener(slack)
    second.client.connect()
    slack.wait_for_sockets(2)
    ana = slack.user("ana")
    for number in range(4):
        ana.say(ana.dm, f"message {number}")
    slack.settle()
    assert len(listener.heard) == len(second.heard) == 2
    listener.client.auto_reconnect_enabled = False
    second.close()


def test_a_dropped_client_comes_back_and_gets_the_next_event(
    slack: LocalSlack, listener: Listener
) -> None:
    slack.drop_sockets()
    slack.wait_for_sockets()
    slack.user("ana").open_home()
    slack.wait_until(lambda: listener.heard, "an event")


def test_a_refreshed_client_comes_back_on_a_new_connection(
    slack: LocalSlack, listener: Listener
) -> None:
    slack.refresh_sockets()
    slack.wait_for_sockets()
    slack.user("ana").open_home()
    slack.wait_until(lambda: listener.heard, "an event")


def test_a_socket_needs_a_ticket(slack: LocalSlack) -> None:
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
    }
    address = f"http://127.0.0.1:{slack.port}/link/?ticket=forged"
    assert httpx.get(address, headers=headers, trust_env=False).status_code == 403


def test_http_requests_are_signed(slack: LocalSlack) -> None:
    with bolt_app(slack) as app, over_http(slack, app):
        assert slack.verify_request_url()


def test_an_app_with_another_secret_refuses_every_try(slack: LocalSlack) -> None:
    with bolt_app(slack, signing_secret="another") as app, over_http(slack, app):
        assert not slack.verify_request_url()
        slack.user("ana").open_home()
        slack.settle()
    [delivery] = slack.deliveries("events_api")
    assert [attempt.status for attempt in delivery.attempts] == [401, 401, 401]
    assert {attempt.reason for attempt in delivery.attempts} == {"http_error"}


def test_an_app_may_move_to_another_address(slack: LocalSlack) -> None:
    for _ in range(2):
        with bolt_app(slack) as app, over_http(slack, app):
            slack.user("ana").open_home("messages")
            slack.settle()
    assert [delivery.acked for delivery in slack.deliveries()] == [True, True]


def test_retries_over_http_carry_their_number() -> None:
    with LocalSlack(retry_delays=(0.0, 0.0)) as slack, bolt_app(slack) as app:
        seen: list[tuple[Any, Any]] = []

        @app.use
        def note(req: Any, next_: Any) -> None:
            headers = req.headers
            seen.append((headers.get("x-slack-retry-num"), headers.get("x-slack-retry-reason")))
            if len(seen) == 1:
                raise LookupError("not yet")
            next_()

        with over_http(slack, app):
            slack.user("ana").open_home()
            slack.settle()
        assert seen == [(None, None), (["1"], ["http_error"])]


def test_the_signature_is_the_one_slack_makes() -> None:
    ours = signature("secret", timestamp="1700000000", body="a=1")
    theirs = SignatureVerifier("secret").generate_signature(timestamp="1700000000", body="a=1")
    assert ours == theirs


def test_only_addresses_on_this_machine_are_delivered_to(slack: LocalSlack) -> None:
    with pytest.raises(ValueError, match="not on this machine"):
        slack.deliver_to("https://bot.example/slack/events")


def test_a_closed_slack_leaves_no_thread_and_no_port() -> None:
    before = set(threading.enumerate())
    slack = LocalSlack()
    port = slack.port
    slack.close()
    slack.close()
    assert set(threading.enumerate()) == before
    with LocalSlack(port=port) as again:
        assert again.port == port


class Tidying:
    """A transport that is closing a connection, as httpx does, when everything ends."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.finished = False

    async def send(self, kind: Kind, payload: Json, *, retry: Retry, within: float) -> Ack:  # noqa: ARG002
        with anyio.CancelScope(shield=True):
            self.began.set()
            await anyio.sleep(0.05)
            self.finished = True
        return Ack(ok=True)

    async def close(self) -> None:
        """Nothing is left open."""


def test_what_is_being_closed_at_the_end_is_closed() -> None:
    transport = Tidying()
    with LocalSlack() as slack:
        slack._deliveries.transport = transport
        slack._deliveries.deliver("events_api", {})
        assert transport.began.wait(5)
    assert transport.finished


def test_closing_does_not_wait_for_retries() -> None:
    began = time.monotonic()
    with LocalSlack() as slack:
        slack.user("ana").open_home()
        slack.wait_until(lambda: slack.deliveries()[0].attempts, "a first attempt")
    assert time.monotonic() - began < 1
