"""Runs a command that ends with whoever started it, even where that one was killed.

Started as `python leash.py COMMAND …`, from the standard library alone. The leash is standard
input: its other end closes with the process that holds it, and the command is told to end.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence

GRACE_SECONDS = 30.0
"""How long the command may take to end once its starter is gone."""


def run(command: Sequence[str]) -> int:
    """Run `command` until it ends, and return its status; 128 and more: the signal that ended it.

    SIGTERM is passed on.
    """
    asked = threading.Event()
    process: subprocess.Popen[bytes] | None = None

    def end(*_: object) -> None:
        asked.set()
        if process is not None:
            process.terminate()

    signal.signal(signal.SIGTERM, end)
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - our starter's
    if asked.is_set():
        process.terminate()
    threading.Thread(target=_end_with_starter, args=(process,), daemon=True).start()
    status = process.wait()
    return status if status >= 0 else 128 - status


def _end_with_starter(process: subprocess.Popen[bytes]) -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    process.terminate()
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
