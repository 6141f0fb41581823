from __future__ import annotations

import pytest

from bot.adapters.content import read_corpus
from bot.adapters.guide import load_guide
from bot.domain.dialog import Answered
from bot.domain.estimate import Inputs
from bot.domain.flowchart import Guide
from bot.errors import ContentError, ModelUnavailableError
from bot.services.describing import Advisor, Described, read_described
from bot.services.patience import ENDLESS, Patience


class ScriptedReader:
    """Knows what some descriptions say; None stands for one that it cannot read."""

    def __init__(self, known: dict[str, tuple[Answered, ...] | None]) -> None:
        self.known = known

    def read(self, description: str, *, patience: Patience = ENDLESS) -> tuple[Answered, ...]:
        patience.check()
        answers = self.known.get(description, ())
        if answers is None:
            raise ModelUnavailableError("no model")
        return answers


@pytest.fixture(scope="module")
def guide() -> Guide:
    return load_guide()


def advisor(guide: Guide, **known: tuple[Answered, ...] | None) -> Advisor:
    return Advisor(guide, ScriptedReader(known), read_corpus().sources, Inputs())


def test_what_is_read_counts_and_everything_else_is_unsure(guide: Guide) -> None:
    facts = Answered("facts", "yes", "a wiki")
    made = advisor(guide, wiki=(facts,)).advise("wiki")
    assert made.recommendation.method == "rag"
    read = {trace.step: trace.read_from for trace in made.recommendation.path}
    assert read["facts"] == "a wiki"
    unsure = {assumption.step for assumption in made.recommendation.unsure}
    assert unsure == read.keys() - {"facts"}


def test_rows_come_in_order_under_their_ids(guide: Guide) -> None:
    made = advisor(guide, wiki=(Answered("facts", "yes", "a wiki"),))
    items = [Described("b", "wiki"), Described("a", ""), Described("b", "🙂")]
    rows = list(made.rows(items))
    assert [row["id"] for row in rows] == ["b", "a", "b"]
    assert [row["method"] for row in rows] == ["rag", "in_context_learning", "in_context_learning"]
    assert list(rows[0]) == ["id", "method", "path", "unsure", "todos", "reply", "cited"]


def test_a_reader_that_fails_is_not_taken_for_one_that_found_nothing(guide: Guide) -> None:
    with pytest.raises(ModelUnavailableError):
        advisor(guide, wiki=None).advise("wiki")


def test_inputs_reach_the_estimate(guide: Guide) -> None:
    reader = ScriptedReader({})
    made = Advisor(guide, reader, {}, Inputs({"requests_per_day": 200})).advise("x")
    assert made.estimate.inputs.given == {"requests_per_day": 200}


def test_lines_may_be_blank_and_have_further_fields() -> None:
    lines = ['{"id": 7, "question": " A bot ", "kind": "flowchart", "accept": ["rag"]}', " ", ""]
    assert read_described(lines, file="in.jsonl") == [Described("7", " A bot ")]


@pytest.mark.parametrize(
    "bad",
    [
        "not json",
        "{}",
        "[]",
        "7",
        "null",
        '"text"',
        '{"id": "d"}',
        '{"question": "A bot"}',
        '{"id": "d", "question": null}',
        '{"id": "d", "question": ["A bot"]}',
        '{"id": null, "question": "A bot"}',
        '{"id": {"a": 1}, "question": "A bot"}',
        '{"id": "d", "turns": [{"question": "A bot"}]}',
        "[" * 100_000,
        "1" * 5_000,
    ],
)
def test_a_malformed_line_is_named(bad: str) -> None:
    good = '{"id": "d1", "question": "A bot"}'
    with pytest.raises(ContentError) as caught:
        read_described([good, "", bad, good], file="in.jsonl")
    assert (caught.value.file, caught.value.line) == ("in.jsonl", 3)
    assert str(caught.value).startswith("in.jsonl:3: the line is not a description; write {")
