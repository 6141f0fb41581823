"""Slack's tokens: where each is found, and what is wrong with one that does not do."""

from __future__ import annotations

import re

ROTATED = "xoxe.xoxb-"
"""How a bot token begins where token rotation is on."""
KINDS = {
    "xoxb-": "a bot token (xoxb-…)",
    "xapp-": "an app-level token (xapp-…)",
    "xoxp-": "a person's token (xoxp-…)",
    ROTATED: "a bot token that expires (xoxe.xoxb-…)",
    "xoxe.xoxp-": "a configuration token (xoxe.xoxp-…)",
    "xoxe-": "a refresh token (xoxe-…)",
}
"""How each kind begins."""
SETTINGS = {
    "xoxb-": "SLACK_BOT_TOKEN",
    "xapp-": "SLACK_APP_TOKEN",
    "xoxe.xoxp-": "SLACK_CONFIG_TOKEN",
}
"""The setting that each kind belongs in; the others belong in none."""
REASONS = {
    "account_inactive": "the app is not installed any more, or the token was revoked",
    "invalid_auth": "Slack knows no such token: is it whole?",
    "not_allowed_token_type": "it is a token of another kind",
    "token_expired": "it has expired",
    "token_revoked": "the app is not installed any more, or the token was revoked",
}
"""What Slack's codes mean for a token; a code that is not here stands for itself."""
UNSCOPED = {"missing_scope", "no_permission"}
"""The codes for an app-level token without connections:write, which alone needs a scope here."""

INSTALL = (
    "install the app under 'Install App' of its settings, and copy the Bot User OAuth Token "
    "(xoxb-…), which stands under 'OAuth & Permissions' as well"
)
LISTEN = (
    "under 'Basic Information' of your Slack app, 'App-Level Tokens', generate a token (xapp-…) "
    "with the scope connections:write"
)
SIGN = "copy the Signing Secret from 'Basic Information' of your Slack app"
CONFIGURE = (
    "create a configuration token (xoxe.xoxp-…, valid for 12 hours) at api.slack.com/apps for the "
    "workspace that the app belongs to"
)
RECREATE = (
    "with token rotation the token is of no use after 12 hours: create the app anew from the "
    "manifest (deploy/slack/manifest.yaml), which leaves it off"
)
"""What to do where one is missing or does not do."""

_SECRET = re.compile(r"[0-9a-f]{32}")
_EXAMPLE = re.compile(r"(?i)your[-_ ]|\.\.\.|…")


def misplaced(setting: str, value: str, *, belongs: str) -> str:
    """What is wrong with the value of a setting of Slack's, without any of it; "" if nothing is.

    `belongs` is how what belongs there begins, "" for the signing secret. Of what begins as nothing
    known, Slack is the judge.
    """
    value = value.strip()
    if _EXAMPLE.search(value):
        return f"{setting} still holds an example in place of your own"
    if belongs and _SECRET.fullmatch(value):
        return f"{setting} holds a signing or client secret"
    begins = next((begins for begins in KINDS if value.startswith(begins)), belongs)
    if begins == belongs:
        return ""
    return f"{setting} holds {KINDS[begins]}{_home(begins)}"


def refused(setting: str, code: str) -> str:
    """What it says of a setting that Slack refuses its token with that code."""
    reason = REASONS.get(code, "")
    if code in UNSCOPED and setting == "SLACK_APP_TOKEN":
        reason = "it lacks the scope connections:write"
    return f"Slack refuses {setting} ({code})" + (f": {reason}" if reason else "")


def _home(begins: str) -> str:
    if begins == ROTATED:
        return ": token rotation is on in the app"
    return f", which belongs in {SETTINGS[begins]}" if begins in SETTINGS else ""
