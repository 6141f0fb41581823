"""What `adaptbot doctor` asks of Slack: tokens, scopes, how the app is registered, the clock."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.services.examining import Check, Finding
from bot.services.setting_up import guided
from bot.slack.clients import web_client
from bot.slack.clock import date_of, skewed
from bot.slack.registered import MANIFEST, compared, granted
from bot.slack.token_kinds import (
    CONFIGURE,
    INSTALL,
    LISTEN,
    RECREATE,
    ROTATED,
    SIGN,
    misplaced,
    refused,
)
from bot.slack.web import EVENTS_PATH

ASK_SECONDS = 4
"""Below the bound of a check, so that the reason is said and not only that it was late."""
NO_BOT_TOKEN = Finding("off", "SLACK_BOT_TOKEN is not set")
REGISTERED, LISTENING, INSTALLED = 1, 2, 3
"""Steps of the way to a real workspace: the app, the app-level token, the bot token."""

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
        token = self._keys.bot_token
        if not token:
            return self._no_bot_token()
        if wrong := misplaced("SLACK_BOT_TOKEN", token, belongs="xoxb-"):
            return _wrong_bot_token(wrong, rotated=token.strip().startswith(ROTATED))
        told = self._asked(self._greeted, "SLACK_BOT_TOKEN", INSTALL, step=INSTALLED)
        if isinstance(told, Finding):
            return told
        if not told.get("bot_id"):
            return _wrong_bot_token("SLACK_BOT_TOKEN is no bot's token but a person's")
        return Finding("good", f"{told.get('user')} ({told.get('user_id')}) in {told.get('team')}")

    def delivery(self) -> Finding:
        """How events reach the bot."""
        if self._keys.app_token:
            return self._sockets()
        if self._keys.signing_secret:
            return _signed(self._keys.signing_secret)
        return guided(
            Finding(
                "bad" if self._keys.bot_token else "off",
                "neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set",
                f"{LISTEN}, and set it as SLACK_APP_TOKEN; or, for HTTP, set "
                "SLACK_SIGNING_SECRET from the same page",
            ),
            LISTENING,
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
        return guided(granted({scope.strip() for scope in header.split(",")} - {""}), INSTALLED)

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
        if wrong := misplaced("SLACK_CONFIG_TOKEN", token, belongs="xoxe.xoxp-"):
            return Finding("bad", wrong, CONFIGURE)
        told = self._asked(
            lambda: self._client_with(token).apps_manifest_export(app_id=app),
            "SLACK_CONFIG_TOKEN",
            CONFIGURE,
        )
        if isinstance(told, Finding):
            return told
        found = compared(told["manifest"], sockets=bool(self._keys.app_token))
        return guided(found, REGISTERED)

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
        theirs = date_of(_headers(told).get("date", ""))
        if theirs is None:
            return Finding("doubtful", "Slack's answer carries no date")
        return skewed(self._now() - theirs.timestamp())

    def _no_bot_token(self) -> Finding:
        listening = self._keys.app_token or self._keys.signing_secret
        remedy = f"{INSTALL}, and set it as SLACK_BOT_TOKEN"
        found = "SLACK_BOT_TOKEN is not set"
        return guided(Finding("bad" if listening else "off", found, remedy), INSTALLED)

    def _sockets(self) -> Finding:
        token = self._keys.app_token
        if wrong := misplaced("SLACK_APP_TOKEN", token, belongs="xapp-"):
            return guided(Finding("bad", wrong, LISTEN), LISTENING)
        told = self._asked(
            lambda: self._client_with("").apps_connections_open(app_token=token),
            "SLACK_APP_TOKEN",
            LISTEN,
            step=LISTENING,
        )
        if isinstance(told, Finding):
            return told
        named, bots = self._app_of_app_token(), self._app_of_bot()
        if named and bots and named != bots:
            apart = f"SLACK_APP_TOKEN belongs to the app {named}, SLACK_BOT_TOKEN to {bots}"
            return guided(Finding("bad", apart, "copy both tokens from the same app"), LISTENING)
        return Finding("good", "Socket Mode: Slack opens a connection for SLACK_APP_TOKEN")

    def _greeted(self) -> SlackResponse:
        """What auth.test answers; asked once."""
        with self._lock:
            if self._greeting is None:
                try:
                    self._greeting = self._ask_who()
                except Exception as error:  # noqa: BLE001 - kept for whoever asks next
                    self._greeting = error
        if isinstance(self._greeting, Exception):
            raise self._greeting
        return self._greeting

    def _ask_who(self) -> SlackResponse:
        """A token of another kind is kept to ourselves: Slack may take it, for something else."""
        if wrong := misplaced("SLACK_BOT_TOKEN", self._keys.bot_token, belongs="xoxb-"):
            raise ValueError(wrong)
        return self._client_with(self._keys.bot_token).auth_test()

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
        self, ask: Callable[[], SlackResponse], name: str, remedy: str, *, step: int = 0
    ) -> SlackResponse | Finding:
        """What Slack answers, or what a failure says of the setting `name` or the way to Slack."""
        try:
            return ask()
        except SlackApiError as error:
            status, code = error.response.status_code, str(error.response["error"])
            if status == HTTPStatus.OK and _CODE.fullmatch(code):
                return _at(step, Finding("bad", refused(name, code), remedy))
            return self._no_slack(f"HTTP status {status}")
        except (OSError, HTTPException) as error:
            return self._no_slack(type(error).__name__)
        except ValueError:
            unsent = f"{name} or SLACK_API_URL holds characters that cannot be sent"
            return _at(step, Finding("bad", unsent, remedy))

    def _no_slack(self, problem: str) -> Finding:
        remedy = "check the network, and SLACK_API_URL if it is set"
        return Finding("bad", f"no Slack answers at {self._keys.api_url} ({problem})", remedy)


def _at(step: int, finding: Finding) -> Finding:
    return guided(finding, step) if step else finding


def _wrong_bot_token(found: str, *, rotated: bool = False) -> Finding:
    if rotated:
        return guided(Finding("bad", found, RECREATE), REGISTERED)
    return guided(Finding("bad", found, INSTALL), INSTALLED)


def _signed(secret: str) -> Finding:
    if wrong := misplaced("SLACK_SIGNING_SECRET", secret, belongs=""):
        return guided(Finding("bad", wrong, SIGN), LISTENING)
    url = f"Slack must reach you at https://<your public address>{EVENTS_PATH}"
    if _SIGNING_SECRET.fullmatch(secret.strip()):
        return Finding("good", f"HTTP: SLACK_SIGNING_SECRET is set; {url}")
    return Finding(
        "doubtful",
        "HTTP: SLACK_SIGNING_SECRET does not look like one (32 of the characters 0-9 and a-f)",
        f"{SIGN}; {url}",
    )


def _headers(told: SlackResponse) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in told.headers.items()}
