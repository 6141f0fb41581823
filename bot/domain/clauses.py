"""Takes the description of a project apart into the clauses that may each say something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

from bot.domain.polarity import denies

MOST_CLAUSES = 200
"""How many of a description are looked at: some 1,500 words."""
QUOTED = 120
"""Characters of a description that are quoted at most."""

_TOGETHER = (1, 2, 3)
_TOGETHER_WORDS = 24
"""How many clauses, and of how many words, are read together as one span."""
_CLAUSE_WORDS = 40
"""Where a clause without any punctuation is cut."""
_BOUNDARY = re.compile(
    r"(?<=[.!?;:])\s+|\s*[;\n/|\u2022\u2026]\s*|,\s+|\s+[-\u2013\u2014]+\s+|\s*[()]\s*"
    r"|[\u3001\u3002\uff0c\uff01\uff1f\uff1b]"
    r"|\s+(?=(?:but|and|while|whereas|because|so|although|though|plus|yet|then|which)\s)",
    re.IGNORECASE,
)
_INNER = re.compile(r"\s+(?=(?:that|who|whose|with|without|over|from)\s)", re.IGNORECASE)
_SHORT_WORDS = 5
"""Clauses of so many words are quoted as they stand."""
_EDGE = " \t,;.:-\u2013\u2014*\"'"
_LEADING = re.compile(
    r"^(?:(?:but|and|while|whereas|because|so|although|though|plus|yet|then|which|that|also)\s+)+",
    re.IGNORECASE,
)
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a description."""

    start: int
    end: int
    """In characters; `description[start:end]` is the stretch, word for word."""
    text: str
    """The stretch as it is compared: its clauses joined by commas."""
    clauses: int = 1
    """How many."""


def clauses(description: str) -> list[Span]:
    """The clauses in their order, the first `MOST_CLAUSES` of them."""
    ends = [(0, 0), *(match.span() for match in _BOUNDARY.finditer(description))]
    ends.append((len(description), len(description)))
    found: list[Span] = []
    for (_, start), (end, _) in pairwise(ends):
        found += _pieces(description, start, end)
        if len(found) >= MOST_CLAUSES:
            break
    return found[:MOST_CLAUSES]


def spans(description: str) -> list[Span]:
    """Every clause, and neighbouring ones together where they are short; no text twice."""
    alone = clauses(description)
    found: dict[str, Span] = {}
    for count in _TOGETHER:
        for first in range(len(alone) - count + 1):
            span = _joined(alone[first : first + count])
            if count == 1 or len(span.text.split()) <= _TOGETHER_WORDS:
                found.setdefault(span.text, span)
    return list(found.values())


def narrower(description: str, span: Span) -> list[Span]:
    """Shorter stretches inside `span` that may hold all that it says, the shortest first.

    They are its clauses and, of long clauses, what stands before and after words such as "with"
    and "that"; what denies is not parted from what it denies.
    """
    found: set[Span] = set()
    for clause in clauses(description[span.start : span.end]):
        whole = _trimmed(description, span.start + clause.start, span.start + clause.end)
        found |= {whole, *_parts(description, whole)}
    return sorted(found - {replace(span, clauses=1)}, key=lambda s: (len(s.text), s.start))


def _parts(description: str, clause: Span) -> Iterator[Span]:
    """Neighbouring pieces of a long clause that deny as often as it does."""
    if len(clause.text.split()) <= _SHORT_WORDS:
        return
    inner = [match.end() for match in _INNER.finditer(description, clause.start, clause.end)]
    ends = [clause.start, *inner, clause.end]
    for start, end in combinations(ends, 2):
        part = _trimmed(description, start, end)
        if len(part.text.split()) > 1 and denies(part.text) == denies(clause.text):
            yield part


def quoted(description: str, span: Span) -> str:
    """The words of `span` without conjunctions before them, of at most `QUOTED` characters."""
    words = description[span.start : span.end]
    words = _LEADING.sub("", words.strip(_EDGE)).strip(_EDGE)
    if len(words) <= QUOTED:
        return words
    cut = words.rfind(" ", 1, QUOTED + 1)
    return words[: cut if cut > 0 else QUOTED].rstrip(_EDGE)


def _pieces(description: str, start: int, end: int) -> list[Span]:
    """The clause between `start` and `end`, in pieces where it is very long; none if empty."""
    words = [match.span() for match in _WORD.finditer(description, start, end)]
    found = []
    for first in range(0, len(words), _CLAUSE_WORDS):
        part = words[first : first + _CLAUSE_WORDS]
        span = _trimmed(description, part[0][0], part[-1][1])
        if any(character.isalnum() for character in span.text):
            found.append(span)
    return found


def _trimmed(description: str, start: int, end: int) -> Span:
    while start < end and description[start] in _EDGE:
        start += 1
    while start < end and description[end - 1] in _EDGE:
        end -= 1
    return Span(start, end, description[start:end])


def _joined(parts: list[Span]) -> Span:
    text = ", ".join(part.text for part in parts)
    return Span(parts[0].start, parts[-1].end, text, clauses=len(parts))
