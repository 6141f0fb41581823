"""Names the language of a text, by lingua."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lingua import LanguageDetector

SURE = 0.7
"""Confidence below which a text counts as English: short English questions are often unclear."""


def language_of(text: str) -> str:
    """The English name of the language of `text`, "English" when in doubt."""
    found = _detector().compute_language_confidence_values(text)
    if not found or found[0].value < SURE:
        return "English"
    return found[0].language.name.capitalize()


@cache
def _detector() -> LanguageDetector:
    from lingua import Language, LanguageDetectorBuilder  # noqa: PLC0415 - loads on first use

    names = "ENGLISH SPANISH FRENCH GERMAN ITALIAN PORTUGUESE DUTCH RUSSIAN CHINESE JAPANESE KOREAN"
    names += " HINDI ARABIC TURKISH POLISH UKRAINIAN"
    languages = [getattr(Language, name) for name in names.split()]
    return LanguageDetectorBuilder.from_languages(*languages).with_low_accuracy_mode().build()
