from __future__ import annotations

from dataclasses import replace

import pytest

from bot.adapters.content import read_corpus
from bot.adapters.guide import load_guide
from bot.domain.answer import Passage
from bot.domain.flowchart import Step
from bot.services.grounds import passage_of


@pytest.fixture(scope="module")
def passages() -> list[Passage]:
    return read_corpus().passages()


@pytest.fixture
def step() -> Step:
    return load_guide().step("change")


def test_the_passage_behind_a_question_is_found(step: Step, passages: list[Passage]) -> None:
    passage = passage_of(step, passages)
    assert passage is not None
    assert passage.source.key == "part1"
    assert passage.section == "When to use RAG"
    assert any("dynamic knowledge base" in sentence for sentence in passage.sentences)


def test_a_question_that_names_no_passage_has_none(step: Step, passages: list[Passage]) -> None:
    assert passage_of(replace(step, passage=None), passages) is None


def test_a_section_that_was_renamed_is_not_found(step: Step, passages: list[Passage]) -> None:
    renamed = replace(step, passage="part1#when-rag-was-used")
    assert passage_of(renamed, passages) is None
    assert passage_of(step, []) is None
