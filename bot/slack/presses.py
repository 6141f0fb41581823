"""What can be done with a message: ask about it, ask something near to it, share it, go on."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from slack_bolt import Ack, App, BoltContext

from bot.errors import UndeliverableError
from bot.services.patience import Patience
from bot.services.ports import Job, Payload, Records, Replied
from bot.slack.blocks import Said, context
from bot.slack.flowchart import opening_job
from bot.slack.intake import Intake
from bot.slack.origin import Origin, pressed_at
from bot.slack.outbox import Outbox, Place
from bot.slack.questions import asked_job
from bot.slack.replies import NOT_A_MEMBER, Reply, plainly
from bot.slack.text import inert, shortened, typed
from bot.telemetry import logger

SHORTCUT = "ask_about"
RECOMMEND_FOR = "recommend_for"
SUGGESTION = re.compile(r"^ask:[0-9]$")
OPEN_GUIDE = "open_guide"
SHARE = "share"
GONE = "I no longer have that answer. Please ask again."
NOT_HERE = (
    "I can't post in this channel. Invite me with `/invite @adaptbot`, then share the answer again."
)
NOT_YOURS = "Only the person who asked can share an answer."

_log = logger(__name__)


class Suggested(BaseModel):
    """What a button carries that asks a question."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    question: str = Field(alias="q", min_length=1, max_length=1_000)
    work_id: str = Field(alias="w", max_length=300)


class Presses:
    """Takes on what people do with messages."""

    def __init__(self, intake: Intake, *, records: Records, outbox: Outbox) -> None:
        self._intake = intake
        self._records = records
        self._outbox = outbox

    def register(self, app: App) -> None:
        """Listen to the shortcuts and to the buttons of answers."""
        app.message_shortcut(SHORTCUT)(self.asked_about)
        app.message_shortcut(RECOMMEND_FOR)(self.recommend_for)
        app.action(SUGGESTION)(self.suggested)
        app.action(OPEN_GUIDE)(self.guide)
        app.action(SHARE)(self.share)

    def asked_about(self, ack: Ack, body: Mapping[str, Any], context: BoltContext) -> None:
        """Answer somebody's message, in its thread."""
        origin = pressed_at(body, surface="shortcut")
        message = body["message"]
        text = typed(message.get("text") or "", bot_user=context.bot_user_id or "")
        work_id = f"{origin.team}:{origin.channel}:{message['ts']}:about:{body['action_ts']}"
        self._ask(origin, text, work_id=work_id, at=body["action_ts"])
        ack()

    def recommend_for(self, ack: Ack, body: Mapping[str, Any], context: BoltContext) -> None:
        """Open the decision guide in the thread of a message that describes a project."""
        origin, message = pressed_at(body, surface="shortcut"), body["message"]
        about = typed(message.get("text") or "", bot_user=context.bot_user_id or "")
        work_id = f"{origin.team}:{origin.channel}:{message['ts']}:guide:{body['action_ts']}"
        self._guide(origin, about=about, work_id=work_id, at=body["action_ts"])
        ack()

    def suggested(self, ack: Ack, body: Mapping[str, Any]) -> None:
        """Ask the question on a button; pressed twice, it is asked once."""
        origin, action = pressed_at(body, surface="button"), body["actions"][0]
        try:
            wanted = Suggested.model_validate_json(action.get("value") or "")
        except ValidationError:
            _log.warning("a button that asks nothing", user=origin.user)
        else:
            stamp = (body.get("container") or {}).get("message_ts")
            work_id = f"{origin.team}:{origin.channel}:{stamp}:{action['action_id']}"
            self._ask(origin, wanted.question, work_id=work_id, at=action["action_ts"])
        ack()

    def guide(self, ack: Ack, body: Mapping[str, Any]) -> None:
        """Open the decision guide in the thread, or in one of its own."""
        origin, action = pressed_at(body, surface="button"), body["actions"][0]
        stamp = (body.get("container") or {}).get("message_ts")
        work_id = f"{origin.team}:{origin.channel}:{stamp}:guide:{origin.user}"
        asked = str(action.get("value") or "")
        own = f"{origin.team}:{origin.user}:"  # of a question from the Home tab
        here = (f"{origin.team}:{origin.channel}:", *([own] if origin.channel[0] == "D" else []))
        at = action["action_ts"]
        self._guide(origin, work_id=work_id, at=at, asked=asked if asked.startswith(here) else "")
        ack()

    def share(self, ack: Ack, body: Mapping[str, Any]) -> None:
        """Post an answer that only its asker has seen, at their word."""
        origin, action = pressed_at(body, surface="button"), body["actions"][0]
        asked = str(action.get("value") or "")
        payload: Payload = {"origin": origin.model_dump(), "asked": asked}
        thread = f"{asked}:shared:{origin.user}"
        work_id = f"{thread}:{action['action_ts']}"
        if asked.startswith(f"{origin.team}:{origin.channel}:"):
            self._intake.take(
                Job(work_id, SHARE, thread, float(action["action_ts"]), payload), origin
            )
        else:
            _log.warning("an answer of elsewhere is not shared", user=origin.user)
        ack()

    def _guide(
        self, origin: Origin, *, work_id: str, at: str, about: str = "", asked: str = ""
    ) -> None:
        thread = origin.thread if origin.root else work_id
        job = opening_job(
            origin, about=about, work_id=work_id, thread=thread, order=float(at), asked=asked
        )
        self._intake.take(job, origin)

    def _ask(self, origin: Origin, question: str, *, work_id: str, at: str) -> None:
        thread = origin.thread if origin.root else f"{origin.team}:command:{origin.user}"
        job = asked_job(origin, question, work_id=work_id, thread=thread, order=float(at))
        if self._intake.is_over(job) and self._records.replied(job.id) is None:
            job = replace(job, id=f"{job.id}:{at}")  # it came to nothing, and is asked again
        self._intake.take(job, origin)


