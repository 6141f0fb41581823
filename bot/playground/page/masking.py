"""Takes keys out of what is shown of payloads: tokens, tickets, secret addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.playground.registration import SlackApp

HIDDEN = "(hidden)"
SECRET_KEYS = frozenset({"authorization", "client_secret", "secret", "signing_secret", "ticket"})
"""Fields whose value is never shown; neither is that of any field that ends in "token"."""

_SHAPED: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b(?:xox[a-z](?:\.xox[a-z])?|xapp)-[\w.-]+"), HIDDEN),
    (re.compile(r"(/(?:commands|actions)/\w+/)[\w/]+"), rf"\1{HIDDEN}"),
    (re.compile(r"([?&](?:ticket|token)=)[^&#\s]+"), rf"\1{HIDDEN}"),
)
"""Keys by their shape, wherever they stand: tokens, response_urls, the address of a socket."""


def secrets_of(app: SlackApp) -> tuple[str, ...]:
    """The keys of an app."""
    return (app.bot_token, app.app_token, app.signing_secret)


def masked(value: Any, secrets: Iterable[str] = ()) -> Any:
    """The same JSON without keys; `secrets` are those known by their text."""
    known = tuple(secret for secret in secrets if secret)
    if isinstance(value, dict):
        return {
            _text(str(name), known): HIDDEN if _is_secret(name, held) else masked(held, known)
            for name, held in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [masked(item, known) for item in value]
    return _text(value, known) if isinstance(value, str) else value


def _is_secret(name: object, held: object) -> bool:
    lowered = str(name).lower()
    return bool(held) and (lowered in SECRET_KEYS or lowered.endswith("token"))


def _text(text: str, known: tuple[str, ...]) -> str:
    for secret in known:
        text = text.replace(secret, HIDDEN)
    for pattern, instead in _SHAPED:
        text = pattern.sub(instead, text)
    return text
