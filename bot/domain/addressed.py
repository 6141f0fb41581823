"""Is a message in a thread, which does not mention the bot, meant for it?

A sum of weights: whose turn it is, whether people have spoken since the bot's answer, and what the
words show (bot.domain.addressed_cues). Nothing that was said before is known. The weights were
fitted by tests/addressed/fit.py, so that a wrong interruption is rarer than a missed follow-up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from bot.domain.addressed_cues import cues

Turn = Literal["asker", "other", "talk"]
"""The asker goes on; somebody else takes up the bot's answer; another person has just spoken."""


@dataclass(frozen=True, slots=True)
class ThreadState:
    """What is known of a thread when a message arrives in it."""

    asker: str
    """Whom the bot answered last."""
    previous_speaker: str = ""
    """Who among people spoke last since the bot's answer; "" for nobody."""
    spoken: int = 0
    """How many messages people have written since the bot's answer, without this one."""
    minutes: float = 0.0
    """Since the bot's answer."""

    def turn(self, speaker: str) -> Turn:
        """Whose turn it is when `speaker` writes now."""
        if self.previous_speaker not in ("", speaker):
            return "talk"
        return "asker" if speaker == self.asker else "other"


class Weights(NamedTuple):
    """What counts for the bot (above 0) or against it, depending on the turn; in log-odds."""

    asker: float
    other: float
    talk: float

    def at(self, turn: Turn) -> float:
        """The weight for one turn."""
        match turn:
            case "asker":
                return self.asker
            case "other":
                return self.other
            case "talk":
                return self.talk


class Signs(NamedTuple):
    """What a message shows: whose turn it is, and the names of the signs."""

    turn: Turn
    shown: frozenset[str]


LATE_MINUTES = 240.0
"""From here on a message is late."""

WEIGHTS = {
}
"""By sign; "start" is there for every message. Fitted: see tests/addressed/README.md."""


def addressed(text: str, *, speaker: str, thread: ThreadState, name: str = "adaptbot") -> bool:
    """Whether `text` is meant for the bot, which would answer it if it can.

    `text` is what `speaker` wrote, without the bot's own mention; mentions of others are as Slack
    sends them ("<@U123>"). `name` is what people call the bot.
    """
    return score(text, speaker=speaker, thread=thread, name=name) > 0


def score(text: str, *, speaker: str, thread: ThreadState, name: str = "adaptbot") -> float:
    """How much speaks for the bot as the one who is meant: above 0 it is."""
    turn, shown = signs(text, speaker=speaker, thread=thread, name=name)
    return sum(WEIGHTS[sign].at(turn) for sign in ("start", *sorted(shown)))


def signs(text: str, *, speaker: str, thread: ThreadState, name: str = "adaptbot") -> Signs:
    """What `text` and the thread show. Who calls the bot by its name has its turn like the asker."""
    found = cues(text, name=name)
    turn = "asker" if "called" in found else thread.turn(speaker)
    state = {
        "spoken": thread.spoken > 0,
        "after_asker": turn == "talk" and thread.previous_speaker == thread.asker,
        "late": thread.minutes > LATE_MINUTES,
    }
    return Signs(turn, found | {sign for sign, shown in state.items() if shown})