class ShareTask:
    """An `Errand`: shows everybody in the channel what only the asker has seen."""

    def __init__(self, *, records: Records, outbox: Outbox) -> None:
        self._records = records
        self._outbox = outbox

    def prepare(self, job: Job, origin: Origin, patience: Patience) -> Payload:  # noqa: ARG002 - the protocol's
        """The answer as it was, with who asked what; or why there is none."""
        replied = self._records.replied(str(job.payload["asked"]))
        if replied is None:
            return {"problem": GONE}
        if replied.user != origin.user:
            return {"problem": NOT_YOURS}
        said = cast("list[Said]", json.loads(replied.shown))
        return {
            "said": _shared(said, replied),
            "question": replied.question,
            "reply": replied.reply,
        }

    def deliver(self, job: Job, prepared: Payload, reply: Reply) -> None:
        """Post it, so that people can go on from it in its thread."""
        origin = reply.origin
        if problem := prepared.get("problem"):
            reply.whisper(plainly(str(problem)))
            return
        first, *more = cast("list[Said]", prepared["said"])
        mark = job.thread  # pressed again, it is the same message
        try:
            posted = self._outbox.post(
                Place(origin.channel), first["text"], first["blocks"], work_id=mark, again=True
            )
        except UndeliverableError as error:
            if error.code not in NOT_A_MEMBER:
                raise
            reply.whisper(plainly(NOT_HERE))
            return
        threaded = origin.model_copy(update={"root": posted.ts})
        Reply(self._outbox, threaded, f"{mark}:more", again=True).say(more)
        question, answer = str(prepared["question"]), str(prepared["reply"])
        self._records.add_turn(Replied(mark, threaded.thread, origin.user, question, answer))
        self._records.answered(threaded.thread, origin.user, job.order)
        if origin.response_url:
            self._outbox.withdraw(origin.response_url)


def _shared(said: list[Said], replied: Replied) -> list[Said]:
    quoted = inert(shortened(" ".join(replied.question.split()), 300))
    line = context(f"<@{replied.user}> asked: {quoted}")
    kept = [[block for block in message["blocks"] if not _shares(block)] for message in said]
    first = Said(text=said[0]["text"], blocks=[line, *kept[0]])
    rest = zip(said[1:], kept[1:], strict=True)
    return [first, *(Said(text=message["text"], blocks=blocks) for message, blocks in rest)]


def _shares(block: Mapping[str, Any]) -> bool:
    return any(element.get("action_id") == SHARE for element in block.get("elements") or ())
