from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answer import Hit
from bot.domain.suggestion import MAX_CHARACTERS, STARTERS, candidates
from tests.fakes import LORA, PART1, passage

TRAINS = "LoRA trains two small matrices."
RUNS = "Training LoRA needs an A100 GPU of Google, and Google has many."


def hit(*asked: str, section: str = "What LoRA trains", text: str = TRAINS) -> Hit:
    return Hit(replace(passage(LORA, section, text), asked=(asked,)), 0, 1.0)


def offered(question: str, *hits: Hit) -> list[str]:
    return [text for text, _ in candidates(question, hits)]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("what does lora train", "What does LoRA train?"),
        ("what does LoRA train?", "What does LoRA train?"),
        ("How many matrices are trained ?", "How many matrices are trained?"),
        ("can i train lora on an a100 of google", "Can I train LoRA on an A100 of Google?"),
        ("is peft cheap?!", "Is peft cheap?"),
    ],
)
def test_a_question_is_shown_with_the_names_of_the_corpus_and_a_mark(
    asked: str, shown: str
) -> None:
    other = hit(section="Hardware", text=RUNS)
    assert offered("Is LoRA patented?", hit(asked), other) == [shown]


@pytest.mark.parametrize(
    "asked",
    [
        "lora acronym",
        "what does it train",
        "which of those is trained",
        "what do you know about lora",
        "is lora patented",
        "",
        "what " + "very " * 50 + "small matrices does lora train",
    ],
)
def test_what_does_not_stand_alone_or_was_asked_just_now_is_not_offered(asked: str) -> None:
    assert offered("Is LoRA patented?", hit(asked)) == []


def test_of_each_passage_the_question_that_shares_most_words_is_offered() -> None:
    first = hit("what is lora", "which matrices does lora train", "why is lora small")
    same = hit("who wrote lora")
    third = hit("when was lora published", section="When LoRA was written")
    assert offered("Which matrices did Uber train?", first, same, third) == [
        "Which matrices does LoRA train?",
        "When was LoRA published?",
    ]


def test_a_sentence_without_a_question_leaves_its_passage_to_the_next_one() -> None:
    assert offered("Is LoRA patented?", hit("lora"), hit("what is lora")) == ["What is LoRA?"]


def test_no_question_is_offered_twice() -> None:
    hits = [hit("what is lora"), hit("What is LoRA?", section="LoRA in short")]
    assert offered("Is LoRA patented?", *hits) == ["What is LoRA?"]


def test_each_question_comes_with_the_sentence_that_answers_it() -> None:
    found = hit("what is lora")
    assert list(candidates("Is LoRA patented?", [found])) == [("What is LoRA?", found)]


def test_neither_what_the_bot_is_nor_what_the_corpus_lacks_is_offered() -> None:
    me = replace(PART1, key="adaptbot", kind="about")
    about = replace(passage(me, "Who I am", "Adaptbot is a bot."), asked=(("what is adaptbot",),))
    gap = hit("what does lora cost", text="The price of LoRA is not held in this knowledge base.")
    assert offered("What is the price?", Hit(about, 0, 1.0), gap) == []


def test_sentences_without_questions_offer_none() -> None:
    assert (
        offered("Is LoRA patented?", Hit(passage(LORA, "What LoRA trains", TRAINS), 0, 1.0)) == []
    )


@given(st.text(), st.lists(st.text()))
def test_what_is_offered_is_short_and_ends_in_a_mark(question: str, asked: list[str]) -> None:
    for text in offered(question, hit(*asked, "what is lora")):
        assert text.endswith("?")
        assert len(text) <= MAX_CHARACTERS
        assert not re.match(r"[a-z]", text)


def test_the_starters_are_three_questions() -> None:
    assert len(set(STARTERS)) == 3
    assert all(text.endswith("?") and len(text) <= MAX_CHARACTERS for text in STARTERS)
