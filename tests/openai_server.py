"""A local server that speaks OpenAI's chat completions and says what it was told to say."""

from __future__ import annotations

import json
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


@dataclass(frozen=True, slots=True)
class Malformed:
    """Status 200 with a body that is no completion."""

    body: str = '{"choices": [{"mess'


@dataclass(frozen=True, slots=True)
class Hangs:
    """No reply until the server closes."""


Reply = Says | Fails | Malformed | Hangs


@dataclass
class OpenAIServer:
    """Serves `replies` in their order, the last one again and again; keeps what it was asked."""

    replies: Sequence[Reply]
    requests: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.closing = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
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

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                match server.take(json.loads(self.rfile.read(length))):
                    case Says(text):
                        self._send(200, json.dumps(_completion(text)))
                    case Fails(status):
                        self._send(status, '{"error": {"message": "scripted"}}')
                    case Malformed(body):
                        self._send(200, body)
                    case Hangs():
                        server.closing.wait()
                    case never:
                        assert_never(never)

            def log_message(self, *_args: object) -> None:
                """Stay silent."""

            def _send(self, status: int, body: str) -> None:
                data = body.encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(data)

        return Handler


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
