from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.domain.citation import Statement, supported_only
from bot.domain.trace import FAULTS, VERBATIM
from bot.services.checking import Checker
from bot.services.retrieving import Retrieval
from tests.assembled import retriever, vocabulary
from tests.fakes import CORPUS, WordIndex

INDEX = WordIndex()
CHECKER = Checker(vocabulary(INDEX))
TRAINS = "LoRA trains two small low-rank matrices beside each frozen weight matrix [3]."


@pytest.mark.parametrize(
    "says",
    [
        TRAINS,
        "LoRA trains two small matrices [3].",
        "Llama 2 was pre-trained on 2 trillion tokens [1].",
        "Llama 2 70B took 1,720,320 GPU hours. [1]",
        "RAG puts retrieved documents into the prompt [2][1].",
        "- LoRA trains two small matrices [3]\n- Llama 2 saw 2 trillion tokens [1]",
    ],
)
def test_what_the_cited_passages_say_is_kept(says: str) -> None:
    assert CHECKER.checked(says, CORPUS).text == says


@pytest.mark.parametrize(
    "says",
    [
        "LoRA trains three small matrices [3].",
        "Llama 2 was pre-trained on 3 trillion tokens [1].",
        "Llama 2 70B took 9 GPU hours to pre-train [1].",
        "LoRA adds inference latency once its matrices are merged [3].",
        "RAG trains two small matrices beside each weight matrix [3].",
        "Llama 2 was pre-trained on 2 trillion tokens [2].",
        "Lisbon has rain [1].",
        "LoRA trains two small matrices.",
        "LoRA trains two small matrices [9].",
    ],
    ids=[
        "number in words",
        "number",
        "figure",
        "denied",
        "name",
        "another passage",
        "subject",
        "no mark",
        "no passage",
    ],
)
def test_what_they_do_not_say_is_dropped(says: str) -> None:
    assert CHECKER.checked(says, CORPUS).text == ""
    assert CHECKER.checked(f"{TRAINS} {says}", CORPUS).text == TRAINS


def test_every_sentence_of_a_note_bears_itself_out() -> None:
    said = " ".join(
        f"{sentence.rstrip('.')} [{number}]."
        for number, passage in enumerate(CORPUS, start=1)
        for sentence in passage.sentences
    )
    checked = CHECKER.checked(said, CORPUS)
    assert checked.text == said == supported_only(said, CORPUS, supported=_always)
    assert all(judged.verbatim for judged in checked.judged)


def test_what_was_thought_of_each_sentence_is_told() -> None:
    says = (
        "LoRA trains two small matrices [3]. Rain is wet. It is so in Lisbon [9]. "
        "Llama 2 was pre-trained on 3 trillion tokens [1][1]. LoRA trains two small low-rank "
        "matrices beside each frozen weight matrix. [2, 3] That is all."
    )
    judged = CHECKER.checked(says, CORPUS, writer="a:model").judged
    trains = CORPUS[2].sentences[0]
    told = [(each.sentence, each.numbers, each.problem, each.rests_on) for each in judged]
    assert told == [
        ("LoRA trains two small matrices.", (3,), "", trains),
        ("Rain is wet.", (), "uncited", ""),
        ("It is so in Lisbon.", (), "uncited", ""),
        ("Llama 2 was pre-trained on 3 trillion tokens.", (1,), "number", ""),
        (trains, (2, 3), "", trains),
        ("That is all.", (), "uncited", ""),
    ]
    assert all(each.supported is not bool(each.problem) for each in judged)
    assert {each.writer for each in judged} == {"a:model"}
    assert [each.verbatim for each in judged] == [False, False, False, False, True, False]
    assert [each.why for each in judged] == [
        FAULTS[""],
        FAULTS["uncited"],
        FAULTS["uncited"],
        FAULTS["number"],
        VERBATIM,
        FAULTS["uncited"],
    ]


def test_of_a_text_without_words_nothing_is_told() -> None:
    assert CHECKER.checked(" \n -- !? ", CORPUS).judged == ()


def _always(_statement: Statement, _support: Sequence[str]) -> bool:
    return True


@pytest.mark.parametrize(
    ("question", "denied"),
    [
        ("Why does LoRA add inference latency?", "LoRA adds no inference latency"),
        ("LoRA adds inference latency once merged, right?", "LoRA adds no inference latency"),
        ("Why was Llama 2 pre-trained on 3 trillion tokens?", "Llama 2 was pre-trained on 2 "),
        ("Llama 2 70B took 9 GPU hours to pre-train, right?", "Llama 2 70B took 1,720,320"),
    ],
)
def test_a_premise_that_the_corpus_contradicts_is_denied(question: str, denied: str) -> None:
    hit = CHECKER.denied(question, retriever(INDEX).retrieve(question))
    assert hit
    assert hit.text.startswith(denied)


@pytest.mark.parametrize(
    "question",
    [
        "Why does LoRA add no inference latency?",
        "Why was Llama 2 pre-trained on 2 trillion tokens?",
        "What does LoRA train?",
        "Does LoRA add inference latency?",
        "Why does Lisbon have rain?",
        "LoRA",
        "",
    ],
)
def test_what_is_true_only_asked_or_unheard_of_is_not_denied(question: str) -> None:
    assert CHECKER.denied(question, retriever(INDEX).retrieve(question)) is None


def test_nothing_found_denies_nothing() -> None:
    assert CHECKER.denied("Why does LoRA add inference latency?", Retrieval()) is None
