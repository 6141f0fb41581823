"""views.* and blocks.validate: the Home tab, modals, and a look at blocks without sending them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bot.playground.arguments import Arguments
from bot.playground.errors import RefusedError
from bot.playground.limits import TEXT, check_blocks, check_view
from bot.playground.methods.places import known_user
from bot.playground.posting import content_of

if TYPE_CHECKING:
    from bot.playground.site import Site
    from bot.playground.workspace import Json

_KEPT = ("blocks", "callback_id", "close", "private_metadata", "submit", "title", "type")


def publish(site: Site, args: Arguments) -> Json:
    """views.publish: a person's Home tab."""
    user = known_user(site, args.text("user_id"))
    view = _given(args)
    check_view(view, "home")
    home = site.surfaces.homes.get(user.id)
    if home is not None:
        _check_hash(site.surfaces.views[home], args)
    shown = _shown(site, view, view_id=home or _new_id())
    site.surfaces.homes[user.id] = shown["id"]
    return {"view": shown}


def open_(site: Site, args: Arguments) -> Json:
    """views.open: a modal, within three seconds of what triggered it."""
    view = _given(args)
    user = site.surfaces.pull_trigger(args.text("trigger_id", missing="invalid_arguments"))
    check_view(view, "modal")
    shown = _shown(site, view, view_id=_new_id())
    site.surfaces.modals[user] = shown["id"]
    return {"view": shown}


def update(site: Site, args: Arguments) -> Json:
    """views.update."""
    known = site.surfaces.views.get(args.text("view_id"))
    if known is None:
        raise RefusedError("not_found")
    _check_hash(known, args)
    view = _given(args)
    check_view(view, known["type"])
    return {"view": _shown(site, view, view_id=known["id"])}


def validate(_site: Site, args: Arguments) -> Json:
    """blocks.validate, for exactly one of blocks, a message and a view."""
    given = [name for name in ("blocks", "message", "view") if args.has(name)]
    if len(given) != 1:
        raise RefusedError("invalid_arguments")
    if args.has("view"):
        check_view(_given(args), "home", "modal")
    elif args.has("message"):
        content_of(Arguments(args.mapping("message") or {}), longest=TEXT)
    else:
        check_blocks(args.objects("blocks", invalid="invalid_blocks_format"))
    return {}


def _given(args: Arguments) -> Json:
    view = args.mapping("view")
    if view is None:
        raise RefusedError("invalid_arguments")
    return view


def _check_hash(view: Json, args: Arguments) -> None:
    if args.text("hash") not in ("", view["hash"]):
        raise RefusedError("hash_conflict")


def _new_id() -> str:
    return f"V{secrets.token_hex(5).upper()}"


def _shown(site: Site, view: Json, *, view_id: str) -> Json:
    shown = {name: view[name] for name in _KEPT if view.get(name) is not None} | {
        "id": view_id,
        "team_id": site.app.team_id,
        "app_id": site.app.app_id,
        "app_installed_team_id": site.app.team_id,
        "bot_id": site.app.bot_id,
        "hash": secrets.token_hex(8),
        "state": {"values": {}},
        "root_view_id": view_id,
        "previous_view_id": None,
        "external_id": view.get("external_id", ""),
    }
    shown["blocks"] = [{"block_id": secrets.token_urlsafe(4)} | block for block in view["blocks"]]
    site.surfaces.views[view_id] = shown
    return shown
