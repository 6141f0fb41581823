"""assistant.threads.* and agents.sessions.*: what an agent shows while it works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.errors import RefusedError
from bot.playground.methods.places import joined_channel
from bot.playground.surfaces import Session

if TYPE_CHECKING:
    from bot.playground.arguments import Arguments
    from bot.playground.site import Site
    from bot.playground.surfaces import Thread
    from bot.playground.workspace import Json

STATUSES = frozenset({"processing", "active", "suspended", "closed"})
PROMPTS = 4
LOADING_MESSAGES = 10
TITLE = 200


def set_status(site: Site, args: Arguments) -> Json:
    """assistant.threads.setStatus; an empty status clears it, and so does a reply."""
    thread = _thread(site, args, needed=True)
    if len(args.given.get("loading_messages", [])) > LOADING_MESSAGES:
        raise RefusedError("invalid_arguments")
    site.surfaces.statuses[thread] = args.text("status")
    return {}


def set_suggested_prompts(site: Site, args: Arguments) -> Json:
    """assistant.threads.setSuggestedPrompts: one to four, each with a title and a message."""
    thread = _thread(site, args)
    prompts = args.objects("prompts")
    if not 1 <= len(prompts) <= PROMPTS:
        raise RefusedError("invalid_arguments")
    if not all(prompt.get("title") and prompt.get("message") for prompt in prompts):
        raise RefusedError("invalid_arguments")
    site.surfaces.prompts[thread] = prompts
    return {}


def set_title(site: Site, args: Arguments) -> Json:
    """assistant.threads.setTitle."""
    thread = _thread(site, args, needed=True)
    site.surfaces.titles[thread] = args.text("title", missing="invalid_arguments")
    return {}


def set_session_status(site: Site, args: Arguments) -> Json:
    """agents.sessions.setStatus; the first call makes the session."""
    thread = _thread(site, args)
    status, title = args.text("status"), args.text("title")
    if status not in STATUSES or len(title) > TITLE:
        raise RefusedError("invalid_arguments")
    known = site.surfaces.sessions.get(thread)
    site.surfaces.sessions[thread] = Session(status, known.title if known else title)
    return {"status": status, "agent_status": status}


def rename_session(site: Site, args: Arguments) -> Json:
    """agents.sessions.rename."""
    session = site.surfaces.sessions.get(_thread(site, args))
    if session is None:
        raise RefusedError("session_not_found")
    title = args.text("title")
    if not 1 <= len(title) <= TITLE:
        raise RefusedError("invalid_arguments")
    session.title = title
    return {"title": title}


def _thread(site: Site, args: Arguments, *, needed: bool = False) -> Thread:
    channel = joined_channel(site, args.text("channel_id"))
    thread_ts = args.text("thread_ts", missing="invalid_thread_ts" if needed else None)
    if thread_ts and not site.workspace.messages(channel.id, thread_ts=thread_ts):
        raise RefusedError("invalid_thread_ts")
    return channel.id, thread_ts
