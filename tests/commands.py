"""Runs our own command as people do: another process, a home of its own, no network."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

NOWHERE = "http://127.0.0.1:9"
"""Nothing listens there: a request that goes through this proxy fails."""
TIMEOUT_SECONDS = 240


def outside_environment(**settings: str) -> dict[str, str]:
    """The environment of a child: this one's, `settings`, and a proxy that leads nowhere."""
    proxies = {"HTTP_PROXY": NOWHERE, "HTTPS_PROXY": NOWHERE, "NO_PROXY": "127.0.0.1,localhost"}
    return {**os.environ, **proxies, "PYTHONWARNINGS": "ignore", **settings}


def run_python(
    *arguments: str, cwd: Path, environment: Mapping[str, str] | None = None, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run this very Python with `arguments`, `typed` on its standard input."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment or outside_environment(),
        input=typed,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


def run_adaptbot(
    arguments: Sequence[str | Path], *, cwd: Path, typed: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run `adaptbot` with `arguments` and the given settings."""
    words = (str(argument) for argument in arguments)
    environment = outside_environment(**settings)
    return run_python("-m", "bot", *words, cwd=cwd, environment=environment, typed=typed)
