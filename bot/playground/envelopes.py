"""The payloads that Slack sends an app: events, commands, presses, shortcuts, submissions."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.playground.payloads import mentions, message_json
from bot.playground.workspace import Deleted, Edited, Posted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.playground.registration import SlackApp
    from bot.playground.workspace import Change, Channel, Json, Message, User

_SUBSCRIPTIONS = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}


@dataclass(frozen=True, slots=True)
class Envelopes:
    """Builds what Slack would send to one app."""

    app: SlackApp

    def event(self, event: Json, *, shared: bool = False) -> Json:
        """An event in the envelope of the Events API."""
        app = self.app
        return {
            "token": "legacy-verification-token",
            "team_id": app.team_id,
            "context_team_id": app.team_id,
            "context_enterprise_id": None,
            "api_app_id": app.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{secrets.token_hex(5).upper()}",
            "event_time": int(time.time()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": app.team_id,
                    "user_id": app.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                },
            ],
            "is_ext_shared_channel": shared,
            "event_context": f"4-{secrets.token_hex(8)}",
        }

    def about(self, change: Change, channel: Channel) -> Iterator[Json]:
        """The events that a change of a message gives the app, as it is subscribed."""
        message = change.message
        if message.only_for is not None or self.app.bot_user_id not in channel.members:
            return
        if _SUBSCRIPTIONS[channel.kind] in self.app.events:
            yield self.event(self._message_event(change, channel), shared=channel.is_ext_shared)
        mentioned = self.app.bot_user_id in mentions(message.text)
        by_itself = message.user == self.app.bot_user_id
        told = isinstance(change, Posted) and mentioned and not by_itself and channel.kind != "im"
        if told and "app_mention" in self.app.events:
            event = self._seen(message) | {"type": "app_mention", "channel": channel.id}
            yield self.event(event | {"event_ts": message.ts}, shared=channel.is_ext_shared)

    def _message_event(self, change: Change, channel: Channel) -> Json:
        place = {"channel": channel.id, "channel_type": channel.kind}
        now = f"{time.time():.6f}"
        match change:
            case Posted(message):
                return self._seen(message) | place | {"event_ts": message.ts}
            case Edited(message, before):
                return place | {
                    "type": "message",
                    "subtype": "message_changed",
                    "message": self._seen(message),
                    "previous_message": self._seen(before),
                    "hidden": True,
                    "ts": now,
                    "event_ts": now,
                }
            case Deleted(message):
                return place | {
                    "type": "message",
                    "subtype": "message_deleted",
                    "previous_message": self._seen(message),
                    "deleted_ts": message.ts,
                    "hidden": True,
                    "ts": now,
                    "event_ts": now,
                }

    def _seen(self, message: Message) -> Json:
        return message_json(message, self.app, metadata=True)

    def home_opened(self, user: User, channel: str, *, tab: str, view: Json | None) -> Json:
        """app_home_opened; tab is "home" or "messages"."""
        event: Json = {
            "type": "app_home_opened",
            "user": user.id,
            "channel": channel,
            "tab": tab,
            "event_ts": f"{time.time():.6f}",
        }
        return self.event(event | ({"view": view} if view and tab == "home" else {}))

    def command(self, command: str, text: str, *, user: User, channel: Channel) -> Json:
        """A slash command, without its response_url and trigger_id."""
        names = {"im": "directmessage", "group": "privategroup"}
        return {
            "token": "legacy-verification-token",
            "team_id": self.app.team_id,
            "team_domain": "local",
            "channel_id": channel.id,
            "channel_name": names.get(channel.kind, channel.name),
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": text,
            "api_app_id": self.app.app_id,
            "is_enterprise_install": "false",
        }

    def interaction(self, kind: str, user: User) -> Json:
        """What every interaction has in common; kind is block_actions, message_action, …."""
        return {
            "type": kind,
            "token": "legacy-verification-token",
            "user": {
                "id": user.id,
                "username": user.name,
                "name": user.name,
                "team_id": user.team_id,
            },
            "team": {"id": self.app.team_id, "domain": "local"},
            "enterprise": None,
            "is_enterprise_install": False,
            "api_app_id": self.app.app_id,
        }

    def on_message(self, message: Message, channel: Channel) -> Json:
        """Where an interaction with a message took place."""
        container: Json = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": message.only_for is not None,
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        place: Json = {
            "container": container,
            "channel": {"id": channel.id, "name": channel.name},
            "state": {"values": {}},
        }
        if message.only_for is None:
            place["message"] = self._seen(message)
        return place
