from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.synonyms import NO_SYNONYMS, Synonyms

SYNONYMS = Synonyms.of(
    {
        "fine-tuning": ["ft", "tune"],
        "in-context learning (ICL)": ["few shot", "c++ (demo)"],
        "never": [],
        "blank": ["", " "],
    }
)


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("when to ft?", "when to ft? fine-tuning"),
        ("When to FT?", "When to FT? fine-tuning"),
        ("is few-shot enough", "is few-shot enough in-context learning (ICL)"),
        ("is fewshot enough", "is fewshot enough in-context learning (ICL)"),
        ("is few  shot enough", "is few  shot enough in-context learning (ICL)"),
        ("ft or few shot", "ft or few shot fine-tuning in-context learning (ICL)"),
        ("c++ (demo)", "c++ (demo) in-context learning (ICL)"),
        ("tune by Fine-Tuning", "tune by Fine-Tuning"),
        ("what fortune", "what fortune"),
        ("soft", "soft"),
        ("", ""),
    ],
)
def test_the_names_that_are_meant_are_added(question: str, searched: str) -> None:
    assert SYNONYMS.expanded(question) == searched


@given(st.text())
def test_a_question_is_never_cut(question: str) -> None:
    assert SYNONYMS.expanded(question).startswith(question)
    assert NO_SYNONYMS.expanded(question) == question
