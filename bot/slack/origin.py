"""Where something was asked, and by whom: what every job carries of its request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from bot.slack.outbox import Place

Surface = Literal["mention", "direct", "thread", "channel", "command", "shortcut", "home", "button"]
"""How the bot was addressed; "thread" and "channel" are messages that do not mention it."""


class Origin(BaseModel):
    """The person, the place and the way."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    team: str
    """The workspace, or the organisation where the app is installed for a whole one."""
    channel: str
    user: str
    surface: Surface
    root: str | None = None
    """The `ts` that the thread hangs on; None where there is no thread yet."""
    user_team: str | None = None
    """Where the person comes from, if Slack says so."""
    shared: bool = False
    """Whether people of other organisations are in the channel (Slack Connect)."""
    response_url: str | None = None
    """Where a command, a shortcut or a press is answered to its user alone, for 30 minutes."""

    @property
    def thread(self) -> str:
        """The thread's own key: nothing said in one is ever seen in another."""
        return f"{self.team}:{self.channel}:{self.root}"

    @property
    def place(self) -> Place:
        """Where replies go."""
        return Place(self.channel, self.root)

    @property
    def direct(self) -> bool:
        """Whether nobody else reads along."""
        return self.channel.startswith(("D", "U", "W"))

    @property
    def unasked(self) -> bool:
        """Whether nobody addressed the bot by name, so that it may only speak when it is sure."""
        return self.surface in ("thread", "channel")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is in Slack; "" for what Slack did not say."""

    team: str
    bot_user: str
    enterprise: str = ""
    app: str = ""

    def meant(self, body: Mapping[str, Any]) -> bool:
        """Whether a delivery is for this app in this workspace or organisation."""
        app = body.get("api_app_id")
        if self.app and app and app != self.app:
            return False
        known = {self.team, self.enterprise} - {""}
        named = {_id(body.get(name)) for name in ("team_id", "team", "enterprise_id", "enterprise")}
        named |= {_id(body.get("context_team_id"))}
        named |= {_id(each.get("team_id")) for each in body.get("authorizations") or ()}
        return not known or not (named - {""}) or bool(known & named)


def team_of(body: Mapping[str, Any]) -> str:
    """The workspace of a delivery, or the organisation where there is none."""
    user = body.get("user")
    if isinstance(user, Mapping) and not (body.get("team_id") or body.get("team")):
        return _id(user.get("team_id")) or _id(body.get("enterprise"))
    keys = ("team_id", "team", "enterprise_id", "enterprise")
    return next((found for key in keys if (found := _id(body.get(key)))), "")


def pressed_at(body: Mapping[str, Any], *, surface: Surface) -> Origin:
    """Where a button was pressed, or a shortcut was used."""
    container, message = body.get("container") or {}, body.get("message") or {}
    hidden = container.get("is_ephemeral")
    thread = message.get("thread_ts") or container.get("thread_ts")
    stamp = message.get("ts") or container.get("message_ts")
    return Origin(
        team=team_of(body),
        channel=body["channel"]["id"],
        user=body["user"]["id"],
        surface=surface,
        root=thread or (None if hidden else stamp),
        user_team=body["user"].get("team_id"),
        response_url=body.get("response_url"),
    )


def typed_at(command: Mapping[str, Any]) -> Origin:
    """Where a slash command was typed."""
    return Origin(
        team=team_of(command),
        channel=command["channel_id"],
        user=command["user_id"],
        surface="command",
        response_url=command["response_url"],
    )


def _id(given: Any) -> str:
    return str((given.get("id") if isinstance(given, Mapping) else given) or "")
