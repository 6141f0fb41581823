"""Who somebody is, which app a token belongs to, and what they react with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.playground.errors import RefusedError
from bot.playground.methods.places import existing_message, joined_channel, known_user
from bot.playground.payloads import user_json

if TYPE_CHECKING:
    from bot.playground.arguments import Arguments
    from bot.playground.site import Site
    from bot.playground.workspace import Json, Message

_EMOJI = re.compile(r"[a-z0-9_'+-]+")


def auth_test(site: Site, _args: Arguments) -> Json:
    """auth.test."""
    return {
        "url": f"{site.base_url}/",
        "team": "Local",
        "user": site.app.name,
        "team_id": site.app.team_id,
        "user_id": site.app.bot_user_id,
        "bot_id": site.app.bot_id,
        "is_enterprise_install": False,
    }


def users_info(site: Site, args: Arguments) -> Json:
    """users.info."""
    return {"user": user_json(known_user(site, args.text("user")), home=site.app.team_id)}


def bots_info(site: Site, args: Arguments) -> Json:
    """bots.info."""
    wanted = args.text("bot")
    for user in site.workspace.users():
        if user.bot_id == wanted and wanted:
            bot = {"id": user.bot_id, "app_id": user.app_id, "user_id": user.id}
            return {"bot": bot | {"name": user.name, "deleted": user.deleted}}
    raise RefusedError("bot_not_found")


def add_reaction(site: Site, args: Arguments) -> Json:
    """reactions.add."""
    message, mine = _reaction(site, args)
    if mine in message.reactions:
        raise RefusedError("already_reacted")
    site.workspace.edit(message, reactions=message.reactions | {mine})
    return {}


def remove_reaction(site: Site, args: Arguments) -> Json:
    """reactions.remove."""
    message, mine = _reaction(site, args)
    if mine not in message.reactions:
        raise RefusedError("no_reaction")
    site.workspace.edit(message, reactions=message.reactions - {mine})
    return {}


def _reaction(site: Site, args: Arguments) -> tuple[Message, tuple[str, str]]:
    channel = joined_channel(site, args.text("channel"))
    name = args.text("name")
    if not _EMOJI.fullmatch(name):
        raise RefusedError("invalid_name")
    message = existing_message(site, channel, args.text("timestamp", missing="no_item_specified"))
    return message, (name, site.app.bot_user_id)
