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
class Calls:
    """A completion that calls the function which the request offers; an error 400 without one."""

    arguments: str
    """As the model writes them: JSON, or what it takes for JSON."""


@dataclass(frozen=True, slots=True)
class Fails:
    """An HTTP error."""

    status: int
    message: str = "scripted"


@dataclass(frozen=True, slots=True)
class Refuses:
    """An HTTP error 400 that names `parameter`, wherever a request has it; else `text`.

    The text is the arguments of a call where the request offers a function.
    """

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

Reply = Says | Calls | Fails | Refuses | Malformed | Hangs


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
            case Calls(arguments):
                self._call(request, arguments)
            case Refuses(parameter, text):
                self._unless_refused(request, parameter, text)
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

    def _call(self, request: dict[str, Any], arguments: str) -> None:
        if "tools" in request:
            self._send(200, json.dumps(_call(request, arguments)))
        else:
            self._send(400, _error("no function is offered"))

    def _unless_refused(self, request: dict[str, Any], parameter: str, text: str) -> None:
        if parameter in request:
            self._send(400, _error(f"Unsupported value: '{parameter}'"))
        elif "tools" in request:
            self._call(request, text)
        else:
            self._send(200, json.dumps(_completion(text)))

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
    return _ended({"role": "assistant", "content": text}, "stop")


def _call(request: dict[str, Any], arguments: str) -> dict[str, Any]:
    function = {"name": request["tools"][0]["function"]["name"], "arguments": arguments}
    call = {"id": "call_1", "type": "function", "function": function}
    return _ended({"role": "assistant", "content": None, "tool_calls": [call]}, "tool_calls")


def _ended(message: dict[str, Any], reason: str) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "gpt-4o-mini",
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
