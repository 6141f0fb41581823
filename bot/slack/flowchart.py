"""The decision guide in a thread: one message that evolves, and the recommendation below it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from pydantic import ValidationError
from slack_bolt import Ack, App

from bot.domain.answer import Source
from bot.domain.dialog import Dialog, replay, start
from bot.domain.flowchart import Guide
from bot.errors import DialogError, UndeliverableError
from bot.services.patience import Patience
from bot.services.ports import Job, Payload, Recommendations, Recommended, Work
from bot.services.recommending import Report, report
from bot.slack.blocks import Block, Said, section
from bot.slack.dialog_blocks import (
    ACTION,
    Press,
    dialog_blocks,
    dialog_text,
    read_path,
    report_blocks,
)
from bot.slack.inbox import Request
from bot.slack.origin import Origin, pressed_at, typed_at
from bot.slack.outbox import Outbox, Place
from bot.slack.replies import NOT_A_MEMBER, Reply, plainly
from bot.slack.text import inert, shortened
from bot.telemetry import logger

DIALOG = "dialog"
STEP = "step"
RECOMMENDATION = "recommendation"
AFTER = 0.05
"""Seconds by which an outcome comes after the step that leads to it."""
STALE = "This dialog is from an earlier version of the guide. Type /adapt to start a new one."
INVITE = (
    "I can't post in this channel yet. Invite me with `/invite @adaptbot`, or start the guide in a "
    "direct message with me."
)

_log = logger(__name__)


def dialog_job(request: Request) -> Job:
    """The durable work of opening the guide in the thread of a message."""
    payload = {"origin": request.origin.model_dump(), "about": request.text}
    return Job(request.id, DIALOG, request.origin.thread, float(request.ts), payload)


def command_dialog_job(command: Mapping[str, Any], about: str, *, now: float) -> Job:
    """The durable work of `/adapt`: a message in the channel, and the guide in its thread."""
    origin = typed_at(command)
    work_id = f"{origin.team}:{origin.channel}:{command['trigger_id']}"
    return Job(work_id, DIALOG, work_id, now, {"origin": origin.model_dump(), "about": about})


class DialogTask:
    """An `Errand`: opens the guide."""

    def __init__(self, guide: Guide, *, outbox: Outbox) -> None:
        self._guide = guide
        self._outbox = outbox

    def prepare(self, job: Job, origin: Origin, patience: Patience) -> Payload:  # noqa: ARG002 - the protocol's
        """Nothing to work out: the guide begins the same for everybody."""
        return {}

    def deliver(self, job: Job, prepared: Payload, reply: Reply) -> None:  # noqa: ARG002 - the protocol's
        """Post the root message where one is needed, and the first question below it."""
        origin, again = reply.origin, reply.again
        about = str(job.payload["about"])
        try:
            place = origin.place
            if origin.root is None:
                opened = self._outbox.post(
                    place,
                    f"<@{origin.user}> opened the decision guide",
                    [section(_opening(about, origin.user))],
                    work_id=f"{job.id}:root",
                    again=again,
                )
                place = Place(*opened)
            dialog = start(self._guide)
            self._outbox.post(
                place,
                dialog_text(dialog),
                dialog_blocks(dialog, owner=origin.user),
                work_id=job.id,
                again=again,
            )
        except UndeliverableError as error:
            if error.code not in NOT_A_MEMBER or origin.response_url is None:
                raise
            reply.whisper(plainly(INVITE))


def _opening(about: str, owner: str) -> str:
    about = inert(shortened(about, 1_000))
    opening = f"<@{owner}> opened the decision guide: which way of adapting an LLM fits?"
    return f"{opening}\n>{about.replace(chr(10), ' ')}" if about else opening


class DialogPresses:
    """Takes on the presses of a dialog's buttons."""

    def __init__(self, guide: Guide, *, outbox: Outbox, work: Work) -> None:
        self._guide = guide
        self._outbox = outbox
        self._work = work

    def register(self, app: App) -> None:
        """Listen to the buttons of dialogs."""
        app.action(re.compile(rf"^{ACTION}"))(self.pressed)

    def pressed(self, ack: Ack, body: dict[str, Any]) -> None:
        """Keep the step, and the outcome where it leads to one, before Slack is told it arrived.

        The path is in the button: it is checked by replaying it. Steps are durable work in the
        order of the presses, so that a slow one never overtakes a later one.
        """
        origin = pressed_at(body, surface="button")
        led = self._followed(body["actions"][0].get("value", ""), origin.user)
        if isinstance(led, str):
            ack()
            self._outbox.whisper(origin.place, origin.user, led)
            return
        path, dialog = led
        self._work.submit(_step_job(body, origin, path))
        if dialog.outcome:
            self._work.submit(_recommendation_job(body, origin, path))
        ack()

    def _followed(self, value: str, user: str) -> tuple[str, Dialog] | str:
        """The path that a button carries, and where it leads; or why it is not followed."""
        try:
            press = Press.model_validate_json(value)
            if press.owner != user:
                return f"This dialog belongs to <@{press.owner}>. Type /adapt to start your own."
            if press.version != self._guide.version:
                return STALE
            dialog = replay(self._guide, press.answers())
            dialog_blocks(dialog, owner=press.owner)  # a path may be too long to go on from
        except (ValidationError, DialogError) as error:
            problem = type(error).__name__
            _log.warning("a button that does not fit the guide", user=user, problem=problem)
            return STALE
        return press.path, dialog


