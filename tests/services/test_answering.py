from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.extractive import ExtractiveAnswerer
from bot.adapters.language import language_of
from bot.domain.answer import Answer, Cited, Hit, NotFound, Question, Turn
from bot.domain.text import content_terms
from bot.domain.vocabulary import Vocabulary
from bot.errors import IndexUnavailableError
from bot.services.answering import MAX_CHARACTERS, NEAREST, OFFERED, Answering
from bot.services.ports import LanguageModel, PassageIndex
from bot.services.retrieving import Retriever
from tests.fakes import CORPUS, LORA, ScriptedModel, WordIndex, passage

MARK = re.compile(r"\[([0-9]+)\]")
COST = "How many GPU hours did Llama 2 70B take to pre-train?"


@dataclass
class Noting:
    """An index that notes what it was asked."""

    index: PassageIndex = field(default_factory=WordIndex)
    asked: list[str] = field(default_factory=list)

    def search(self, question: str, *, limit: int) -> list[Hit]:
        self.asked.append(question)
        return self.index.search(question, limit=limit)


def service(index: PassageIndex | None = None, writer: LanguageModel | None = None) -> Answering:
    searched = index or WordIndex()
    return Answering(
        Retriever(vectors=searched, lexical=searched),
        vocabulary=Vocabulary(CORPUS, terms=content_terms),
        extractive=ExtractiveAnswerer(),
        writer=writer,
        language_of=language_of,
    )


def cited(answer: Answer) -> Cited:
    assert isinstance(answer, Cited), answer
    return answer


def refused(answer: Answer) -> NotFound:
    assert isinstance(answer, NotFound), answer
    return answer


def test_an_answer_has_the_figure_and_its_source() -> None:
    answer = cited(service().answer(Question(COST)))
    assert "1,720,320 GPU hours" in answer.text
    assert answer.keys == ["part1"]
    assert answer.references[0].sections == ("Cost of pre-training",)
    assert answer.model == "extractive"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("   \n\t ", "empty"),
        ("?!…", "empty"),
        ("🙂🙃👍🏽", "empty"),
        ("\x00\x07\x1b[0m", "empty"),
        ("\u200b\u200d\ufeff\u202e", "empty"),
        ("\U000e0041\U000e0042", "empty"),
        ("a" * 40_000, "too_long"),
        ("LoRA " * 8_000, "too_long"),
    ],
)
def test_what_is_no_question_is_refused_without_a_search(text: str, reason: str) -> None:
    index = Noting()
    answer = refused(service(index).answer(Question(text)))
    assert answer.reason == reason
    assert answer.nearest == ()
    assert index.asked == []


def test_a_text_that_is_too_long_is_told_its_length() -> None:
    assert "40,000 characters" in service().answer(Question("a" * 40_000)).text


def test_a_question_may_be_as_long_as_promised() -> None:
    padded = COST + " please" * ((MAX_CHARACTERS - len(COST)) // len(" please"))
    assert cited(service().answer(Question(padded))).keys == ["part1"]


def test_invisible_characters_change_nothing() -> None:
    hidden = "\u200b".join(COST) + "\x00"
    assert service().answer(Question(hidden)) == service().answer(Question(COST))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("¿Cuál es la capital de Portugal y cuántos habitantes tiene?", "Spanish"),
        ("Wie wird das Wetter morgen in Lissabon werden?", "German"),
        ("Quel temps fera-t-il demain à Lisbonne ?", "French"),
        ("明天里斯本的天气怎么样?", "Chinese"),
        ("Какая завтра будет погода в Лиссабоне?", "Russian"),
    ],
)
def test_another_language_is_refused_in_words_that_name_it(text: str, language: str) -> None:
    answer = refused(service().answer(Question(text)))
    assert f"looks like {language}" in answer.text
    assert "English" in answer.text


def test_off_topic_is_refused_with_the_nearest_sections() -> None:
    answer = refused(service().answer(Question("Who feeds the Lisbon zoo elephants prompt lunch?")))
    assert answer.reason == "off_topic"
    assert [passage.section for passage in answer.nearest] == ["What RAG is"]


def test_no_more_than_a_few_sections_are_offered() -> None:
    many = [passage(LORA, f"Elephants {n}", "Elephants eat lunch.") for n in range(9)]
    question = Question("Which lunch in Lisbon zoo tomorrow morning rain sunshine umbrella?")
    answer = refused(service(WordIndex(many)).answer(question))
    assert len(answer.nearest) == NEAREST


