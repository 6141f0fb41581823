"""The recommendation at the end of a dialog, with its picture and its decision record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import cast

from bot.domain.dialog import Dialog
from bot.domain.flow_graph import alternative
from bot.errors import UndeliverableError
from bot.services.consulting import Consulting
from bot.services.patience import Patience
from bot.services.ports import Consultation, Job, Payload, Recommendations, Recommended, Work
from bot.services.recommending import Report
from bot.services.recording import record
from bot.slack.blocks import Said
from bot.slack.failures import reported as told
from bot.slack.origin import Origin
from bot.slack.press import Press, write_path
from bot.slack.replies import Reply, plainly
from bot.slack.report_blocks import background_message, report_messages
from bot.slack.steps import AFTER, carried, digest, press_of
from bot.slack.uploads import Attachment, Uploads

FILES = "files"
ESTIMATE = "estimate"
PICTURE_AND_RECORD = "The guide with the path taken, and the decision record."
RECORD_ALONE = "The decision record. I could not draw the picture of the guide this time."
RECORD_AGAIN = "The decision record with your numbers."
NO_FILES = (
    "Slack does not let me post files here, so the picture and the decision record are missing. "
    "An admin can change that: I need the scope files:write, and a place that takes files."
)

Draw = Callable[[Dialog], bytes]
"""Draws the guide with the path that a dialog took, as PNG."""


class RecommendationTask:
    """An `Errand`: posts the recommendation once for each path of a dialog."""

    def __init__(self, consulting: Consulting, *, records: Recommendations, work: Work) -> None:
        self._consulting = consulting
        self._records = records
        self._work = work

    def prepare(self, job: Job, origin: Origin, patience: Patience) -> Payload:  # noqa: ARG002 - the protocol's
        """The recommendation, rendered."""
        press = press_of(job, self._consulting)
        report, _, _ = reported(self._consulting, press)
        return {
            "said": report_messages(report, press, year=_day_of(job).year),
            "method": report.recommendation.method,
        }

    def deliver(self, job: Job, prepared: Payload, reply: Reply) -> None:
        """Keep the outcome with its path, post it in the thread, and have its files made."""
        press = press_of(job, self._consulting)
        self._records.add_recommendation(
            Recommended(
                work_id=job.id,
                thread=reply.origin.thread,
                user=press.owner,
                guide_version=press.version,
                path=write_path(press.position.path),
                method=cast("str", prepared["method"]),
            )
        )
        reply.say(cast("list[Said]", prepared["said"]))
        self._work.submit(files_job(job, reply.origin, press))


def files_job(job: Job, origin: Origin, press: Press) -> Job:
    """The durable work of the files of a recommendation."""
    name = f"{job.id}:files"  # a thread of its own: the next press does not wait for a picture
    return Job(name, FILES, name, job.order + AFTER, carried(origin, press))


class FilesTask:
    """An `Errand`: posts the picture of the guide and the decision record, in one message."""

    def __init__(self, consulting: Consulting, *, draw: Draw, uploads: Uploads) -> None:
        self._consulting = consulting
        self._draw = draw
        self._uploads = uploads

    def prepare(self, job: Job, origin: Origin, patience: Patience) -> Payload:  # noqa: ARG002 - the protocol's
        """Nothing: files are made where they are posted, too large to be kept in between."""
        return {}

    def deliver(self, job: Job, prepared: Payload, reply: Reply) -> None:  # noqa: ARG002 - the protocol's
        """Make them and post them."""
        report, dialog, kept = reported(self._consulting, press_of(job, self._consulting))
        name = digest(job.id)[:8]
        record = record_file(report, kept, name=name, today=_day_of(job))
        try:
            files = [picture_file(dialog, self._draw, name=name), record]
        except Exception as error:  # noqa: BLE001 - the boundary: the record comes without a picture
            told(error, where="picture")
            share(self._uploads, reply, [record], titled(RECORD_ALONE, report, name))
        else:
            share(self._uploads, reply, files, titled(PICTURE_AND_RECORD, report, name))


class EstimateTask:
    """An `Errand`: shows a recommendation's background anew, with other numbers."""

    def __init__(self, consulting: Consulting, *, uploads: Uploads) -> None:
        self._consulting = consulting
        self._uploads = uploads

    def prepare(self, job: Job, origin: Origin, patience: Patience) -> Payload:  # noqa: ARG002 - the protocol's
        """The message as it will be, once the numbers are kept."""
        press = press_of(job, self._consulting)
        self._keep(job, press, origin)
        report, _, _ = reported(self._consulting, press)
        return {"said": background_message(report, press, year=_day_of(job).year)}

    def deliver(self, job: Job, prepared: Payload, reply: Reply) -> None:
        """Change the message, and post the record with these numbers."""
        said, origin = cast("Said", prepared["said"]), reply.origin
        try:
            message = str(job.payload["message"])
            reply.outbox.update(origin.channel, message, said["text"], said["blocks"])
        except UndeliverableError:
            reply.say([said])
        report, _, kept = reported(self._consulting, press_of(job, self._consulting))
        name = digest(job.id)[:8]
        record = record_file(report, kept, name=name, today=_day_of(job))
        share(self._uploads, reply, [record], titled(RECORD_AGAIN, report, name))

    def _keep(self, job: Job, press: Press, origin: Origin) -> None:
        """Keep the numbers that were given, beside those that were not asked for."""
        given = cast("dict[str, float]", job.payload.get("given") or {})
        asked = cast("list[str]", job.payload.get("asked") or [])
        kept = self._consulting.kept(press.consultation)
        kept = kept or Consultation(press.consultation, origin.thread, press.owner)
        others = {name: value for name, value in kept.inputs.items() if name not in asked}
        self._consulting.keep(replace(kept, inputs={**others, **given}))


def reported(consulting: Consulting, press: Press) -> tuple[Report, Dialog, Consultation | None]:
    """The report of the dialog that a button stands for, the dialog, and what is kept about it."""
    kept = consulting.kept(press.consultation)
    dialog = consulting.dialog(press.position, kept)
    return consulting.report(dialog, kept), dialog, kept


def picture_file(dialog: Dialog, draw: Draw, *, name: str) -> Attachment:
    """The guide with the path taken as a file."""
    return Attachment(
        name=f"decision-guide-{name}.png",
        title="The decision guide with the path taken",
        content=draw(dialog),
        alt_text=alternative(dialog.guide, dialog),
    )


def record_file(report: Report, kept: Consultation | None, *, name: str, today: date) -> Attachment:
    """The decision record as a file."""
    text = record(report, description=kept.description if kept else "", today=today)
    return Attachment(
        name=f"decision-record-{name}.md",
        title="Decision record",
        content=text.encode(),
        alt_text=None,
    )


def titled(what: str, report: Report, name: str) -> str:
    """What is said above files; `name` tells the message from others like it."""
    return f"{what} {report.recommendation.title} ({name})."


def share(uploads: Uploads, reply: Reply, files: list[Attachment], text: str) -> None:
    """Post files in the thread; where Slack takes none, say so."""
    try:
        uploads.share(reply.origin.place, files, text, again=reply.again)
    except UndeliverableError:
        reply.whisper(plainly(NO_FILES))


def _day_of(job: Job) -> date:
    return datetime.fromtimestamp(job.order, tz=UTC).date()
