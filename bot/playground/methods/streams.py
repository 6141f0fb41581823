"""chat.startStream, appendStream and stopStream: messages that grow while they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.arguments import Arguments
from bot.playground.block_rules import MARKDOWN
from bot.playground.errors import RefusedError
from bot.playground.limits import TEXT, check_text
from bot.playground.methods.agents import STATUSES
from bot.playground.methods.places import existing_message, visible_channel, writable_channel
from bot.playground.payloads import message_json
from bot.playground.posting import Content, bot_message, content_of
from bot.playground.surfaces import Session, Stream

if TYPE_CHECKING:
    from bot.playground.site import Site
    from bot.playground.workspace import Json, Message

CHUNKS = frozenset({"blocks", "markdown_text", "plan_update", "task_update"})


def start(site: Site, args: Arguments) -> Json:
    """chat.startStream; in a channel it needs the person for whom it streams."""
    channel = writable_channel(site, args.text("channel"))
    thread_ts = args.text("thread_ts", missing="invalid_thread_ts")
    if channel.kind != "im":
        args.text("recipient_user_id", missing="missing_recipient_user_id")
        args.text("recipient_team_id", missing="missing_recipient_team_id")
    stream = Stream()
    _grow(stream, args)
    content = Content(stream.text, (), (), None)
    message = bot_message(site, channel, content, thread_ts=thread_ts)
    site.surfaces.streams[channel.id, message.ts] = stream
    return {"channel": channel.id, "ts": message.ts}


def append(site: Site, args: Arguments) -> Json:
    """chat.appendStream."""
    message, stream = _streaming(site, args)
    _grow(stream, args)
    site.workspace.grow(message, stream.text)
    return {"channel": message.channel, "ts": message.ts}


def stop(site: Site, args: Arguments) -> Json:
    """chat.stopStream: the last words, then blocks, metadata and the session's status."""
    message, stream = _streaming(site, args)
    status = args.text("session_status")
    if status and status not in STATUSES:
        raise RefusedError("invalid_arguments")
    kept = {name: args.given[name] for name in ("blocks", "metadata") if args.has(name)}
    content = content_of(Arguments(kept), longest=TEXT)
    _grow(stream, args)
    stream.state = "done"
    fields = {"text": stream.text, "blocks": content.blocks, "metadata": content.metadata}
    after = site.workspace.edit(message, **fields)
    if status:
        thread = (message.channel, message.thread)
        site.surfaces.sessions.setdefault(thread, Session(status)).status = status
    shown = message_json(after, site.app, metadata=True)
    return {"channel": message.channel, "ts": message.ts, "message": shown}


def stop_streams(site: Site, message: Message) -> list[str]:
    """End every stream of a thread, as a person's stop button does; the `ts` of each."""
    ended = []
    for (channel, ts), stream in list(site.surfaces.streams.items()):
        written = site.workspace.message(channel, ts)
        mine = written and (channel, written.thread) == (message.channel, message.thread)
        if mine and stream.state == "streaming":
            stream.state = "stopped_by_user"
            ended.append(ts)
    return ended


def _streaming(site: Site, args: Arguments) -> tuple[Message, Stream]:
    channel = visible_channel(site, args.text("channel"))
    message = existing_message(site, channel, args.text("ts"))
    stream = site.surfaces.streams.get((channel.id, message.ts))
    if stream is not None and stream.state == "stopped_by_user":
        raise RefusedError("stopped_by_user")
    if stream is None or stream.state == "done":
        raise RefusedError("message_not_in_streaming_state")
    return message, stream


def _grow(stream: Stream, args: Arguments) -> None:
    text, chunks = args.text("markdown_text"), args.objects("chunks", invalid="invalid_chunks")
    if any(chunk.get("type") not in CHUNKS for chunk in chunks):
        raise RefusedError("invalid_chunks")
    text += "".join(
        str(chunk.get("text", "")) for chunk in chunks if chunk["type"] == "markdown_text"
    )
    check_text(text, longest=MARKDOWN)
    stream.text += text
    stream.chunks += chunks
