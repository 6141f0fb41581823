"""How the app under test is registered with the local Slack."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

SCOPES = frozenset(
    {
        "app_mentions:read",
        "assistant:write",
        "channels:history",
        "chat:write",
        "commands",
        "files:write",
        "groups:history",
        "im:history",
        "users:read",
    },
)
"""What adaptbot's manifest asks for; a method that needs another scope answers missing_scope."""

EVENTS = frozenset(
    {
        "agent_session_stopped",
        "agent_session_title_changed",
        "app_context_changed",
        "app_home_opened",
        "app_mention",
        "message.channels",
        "message.groups",
        "message.im",
    },
)
"""What adaptbot's manifest subscribes to."""


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command, as Slack's client offers it."""

    description: str
    usage_hint: str


COMMANDS = {
    "/adapt": Command(
        "Find the right way to adapt an LLM, or ask about it",
        "[ask <question> | help | <describe your project>]",
    ),
}
"""What adaptbot's manifest declares."""

SHORTCUTS = {
    "ask_about": "Ask adaptbot about this",
    "recommend_for": "Recommend a method",
}
"""The message shortcuts of adaptbot's manifest: their names by callback_id."""


@dataclass(frozen=True, slots=True)
class SlackApp:
    """One app: its identity, its keys, and what it may do and hear."""

    team_id: str = "T1"
    app_id: str = "A1"
    bot_user_id: str = "U1BOT"
    bot_id: str = "B1BOT"
    name: str = "adaptbot"
    scopes: frozenset[str] = SCOPES
    events: frozenset[str] = EVENTS
    commands: frozenset[str] = frozenset(COMMANDS)
    bot_token: str = field(default_factory=lambda: f"xoxb-{secrets.token_hex(8)}")
    app_token: str = field(default_factory=lambda: f"xapp-1-A1-{secrets.token_hex(8)}")
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16))
