from __future__ import annotations

from dataclasses import dataclass, field, replace

from bot.domain.answer import Passage
from bot.services.retrieving import Retrieval
from bot.services.suggesting import NEAR, SUGGESTIONS, TRIED, Suggestions
from tests.assembled import retriever, sufficiency
from tests.fakes import LORA, NotedIndex, ScriptedJudge, passage

TOPICS = "matrices latency rank authors memory tasks layers".split()


def note(topic: str, *asked: str) -> Passage:
    return replace(
        passage(LORA, f"LoRA {topic}", f"LoRA has {topic} that were measured."), asked=(asked,)
    )


INDEX = [note(topic, f"what {topic} does lora have") for topic in TOPICS]


@dataclass
class PickyJudge(ScriptedJudge):
    """Refuses one question after another: those whose turns are `refused`, from 1."""

    refused: frozenset[int] = frozenset()
    seen: list[int] = field(default_factory=list)

    def score(self, signals: object, vector: object) -> float:  # noqa: ARG002 - the port's
        self.seen.append(len(self.seen) + 1)
        return -1.0 if self.seen[-1] in self.refused else 1.0


def near(
    question: str, judge: ScriptedJudge | None = None, index: NotedIndex | None = None
) -> tuple[str, ...]:
    index = index or NotedIndex(INDEX)
    found = retriever(index).retrieve(question)
    index.searched.clear()
    judge = judge or ScriptedJudge()
    return Suggestions(retriever(index), sufficiency(index, judge)).near(question, found)


ASKED = "Which rank does LoRA have in Uber measured tasks?"


def test_questions_near_to_the_one_asked_are_offered_best_first() -> None:
    offered = near(ASKED)
    assert len(set(offered)) == SUGGESTIONS
    assert set(offered[:2]) == {"What rank does LoRA have?", "What tasks does LoRA have?"}


def test_only_questions_that_are_answered_are_offered() -> None:
    assert near(ASKED, ScriptedJudge(-1.0)) == ()
    everything = near(ASKED)
    assert near(ASKED, PickyJudge(refused=frozenset({1})))[:2] == everything[1:]


def test_few_questions_are_tried() -> None:
    index = NotedIndex(INDEX)
    near(ASKED, ScriptedJudge(-1.0), index)
    assert len(index.searched) == TRIED < len(INDEX)
    near(ASKED, index=index)
    assert len(index.searched) == SUGGESTIONS


def test_a_question_that_leads_to_another_passage_is_not_offered() -> None:
    astray = note("rank", "what matrices and latency and authors and memory does lora have")
    assert near(ASKED, index=NotedIndex([astray, *INDEX[:1], *INDEX[1:2], *INDEX[3:]]))
    assert not any("and" in text for text in near(ASKED, index=NotedIndex([astray, *INDEX])))


def test_whoever_asks_about_something_else_is_offered_nothing() -> None:
    index = NotedIndex(INDEX)
    question = "Which elephants have umbrellas in rainy Lisbon zoo?"
    assert retriever(index).retrieve(question).similarity < NEAR
    assert near(question, index=index) == ()
    assert index.searched == []


def test_where_nothing_was_found_nothing_is_offered() -> None:
    index = NotedIndex(INDEX)
    suggestions = Suggestions(retriever(index), sufficiency(index, ScriptedJudge()))
    assert suggestions.near(ASKED, Retrieval()) == ()


def test_notes_without_questions_offer_none() -> None:
    bare = [replace(each, asked=()) for each in INDEX]
    assert near(ASKED, index=NotedIndex(bare)) == ()
