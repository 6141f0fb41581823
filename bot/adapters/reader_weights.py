"""A linear model of short texts: for each step of the guide a softmax over what may be said there.

Its features are a text's vector and its words; using it needs numpy only.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from bot.domain.polarity import denies

Floats = NDArray[np.float32]

Embed = Callable[[Sequence[str]], Floats]
"""Makes unit vectors, a row a text."""

_TERM = re.compile(r"[a-z']+|\d+|[?%]|[,;:.!]")
_ENDS = frozenset(",;:.!")
_REACH = 4
"""How many words a denial reaches."""


def terms(text: str) -> list[str]:
    """The words of `text` in lower case, the pairs of neighbouring ones, and those denied.

    A denied word has an exclamation mark before it: "no labelled data" has "!data" among others.
    """
    words: list[str] = []
    denied: list[str] = []
    reach = 0
    for token in _TERM.findall(text.lower().replace("\u2019", "'")):
        if token in _ENDS:
            reach = 0
            continue
        words.append(token)
        if reach:
            denied.append(f"!{token}")
        reach = _REACH if denies(token) else max(reach - 1, 0)
    return [*words, *(" ".join(pair) for pair in pairwise(words)), *denied]


@dataclass(frozen=True, slots=True)
class TextWeights:
    """Says how likely a text makes each choice of each step."""

    classes: tuple[tuple[str, str], ...]
    """(step, choice) of each column, those of a step together."""
    terms: Mapping[str, int]
    """The row of each term, counted from 0."""
    rarity: Floats
    """The inverse document frequency of each term."""
    weights: Floats
    """Rows for the dimensions of a vector, then for the terms; a column for each class."""
    bias: Floats
    """One number a class."""

    @property
    def dimensions(self) -> int:
        """Of the vectors that it was fitted on."""
        return len(self.weights) - len(self.rarity)

    @property
    def fits(self) -> bool:
        """Whether there is a row a term and a column a class, and the classes are grouped."""
        steps = [step for step, _ in groupby(self.classes, key=_step)]
        return (
            self.rarity.shape == (len(self.terms),)
            and self.weights.ndim == 2  # noqa: PLR2004 - rows and columns
            and self.weights.shape[1:] == self.bias.shape == (len(self.classes),)
            and self.dimensions > 0
            and len(steps) == len(set(steps))
        )

    def columns(self) -> dict[str, dict[str, int]]:
        """By step and choice: the column."""
        return {
            step: {choice: column for column, (_, choice) in group}
            for step, group in groupby(enumerate(self.classes), key=lambda each: each[1][0])
        }

    def chances(self, texts: Sequence[str], vectors: Floats) -> Floats:
        """The probabilities, a row a text and a column a class; those of a step sum to 1."""
        scores = vectors @ self.weights[: self.dimensions] + self.bias
        for row, text in enumerate(texts):
            scores[row] += self._of_terms(text)
        for columns in self.columns().values():
            every = list(columns.values())
            scores[:, every] = softmax(scores[:, every])
        return scores

    def _of_terms(self, text: str) -> Floats:
        counts = Counter(self.terms[term] for term in terms(text) if term in self.terms)
        rows = np.fromiter(counts, np.int64)
        values = np.array([1 + math.log(n) for n in counts.values()], np.float32)
        values *= self.rarity[rows]
        if length := float(np.linalg.norm(values)):
            values /= length
        return np.asarray(values @ self.weights[self.dimensions + rows], np.float32)


def softmax(scores: Floats) -> Floats:
    """Shares that sum to 1 in each row."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)


def _step(pair: tuple[str, str]) -> str:
    return pair[0]
