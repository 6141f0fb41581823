"""Descriptions of projects with what they say, as people labelled them: to fit and to measure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.clauses import clauses
from bot.domain.flowchart import Method
from bot.domain.labelled import COUNTED, EXAMPLES, choice_for, told, windows
from bot.domain.seen import as_compared

UNSAID = "-"
"""Stands for a choice where nothing is said at a step."""
FROM_DESCRIPTION = 2.0
"""How much an example from a whole description weighs beside a single phrase."""

_GAP = re.compile(r"\W+")
_EDGE_WORDS = 3

Settings = Mapping[str, int]
"""Of the guide: they draw the bounds between few and many labelled examples."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a description says at one step."""

    choice: str
    words: str
    """The shortest verbatim stretch that says it."""


@dataclass(frozen=True, slots=True)
class Described:
    """One description with its labels."""

    id: str
    description: str
    accept: tuple[Method, ...]
    """The methods that an expert would call right for it."""
    said: Mapping[str, Said]
    """By step: only what is clearly said."""
    truth: Mapping[str, str] = field(default_factory=dict)
    """By step: what the owner would choose if asked; empty in the sets that readers learn from."""
    style: str = ""
    why: str = ""

    @property
    def group(self) -> str:
        """Whose descriptions it is one of: what stands before the first dash of its id."""
        return self.id.partition("-")[0]


@dataclass(frozen=True, slots=True)
class Example:
    """A text as it is compared, for a reader to learn what it says."""

    text: str
    labels: Mapping[str, str | None]
    """By step the choice, or COUNTED; None where the text teaches nothing about the step. A step
    that is not among them is UNSAID."""
    weight: float = 1.0


def from_phrases(phrases: Iterable[tuple[str, str, str]], settings: Settings) -> list[Example]:
    """An example for each (step, choice, phrase); a phrase of the step "" says nothing."""
    return [
        Example(as_compared(text), {step: told(step, choice, text, settings)} if step else {})
        for step, choice, text in phrases
    ]


def from_descriptions(
    described: Iterable[Described], steps: Sequence[str], settings: Settings
) -> list[Example]:
    """Examples of the stretches that say something, of each clause, and of each number."""
    found: list[Example] = []
    for each in described:
        found += [_of_stretch(said.words, each, settings) for said in each.said.values()]
        found += [_of_clause(span.text, each, settings) for span in clauses(each.description)]
        found += _of_windows(each, steps, settings)
    return found


def of_wholes(described: Iterable[Described], settings: Settings) -> list[Example]:
    """An example for each description as a whole."""
    return [
        Example(
            as_compared(each.description),
            {step: told(step, s.choice, s.words, settings) for step, s in each.said.items()},
        )
        for each in described
    ]


def _of_stretch(words: str, described: Described, settings: Settings) -> Example:
    """A stretch says also what a stretch inside it says."""
    labels = {
        step: told(step, said.choice, words, settings)
        for step, said in described.said.items()
        if _plain(said.words) in _plain(words)
    }
    return Example(as_compared(words), labels, FROM_DESCRIPTION)


def _of_clause(clause: str, described: Described, settings: Settings) -> Example:
    """A clause says what a stretch inside it says; it may say what one says that only overlaps."""
    text = _plain(clause)
    labels: dict[str, str | None] = {}
    for step, said in described.said.items():
        words = _plain(said.words)
        if words in text:
            labels[step] = told(step, said.choice, clause, settings)
        elif text in words or _overlaps(text, words.split()):
            labels[step] = None
    return Example(as_compared(clause), labels, FROM_DESCRIPTION)


def _of_windows(
    described: Described, steps: Sequence[str], settings: Settings
) -> Iterator[Example]:
    """Of the numbers in the stretch on labelled examples, the first that fits its choice counts."""
    said = described.said.get(EXAMPLES)
    at = described.description.find(said.words) if said else 0
    end = at + len(said.words) if said else 0
    told_already = False
    for window in windows(described.description):
        inside = at <= window.numeral.start and window.numeral.end <= end
        label: str | None = None if inside else UNSAID
        if said and inside and choice_for(window.numeral.value, settings) == said.choice:
            label = None if told_already else COUNTED
            told_already = True
        labels = {**dict.fromkeys(steps), EXAMPLES: label}
        yield Example(window.span.text, labels, FROM_DESCRIPTION)


def _overlaps(text: str, words: Sequence[str]) -> bool:
    edges = (" ".join(words[:_EDGE_WORDS]), " ".join(words[-_EDGE_WORDS:]))
    return any(edge in text for edge in edges)


def _plain(text: str) -> str:
    return _GAP.sub(" ", text.lower()).strip()
