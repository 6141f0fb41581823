"""The agent's side of a conversation: its stop button, its title, what its user looks at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import App

from bot.services.ports import Stop, Stops
from bot.slack.origin import team_of
from bot.slack.outbox import Outbox, Place

STOPPED = "agent_session_stopped"
NOTED = ("agent_session_title_changed", "app_context_changed")
"""A title that people chose is theirs; what they look at beside the bot is none of its business."""


class Sessions:
    """Ends work at the press of the stop button."""

    def __init__(self, stops: Stops, *, outbox: Outbox) -> None:
        self._stops = stops
        self._outbox = outbox

    def register(self, app: App) -> None:
        """Listen; the word to stop is kept before Slack is told that it arrived."""
        app.event(STOPPED, middleware=[self.stop])(self.rest)
        for event in NOTED:
            app.event(event)(self.noted)

    def stop(self, body: Mapping[str, Any], next_: Callable[[], None]) -> None:
        """Keep the word, where every replica sees it; running work looks for it all the time."""
        event = body["event"]
        if event.get("channel") and event.get("thread_ts"):
            key = f"{team_of(body)}:{event['channel']}:{event['thread_ts']}"
            at = float(event.get("event_ts") or body.get("event_time") or 0.0)
            self._stops.stop(Stop(key, str(event.get("user") or ""), at))
        next_()

    def rest(self, event: Mapping[str, Any]) -> None:
        """Slack stops streams, not the status."""
        if event.get("channel") and event.get("thread_ts"):
            self._outbox.session(Place(event["channel"], event["thread_ts"]), "active")

    def noted(self) -> None:
        """Nothing is to be done."""
