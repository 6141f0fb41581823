"""The presses of a dialog, and the one message that they change."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from pydantic import ValidationError
from slack_bolt import Ack, App

from bot.domain.dialog import Dialog
from bot.errors import DialogError, UndeliverableError
from bot.services.consulting import Consulting
from bot.services.patience import Patience
from bot.services.ports import Job, Payload, Work
from bot.slack.blocks import Block, Said
from bot.slack.dialog_blocks import CANCELLED, Shown, cancelled_blocks, dialog_blocks, dialog_text
from bot.slack.guarded import Policy
from bot.slack.origin import Origin, pressed_at
from bot.slack.outbox import Outbox
from bot.slack.press import PREFIX, Press, write_path
from bot.slack.replies import Reply
from bot.telemetry import logger

STEP = "step"
RECOMMENDATION = "recommendation"
AFTER = 0.05
"""Seconds by which an outcome comes after the step that leads to it."""
STALE = "This dialog is from an earlier version of the guide. Type /adapt to start a new one."
TOO_LONG = "This dialog has more answers than one message can hold. Type /adapt to start a new one."

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Pressed:
    """A press that is followed: where it leads, and what it asks for beside that."""

    press: Press
    dialog: Dialog
    changing: int | None = None
    built: bool = False
    cancelled: bool = False
    kept: bool = False
    """Whether everything stays as it is, so that there is nothing new to report."""

    @property
    def shown(self) -> Shown:
        """The message as it will be, but for what is kept about the dialog."""
        press = self.press
        return Shown(
            self.dialog, press.owner, press.consultation, changing=self.changing, built=self.built
        )


class DialogPresses:
    """Takes on the presses of a dialog's buttons."""

    def __init__(
        self, consulting: Consulting, *, outbox: Outbox, work: Work, policy: Policy = "owner"
    ) -> None:
        """`policy` says who may press: the person who started the dialog, or anyone."""
        self._consulting = consulting
        self._outbox = outbox
        self._work = work
        self._policy = policy

    def register(self, app: App) -> None:
        """Listen to the buttons that move a dialog."""
        moves = "choose:|unsure|back|restart|change:|keep|now|built|cancel"
        app.action(re.compile(rf"^{PREFIX}(?:{moves})"))(self.pressed)

    def pressed(self, ack: Ack, body: dict[str, Any]) -> None:
        """Keep the step before Slack is told that it arrived.

        The path is in the button: it is checked by replaying it. Steps are durable work, in the
        order of the presses.
        """
        origin, action = pressed_at(body, surface="button"), body["actions"][0]
        led = self._followed(action, origin.user)
        if isinstance(led, str):
            ack()
            self._outbox.whisper(origin.place, origin.user, led)
            return
        self._work.submit(_step_job(body, origin, led))
        ack()

    def _followed(self, action: Mapping[str, Any], user: str) -> Pressed | str:
        """Where a button leads; or why it is not followed."""
        try:
            press = Press.model_validate_json(action.get("value", ""))
            if refusal := foreign(press, user, self._policy):
                return refusal
            led = _led(action["action_id"], press, self._consulting)
        except (ValidationError, DialogError, ValueError) as error:
            problem = type(error).__name__
            _log.warning("a button that does not fit the guide", user=user, problem=problem)
            return STALE
        try:
            dialog_blocks(led.shown)
        except DialogError:  # a position that the path does not have
            return STALE
        except ValidationError:
            return TOO_LONG
        return led


def foreign(press: Press, user: str, policy: Policy) -> str | None:
    """Why a person may not press a button; None where they may."""
    if policy == "anyone" or press.owner == user:
        return None
    return f"This dialog belongs to <@{press.owner}>. Type /adapt to start your own."


def _led(action: str, press: Press, consulting: Consulting) -> Pressed:
    dialog = consulting.replayed(press.position)
    verb, _, detail = action.removeprefix(PREFIX).partition(":")
    changing = int(detail) if verb == "change" else None
    built = verb == "built" and dialog.outcome is not None
    cancelled, kept = verb == "cancel", verb == "keep"
    return Pressed(press, dialog, changing, built, cancelled=cancelled, kept=kept)


def _step_job(body: Mapping[str, Any], origin: Origin, led: Pressed) -> Job:
    message, pressed = body["message"]["ts"], body["actions"][0]["action_ts"]
    payload = {
        **carried(origin, led.press),
        "message": message,
        "changing": led.changing,
        "built": led.built,
        "cancelled": led.cancelled,
        "kept": led.kept,
    }
    work_id = f"{origin.team}:{origin.channel}:{message}:step:{pressed}"
    return Job(work_id, STEP, origin.thread, float(pressed), payload)


def recommendation_job(origin: Origin, press: Press, *, message: str, order: float) -> Job:
    """The durable work of a recommendation: one for each path of the dialog in that message."""
    path = write_path(press.position.path)
    return Job(
        id=f"{origin.team}:{origin.channel}:{message}:{digest(path)}",
        kind=RECOMMENDATION,
        thread=origin.thread,
        order=order,
        payload=carried(origin, press),
    )


def carried(origin: Origin, press: Press) -> dict[str, object]:
    """What the payload of work on a dialog holds."""
    return {"origin": origin.model_dump(), "path": press.path, "press": press.model_dump()}


def press_of(job: Job, consulting: Consulting) -> Press:
    """The press that a job came from; work of an earlier version carries its path only."""
    if "press" in job.payload:
        return Press.model_validate(job.payload["press"])
    user = cast("Mapping[str, str]", job.payload["origin"])["user"]
    version = consulting.guide.version
    path, name = str(job.payload["path"]), digest(job.id)
    return Press(version=version, owner=user, path=path, consultation=name)


def digest(text: str) -> str:
    """A short name of a text, which may be longer than an id may be."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class StepTask:
    """An `Errand`: shows where a press leads, in the dialog's one message."""

    def __init__(self, consulting: Consulting, *, outbox: Outbox, work: Work) -> None:
        self._consulting = consulting
        self._outbox = outbox
        self._work = work

    def prepare(self, job: Job, origin: Origin, patience: Patience) -> Payload:  # noqa: ARG002 - the protocol's
        """The message as it will be."""
        press = press_of(job, self._consulting)
        kept = self._consulting.kept(press.consultation)
        shown = Shown(
            self._consulting.dialog(press.position, kept),
            press.owner,
            press.consultation,
            changing=cast("int | None", job.payload.get("changing")),
            built=bool(job.payload.get("built")),
        )
        if job.payload.get("cancelled"):
            return {"text": CANCELLED, "blocks": cancelled_blocks(shown, by=origin.user)}
        said = {"text": dialog_text(shown), "blocks": dialog_blocks(shown)}
        if shown.asked is not None or job.payload.get("kept"):
            return said
        ended = Press.at(shown.dialog, owner=press.owner, consultation=press.consultation)
        return {**said, "ended": ended.model_dump()}

    def deliver(self, job: Job, prepared: Payload, reply: Reply) -> None:
        """Change the message; where Slack does not let it be changed, go on in a new one.

        An outcome is reported after it, in the same thread.
        """
        text, blocks = str(prepared["text"]), cast("list[Block]", prepared["blocks"])
        try:
            self._outbox.update(reply.origin.channel, str(job.payload["message"]), text, blocks)
        except UndeliverableError:
            reply.say([Said(text=text, blocks=blocks)])
        if "ended" in prepared:
            press, message = Press.model_validate(prepared["ended"]), str(job.payload["message"])
            after = job.order + AFTER
            self._work.submit(recommendation_job(reply.origin, press, message=message, order=after))