def test_a_question_that_the_sources_touch_but_do_not_cover_is_refused() -> None:
    question = Question("Which matrices did LoRA sell to Lisbon zoo?")
    assert refused(service().answer(question)).reason == "not_covered"


def test_a_broken_index_is_an_error_and_no_refusal() -> None:
    with pytest.raises(IndexUnavailableError):
        service(WordIndex(broken=True)).answer(Question(COST))


def test_a_chat_models_answer_is_used_with_its_marks_checked() -> None:
    model = ScriptedModel("Llama 2 70B took 1,720,320 GPU hours [1].")
    answer = cited(service(writer=model).answer(Question(COST)))
    assert answer.text == "Llama 2 70B took 1,720,320 GPU hours [1]."
    assert answer.model == "scripted:model"
    assert model.asked == [COST]


@pytest.mark.parametrize(
    ("says", "text"),
    [
        ("It took long [1]. And longer [9].", "It took long [1]. And longer."),
        ("It took long [1, 42].", "It took long [1]."),
        ("It took long [0][1].", "It took long [1]."),
    ],
)
def test_a_mark_that_names_no_passage_is_taken_out(says: str, text: str) -> None:
    assert cited(service(writer=ScriptedModel(says)).answer(Question(COST))).text == text


@pytest.mark.parametrize("says", [None, "", "NONE", "It took long.", "It took long [42]."])
def test_without_a_valid_mark_or_a_model_the_notes_answer(says: str | None) -> None:
    answer = cited(service(writer=ScriptedModel(says)).answer(Question(COST)))
    assert answer == service().answer(Question(COST))


def test_a_chat_model_is_not_asked_what_the_sources_do_not_cover() -> None:
    model = ScriptedModel("Sunny [1].")
    service(writer=model).answer(Question("How is the weather in Lisbon?"))
    assert model.asked == []


def test_a_chat_model_reads_a_bounded_number_of_passages() -> None:
    many = [passage(LORA, f"Matrices {n}", f"LoRA trains matrices {n}.") for n in range(20)]
    model = ScriptedModel(f"Matrices [{OFFERED}]. Too far [{OFFERED + 1}].")
    answer = cited(service(WordIndex(many), model).answer(Question("LoRA matrices")))
    assert answer.text == "Matrices [1]. Too far."


def test_a_follow_up_is_searched_with_the_subject_of_its_thread() -> None:
    index = Noting()
    history = (Turn("What does LoRA train?", "Two matrices [1]."),)
    answer = service(index).answer(Question("how many matrices?", history))
    assert set(index.asked) == {"What does LoRA train? how many matrices?"}
    assert cited(answer).keys == ["lora"]


@pytest.mark.parametrize("junk", ["🙂", "a" * 40_000, "\x00\u200b", ""])
def test_a_turn_that_was_no_question_lends_no_subject(junk: str) -> None:
    index = Noting()
    history = (Turn("What does LoRA train?", "…"), Turn(junk, "…"))
    service(index).answer(Question("how many matrices?", history))
    assert set(index.asked) == {"What does LoRA train? how many matrices?"}


def test_hidden_characters_of_an_earlier_turn_are_not_searched() -> None:
    index = Noting()
    history = (Turn("What does Lo\u200bRA \ud800train?", "…"),)
    service(index).answer(Question("how many matrices?", history))
    assert set(index.asked) == {"What does LoRA train? how many matrices?"}


@given(
    st.one_of(
        st.text(),
        st.lists(st.sampled_from("LoRA RAG matrices Llama hours prompt train Lisbon".split())).map(
            " ".join
        ),
    )
)
def test_every_answer_cites_what_it_marks_and_every_refusal_has_words(text: str) -> None:
    answer = service().answer(Question(text))
    match answer:
        case Cited():
            numbers = list(dict.fromkeys(int(mark) for mark in MARK.findall(answer.text)))
            assert numbers == list(range(1, len(answer.references) + 1))
            assert numbers
        case NotFound():
            assert answer.text


@given(st.text())
def test_whatever_a_model_writes_the_answer_has_sources(says: str) -> None:
    assert cited(service(writer=ScriptedModel(says)).answer(Question(COST))).references


def test_warming_up_searches_once() -> None:
    index = Noting()
    service(index).warm()
    assert len(set(index.asked)) == 1
