"""What Slack must allow and send, said once: the manifest, `doctor` and the tests read it here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

HISTORIES = frozenset({"channels:history", "groups:history", "im:history"})
_NONE: frozenset[str] = frozenset()
_WRITE = frozenset({"chat:write"})
_ASSISTANT = frozenset({"assistant:write"})
_FILES = frozenset({"files:write"})
_USERS = frozenset({"users:read"})

METHODS: Mapping[str, frozenset[str]] = {
    "agents.sessions.rename": _WRITE,
    "agents.sessions.setStatus": _WRITE,
    "apps.connections.open": _NONE,
    "apps.manifest.export": _NONE,
    "assistant.threads.setStatus": _ASSISTANT,
    "assistant.threads.setSuggestedPrompts": _ASSISTANT,
    "assistant.threads.setTitle": _ASSISTANT,
    "auth.test": _NONE,
    "bots.info": _USERS,
    "chat.appendStream": _WRITE,
    "chat.delete": _WRITE,
    "chat.deleteScheduledMessage": _WRITE,
    "chat.postEphemeral": _WRITE,
    "chat.postMessage": _WRITE,
    "chat.scheduleMessage": _WRITE,
    "chat.scheduledMessages.list": _NONE,
    "chat.startStream": _WRITE,
    "chat.stopStream": _WRITE,
    "chat.update": _WRITE,
    "conversations.history": HISTORIES,
    "conversations.replies": HISTORIES,
    "files.completeUploadExternal": _FILES,
    "files.getUploadURLExternal": _FILES,
    "users.info": _USERS,
    "views.open": _NONE,
    "views.publish": _NONE,
    "views.update": _NONE,
}
"""The bot scopes that Slack asks for each method that the bot may call.

`apps.*` take tokens of other kinds, and views need no scope of their own.
"""


@dataclass(frozen=True, slots=True)
class Event:
    """A subscription of the manifest."""

    type: str
    """As a listener is registered for it: every message.* arrives as "message"."""
    scopes: frozenset[str]
    feature: str
    """What people miss where it is not subscribed."""


EVENTS: Mapping[str, Event] = {
    "agent_session_stopped": Event("agent_session_stopped", _NONE, "the stop button"),
    "agent_session_title_changed": Event(
        "agent_session_title_changed", _NONE, "titles that people gave their conversations"
    ),
    "app_context_changed": Event(
        "app_context_changed", _NONE, "knowing what is open beside the agent pane"
    ),
    "app_home_opened": Event("app_home_opened", _NONE, "the Home tab and suggested prompts"),
    "app_mention": Event("app_mention", frozenset({"app_mentions:read"}), "@adaptbot in channels"),
    "message.channels": Event(
        "message", frozenset({"channels:history"}), "follow-ups without @adaptbot in channels"
    ),
    "message.groups": Event(
        "message",
        frozenset({"groups:history"}),
        "follow-ups without @adaptbot in private channels",
    ),
    "message.im": Event("message", frozenset({"im:history"}), "direct messages"),
}
"""The manifest's bot_events."""
IGNORED = frozenset({"agent_session_title_changed", "app_context_changed"})
"""Subscribed because Slack expects it of an agent; nothing follows from them here."""

COMMANDS = ("/adapt",)
SHORTCUTS = ("ask_about", "recommend_for")
"""The callback_id of each message shortcut."""
INTERACTION = frozenset({"commands"})
"""The scopes for slash commands and shortcuts."""

FEATURES: Mapping[str, str] = {
    "app_mentions:read": "@adaptbot in channels",
    "assistant:write": "the status while an answer is made, and suggested prompts",
    "channels:history": "follow-ups without @adaptbot in channels, and never answering twice there",
    "chat:write": "every answer",
    "commands": "/adapt and the message shortcuts",
    "files:write": "the picture and the decision record in the thread",
    "groups:history": "the same follow-ups in private channels",
    "im:history": "direct messages",
    "users:read": "telling guests and people of other organisations from members",
}
"""What is off without each scope."""


def needed(methods: Iterable[str] = METHODS) -> frozenset[str]:
    """The bot scopes for calling `methods`, and for all that the bot hears."""
    called = (METHODS[method] for method in methods)
    heard = (event.scopes for event in EVENTS.values())
    return INTERACTION.union(*called, *heard)
