"""The messages of a dialog, and what their buttons carry, for every state of the guide."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.domain.dialog import Answered, Dialog, replay, resume, start
from bot.playground.controls import controls
from bot.playground.limits import check_blocks, check_text
from bot.slack.blocks import Block
from bot.slack.dialog_blocks import (
    ASK_ME,
    CANCELLED,
    NOTHING_READ,
    READ,
    Shown,
    cancelled_blocks,
    dialog_blocks,
    dialog_text,
)
from bot.slack.press import LONGEST, Press, read_path, write_path
from tests.slack.bots import GUIDE

OWNER = "W" + "1" * 20
"""As long as ids get."""
NAME = "a" * 16
SAMPLED = 10
"""One state in so many is rendered where that takes long."""
TOGETHER = 13_000
"""Characters of all blocks of a message: Slack refuses 13,200."""


def walk(dialog: Dialog) -> Iterator[Dialog]:
    """Every state that can be reached by pressing, until an outcome."""
    yield dialog
    if dialog.outcome is None:
        for option in dialog.options:
            yield from walk(dialog.choose(dialog.step.id, option.id))


@pytest.fixture(scope="module")
def states() -> list[Dialog]:
    return list(walk(start(GUIDE)))


def read(dialog: Dialog) -> Dialog:
    """As if every answer had been read from long words of a description."""
    words = "word " * 60
    path = tuple(replace(answer, read_from=words) for answer in dialog.path)
    known = tuple(replace(answer, read_from=words) for answer in dialog.known)
    return replace(dialog, path=path, known=known)


def fits(blocks: list[Block]) -> None:
    check_blocks(blocks)
    assert len(json.dumps(blocks)) < TOGETHER
    for control in controls(blocks):
        assert len(control.action["value"]) <= 2_000


def test_every_state_of_the_guide_is_a_message_that_slack_takes(states: list[Dialog]) -> None:
    labels = set()
    for dialog in states[::SAMPLED]:
        shown = Shown(dialog, OWNER, NAME)
        blocks = dialog_blocks(shown)
        fits(blocks)
        check_text(dialog_text(shown), longest=3_500)
        labels |= {control.label for control in controls(blocks)}
    assert all(0 < len(label) <= 75 and not label.endswith("…") for label in labels)
    assert labels >= {option.label for option in start(GUIDE).options}


def test_every_state_in_each_of_its_forms_is_a_message_that_slack_takes(
    states: list[Dialog],
) -> None:
    for dialog in (read(each) for each in states[:: SAMPLED * 10]):
        for position in range(len(dialog.path)):
            fits(dialog_blocks(Shown(dialog, OWNER, NAME, changing=position)))
        fits(cancelled_blocks(Shown(dialog, OWNER, NAME), by=OWNER))
        if dialog.outcome:
            fits(dialog_blocks(Shown(dialog, OWNER, NAME, built=True)))
        else:
            fits(dialog_blocks(Shown(dialog, OWNER, NAME, nothing_read=True)))


def test_everything_that_can_be_read_at_once_is_a_message_that_slack_takes() -> None:
    known = [Answered(step.id, step.choices[-1].id, "word " * 60) for step in GUIDE.steps[1:]]
    blocks = dialog_blocks(Shown(start(GUIDE, known), OWNER, NAME))
    assert [c.label for c in controls(blocks)].count(ASK_ME) >= 8
    fits(blocks)


@pytest.mark.parametrize("rounds", range(1, 18))
def test_a_dialog_of_many_rounds_is_a_message_that_slack_takes_or_none_at_all(rounds: int) -> None:
    path = read_path("prompting=meets" + ",goals=no,error_source=unsure" * rounds)
    try:
        blocks = dialog_blocks(Shown(replay(GUIDE, path), OWNER, NAME, built=True))
    except ValidationError:
        assert len(write_path(path)) > LONGEST - 60
    else:
        fits(blocks)


def test_every_button_leads_on(states: list[Dialog]) -> None:
    for dialog in states[::SAMPLED]:
        for control in controls(dialog_blocks(Shown(dialog, OWNER, NAME))):
            press = Press.model_validate_json(control.action["value"])
            assert (press.owner, press.consultation) == (OWNER, NAME)
            position = press.position
            assert position.version == GUIDE.version
            led = resume(GUIDE, position.path, position.known)
            assert led.path[: len(position.path)] == tuple(position.path)


def texts(blocks: list[Block]) -> list[str]:
    """The words of each section and each line of small print."""
    found = []
    for block in blocks:
        texts = [block["text"]] if block["type"] == "section" else block["elements"]
        found += [text["text"] for text in texts if text["type"] == "mrkdwn"]
    return found


def test_a_dialog_shows_its_question_why_it_asks_and_its_choices() -> None:
    dialog = start(GUIDE)
    head, question, why, *choices, navigation = dialog_blocks(Shown(dialog, "U1ANA"))
    assert "<@U1ANA>" in head["elements"][0]["text"]
    assert dialog.question in question["text"]["text"]
    assert why["elements"][0]["text"].startswith("Why we ask: ")
    assert [c.label for c in controls(choices)] == [o.label for o in dialog.options[:-1]]
    assert [c.label for c in controls([navigation])] == ["Not sure", "Why we ask", "Cancel"]


def test_a_dialog_on_its_way_shows_the_trail_and_the_way_back() -> None:
    dialog = start(GUIDE).choose("prompting", "falls_short")
    blocks = dialog_blocks(Shown(dialog, "U1ANA"))
    assert blocks[1]["text"]["text"] == f"✓ {start(GUIDE).question} *The quality falls short*"
    assert blocks[1]["accessory"]["text"]["text"] == "Change"
    assert [c.label for c in controls(blocks[-1:])] == [
        "Not sure",
        "Back",
        "Why we ask",
        "Recommend now",
        "Start over",
        "Cancel",
    ]


def test_a_finished_dialog_asks_nothing_more() -> None:
    dialog = start(GUIDE).choose("prompting", "meets")
    labels = [c.label for c in controls(dialog_blocks(Shown(dialog, "U1ANA")))]
    assert labels == ["Change", "Back", "We have built it", "Start over"]


def test_what_was_read_is_shown_with_its_words_whether_it_has_come_up_or_not() -> None:
    known = [
        Answered("examples", "more", "9,000 tickets <!here>"),
        Answered("prompting", "falls_short", "prompts fail"),
    ]
    dialog = start(GUIDE, known)
    blocks = dialog_blocks(Shown(dialog, "U1ANA"))
    _, said, first, second, *_ = texts(blocks)
    assert said == READ
    assert first.endswith("*The quality falls short*\n_from “prompts fail”_")
    assert second.endswith("_from “9,000 tickets &lt;!here&gt;”_")
    changes = [c.label for c in controls(blocks)][:2]
    assert changes == ["Change", ASK_ME]
    press = Press.model_validate_json(list(controls(blocks))[1].action["value"])
    assert (press.path, press.known) == ("prompting=falls_short*", "")


def test_an_answer_that_was_kept_after_a_change_is_not_shown_as_read() -> None:
    dialog = start(GUIDE, [Answered("examples", "more")])
    assert ASK_ME not in [c.label for c in controls(dialog_blocks(Shown(dialog, "U1ANA")))]


def test_what_settles_nothing_is_said_until_something_is_answered() -> None:
    dialog = start(GUIDE)
    assert NOTHING_READ in texts(dialog_blocks(Shown(dialog, "U1ANA", nothing_read=True)))
    assert NOTHING_READ not in texts(dialog_blocks(Shown(dialog, "U1ANA")))
    on = dialog.choose("prompting", "untried")
    assert NOTHING_READ not in texts(dialog_blocks(Shown(on, "U1ANA", nothing_read=True)))


def test_answers_of_earlier_rounds_are_small_print() -> None:
    path = read_path("prompting=meets,goals=no,error_source=facts_missing")
    blocks = dialog_blocks(Shown(replay(GUIDE, path), "U1ANA"))
    _, earlier, *later = texts(blocks)
    assert earlier.startswith("Earlier: ")
    assert "*It meets our targets on a test set*" in earlier
    assert [text.startswith("✓ ") for text in later[:3]] == [True, True, False]
    assert [c.action_id for c in controls(blocks) if c.label == "Change"] == [
        "guide:change:1",
        "guide:change:2",
    ]


def test_a_cancelled_dialog_says_by_whom() -> None:
    dialog = start(GUIDE).choose("prompting", "untried")
    blocks = cancelled_blocks(Shown(dialog, "U1ANA"), by="U1BEN")
    assert f"{CANCELLED[:-1]} (by <@U1BEN>)." in texts(blocks)
    on, over = (Press.model_validate_json(c.action["value"]) for c in controls(blocks))
    assert (on.path, over.path) == ("prompting=untried", "")


names = st.text(alphabet="abcdefghijklmnopqrstuvwxyz_0123456789", min_size=1, max_size=20)


@given(st.lists(st.builds(Answered, names, names), max_size=20))
def test_a_path_is_read_as_it_was_written(path: list[Answered]) -> None:
    assert read_path(write_path(path)) == path


@given(st.text(max_size=200))
def test_any_text_at_all_can_be_read_as_a_path(text: str) -> None:
    for answer in read_path(text):
        assert "," not in answer.step + answer.choice


paths = st.lists(st.builds(Answered, names, names), max_size=12)


@given(paths, paths)
def test_a_press_survives_slack(path: list[Answered], known: list[Answered]) -> None:
    written = write_path(path), write_path(known)
    assume(len("".join(written)) <= LONGEST)
    press = Press(
        version="2026-11+abcdef",
        owner="U1ANA",
        path=written[0],
        known=written[1],
        consultation=NAME,
    )
    assert Press.model_validate_json(press.value) == press
    assert (press.position.path, press.position.known) == (path, known)
    assert len(press.value) <= 2_000


@pytest.mark.parametrize(
    "fields",
    [
        {"p": "x" * (LONGEST + 1)},
        {"k": "x" * (LONGEST + 1)},
        {"p": "x" * 300, "k": "x" * 300},
        {"v": "1" * 41},
        {"v": 1},
        {"o": ""},
        {"o": "U1> <!channel"},
        {"p": None},
        {"d": "x" * 41},
    ],
)
def test_a_tampered_value_is_refused(fields: dict[str, Any]) -> None:
    whole = {"v": "1", "o": "U1ANA", "p": "", "k": "", "d": ""}
    assert Press.model_validate_json(json.dumps(whole))
    with pytest.raises(ValidationError):
        Press.model_validate_json(json.dumps(whole | fields))


@pytest.mark.parametrize("value", ["", "{}", "null", "[]", "not json", '{"v":"1","o":"U1ANA"}'])
def test_what_is_no_value_at_all_is_refused(value: str) -> None:
    with pytest.raises(ValidationError):
        Press.model_validate_json(value)
