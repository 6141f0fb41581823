"""What an app says through an acknowledgement or a response_url."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.arguments import Arguments, unpacked
from bot.playground.errors import RefusedError
from bot.playground.limits import TEXT
from bot.playground.posting import bot_message, content_of, needed

if TYPE_CHECKING:
    from bot.playground.response_urls import Grant
    from bot.playground.site import Site
    from bot.playground.workspace import Channel, Json, Message


def respond(site: Site, grant: Grant, reply: Json) -> Message | None:
    """Do what a reply asks: say something new, or replace or delete the original.

    Without more, only the person who acted sees the reply. Raises RefusedError as Slack would.
    """
    args = Arguments(unpacked(reply))
    original = _original(site, grant)
    if args.flag("delete_original"):
        _delete(site, original)
        return None
    content = needed(content_of(args, longest=TEXT))
    if args.flag("replace_original") and original is not None:
        fields = {"text": content.text, "blocks": content.blocks, "metadata": content.metadata}
        return site.workspace.edit(original, **fields)
    public = args.text("response_type") == "in_channel"
    return bot_message(
        site,
        _channel(site, grant),
        content,
        thread_ts=args.text("thread_ts"),
        only_for=None if public else grant.user,
    )


def _delete(site: Site, original: Message | None) -> None:
    if original is None:
        raise RefusedError("message_not_found")
    site.workspace.delete(original)


def _original(site: Site, grant: Grant) -> Message | None:
    if grant.message_ts is None:
        return None
    return site.workspace.message(grant.channel, grant.message_ts)


def _channel(site: Site, grant: Grant) -> Channel:
    channel = site.workspace.channel(grant.channel)
    if channel is None:
        raise RefusedError("channel_not_found")
    return channel
