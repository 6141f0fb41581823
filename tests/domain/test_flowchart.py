from __future__ import annotations

from dataclasses import replace

import pytest

from bot.adapters.guide import load_guide
from bot.domain.flowchart import (
    Branch,
    Choice,
    Condition,
    Guide,
    NotSure,
    Outcome,
    State,
    Step,
    Variant,
    wording,
)
from bot.domain.flowchart_rules import PARTS, PATHS, Problem, problems

RETRIEVAL = State(flags=frozenset({"R"}))
BOTH = State(flags=frozenset({"R", "B"}))


@pytest.fixture(scope="module")
def guide() -> Guide:
    return load_guide()


def answer(**effects: tuple[str, ...]) -> Choice:
    return Choice(id="x", label=(Variant(text="X"),), next=(Branch(to="y"),), **effects)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("condition", "state", "holds"),
    [
        (Condition(), State(), True),
        (Condition(when=("R",)), RETRIEVAL, True),
        (Condition(when=("R", "B")), RETRIEVAL, False),
        (Condition(unless=("B",)), RETRIEVAL, True),
        (Condition(unless=("R",)), BOTH, False),
        (Condition(deferred=("B",)), RETRIEVAL, False),
        (Condition(deferred=("B",)), State(deferred=frozenset({"B"})), True),
    ],
)
def test_a_condition_asks_for_needs_that_stand_or_were_put_off(
    condition: Condition, state: State, *, holds: bool
) -> None:
    assert condition.holds(state) is holds


def test_a_need_that_is_put_off_no_longer_stands() -> None:
    assert answer(defers=("B",)).apply(BOTH) == State(frozenset({"R"}), frozenset({"B"}))


def test_a_need_that_does_not_stand_cannot_be_put_off() -> None:
    assert answer(defers=("R", "B")).apply(State()) == State()


def test_a_need_that_is_set_again_is_no_longer_put_off() -> None:
    put_off = State(deferred=frozenset({"B"}))
    assert answer(sets=("B",)).apply(put_off) == State(frozenset({"B"}))


def test_clearing_forgets_a_need() -> None:
    assert answer(clears=("R",)).apply(BOTH) == State(frozenset({"B"}))


def test_the_first_wording_that_holds_is_shown() -> None:
    variants = (Variant(when=("R",), text="with search"), Variant(text="without"))
    assert wording(variants, RETRIEVAL) == "with search"
    assert wording(variants, State()) == "without"


def test_not_sure_is_offered_last_at_every_step(guide: Guide) -> None:
    for step in guide.steps:
        assert step.options(State())[-1] is step.unsure(State())
        assert step.unsure(State()).id == "unsure"


def test_a_choice_can_be_valid_without_being_listed(guide: Guide) -> None:
    team = guide.step("team")
    assert "search" not in [choice.id for choice in team.options(RETRIEVAL)]
    assert team.choice("search", RETRIEVAL) is not None


def test_a_choice_that_makes_no_sense_is_not_found(guide: Guide) -> None:
    assert guide.step("error_source").choice("passage_missed", State()) is None


def test_named_routes_lead_to_where_the_needs_call_for(guide: Guide) -> None:
    join = (Branch(to="join"),)
    assert guide.follow(join, RETRIEVAL).id == "rag"
    assert guide.follow(join, BOTH).id == "full_or_peft"
    assert guide.follow(join, State()).id == "improve_prompting"


def test_the_questions_left_are_counted_from_where_one_is(guide: Guide) -> None:
    assert guide.longest(guide.step("prompting"), State()) == 8
    assert guide.longest(guide.step("examples"), State(frozenset({"B"}))) == 3
    assert guide.longest(guide.step("full_or_peft"), BOTH) == 1


def test_the_shipped_guide_breaks_no_rule(guide: Guide) -> None:
    assert problems(guide) == []


def test_a_breach_names_its_rule_and_its_place(guide: Guide) -> None:
    assert problems(replace(guide, start="nowhere")) == [
        Problem("known-targets", "'nowhere' is no step", ("start",))
    ]


def test_paths_are_walked_only_where_the_parts_fit_together(guide: Guide) -> None:
    broken = replace(guide, start="nowhere", settings={})
    assert {problem.rule for problem in problems(broken)} <= PARTS.keys()


def test_every_rule_has_a_name_of_its_own() -> None:
    assert not PARTS.keys() & PATHS.keys()


def test_places_are_found_by_id(guide: Guide) -> None:
    assert isinstance(guide.place("facts"), Step)
    assert isinstance(guide.place("rag"), Outcome)
    with pytest.raises(KeyError):
        guide.place("pre_training")


def test_not_sure_has_a_label_of_its_own() -> None:
    unsure = NotSure(because="We assume the cheaper.", next=(Branch(to="facts"),))
    assert wording(unsure.label, State()) == "Not sure"
