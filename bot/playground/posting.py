"""Turning what an app sends into a message, or refusing it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.playground.block_rules import MARKDOWN
from bot.playground.errors import RefusedError
from bot.playground.limits import check_blocks, check_metadata, check_text
from bot.playground.workspace import Message

if TYPE_CHECKING:
    from bot.playground.arguments import Arguments
    from bot.playground.site import Site
    from bot.playground.workspace import Channel, Json


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says."""

    text: str
    blocks: tuple[Json, ...]
    attachments: tuple[Json, ...]
    metadata: Json | None


def content_of(args: Arguments, *, longest: int) -> Content:
    """The content of a message; raises RefusedError as Slack would."""
    text = args.text("text")
    blocks = args.objects("blocks", invalid="invalid_blocks_format")
    attachments = args.objects("attachments", invalid="invalid_attachments")
    metadata = args.mapping("metadata", invalid="invalid_metadata_format")
    check_text(text, longest=longest)
    check_blocks(blocks)
    check_metadata(metadata)
    markdown = args.text("markdown_text")
    if markdown:
        if text or blocks:
            raise RefusedError("markdown_text_conflict")
        check_text(markdown, longest=MARKDOWN)
        text, blocks = markdown, ({"type": "markdown", "text": markdown},)
    return Content(text, _with_ids(blocks), attachments, metadata)


def needed(content: Content) -> Content:
    """The same content, unless it says nothing: RefusedError("no_text")."""
    if not content.text.strip() and not content.blocks and not content.attachments:
        raise RefusedError("no_text")
    return content


def _with_ids(blocks: tuple[Json, ...]) -> tuple[Json, ...]:
    return tuple({"block_id": secrets.token_urlsafe(4)} | block for block in blocks)


def bot_message(
    site: Site,
    channel: Channel,
    content: Content,
    *,
    thread_ts: str | None = None,
    only_for: str | None = None,
) -> Message:
    """Post a message of the app's; for everybody, or for one person only."""
    message = as_bot(site, channel, content, thread_ts=thread_ts)
    site.surfaces.statuses.pop((channel.id, message.thread), None)
    return site.workspace.post(replace(message, only_for=only_for))


def as_bot(
    site: Site, channel: Channel, content: Content, *, thread_ts: str | None = None
) -> Message:
    """A message of the app's that is not posted yet."""
    return Message(
        channel=channel.id,
        ts=site.workspace.next_ts(),
        user=site.app.bot_user_id,
        text=content.text,
        blocks=content.blocks,
        attachments=content.attachments,
        thread_ts=thread_ts or None,
        bot_id=site.app.bot_id,
        app_id=site.app.app_id,
        metadata=content.metadata,
    )
