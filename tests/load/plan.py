"""How much is asked, in which order and how fast: settled before anything runs."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from tests.load.questions import FURTHER, OFF_TOPIC, QUESTIONS

Database = Literal["sqlite", "postgres"]
Someone = TypeVar("Someone")

FIVE = 5
"""Four questions and one step of a dialog make five."""
THREE_EVERY = 3
"""In each third five, three of the questions are asked in a row in one thread."""
OFF_TOPIC_SHARE = 0.1
DIRECT_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Plan:
    """One run."""

    questions: int = 500
    """Questions and dialog steps at the steady rate, together."""
    users: int = 50
    channels: int = 50
    rate: float = 10.0
    """Of questions and steps, a second."""
    idle: int = 20
    """Questions before, each after the answer to the one before."""
    burst: int = 50
    """Questions after, all at once."""
    kill: bool = True
    fault_share: float = 0.05
    retry_delays: tuple[float, ...] = (0.5, 5.0, 30.0)
    """Seconds before each retry of an event; the last one has to come after the restart."""
    user_limit: int = 20
    """Questions of one person a minute that the bot is set to take."""
    seed: int = 1
    limit: float = 240.0
    """Seconds after which the run ends, done or not."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One question, or several in a row in one thread."""

    texts: tuple[str, ...]
    direct: bool = False
    """Asked in the direct message with the bot instead of a channel."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a dialog: the command that opens it, or a press."""


def schedule(plan: Plan) -> list[Ask | Step | None]:
    """What happens at each beat of the steady rate; None where three at once used up the beat."""
    chance = random.Random(plan.seed)
    beats: list[Ask | Step | None] = []
    for number in range(-(-plan.questions // FIVE)):
        if number % THREE_EVERY == THREE_EVERY - 1:
            beats += [_asking(chance, further=2), None, None, _asking(chance), Step()]
        else:
            beats += [*(_asking(chance) for _ in range(FIVE - 1)), Step()]
    return beats[: plan.questions]


def turns(people: Sequence[Someone]) -> Iterator[Someone]:
    """Who asks next, for ever: each in turn, and in each round somebody else comes first.

    Without that, the same few would ask all the questions that come three at a time.
    """
    for first in itertools.cycle(range(len(people))):
        yield from (*people[first:], *people[:first])


def some_questions(number: int, *, seed: int) -> list[Ask]:
    """That many single questions."""
    chance = random.Random(seed)
    return [_asking(chance) for _ in range(number)]


def _asking(chance: random.Random, *, further: int = 0) -> Ask:
    pool = OFF_TOPIC if chance.random() < OFF_TOPIC_SHARE else QUESTIONS
    texts = (chance.choice(pool), *chance.sample(FURTHER, further))
    return Ask(texts, direct=chance.random() < DIRECT_SHARE)
