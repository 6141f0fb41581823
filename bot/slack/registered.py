"""How an app is registered with Slack, compared with what the bot needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.services.examining import Finding
from bot.slack.scopes import COMMANDS, EVENTS, FEATURES, SHORTCUTS, needed
from bot.slack.web import EVENTS_PATH

Manifest = Mapping[str, Any]
MANIFEST = "deploy/slack/manifest.yaml"


def granted(scopes: set[str]) -> Finding:
    """Whether the scopes that Slack granted are those that the bot needs."""
    missing, more = sorted(needed() - scopes), sorted(scopes - needed())
    spare = [f"not needed: {', '.join(more)}"] if more else []
    if missing:
        lost = [f"{scope} is missing (off without it: {FEATURES[scope]})" for scope in missing]
        return Finding(
            "bad",
            "; ".join(lost + spare),
            "add what is missing under 'OAuth & Permissions' of your Slack app, and reinstall it",
        )
    if more:
        return Finding("doubtful", spare[0], "remove them under 'OAuth & Permissions'")
    return Finding("good", f"all {len(scopes)} that are needed, and no other")


def compared(manifest: Manifest, *, sockets: bool) -> Finding:
    """Whether an app is registered as the manifest that ships would have it."""
    wrong, spare = differences(manifest, sockets=sockets)
    if not wrong and not spare:
        return Finding("good", f"events, command, shortcuts and tabs are as in {MANIFEST}")
    return Finding(
        "bad" if wrong else "doubtful",
        "; ".join(wrong + spare),
        f"take over {MANIFEST} under 'App Manifest' of your Slack app, and reinstall it if asked",
    )


def differences(manifest: Manifest, *, sockets: bool) -> tuple[list[str], list[str]]:
    """What keeps the bot from working as it should, and what is merely not needed.

    `manifest` is what `apps.manifest.export` answers. What it does not mention at all in
    `socket_mode_enabled` and the request URLs is taken to be right.
    """
    wrong = [
        *_events_missing(manifest),
        *_interactions_missing(manifest),
        *_tabs_missing(manifest),
        *_ways_wrong(manifest, sockets=sockets),
    ]
    return wrong, list(_spare(manifest))


def _events_missing(manifest: Manifest) -> Iterable[str]:
    subscribed = _events(manifest)
    for name, event in EVENTS.items():
        if name not in subscribed:
            yield f"event {name} is not subscribed (off without it: {event.feature})"


def _interactions_missing(manifest: Manifest) -> Iterable[str]:
    if not _part(manifest, "settings", "interactivity").get("is_enabled"):
        yield "interactivity is off (no button works)"
    known = _named(manifest, "slash_commands", "command")
    yield from (f"the command {name} is missing" for name in COMMANDS if name not in known)
    shortcuts = _named(manifest, "shortcuts", "callback_id")
    for callback in SHORTCUTS:
        if callback not in shortcuts:
            yield f"the message shortcut with the callback_id {callback} is missing"


def _tabs_missing(manifest: Manifest) -> Iterable[str]:
    tabs = _part(manifest, "features", "app_home")
    if not tabs.get("messages_tab_enabled") or tabs.get("messages_tab_read_only_enabled"):
        yield "nobody can write to the bot (the Messages tab is off or read-only)"
    if not tabs.get("home_tab_enabled"):
        yield "the Home tab is off"
    if not _part(manifest, "features").get("agent_view"):
        yield "the app is not declared an agent (no status, no stop button)"


def _ways_wrong(manifest: Manifest, *, sockets: bool) -> Iterable[str]:
    settings = _part(manifest, "settings")
    enabled = settings.get("socket_mode_enabled", sockets)
    if sockets and not enabled:
        yield "SLACK_APP_TOKEN is set, but Socket Mode is off in the app"
    if not sockets and enabled:
        yield "SLACK_APP_TOKEN is not set, but the app sends everything over Socket Mode"
    for part in ("event_subscriptions", "interactivity"):
        url = str(_part(settings, part).get("request_url") or EVENTS_PATH)
        if not sockets and not url.endswith(EVENTS_PATH):
            yield f"the request URL of {part} does not end in {EVENTS_PATH}"


def _spare(manifest: Manifest) -> Iterable[str]:
    if more := sorted(_events(manifest) - EVENTS.keys()):
        yield f"events that nothing listens to: {', '.join(more)}"
    if more := sorted(_named(manifest, "slash_commands", "command") - set(COMMANDS)):
        yield f"commands that nothing answers: {', '.join(more)}"
    if more := sorted(_named(manifest, "shortcuts", "callback_id") - set(SHORTCUTS)):
        yield f"shortcuts that nothing answers: {', '.join(more)}"


def _events(manifest: Manifest) -> set[str]:
    subscribed = _part(manifest, "settings", "event_subscriptions").get("bot_events") or ()
    return {str(name) for name in subscribed}


def _named(manifest: Manifest, feature: str, name: str) -> set[str]:
    return {str(item.get(name)) for item in _part(manifest, "features").get(feature) or ()}


def _part(manifest: Manifest, *names: str) -> Manifest:
    """A part of the manifest; empty where it is missing."""
    for name in names:
        manifest = manifest.get(name) or {}
    return manifest
