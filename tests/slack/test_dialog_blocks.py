from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.domain.dialog import Answered, Dialog, replay, start
from bot.playground.controls import controls
from bot.playground.limits import check_blocks, check_text
from bot.services.recommending import report
from bot.slack.dialog_blocks import (
    Press,
    dialog_blocks,
    dialog_text,
    read_path,
    report_blocks,
    write_path,
)
from bot.wiring import sources
from tests.slack.bots import GUIDE

OWNER = "W" + "1" * 20
"""As long as ids get."""
SAMPLED = 20
"""Of the outcomes, one in so many is rendered as a report."""


def walk(dialog: Dialog) -> Iterator[Dialog]:
    """Every state that can be reached by pressing, until an outcome."""
    yield dialog
    if dialog.outcome is None:
        for option in dialog.options:
            yield from walk(dialog.choose(dialog.step.id, option.id))


@pytest.fixture(scope="module")
def states() -> list[Dialog]:
    return list(walk(start(GUIDE)))


def test_every_state_of_the_guide_is_a_message_that_slack_takes(states: list[Dialog]) -> None:
    labels = set()
    for dialog in states:
        blocks = dialog_blocks(dialog, owner=OWNER)
        check_blocks(blocks)
        check_text(dialog_text(dialog), longest=3_500)
        for control in controls(blocks):
            labels.add(control.label)
            assert len(control.action["value"]) <= 2_000
    assert all(0 < len(label) <= 75 and not label.endswith("…") for label in labels)


def test_every_button_leads_on(states: list[Dialog]) -> None:
    for dialog in states[::SAMPLED]:
        for control in controls(dialog_blocks(dialog, owner=OWNER)):
            press = Press.model_validate_json(control.action["value"])
            assert press.owner == OWNER
            assert replay(GUIDE, press.answers()).path == tuple(press.answers())


def test_every_recommendation_is_a_message_that_slack_takes(states: list[Dialog]) -> None:
    held = sources_of_the_corpus()
    outcomes = [dialog for dialog in states if dialog.outcome]
    assert {dialog.outcome.method for dialog in outcomes if dialog.outcome} == {
        "in_context_learning",
        "rag",
        "peft",
        "full_fine_tuning",
        "rag_plus_fine_tuning",
    }
    for dialog in outcomes[::SAMPLED]:
        blocks = report_blocks(report(dialog, held))
        check_blocks(blocks)
        assert len(blocks) <= 50


def sources_of_the_corpus() -> Any:
    from bot.settings import Settings  # noqa: PLC0415 - the one test that reads the corpus

    return sources(Settings(_env_file=None))


def test_a_dialog_shows_its_question_why_it_asks_and_its_choices() -> None:
    dialog = start(GUIDE)
    head, question, why, *choices, navigation = dialog_blocks(dialog, owner="U1ANA")
    assert "<@U1ANA>" in head["elements"][0]["text"]
    assert dialog.question in question["text"]["text"]
    assert why["elements"][0]["text"].startswith("Why we ask: ")
    assert [c.label for c in controls(choices)] == [o.label for o in dialog.options[:-1]]
    assert [c.label for c in controls([navigation])] == ["Not sure"]


def test_a_dialog_on_its_way_shows_the_trail_and_the_way_back() -> None:
    dialog = start(GUIDE).choose("prompting", "falls_short")
    blocks = dialog_blocks(dialog, owner="U1ANA")
    assert blocks[1]["text"]["text"] == (f"✓ {start(GUIDE).question} → *The quality falls short*")
    assert [c.label for c in controls(blocks[-1:])] == ["Not sure", "Back", "Start over"]


def test_a_finished_dialog_asks_nothing_more() -> None:
    dialog = start(GUIDE).choose("prompting", "meets")
    labels = [c.label for c in controls(dialog_blocks(dialog, owner="U1ANA"))]
    assert labels == ["Back", "Start over"]


names = st.text(alphabet="abcdefghijklmnopqrstuvwxyz_0123456789", min_size=1, max_size=20)


@given(st.lists(st.builds(Answered, names, names), max_size=20))
def test_a_path_is_read_as_it_was_written(path: list[Answered]) -> None:
    assert read_path(write_path(path)) == path


@given(st.text(max_size=200))
def test_any_text_at_all_can_be_read_as_a_path(text: str) -> None:
    for answer in read_path(text):
        assert "," not in answer.step + answer.choice


@given(st.lists(st.builds(Answered, names, names), max_size=20))
def test_a_press_survives_slack(path: list[Answered]) -> None:
    text = write_path(path)
    assume(len(text) <= 1_200)
    press = Press(version="2026-11", owner="U1ANA", path=text)
    value = press.model_dump_json(by_alias=True)
    assert Press.model_validate_json(value) == press
    assert len(value) <= 2_000


@pytest.mark.parametrize(
    "value",
    [
        "",
        "{}",
        "null",
        "[]",
        "not json",
        '{"v":"1","o":"U1ANA"}',
        '{"v":"1","o":"U1ANA","p":""  ,"x":1}',
        '{"v":"1","o":"U1> <!channel","p":""}',
        '{"v":"1","o":"","p":""}',
        '{"v":1,"o":"U1ANA","p":""}',
        '{"v":"1","o":"U1ANA","p":"' + "x" * 1_201 + '"}',
        '{"v":"' + "1" * 41 + '","o":"U1ANA","p":""}',
    ],
)
def test_a_tampered_value_is_refused(value: str) -> None:
    with pytest.raises(ValidationError):
        Press.model_validate_json(value)
