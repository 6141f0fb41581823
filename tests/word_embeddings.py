"""Embeddings for tests that are about the index and not about meaning: words hashed to a vector."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass, field

from langchain_core.embeddings import Embeddings

from bot.domain.text import content_terms
from bot.errors import IndexUnavailableError

DIMENSIONS = 256


@dataclass
class WordEmbeddings(Embeddings):
    """Unit vectors of word counts; counts the documents it embedded, and can break off."""

    documents: int = 0
    breaks_after: int | None = None
    batches: list[int] = field(default_factory=list)

    def embed_query(self, text: str) -> list[float]:
        return _vector(text)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        if self.breaks_after is not None and self.documents >= self.breaks_after:
            raise IndexUnavailableError("the power went out")
        self.documents += len(texts)
        self.batches.append(len(texts))
        return [_vector(text) for text in texts]


def _vector(text: str) -> list[float]:
    vector = [0.0] * DIMENSIONS
    for term in content_terms(text):
        vector[zlib.crc32(term.encode()) % DIMENSIONS] += 1.0
    length = math.hypot(*vector)
    return [x / length for x in vector] if length else [1.0, *vector[1:]]
