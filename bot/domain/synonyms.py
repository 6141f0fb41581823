"""Adds the field's own names to a question that uses other words for them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Names, each with the phrases that stand for it."""

    phrases: tuple[tuple[str, re.Pattern[str]], ...] = ()

    @classmethod
    def of(cls, names: Mapping[str, Sequence[str]]) -> Synonyms:
        """From name to phrases; hyphens, spaces and nothing are the same between words."""
        written = ((name, [p for p in phrases if p.strip()]) for name, phrases in names.items())
        return cls(tuple((name, _pattern(phrases)) for name, phrases in written if phrases))

    def expanded(self, question: str) -> str:
        """`question`, with the names it means but does not use put behind it."""
        meant = [
            name
            for name, pattern in self.phrases
            if pattern.search(question) and name.lower() not in question.lower()
        ]
        return " ".join([question, *meant])


NO_SYNONYMS = Synonyms()


def _pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    either = "|".join(r"[\s-]*".join(map(re.escape, phrase.split())) for phrase in phrases)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
