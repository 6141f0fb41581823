"""Holds what is said against what the corpus says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.answer import Hit, Passage
from bot.domain.citation import Statement, supported_only
from bot.domain.grounding import grounded
from bot.domain.premise import contradiction
from bot.domain.trace import Judged
from bot.domain.vocabulary import Vocabulary
from bot.services.retrieving import Retrieval
from bot.telemetry import logger

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """What is left of a text, and what was thought of each of its sentences."""

    text: str
    judged: tuple[Judged, ...]


class Checker:
    """Checks answers against what they cite, and questions for what they take for granted."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def checked(self, text: str, passages: Sequence[Passage], *, writer: str = "") -> Checked:
        """`text` without the statements that the passages they cite do not bear out."""
        judged: list[Judged] = []

        def supported(statement: Statement, support: Sequence[str]) -> bool:
            judged.append(self._judged(statement, support, writer))
            return judged[-1].supported

        kept = supported_only(text, passages, supported=supported)
        return Checked(kept, tuple(judged))

    def denied(self, question: str, found: Retrieval) -> Hit | None:
        """The sentence found that contradicts what `question` takes for granted."""
        return contradiction(
            question,
            found.hits,
            names=self._vocabulary.names_in,
            rarity=self._vocabulary.rarity,
            terms=self._vocabulary.terms,
            knows=self._vocabulary.knows,
        )

    def _judged(self, statement: Statement, support: Sequence[str], writer: str) -> Judged:
        numbers = tuple(dict.fromkeys(statement.positions))
        if not support:
            return Judged(
                statement.plain, numbers, supported=False, problem="uncited", writer=writer
            )
        verdict = grounded(
            statement.plain,
            support,
            names=self._vocabulary.names_in,
            rarity=self._vocabulary.rarity,
        )
        if not verdict.supported:
            _log.warning("a sentence is not borne out by what it cites", problem=verdict.problem)
        return Judged(
            sentence=statement.plain,
            numbers=numbers,
            supported=verdict.supported,
            problem=verdict.problem or "",
            rests_on=verdict.sentence or "",
            writer=writer,
        )
