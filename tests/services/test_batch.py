from __future__ import annotations

import json
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answer import Cited, NotFound, Reference
from bot.domain.trace import Trace, as_data
from bot.errors import ContentError
from bot.services.answering import Answering
from bot.services.batch import HISTORY, Item, answer_items, as_json, detailed_json, read_items
from tests.assembled import answering
from tests.fakes import CORPUS, LORA, ScriptedModel

FIELDS = ["id", "reply", "cited", "abstained", "reason", "latency_ms", "model"]
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def scripted() -> Answering:
    return answering(extractive=ScriptedModel("LoRA trains matrices [1]."))


def rows(items: Iterable[Item]) -> list[dict[str, object]]:
    return list(answer_items(items, scripted()))


@pytest.mark.parametrize(
    ("line", "item"),
    [
        ('{"id": "q1", "question": "What?"}', Item("q1", ("What?",), threaded=False)),
        ('{"id": 7, "question": " What? ", "more": 1}', Item("7", ("What?",), threaded=False)),
        (
            '{"id": "t1", "turns": [{"question": "A?"}, {"question": "B?"}]}',
            Item("t1", ("A?", "B?"), threaded=True),
        ),
        (
            '{"id": "t1", "question": "B?", "turns": [{"question": "A?"}]}',
            Item("t1", ("A?",), threaded=True),
        ),
    ],
)
def test_a_line_is_a_question_or_a_thread(line: str, item: Item) -> None:
    assert read_items([line], file="in.jsonl") == [item]


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "[]",
        "7",
        '"text"',
        "null",
        "{}",
        '{"id": "q1"}',
        '{"question": "What?"}',
        '{"id": "q1", "question": null}',
        '{"id": "q1", "question": 7}',
        '{"id": "t1", "turns": []}',
        '{"id": "t1", "turns": ["A?"]}',
        '{"id": "t1", "turns": [{}]}',
        '{"id": "t1", "turns": 7}',
        '{"id": "q1", "question": "cut off',
    ],
)
def test_a_line_that_is_no_question_is_named(line: str) -> None:
    good = '{"id": "q0", "question": "What?"}'
    with pytest.raises(ContentError, match=r"^in\.jsonl:3: the line is not a question") as caught:
        read_items([good, "", line, good], file="in.jsonl")
    assert caught.value.line == 3


def test_answers_come_in_the_order_of_the_input() -> None:
    items = [Item(name, ("What does LoRA train?",), threaded=False) for name in ("b", "a", "c")]
    assert [row["id"] for row in rows(items)] == ["b", "a", "c"]


def test_a_question_has_the_fields_that_other_programs_rely_on() -> None:
    row = rows([Item("q1", ("What does LoRA train?",), threaded=False)])[0]
    assert list(row) == FIELDS
    assert row | {"latency_ms": 0} == {
        "id": "q1",
        "reply": "LoRA trains matrices [1].",
        "cited": ["lora"],
        "abstained": False,
        "reason": None,
        "latency_ms": 0,
        "model": "scripted:model",
    }
    assert isinstance(row["latency_ms"], float)


def test_a_refusal_has_a_reason_and_cites_nothing() -> None:
    row = rows([Item("q1", ("Weather in Lisbon?",), threaded=False)])[0]
    assert (row["abstained"], row["reason"], row["cited"]) == (True, "off_topic", [])


def test_a_threads_answers_are_counted_from_zero_and_know_what_was_said() -> None:
    found = rows([Item("t1", ("What does LoRA train?", "how many?"), threaded=True)])
    assert [(row["id"], row["turn"]) for row in found] == [("t1", 0), ("t1", 1)]
    assert [row["cited"] for row in found] == [["lora"], ["lora"]]
    assert list(found[0]) == [*FIELDS, "turn"]


def test_threads_know_nothing_of_each_other() -> None:
    found = rows(
        [
            Item("t1", ("What does LoRA train?",), threaded=True),
            Item("t2", ("how many?",), threaded=True),
        ]
    )
    assert [row["abstained"] for row in found] == [False, True]


def test_a_long_thread_is_remembered_only_so_far() -> None:
    questions = ("What does LoRA train?", *["how many?"] * (HISTORY + 1))
    found = rows([Item("t1", questions, threaded=True)])
    assert [row["abstained"] for row in found][-2:] == [False, True]


def test_the_sources_of_an_answer_can_be_asked_for() -> None:
    reference = Reference(1, LORA, ("What LoRA trains",), "secondary")
    row = detailed_json(Cited("LoRA [1].", (reference,)), seconds=0.01234)
    assert row["latency_ms"] == 12.3
    assert row["sources"] == [
        {
            "number": 1,
            "key": "lora",
            "label": "Hu 2021",
            "title": LORA.title,
            "url": LORA.url,
            "sections": ["What LoRA trains"],
            "evidence": "secondary",
        }
    ]


def test_the_nearest_sections_of_a_refusal_can_be_asked_for() -> None:
    row = detailed_json(NotFound("not_covered", "No.", (CORPUS[0],)), seconds=0)
    assert row["nearest"] == [{"key": "part1", "section": "Cost of pre-training"}]


def test_how_an_answer_came_about_can_be_asked_for() -> None:
    trace = Trace("What?", "extractive", "not_covered", seconds={"whole": 0.5})
    refused = NotFound("not_covered", "No.")
    row = detailed_json(refused, seconds=0, trace=trace)
    assert row == {**detailed_json(refused, seconds=0), "trace": as_data(trace)}
    assert json.loads(json.dumps(row)) == row


@given(words, words)
def test_every_question_that_is_written_is_read(name: str, question: str) -> None:
    line = json.dumps({"id": name, "question": question}, ensure_ascii=False)
    assert read_items([line], file="in.jsonl") == [Item(name, (question.strip(),), threaded=False)]


@given(words)
def test_a_row_is_json(text: str) -> None:
    row = as_json(NotFound("empty", text), seconds=1.0)
    assert json.loads(json.dumps(row, ensure_ascii=False)) == row
