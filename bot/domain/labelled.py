"""Counts of labelled examples, and the choice of the guide that each stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.clauses import Span, clauses
from bot.domain.numerals import MASK, Numeral, masked, numbers, numerals

EXAMPLES = "examples"
"""The step that asks how many labelled examples there are."""
COUNTS = ("hardly_any", "some", "more")
"""Its choices, from few to many."""
COUNTED = "#"
"""Stands for that choice of them that a number tells."""

OTHER = "5"
"""Stands for the other numbers around the one that a window is about."""
_BEFORE = re.compile(r"(?:\S+\s+){0,6}$")
_AFTER = re.compile(r"(?:\s*\S+){0,8}")


@dataclass(frozen=True, slots=True)
class Window:
    """A number with some words of its clause around it."""

    numeral: Numeral
    """Where it stands in the description."""
    span: Span
    """The stretch that the window shows; its text has `MASK` for the number, `OTHER` for others."""


def windows(description: str) -> list[Window]:
    """One for each number of the clauses that are read, in their order."""
    return [
        _window(description, clause, numeral)
        for clause in clauses(description)
        for numeral in numerals(description[clause.start : clause.end])
    ]


def choice_for(count: float, settings: Mapping[str, int]) -> str | None:
    """The id of the choice for so many examples; None where the guide's settings draw no bounds."""
    few, some = settings.get("few_examples"), settings.get("some_examples")
    if few is None or some is None:
        return None
    if count < few:
        return COUNTS[0]
    return COUNTS[1] if count <= some else COUNTS[2]


def told(step: str, choice: str, text: str, settings: Mapping[str, int]) -> str:
    """`choice`, or `COUNTED` where it is a number of `text` that tells it."""
    counted = step == EXAMPLES and choice in {choice_for(n, settings) for n in numbers(text)}
    return COUNTED if counted else choice


def _window(description: str, clause: Span, numeral: Numeral) -> Window:
    at, end = clause.start + numeral.start, clause.start + numeral.end
    before = _BEFORE.search(description[clause.start : at])
    after = _AFTER.match(description[end : clause.end])
    start = at - len(before[0] if before else "")
    stop = end + len(after[0] if after else "")
    around = (
        masked(description[start:at], by=OTHER),
        MASK,
        masked(description[end:stop], by=OTHER),
    )
    text = " ".join(" ".join(around).split())
    return Window(Numeral(at, end, numeral.value), Span(start, stop, text))
