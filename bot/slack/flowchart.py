"""The decision guide in a thread: one message that evolves, and the recommendation below it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
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
from bot.slack.access import Access
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
RECOMMENDATION = "recommendation"
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


@dataclass(frozen=True, slots=True)
class _Led:
    """Where a press leads."""

    press: Press
    dialog: Dialog
    blocks: list[Block]


class DialogPresses:
    """Goes on with a dialog when one of its buttons is pressed."""

    def __init__(self, guide: Guide, *, outbox: Outbox, work: Work, access: Access) -> None:
        self._guide = guide
        self._outbox = outbox
        self._work = work
        self._access = access

    def register(self, app: App) -> None:
        """Listen to the buttons of dialogs."""
        app.action(re.compile(rf"^{ACTION}"))(self.pressed)

    def pressed(self, ack: Ack, body: dict[str, Any]) -> None:
        """Replay the path that the button carries, and show where it leads.

        An outcome is kept as durable work before Slack is told that the press arrived.
        """
        origin = pressed_at(body, surface="button")
        led = self._followed(body["actions"][0].get("value", ""), origin.user)
        if isinstance(led, _Led) and led.dialog.outcome:
            self._work.submit(_recommendation_job(body, origin, led.press))
        ack()
        refusal = led if isinstance(led, str) else self._access.refusal(origin)
        if isinstance(led, str) or refusal:
            self._outbox.whisper(origin.place, origin.user, str(refusal))
            return
        message = body["message"]["ts"]
        self._outbox.update(origin.channel, message, dialog_text(led.dialog), led.blocks)

    def _followed(self, value: str, user: str) -> _Led | str:
        """Where a button leads that carries `value`, or why it is not followed."""
        try:
            press = Press.model_validate_json(value)
            if press.owner != user:
                return f"This dialog belongs to <@{press.owner}>. Type /adapt to start your own."
            if press.version != self._guide.version:
                return STALE
            dialog = replay(self._guide, press.answers())
            return _Led(press, dialog, dialog_blocks(dialog, owner=press.owner))
        except (ValidationError, DialogError) as error:
            problem = type(error).__name__
            _log.warning("a button that does not fit the guide", user=user, problem=problem)
            return STALE


def _recommendation_job(body: Mapping[str, Any], origin: Origin, press: Press) -> Job:
    message = body["message"]["ts"]
    return Job(
        id=f"{origin.team}:{origin.channel}:{message}:{press.path}",
        kind=RECOMMENDATION,
        thread=origin.thread,
        order=float(body["actions"][0]["action_ts"]),
        payload={"origin": origin.model_dump(), "path": press.path},
    )


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
        """Post it in the thread, and keep the outcome with its path."""
        reply.say(cast("list[Said]", prepared["said"]))
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

    def _report(self, job: Job) -> Report:
        path = read_path(str(job.payload["path"]))
        return report(replay(self._guide, path), self._sources)


def _this_year() -> int:
    return datetime.now(UTC).year
