from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answer import Question, Turn
from bot.domain.text import content_terms
from bot.domain.vocabulary import Vocabulary
from bot.services.follow_up import stand_alone
from tests.fakes import CORPUS

VOCABULARY = Vocabulary(CORPUS, terms=content_terms)


def asked(*questions: str) -> str:
    *before, last = questions
    history = tuple(Turn(question, "reply") for question in before)
    return stand_alone(Question(last, history), VOCABULARY)


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        (["What is LoRA?"], "What is LoRA?"),
        (["What is LoRA?", "how many matrices?"], "What is LoRA? how many matrices?"),
        (["What is LoRA?", "What is RAG?"], "What is RAG?"),
        (["What is LoRA?", "does it beat RAG?"], "What is LoRA? does it beat RAG?"),
        (["What is LoRA?", "and RAG?"], "What is LoRA? and RAG?"),
        (["What is RAG?", "What is LoRA?", "why?"], "What is LoRA? why?"),
        (["What is LoRA?", "why?", "how come"], "What is LoRA? why? how come"),
    ],
)
def test_a_follow_up_takes_its_subject_from_the_thread(questions: list[str], expected: str) -> None:
    assert asked(*questions) == expected


@given(st.lists(st.text(max_size=20), max_size=4), st.text(max_size=20))
def test_the_question_itself_is_always_kept(before: list[str], question: str) -> None:
    assert asked(*before, question).endswith(question)


@given(st.lists(st.text(max_size=20), max_size=4))
def test_a_question_with_a_subject_of_its_own_is_left_as_it_is(before: list[str]) -> None:
    assert asked(*before, "What is LoRA?") == "What is LoRA?"
