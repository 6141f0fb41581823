from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.lexical import HeadingIndex, LexicalIndex
from bot.adapters.words import Words
from tests.fakes import CORPUS, LORA, passage

INDEX = LexicalIndex(CORPUS, tokenize=Words(CORPUS))
HEADINGS = HeadingIndex(CORPUS, tokenize=Words(CORPUS))


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("matrix", "lora#what-lora-trains/0"),
        ("Hu 2021 inference latency", "lora#what-lora-trains/1"),
        ("retrieving a document", "part1#what-rag-is/0"),
        ("pretrain gpu hour", "part1#cost-of-pre-training/0"),
    ],
)
def test_words_are_found_in_sentence_heading_and_source(question: str, found: str) -> None:
    assert INDEX.search(question, limit=3)[0].id == found


@pytest.mark.parametrize("question", ["", "the of and", "Lisbon zoo", "🙂"])
def test_where_no_word_is_shared_nothing_is_found(question: str) -> None:
    assert INDEX.search(question, limit=3) == []


@given(st.text())
def test_any_question_can_be_asked(question: str) -> None:
    assert all(hit.score > 0 for hit in INDEX.search(question, limit=3))


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What is RAG?", ["part1#what-rag-is/0"]),
        ("lora train", ["lora#what-lora-trains/0", "lora#what-lora-trains/1"]),
        (
            "what is the cost of pretraining, please",
            [f"part1#cost-of-pre-training/{n}" for n in (0, 1)],
        ),
        ("What is RAG good for?", []),
        ("what is it?", []),
        ("", []),
    ],
)
def test_a_heading_is_found_when_the_question_says_just_that(
    question: str, found: list[str]
) -> None:
    hits = HEADINGS.search(question, limit=5)
    assert [hit.id for hit in hits] == found
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_a_heading_of_small_words_is_no_answer_to_a_question_of_small_words() -> None:
    odd = HeadingIndex([passage(LORA, "What it is", "LoRA is cheap.")], tokenize=Words(CORPUS))
    assert odd.search("what is it?", limit=5) == []


def test_no_more_of_a_section_is_found_than_asked_for() -> None:
    assert len(HEADINGS.search("LoRA trains", limit=1)) == 1
