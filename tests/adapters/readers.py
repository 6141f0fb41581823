"""A reader small enough for tests: it knows a few words, each of which tells one choice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bot.adapters.fitted_reader import FittedReader, Verdict
from bot.adapters.reader_weights import Floats, TextWeights
from tests.fakes import word_vector

CLASSES = (
    ("change", "-"),
    ("change", "often"),
    ("change", "hardly_ever"),
    ("facts", "-"),
    ("facts", "yes"),
    ("examples", "-"),
    ("examples", "#"),
    ("examples", "hardly_any"),
    ("weather", "-"),
    ("weather", "rain"),
    ("sources", "-"),
    ("sources", "perhaps"),
)
TELLS = {"daily": 1, "static": 2, "wiki": 4, "tagged": 6, "untagged": 7, "rain": 9, "maybe": 11}
"""By word: the class that it tells. There is neither a step weather nor a choice perhaps."""


class Counting:
    """Makes vectors of words, and counts how many at a time."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def __call__(self, texts: Sequence[str]) -> Floats:
        self.batches.append(len(texts))
        return np.array([word_vector(text) for text in texts], np.float32)


def small_reader() -> FittedReader:
    """It goes by the clearest span of each choice, and not by the whole."""
    return FittedReader(_by_words(9.0), _by_words(0.0), {step: _verdict(step) for step in _steps()})


def _by_words(strength: float) -> TextWeights:
    dimensions = len(word_vector(""))
    table = np.zeros((dimensions + len(TELLS), len(CLASSES)), np.float32)
    for row, column in enumerate(TELLS.values()):
        table[dimensions + row, column] = strength
    return TextWeights(
        classes=CLASSES,
        terms={word: row for row, word in enumerate(TELLS)},
        rarity=np.ones(len(TELLS), np.float32),
        weights=table,
        bias=np.array([3.0 if choice == "-" else 0.0 for _, choice in CLASSES], np.float32),
    )


def _steps() -> list[str]:
    return list(dict.fromkeys(step for step, _ in CLASSES))


def _verdict(step: str) -> Verdict:
    """The signals are log odds by 4: alone and together for each choice, then the whole's."""
    of_step = [choice for each, choice in CLASSES if each == step]
    told = [choice for choice in of_step if choice not in "-#"]
    told += [choice for choice in ("hardly_any", "some", "more") if "#" in of_step]
    told = list(dict.fromkeys(told))
    weights = np.zeros((1 + len(told), 2 * len(told) + len(of_step)), np.float32)
    for i in range(len(told)):
        weights[1 + i, len(told) + i] = 4
    return Verdict(("-", *told), weights, np.zeros(1 + len(told), np.float32))
