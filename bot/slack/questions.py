"""Questions: from whatever asked one to an answer in its thread."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from bot.domain.answer import Cited, NotFound, Question
from bot.domain.trace import Trace
from bot.errors import StoreUnavailableError
from bot.services.answering import Answering
from bot.services.patience import Patience
from bot.services.ports import Consultation, Job, Payload, Records, Replied
from bot.slack.blocks import Said, answer_messages, context, section
from bot.slack.inbox import Request
from bot.slack.origin import Origin, typed_at
from bot.slack.outbox import Outbox
from bot.slack.replies import Reply
from bot.slack.steps import digest
from bot.slack.text import inert, shortened
from bot.telemetry import logger

KIND = "answer"
HISTORY = 8
"""Turns of a thread that a follow-up can refer to."""
KEPT = 40_000
"""Characters of a question that are kept: what Slack takes, and far more than is answered."""

_log = logger(__name__)


def question_job(request: Request) -> Job:
    """The durable work for a question asked in a message."""
    return asked_job(
        request.origin,
        request.text,
        work_id=request.id,
        thread=request.origin.thread,
        order=float(request.ts),
    )


def command_job(command: Mapping[str, Any], question: str, *, now: float) -> Job:
    """The durable work for `/adapt ask …`: its answer is shown to the asker alone."""
    origin = typed_at(command)
    return asked_job(
        origin,
        question,
        work_id=f"{origin.team}:{origin.channel}:{command['trigger_id']}",
        thread=f"{origin.team}:command:{origin.user}",
        order=now,
    )


def asked_job(origin: Origin, question: str, *, work_id: str, thread: str, order: float) -> Job:
    """The durable work for a question, asked in whatever way."""
    payload: Payload = {"origin": origin.model_dump(), "question": question[:KEPT]}
    return Job(work_id, KIND, thread, order, payload)


class AnswerTask:
    """An `Errand`: answers, and posts the answer once."""

    def __init__(
        self,
        answering: Answering,
        *,
        records: Records,
        outbox: Outbox,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._answering = answering
        self._records = records
        self._outbox = outbox
        self._now = now

    def prepare(self, job: Job, origin: Origin, patience: Patience) -> Payload:
        """The answer, rendered; nothing where nobody asked and it is not sure."""
        opened = self._opened(job, origin) if origin.surface == "home" else None
        history = self._records.turns(origin.thread, limit=HISTORY) if origin.root else ()
        answer, _, trace = self._answering.explained(
            Question(_question(job), history), patience=patience, only_if_sure=origin.unasked
        )
        if origin.unasked and isinstance(answer, NotFound):
            return {"said": []}
        self._keep(job, trace)
        share = origin.surface == "command" and isinstance(answer, Cited)
        said = answer_messages(answer, work_id=job.id, year=self._now().year, share=share)
        return {
            "said": _introduced(origin, job, said),
            "reply": answer.full_text if isinstance(answer, Cited) else None,
            "opened": opened,
            "leads": isinstance(answer, NotFound) and answer.about_method,
        }

    def deliver(self, job: Job, prepared: Payload, reply: Reply) -> None:
        """Keep the turn for follow-ups, and post the answer.

        In this order: who sees it may go on, or share it, before Slack has answered the post.
        """
        said = cast("list[Said]", prepared["said"])
        if not said:
            return
        origin = reply.origin
        if opened := prepared.get("opened"):
            origin = origin.model_copy(update=cast("dict[str, str]", opened))
        if prepared["reply"]:
            self._records.add_turn(
                Replied(
                    work_id=job.id,
                    thread=origin.thread if origin.root else job.id,
                    user=origin.user,
                    question=_question(job),
                    reply=str(prepared["reply"]),
                    shown=json.dumps(said, ensure_ascii=False),
                )
            )
        if origin.root and prepared.get("leads"):  # where everybody there has seen the question
            about = Consultation(digest(job.id), origin.thread, origin.user, _question(job))
            self._records.keep_consultation(about)
        if origin.root:
            self._records.answered(origin.thread, origin.user, time.time())
        replace(reply, origin=origin).say(said)

    def _keep(self, job: Job, trace: Trace) -> None:
        """Keep how the question was answered; worked out again, that takes the place of this."""
        try:
            self._records.keep_trace(job.id, trace)
        except StoreUnavailableError as error:
            _log.warning("no trace is kept", work=job.id, problem=type(error).__name__)

    def _opened(self, job: Job, origin: Origin) -> dict[str, str]:
        """Where the thread is that a question from the Home tab opens."""
        quoted = inert(shortened(_question(job), 2_000))
        line = "*You asked:*\n>" + quoted.replace("\n", "\n>")
        posted = self._outbox.post(
            origin.place,
            f"You asked: {quoted}",
            [section(line)],
            work_id=f"{job.id}:root",
            again=True,
        )
        return {"channel": posted.channel, "root": posted.ts}


def _question(job: Job) -> str:
    return cast("str", job.payload["question"])


def _introduced(origin: Origin, job: Job, said: list[Said]) -> list[Said]:
    """With a line that says who asked what, where the thread itself does not show it."""
    if origin.surface == "shortcut":
        line = f"<@{origin.user}> asked me about the message above."
    elif origin.surface == "button":
        quoted = inert(shortened(" ".join(_question(job).split()), 300))
        line = f"<@{origin.user}> asked: {quoted}"
    else:
        return said
    first = Said(text=said[0]["text"], blocks=[context(line), *said[0]["blocks"]])
    return [first, *said[1:]]
