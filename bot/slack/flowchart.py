"""The decision guide in a thread: one message that evolves, and the recommendation below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from pydantic import ValidationError
from slack_bolt import Ack

from bot.domain.answer import Source
from bot.domain.dialog import Dialog, replay, start
from bot.domain.flowchart import Guide
from bot.errors import DialogError, UndeliverableError
from bot.services.ports import Job, Payload, Recommended, Records, Work
from bot.services.recommending import Report, report
from bot.slack.blocks import Block, section
from bot.slack.dialog_blocks import Press, dialog_blocks, dialog_text, read_path, report_blocks
from bot.slack.inbox import Request
from bot.slack.outbox import Outbox, Place
from bot.slack.text import inert, shortened
from bot.telemetry import logger

DIALOG = "dialog"
RECOMMENDATION = "recommendation"
NOT_A_MEMBER = {"not_in_channel", "channel_not_found", "is_archived"}
STALE = "This dialog is from an earlier version of the guide. Type /adapt to start a new one."
INVITE = (
    "I can't post in this channel yet. Invite me with `/invite @adaptbot`, or start the guide in a "
    "direct message with me."
)

_log = logger(__name__)


def dialog_job(request: Request) -> Job:
    """The durable work of opening the guide in the thread of a message."""
    return Job(
        id=request.id,
        kind=DIALOG,
        thread=request.thread,
        order=float(request.ts),
        payload={
            "channel": request.channel,
            "root": request.root,
            "user": request.user,
            "about": request.text,
        },
    )


def command_dialog_job(command: Mapping[str, Any], about: str, *, now: float) -> Job:
    """The durable work of `/adapt`: a message in the channel, and the guide in its thread."""
    work_id = f"{command['team_id']}:{command['trigger_id']}"
    return Job(
        id=work_id,
        kind=DIALOG,
        thread=f"{command['team_id']}:{command['channel_id']}:{work_id}",
        order=now,
        payload={
            "channel": command["channel_id"],
            "user": command["user_id"],
            "about": about,
            "response_url": command["response_url"],
        },
    )


class DialogTask:
    """Opens the guide."""

    def __init__(self, guide: Guide, *, outbox: Outbox) -> None:
        self._guide = guide
        self._outbox = outbox

    def prepare(self, payload: Payload) -> Payload:
        """Nothing to work out: the guide begins the same for everybody."""
        return {"owner": payload["user"]}

    def deliver(self, payload: Payload, prepared: Payload, *, work_id: str, again: bool) -> None:
        """Post the root message where one is needed, and the first question below it."""
        channel, owner = cast("str", payload["channel"]), cast("str", prepared["owner"])
        try:
            root = cast("str | None", payload.get("root")) or self._outbox.post(
                Place(channel),
                f"<@{owner}> opened the decision guide",
                [section(_opening(payload, owner))],
                work_id=f"{work_id}:root",
                again=again,
            )
            dialog = start(self._guide)
            self._outbox.post(
                Place(channel, root),
                dialog_text(dialog),
                dialog_blocks(dialog, owner=owner),
                work_id=work_id,
                again=again,
            )
        except UndeliverableError as error:
            if error.code not in NOT_A_MEMBER or "response_url" not in payload:
                raise
            url = cast("str", payload["response_url"])
            self._outbox.reply(url, Place(channel), owner, INVITE)


def _opening(payload: Payload, owner: str) -> str:
    about = inert(shortened(cast("str", payload["about"]), 1_000))
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

    def __init__(self, guide: Guide, *, outbox: Outbox, work: Work) -> None:
        self._guide = guide
        self._outbox = outbox
        self._work = work

    def pressed(self, ack: Ack, body: dict[str, Any]) -> None:
        """Replay the path that the button carries, and show where it leads.

        An outcome is kept as durable work before Slack is told that the press arrived.
        """
        place = Place(body["channel"]["id"], body["message"].get("thread_ts"))
        user = body["user"]["id"]
        led = self._followed(body["actions"][0].get("value", ""), user)
        if isinstance(led, str):
            ack()
            self._outbox.whisper(place, user, led)
            return
        if led.dialog.outcome:
            self._work.submit(_recommendation_job(body, led.press))
        ack()
        message = body["message"]["ts"]
        self._outbox.update(place.channel, message, dialog_text(led.dialog), led.blocks)

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


def _recommendation_job(body: Mapping[str, Any], press: Press) -> Job:
    team = (body.get("team") or body["enterprise"])["id"]
    channel, message = body["channel"]["id"], body["message"]
    root = message.get("thread_ts") or message["ts"]
    return Job(
        id=f"{team}:{channel}:{message['ts']}:{press.path}",
        kind=RECOMMENDATION,
        thread=f"{team}:{channel}:{root}",
        order=float(body["actions"][0]["action_ts"]),
        payload={
            "thread": f"{team}:{channel}:{root}",
            "channel": channel,
            "root": root,
            "user": press.owner,
            "path": press.path,
        },
    )


class RecommendationTask:
    """Posts the recommendation once for each path of a dialog."""

    def __init__(
        self, guide: Guide, *, sources: Mapping[str, Source], outbox: Outbox, records: Records
    ) -> None:
        self._guide = guide
        self._sources = sources
        self._outbox = outbox
        self._records = records

    def prepare(self, payload: Payload) -> Payload:
        """The recommendation, rendered."""
        found = self._report(payload)
        return {
            "text": inert(found.title),
            "blocks": report_blocks(found),
            "method": found.recommendation.method,
        }

    def deliver(self, payload: Payload, prepared: Payload, *, work_id: str, again: bool) -> None:
        """Post it in the thread, and keep the outcome with its path."""
        place = Place(cast("str", payload["channel"]), cast("str", payload["root"]))
        blocks = cast("list[Block]", prepared["blocks"])
        self._outbox.post(
            place, cast("str", prepared["text"]), blocks, work_id=work_id, again=again
        )
        self._records.add_recommendation(
            Recommended(
                work_id=work_id,
                thread=cast("str", payload["thread"]),
                user=cast("str", payload["user"]),
                guide_version=self._guide.version,
                path=cast("str", payload["path"]),
                method=cast("str", prepared["method"]),
            )
        )

    def _report(self, payload: Payload) -> Report:
        path = read_path(cast("str", payload["path"]))
        return report(replay(self._guide, path), self._sources)
