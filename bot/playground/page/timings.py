"""How long the app took over something: to acknowledge it, to show a sign, to be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.playground.calls import Call
    from bot.playground.page.heard import Heard

SESSION = "agents.sessions.setStatus"
STATUS = "assistant.threads.setStatus"
SHOWS = frozenset(
    {
        "chat.appendStream",
        "chat.delete",
        "chat.postEphemeral",
        "chat.postMessage",
        "chat.startStream",
        "chat.stopStream",
        "chat.update",
        "files.completeUploadExternal",
        "reactions.add",
        "reactions.remove",
        "response_url",
        "views.open",
        "views.publish",
        "views.update",
    }
)
"""Calls after which a person sees something else than before."""
CHANGES = SHOWS | {
    SESSION,
    STATUS,
    "assistant.threads.setSuggestedPrompts",
    "assistant.threads.setTitle",
    "chat.deleteScheduledMessage",
    "chat.scheduleMessage",
}
"""Calls that change anything; the others only read."""
ACKNOWLEDGEMENT = "the acknowledgement"
MOST_MILLISECONDS = 0.9995
MOST_SECONDS = 99.95
"""Up to which a time is given in milliseconds and in seconds."""


def spelled(seconds: float) -> str:
    """A time that passed: "12 ms", "1.3 s", "2 min 5 s"."""
    if seconds < MOST_MILLISECONDS:
        return f"{seconds * 1000:.0f} ms"
    if seconds < MOST_SECONDS:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened, so many seconds after the event was sent, and by what."""

    seconds: float
    by: str

    @property
    def text(self) -> str:
        """The time in words."""
        return spelled(self.seconds)


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the app took over one event, command, press or submission.

    Seconds count from the moment at which its first delivery was begun; a retry or a replay does
    not begin anew.
    """

    of: str
    acknowledged: Moment | None
    """When the first acknowledgement came, of whichever attempt and, of a message that is also a
    mention, of whichever event. None as long as there is none."""
    reacted: Moment | None
    """When a person could first see anything of it: the answer to the first successful call that
    shows something (a status that says "processing", a message, an ephemeral one, a modal, a
    stream), or the acknowledgement where that itself holds words or a view."""
    done: Moment | None
    """The answer to the last successful call for it that changed anything, the status that work is
    over included. None before the first one, and while the status still says "processing"."""
    working: bool
    """Whether the status still says "processing"."""

    @property
    def longest(self) -> float:
        """The latest of the three, in seconds; 0 where there is none."""
        moments = (self.acknowledged, self.reacted, self.done)
        return max((moment.seconds for moment in moments if moment), default=0.0)

    @property
    def bars(self) -> list[tuple[str, int]]:
        """What is drawn in one place, the longest first: its name, and thousandths of `longest`."""
        moments = {
            "done": self.done,
            "reacted": self.reacted,
            "acknowledged": self.acknowledged,
        }
        whole = self.longest
        parts = [
            (name, moment.seconds / whole) for name, moment in moments.items() if moment and whole
        ]
        return [
            (name, max(4, round(1000 * part))) for name, part in sorted(parts, key=lambda p: -p[1])
        ]


def timing(heard: Sequence[Heard], calls: Sequence[Call]) -> Timing:
    """The timing of what these deliveries, at least one, told the app; `calls` are all for it."""
    since = min(one.delivery.at for one in heard)
    good = [ack for one in heard for ack in one.delivery.attempts if ack.ok]
    acks = [(ack.at + ack.seconds, ACKNOWLEDGEMENT) for ack in good]
    telling = [(ack.at + ack.seconds, ACKNOWLEDGEMENT) for ack in good if ack.reply]
    fine = [call for call in calls if call.ok]
    seen = [(call.at, call.method) for call in fine if _shows(call)]
    changed = [(call.at, call.method) for call in fine if call.method in CHANGES]
    sessions = [call for call in fine if call.method == SESSION]
    working = bool(sessions) and _shows(sessions[-1])
    return Timing(
        heard[0].title,
        acknowledged=_moment(min(acks, default=None), since),
        reacted=_moment(min(seen + telling, default=None), since),
        done=None if working else _moment(max(changed + telling, default=None), since),
        working=working,
    )


def _moment(happened: tuple[float, str] | None, since: float) -> Moment | None:
    return Moment(max(0.0, happened[0] - since), happened[1]) if happened else None


def _shows(call: Call) -> bool:
    if call.method == SESSION:
        return call.args.get("status") == "processing"
    if call.method == STATUS:
        return bool(call.args.get("status"))
    return call.method in SHOWS
