"""Reads choices by their example phrases alone, as an edited guide has them."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.adapters.reader_weights import Embed, Floats
from bot.domain.flowchart import Guide, Step
from bot.domain.labelled import COUNTED, choice_for, told
from bot.domain.numerals import numbers
from bot.domain.polarity import denies
from bot.domain.seen import as_compared

NEAR = 0.6
"""The least cosine of a clause and a phrase that say the same."""
MARGIN = 0.04
"""By how much it has to exceed that of any phrase of another choice."""


@dataclass(frozen=True, slots=True)
class _Phrases:
    """The phrases of one step."""

    choices: tuple[str, ...]
    """Of each phrase: its choice, or COUNTED where a number tells it."""
    denying: tuple[bool, ...]
    vectors: Floats


class PhraseReader:
    """Compares clauses with the phrases of those steps that have a choice that is not in `known`.

    A clause that denies is only like phrases that deny, and the reverse.
    """

    def __init__(self, guide: Guide, *, embed: Embed, known: Collection[tuple[str, str]]) -> None:
        """`known` are the (step, choice) pairs that are read by better means."""
        self._steps = [s for s in guide.steps if not s.loop and _has_unknown(s, known)]
        self._settings = guide.settings
        self._known = known
        self._embed = embed
        self._lock = threading.Lock()
        self._phrases: Mapping[str, _Phrases] | None = None

    def warm(self) -> None:
        """Make the vectors of the phrases now."""
        if self._steps:
            self._embedded()

    def read(self, texts: Sequence[str], vectors: Floats) -> dict[str, tuple[str, int]]:
        """By step: the choice that is said and the number of the text that says it, from 0.

        `vectors` has a row a text, of its masked form. Known choices are left out.
        """
        if not self._steps:
            return {}
        found = {}
        for step, phrases in self._embedded().items():
            likenesses = self._said(phrases, texts, vectors)
            best = max(likenesses, default=None)
            if best is not None and (step, best[1]) not in self._known:
                found[step] = best[1], best[2]
        return found

    def _said(
        self, phrases: _Phrases, texts: Sequence[str], vectors: Floats
    ) -> Iterator[tuple[float, str, int]]:
        """(cosine, choice, number of the text) of each text that says something."""
        for i, cosines in enumerate(vectors @ phrases.vectors.T):
            best = _best(phrases, cosines, denying=denies(texts[i]))
            ranked = sorted(best.items(), key=lambda each: each[1], reverse=True)
            if not ranked or ranked[0][1] < NEAR:
                continue
            if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < MARGIN:
                continue
            choice = self._counted(texts[i]) if ranked[0][0] == COUNTED else ranked[0][0]
            if choice is not None:
                yield ranked[0][1], choice, i

    def _counted(self, text: str) -> str | None:
        found = numbers(text)
        return choice_for(found[0], self._settings) if len(found) == 1 else None

    def _embedded(self) -> Mapping[str, _Phrases]:
        with self._lock:
            if self._phrases is None:
                self._phrases = {step.id: self._of(step) for step in self._steps}
            return self._phrases

    def _of(self, step: Step) -> _Phrases:
        pairs = [(choice.id, text) for choice in step.choices for text in choice.phrases]
        return _Phrases(
            tuple(told(step.id, choice, text, self._settings) for choice, text in pairs),
            tuple(denies(text) for _, text in pairs),
            self._embed([as_compared(text) for _, text in pairs]),
        )


def _best(phrases: _Phrases, cosines: Floats, *, denying: bool) -> dict[str, float]:
    """By choice the greatest cosine with a phrase of the same polarity."""
    found: dict[str, float] = {}
    for choice, denies_too, cosine in zip(
        phrases.choices, phrases.denying, np.asarray(cosines).tolist(), strict=True
    ):
        if denies_too == denying:
            found[choice] = max(cosine, found.get(choice, -1.0))
    return found


def _has_unknown(step: Step, known: Collection[tuple[str, str]]) -> bool:
    return any(c.phrases and (step.id, c.id) not in known for c in step.choices)
