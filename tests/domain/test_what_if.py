from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.guide import load_guide
from bot.domain.dialog import Dialog, replay, start
from bot.domain.flowchart import UNSURE
from bot.domain.what_if import otherwise
from bot.errors import DialogError

GUIDE = load_guide()


def after(*choices: str) -> Dialog:
    """The dialog after these choices, each to the step asked then."""
    dialog = start(GUIDE)
    for choice in choices:
        dialog = dialog.choose(dialog.step.id, choice)
    return dialog


def found(dialog: Dialog, step: str) -> dict[str, tuple[str, ...]]:
    position = [answer.step for answer in dialog.path].index(step)
    return {each.outcome.id: each.labels for each in otherwise(dialog, position)}


def test_not_being_sure_of_the_facts_matters_where_the_answer_calls_for_retrieval() -> None:
    dialog = after("falls_short", UNSURE, "no", "nothing")
    assert dialog.conclusion.id == "improve_prompting"
    assert found(dialog, "facts") == {"rag": ("Yes, private, recent or specialist facts",)}


def test_an_answer_that_cannot_change_the_outcome_changes_nothing() -> None:
    dialog = after("falls_short", "yes", UNSURE, "nothing", "all")
    assert dialog.conclusion.id == "rag"
    assert found(dialog, "change") == {}


def test_full_tuning_is_named_where_nobody_was_sure_of_its_price() -> None:
    dialog = after("falls_short", "no", "no", "style", "more", "all", UNSURE)
    assert found(dialog, "full_or_peft") == {"full": ("Yes, all three hold",)}


def others(dialog: Dialog, position: int) -> list[str]:
    before = replay(GUIDE, dialog.path[:position])
    return [each.id for each in before.options if each.id != dialog.path[position].choice]


@given(st.lists(st.integers(0, 6), max_size=9))
def test_each_other_outcome_is_the_one_that_the_changed_dialog_reaches(picks: list[int]) -> None:
    dialog = start(GUIDE)
    for pick in picks:
        options = dialog.options
        dialog = dialog.choose(dialog.step.id, options[pick % len(options)].id)
    for position in range(len(dialog.path)):
        for each in otherwise(dialog, position):
            assert each.outcome.id != dialog.conclusion.id
            assert each.labels
            changed = [dialog.change(position, option) for option in others(dialog, position)]
            assert each.outcome.id in {other.conclusion.id for other in changed}


def test_a_position_that_is_not_there_is_an_error() -> None:
    with pytest.raises(DialogError, match="position 3"):
        otherwise(after("falls_short"), 3)
