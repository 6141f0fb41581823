"""A local server that speaks OpenAI's chat completions and says what it was told to say."""

from __future__ import annotations

import json
import select
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self, assert_never


@dataclass(frozen=True, slots=True)
class Says:
    """A well-formed completion."""

    text: str


@dataclass(frozen=True, slots=True)
class Fails:
    """An HTTP error."""

    status: int
    message: str = "scripted"


@dataclass(frozen=True, slots=True)
class Refuses:
    """An HTTP error 400 that names `parameter`, wherever a request has it; else `text`."""

    parameter: str
    text: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """Status 200 with a body that is no completion."""

    body: str = '{"choices": [{"mess'


@dataclass(frozen=True, slots=True)
class Hangs:
    """No reply until the client hangs up, or the server closes."""


LOOK_SECONDS = 0.02
"""How often a reply that hangs looks whether it is to end."""

Reply = Says | Fails | Refuses | Malformed | Hangs


@dataclass
class OpenAIServer:
    """Serves `replies` in their order, the last one again and again; keeps what it was asked."""

    replies: Sequence[Reply]
    requests: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.closing = threading.Event()
        self.hung_up = threading.Event()
        """A client closed its connection while it waited."""
        handler = type("Handler", (_Handler,), {"scripted": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """What an OpenAI client takes as its base address."""
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    @property
    def prompts(self) -> list[str]:
        """The user's message of each request."""
        return [request["messages"][-1]["content"] for request in self.requests]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def take(self, request: dict[str, Any]) -> Reply:
        """Note `request`; its reply."""
        self.requests.append(request)
        return self.replies[min(len(self.requests), len(self.replies)) - 1]


class _Handler(BaseHTTPRequestHandler):
    """Answers one request as `scripted` has it."""

    scripted: OpenAIServer

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        match self.scripted.take(request):
            case Says(text):
                self._send(200, json.dumps(_completion(text)))
            case Refuses(parameter, text) if parameter not in request:
                self._send(200, json.dumps(_completion(text)))
            case Refuses(parameter):
                self._send(400, _error(f"Unsupported value: '{parameter}'"))
            case Fails(status, message):
                self._send(status, _error(message))
            case Malformed(body):
                self._send(200, body)
            case Hangs():
                self._hang()
            case never:
                assert_never(never)

    def log_message(self, *_args: object) -> None:
        """Stay silent."""

    def _hang(self) -> None:
        while not self.scripted.closing.is_set():
            if select.select([self.connection], [], [], LOOK_SECONDS)[0]:
                self.scripted.hung_up.set()
                return

    def _send(self, status: int, body: str) -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)


def _error(message: str) -> str:
    return json.dumps({"error": {"message": message}})


def _completion(text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "gpt-4o-mini",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
