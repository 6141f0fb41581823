from __future__ import annotations

from collections import defaultdict
from typing import get_args

import pytest

from bot.adapters.content import read_corpus
from bot.adapters.guide import load_guide
from bot.domain.dialog import Dialog, replay, start
from bot.domain.flowchart import UNSURE, Guide, Method, Outcome, State, wording
from bot.domain.flowchart_rules import walked
from bot.domain.flowchart_texts import SERIES, statements
from bot.domain.recommendation import recommend
from bot.services.grounds import passage_of

STEPS = (
    "prompting facts change sources behaviour raw_text examples team full_or_peft goals "
    "error_source"
).split()


@pytest.fixture(scope="module")
def guide() -> Guide:
    return load_guide()


@pytest.fixture(scope="module")
def ends(guide: Guide) -> list[Dialog]:
    """Every path from the first question to an outcome."""
    found, open_ = [], [start(guide)]
    while open_:
        dialog = open_.pop()
        if dialog.outcome:
            found.append(dialog)
            continue
        open_ += [dialog.choose(dialog.step.id, option.id) for option in dialog.options]
    return found


def test_the_steps_have_the_names_that_other_programs_rely_on(guide: Guide) -> None:
    assert [step.id for step in guide.steps] == STEPS


def test_every_path_is_walked(ends: list[Dialog]) -> None:
    assert len(ends) == 8561


def test_paths_have_the_lengths_that_were_designed(ends: list[Dialog]) -> None:
    lengths: dict[str, set[int]] = defaultdict(set)
    for dialog in ends:
        lengths[_end(dialog).method].add(len(dialog.path))
    assert {method: (min(n), max(n)) for method, n in lengths.items()} == {
        "in_context_learning": (1, 7),
        "rag": (5, 7),
        "peft": (4, 8),
        "full_fine_tuning": (4, 8),
        "rag_plus_fine_tuning": (7, 8),
    }


def test_every_outcome_is_reached_before_building(guide: Guide, ends: list[Dialog]) -> None:
    assert {_end(dialog).id for dialog in ends} == {outcome.id for outcome in guide.outcomes}


def test_an_outcome_recommends_what_the_needs_call_for(guide: Guide) -> None:
    for name, state in walked(guide):
        place = guide.place(name)
        if isinstance(place, Outcome):
            assert place.method == _called_for(state)


def test_every_path_can_be_accounted_for(ends: list[Dialog]) -> None:
    for dialog in ends:
        recommendation = recommend(dialog)
        assert len(recommendation.ruled_out) == 6
        assert recommendation.reasons
        assert [each.step for each in recommendation.unsure] == list(dialog.unsure)
        assert len(recommendation.path) == len(dialog.path) <= 8


def test_every_round_of_the_loop_can_be_accounted_for(guide: Guide) -> None:
    seen: set[tuple[str, State]] = set()
    open_ = [start(guide)]
    while open_:
        dialog = open_.pop()
        if (dialog.at.id, dialog.state) in seen:
            continue
        seen.add((dialog.at.id, dialog.state))
        if dialog.outcome:
            assert len(recommend(dialog).ruled_out) == 6
        open_ += [dialog.choose(dialog.step.id, option.id) for option in dialog.options]
    assert {place for place in walked(guide) - seen if place[0] != guide.after} == set()


def test_only_the_loop_leads_back(guide: Guide, ends: list[Dialog]) -> None:
    assert [step.id for step in guide.steps if step.loop] == ["goals", "error_source"]
    for dialog in ends:
        asked = [STEPS.index(answer.step) for answer in dialog.path]
        assert asked == sorted(set(asked))


def test_facts_decide_whether_sources_are_asked(ends: list[Dialog]) -> None:
    for dialog in ends:
        answers = {answer.step: answer.choice for answer in dialog.path}
        if "behaviour" in answers:
            assert ("sources" in answers) == (answers["facts"] in {"no", UNSURE})
            assert ("change" in answers) == (answers["facts"] == "yes")


def test_nothing_recommends_training_on_raw_text(guide: Guide) -> None:
    places = {name for name, _ in walked(guide)}
    assert not places & guide.advised_against.keys()
    assert {outcome.method for outcome in guide.outcomes} == set(get_args(Method))
    assert set(guide.advised_against) == {"pre_training", "continued_pre_training"}


def test_every_citation_names_a_known_source(guide: Guide) -> None:
    held = set(read_corpus().sources)
    for where, grounds in statements(guide):
        assert set(grounds.cite) <= held, where


def test_every_question_rests_on_a_passage_of_the_corpus(guide: Guide) -> None:
    passages = read_corpus().passages()
    for step in guide.steps:
        passage = passage_of(step, passages)
        assert passage is not None, step.id
        assert passage.source.key in step.cite, step.id
        if step.support != "derived":
            assert passage.evidence == step.support, step.id


def test_what_is_derived_says_from_what(guide: Guide) -> None:
    for where, grounds in statements(guide):
        if grounds.support == "derived":
            assert grounds.basis == "our inference" or set(grounds.cite) - SERIES, where


def test_only_part_1_and_the_opening_of_part_3_count_as_read(guide: Guide) -> None:
    for where, grounds in statements(guide):
        if grounds.support == "original":
            assert "part2" not in grounds.cite, where


def test_every_todo_and_notice_is_used(guide: Guide) -> None:
    choices = [c for step in guide.steps for c in (*step.choices, *step.not_sure)]
    caveats = {key for outcome in guide.outcomes for key in outcome.caveats}
    todos = {key for outcome in guide.outcomes for key in outcome.todos} | set(guide.always)
    assert {key for c in choices for key in c.todos} | todos == guide.todos.keys()
    assert {key for c in choices for key in c.notices} == guide.notices.keys()
    assert {key for c in choices for key in c.warnings} == guide.warnings.keys()
    assert caveats | {key for c in choices for key in c.caveats} == guide.caveats.keys()


def test_the_guide_is_never_called_by_a_name_that_is_not_ours(guide: Guide) -> None:
    assert guide.title == "A decision guide derived from the series"


def test_the_bounds_of_the_settings_are_shown(guide: Guide) -> None:
    labels = [wording(choice.label, State()) for choice in guide.step("examples").choices]
    assert labels == [
        "Hardly any, under about 50",
        "Some, from about 50 to 500",
        "More than about 500",
    ]


def test_a_path_of_the_batch_contract_replays(guide: Guide, ends: list[Dialog]) -> None:
    for dialog in ends[::97]:
        assert replay(guide, dialog.path) == dialog


def _end(dialog: Dialog) -> Outcome:
    assert dialog.outcome is not None
    return dialog.outcome


def _called_for(state: State) -> str:
    match ("R" in state.flags, "B" in state.flags, "F" in state.flags):
        case (True, True, _):
            return "rag_plus_fine_tuning"
        case (True, False, _):
            return "rag"
        case (False, True, True):
            return "full_fine_tuning"
        case (False, True, False):
            return "peft"
        case _:
            return "in_context_learning"
