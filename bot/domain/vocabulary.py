"""The words of the corpus: which are known, which are rare, which are names."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable

from bot.domain.answer import Passage
from bot.domain.text import content_terms, terms

_NAME = re.compile(r"\b(?=\w*[A-Z])(?:\w*[a-z]\w*[A-Z]\w*|[A-Z]{2,}\w*|\w*\d\w*[A-Z]\w*)\b")


class Vocabulary:
    """What the corpus has words for."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        frequencies: Counter[str] = Counter()
        names: set[str] = set()
        self._sentences = 0
        for passage in passages:
            source = passage.source
            names.update(terms(source.key.replace("_", " ")))
            title = (
                f"{source.label} {source.title} {source.key.replace('_', ' ')} {passage.section}"
            )
            for sentence in passage.sentences:
                self._sentences += 1
                frequencies.update(set(content_terms(f"{title} {sentence}")))
                names.update(term for name in _NAME.findall(sentence) for term in terms(name))
        self._frequencies = frequencies
        self._names = frozenset(names)

    def knows(self, term: str) -> bool:
        """Whether any note uses `term`."""
        return term in self._frequencies

    def rarity(self, term: str) -> float:
        """Inverse document frequency (natural logarithm); an unknown term is the rarest."""
        return math.log(1 + self._sentences / (1 + self._frequencies[term]))

    def names_in(self, text: str) -> frozenset[str]:
        """The terms of `text` that name something: LoRA, InstructGPT, GPT-3."""
        return frozenset(terms(text)) & self._names
