"""The JSON shapes in which Slack shows people, conversations, messages and files."""

from __future__ import annotations

import mimetypes
import re
from pathlib import PurePath
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

if TYPE_CHECKING:
    from bot.playground.registration import SlackApp
    from bot.playground.site import Site, UploadedFile
    from bot.playground.workspace import Channel, Json, Message, User

_MENTION = re.compile(r"<@(\w+)(?:\|[^>]*)?>")
_MARKED = re.compile(r"(<(?:@[UW]\w+|#[CG]\w+|!\w+|https?:)[^<>]*>)")


def user_json(user: User, *, home: str) -> Json:
    """As users.info shows somebody to an app of the team `home`."""
    return {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": user.deleted,
        "is_bot": user.bot_id is not None,
        "is_app_user": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": False,
        "is_stranger": user.team_id != home,
        "tz": "UTC",
        "profile": {
            "real_name": user.real_name,
            "display_name": user.name,
            "team": user.team_id,
        },
    }


def channel_json(channel: Channel, *, viewer: str) -> Json:
    """As conversations.info shows a conversation to the app."""
    common: Json = {
        "id": channel.id,
        "is_im": channel.kind == "im",
        "is_archived": channel.is_archived,
        "is_ext_shared": channel.is_ext_shared,
    }
    if channel.kind == "im":
        others = sorted(channel.members - {viewer}) or [viewer]
        return common | {"user": others[0], "is_open": True}
    return common | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_private": channel.kind == "group",
        "is_member": viewer in channel.members,
        "is_shared": channel.is_ext_shared,
        "topic": {"value": ""},
        "purpose": {"value": ""},
    }


def message_json(message: Message, app: SlackApp, *, metadata: bool = False) -> Json:
    """As chat.postMessage and conversations.replies show a message."""
    shown: Json = {
        "type": "message",
        "subtype": message.subtype,
        "user": message.user,
        "text": message.text,
        "ts": message.ts,
        "team": app.team_id,
        "bot_id": message.bot_id,
        "app_id": message.app_id,
        "thread_ts": message.thread_ts,
        "blocks": list(message.blocks),
        "attachments": list(message.attachments),
        "files": list(message.files),
        "metadata": message.metadata if metadata else None,
    }
    if message.bot_id is None:
        shown["client_msg_id"] = str(uuid5(NAMESPACE_URL, f"{message.channel}/{message.ts}"))
    if message.edited_ts:
        shown["edited"] = {"user": message.user, "ts": message.edited_ts}
    if message.reactions:
        shown["reactions"] = _reactions(message)
    return {name: value for name, value in shown.items() if value not in (None, [])}


def file_json(file: UploadedFile, site: Site) -> Json:
    """As files.completeUploadExternal and messages show a file."""
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    address = f"{site.base_url}/files-pri/{site.app.team_id}-{file.id}/{quote(file.name)}"
    shown: Json = {
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "mimetype": kind,
        "filetype": PurePath(file.name).suffix.removeprefix(".") or "binary",
        "user": site.app.bot_user_id,
        "size": file.length,
        "mode": "hosted",
        "is_external": False,
        "url_private": address,
    }
    return shown | ({"alt_txt": file.alt_txt} if file.alt_txt else {})


def _reactions(message: Message) -> list[Json]:
    names = sorted({name for name, _ in message.reactions})
    by_name = {name: sorted(u for n, u in message.reactions if n == name) for name in names}
    return [{"name": name, "users": us, "count": len(us)} for name, us in by_name.items()]


def typed_blocks(text: str) -> tuple[Json, ...]:
    """The rich_text block that Slack makes of what a person types; its texts are not escaped."""
    elements = [
        _marked(part) if index % 2 else {"type": "text", "text": _plain(part)}
        for index, part in enumerate(_MARKED.split(text))
        if part
    ]
    section = {"type": "rich_text_section", "elements": elements}
    return ({"type": "rich_text", "block_id": "typed", "elements": [section]},)


def _marked(part: str) -> Json:
    """A mention, a channel, a broadcast or a link, as <@U1>, <#C1|name>, <!here>, <https://…|x>."""
    inner, _, label = part[1:-1].partition("|")
    match inner[0]:
        case "@":
            return {"type": "user", "user_id": inner[1:]}
        case "#":
            return {"type": "channel", "channel_id": inner[1:]}
        case "!":
            return {"type": "broadcast", "range": inner[1:]}
    link = {"type": "link", "url": _plain(inner)}
    return link | ({"text": _plain(label)} if label else {})


def _plain(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def mentions(text: str) -> frozenset[str]:
    """The ids of everybody a text mentions."""
    return frozenset(_MENTION.findall(text))


def typed_text(typed: str, *, names: dict[str, str]) -> str:
    """What a person types, as it reaches an app.

    `names` maps "@ana" and "#general" to what stands for them. &, < and > are escaped, but for
    mentions, channels and links that are already in Slack's own form.
    """
    parts = re.split(r"(<(?:@[UW]\w+|#[CG]\w+|https?:)[^<>]*>)", typed)
    plain = (_escaped(part, names) if index % 2 == 0 else part for index, part in enumerate(parts))
    return "".join(plain)


def _escaped(text: str, names: dict[str, str]) -> str:
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"(?<![\w@#])[@#][\w-]+", lambda found: names.get(found[0], found[0]), safe)
