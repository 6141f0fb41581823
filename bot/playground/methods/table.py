"""Which methods there are, with the scope and the kind of token each needs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bot.playground.methods import (
    agents,
    chat,
    conversations,
    files,
    manifest,
    people,
    scheduled,
    streams,
    views,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.playground.arguments import Arguments
    from bot.playground.site import Site
    from bot.playground.workspace import Json

TokenKind = Literal["bot", "app", "configuration"]
"""As they begin: xoxb-, xapp-, xoxe.xoxp-."""


@dataclass(frozen=True, slots=True)
class Method:
    """One method of the Web API."""

    run: Callable[[Site, Arguments], Json]
    scope: str = ""
    takes: TokenKind = "bot"
    """The kind of token; any other is refused."""


def _open_connection(site: Site, _args: Arguments) -> Json:
    ticket = secrets.token_hex(8)
    site.tickets.add(ticket)
    address = site.base_url.replace("http://", "ws://", 1)
    return {"url": f"{address}/link/?ticket={ticket}&app_id={site.app.app_id}"}


METHODS = {
    "agents.sessions.rename": Method(agents.rename_session, "chat:write"),
    "agents.sessions.setStatus": Method(agents.set_session_status, "chat:write"),
    "apps.connections.open": Method(_open_connection, takes="app"),
    "apps.manifest.export": Method(manifest.export, takes="configuration"),
    "assistant.threads.setStatus": Method(agents.set_status, "assistant:write"),
    "assistant.threads.setSuggestedPrompts": Method(
        agents.set_suggested_prompts, "assistant:write"
    ),
    "assistant.threads.setTitle": Method(agents.set_title, "assistant:write"),
    "auth.test": Method(people.auth_test),
    "blocks.validate": Method(views.validate),
    "bots.info": Method(people.bots_info, "users:read"),
    "chat.appendStream": Method(streams.append, "chat:write"),
    "chat.delete": Method(chat.delete, "chat:write"),
    "chat.deleteScheduledMessage": Method(scheduled.delete, "chat:write"),
    "chat.postEphemeral": Method(chat.post_ephemeral, "chat:write"),
    "chat.postMessage": Method(chat.post_message, "chat:write"),
    "chat.scheduleMessage": Method(scheduled.schedule, "chat:write"),
    "chat.scheduledMessages.list": Method(scheduled.listed),
    "chat.startStream": Method(streams.start, "chat:write"),
    "chat.stopStream": Method(streams.stop, "chat:write"),
    "chat.update": Method(chat.update, "chat:write"),
    "conversations.history": Method(conversations.history),
    "conversations.info": Method(conversations.info),
    "conversations.open": Method(conversations.open_, "im:write"),
    "conversations.replies": Method(conversations.replies),
    "files.completeUploadExternal": Method(files.complete, "files:write"),
    "files.getUploadURLExternal": Method(files.announce, "files:write"),
    "reactions.add": Method(people.add_reaction, "reactions:write"),
    "reactions.remove": Method(people.remove_reaction, "reactions:write"),
    "users.info": Method(people.users_info, "users:read"),
    "views.open": Method(views.open_),
    "views.publish": Method(views.publish),
    "views.update": Method(views.update),
}
