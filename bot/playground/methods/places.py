"""Finding the conversation, person or message that a call names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.errors import RefusedError

if TYPE_CHECKING:
    from bot.playground.site import Site
    from bot.playground.workspace import Channel, Message, User


def visible_channel(site: Site, name: str) -> Channel:
    """A conversation that the app can see, or RefusedError("channel_not_found")."""
    channel = site.workspace.channel(name)
    hidden = channel and channel.kind != "channel" and site.app.bot_user_id not in channel.members
    if channel is None or hidden or not name:
        raise RefusedError("channel_not_found")
    return channel


def joined_channel(site: Site, name: str) -> Channel:
    """A conversation that the app is in, or RefusedError as Slack would."""
    channel = visible_channel(site, name)
    if site.app.bot_user_id not in channel.members:
        raise RefusedError("not_in_channel")
    return channel


def writable_channel(site: Site, name: str) -> Channel:
    """A conversation that the app may post to; a person's id stands for their direct message."""
    person = site.workspace.user(name) if name.startswith("U") else None
    if person is not None:
        return site.workspace.direct_message(site.app.bot_user_id, person.id)
    channel = visible_channel(site, name)
    if channel.is_archived:
        raise RefusedError("is_archived")
    public = channel.kind == "channel" and "chat:write.public" in site.app.scopes
    return channel if public else joined_channel(site, name)


def existing_message(site: Site, channel: Channel, ts: str) -> Message:
    """A message that everybody sees, or RefusedError("message_not_found")."""
    message = site.workspace.message(channel.id, ts)
    if message is None or message.only_for is not None:
        raise RefusedError("message_not_found")
    return message


def known_user(site: Site, user_id: str) -> User:
    """Somebody, or RefusedError("user_not_found")."""
    user = site.workspace.user(user_id)
    if user is None or user.id != user_id:
        raise RefusedError("user_not_found")
    return user
