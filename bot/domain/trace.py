"""What can be looked at of an answer later: what was found for it, and what the check said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from bot.domain.answer import Reason
from bot.domain.grounding import Problem
from bot.domain.text import clean

Outcome = Literal["answered"] | Reason
"""That there is an answer, or why there is none."""

Fault = Problem | Literal["uncited", ""]
"""What the check found against a sentence; "" for nothing."""

FAULTS: Mapping[Fault, str] = {
    "": "borne out by what it cites",
    "number": "a number in it is not the passage's, or not of the same thing",
    "unit": "a number in it has another unit in the passage",
    "name": "a name in it is not the passage's, or not in the same place",
    "negation": "it denies what the passage says, or says what the passage denies",
    "direction": "it says more where the passage says less, or the other way round",
    "overlap": "the passage does not hold enough of its words",
    "uncited": "it cites no passage that was offered",
}
"""In words, for people."""
VERBATIM = "taken word for word from what it cites"


@dataclass(frozen=True, slots=True)
class Found:
    """One passage that was retrieved for a question."""

    key: str
    """Of its source."""
    label: str
    """How a citation names the source."""
    section: str
    passage: str
    """The passage's id."""
    score: float
    """By which its best sentence was ranked: that of the fitted ranking, higher is better.

    It may be below 0, and compares the passages of one question only. Where a cross-encoder put
    them in another order, the score is that of the place.
    """
    rank: int
    """From 1 for the best."""
    offered: bool
    """Whether the writer got to read it."""
    text: str
    """The sentences of it that were found, best first, one a line; at most a few."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One sentence that a writer wrote, and what the check said of it."""

    sentence: str
    """Without its marks."""
    numbers: tuple[int, ...]
    """The passages that it cites, by `Found.rank`."""
    supported: bool
    """Whether it was kept."""
    problem: Fault
    """Why it was dropped; "" where it was kept."""
    rests_on: str = ""
    """The sentence cited that it rests on, or comes nearest to; "" where there is none."""
    writer: str = ""
    """Who wrote it: a model's name, or "extractive"."""

    @property
    def verbatim(self) -> bool:
        """Whether it is a sentence of what it cites, word for word."""
        return self.supported and _bare(self.sentence) == _bare(self.rests_on)

    @property
    def why(self) -> str:
        """What the check said, in words for people."""
        return VERBATIM if self.verbatim else FAULTS[self.problem]


@dataclass(frozen=True, slots=True)
class Trace:
    """How one question was answered, or came to be refused."""

    asked: str
    """The question as it was looked up, standing alone; "" where nothing was looked for."""
    model: str
    """Who wrote the answer: a model's name, or "extractive"."""
    outcome: Outcome
    found: tuple[Found, ...] = ()
    """Best first: the ten best, and whatever else the writer got to read."""
    judged: tuple[Judged, ...] = ()
    """In the order of writing; first those of a writer of whom nothing could be kept."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """What each stage took, and "whole" for all of them."""


def as_data(trace: Trace) -> dict[str, Any]:
    """`trace` in what JSON knows; `from_data` reads it back."""
    return {
        "asked": trace.asked,
        "model": trace.model,
        "outcome": trace.outcome,
        "found": [asdict(found) for found in trace.found],
        "judged": [asdict(judged) for judged in trace.judged],
        "seconds": dict(trace.seconds),
    }


def from_data(data: Mapping[str, Any]) -> Trace:
    """The trace that `as_data` made `data` of."""
    return Trace(
        asked=data["asked"],
        model=data["model"],
        outcome=data["outcome"],
        found=tuple(Found(**each) for each in data["found"]),
        judged=tuple(
            Judged(**{**each, "numbers": tuple(each["numbers"])}) for each in data["judged"]
        ),
        seconds=dict(data["seconds"]),
    )


def _bare(sentence: str) -> str:
    return clean(sentence).rstrip(" .").casefold()
