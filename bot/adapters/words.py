"""Folds the spellings of a word together, for every search by words."""

from __future__ import annotations

import re
from collections.abc import Iterable

import Stemmer

from bot.domain.answer import Passage
from bot.domain.text import STOPWORDS, terms

_COMPOUND = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)+")
LONGEST = 3
"""Words in a compound, as in "state-of-the-art" without its small words."""


class Words:
    """Stems by PyStemmer; "few shot", "few-shot" and "fewshot" are one word.

    What counts as one word is read from the corpus: every spelling it has with a hyphen.
    """

    def __init__(self, passages: Iterable[Passage]) -> None:
        texts = (f"{p.source.title} {p.section} {' '.join(p.sentences)}" for p in passages)
        self._compounds = {
            compound.replace("-", "").lower()
            for text in texts
            for compound in _COMPOUND.findall(text)
        }
        self._stemmer = Stemmer.Stemmer("english")

    def __call__(self, text: str) -> list[str]:
        """The content words of `text`, folded."""
        words = [word for word in self._joined(terms(text)) if word not in STOPWORDS]
        folded: list[str] = self._stemmer.stemWords(words)
        return folded

    def _joined(self, words: list[str]) -> Iterable[str]:
        at = 0
        while at < len(words):
            length = next(
                (
                    n
                    for n in range(LONGEST, 1, -1)
                    if "".join(words[at : at + n]) in self._compounds
                ),
                1,
            )
            yield "".join(words[at : at + length])
            at += length
