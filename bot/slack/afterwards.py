"""What can be done beside a dialog's steps: see why, change the estimate, be reminded."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from slack_bolt import Ack, App

from bot.domain.answer import Passage
from bot.domain.dialog import Dialog
from bot.domain.estimate import Inputs
from bot.errors import DialogError, EstimateError, UndeliverableError
from bot.services.consulting import Consulting
from bot.services.grounds import passage_of
from bot.services.patience import Patience
from bot.services.ports import Job, Payload, Work
from bot.slack.access import Access
from bot.slack.blocks import Said, section
from bot.slack.dialog_blocks import Shown, dialog_blocks
from bot.slack.failures import reported as told
from bot.slack.guarded import Policy
from bot.slack.origin import Origin, pressed_at
from bot.slack.outbox import Outbox
from bot.slack.press import Held, Press
from bot.slack.recommendations import ESTIMATE, reported
from bot.slack.replies import Reply
from bot.slack.report_blocks import (
    INPUTS,
    NUMBER,
    REMIND,
    WHEN,
    WHY,
    View,
    inputs_modal,
    reminder_modal,
    why_modal,
)
from bot.slack.scheduling import Scheduling
from bot.slack.steps import STALE, TOO_LONG, carried, digest, foreign, press_of
from bot.telemetry import logger

REMINDER = "reminder"
HOUR, DAY = 3_600, 86_400
PROPOSED_DAYS = 14
FURTHEST_DAYS = 119
"""Slack schedules messages up to 120 days ahead."""
SOONEST_SECONDS = 300
TOO_SOON = "Please choose a time that is at least five minutes from now."
TOO_FAR = f"Slack lets me plan {FURTHEST_DAYS} days ahead at most."
NOT_PLANNED = (
    "Slack does not let me plan a message here. "
    "`/remind` sets a reminder of your own; *We have built it* goes on from there."
)

_log = logger(__name__)


class Afterwards:
    """Opens modals, and takes on what is submitted in them."""

    def __init__(
        self,
        consulting: Consulting,
        *,
        passages: Sequence[Passage],
        access: Access,
        outbox: Outbox,
        work: Work,
        policy: Policy = "owner",
    ) -> None:
        self._consulting = consulting
        self._passages = passages
        self._access = access
        self._outbox = outbox
        self._work = work
        self._policy = policy

    def register(self, app: App) -> None:
        """Listen to the three buttons and the two modals."""
        app.action(WHY)(self.why)
        app.action(INPUTS)(self.numbers)
        app.action(REMIND)(self.reminder)
        app.view(INPUTS)(self.given)
        app.view(REMIND)(self.chosen)

    def why(self, ack: Ack, body: dict[str, Any]) -> None:
        """Show why a question is asked; anybody may look."""
        ack()
        self._open(body, self._why, anybody=True)

    def numbers(self, ack: Ack, body: dict[str, Any]) -> None:
        """Ask for the numbers of an estimate."""
        ack()
        self._open(body, self._numbers)

    def reminder(self, ack: Ack, body: dict[str, Any]) -> None:
        """Ask when to remind."""
        ack()
        self._open(body, self._reminder)

    def given(self, ack: Ack, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        """Keep the numbers, and have the estimate shown anew; or say what is wrong with them."""
        values = view["state"]["values"]
        given, wrong = _read_numbers(values)
        if wrong:
            ack(response_action="errors", errors=wrong)
            return
        try:
            held = Held.model_validate_json(view["private_metadata"])
            numbers = {"message": held.message, "given": given, "asked": sorted(values)}
            self._work.submit(_job(held, ESTIMATE, body, **numbers))
        except Exception as error:  # noqa: BLE001 - the boundary: the modal stays open
            ack(response_action="errors", errors={min(values): told(error, where="estimate")})
        else:
            ack()

    def chosen(self, ack: Ack, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        """Have the reminder planned, or say why it cannot be at that time."""
        at = int(view["state"]["values"][WHEN][WHEN].get("selected_date_time") or 0)
        ahead = at - time.time()
        wrong = TOO_SOON if ahead < SOONEST_SECONDS else ""
        wrong = TOO_FAR if ahead > FURTHEST_DAYS * DAY else wrong
        if not wrong:
            try:
                held = Held.model_validate_json(view["private_metadata"])
                self._work.submit(_job(held, REMINDER, body, at=at))
            except Exception as error:  # noqa: BLE001 - the boundary: the modal stays open
                wrong = told(error, where="reminder")
        if wrong:
            ack(response_action="errors", errors={WHEN: wrong})
        else:
            ack()

    def _open(self, body: Mapping[str, Any], view: Any, *, anybody: bool = False) -> None:
        origin, value = pressed_at(body, surface="button"), body["actions"][0].get("value", "")
        try:
            press = Press.model_validate_json(value)
            refusal = self._access.refusal(origin)
            if not (refusal or anybody):
                refusal = foreign(press, origin.user, self._policy)
            shown = view(Held(press=press, origin=origin, message=body["message"]["ts"]))
        except _TooLongError:
            refusal, shown = TOO_LONG, {}
        except (ValidationError, DialogError) as error:
            problem = type(error).__name__
            _log.warning("a button that does not fit the guide", problem=problem)
            refusal, shown = STALE, {}
        if refusal:
            self._outbox.whisper(origin.place, origin.user, refusal)
        else:
            self._outbox.open_modal(body["trigger_id"], shown)

    def _why(self, held: Held) -> View:
        dialog = self._consulting.replayed(held.press.position)
        step = dialog.step
        return why_modal(step, dialog.question, passage_of(step, self._passages))

    def _numbers(self, held: Held) -> View:
        report, _, _ = reported(self._consulting, held.press)
        return inputs_modal(report.estimate, held=held.model_dump_json(by_alias=True))

    def _reminder(self, held: Held) -> View:
        press = held.press
        try:
            dialog_blocks(_come_back(self._consulting.replayed(press.position), press))
        except ValidationError as error:
            raise _TooLongError from error
        at = int(time.time()) // HOUR * HOUR + PROPOSED_DAYS * DAY
        return reminder_modal(held=held.model_dump_json(by_alias=True), at=at)


class _TooLongError(Exception):
    """The buttons that would come next hold no more answers."""


def _come_back(dialog: Dialog, press: Press) -> Shown:
    """The first question of the loop, with all answers kept."""
    return Shown(dialog, press.owner, press.consultation, built=True)


def _read_numbers(
    values: Mapping[str, Mapping[str, Any]],
) -> tuple[dict[str, float], dict[str, str]]:
    """The numbers that were given, and by field what is wrong with the others."""
    given: dict[str, float] = {}
    wrong: dict[str, str] = {}
    for name, field in values.items():
        typed = (field.get(NUMBER) or {}).get("value")
        if typed not in (None, ""):
            try:
                given |= Inputs({name: float(typed)}).given
            except (EstimateError, ValueError) as error:
                wrong[name] = str(error) if isinstance(error, EstimateError) else "Not a number."
    return given, wrong


def _job(held: Held, kind: str, body: Mapping[str, Any], **more: object) -> Job:
    """One submission of a modal is one job, however often it is delivered."""
    origin, view = held.origin, body["view"]["id"]
    payload = {**carried(origin, held.press), **more}
    work_id = f"{origin.team}:{origin.channel}:{held.message}:{kind}:{digest(view)}"
    return Job(work_id, kind, origin.thread, time.time(), payload)


class ReminderTask:
    """An `Errand`: plans the message that asks whether the goals are met."""

    def __init__(self, consulting: Consulting, *, scheduling: Scheduling) -> None:
        self._consulting = consulting
        self._scheduling = scheduling

    def prepare(self, job: Job, origin: Origin, patience: Patience) -> Payload:  # noqa: ARG002 - the protocol's
        """The message as it will be."""
        press = press_of(job, self._consulting)
        kept = self._consulting.kept(press.consultation)
        dialog = self._consulting.dialog(press.position, kept)
        said = f"<@{press.owner}> It is time to test again, as was planned here."
        return {"text": said, "blocks": [section(said), *dialog_blocks(_come_back(dialog, press))]}

    def deliver(self, job: Job, prepared: Payload, reply: Reply) -> None:
        """Plan it, and tell the person when it will come."""
        at, text = int(str(job.payload["at"])), str(prepared["text"])
        blocks: Any = prepared["blocks"]
        try:
            self._scheduling.schedule(reply.origin.place, at, text, blocks, again=reply.again)
        except UndeliverableError as error:
            _log.warning("a reminder was not planned", problem=error.code)
            reply.whisper([Said(text=NOT_PLANNED, blocks=[section(NOT_PLANNED)])])
            return
        when = f"<!date^{at}^{{date_long}} at {{time}}|at the time that you chose>"
        words = f"I shall ask in this thread on {when} whether the goals are met."
        reply.whisper([Said(text=words, blocks=[section(words)])])
