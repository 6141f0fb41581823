"""Finds the sentences for a question: several searches, fused by rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.answer import Hit, Passage
from bot.domain.synonyms import NO_SYNONYMS, Synonyms
from bot.services.ports import PassageIndex

POOL = 40
"""Sentences asked of each index."""
RANK_OFFSET = 5.0
"""The k of reciprocal-rank fusion (Cormack 2009 uses 60 for lists of 1,000; ours hold 40)."""
HEADING_WEIGHT = 2.0
"""A question that says just what a heading says is answered by that section from its top."""
SERIES_FIRST = 1.2
"""How much more a sentence of the series counts than one of a reference."""


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What was found for a question."""

    hits: tuple[Hit, ...]
    """Fused, best first; the score is the fused one."""
    similarity: float
    """Best cosine similarity, -1 to 1; 0 when nothing was found."""

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The passages of the hits, best first."""
        return tuple({hit.passage.id: hit.passage for hit in self.hits}.values())


class Retriever:
    """Vectors for meaning, BM25 for words, headings for questions that repeat one."""

    def __init__(
        self,
        *,
        vectors: PassageIndex,
        lexical: PassageIndex,
        headings: PassageIndex | None = None,
        synonyms: Synonyms = NO_SYNONYMS,
    ) -> None:
        self._vectors = vectors
        self._others = [(lexical, 1.0)] + ([(headings, HEADING_WEIGHT)] if headings else [])
        self._synonyms = synonyms

    def retrieve(self, question: str, *, limit: int = 12) -> Retrieval:
        """The best `limit` sentences for `question`.

        Raises:
            IndexUnavailableError: an index cannot be read.
        """
        searched = self._synonyms.expanded(question)
        near = self._vectors.search(searched, limit=POOL)
        rankings = [(near, 1.0)]
        rankings += [(index.search(searched, limit=POOL), weight) for index, weight in self._others]
        fused = sorted((_preferred(hit) for hit in fuse(rankings)), key=lambda hit: -hit.score)
        return Retrieval(tuple(fused[:limit]), near[0].score if near else 0.0)


def _preferred(hit: Hit) -> Hit:
    """The series comes first where it says as much as a reference: it is what people ask about."""
    series = hit.passage.source.kind == "series"
    return replace(hit, score=hit.score * SERIES_FIRST) if series else hit


def fuse(rankings: Sequence[tuple[Sequence[Hit], float]]) -> list[Hit]:
    """One ranking out of several: each adds its weight / (k + rank) to a sentence's score."""
    scores: dict[str, float] = {}
    hits: dict[str, Hit] = {}
    for ranking, weight in rankings:
        for rank, hit in enumerate(ranking, start=1):
            scores[hit.id] = scores.get(hit.id, 0.0) + weight / (RANK_OFFSET + rank)
            hits[hit.id] = hit
    best = sorted(scores, key=lambda name: -scores[name])
    return [replace(hits[name], score=scores[name]) for name in best]
