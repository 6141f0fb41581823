"""Who may ask, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from threading import Lock
from typing import Any

from cachetools import TTLCache
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.calling import code
from bot.slack.clients import patient
from bot.slack.origin import Identity, Origin
from bot.telemetry import logger

KEPT_SECONDS = 600
"""How long it takes until a person's new role is noticed."""
KEPT_PEOPLE = 5_000
CANNOT_TELL = frozenset({"missing_scope", "not_allowed_token_type", "unknown_method"})
"""Codes that are no passing trouble: this workspace will never say."""
SHARED_SECONDS = 86_400
"""How long a channel counts as shared with others after a message there said so."""

HERE = "I am not set up to answer in this channel. Write to me directly, or ask an admin to add it."
YOU = "I am not set up to answer you. Please ask the admins of adaptbot."
GUEST = "I am not set up to answer guests of this workspace. Please ask the admins of adaptbot."
SHARED = (
    "I don't answer in channels that are shared with other organisations, nor people from "
    "elsewhere. Please ask in a channel of your own workspace, or write to me directly."
)
UNSURE = "I could not find out just now whether I may answer you. Please try again in a moment."

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Permissions:
    """As the admins set them; an empty set of ids allows all."""

    channels: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    guests: bool = False
    shared: bool = False


class People:
    """What Slack says of people: kept for a while, since every question asks it."""

    def __init__(self, client: WebClient) -> None:
        self._client = patient(client)
        self._known: TTLCache[str, Mapping[str, Any]] = TTLCache(KEPT_PEOPLE, KEPT_SECONDS)
        self._lock = Lock()

    def profile(self, user: str) -> Mapping[str, Any] | None:
        """As users.info has it; None where the app may not ask.

        Raises:
            SlackApiError: Slack does not say.
            OSError: Slack cannot be reached.
        """
        with self._lock:
            if user in self._known:
                return self._known[user]
        try:
            found: Mapping[str, Any] = self._client.users_info(user=user)["user"]
        except SlackApiError as error:
            if code(error) in CANNOT_TELL:
                _log.warning(
                    "guests cannot be told from members",
                    problem=code(error),
                    missing_scope="users:read",
                )
                return None
            raise
        with self._lock:
            self._known[user] = found
        return found


class Access:
    """Holds a request against what is allowed."""

    def __init__(self, permissions: Permissions, *, people: People, identity: Identity) -> None:
        self._permissions = permissions
        self._people = people
        self._identity = identity
        self._shared: TTLCache[str, None] = TTLCache(KEPT_PEOPLE, SHARED_SECONDS)
        self._lock = Lock()

    def refusal(self, origin: Origin) -> str | None:
        """Why the bot does not answer there or them, in words; nothing where it does."""
        allowed = self._permissions
        if allowed.users and origin.user not in allowed.users:
            return YOU
        if allowed.channels and not origin.direct and origin.channel not in allowed.channels:
            return HERE
        if not allowed.shared and (self._is_shared(origin) or self._foreign(origin.user_team)):
            return SHARED
        return None if allowed.guests and allowed.shared else self._by_role(origin)

    def _is_shared(self, origin: Origin) -> bool:
        """Messages say so; commands and presses do not, but a message may have said it before."""
        with self._lock:
            if origin.shared:
                self._shared[origin.channel] = None
            return origin.channel in self._shared

    def _by_role(self, origin: Origin) -> str | None:
        try:
            person = self._people.profile(origin.user)
        except (SlackApiError, OSError, HTTPException) as error:
            _log.warning("a person's role is unknown", problem=type(error).__name__)
            return UNSURE
        if person is None:
            return None
        if person.get("deleted"):
            return YOU
        foreign = person.get("is_stranger") or self._foreign(person.get("team_id"))
        if foreign and not self._permissions.shared:
            return SHARED
        guest = person.get("is_restricted") or person.get("is_ultra_restricted")
        return GUEST if guest and not self._permissions.guests else None

    def _foreign(self, team: str | None) -> bool:
        """Whether a workspace is none of ours; within an organisation, a profile tells more."""
        known = self._identity.team and not self._identity.enterprise
        return bool(team and known and team != self._identity.team)
