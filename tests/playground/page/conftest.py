"""A local Slack with its page, and a browser's requests to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from bot.playground.page.routes import Page
from bot.playground.server import LocalSlack

CHANNEL = "C1ADAPT"
Opened = Callable[..., "Window"]


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    """A workspace with its page and with no app connected."""
    with LocalSlack(front=Page(), retry_delays=()) as local:
        yield local


@pytest.fixture
def browser(slack: LocalSlack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=slack.site.base_url, trust_env=False) as client:
        yield client


@pytest.fixture
def script(browser: httpx.Client) -> Callable[..., Any]:
    """What the page's script does: posts a verb's fields and reads what came of it."""

    def do(verb: str, **fields: str) -> Any:
        given = {"person": "ana", "place": CHANNEL} | fields
        answer = browser.post(f"/do/{verb}", data=given)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return do


class Window:
    """An open window, as its script sees it."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.pieces: dict[str, str] = {}
        self.lists: dict[str, list[str]] = {}
        self.received: list[Any] = []

    def tell(self, has: dict[str, str]) -> None:
        self._socket.send(json.dumps(has))

    def until(self, happened: Callable[[], object]) -> None:
        """Take updates until something is true."""
        while not happened():
            news = json.loads(self._socket.recv(timeout=5))
            self.received.append(news)
            self.pieces |= {piece["id"]: piece["html"] for piece in news["set"]}
            self.lists |= news["lists"]

    def holds(self, text: str) -> bool:
        return any(text in html for html in self.pieces.values())


@pytest.fixture
def window(slack: LocalSlack) -> Iterator[Opened]:
    """Opens windows that have shown nothing yet."""
    sockets = ExitStack()

    def open_(person: str = "ana", place: str = CHANNEL, **more: str) -> Window:
        query = httpx.QueryParams({"person": person, "place": place} | more)
        base = slack.site.base_url.replace("http", "ws")
        socket = sockets.enter_context(connect(f"{base}/live?{query}", proxy=None))
        opened = Window(socket)
        opened.tell({})
        return opened

    with sockets:
        yield open_
