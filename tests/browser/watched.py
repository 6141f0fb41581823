"""A window of the page, and everything it complains of."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Error, Locator, Page, Request, WebSocket, expect

HERE = {"127.0.0.1", "localhost"}
ANSWER_MS = 30_000
"""How long a browser waits for what the bot says."""


@dataclass
class Watched:
    """Does what people do, by what they see and hear: roles, labels and texts."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    """Errors and warnings of the console, and exceptions of the script."""
    elsewhere: list[str] = field(default_factory=list)
    """Requests that would have left the machine."""

    def __post_init__(self) -> None:
        self.page.set_default_timeout(ANSWER_MS)
        self.page.on("console", self._said)
        self.page.on("pageerror", self._broke)
        self.page.on("request", self._asked)
        self.page.on("websocket", self._connected)

    def say(self, text: str, *, thread: bool = False) -> None:
        """Type into a message box and press Enter, as people do."""
        self.page.wait_for_load_state()
        box = self.page.locator("#reply" if thread else "#compose")
        box.fill("")
        box.press_sequentially(text, delay=1)
        box.press("Escape")  # whatever was offered
        box.press("Enter")
        expect(box).to_have_value("")

    @property
    def main(self) -> Locator:
        return self.page.locator("#messages > li")

    @property
    def replies(self) -> Locator:
        return self.page.locator("#replies > li")

    def answer(self, number: int = 1) -> Locator:
        """The bot's so many-th message in the open thread, once it is there."""
        found = self.replies.filter(has=self.page.locator(".face--bot")).nth(number - 1)
        expect(found).to_be_visible(timeout=ANSWER_MS)
        return found

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    def _broke(self, error: Error) -> None:
        self.complaints.append(f"exception: {error}")

    def _asked(self, request: Request) -> None:
        self._look(request.url)

    def _connected(self, socket: WebSocket) -> None:
        self._look(socket.url)

    def _look(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname not in HERE:
            self.elsewhere.append(url)
