"""`adaptbot serve` as a process of its own, to be killed and started again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Literal

import httpx

from bot.playground.server import LocalSlack
from tests.commands import outside_environment
from tests.polling import eventually
from tests.slack.bots import EVENTS

Mode = Literal["sockets", "http"]
START_SECONDS = 90.0
STOP_SECONDS = 40.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def settings(slack: LocalSlack, mode: Mode, home: Path, port: int) -> dict[str, str]:
    """Settings with which `adaptbot serve` works for that workspace."""
    app = slack.app
    key = {"SLACK_APP_TOKEN": app.app_token}
    if mode == "http":
        key = {"SLACK_SIGNING_SECRET": app.signing_secret}
    return {
        "SLACK_BOT_TOKEN": app.bot_token,
        "SLACK_API_URL": slack.api_url,
        "ADAPTBOT_HOME": str(home),
        "ADAPTBOT_PORT": str(port),
        **key,
    }


def environment(given: dict[str, str]) -> dict[str, str]:
    """The child's environment; without proxies, since slack_sdk would send all through them."""
    full = outside_environment(**given)
    return {name: value for name, value in full.items() if not name.lower().endswith("_proxy")}


class Serving:
    """The bot in a process group of its own, which gunicorn's worker belongs to as well."""

    def __init__(self, slack: LocalSlack, mode: Mode, *, home: Path) -> None:
        self.port = free_port()
        self.log = home / "log.txt"
        self._home = home
        self._settings = settings(slack, mode, home, self.port)
        self._process: subprocess.Popen[bytes] | None = None
        if mode == "http":
            slack.deliver_to(f"http://127.0.0.1:{self.port}{EVENTS}")

    def start(self) -> None:
        """Start, and wait until it is ready."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"],
                cwd=self._home,
                env=environment(self._settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        with httpx.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False) as client:
            eventually(lambda: self._ready(client), within=START_SECONDS)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to end; returns its exit status."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(STOP_SECONDS)

    def close(self) -> None:
        """Whatever is left of it ends."""
        self._end(signal.SIGKILL)

    def _ready(self, client: httpx.Client) -> bool:
        assert self._process is not None
        ended = self._process.poll()
        assert ended is None, f"ended with {ended}: {self.log.read_text()}"
        try:
            return client.get("/readyz", timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            os.killpg(self._process.pid, number)
        self._process.wait(STOP_SECONDS)


def copied(index: Path, home: Path) -> Path:
    """A home of its own with a copy of the index that was built once."""
    shutil.copytree(index, home)
    return home
