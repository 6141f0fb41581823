"""The response_urls that commands and button presses carry."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field

from bot.playground.errors import RefusedError

KEPT = 1_000
USES = 5
SECONDS = 30 * 60


@dataclass(slots=True)
class Grant:
    """What one response_url may do: speak to one person in one conversation."""

    channel: str
    user: str
    message_ts: str | None = None
    """The message whose button was pressed; None for a command."""
    uses: int = 0
    born: float = field(default_factory=time.monotonic)


class ResponseUrls:
    """Every grant given out, by its secret path."""

    def __init__(self) -> None:
        self._grants: dict[str, Grant] = {}

    def give(self, grant: Grant, *, kind: str, team_id: str) -> str:
        """The path of a new response_url; kind is "commands" or "actions"."""
        path = f"/{kind}/{team_id}/{secrets.token_hex(6)}/{secrets.token_hex(12)}"
        self._grants[path] = grant
        while len(self._grants) > KEPT:
            del self._grants[next(iter(self._grants))]
        return path

    def use(self, path: str) -> Grant:
        """Count one use; raises RefusedError after five, or after half an hour."""
        grant = self._grants.get(path)
        if grant is None:
            raise RefusedError("no_service")
        if time.monotonic() - grant.born > SECONDS:
            raise RefusedError("expired_url")
        if grant.uses >= USES:
            raise RefusedError("used_url")
        grant.uses += 1
        return grant

    def age(self, path: str, *, seconds: float) -> None:
        """Make a response_url older than it is, for tests of its expiry."""
        self._grants[path].born -= seconds
