"""chat.*: posting, updating and deleting messages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.playground.errors import RefusedError
from bot.playground.limits import TEXT, UPDATED_TEXT
from bot.playground.methods.places import existing_message, visible_channel, writable_channel
from bot.playground.payloads import message_json
from bot.playground.posting import bot_message, content_of, needed

if TYPE_CHECKING:
    from bot.playground.arguments import Arguments
    from bot.playground.site import Site
    from bot.playground.workspace import Json, Message

_TS = re.compile(r"\d+\.\d{6}")


def post_message(site: Site, args: Arguments) -> Json:
    """chat.postMessage."""
    channel = writable_channel(site, args.text("channel"))
    content = needed(content_of(args, longest=TEXT))
    message = bot_message(site, channel, content, thread_ts=thread_of(args))
    shown = message_json(message, site.app, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def thread_of(args: Arguments) -> str:
    """The thread a call names, "" for none; raises RefusedError for what is no `ts`."""
    thread_ts = args.text("thread_ts")
    if thread_ts and not _TS.fullmatch(thread_ts):
        raise RefusedError("invalid_thread_ts")
    return thread_ts


def post_ephemeral(site: Site, args: Arguments) -> Json:
    """chat.postEphemeral."""
    channel = writable_channel(site, args.text("channel"))
    user = args.text("user")
    if user not in channel.members:
        raise RefusedError("user_not_in_channel")
    content = needed(content_of(args, longest=TEXT))
    thread_ts = thread_of(args)
    message = bot_message(site, channel, content, thread_ts=thread_ts, only_for=user)
    return {"message_ts": message.ts}


def update(site: Site, args: Arguments) -> Json:
    """chat.update; text alone removes the blocks, blocks alone keep the text."""
    channel = visible_channel(site, args.text("channel"))
    message = _own(site, channel.id, args.text("ts"), code="cant_update_message")
    content = content_of(args, longest=UPDATED_TEXT)
    fields: dict[str, Any] = {}
    if content.text or args.has("blocks"):
        fields |= {"text": content.text or message.text, "blocks": content.blocks}
    if args.has("attachments"):
        fields["attachments"] = content.attachments
    if not fields:
        raise RefusedError("no_text")
    if args.has("metadata"):
        fields["metadata"] = content.metadata
    if not content.blocks:
        fields["edited_ts"] = site.workspace.next_ts()
    after = site.workspace.edit(message, **fields)
    shown = message_json(after, site.app, metadata=True)
    return {"channel": channel.id, "ts": after.ts, "text": after.text, "message": shown}


def delete(site: Site, args: Arguments) -> Json:
    """chat.delete."""
    channel = visible_channel(site, args.text("channel"))
    message = _own(site, channel.id, args.text("ts"), code="cant_delete_message")
    site.workspace.delete(message)
    return {"channel": channel.id, "ts": message.ts}


def _own(site: Site, channel_id: str, ts: str, *, code: str) -> Message:
    message = existing_message(site, visible_channel(site, channel_id), ts)
    if message.user != site.app.bot_user_id:
        raise RefusedError(code)
    return message
