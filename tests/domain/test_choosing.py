from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.choosing import about_method


class Line(TypedDict):
    """A question, and whether it asks which method to choose."""

    id: str
    text: str
    about_method: bool
    held: bool


FILE = Path(__file__).parents[1] / "methods" / "questions.jsonl"
LINES: list[Line] = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    "text",
    [
        "Should we fine-tune?",
        "RAG or fine-tuning for our wiki?",
        "which method would you recommend for us",
        "What should we use?",
        "We have a wiki of 300 pages. It changes daily. Is RAG the right choice?",
        "Hello! I hope you are well. Do I need LoRA for my three examples? Thanks.",
        "RAG vs. fine-tuning for our case?",
    ],
)
def test_advice_on_a_method_for_an_own_case_is_asked(text: str) -> None:
    assert about_method(text)
    assert about_method(text.upper())


@pytest.mark.parametrize(
    "text",
    [
        "What is RAG?",
        "Is RAG better than fine-tuning for new knowledge according to part 2?",
        "RAG or fine-tuning, acc. to the series, for our case?",
        "Should we use the office on Monday?",
        "Which rank should we use?",
        "How much data do we need for fine-tuning?",
        "Can you tell me about RAG or fine-tuning?",
        "What can you do?",
        "We fine-tune. What is LoRA?",
        "RAG or fine-tuning: which one forgets?",
        "",
        "?",
    ],
)
def test_a_fact_a_setting_or_somebody_elses_view_is_no_advice_on_a_method(text: str) -> None:
    assert not about_method(text)


def test_both_halves_have_as_many_questions_of_each_kind() -> None:
    assert len({line["text"] for line in LINES}) == len({line["id"] for line in LINES}) >= 120
    for held in (False, True):
        asked = [line["about_method"] for line in LINES if line["held"] is held]
        assert (asked.count(True), asked.count(False)) == (30, 32)


@pytest.mark.parametrize(("held", "precision", "recall"), [(False, 0.98, 0.98), (True, 0.93, 0.9)])
def test_questions_on_a_method_are_told_from_others(
    *, held: bool, precision: float, recall: float
) -> None:
    said = [
        (about_method(each["text"]), each["about_method"]) for each in LINES if each["held"] is held
    ]
    right = said.count((True, True))
    assert right / sum(flagged for flagged, _ in said) >= precision
    assert right / sum(meant for _, meant in said) >= recall


@given(st.text())
def test_any_text_can_be_looked_at(text: str) -> None:
    assert about_method(text) in (True, False)


@pytest.mark.parametrize(
    "part", ["should we ", "we rag or ", "what is best ", "it is a ", "?", "a. "]
)
def test_a_long_text_is_read_in_little_time(part: str) -> None:
    started = time.process_time()
    about_method(part * (40_000 // len(part)))
    assert time.process_time() - started < 1
