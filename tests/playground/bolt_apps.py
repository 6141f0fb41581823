"""A small real Bolt app, and the two ways to run one against the local Slack."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slack_bolt import Ack, Respond, Say

    from bot.playground.server import LocalSlack


PING_SECONDS = 1.0
"""The client gives a connection up after four of them without a pong, even in the middle of a
message: with 0.2 a machine that was busy for a second lost what was on its way."""


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


SIZES = [{"text": plain(size), "value": size.lower()} for size in ("Small", "Large")]
CHOICES = [
    {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": "yes", "text": plain("Yes"), "value": "v1"},
            {"type": "static_select", "action_id": "size", "options": SIZES},
        ],
    },
]


def client_of(slack: LocalSlack, *, token: str | None = None) -> WebClient:
    return WebClient(token=slack.app.bot_token if token is None else token, base_url=slack.api_url)


@contextmanager
def bolt_app(slack: LocalSlack, *, signing_secret: str = "") -> Iterator[App]:
    with ThreadPoolExecutor(5) as executor:
        app = App(
            client=client_of(slack),
            signing_secret=signing_secret or slack.app.signing_secret,
            listener_executor=executor,
        )
        _register(app)
        yield app


def _register(app: App) -> None:
    app.event("app_mention")(_mentioned)
    app.event("message")(_messaged)
    app.event("app_home_opened")(_opened)
    app.command("/adapt")(_command)
    app.action("yes")(_yes)
    app.action("size")(_size)
    app.action("more")(_more)
    app.view("reason")(_reason)
    app.shortcut("ask")(_shortcut)


def _mentioned(event: dict[str, Any], say: Say) -> None:
    say(text=f"heard {event['text']}", thread_ts=event.get("thread_ts") or event["ts"])


def _messaged(event: dict[str, Any], say: Say) -> None:
    if event["channel_type"] == "im" and "subtype" not in event:
        say(text="pick", blocks=CHOICES, thread_ts=event.get("thread_ts") or event["ts"])


def _opened(event: dict[str, Any], client: WebClient) -> None:
    button = {"type": "button", "action_id": "more", "text": plain("Say more")}
    blocks = [{"type": "actions", "elements": [button]}]
    client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})


def _command(ack: Ack, respond: Respond, body: dict[str, Any]) -> None:
    ack(f"working on {body['text']}")
    respond(text=f"done with {body['text']}", unfurl_links=False)


def _yes(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    ack()
    place, value = body["container"], body["actions"][0]["value"]
    text = f"you said {value}"
    client.chat_update(channel=place["channel_id"], ts=place["message_ts"], text=text)


def _size(ack: Ack, body: dict[str, Any], respond: Respond) -> None:
    ack()
    chosen = body["actions"][0]["selected_option"]["value"]
    respond(text=f"size {chosen}", replace_original=False)


def _more(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    ack()
    field = {"type": "plain_text_input", "action_id": "why"}
    asked = {"type": "input", "block_id": "reason", "label": plain("Why?"), "element": field}
    modal = {"type": "modal", "callback_id": "reason", "title": plain("More"), "blocks": [asked]}
    client.views_open(trigger_id=body["trigger_id"], view=modal | {"submit": plain("Send")})


def _reason(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    ack()
    why = body["view"]["state"]["values"]["reason"]["why"]["value"]
    client.chat_postMessage(channel=body["user"]["id"], text=f"because {why}")


def _shortcut(ack: Ack, body: dict[str, Any], respond: Respond) -> None:
    ack()
    respond(text=f"about {body['message']['text']}")


@contextmanager
def over_sockets(slack: LocalSlack, app: App) -> Iterator[SocketModeHandler]:
    handler = SocketModeHandler(app, slack.app.app_token, ping_interval=PING_SECONDS)
    handler.client.connect()
    slack.wait_for_sockets()
    try:
        yield handler
    finally:
        close_quickly(slack, handler)


def close_quickly(slack: LocalSlack, handler: SocketModeHandler) -> None:
    """End the client, whose own close would wait up to four seconds for bytes that never come."""
    handler.client.auto_reconnect_enabled = False
    handler.client.default_auto_reconnect_enabled = False
    handler.client.closed = True
    handler.client.message_queue.put(None)
    slack.drop_sockets()
    slack.wait_until(lambda: not handler.client.is_connected(), "the client noticing")
    handler.client.close()


class _ThreadedServer(ThreadingMixIn, WSGIServer):
    daemon_threads = False


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        pass


@contextmanager
def over_http(slack: LocalSlack, app: App) -> Iterator[None]:
    wsgi = SlackRequestHandler(app)
    with make_server("127.0.0.1", 0, wsgi, _ThreadedServer, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        slack.deliver_to(f"http://127.0.0.1:{server.server_port}/slack/events")
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
