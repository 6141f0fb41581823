"""What `adaptbot doctor` asks of Slack: tokens, scopes, how the app is registered, the clock."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPException

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.services.examining import Check, Finding
from bot.slack.clients import web_client
from bot.slack.registered import MANIFEST, compared, granted
from bot.slack.web import EVENTS_PATH

ASK_SECONDS = 4
"""Below the bound of a check, so that the reason is said and not only that it was late."""
SKEW_DOUBTFUL, SKEW_BAD = 60.0, 300.0
"""Seconds; beyond the second one, Slack's requests count as too old to be genuine."""
NO_BOT_TOKEN = Finding("off", "SLACK_BOT_TOKEN is not set")

_CODE = re.compile(r"[a-z_]+")
_APP_ID = re.compile(r"xapp-\d+-(?P<app>A[A-Z0-9]+)-")
_SIGNING_SECRET = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Keys:
    """What leads to one Slack app; "" where a setting is not set."""

    api_url: str
    bot_token: str = ""
    app_token: str = ""
    signing_secret: str = ""
    config_token: str = ""


def slack_checks(keys: Keys, *, now: Callable[[], float] = time.time) -> list[Check]:
    """The checks of the Slack side; each is "off" where it lacks a setting."""
    slack = _Slack(keys, now)
    looks = {
        "bot token": slack.bot_token,
        "delivery": slack.delivery,
        "scopes": slack.scopes,
        "event subscriptions": slack.subscriptions,
        "clock": slack.clock,
    }
    remedy = f"check the network to {keys.api_url}"
    return [Check(name, look, remedy) for name, look in looks.items()]


