from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.lexical import HeadingIndex
from bot.domain.answer import Hit
from bot.domain.synonyms import Synonyms
from bot.domain.text import content_terms
from bot.domain.vocabulary import sentences
from bot.errors import IndexUnavailableError
from bot.services.retrieving import SERIES_FIRST, Retriever, fuse
from tests.fakes import CORPUS, LORA, PART1, WordIndex, passage

HITS = sentences(CORPUS)
rankings = st.lists(st.lists(st.sampled_from(HITS), unique_by=lambda hit: hit.id), max_size=4)


def test_what_two_searches_rank_high_comes_first() -> None:
    a, b, c = HITS[:3]
    assert fuse([([a, b], 1.0), ([c, b], 1.0)])[0].id == b.id


@given(rankings)
def test_fusion_keeps_every_sentence_once_best_first(given_rankings: list[list[Hit]]) -> None:
    fused = fuse([(ranking, 1.0) for ranking in given_rankings])
    assert {hit.id for hit in fused} == {hit.id for ranking in given_rankings for hit in ranking}
    assert len({hit.id for hit in fused}) == len(fused)
    scores = [hit.score for hit in fused]
    assert scores == sorted(scores, reverse=True)
    assert all(score > 0 for score in scores)


@given(st.lists(st.sampled_from(HITS), unique_by=lambda hit: hit.id))
def test_one_ranking_keeps_its_order(ranking: list[Hit]) -> None:
    assert [hit.id for hit in fuse([(ranking, 2.0)])] == [hit.id for hit in ranking]


def test_a_search_that_weighs_more_comes_first() -> None:
    a, b = HITS[:2]
    assert fuse([([a], 1.0), ([b], 2.0)])[0].id == b.id


def test_a_heading_that_says_what_is_asked_is_answered_by_its_section() -> None:
    index = WordIndex()
    headings = HeadingIndex(CORPUS, tokenize=content_terms)
    bare = Retriever(vectors=index, lexical=index).retrieve("What LoRA trains")
    found = Retriever(vectors=index, lexical=index, headings=headings).retrieve("What LoRA trains")
    assert found.hits[0].id == "lora#what-lora-trains/0"
    assert found.hits[0].score > bare.hits[0].score


def test_the_fields_own_names_are_searched_for() -> None:
    index = WordIndex()
    synonyms = Synonyms.of({"low-rank matrices": ["adapters"]})
    assert not Retriever(vectors=index, lexical=index).retrieve("adapters").hits
    found = Retriever(vectors=index, lexical=index, synonyms=synonyms).retrieve("adapters?")
    assert found.hits[0].id == "lora#what-lora-trains/0"


def test_similarity_is_that_of_the_nearest_vector() -> None:
    found = Retriever(vectors=WordIndex(), lexical=WordIndex()).retrieve("LoRA matrices Lisbon")
    assert found.similarity == pytest.approx(2 / 3)


def test_nothing_found_is_a_value() -> None:
    found = Retriever(vectors=WordIndex(), lexical=WordIndex()).retrieve("weather in Lisbon")
    assert (found.hits, found.similarity, found.passages) == ((), 0.0, ())


def test_no_more_than_the_limit_is_found() -> None:
    assert (
        len(Retriever(vectors=WordIndex(), lexical=WordIndex()).retrieve("LoRA", limit=1).hits) == 1
    )


def test_each_passage_is_listed_once_best_first() -> None:
    retriever = Retriever(vectors=WordIndex(), lexical=WordIndex())
    found = retriever.retrieve("What does LoRA train in its matrices, and what does RAG retrieve?")
    ids = [passage.id for passage in found.passages]
    assert ids[0] == "lora#what-lora-trains"
    assert len(ids) == len(set(ids))


def test_the_series_comes_first_where_it_says_as_much_as_a_reference() -> None:
    said = ("LoRA trains two matrices.",)
    twins = [passage(LORA, "What LoRA trains", *said), passage(PART1, "What LoRA trains", *said)]
    index = WordIndex(twins)
    found = Retriever(vectors=index, lexical=index).retrieve("matrices")
    assert [hit.passage.source.key for hit in found.hits] == ["part1", "lora"]


def test_a_reference_that_says_much_more_stays_first() -> None:
    index = WordIndex(CORPUS)
    many = replace(index, passages=[*CORPUS, passage(PART1, "Aside", "Matrices are small.")])
    assert SERIES_FIRST < 2
    found = Retriever(vectors=many, lexical=WordIndex()).retrieve("LoRA low-rank matrices weight")
    assert found.hits[0].passage.source == LORA


@pytest.mark.parametrize(
    ("vectors", "lexical"),
    [(WordIndex(broken=True), WordIndex()), (WordIndex(), WordIndex(broken=True))],
)
def test_a_broken_index_is_never_passed_over_in_silence(
    vectors: WordIndex, lexical: WordIndex
) -> None:
    with pytest.raises(IndexUnavailableError):
        Retriever(vectors=vectors, lexical=lexical).retrieve("LoRA")
