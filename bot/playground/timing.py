"""What happens by itself, later: messages whose time has come."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.playground.posting import bot_message

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.playground.site import ScheduledMessage, Site
    from bot.playground.workspace import Message


def later(seconds: float, do: Callable[[], object]) -> None:
    """Do something on the server's loop after so many seconds, if it still runs by then."""
    asyncio.get_running_loop().call_later(seconds, do)


def post_due(site: Site) -> list[Message]:
    """Post every scheduled message whose time has come, each once; oldest first.

    As with Slack, one that was scheduled with metadata never appears, and neither does one for a
    conversation that the app has left or that is archived.
    """
    with site.workspace.changed:
        due = [one for one in site.scheduled.values() if one.post_at <= site.now()]
        due.sort(key=lambda one: (one.post_at, one.date_created))
        for one in due:
            del site.scheduled[one.id]
        posted = [_posted(site, one) for one in due]
    return [message for message in posted if message]


def _posted(site: Site, scheduled: ScheduledMessage) -> Message | None:
    channel = site.workspace.channel(scheduled.channel)
    gone = channel is None or channel.is_archived or site.app.bot_user_id not in channel.members
    if channel is None or gone or scheduled.content.metadata:
        return None
    return bot_message(site, channel, scheduled.content, thread_ts=scheduled.thread_ts)
