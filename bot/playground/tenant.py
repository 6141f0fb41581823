"""The bot as a process of its own in the local Slack: the production app, unchanged."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import httpx

from bot.errors import AdaptbotError
from bot.playground import leash
from bot.playground.server import LocalSlack
from bot.playground.serving import HOST

Way = Literal["socket", "http"]
"""How the workspace reaches the bot: Socket Mode, or signed HTTP."""

START_SECONDS = 600.0
"""The first start builds the index."""
STOP_SECONDS = 40.0
"""The bot lets running answers end."""
GONE_SECONDS = 5.0
"""After a kill, until the workspace has noticed."""
PAUSE = 0.05
IMPATIENT = 2
"""Who asks a second time waits no longer."""
EVENTS_PATH = "/slack/events"
OWN = ("SLACK_", "ADAPTBOT_", "DBOS")
"""Prefixes of what would lead the bot to another workspace, or to another bot's work."""
PROXIES = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}
"""Slack's SDK would ask a proxy for this machine's own address, NO_PROXY or not."""


def surroundings(outside: Mapping[str, str]) -> dict[str, str]:
    """The variables of a machine that may reach the bot: none of its settings, and no proxy."""
    return {
        name: value
        for name, value in outside.items()
        if name.upper() not in PROXIES and not name.upper().startswith(OWN)
    }


class Tenant:
    """Starts, kills and starts again; nothing of it is left when this process ends."""

    def __init__(
        self,
        slack: LocalSlack,
        command: Sequence[str],
        *,
        home: Path,
        environment: Mapping[str, str],
        way: Way = "socket",
        asked: Callable[[], int] = lambda: 0,
    ) -> None:
        """Not yet started.

        Args:
            slack: the workspace.
            command: what starts the bot.
            home: its ADAPTBOT_HOME and its working directory.
            environment: all its variables but those that lead it to the workspace.
            way: how the workspace reaches it.
            asked: how often this process was asked to end: once gives up a start, twice waits for
                nothing any more.
        """
        self._slack = slack
        self._command = [sys.executable, "-I", "-S", leash.__file__, *command]
        self._home = home
        self._environment = dict(environment)
        self._way = way
        self._asked = asked
        self._port = _free_port() if way == "http" else 0
        self._process: subprocess.Popen[bytes] | None = None
        self._changing = threading.Lock()
        self._closing = False

    @property
    def running(self) -> bool:
        """Whether its process runs, connected or not."""
        return self._process is not None and self._process.poll() is None

    @property
    def status(self) -> int | None:
        """With what it ended by itself; None while it runs, or is being started."""
        if self._changing.locked() or self._process is None:
            return None
        return self._process.poll()

    def start(self) -> None:
        """Start the bot and wait until it is ready, or this process is asked to end.

        One that still runs is ended first, without warning, as a crash would.

        Raises:
            AdaptbotError: it ended or took too long; what it said is on standard error.
        """
        with self._changing:
            self._start()

    def kill(self) -> None:
        """End it without warning, as a crash would."""
        with self._changing:
            self._kill()

    def wait(self, timeout: float | None = None) -> int | None:
        """Its status once it has ended; None where it still runs after so many seconds."""
        if self._process is None:
            return None
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        self._closing = True
        with self._changing:
            self._stop()

    def _start(self) -> None:
        self._kill()
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            self._command,
            cwd=self._home,
            env={**self._environment, **self._address()},
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._ready():
            if self._unwanted():
                return
            if (status := self._process.poll()) is not None:
                raise AdaptbotError(
                    f"the bot did not start: it ended with status {status}; what it said is above"
                )
            if time.monotonic() > deadline:
                self._stop()
                raise AdaptbotError(
                    f"the bot was not ready within {START_SECONDS / 60:.0f} minutes, and was "
                    "ended; what it said is above"
                )
            time.sleep(PAUSE)
        if self._way == "http":
            self._slack.deliver_to(f"http://{HOST}:{self._port}{EVENTS_PATH}")

    def _address(self) -> dict[str, str]:
        app = self._slack.app
        key = {"SLACK_APP_TOKEN": app.app_token}
        if self._way == "http":
            key = {"SLACK_SIGNING_SECRET": app.signing_secret}
        return {
            "SLACK_BOT_TOKEN": app.bot_token,
            "SLACK_API_URL": self._slack.api_url,
            "ADAPTBOT_HOME": str(self._home),
            "ADAPTBOT_HOST": HOST,
            "ADAPTBOT_PORT": str(self._port),
            **key,
        }

    def _ready(self) -> bool:
        if self._way == "socket":
            return self._slack.connected
        address = f"http://{HOST}:{self._port}/readyz"
        try:
            return httpx.get(address, trust_env=False, timeout=1.0).is_success
        except httpx.TransportError:
            return False

    def _unwanted(self) -> bool:
        return self._closing or self._asked() > 0

    def _stop(self) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            if self._asked() >= IMPATIENT:
                break
            time.sleep(PAUSE)
        self._kill()

    def _kill(self) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)  # gunicorn's worker as well
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()
        deadline = time.monotonic() + GONE_SECONDS
        while self._slack.connected and time.monotonic() < deadline:
            time.sleep(PAUSE)


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as server:
        return int(server.getsockname()[1])
