"""files.getUploadURLExternal and completeUploadExternal: the two ends of an upload."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.playground.errors import RefusedError
from bot.playground.limits import TEXT, check_text
from bot.playground.methods.chat import thread_of
from bot.playground.methods.places import joined_channel
from bot.playground.payloads import file_json
from bot.playground.posting import Content, as_bot
from bot.playground.site import UploadedFile
from bot.playground.timing import later

if TYPE_CHECKING:
    from bot.playground.arguments import Arguments
    from bot.playground.site import Site
    from bot.playground.workspace import Channel, Json, Message

ALT_TEXT = 1_000
_CONVERSATION = re.compile(r"[CGDZ][A-Z0-9]+")


def announce(site: Site, args: Arguments) -> Json:
    """files.getUploadURLExternal."""
    name = args.text("filename", missing="invalid_arguments")
    length = args.number("length", default=0)
    if not length:
        raise RefusedError("missing_argument")
    alt_txt = args.text("alt_txt")
    if len(alt_txt) > ALT_TEXT:
        raise RefusedError("alt_txt_too_large")
    file = UploadedFile(f"F{secrets.token_hex(5).upper()}", name, length, alt_txt)
    site.files[file.id] = file
    return {"upload_url": f"{site.base_url}/upload/{file.id}", "file_id": file.id}


def complete(site: Site, args: Arguments) -> Json:
    """files.completeUploadExternal; with a channel, one message there holds all the files.

    As with Slack, the answer comes first and the message a moment later, where `share_after` says
    so; a person's id is no channel.
    """
    message = _message(site, args)
    given = args.objects("files")
    if not given:
        raise RefusedError("invalid_arguments")
    files = [_uploaded(site, one) for one in given]
    for file, one in zip(files, given, strict=True):
        file.title = str(one.get("title") or file.name)
    shown = [file_json(file, site) for file in files]
    if message:
        shared = replace(message, files=tuple(shown), subtype="file_share")
        if site.share_after:
            later(site.share_after, lambda: _post(site, shared))
        else:
            _post(site, shared)
    return {"files": shown}


def _message(site: Site, args: Arguments) -> Message | None:
    """The message that will hold the files, where they are to be shared at all."""
    place = args.text("channel_id")
    if not place:
        return None
    if not _CONVERSATION.fullmatch(place):
        words = "input must match regex pattern: ^[CGDZ][A-Z0-9]{8,}$ [json-pointer:/channel_id]"
        metadata = {"messages": [f"[ERROR] {words}"]}
        raise RefusedError("invalid_arguments", response_metadata=metadata)
    channel = joined_channel(site, place)
    if channel.is_archived:
        raise RefusedError("posting_to_channel_denied")
    comment = args.text("initial_comment")
    check_text(comment, longest=TEXT)
    content = Content(comment, (), (), None)
    return as_bot(site, channel, content, thread_ts=_thread(site, channel, args))


def _thread(site: Site, channel: Channel, args: Arguments) -> str:
    thread_ts = thread_of(args)
    if thread_ts and not site.workspace.messages(channel.id, thread_ts=thread_ts):
        raise RefusedError("thread_not_found")
    return thread_ts


def _uploaded(site: Site, given: Json) -> UploadedFile:
    """A file that was sent and is not completed yet."""
    file = site.files.get(str(given.get("id")))
    if file is None or file.content is None or file.title:
        raise RefusedError("file_not_found")
    return file


def _post(site: Site, message: Message) -> None:
    site.surfaces.statuses.pop((message.channel, message.thread), None)
    site.workspace.post(replace(message, ts=site.workspace.next_ts()))
