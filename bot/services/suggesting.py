"""Finds questions near to one that has no answer, and makes sure that they have one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from bot.domain.suggestion import candidates
from bot.services.judging import Sufficiency
from bot.services.retrieving import Retrieval, Retriever

SUGGESTIONS = 3
"""Questions that are offered."""
TRIED = 5
"""Questions that are looked up for it; each costs a search."""
NEAR = 0.45
"""Least cosine similarity: whoever asked about something else is not helped by our questions."""
READ = 3
"""Among so many of the best sentences has to be the one that a question was written for."""


class Suggestions:
    """Offers what was asked of the sentences that a search found."""

    def __init__(self, retriever: Retriever, sufficiency: Sufficiency) -> None:
        self._retriever = retriever
        self._sufficiency = sufficiency

    def near(self, question: str, found: Retrieval) -> tuple[str, ...]:
        """Up to three questions near to `question`, best first, that the corpus answers.

        Raises:
            IndexUnavailableError: the index cannot be read.
        """
        if found.similarity < NEAR:
            return ()
        return tuple(islice(self._answered(question, found), SUGGESTIONS))

    def _answered(self, question: str, found: Retrieval) -> Iterator[str]:
        for text, hit in islice(candidates(question, found.hits), TRIED):
            again = self._retriever.retrieve(text)
            leads = hit.passage.id in {other.passage.id for other in again.hits[:READ]}
            if leads and not self._sufficiency.shortfall(text, again):
                yield text
