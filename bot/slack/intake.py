"""Takes requests on as durable work, or says why not."""

from __future__ import annotations

from bot.services.admission import Admission, Excess
from bot.services.ports import Job, Payload, Work
from bot.slack.guarded import origin_of
from bot.slack.origin import Origin
from bot.slack.outbox import Outbox
from bot.slack.replies import Reply, plainly

NOTICE = "notice"


class Intake:
    """Keeps what is asked for good, before Slack is told that it arrived."""

    def __init__(self, work: Work, *, admission: Admission) -> None:
        self._work = work
        self._admission = admission

    def take(self, job: Job, origin: Origin, *, tell: bool = True) -> Excess | None:
        """Submit `job`, or a notice under its id where it is too much; at most one of them.

        Returns why it is too much; without `tell` the caller says so.
        """
        channel = f"{origin.team}:{origin.channel}"
        excess = self._admission.excess(f"{job.id}@{job.order}", user=origin.user, channel=channel)
        if excess is None:
            self._work.submit(job)
        elif tell and not origin.unasked and not excess.told:
            payload = {"origin": origin.model_dump(), "words": words_of(excess)}
            self._work.submit(
                Job(_notice(job, origin), NOTICE, job.thread, job.order, payload, aside=True)
            )
        return excess

    def is_over(self, job: Job) -> bool:
        """Whether `job` was taken on before, and is done."""
        return self._work.state(job) == "done"


class NoticeTask:
    """A `Task`: tells one person why their request is not taken on."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def prepare(self, job: Job) -> Payload:
        """The words came with the job."""
        return {"words": job.payload["words"]}

    def deliver(self, job: Job, prepared: Payload, *, again: bool) -> None:
        """Say it once: what may have been said is not said again."""
        if not again:
            reply = Reply(self._outbox, origin_of(job), job.id, again)
            reply.whisper(plainly(str(prepared["words"])))

    def interrupted(self, job: Job) -> None:
        """It takes no time."""


def _notice(job: Job, origin: Origin) -> str:
    """A message is answered or declined, never both; a button may be pressed again."""
    if origin.surface in ("mention", "direct"):
        return job.id
    return f"{job.id}:notice:{job.order}"


def words_of(excess: Excess) -> str:
    """What somebody is told whose request is too much."""
    after = f"Please ask again in {excess.seconds} s."
    match excess.limit:
        case "user":
            return (
                "That is more than I answer one person within a minute, so I left this one out. "
                f"{after} What you ask until then is left out as well."
            )
        case "channel":
            return f"Slack lets me post no more in this channel for now. {after}"
        case "queue":
            return f"So much is being asked just now that I would keep you waiting. {after}"
