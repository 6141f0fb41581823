"""What `adaptbot doctor` looks at around the process: folder, port, proxies, names of settings."""

from __future__ import annotations

import errno
import ipaddress
import os
import shutil
import socket
import tempfile
from collections.abc import Collection, Mapping
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from bot.services.examining import Check, Finding

LITTLE_SPACE, NO_SPACE = 500, 50
"""Megabytes free: below the first it may not last, below the second it will not do."""
MEGABYTE = 1_000_000
PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
"""In the order in which Slack's SDK reads them: it takes the first for every scheme."""
ANSWER_SECONDS = 2.0
EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked, not bound


def surrounding_checks(
    *, home: Path, host: str, port: int, api_url: str, environment: Mapping[str, str]
) -> list[Check]:
    """The checks of what is around the process."""
    return [
        Check("folder", partial(folder, home), "check ADAPTBOT_HOME"),
        Check("port", partial(free_port, host, port), "set ADAPTBOT_PORT to a free one"),
        Check("proxies", partial(proxies, api_url, environment), "check SLACK_API_URL"),
    ]


def settings_read(problem: str, *, given: Collection[str], known: Collection[str]) -> Finding:
    """What is to be said of the settings: `problem` names the wrong ones, `given` all variables."""
    strange = sorted(
        name for name in given if name.upper().startswith("ADAPTBOT_") and name.upper() not in known
    )
    if problem:
        return Finding("bad", problem, "deploy/settings.env shows every setting with an example")
    if strange:
        remedy = "correct the names; deploy/settings.env shows every setting"
        return Finding("doubtful", f"no such setting: {', '.join(strange)}", remedy)
    set_ = sorted({name.upper() for name in given} & set(known))
    return Finding("good", f"set: {', '.join(set_)}" if set_ else "all at their defaults")


def folder(home: Path) -> Finding:
    """Whether the folder can be written, and has room."""
    place = next(path for path in (home, *home.absolute().parents) if path.exists())
    if not place.is_dir() or not _writable(place, made=place == home):
        remedy = "make it writable for this user, or set ADAPTBOT_HOME to another folder"
        return Finding("bad", f"{place} cannot be written", remedy)
    free = shutil.disk_usage(place).free // MEGABYTE
    made = "" if place == home else ", made at the first start"
    found = f"{home}{made}; {free:,} MB free"
    if free < NO_SPACE:
        return Finding("bad", found, "free some space, or set ADAPTBOT_HOME to another disk")
    if free < LITTLE_SPACE:
        return Finding("doubtful", found, "the index and a month of answers may need more")
    return Finding("good", found)


def free_port(host: str, port: int) -> Finding:
    """Whether the port can be opened, or a running adaptbot has it."""
    if port == 0:
        return Finding("good", "the system chooses one (ADAPTBOT_PORT=0)")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return _taken(host, port)
        remedy = "set ADAPTBOT_HOST and ADAPTBOT_PORT to what this machine and user may open"
        reason = error.strerror or type(error).__name__
        return Finding("bad", f"{port} on {host} cannot be opened ({reason})", remedy)
    return Finding("good", f"{port} on {host} is free")


def proxies(api_url: str, environment: Mapping[str, str]) -> Finding:
    """Whether a proxy stands between here and Slack; there is none to what is on this machine."""
    if _on_this_machine(api_url):
        return Finding("good", "none: Slack is on this machine")
    name = next((name for name in PROXIES if environment.get(name, "").strip()), None)
    if name is None:
        return Finding("good", "none: Slack is reached directly")
    if _spared(environment) & {"*", urlsplit(api_url).hostname, urlsplit(api_url).netloc}:
        return Finding("good", f"none: NO_PROXY keeps {api_url} from the proxy in {name}")
    return Finding("good", f"Slack is reached through the proxy in {name}")


def _writable(place: Path, *, made: bool) -> bool:
    if not made:
        return os.access(place, os.W_OK | os.X_OK)
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"written by adaptbot doctor")
    except OSError:
        return False
    return True


def _taken(host: str, port: int) -> Finding:
    connection = HTTPConnection(EVERYWHERE.get(host, host), port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/livez")
        answer = connection.getresponse()
        alive = answer.status == HTTPStatus.OK and answer.read(100).strip() == b"alive"
    except (OSError, HTTPException):
        alive = False
    finally:
        connection.close()
    if alive:
        return Finding("good", f"a running adaptbot answers at {port} on {host}")
    remedy = "set ADAPTBOT_PORT to a free one"
    return Finding("bad", f"{port} on {host} is taken by another program", remedy)


def _spared(environment: Mapping[str, str]) -> set[str]:
    """What NO_PROXY names."""
    named = environment.get("no_proxy") or environment.get("NO_PROXY", "")
    return {name.strip().lstrip(".") for name in named.split(",")}


def _on_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
