from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.text import content_terms
from bot.domain.vocabulary import Vocabulary, searched_text, sentences
from tests.fakes import CORPUS

VOCABULARY = Vocabulary(CORPUS, terms=content_terms)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What does LoRA train?", {"lora"}),
        ("what does lora train?", {"lora"}),
        ("Is RAG cheaper than LoRA?", {"rag", "lora"}),
        ("What did part1 say?", {"part1"}),
        ("How much did it cost?", set()),
        ("What about QLoRA?", set()),
    ],
)
def test_names_are_known_however_they_are_written(question: str, names: set[str]) -> None:
    assert VOCABULARY.names_in(question) == names


def test_the_rarer_a_word_the_more_it_weighs() -> None:
    weights = [VOCABULARY.rarity(term) for term in ("lora", "rag", "lisbon")]
    assert weights == sorted(weights)
    assert all(weight > 0 for weight in weights)


@given(st.text())
def test_an_unknown_word_is_the_rarest(term: str) -> None:
    assert 0 < VOCABULARY.rarity(term) <= VOCABULARY.rarity("lisbon")


def test_every_sentence_is_listed_once_in_order() -> None:
    listed = sentences(CORPUS)
    assert [hit.text for hit in listed] == [line for p in CORPUS for line in p.sentences]
    assert len({hit.id for hit in listed}) == len(listed)


def test_a_search_by_words_sees_source_and_heading() -> None:
    text = searched_text(sentences(CORPUS)[0])
    assert text.startswith("Part 1 part1 Cost of pre-training Llama 2 70B")
