"""Notes what becomes of one question while it is answered."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from bot.domain.answer import Answer, Cited, Hit, Passage
from bot.domain.trace import Found, Judged, Trace
from bot.services.retrieving import Retrieval

SHOWN = 10
"""Passages that are noted; what the writer read beyond them is noted as well."""
SENTENCES = 3
"""Found sentences that are noted of each."""
PLACES = 6
"""Decimal places of seconds and scores."""

Stage = Literal[
    "language", "retrieval", "judging", "premise", "writing", "checking", "suggestions", "whole"
]


@dataclass(slots=True)
class Tracing:
    """The notes on one question, made in one thread."""

    asked: str = ""
    """As it was looked up."""
    found: Retrieval | None = None
    """None as long as nothing was looked for."""
    offered: Sequence[Passage] = ()
    judged: list[Judged] = field(default_factory=list)
    _seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: Stage) -> Iterator[None]:
        """Add what happens within to the seconds of `name`."""
        began = time.perf_counter()
        try:
            yield
        finally:
            took = time.perf_counter() - began
            self._seconds[name] = self._seconds.get(name, 0.0) + took

    def trace(self, answer: Answer) -> Trace:
        """All of it, once `answer` is there."""
        return Trace(
            asked=self.asked,
            model=answer.model,
            outcome="answered" if isinstance(answer, Cited) else answer.reason,
            found=tuple(self._passages()),
            judged=tuple(self.judged),
            seconds={name: round(took, PLACES) for name, took in self._seconds.items()},
        )

    def _passages(self) -> Iterator[Found]:
        hits: dict[str, list[Hit]] = {}
        for hit in self.found.hits if self.found else ():
            hits.setdefault(hit.passage.id, []).append(hit)
        offered = {passage.id for passage in self.offered}
        for rank, (name, of_passage) in enumerate(hits.items(), start=1):
            if rank <= SHOWN or name in offered:
                yield _found(of_passage, rank, offered=name in offered)


def _found(hits: Sequence[Hit], rank: int, *, offered: bool) -> Found:
    best = hits[0]
    return Found(
        key=best.passage.source.key,
        label=best.passage.source.label,
        section=best.passage.section,
        passage=best.passage.id,
        score=round(best.score, PLACES),
        rank=rank,
        offered=offered,
        text="\n".join(hit.text for hit in hits[:SENTENCES]),
    )
