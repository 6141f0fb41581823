"""Runs the app until it is told to stop: Socket Mode, or HTTP under gunicorn."""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.client import HTTPException

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.errors import AdaptbotError, SettingsError
from bot.slack.origin import Identity
from bot.slack.web import HealthServer, Site
from bot.telemetry import logger

THREADS = 8
BOOT_SECONDS = 600
"""How long the first start may take: it builds the index."""
IDLE_SECONDS = 75
"""How long an idle connection stays open: longer than proxies keep one (60 s is usual), so that
none sends a request on a connection that is just being closed."""
STOP_SECONDS = 25
"""Less than the 30 s that a container gets to end."""

_CODE = re.compile(r"[a-z_]+")
"""What Slack's own error codes look like; a proxy's page does not."""

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Running:
    """A wired app with all that has to be released at the end."""

    app: App
    close: Callable[[], bool]
    """Returns whether all that was running has ended."""


def check_tokens(client: WebClient, *, app_token: str | None) -> Identity:
    """Ask Slack whether it takes the tokens, and who they belong to.

    A bad one would otherwise wait for ever.

    Raises:
        SettingsError: names the token that Slack refuses, or the address that does not answer.
    """
    own = _check(
        client.auth_test,
        name="SLACK_BOT_TOKEN",
        remedy="copy the bot token (xoxb-…) from 'OAuth & Permissions' of your Slack app",
        at=client.base_url,
    )
    if app_token is not None:
        _check(
            partial(client.apps_connections_open, app_token=app_token),
            name="SLACK_APP_TOKEN",
            remedy="create an app-level token (xapp-…) with the scope connections:write under "
            "'Basic Information'",
            at=client.base_url,
        )
    whole = own.get("is_enterprise_install")
    return Identity(
        team="" if whole else own.get("team_id") or "",
        bot_user=own.get("user_id") or "",
        enterprise=own.get("enterprise_id") or "",
        app=_app_of(client, own.get("bot_id") or ""),
    )


def _app_of(client: WebClient, bot: str) -> str:
    """The app's own id; "" where Slack does not say, since only one check rests on it."""
    try:
        return str(client.bots_info(bot=bot)["bot"].get("app_id") or "") if bot else ""
    except (SlackApiError, OSError, HTTPException) as error:
        _log.info("the app's own id is unknown", problem=type(error).__name__)
        return ""


def _check(ask: Callable[[], SlackResponse], *, name: str, remedy: str, at: str) -> SlackResponse:
    try:
        return ask()
    except SlackApiError as error:
        if error.response.status_code == HTTPStatus.OK and _CODE.fullmatch(error.response["error"]):
            raise SettingsError(
                f"Slack refuses {name} ({error.response['error']}); {remedy}"
            ) from None
        raise _no_slack(at, f"HTTP status {error.response.status_code}") from None
    except (OSError, HTTPException) as error:
        raise _no_slack(at, type(error).__name__) from None
    except ValueError:
        raise SettingsError(
            f"{name} or SLACK_API_URL holds characters that cannot be sent; {remedy}"
        ) from None


def _no_slack(at: str, problem: str) -> SettingsError:
    return SettingsError(
        f"no Slack answers at {at} ({problem}); check the network, and SLACK_API_URL if it is set"
    )


def serve_socket(running: Running, *, app_token: str, host: str, port: int) -> None:
    """Socket Mode, with health and metrics on `port`, until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    handler = SocketModeHandler(running.app, app_token)
    handler.client.proxy = running.app.client.proxy
    site = Site(None, ready=lambda: bool(handler.client and handler.client.is_connected()))
    try:
        health = HealthServer(site, host=host, port=port)
    except OSError as error:
        running.close()
        raise _not_opened(host, port, error) from error
    ended = True
    try:
        handler.connect()  # type: ignore[no-untyped-call]
        _log.info("connected", mode="socket", health=f"http://{host}:{port}/readyz")
        stop.wait()
    finally:
        # What arrives while the socket closes is delivered again; the SDK would log a traceback.
        handler.client.logger.setLevel(logging.CRITICAL)
        handler.close()  # type: ignore[no-untyped-call]
        ended = running.close()
        health.close()
    if not ended:
        _leave_work()


def _leave_work() -> None:
    """End the process though threads of it still work: their work is kept, and taken up again."""
    _log.warning("work is left to the next start")
    logging.shutdown()
    os._exit(0)


def serve_http(start: Callable[[], Running], *, host: str, port: int) -> None:
    """HTTP on `port` until SIGTERM; `start` is called in gunicorn's one worker process.

    One worker, because the durable work is one to a process; more replicas are more processes.

    Raises:
        SettingsError: the port cannot be opened, or `start` failed.
    """
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise _not_opened(host, port, error) from error
    try:
        _Server(start, host=host, port=port).run()
    except SystemExit as ended:
        if ended.code == Arbiter.APP_LOAD_ERROR:
            raise SettingsError("the bot did not start; the line above says why") from None
        raise


def _not_opened(host: str, port: int, error: OSError) -> SettingsError:
    return SettingsError(
        f"port {port} on {host} cannot be opened ({error.strerror}); "
        "set ADAPTBOT_PORT to a free one"
    )


class _Server(BaseApplication):  # type: ignore[misc] # gunicorn is untyped
    def __init__(self, start: Callable[[], Running], *, host: str, port: int) -> None:
        self._start = start
        self._running: Running | None = None
        self._bind = f"{host}:{port}"
        super().__init__()

    def load_config(self) -> None:
        for name, value in {
            "bind": self._bind,
            "workers": 1,
            "worker_class": "gthread",
            "threads": THREADS,
            "timeout": BOOT_SECONDS,
            "graceful_timeout": STOP_SECONDS,
            "keepalive": IDLE_SECONDS,
            "worker_exit": self._release,
            "loglevel": "warning",
            "control_socket_disable": True,
        }.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Site:
        try:
            self._running = self._start()
        except AdaptbotError as error:
            sys.stderr.write(f"adaptbot: {error}\n")
            sys.exit(Arbiter.APP_LOAD_ERROR)
        return Site(self._running.app, ready=lambda: True)

    def _release(self, _arbiter: Arbiter, _worker: Worker) -> None:
        if self._running and not self._running.close():
            _leave_work()
