"""Can these sentences answer this question at all?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.answer import Hit, Reason
from bot.domain.vocabulary import Vocabulary, searched_text

SIMILARITY_WEIGHT = 1.0
COVERAGE_WEIGHT = 0.3
SUFFICIENT = 0.51
"""Tuned on tests/questions and the development questions; docs/decisions.md has the figures."""
READ = 5
"""Sentences that are looked at: as many as an answer can have."""
OFF_TOPIC = 0.25
"""Below this similarity, nothing in the corpus is near the question."""


@dataclass(frozen=True, slots=True)
class Support:
    """How well what was retrieved fits the question."""

    similarity: float
    """Best cosine similarity, -1 to 1."""
    coverage: float
    """Share of the question's words found in the best sentences, weighted by rarity, 0 to 1."""

    @property
    def score(self) -> float:
        """The sum that is compared with `SUFFICIENT`."""
        return self.similarity + COVERAGE_WEIGHT * self.coverage


def support(
    question: str, hits: Sequence[Hit], *, similarity: float, vocabulary: Vocabulary
) -> Support:
    """How well `hits` fit `question`."""
    wanted = set(vocabulary.terms(question))
    found = {term for hit in hits[:READ] for term in vocabulary.terms(searched_text(hit))}
    weight = sum(vocabulary.rarity(term) for term in wanted)
    covered = sum(vocabulary.rarity(term) for term in wanted & found)
    return Support(similarity, covered / weight if weight else 0.0)


def shortfall(support: Support) -> Reason | None:
    """Why the passages do not suffice; nothing where they do."""
    if support.score >= SUFFICIENT:
        return None
    return "off_topic" if support.similarity < OFF_TOPIC else "not_covered"
