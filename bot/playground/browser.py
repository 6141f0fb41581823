"""Opens a page in the person's browser, where there is one to be seen."""

from __future__ import annotations

import subprocess
import sys
import threading
import webbrowser
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

TEXT = {"www-browser", "links", "links2", "elinks", "lynx", "w3m", "browsh"}
"""Browsers that would take over the terminal."""
SSH = ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")
OPENING = "import sys, webbrowser; webbrowser.open(sys.argv[1])"


def offered(address: str, environ: Mapping[str, str], *, opening: bool) -> str:
    """Open `address` if `opening` and there is a browser; a sentence on what to do, or was done."""
    if any(environ.get(name) for name in SSH):
        port = urlsplit(address).port
        return (
            f"Open {address} in a browser. From your own machine, connect once more with\n"
            f"  ssh -L {port}:127.0.0.1:{port} …\nand open the same address there."
        )
    if not opening or not graphical(environ, sys.platform) or not _found():
        return f"Open {address} in a browser."
    _open(address)
    return f"Opening {address} in your browser."


def graphical(environ: Mapping[str, str], platform: str) -> bool:
    """Whether somebody can see a window: not in CI, and not without a display."""
    if environ.get("CI"):
        return False
    displays = (environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return platform in ("darwin", "win32", "cygwin") or any(displays)


def _found() -> bool:
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    return Path(getattr(browser, "name", "")).name not in TEXT


def _open(address: str) -> None:
    """In a process without the terminal, so that what the browser has to say stays out of it."""
    command = [sys.executable, "-c", OPENING, address]
    threading.Thread(target=_run, args=(command,), name="browser", daemon=True).start()


def _run(command: list[str]) -> None:
    subprocess.run(  # noqa: S603 - our own command
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        check=False,
    )
