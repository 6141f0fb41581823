from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answer import Reason
from bot.domain.sufficiency import SIGNALS
from bot.services.judging import LOOSE, SURE, SimpleJudge, Sufficiency, unwritten
from bot.services.ports import Judge
from bot.services.retrieving import Retrieval
from tests.assembled import retriever, sufficiency
from tests.fakes import CORPUS, LORA, ScriptedJudge, WordIndex, passage

GAP = "The price of LoRA is not held in this knowledge base."
INDEX = WordIndex((*CORPUS, passage(LORA, "Price of LoRA", GAP)))
RETRIEVER = retriever(INDEX)
share = st.floats(0, 1)


def judged_by(judge: Judge) -> Sufficiency:
    return sufficiency(INDEX, judge)


@pytest.mark.parametrize(
    ("score", "enough"), [(9.0, True), (1e-9, True), (0.0, False), (-1e-9, False), (-9.0, False)]
)
def test_the_judge_decides(score: float, *, enough: bool) -> None:
    found = RETRIEVER.retrieve("What does LoRA train?")
    short = judged_by(ScriptedJudge(score)).shortfall("What does LoRA train?", found)
    assert (short is None) is enough


@pytest.mark.parametrize(
    ("score", "as_written", "loosely"),
    [
        (0.1, True, True),
        (0.0, False, True),
        (-LOOSE + 0.01, False, True),
        (-LOOSE, False, False),
    ],
)
def test_a_question_that_is_read_loosely_is_judged_more_leniently(
    score: float, *, as_written: bool, loosely: bool
) -> None:
    judged, question = judged_by(ScriptedJudge(score)), "What does LoRA train?"
    found = RETRIEVER.retrieve(question)
    assert (judged.shortfall(question, found) is None) is as_written
    assert (judged.shortfall(question, found, read_loosely=True) is None) is loosely


@pytest.mark.parametrize("loosely", [False, True])
@pytest.mark.parametrize(("score", "sure"), [(SURE + 0.01, True), (SURE, False), (0.1, False)])
def test_a_judge_that_has_to_be_sure_wants_more_however_the_question_is_read(
    score: float, *, loosely: bool, sure: bool
) -> None:
    judged, question = judged_by(ScriptedJudge(score)), "What does LoRA train?"
    found = RETRIEVER.retrieve(question)
    short = judged.shortfall(question, found, read_loosely=loosely, sure=True)
    assert (short is None) is sure
    assert short is None or short.reason == "not_covered"


def test_what_could_not_be_written_is_a_shortfall_with_words() -> None:
    short = unwritten("What does LoRA train?")
    assert short.reason == "insufficient"
    assert short.words.startswith("My sources touch on this")


def test_the_judge_is_shown_the_signals_and_the_questions_vector() -> None:
    judge = ScriptedJudge()
    question = "Does GaLore train with LoRA?"
    found = RETRIEVER.retrieve(question)
    looked = judged_by(judge)
    looked.shortfall(question, found)
    [(shown, vector)] = judge.shown
    assert vector == found.vector
    assert shown["similarity"] == found.similarity
    assert (shown["known_names"], shown["names_unknown"]) == (1, 1)
    assert shown["lexical"] > 0
    assert shown == dict(zip(SIGNALS, looked.signals(question, found), strict=True))


@pytest.mark.parametrize(
    ("question", "reason", "said"),
    [
        ("How is the weather in Lisbon?", "off_topic", "I can't help with that"),
        ("What is the price of LoRA?", "insufficient", GAP),
        ("Does LoRA train GaLore?", "not_covered", '"GaLore"'),
        ("What does our LoRA train?", "not_covered", "your own models"),
        ("What does LoRA train?", "not_covered", "I could not find it"),
    ],
)
def test_a_shortfall_has_a_reason_and_words(question: str, reason: Reason, said: str) -> None:
    found = RETRIEVER.retrieve(question)
    short = judged_by(ScriptedJudge(-1.0)).shortfall(question, found)
    assert short
    assert short.reason == reason
    assert said in short.words


def test_nothing_found_can_be_judged() -> None:
    short = judged_by(ScriptedJudge(-1.0)).shortfall("What does LoRA train?", Retrieval())
    assert short
    assert short.reason == "off_topic"


def support(similarity: float, coverage: float) -> list[float]:
    named = {"similarity": similarity, "coverage_5": coverage}
    return [named.get(name, 0.0) for name in SIGNALS]


@pytest.mark.parametrize(
    ("similarity", "coverage", "enough"),
    [
        (0.9, 1.0, True),
        (0.52, 0.0, True),
        (0.5, 0.5, True),
        (0.5, 0.0, False),
        (0.25, 0.8, False),
        (-1.0, 0.0, False),
    ],
)
def test_the_simple_judge_goes_by_similarity_and_coverage(
    similarity: float, coverage: float, *, enough: bool
) -> None:
    assert (SimpleJudge().score(support(similarity, coverage), ()) > 0) is enough


@given(share, share, share)
def test_more_support_never_turns_an_answer_into_a_refusal(
    similarity: float, coverage: float, more: float
) -> None:
    judge = SimpleJudge()
    least = judge.score(support(similarity, coverage), ())
    assert judge.score(support(similarity + more, coverage), ()) >= least
    assert judge.score(support(similarity, coverage + more), ()) >= least


@given(st.text())
def test_any_question_is_judged(question: str) -> None:
    short = judged_by(SimpleJudge()).shortfall(question, RETRIEVER.retrieve(question))
    assert short is None or short.words