def _step_job(body: Mapping[str, Any], origin: Origin, path: str) -> Job:
    message, pressed = body["message"]["ts"], body["actions"][0]["action_ts"]
    return Job(
        id=f"{origin.team}:{origin.channel}:{message}:step:{pressed}",
        kind=STEP,
        thread=origin.thread,
        order=float(pressed),
        payload={"origin": origin.model_dump(), "path": path, "message": message},
    )


def _recommendation_job(body: Mapping[str, Any], origin: Origin, path: str) -> Job:
    message, pressed = body["message"]["ts"], body["actions"][0]["action_ts"]
    return Job(
        id=f"{origin.team}:{origin.channel}:{message}:{_digest(path)}",
        kind=RECOMMENDATION,
        thread=origin.thread,
        order=float(pressed) + AFTER,
        payload={"origin": origin.model_dump(), "path": path},
    )


def _digest(path: str) -> str:
    """A short name of a path, which may be longer than an id may be."""
    return hashlib.sha256(path.encode()).hexdigest()[:16]


class StepTask:
    """An `Errand`: shows where a press leads, in the dialog's one message."""

    def __init__(self, guide: Guide, *, outbox: Outbox) -> None:
        self._guide = guide
        self._outbox = outbox

    def prepare(self, job: Job, origin: Origin, patience: Patience) -> Payload:  # noqa: ARG002 - the protocol's
        """The message as it will be."""
        dialog = replay(self._guide, read_path(str(job.payload["path"])))
        return {"text": dialog_text(dialog), "blocks": dialog_blocks(dialog, owner=origin.user)}

    def deliver(self, job: Job, prepared: Payload, reply: Reply) -> None:
        """Change the message; where Slack does not let it be changed, go on in a new one."""
        text, blocks = str(prepared["text"]), cast("list[Block]", prepared["blocks"])
        try:
            self._outbox.update(reply.origin.channel, str(job.payload["message"]), text, blocks)
        except UndeliverableError:
            reply.say([Said(text=text, blocks=blocks)])


class RecommendationTask:
    """An `Errand`: posts the recommendation once for each path of a dialog."""

    def __init__(
        self, guide: Guide, *, sources: Mapping[str, Source], records: Recommendations
    ) -> None:
        self._guide = guide
        self._sources = sources
        self._records = records

    def prepare(self, job: Job, origin: Origin, patience: Patience) -> Payload:  # noqa: ARG002 - the protocol's
        """The recommendation, rendered."""
        found = self._report(job)
        return {
            "said": [Said(text=inert(found.title), blocks=report_blocks(found, year=_this_year()))],
            "method": found.recommendation.method,
        }

    def deliver(self, job: Job, prepared: Payload, reply: Reply) -> None:
        """Keep the outcome with its path, and post it in the thread."""
        self._records.add_recommendation(
            Recommended(
                work_id=job.id,
                thread=reply.origin.thread,
                user=reply.origin.user,
                guide_version=self._guide.version,
                path=str(job.payload["path"]),
                method=cast("str", prepared["method"]),
            )
        )
        reply.say(cast("list[Said]", prepared["said"]))

    def _report(self, job: Job) -> Report:
        path = read_path(str(job.payload["path"]))
        return report(replay(self._guide, path), self._sources)


def _this_year() -> int:
    return datetime.now(UTC).year
