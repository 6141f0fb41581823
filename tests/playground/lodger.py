"""Stands in for `adaptbot serve` in tests of what is around it: it connects, and stays or ends.

STANDIN_ENDS=early ends it with status 3 before that, =late with status 4 soon after. What it was
started with is written to `started.json` in its working directory.
"""

from __future__ import annotations

import http.server
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

import httpx
from websockets.sync.client import connect


def opened() -> str:
    """The address of a socket, as Slack gives it."""
    answer = httpx.post(
        os.environ["SLACK_API_URL"] + "apps.connections.open",
        headers={"Authorization": f"Bearer {os.environ['SLACK_APP_TOKEN']}"},
        trust_env=False,
    )
    return str(answer.json()["url"])


class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Nothing is said about it."""


def main() -> None:
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    started = {"pid": os.getpid(), "cwd": str(Path.cwd()), "environment": dict(os.environ)}
    fresh = Path("started.new")
    fresh.write_text(json.dumps(started))
    fresh.replace("started.json")
    ends = os.environ.get("STANDIN_ENDS")
    if ends == "early":
        sys.stderr.write("adaptbot: the stand-in does not want to\n")
        sys.exit(3)
    if "SLACK_APP_TOKEN" not in os.environ:
        address = ("127.0.0.1", int(os.environ["ADAPTBOT_PORT"]))
        threading.Thread(
            target=http.server.HTTPServer(address, Ready).serve_forever, daemon=True
        ).start()
        over.wait()
        return
    with connect(opened(), proxy=None):
        if ends == "late":
            time.sleep(0.5)
            sys.exit(4)
        over.wait()


if __name__ == "__main__":
    main()
