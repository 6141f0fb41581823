"""The app's own space: its Home tab, the prompts of its Messages tab, and the ask modal."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from slack_bolt import Ack, App

from bot.domain.answer import Source
from bot.domain.flowchart import Guide
from bot.domain.text import clean, has_words
from bot.services.ports import Job, Recommendations, Recommended
from bot.slack.failures import reported
from bot.slack.flowchart import opening_job
from bot.slack.guarded import origin_of
from bot.slack.home_blocks import (
    ASK_ACTION,
    ASK_MODAL,
    GUIDE_ACTION,
    QUESTION_BLOCK,
    QUESTION_INPUT,
    SHOWN_RECOMMENDATIONS,
    ask_modal,
    home_view,
    notice_modal,
)
from bot.slack.intake import Intake, words_of
from bot.slack.origin import Origin, team_of
from bot.slack.outbox import Outbox
from bot.slack.questions import asked_job
from bot.telemetry import logger

EMPTY = "Please type a question first."
PROMPTS = (
    {"title": "Recommend a method", "message": "recommend a method"},
    {"title": "RAG or fine-tuning?", "message": "When is RAG better than fine-tuning?"},
    {"title": "How much data?", "message": "How much data does fine-tuning need?"},
    {"title": "What does LoRA train?", "message": "What does LoRA train?"},
)
"""Offered in the Messages tab; Slack shows four at most."""

_log = logger(__name__)


class Direct(BaseModel):
    """The direct message with a person, which a press on their Home tab would not tell."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, hide_input_in_errors=True
    )

    user: str = Field(alias="u", pattern=r"^[UW][A-Z0-9]+$")
    channel: str = Field(alias="c", pattern=r"^D[A-Z0-9]+$")


class Home:
    """Shows each person what the bot does and what it recommended to them, and takes questions."""

    def __init__(
        self,
        guide: Guide,
        *,
        sources: Sequence[Source],
        retention_days: int,
        records: Recommendations,
        intake: Intake,
        outbox: Outbox,
    ) -> None:
        self._titles: dict[str, str] = {m: facts.title for m, facts in guide.methods.items()}
        self._sources = sources
        self._retention_days = retention_days
        self._records = records
        self._intake = intake
        self._outbox = outbox

    def register(self, app: App) -> None:
        """Listen to the two tabs, the two buttons and the modal."""
        app.event("app_home_opened")(self.opened)
        app.action(GUIDE_ACTION)(self.guide_pressed)
        app.action(ASK_ACTION)(self.ask_pressed)
        app.view(ASK_MODAL)(self.asked)

    def opened(self, body: Mapping[str, Any], event: Mapping[str, Any]) -> None:
        """Show the Home tab as it is now, or offer prompts in the Messages tab."""
        match event.get("tab"):
            case "home":
                self._outbox.publish(event["user"], self._view(event, team_of(body)))
            case "messages":
                self._outbox.prompts(event["channel"], PROMPTS)

    def guide_pressed(self, ack: Ack, body: Mapping[str, Any]) -> None:
        """Open the decision guide in the person's direct message: kept first, acknowledged then."""
        try:
            job = guide_job(body)
            excess = self._intake.take(job, origin_of(job), tell=False)
        except Exception as error:  # noqa: BLE001 - the boundary: the Home tab has no place to reply
            ack()
            apology = notice_modal(reported(error, where="home"))
            self._outbox.open_modal(body["trigger_id"], apology)
        else:
            ack()
            if excess is not None:
                self._outbox.open_modal(body["trigger_id"], notice_modal(words_of(excess)))

    def ask_pressed(self, ack: Ack, body: Mapping[str, Any]) -> None:
        """Open the modal."""
        ack()
        carried = {"private_metadata": body["view"].get("private_metadata") or ""}
        self._outbox.open_modal(body["trigger_id"], ask_modal() | carried)

    def asked(self, ack: Ack, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        """Keep the question; where that fails the modal stays open with what was typed."""
        question = clean(typed_in(view, QUESTION_BLOCK, QUESTION_INPUT))
        if not has_words(question):
            ack(response_action="errors", errors={QUESTION_BLOCK: EMPTY})
            return
        try:
            job = ask_job(body, question, now=time.time())
            excess = self._intake.take(job, origin_of(job), tell=False)
        except Exception as error:  # noqa: BLE001 - the boundary: the question must not be lost
            words = reported(error, where="home")
        else:
            words = words_of(excess) if excess else ""
        if words:
            ack(response_action="errors", errors={QUESTION_BLOCK: words})
        else:
            ack()

    def _view(self, event: Mapping[str, Any], team: str) -> dict[str, Any]:
        user = event["user"]
        view = home_view(
            recommendations=self._recommended(user, team),
            sources=self._sources,
            year=datetime.now(UTC).year,
            titles=self._titles,
            retention_days=self._retention_days,
        )
        direct = Direct.model_construct(user=user, channel=str(event.get("channel") or ""))
        return view | {"private_metadata": direct.model_dump_json(by_alias=True)}

    def _recommended(self, user: str, team: str) -> list[Recommended] | None:
        """This person's own; None where the database cannot be read."""
        try:
            found = self._records.recommendations(user, limit=SHOWN_RECOMMENDATIONS)
        except Exception as error:  # noqa: BLE001 - the tab is of use without them
            _log.warning("no recommendations to show", user=user, problem=type(error).__name__)
            return None
        return [each for each in found if each.thread.startswith(f"{team}:")]


def typed_in(view: Mapping[str, Any], block: str, field: str) -> str:
    """What was typed into a field of a submitted view; "" for nothing."""
    value = view["state"]["values"].get(block, {}).get(field, {}).get("value")
    return value if isinstance(value, str) else ""


def guide_job(body: Mapping[str, Any]) -> Job:
    """The durable work of opening the guide in the direct message of who pressed the button."""
    origin, pressed = _origin(body), body["actions"][0]["action_ts"]
    return opening_job(
        origin,
        about="",
        work_id=f"{origin.team}:{origin.user}:{pressed}",
        thread=f"{origin.team}:{origin.user}:home:{pressed}",
        order=float(pressed),
    )


def ask_job(body: Mapping[str, Any], question: str, *, now: float) -> Job:
    """The durable work of a question asked in the modal; `now` in seconds since 1970.

    A modal is one question, however often its submission is delivered.
    """
    origin, view = _origin(body), body["view"]["id"]
    return asked_job(
        origin,
        question,
        work_id=f"{origin.team}:{origin.user}:{view}",
        thread=f"{origin.team}:{origin.user}:home:{view}",
        order=now,
    )


def _origin(body: Mapping[str, Any]) -> Origin:
    """Where it goes on: in the direct message with the person who pressed or submitted."""
    user = body["user"]
    return Origin(
        team=team_of(body),
        channel=_direct(body),
        user=user["id"],
        surface="home",
        user_team=user.get("team_id"),
    )


def _direct(body: Mapping[str, Any]) -> str:
    """The direct message's id, or the person's, to whom Slack takes posts all the same.

    With the person's id alone, Slack does not let the outbox look for what it has posted.
    """
    user: str = body["user"]["id"]
    try:
        direct = Direct.model_validate_json(body["view"].get("private_metadata") or "")
    except ValidationError:
        _log.warning("a view that does not tell its direct message", user=user)
        return user
    if direct.user != user:
        _log.warning("a view of somebody else's", user=user)
        return user
    return direct.channel
