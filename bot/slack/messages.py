"""Messages: mentions, direct messages, follow-ups in threads, questions in watched channels."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, Protocol

from cachetools import TTLCache
from slack_bolt import App, BoltContext

from bot.domain.addressed import ThreadState, addressed
from bot.services.admission import REMEMBERED, REMEMBERED_SECONDS
from bot.services.patience import Patience
from bot.services.ports import Conversations, Job, Payload, Stop, Stops
from bot.slack.blocks import HELP, HELP_TEXT, Said, section
from bot.slack.flowchart import dialog_job
from bot.slack.inbox import Intent, Request, read_event
from bot.slack.intake import Intake
from bot.slack.origin import Origin, team_of
from bot.slack.questions import question_job
from bot.slack.replies import Reply
from bot.slack.statuses import Statuses
from bot.telemetry import logger

HELP_KIND = "help"
HEARD = ("app_mention", "message")
DELETED = "message_deleted"
TOMBSTONE = "tombstone"
"""What a deleted message becomes that has replies."""

_log = logger(__name__)


def help_job(request: Request) -> Job:
    """The durable work of showing what the bot does."""
    payload = {"origin": request.origin.model_dump()}
    return Job(request.id, HELP_KIND, request.origin.thread, float(request.ts), payload)


_JOBS: Mapping[Intent, Callable[[Request], Job]] = {
    "answer": question_job,
    "dialog": dialog_job,
    "help": help_job,
}


class HelpTask:
    """An `Errand`: says what the bot does."""

    def prepare(self, job: Job, origin: Origin, patience: Patience) -> Payload:  # noqa: ARG002 - the protocol's
        """The words are always the same."""
        return {}

    def deliver(self, job: Job, prepared: Payload, reply: Reply) -> None:  # noqa: ARG002 - the protocol's
        """Say it."""
        reply.say([Said(text=HELP_TEXT, blocks=[section(HELP)])])


class Memory(Conversations, Stops, Protocol):
    """What is known of threads, and what is to end in them."""


class Messages:
    """Hears what people write, and takes on what is meant for the bot."""

    def __init__(
        self,
        intake: Intake,
        *,
        memory: Memory,
        statuses: Statuses,
        watched: frozenset[str] = frozenset(),
        stale_seconds: float = 1_800.0,
    ) -> None:
        self._intake = intake
        self._memory = memory
        self._statuses = statuses
        self._watched = watched
        self._stale_seconds = stale_seconds
        self._judged: TTLCache[str, bool] = TTLCache(REMEMBERED, REMEMBERED_SECONDS)
        self._lock = Lock()

    def register(self, app: App) -> None:
        """Accept in a middleware, which comes before the acknowledgement.

        Bolt acknowledges before it runs a listener, so a listener that failed would lose the
        event. Where the middleware fails, Slack delivers again.
        """
        for event in HEARD:
            app.event(event, middleware=[self.accept])(self.accepted)

    def accept(
        self, body: Mapping[str, Any], context: BoltContext, next_: Callable[[], None]
    ) -> None:
        """Keep what is asked for good."""
        gone = body["event"].get("message") or {}
        if body["event"].get("subtype") == DELETED or gone.get("subtype") == TOMBSTONE:
            self._forget(body)
        elif not self._stale(body):
            request = read_event(body, bot_user=context.bot_user_id or "")
            if request is not None and self._meant(request):
                job = _JOBS[request.intent](request)
                excess = self._intake.take(job, request.origin)
                if excess is None and not request.origin.unasked:
                    self._statuses.show(job, request.origin, title=request.text)
        next_()

    def accepted(self) -> None:
        """All is done before the acknowledgement."""

    def _meant(self, request: Request) -> bool:
        """Whether a message is for the bot; what people say to each other is not."""
        origin = request.origin
        if not origin.unasked:
            return True
        if origin.surface == "channel":
            watched = origin.channel in self._watched
            return watched and not request.to_people and "?" in request.text
        with self._lock:  # one that is delivered again must not count as another one
            if request.id not in self._judged:
                self._judged[request.id] = self._follows_up(request)
            return self._judged[request.id]

    def _follows_up(self, request: Request) -> bool:
        """Whether a message goes on from an answer of the bot's."""
        origin = request.origin
        known = self._memory.conversation(origin.thread)
        if known is None:
            return False
        thread = ThreadState(
            asker=known.asker,
            previous_speaker=known.speaker,
            spoken=known.spoken,
            minutes=max(0.0, time.time() - known.answered_at) / 60,
        )
        self._memory.heard(origin.thread, origin.user)
        return not request.to_people and addressed(request.text, speaker=origin.user, thread=thread)

    def _stale(self, body: Mapping[str, Any]) -> bool:
        """Whether Slack delivers it so late that nobody waits for an answer any more."""
        age = time.time() - float(body.get("event_time") or time.time())
        if age > self._stale_seconds:
            _log.warning("a stale event is not answered", minutes=round(age / 60))
        return age > self._stale_seconds

    def _forget(self, body: Mapping[str, Any]) -> None:
        """What was asked in a message that is gone is not answered any more."""
        event = body["event"]
        before, after = event.get("previous_message") or {}, event.get("message") or {}
        deleted = event.get("deleted_ts") or before.get("ts") or after.get("ts")
        if deleted:
            key = f"{team_of(body)}:{event['channel']}:{deleted}"
            self._memory.stop(Stop(key, "", time.time(), quietly=True))
