"""`adaptbot playground` as a process."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Self

import httpx

from tests.commands import outside_environment
from tests.polling import eventually

START_SECONDS = 120.0
STOP_SECONDS = 40.0
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
EXAMPLE = "Recommended"
"""What the example conversation ends with."""


class Playground:
    """Runs until the end of the `with`; `address` is where its page is."""

    def __init__(self, home: Path, *options: str) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot", "playground", "--no-browser", "--port", "0", *options],
            cwd=home,
            env=outside_environment(ADAPTBOT_HOME=str(home)),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.address = ""

    def __enter__(self) -> Self:
        eventually(self._ready, within=START_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(STOP_SECONDS)
        self._log.close()

    def said(self) -> str:
        """What it wrote to the terminal so far."""
        self._log.seek(0)
        return self._log.read().decode()

    def _ready(self) -> bool:
        """Whether the bot answers, and the example conversation is over."""
        assert self._process.poll() is None, self.said()
        found = ADDRESS.search(self.said())
        if found is None:
            return False
        self.address = found[0]
        with httpx.Client(trust_env=False) as client:
            page = client.get(f"{self.address}/w/ana/C1ADAPT", timeout=10)
        return page.is_success and page.text.count('class="replies') > 1
