"""What every task has in common: who may ask, stops, deadlines, and a word when it fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, cast

from bot.errors import OutOfTimeError, StoppedError, UndeliverableError
from bot.services.patience import Patience
from bot.services.ports import Job, Payload, Stop, Stops
from bot.slack.access import Access
from bot.slack.blocks import context
from bot.slack.failures import reported
from bot.slack.origin import Origin
from bot.slack.outbox import Outbox
from bot.slack.replies import Reply, plainly
from bot.slack.statuses import Statuses
from bot.telemetry import FAILURES, logger

LOOKING = "I am looking through my sources. The answer will stand here in a moment."
STOPPED = "Stopped, as you asked."
TOO_LONG = "I could not finish this in time, and stopped. Please ask again, perhaps for less."
RESTARTING = (
    "I am being restarted. What you asked for is kept, and goes on as soon as I am back; you need "
    "not ask again."
)

Policy = Literal["owner", "anyone"]

_log = logger(__name__)


class Errand(Protocol):
    """How jobs of one kind are done, once it is clear that they are to be done at all."""

    def prepare(self, job: Job, origin: Origin, patience: Patience) -> Payload:
        """Work out what will be said."""
        ...

    def deliver(self, job: Job, prepared: Payload, reply: Reply) -> None:
        """Say it."""
        ...


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for every errand."""

    access: Access
    stops: Stops
    statuses: Statuses
    deadline: float = 90.0
    """Seconds that working something out may take."""
    policy: Policy = "owner"
    """Who may stop it."""


class Guarded:
    """A `Task`: an errand that is refused, stopped or given up where it has to be."""

    def __init__(
        self,
        errand: Errand,
        *,
        rules: Rules,
        outbox: Outbox,
        slow: bool = False,
        tells: bool = True,
    ) -> None:
        """`slow` says that it takes seconds, so that people need a sign meanwhile.

        `tells` says that a person is told when it is refused; another errand may have done so.
        """
        self._errand = errand
        self._rules = rules
        self._outbox = outbox
        self._slow = slow
        self._tells = tells

    def prepare(self, job: Job) -> Payload:
        """What will be said, be it an apology; nobody may wait in silence."""
        origin = origin_of(job)
        patience = Patience(
            self._rules.deadline, stopped=lambda: self._stop(job, origin) is not None
        )
        sign = None
        try:
            if words := self._rules.access.refusal(origin):
                return {"refused": words if self._tells and not origin.unasked else ""}
            patience.check()
            sign = self._sign(job, origin)
            return {"sign": sign, "prepared": self._errand.prepare(job, origin, patience)}
        except StoppedError:
            return {"sign": sign}
        except OutOfTimeError:
            FAILURES.labels("deadline").inc()
            return {"sign": sign, "apology": TOO_LONG}
        except Exception as error:  # noqa: BLE001 - the boundary: whatever it is, it is told
            return {"sign": sign, "apology": reported(error, where=job.kind)}

    def deliver(self, job: Job, prepared: Payload, *, again: bool) -> None:
        """Say it, unless it was stopped in the meantime."""
        origin = origin_of(job)
        sign = cast("str | None", prepared.get("sign"))
        reply = Reply(self._outbox, origin, job.id, again, sign)
        if "refused" in prepared:
            if prepared["refused"]:
                reply.whisper(plainly(str(prepared["refused"])))
        elif stop := self._stop(job, origin):
            self._confirm(stop, reply)
        elif "apology" in prepared:
            if not origin.unasked:
                reply.say(plainly(str(prepared["apology"])))
        elif "prepared" in prepared:
            try:
                self._errand.deliver(job, cast("Payload", prepared["prepared"]), reply)
            except UndeliverableError:
                self._rest(job, origin)
                raise
        self._rest(job, origin)

    def interrupted(self, job: Job) -> None:
        """Tell the person that it goes on after a restart."""
        origin = origin_of(job)
        if not origin.unasked:
            Reply(self._outbox, origin, job.id, again=True).whisper(plainly(RESTARTING))
        self._rest(job, origin)

    def _sign(self, job: Job, origin: Origin) -> str | None:
        """The message that stands for a slow reply where Slack can show no status."""
        if not self._slow or origin.root is None or origin.unasked:
            return None
        if self._outbox.session(origin.place, "processing"):
            return None
        mark, blocks = f"{job.id}:sign", [context(LOOKING)]
        try:
            return self._outbox.post(origin.place, LOOKING, blocks, work_id=mark, again=True).ts
        except Exception as error:  # noqa: BLE001 - a courtesy: the reply itself comes all the same
            _log.warning("no sign shown", problem=type(error).__name__)
            return None

    def _confirm(self, stop: Stop, reply: Reply) -> None:
        """One word for all that a stop ended in a thread; none where the question is gone."""
        if stop.quietly:
            reply.take_back_sign()
        if stop.quietly or reply.origin.root is None:
            return
        mark = f"{stop.key}:stopped:{stop.at:.6f}"
        Reply(self._outbox, reply.origin, mark, again=True, sign=reply.sign).say(plainly(STOPPED))

    def _rest(self, job: Job, origin: Origin) -> None:
        shown = self._slow or origin.surface in ("mention", "direct")
        if origin.root is not None and shown and not origin.unasked:
            title = str(job.payload.get("question") or "")
            self._rules.statuses.end(job, origin, title=title)

    def _stop(self, job: Job, origin: Origin) -> Stop | None:
        """The word that ends this job: given later than it was asked, by somebody who may."""
        for stop in self._rules.stops.stops([job.thread, job.id]):
            may = stop.quietly or self._rules.policy == "anyone" or stop.user == origin.user
            if may and stop.at >= job.order:
                return stop
        return None


def origin_of(job: Job) -> Origin:
    """Where a job was asked for."""
    return Origin.model_validate(job.payload["origin"])
