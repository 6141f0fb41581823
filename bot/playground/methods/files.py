"""files.getUploadURLExternal and completeUploadExternal: the two ends of an upload."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.playground.errors import RefusedError
from bot.playground.methods.places import writable_channel
from bot.playground.posting import Content, as_bot
from bot.playground.site import UploadedFile

if TYPE_CHECKING:
    from bot.playground.arguments import Arguments
    from bot.playground.site import Site
    from bot.playground.workspace import Json


def announce(site: Site, args: Arguments) -> Json:
    """files.getUploadURLExternal."""
    name = args.text("filename", missing="invalid_arguments")
    length = args.number("length", default=0)
    if not length:
        raise RefusedError("invalid_arguments")
    file = UploadedFile(f"F{secrets.token_hex(5).upper()}", name, length)
    site.files[file.id] = file
    return {"upload_url": f"{site.base_url}/upload/{file.id}", "file_id": file.id}


def complete(site: Site, args: Arguments) -> Json:
    """files.completeUploadExternal; with a channel, the files are posted there."""
    shown = [_shown(site, given) for given in args.objects("files")]
    if not shown:
        raise RefusedError("invalid_arguments")
    place = args.text("channel_id")
    if place:
        channel = writable_channel(site, place)
        content = Content(args.text("initial_comment"), (), (), None)
        message = as_bot(site, channel, content, thread_ts=args.text("thread_ts") or None)
        site.workspace.post(replace(message, files=tuple(shown), subtype="file_share"))
    return {"files": shown}


def _shown(site: Site, given: Json) -> Json:
    file = site.files.get(str(given.get("id")))
    if file is None or file.content is None:
        raise RefusedError("file_not_found")
    return {"id": file.id, "name": file.name, "title": given.get("title") or file.name}
