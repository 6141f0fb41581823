"""The bot as a process of its own in the local Slack: the production app, unchanged."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence

from bot.errors import AdaptbotError
from bot.playground.server import LocalSlack

START_SECONDS = 300.0
"""The first start builds the index."""
STOP_SECONDS = 30.0
PROXIES = {"http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"}
"""Slack's SDK would ask a proxy for this machine's own address, NO_PROXY or not."""


class Tenant:
    """Starts, kills and starts again; connected through Socket Mode as with Slack."""

    def __init__(self, slack: LocalSlack, command: Sequence[str]) -> None:
        self._slack = slack
        self._command = list(command)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the bot and wait until it is connected.

        Raises:
            AdaptbotError: it ended instead; it has said why on standard error.
        """
        environment = {
            "ADAPTBOT_LOG_LEVEL": "WARNING",
            **{name: value for name, value in os.environ.items() if name not in PROXIES},
            "SLACK_BOT_TOKEN": self._slack.app.bot_token,
            "SLACK_APP_TOKEN": self._slack.app.app_token,
            "SLACK_API_URL": self._slack.api_url,
            "ADAPTBOT_PORT": "0",
        }
        self._process = subprocess.Popen(self._command, env=environment, stdin=subprocess.DEVNULL)  # noqa: S603 - our own command
        deadline = time.monotonic() + START_SECONDS
        while not self._slack.connected:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AdaptbotError("the bot did not start; what it said is above")
            time.sleep(0.05)

    def kill(self) -> None:
        """End it without warning, as a crash would."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
