"""Turns what Slack delivers into a request, or into nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.slack.origin import Origin, Surface, team_of
from bot.slack.text import typed

ANSWERED_SUBTYPES = {None, "file_share", "thread_broadcast"}
"""Messages that a person wrote; edits, joins, other bots and the like are none."""

_RECOMMEND = re.compile(
    r"^(?:please )?(?:recommend|advise)\b(?: me)?(?: a method| us a method)?[:.!? ]*(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_HELP = re.compile(r"^(?:help|\?|what can you do\??)$", re.IGNORECASE)
_PERSON = re.compile(r"<(?:@[UW][A-Z0-9]+|!(?:subteam\^|here|channel|everyone))[^>]*>")

Intent = Literal["answer", "dialog", "help"]


@dataclass(frozen=True, slots=True)
class Request:
    """Something a person asked of the bot, or perhaps of somebody else."""

    intent: Intent
    origin: Origin
    ts: str
    text: str

    @property
    def id(self) -> str:
        """The same message has the same id, however and as what it is delivered."""
        return f"{self.origin.team}:{self.origin.channel}:{self.ts}"

    @property
    def to_people(self) -> bool:
        """Whether it mentions anybody else."""
        return _PERSON.search(self.text) is not None


def read_event(body: Mapping[str, Any], *, bot_user: str) -> Request | None:
    """The request in an `app_mention` or `message` event; None where no person wrote one."""
    event = body.get("event", {})
    if event.get("bot_id") or event.get("subtype") not in ANSWERED_SUBTYPES:
        return None
    if event.get("hidden") or event.get("user") in (None, bot_user):
        return None
    text = event.get("text") or ""
    surface = _surface(event, mentioned=f"<@{bot_user}" in text)
    intent, asked = read_intent(typed(text, bot_user=bot_user))
    origin = Origin(
        team=team_of(body),
        channel=event["channel"],
        user=event["user"],
        surface=surface,
        root=event.get("thread_ts") or event["ts"],
        user_team=event.get("user_team") or event.get("team"),
        shared=bool(body.get("is_ext_shared_channel")),
    )
    if origin.unasked:
        intent, asked = "answer", typed(text, bot_user=bot_user)
    return Request(intent, origin, event["ts"], asked)


def _surface(event: Mapping[str, Any], *, mentioned: bool) -> Surface:
    if event.get("channel_type") == "im":
        return "direct"
    if event["type"] == "app_mention" or mentioned:
        return "mention"
    return "thread" if event.get("thread_ts") else "channel"


def read_intent(text: str) -> tuple[Intent, str]:
    """What a text asks for, and the text that is left."""
    if match := _RECOMMEND.match(text):
        return "dialog", match["rest"].strip()
    if _HELP.match(text):
        return "help", ""
    return "answer", text
