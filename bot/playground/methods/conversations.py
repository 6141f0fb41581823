"""conversations.*: reading conversations and opening direct messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.errors import RefusedError
from bot.playground.methods.places import joined_channel, known_user, visible_channel
from bot.playground.payloads import channel_json, message_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.playground.arguments import Arguments
    from bot.playground.site import Site
    from bot.playground.workspace import Channel, Json, Message

_PREFIX = {"channel": "channels", "group": "groups", "im": "im"}
PAGE = 1_000


def info(site: Site, args: Arguments) -> Json:
    """conversations.info."""
    channel = visible_channel(site, args.text("channel"))
    _need(site, f"{_PREFIX[channel.kind]}:read")
    return {"channel": channel_json(channel, viewer=site.app.bot_user_id)}


def open_(site: Site, args: Arguments) -> Json:
    """conversations.open, for a direct message with one person."""
    if args.text("channel"):
        channel = visible_channel(site, args.text("channel"))
    else:
        user = known_user(site, args.text("users", missing="users_list_not_supplied"))
        channel = site.workspace.direct_message(site.app.bot_user_id, user.id)
    return {"channel": {"id": channel.id}, "no_op": True, "already_open": True}


def replies(site: Site, args: Arguments) -> Json:
    """conversations.replies: the root first, then every reply, oldest first."""
    channel = _readable(site, args)
    asked = site.workspace.message(channel.id, args.text("ts"))
    thread_ts = asked.thread if asked else args.text("ts")
    thread = site.workspace.messages(channel.id, thread_ts=thread_ts)
    if not thread:
        raise RefusedError("thread_not_found")
    return _page(site, args, thread)


def history(site: Site, args: Arguments) -> Json:
    """conversations.history: messages outside threads, newest first."""
    channel = _readable(site, args)
    messages = site.workspace.messages(channel.id)
    roots = [m for m in messages if m.thread == m.ts]
    return _page(site, args, roots[::-1])


def _readable(site: Site, args: Arguments) -> Channel:
    channel = joined_channel(site, args.text("channel"))
    _need(site, f"{_PREFIX[channel.kind]}:history")
    return channel


def _need(site: Site, scope: str) -> None:
    if scope not in site.app.scopes:
        provided = ",".join(sorted(site.app.scopes))
        raise RefusedError("missing_scope", needed=scope, provided=provided)


def _page(site: Site, args: Arguments, messages: Sequence[Message]) -> Json:
    kept = [message for message in messages if _within(message.ts, args)]
    start = args.number("cursor", default=0) if args.text("cursor") else 0
    stop = start + min(args.number("limit", default=100) or 100, PAGE)
    metadata = args.flag("include_all_metadata")
    shown = [message_json(m, site.app, metadata=metadata) for m in kept[start:stop]]
    more = stop < len(kept)
    return {
        "messages": shown,
        "has_more": more,
        "response_metadata": {"next_cursor": str(stop) if more else ""},
    }


def _within(ts: str, args: Arguments) -> bool:
    oldest, latest = args.text("oldest"), args.text("latest")
    inside = (not oldest or ts > oldest) and (not latest or ts < latest)
    return inside or (args.flag("inclusive") and ts in (oldest, latest))
