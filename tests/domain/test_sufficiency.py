from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answer import Hit, Reason
from bot.domain.sufficiency import OFF_TOPIC, SUFFICIENT, Support, shortfall, support
from bot.domain.text import content_terms
from bot.domain.vocabulary import Vocabulary, sentences
from tests.fakes import CORPUS

VOCABULARY = Vocabulary(CORPUS, terms=content_terms)
HITS = sentences(CORPUS)
share = st.floats(0, 1)


@pytest.mark.parametrize(
    ("similarity", "coverage", "reason"),
    [
        (0.9, 1.0, None),
        (SUFFICIENT, 0.0, None),
        (0.5, 0.5, None),
        (0.5, 0.0, "not_covered"),
        (OFF_TOPIC, 0.0, "not_covered"),
        (OFF_TOPIC - 0.01, 0.5, "off_topic"),
        (-1.0, 0.0, "off_topic"),
    ],
)
def test_too_little_support_has_a_reason(
    similarity: float, coverage: float, reason: Reason | None
) -> None:
    assert shortfall(Support(similarity, coverage)) == reason


@pytest.mark.parametrize(
    ("question", "hits", "covered"),
    [
        ("LoRA trains matrices beside weights", HITS[3:4], 1.0),
        ("What is the weather in Lisbon?", HITS, 0.0),
        ("what is it about?", HITS, 0.0),
        ("LoRA trains matrices", [], 0.0),
        ("LoRA trains matrices", HITS[:3], 0.0),
    ],
)
def test_coverage_is_the_share_of_the_questions_words_that_were_found(
    question: str, hits: list[Hit], covered: float
) -> None:
    found = support(question, hits, similarity=0.4, vocabulary=VOCABULARY)
    assert found.coverage == pytest.approx(covered)


def test_a_rare_word_that_is_missing_weighs_more_than_a_common_one() -> None:
    common = support("LoRA Lisbon", HITS[3:4], similarity=0.0, vocabulary=VOCABULARY)
    assert 0 < common.coverage < 0.5


@given(st.text(), share)
def test_coverage_is_a_share(question: str, similarity: float) -> None:
    found = support(question, HITS, similarity=similarity, vocabulary=VOCABULARY)
    assert 0 <= found.coverage <= 1 + 1e-9
    assert found.similarity == similarity


@given(share, share, share)
def test_more_support_never_turns_an_answer_into_a_refusal(
    similarity: float, coverage: float, more: float
) -> None:
    if shortfall(Support(similarity, coverage)) is None:
        assert shortfall(Support(similarity + more, coverage)) is None
        assert shortfall(Support(similarity, coverage + more)) is None
