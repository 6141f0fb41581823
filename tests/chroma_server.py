"""A real `chroma run` on a free port of this machine."""

from __future__ import annotations

import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

from bot.adapters.chroma import server_client
from tests.commands import outside_environment
from tests.polling import eventually

if TYPE_CHECKING:
    from chromadb.api import ClientAPI


@contextmanager
def chroma_server(directory: Path) -> Iterator[str]:
    """Run a server that keeps its data in `directory`; yields its address."""
    port = free_port()
    command = Path(sys.executable).with_name("chroma")
    arguments = ["run", "--host", "127.0.0.1", "--port", str(port), "--path", str(directory)]
    process = subprocess.Popen(
        [command, *arguments],
        env=outside_environment(ANONYMIZED_TELEMETRY="false"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        eventually(lambda: _answers(url), within=30)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def chroma_client(url: str) -> Iterator[ClientAPI]:
    """A client of the server at `url`, its connections closed in the end."""
    client: Any = server_client(url)
    yield client
    for end in (client, client._admin_client):
        end._server._session.close()  # Chroma's own close leaves them open
    client.close()


def free_port() -> int:
    """A port of loopback on which nothing listens now."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/api/v2/heartbeat", timeout=1):  # noqa: S310 - our own server
            return True
    except (URLError, OSError):
        return False