class _Slack:
    """Asks Slack; the answer to auth.test is shared by the checks that read it."""

    def __init__(self, keys: Keys, now: Callable[[], float]) -> None:
        self._keys = keys
        self._now = now
        self._lock = threading.Lock()
        self._greeting: SlackResponse | Exception | None = None

    def bot_token(self) -> Finding:
        """Whether Slack takes the token, and for whom."""
        remedy = "copy the bot token (xoxb-…) from 'OAuth & Permissions' of your Slack app"
        if not self._keys.bot_token:
            return Finding("off", "SLACK_BOT_TOKEN is not set", f"to talk to Slack, {remedy}")
        told = self._asked(self._greeted, "SLACK_BOT_TOKEN", remedy)
        if isinstance(told, Finding):
            return told
        if not told.get("bot_id"):
            return Finding("bad", "SLACK_BOT_TOKEN is no bot's token but a person's", remedy)
        return Finding("good", f"{told.get('user')} ({told.get('user_id')}) in {told.get('team')}")

    def delivery(self) -> Finding:
        """How events reach the bot."""
        if self._keys.app_token:
            return self._sockets()
        if self._keys.signing_secret:
            return _signed(self._keys.signing_secret)
        return Finding(
            "bad" if self._keys.bot_token else "off",
            "neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set",
            "set SLACK_APP_TOKEN (xapp-…) for Socket Mode, or SLACK_SIGNING_SECRET for HTTP; both "
            "are under 'Basic Information' of your Slack app",
        )

    def scopes(self) -> Finding:
        """Whether what the bot calls and hears is granted."""
        if not self._keys.bot_token:
            return NO_BOT_TOKEN
        try:
            header = _headers(self._greeted()).get("x-oauth-scopes")
        except Exception:  # noqa: BLE001 - the reason stands in the row of the token
            return Finding("off", "not known: see the row of the bot token")
        if header is None:
            return Finding("doubtful", "Slack did not say which scopes are granted")
        return granted({scope.strip() for scope in header.split(",")} - {""})

    def subscriptions(self) -> Finding:
        """Whether the app's own settings are those of the manifest."""
        if not self._keys.bot_token:
            return NO_BOT_TOKEN
        if not self._keys.config_token:
            return Finding(
                "off",
                "not read: a bot token does not show them, and SLACK_CONFIG_TOKEN is not set",
                f"compare 'App Manifest' of your Slack app with {MANIFEST}, or set "
                "SLACK_CONFIG_TOKEN (api.slack.com/apps, 'Your App Configuration Tokens')",
            )
        app = self._app_of_app_token() or self._app_of_bot()
        if not app:
            return Finding(
                "doubtful",
                "not read: Slack did not say which app this is",
                f"grant users:read, or compare the app with {MANIFEST} yourself",
            )
        token = self._keys.config_token
        told = self._asked(
            lambda: self._client_with(token).apps_manifest_export(app_id=app),
            "SLACK_CONFIG_TOKEN",
            "create a configuration token (xoxe.xoxp-…, valid for 12 hours) at api.slack.com/apps "
            "for the workspace that the app belongs to",
        )
        if isinstance(told, Finding):
            return told
        return compared(told["manifest"], sockets=bool(self._keys.app_token))

    def clock(self) -> Finding:
        """Whether this machine's clock agrees with Slack's; a refusal carries the time as well."""
        if not self._keys.bot_token:
            return NO_BOT_TOKEN
        try:
            told = self._greeted()
        except SlackApiError as refused:
            told = refused.response
        except Exception:  # noqa: BLE001 - the reason stands in the row of the token
            return Finding("off", "not known: see the row of the bot token")
        theirs = _date(_headers(told).get("date", ""))
        if theirs is None:
            return Finding("doubtful", "Slack's answer carries no date")
        return _skewed(self._now() - theirs.timestamp())

    def _sockets(self) -> Finding:
        token = self._keys.app_token
        told = self._asked(
            lambda: self._client_with("").apps_connections_open(app_token=token),
            "SLACK_APP_TOKEN",
            "create an app-level token (xapp-…) with the scope connections:write under "
            "'Basic Information' of your Slack app",
        )
        if isinstance(told, Finding):
            return told
        named, bots = self._app_of_app_token(), self._app_of_bot()
        if named and bots and named != bots:
            return Finding(
                "bad",
                f"SLACK_APP_TOKEN belongs to the app {named}, SLACK_BOT_TOKEN to {bots}",
                "copy both tokens from the same Slack app",
            )
        return Finding("good", "Socket Mode: Slack opens a connection for SLACK_APP_TOKEN")

    def _greeted(self) -> SlackResponse:
        """What auth.test answers; asked once."""
        with self._lock:
            if self._greeting is None:
                try:
                    self._greeting = self._client_with(self._keys.bot_token).auth_test()
                except Exception as error:  # noqa: BLE001 - kept for whoever asks next
                    self._greeting = error
        if isinstance(self._greeting, Exception):
            raise self._greeting
        return self._greeting

    def _app_of_app_token(self) -> str:
        match = _APP_ID.match(self._keys.app_token.strip())
        return match["app"] if match else ""

    def _app_of_bot(self) -> str:
        try:
            bot = self._greeted()["bot_id"]
            client = self._client_with(self._keys.bot_token)
            return str(client.bots_info(bot=bot)["bot"]["app_id"])
        except Exception:  # noqa: BLE001 - without users:read, or without a good token
            return ""

    def _client_with(self, token: str) -> WebClient:
        client = web_client(token, base_url=self._keys.api_url)
        client.timeout = ASK_SECONDS
        return client

    def _asked(
        self, ask: Callable[[], SlackResponse], name: str, remedy: str
    ) -> SlackResponse | Finding:
        """What Slack answers, or what a failure says of the setting `name` or the way to Slack."""
        try:
            return ask()
        except SlackApiError as error:
            status, code = error.response.status_code, str(error.response["error"])
            if status == HTTPStatus.OK and _CODE.fullmatch(code):
                return Finding("bad", f"Slack refuses {name} ({code})", remedy)
            return self._no_slack(f"HTTP status {status}")
        except (OSError, HTTPException) as error:
            return self._no_slack(type(error).__name__)
        except ValueError:
            unsent = f"{name} or SLACK_API_URL holds characters that cannot be sent"
            return Finding("bad", unsent, remedy)

    def _no_slack(self, problem: str) -> Finding:
        remedy = "check the network, and SLACK_API_URL if it is set"
        return Finding("bad", f"no Slack answers at {self._keys.api_url} ({problem})", remedy)


def _signed(secret: str) -> Finding:
    url = f"Slack must reach you at https://<your public address>{EVENTS_PATH}"
    if _SIGNING_SECRET.fullmatch(secret.strip()):
        return Finding("good", f"HTTP: SLACK_SIGNING_SECRET is set; {url}")
    return Finding(
        "doubtful",
        "HTTP: SLACK_SIGNING_SECRET does not look like one (32 of the characters 0-9 and a-f)",
        f"copy it from 'Basic Information' of your Slack app; {url}",
    )


def _skewed(seconds: float) -> Finding:
    apart = f"{abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} Slack's"
    remedy = "set this machine's clock (NTP)"
    if abs(seconds) > SKEW_BAD:
        return Finding("bad", f"{apart}: Slack's signed requests count as too old", remedy)
    if abs(seconds) > SKEW_DOUBTFUL:
        return Finding("doubtful", apart, remedy)
    return Finding("good", "within a minute of Slack's")


def _date(header: str) -> datetime | None:
    try:
        return parsedate_to_datetime(header)
    except ValueError:
        return None


def _headers(told: SlackResponse) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in told.headers.items()}
