from __future__ import annotations

from dataclasses import replace

import pytest

from bot.adapters.guide import load_guide
from bot.domain.description import Described, Said
from bot.domain.dialog import Answered
from bot.domain.flowchart import Guide
from tests.descriptions.measure import acceptable, asked, measured, of_steps, spread

TRUTH = {
    "prompting": "falls_short",
    "facts": "yes",
    "change": "often",
    "sources": "yes",
    "behaviour": "nothing",
    "raw_text": "no",
    "examples": "hardly_any",
    "team": "all",
    "full_or_peft": "no",
}
WIKI = Described(
    "x-1",
    "a wiki that changes daily",
    accept=("rag",),
    said={"change": Said("often", "daily"), "facts": Said("yes", "a wiki")},
    truth=TRUTH,
)
READ = (Answered("change", "often", "daily"), Answered("sources", "yes", "a"))


@pytest.fixture(scope="module")
def guide() -> Guide:
    return load_guide()


def test_questions_are_counted_until_an_outcome(guide: Guide) -> None:
    assert asked(guide, TRUTH) == 5
    assert asked(guide, {**TRUTH, "prompting": "meets"}) == 1


def test_what_was_read_is_not_asked(guide: Guide) -> None:
    assert asked(guide, TRUTH, READ) == 3  # what changes often is a fact that the model lacks


def test_a_description_comes_to_a_method_and_two_counts(guide: Guide) -> None:
    (result,) = measured(guide, [WIKI], lambda _: READ)
    assert (result.method, result.acceptable) == ("rag", True)
    assert (result.from_nothing, result.from_prose) == (5, 3)


def test_without_an_owner_no_question_is_counted(guide: Guide) -> None:
    (result,) = measured(guide, [replace(WIKI, truth={})], lambda _: ())
    assert (result.method, result.acceptable) == ("in_context_learning", False)
    assert (result.from_nothing, result.from_prose) == (None, None)


def test_reading_is_compared_step_by_step(guide: Guide) -> None:
    results = measured(guide, [WIKI, replace(WIKI, accept=("peft",))], lambda _: READ)
    steps = of_steps(guide, results)
    assert acceptable(results) == 0.5
    assert (steps["change"].precision, steps["change"].recall) == (1, 1)
    assert (steps["facts"].precision, steps["facts"].recall) == (1, 0)
    assert (steps["sources"].right, steps["sources"].taken, steps["sources"].precision) == (0, 2, 0)


def test_the_spread_is_median_and_ninetieth_percentile() -> None:
    assert spread(list(range(1, 12))) == (6, 10)
