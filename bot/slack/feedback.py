"""Thumbs up and down: one vote for each answer and person, the last one counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError
from slack_bolt import Ack, App

from bot.services.ports import Vote, Votes
from bot.slack.buttons import FEEDBACK
from bot.slack.failures import reported
from bot.slack.feedback_blocks import (
    REASON_BLOCK,
    REASON_MODAL,
    About,
    Pressed,
    complaints,
    read_reason,
    reason_modal,
)
from bot.slack.home_blocks import notice_modal
from bot.slack.origin import team_of
from bot.slack.outbox import Outbox
from bot.telemetry import logger

_IN_CHANNEL = re.compile(r"[^:]+:(?P<channel>[CDG][A-Z0-9]+):")
"""Ids of work that was asked for in a conversation: `team:channel:…`."""

_Carried = TypeVar("_Carried", bound=About)

_log = logger(__name__)


class Feedback:
    """Keeps what people think of answers, and asks why they don't like one; it posts nothing."""

    def __init__(self, votes: Votes, *, outbox: Outbox) -> None:
        self._votes = votes
        self._outbox = outbox

    def register(self, app: App) -> None:
        """Listen to the thumbs and to the modal."""
        app.action(FEEDBACK)(self.pressed)
        app.view(REASON_MODAL)(self.explained)

    def pressed(self, ack: Ack, body: Mapping[str, Any]) -> None:
        """Keep the vote, then acknowledge; after a thumbs-down, ask for the reason."""
        user = body["user"]["id"]
        press = _read(Pressed, body["actions"][0].get("value"), user)
        if press is None or _misplaced(press, body):
            ack()
            return
        failure = self._keep(Vote(press.work_id, user, press.opinion))
        ack()
        if failure:
            self._outbox.open_modal(body["trigger_id"], notice_modal(failure))
        elif press.opinion == "down":
            self._outbox.open_modal(body["trigger_id"], reason_modal(press.work_id))

    def explained(self, ack: Ack, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        """Keep the vote with its reason; where that fails, the modal stays open as it is."""
        user = body["user"]["id"]
        about = _read(About, view.get("private_metadata"), user)
        if about is None or _misplaced(about, body):
            ack()
            return
        try:
            given = read_reason(view)
        except ValidationError as error:
            ack(response_action="errors", errors=complaints(error))
            return
        failure = self._keep(Vote(about.work_id, user, "down", given.reason, given.comment))
        if failure:
            ack(response_action="errors", errors={REASON_BLOCK: failure})
        else:
            ack()

    def _keep(self, vote: Vote) -> str:
        """Keep it; returns "", or what to say where that failed."""
        try:
            self._votes.vote(vote)
        except Exception as error:  # noqa: BLE001 - the boundary: whoever votes is told here
            return reported(error, where="feedback")
        return ""


def belongs(work_id: str, *, team: str, channel: str | None) -> bool:
    """Whether an answer of that id can stand in that workspace, and in that channel if known."""
    if not team or not work_id.startswith(f"{team}:"):
        return False
    placed = _IN_CHANNEL.match(work_id)
    return channel is None or placed is None or placed["channel"] == channel


def _read(model: type[_Carried], value: object, user: str) -> _Carried | None:
    """What a button or a modal carries; None, and a line in the log, where it was tampered with."""
    try:
        return model.model_validate_json(value if isinstance(value, str) else "")
    except ValidationError:
        _log.warning("feedback that cannot be read", user=user)
        return None


def _misplaced(about: About, body: Mapping[str, Any]) -> bool:
    """Whether the answer belongs elsewhere, which is logged."""
    team, channel = team_of(body), (body.get("channel") or {}).get("id")
    if belongs(about.work_id, team=team, channel=channel):
        return False
    _log.warning("feedback on an answer from elsewhere", user=body["user"]["id"], team=team)
    return True
