"""Turns what Slack delivers into a request, or into nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.slack.text import typed

ANSWERED_SUBTYPES = {None, "file_share", "thread_broadcast"}
"""Messages that a person wrote; edits, joins, other bots and the like are none."""

_RECOMMEND = re.compile(
    r"^(?:please )?(?:recommend|advise)\b(?: me)?(?: a method| us a method)?[:.!? ]*(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_HELP = re.compile(r"^(?:help|\?|what can you do\??)$", re.IGNORECASE)

Intent = Literal["answer", "dialog", "help"]


@dataclass(frozen=True, slots=True)
class Request:
    """Something a person asked of the bot in a message."""

    intent: Intent
    team: str
    channel: str
    user: str
    ts: str
    root: str
    """The message that the thread hangs on."""
    text: str

    @property
    def thread(self) -> str:
        """The thread's own key: nothing said in one is ever seen in another."""
        return f"{self.team}:{self.channel}:{self.root}"

    @property
    def id(self) -> str:
        """The same message has the same id, however and as what it is delivered."""
        return f"{self.team}:{self.channel}:{self.ts}"


def read_event(body: Mapping[str, Any], *, bot_user: str) -> Request | None:
    """The request in an `app_mention` or `message` event; None where it is not for us."""
    event = body.get("event", {})
    if event.get("bot_id") or event.get("subtype") not in ANSWERED_SUBTYPES:
        return None
    if event.get("hidden") or event.get("user") in (None, bot_user):
        return None
    direct = event.get("channel_type") == "im"
    if event["type"] == "message" and not direct:
        return None
    intent, text = read_intent(typed(event.get("text") or "", bot_user=bot_user))
    return Request(
        intent=intent,
        team=str(body.get("team_id") or body.get("enterprise_id") or ""),
        channel=event["channel"],
        user=event["user"],
        ts=event["ts"],
        root=event.get("thread_ts") or event["ts"],
        text=text,
    )


def read_intent(text: str) -> tuple[Intent, str]:
    """What a text asks for, and the text that is left."""
    if match := _RECOMMEND.match(text):
        return "dialog", match["rest"].strip()
    if _HELP.match(text):
        return "help", ""
    return "answer", text
