"""chat.scheduleMessage, scheduledMessages.list and deleteScheduledMessage."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bot.playground.errors import RefusedError
from bot.playground.limits import TEXT
from bot.playground.methods.chat import thread_of
from bot.playground.methods.places import joined_channel, visible_channel
from bot.playground.payloads import message_json
from bot.playground.posting import as_bot, content_of, needed
from bot.playground.site import ScheduledMessage
from bot.playground.timing import later, post_due

if TYPE_CHECKING:
    from bot.playground.arguments import Arguments
    from bot.playground.site import Site
    from bot.playground.workspace import Json

FURTHEST_SECONDS = 120 * 86_400
WINDOW_SECONDS = 300
WINDOW_MESSAGES = 30
LAST_SECONDS = 60
"""Within these, a message can no longer be taken back."""
PAGE = 100


def schedule(site: Site, args: Arguments) -> Json:
    """chat.scheduleMessage: at most 120 days ahead, and 30 in five minutes of a channel."""
    channel = joined_channel(site, args.text("channel"))
    if channel.is_archived:
        raise RefusedError("is_archived")
    content = needed(content_of(args, longest=TEXT))
    post_at = _time(site, args.text("post_at", missing="invalid_time"))
    thread_ts = thread_of(args)
    near = [one.post_at // WINDOW_SECONDS for one in _of(site, channel.id)]
    if near.count(post_at // WINDOW_SECONDS) >= WINDOW_MESSAGES:
        raise RefusedError("restricted_too_many")
    name = f"Q{secrets.token_hex(5).upper()}"
    site.scheduled[name] = ScheduledMessage(
        name, channel.id, post_at, int(site.now()), content, thread_ts
    )
    later(post_at - site.now(), lambda: post_due(site))
    shown = message_json(as_bot(site, channel, content, thread_ts=thread_ts), site.app)
    del shown["ts"]
    return {
        "channel": channel.id,
        "scheduled_message_id": name,
        "post_at": str(post_at),
        "message": shown,
    }


def listed(site: Site, args: Arguments) -> Json:
    """chat.scheduledMessages.list: of one channel or all, soonest first; no thread is shown."""
    channel = args.text("channel")
    if channel and site.workspace.channel(channel) is None:
        raise RefusedError("invalid_channel")
    oldest, latest = args.text("oldest"), args.text("latest")
    if oldest and latest and float(oldest) >= float(latest):
        raise RefusedError("invalid_arguments")
    waiting = sorted(_of(site, channel), key=lambda one: one.post_at)
    kept = [one for one in waiting if _within(one.post_at, oldest, latest)]
    start = args.number("cursor", default=0) if args.text("cursor") else 0
    stop = start + min(args.number("limit", default=PAGE) or PAGE, PAGE)
    return {
        "scheduled_messages": [_shown(one) for one in kept[start:stop]],
        "response_metadata": {"next_cursor": str(stop) if stop < len(kept) else ""},
    }


def delete(site: Site, args: Arguments) -> Json:
    """chat.deleteScheduledMessage, but for the last minute."""
    channel = visible_channel(site, args.text("channel"))
    with site.workspace.changed:
        waiting = site.scheduled.get(args.text("scheduled_message_id"))
        last = waiting and waiting.post_at - site.now() <= LAST_SECONDS
        if waiting is None or waiting.channel != channel.id or last:
            raise RefusedError("invalid_scheduled_message_id")
        del site.scheduled[waiting.id]
    return {}


def _of(site: Site, channel: str) -> list[ScheduledMessage]:
    """What waits in a channel; in all of them for ""."""
    return [one for one in list(site.scheduled.values()) if channel in ("", one.channel)]


def _time(site: Site, given: str) -> int:
    if not given.isdecimal():
        raise RefusedError("invalid_time")
    ahead = int(given) - site.now()
    if ahead <= 0:
        raise RefusedError("time_in_past")
    if ahead > FURTHEST_SECONDS:
        raise RefusedError("time_too_far")
    return int(given)


def _within(post_at: int, oldest: str, latest: str) -> bool:
    return (not oldest or post_at >= float(oldest)) and (not latest or post_at <= float(latest))


def _shown(scheduled: ScheduledMessage) -> Json:
    return {
        "id": scheduled.id,
        "channel_id": scheduled.channel,
        "post_at": scheduled.post_at,
        "date_created": scheduled.date_created,
        "text": scheduled.content.text,
    }
