"""Opens the decision guide: in the thread of a message, or in one of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast

from bot.domain.dialog import Answered, start
from bot.errors import StoppedError, UndeliverableError
from bot.services.consulting import Consulting
from bot.services.patience import Patience
from bot.services.ports import Consultation, Job, Payload, Work
from bot.slack.blocks import context, sections
from bot.slack.dialog_blocks import Shown, dialog_blocks, dialog_text
from bot.slack.failures import reported
from bot.slack.inbox import Request
from bot.slack.origin import Origin, typed_at
from bot.slack.outbox import Outbox, Place
from bot.slack.press import Press
from bot.slack.replies import NOT_A_MEMBER, Reply, plainly
from bot.slack.steps import AFTER, digest, recommendation_job
from bot.slack.text import inert, shortened

DIALOG = "dialog"
QUOTED = 1_000
UNREAD = (
    "I could not read your description just now, so I ask every question. The description is kept "
    "for the decision record."
)
INVITE = (
    "I can't post in this channel yet. Invite me with `/invite @adaptbot`, or start the guide in a "
    "direct message with me."
)


def dialog_job(request: Request) -> Job:
    """The durable work of opening the guide in the thread of a message."""
    return opening_job(
        request.origin,
        about=request.text,
        work_id=request.id,
        thread=request.origin.thread,
        order=float(request.ts),
    )


def command_dialog_job(command: Mapping[str, Any], about: str, *, now: float) -> Job:
    """The durable work of `/adapt`: a message in the channel, and the guide in its thread."""
    origin = typed_at(command)
    work_id = f"{origin.team}:{origin.channel}:{command['trigger_id']}"
    return opening_job(origin, about=about, work_id=work_id, thread=work_id, order=now)


def opening_job(
    origin: Origin, *, about: str, work_id: str, thread: str, order: float, asked: str = ""
) -> Job:
    """The durable work of opening the guide.

    `about` describes a project; `asked` names an earlier question of the same person's that does.
    """
    payload = {"origin": origin.model_dump(), "about": about, "asked": asked}
    return Job(work_id, DIALOG, thread, order, payload)


class Reads(Protocol):
    """Reads descriptions of projects."""

    def cleaned(self, description: str) -> str:
        """The text as it is read and kept."""
        ...

    def read(self, description: str, *, patience: Patience) -> tuple[Answered, ...]:
        """What it clearly says, each with the words that say it."""
        ...


class DialogTask:
    """An `Errand`: opens the guide."""

    def __init__(
        self, consulting: Consulting, *, reading: Reads, outbox: Outbox, work: Work
    ) -> None:
        self._consulting = consulting
        self._reading = reading
        self._outbox = outbox
        self._work = work

    def prepare(self, job: Job, origin: Origin, patience: Patience) -> Payload:
        """What the description says; the guide opens without it where it cannot be read."""
        about = self._reading.cleaned(self._about(job, origin))
        try:
            read = self._reading.read(about, patience=patience) if about else ()
        except StoppedError:
            raise
        except Exception as error:  # noqa: BLE001 - the boundary: nobody has to type it again
            reported(error, where="reading")
            return {"about": about, "unread": True}
        return {"about": about, "read": [[a.step, a.choice, a.read_from] for a in read]}

    def deliver(self, job: Job, prepared: Payload, reply: Reply) -> None:
        """Post the root message where one is needed, and the first question below it."""
        try:
            self._open(job, prepared, reply)
        except UndeliverableError as error:
            if error.code not in NOT_A_MEMBER or reply.origin.response_url is None:
                raise
            reply.whisper(plainly(INVITE))

    def _open(self, job: Job, prepared: Payload, reply: Reply) -> None:
        origin, place = reply.origin, reply.origin.place
        about = str(prepared.get("about") or "")
        dialog = start(self._consulting.guide, _read(prepared))
        read = tuple(answer for answer in (*dialog.path, *dialog.known) if answer.read_from)
        kept = Consultation(digest(job.id), origin.thread, origin.user, about, read)
        self._consulting.keep(kept)
        if origin.root is None:
            opened = self._outbox.post(
                place,
                f"<@{origin.user}> opened the decision guide",
                [*sections(_opening(about, origin.user))],
                work_id=f"{job.id}:root",
                again=reply.again,
            )
            place = Place(*opened)
        unread = bool(prepared.get("unread"))
        nothing = bool(about) and not (read or unread)
        shown = Shown(dialog, kept.user, kept.id, nothing_read=nothing)
        text, blocks = dialog_text(shown), dialog_blocks(shown)
        if unread:
            blocks.insert(1, context(UNREAD))
        posted = self._outbox.post(place, text, blocks, work_id=job.id, again=reply.again)
        if dialog.outcome:  # the description left nothing to ask
            root = place.thread_ts or posted.ts
            there = origin.model_copy(update={"channel": posted.channel, "root": root})
            press = Press.at(dialog, owner=kept.user, consultation=kept.id)
            self._work.submit(
                recommendation_job(there, press, message=posted.ts, order=job.order + AFTER)
            )

    def _about(self, job: Job, origin: Origin) -> str:
        """The description that came along, or the question that led here."""
        about, asked = str(job.payload["about"]), str(job.payload.get("asked") or "")
        if about or not asked:
            return about
        kept = self._consulting.kept(digest(asked))
        return kept.description if kept and kept.user == origin.user else ""


def _read(prepared: Payload) -> tuple[Answered, ...]:
    rows = cast("Sequence[Sequence[str]]", prepared.get("read") or ())
    return tuple(Answered(*row) for row in rows)


def _opening(about: str, owner: str) -> str:
    about = inert(shortened(about, QUOTED))
    opening = f"<@{owner}> opened the decision guide: which way of adapting an LLM fits?"
    return f"{opening}\n>{about.replace(chr(10), ' ')}" if about else opening
