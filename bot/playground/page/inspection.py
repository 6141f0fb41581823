"""What happened around one message, for people who develop the bot."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.playground.application import UPLOAD
from bot.playground.calls import SPARED
from bot.playground.controls import controls
from bot.playground.methods.table import METHODS
from bot.playground.page.causes import Causes, names_message, work_of
from bot.playground.page.exchanges import Exchange, called, sent
from bot.playground.page.masking import secrets_of
from bot.playground.page.timings import Timing, spelled, timing
from bot.telemetry import logger

if TYPE_CHECKING:
    from bot.domain.trace import Found, Trace
    from bot.playground.server import LocalSlack
    from bot.playground.workspace import Json, Message

Traces = Callable[[str], "Trace | None"]
MOST_EXCHANGES = 80
MOST_TIMINGS = 6
NOT_ANSWERED = "The bot has said nothing about this message so far."
GUIDE = "This is a message of the decision guide, which retrieves nothing: its texts are fixed."
FILES = "Files are made from what is known already; nothing is looked up for them."
NOTHING_KEPT = (
    "No passages are known for this message. Help, notices and words to one person retrieve "
    "nothing; what was retrieved for an answer is kept as long as the answer."
)
BROKEN = "What was retrieved cannot be read just now. The log of this playground says why."
GUIDE_ACTION = "guide:"
_PART = re.compile(r":(?:\d{1,2}|sign|root)$")
"""Ends the name of a further message of some work, as the second one of an answer."""

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that was retrieved, with its score beside the others'."""

    found: Found
    share: float
    """Of the way from the lowest score, at most 0, to the highest: 0 to 1, for a bar."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """Everything that the inspector shows of one message."""

    message: Message
    by_app: bool
    exchanges: tuple[Exchange, ...]
    """In the order in which they happened, the latest `MOST_EXCHANGES`."""
    left_out: int
    """How many earlier ones are not among them."""
    timings: tuple[Timing, ...]
    """One for each thing that led to the message or was done with it, oldest first; the first one
    and the latest, `MOST_TIMINGS` in all."""
    trace: Trace | None
    untraced: str
    """Why there is no trace, "" where there is one."""
    passages: tuple[Passage, ...]
    replayable: bool
    """Whether an event led to it, which Slack may deliver again; commands and presses come once."""
    over_http: bool
    """Whether the app is reached by signed HTTP, so that it has no socket."""
    methods: tuple[str, ...]
    """Whose next call can be made to go wrong."""

    @property
    def stages(self) -> list[tuple[str, str]]:
        """What each stage of the answer took, in words."""
        seconds = self.trace.seconds if self.trace else {}
        return [(stage, spelled(took)) for stage, took in seconds.items()]


def inspect(slack: LocalSlack, message: Message, *, traces: Traces) -> Inspection:
    """What was sent and called because of a message, how fast, and what its answer rests on.

    `traces` gives the trace of an answer by the name of its work, which the app's messages carry in
    their metadata and their buttons. No key of the app's is in what is returned.
    """
    causes = Causes.of(slack)
    keys = causes.behind(message)
    exchanges = _exchanges(slack, causes, keys, message)
    trace, untraced = _trace(slack, causes, keys, message, traces)
    timings = [timing(causes.deliveries_of(key), causes.calls_of(key)) for key in keys]
    return Inspection(
        message,
        by_app=message.user == slack.app.bot_user_id,
        exchanges=tuple(exchanges[-MOST_EXCHANGES:]),
        left_out=max(0, len(exchanges) - MOST_EXCHANGES),
        timings=(*timings[:1], *timings[1:][1 - MOST_TIMINGS :]),
        trace=trace,
        untraced=untraced,
        passages=_passages(trace),
        replayable=any(True for _ in events_behind(causes, message)),
        over_http=slack.reachable and not slack.connected,
        methods=(*sorted(METHODS.keys() - SPARED), UPLOAD),
    )


def events_behind(causes: Causes, message: Message) -> Iterator[Json]:
    """The payloads of the events that led to a message, each once, however often it was sent."""
    seen = set()
    for one in [one for key in causes.behind(message)[:1] for one in causes.deliveries_of(key)]:
        event = str(one.delivery.payload.get("event_id", ""))
        if one.delivery.kind == "events_api" and one.asks and event not in seen:
            seen.add(event)
            yield one.delivery.payload


def _exchanges(
    slack: LocalSlack, causes: Causes, keys: list[str], message: Message
) -> list[Exchange]:
    deliveries = [one for one in causes.heard if one.key in keys]
    own = [names_message(call, message) for _, call in causes.calls]
    calls = [
        (call, mine)
        for (key, call), mine in zip(causes.calls, own, strict=True)
        if key in keys or mine
    ]
    times = [one.delivery.at for one in deliveries] + [call.at for call, _ in calls]
    since, secrets = min(times, default=0.0), secrets_of(slack.app)
    shown = [sent(one, since=since, secrets=secrets) for one in deliveries]
    shown += [called(call, since=since, secrets=secrets, own=mine) for call, mine in calls]
    return sorted(shown, key=lambda one: one.after)


def _trace(
    slack: LocalSlack, causes: Causes, keys: list[str], message: Message, traces: Traces
) -> tuple[Trace | None, str]:
    """The trace of an answer, or of the answer to a question; or why there is none."""
    answers = [message]
    if message.user != slack.app.bot_user_id:
        answers = list(_answers(slack, causes, keys[:1]))
    try:
        for name in dict.fromkeys(name for one in answers for name in _works(one, slack)):
            if trace := traces(name):
                return trace, ""
    except Exception:  # noqa: BLE001 - the boundary: the rest of the pane is shown all the same
        _log.exception("a trace cannot be read")
        return None, BROKEN
    return None, _why_not(answers)


def _answers(slack: LocalSlack, causes: Causes, keys: list[str]) -> Iterator[Message]:
    """What the app said because of those."""
    for message in slack.workspace.everything() if keys else ():
        if message.user == slack.app.bot_user_id and causes.behind(message)[:1] == keys:
            yield message


def _why_not(answers: list[Message]) -> str:
    if not answers:
        return NOT_ANSWERED
    actions = [one.action_id for message in answers for one in controls(message.blocks)]
    if any(action.startswith(GUIDE_ACTION) for action in actions):
        return GUIDE
    return FILES if all(message.files for message in answers) else NOTHING_KEPT


def _works(message: Message, slack: LocalSlack) -> Iterator[str]:
    """Names of work that a message may be the answer of, the likeliest first."""
    team = f"{slack.app.team_id}:"
    named = [work_of({"metadata": message.metadata})]
    for control in controls(message.blocks):
        named += _texts(control.action.get("value"))
    for name in dict.fromkeys(name for name in named if name.startswith(team)):
        yield from (name, _PART.sub("", name))


def _texts(value: Any) -> Iterator[str]:
    """The texts in a button's value, which may be JSON."""
    if not isinstance(value, str):
        return
    yield value
    try:
        held = json.loads(value)
    except ValueError:
        return
    if isinstance(held, dict):
        yield from (text for text in held.values() if isinstance(text, str))


def _passages(trace: Trace | None) -> tuple[Passage, ...]:
    found = trace.found if trace else ()
    scores = [one.score for one in found]
    lowest, highest = min([0.0, *scores]), max(scores, default=0.0)
    width = highest - lowest
    return tuple(Passage(one, (one.score - lowest) / width if width else 1.0) for one in found)
