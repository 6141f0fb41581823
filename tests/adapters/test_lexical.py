from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.lexical import LexicalIndex
from bot.adapters.words import Words
from tests.fakes import CORPUS

INDEX = LexicalIndex(CORPUS, tokenize=Words(CORPUS))


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
