"""How the app is registered, as its owner reads it with a configuration token."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from bot.playground.errors import RefusedError
from bot.playground.registration import SHORTCUTS

if TYPE_CHECKING:
    from bot.playground.arguments import Arguments
    from bot.playground.registration import SlackApp
    from bot.playground.site import Site
    from bot.playground.workspace import Json


def config_token(app: SlackApp) -> str:
    """The configuration token of the app's owner; Slack's last for 12 hours, this one for ever."""
    digest = hashlib.sha256(f"configuration of {app.signing_secret}".encode()).hexdigest()
    return f"xoxe.xoxp-1-{digest[:32]}"


def export(site: Site, args: Arguments) -> Json:
    """apps.manifest.export.

    The local Slack delivers over Socket Mode and by HTTP as it is told, so the manifest says
    nothing of that.
    """
    app = site.app
    if args.text("app_id", missing="invalid_app_id") != app.app_id:
        raise RefusedError("app_not_found")
    return {"manifest": {"display_information": {"name": app.name}, **_registered(app)}}


def _registered(app: SlackApp) -> Json:
    return {
        "features": {
            "agent_view": {"agent_description": app.name},
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": app.name, "always_online": True},
            "shortcuts": [
                {"name": name, "type": "message", "callback_id": name, "description": name}
                for name in SHORTCUTS
            ],
            "slash_commands": [
                {"command": command, "description": app.name} for command in sorted(app.commands)
            ],
        },
        "oauth_config": {"scopes": {"bot": sorted(app.scopes)}},
        "settings": {
            "event_subscriptions": {"bot_events": sorted(app.events)},
            "interactivity": {"is_enabled": True},
        },
    }
