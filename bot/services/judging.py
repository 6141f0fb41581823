"""Decides whether what was retrieved answers the question, and says why where it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.answer import Reason
from bot.domain.asking import asks, is_gap
from bot.domain.refusal import words
from bot.domain.sufficiency import SIGNALS, Unknown, Written, reason, signals
from bot.domain.vocabulary import Vocabulary
from bot.services.ports import Judge
from bot.services.retrieving import Retrieval

LOOSE = 0.3
"""What the score of a question loses that is read loosely."""
SURE = 0.3
"""The least score of an answer that nobody asked the bot for.

Of labelled questions of authors that the judge was not fitted to, 3.4 % of the unanswerable ones
pass it, against 7.0 % at 0, and 90 % of the answerable ones, against 95 %.
"""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Why there is no answer."""

    reason: Reason
    words: str


def unwritten(question: str) -> Shortfall:
    """Of a question that was to be answered by one writer, who had nothing supported to say."""
    return Shortfall("insufficient", words("insufficient", question, unknown=Unknown((), 0, ())))


class Sufficiency:
    """Looks at a question and what was found for it."""

    def __init__(self, judge: Judge, *, vocabulary: Vocabulary, written: Written) -> None:
        self._judge = judge
        self._vocabulary = vocabulary
        self._written = written

    def shortfall(
        self, question: str, found: Retrieval, *, read_loosely: bool = False, sure: bool = False
    ) -> Shortfall | None:
        """Why `found` does not answer `question`; nothing where it does.

        A question is read loosely where it was translated word by word, or put together from the
        questions of a thread: it says less clearly what it asks than those the judge was fitted to.
        Where the judge has to be sure, that makes no difference.
        """
        unknown = self._written.unknown(question, self._vocabulary)
        if asks(question, "demand"):
            return Shortfall("off_topic", words("off_topic", question, unknown=unknown))
        least = SURE if sure else -LOOSE if read_loosely else 0.0
        if self._judge.score(self._signals(question, found, unknown), found.vector) > least:
            return None
        why = reason(found.similarity, found.hits)
        gap = next((hit.text for hit in found.hits[:1] if is_gap(hit.text)), None)
        return Shortfall(why, words(why, question, unknown=unknown, gap=gap))

    def signals(self, question: str, found: Retrieval) -> tuple[float, ...]:
        """What the judge looks at, as `bot.domain.sufficiency.SIGNALS` names it."""
        return self._signals(question, found, self._written.unknown(question, self._vocabulary))

    def _signals(self, question: str, found: Retrieval, unknown: Unknown) -> tuple[float, ...]:
        return signals(
            question,
            found.candidates,
            lexical=found.lexical,
            vocabulary=self._vocabulary,
            unknown=unknown,
        )


class SimpleJudge:
    """A judge for embedding models that nothing was calibrated for: similarity and coverage.

    The sum of the best cosine and 0.3 of the covered words was tuned on the development questions
    with MiniLM; on another model's scale it is a rough guess, and `evaluate --calibrate` replaces
    it.
    """

    SUFFICIENT = 0.51
    COVERAGE_WEIGHT = 0.3

    def score(self, signals: Sequence[float], vector: Sequence[float]) -> float:  # noqa: ARG002 - the port's signature
        """Above 0 when similarity and coverage together suffice."""
        named = dict(zip(SIGNALS, signals, strict=True))
        return named["similarity"] + self.COVERAGE_WEIGHT * named["coverage_5"] - self.SUFFICIENT
