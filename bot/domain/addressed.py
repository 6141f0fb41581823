"""Is a message in a thread, which does not mention the bot, meant for it?

A sum of weights: whose turn it is, whether people have spoken since the bot's answer, and what the
words show (bot.domain.addressed_cues). Nothing that was said before is known. The weights were
fitted by tests/addressed/fit.py, so that a wrong interruption is rarer than a missed follow-up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

from bot.domain.addressed_cues import MENTION, cues

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
    "after_asker": Weights(2.24, 2.24, 2.80),
    "back": Weights(2.65, 2.64, 3.18),
    "called": Weights(1.34, 1.07, 1.07),
    "challenge": Weights(1.36, 1.19, 0.72),
    "condition": Weights(0.82, 1.51, 0.79),
    "deixis": Weights(-0.17, -0.21, -1.46),
    "domain": Weights(1.68, 1.07, 0.47),
    "full": Weights(1.33, 1.77, 2.00),
    "generic": Weights(2.36, 2.20, 2.83),
    "group": Weights(-3.90, -2.40, -2.26),
    "i": Weights(-0.93, -0.78, -0.70),
    "last_mark": Weights(1.49, 0.46, 0.55),
    "late": Weights(-1.06, -1.23, -1.21),
    "laughing": Weights(-2.25, -1.85, -1.82),
    "mark": Weights(1.27, 1.34, 0.50),
    "meant": Weights(1.57, 1.26, 1.26),
    "of_bot": Weights(-3.19, -2.73, -2.04),
    "office": Weights(-3.08, -2.75, -2.61),
    "ours": Weights(-2.03, -2.94, -2.07),
    "past": Weights(-0.81, -1.40, -1.44),
    "plan": Weights(-2.46, -2.58, -1.61),
    "please": Weights(2.33, 2.05, 1.95),
    "point": Weights(1.50, 1.18, 1.16),
    "praise": Weights(-0.76, -0.34, -0.11),
    "puzzled": Weights(1.87, 1.61, 1.55),
    "request": Weights(2.33, 2.09, 1.65),
    "rhetorical": Weights(-2.77, -2.37, -2.29),
    "short": Weights(-0.38, -0.20, -0.90),
    "source": Weights(2.36, 2.49, 2.10),
    "spoken": Weights(-1.18, -1.79, -2.14),
    "start": Weights(-1.02, -2.13, -2.25),
    "to_person": Weights(-3.61, -3.14, -3.00),
    "unmarked": Weights(1.94, 1.98, 2.07),
    "what_about": Weights(1.33, 1.37, 1.23),
    "when": Weights(-2.43, -2.52, -2.20),
    "workplace": Weights(-3.31, -2.44, -1.96),
    "you": Weights(-1.00, -2.09, -1.94),
    "you_bot": Weights(1.00, 1.32, 0.96),
    "you_people": Weights(-2.66, -2.78, -2.48),
    "you_said": Weights(2.00, 1.68, 1.63),
}
"""By sign; "start" is there for every message. Fitted: see tests/addressed/README.md."""


def addressed(text: str, *, speaker: str, thread: ThreadState, name: str = "adaptbot") -> bool:
    """Whether `text` is meant for the bot, which would answer it if it can.

    `text` is what `speaker` wrote, without the bot's own mention; mentions of others are as Slack
    sends them ("<@U123>"). `name` is what people call the bot.
    """
    return score(text, speaker=speaker, thread=thread, name=name) > 0


def score(text: str, *, speaker: str, thread: ThreadState, name: str = "adaptbot") -> float:
    """How much speaks for the bot as the one who is meant: above 0 it is.

    What mentions somebody is for people, whatever else it shows: minus infinity.
    """
    turn, shown = signs(text, speaker=speaker, thread=thread, name=name)
    if MENTION in shown:
        return -math.inf
    return sum(row.at(turn) for sign, row in WEIGHTS.items() if sign in shown)


def signs(text: str, *, speaker: str, thread: ThreadState, name: str = "adaptbot") -> Signs:
    """What `text` and the thread show; who calls the bot by its name counts as the asker."""
    found = cues(text, name=name)
    turn = "asker" if "called" in found else thread.turn(speaker)
    state = {
        "spoken": thread.spoken > 0,
        "after_asker": turn == "talk" and thread.previous_speaker == thread.asker,
        "late": thread.minutes > LATE_MINUTES,
    }
    return Signs(turn, found | {"start"} | {sign for sign, shown in state.items() if shown})
