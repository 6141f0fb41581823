"""The decision guide, pressed through by the labels of its buttons; over sockets and HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.domain.dialog import Answered
from bot.playground.calls import Fault
from bot.playground.person import Person
from bot.playground.server import LocalSlack
from bot.slack.press import write_path
from bot.slack.steps import STALE, TOO_LONG
from tests.slack.conftest import WAYS
from tests.slack.desk import (
    FALLS_SHORT,
    MEETS,
    PEFT,
    RAG,
    Desk,
    content,
    desk_at,
    labels,
    labels_of,
    pressed_stale,
    tampered,
)
from tests.slack.running import told
from tests.slack.said import no_trace, posted, shown

METHODS = {
    "in_context_learning": "prompting=meets",
    "rag": RAG,
    "peft": PEFT,
    "full_fine_tuning": "prompting=too_costly,examples=some,team=all,full_or_peft=yes",
    "rag_plus_fine_tuning": (
        "prompting=falls_short,facts=yes,change=often,behaviour=style,examples=more,team=all,"
        "full_or_peft=no"
    ),
}


@pytest.fixture(params=sorted(WAYS))
def desk(request: pytest.FixtureRequest, slack: LocalSlack) -> Iterator[Desk]:
    with desk_at(slack, WAYS[request.param]) as made:
        yield made


@pytest.fixture
def over_http(slack: LocalSlack) -> Iterator[Desk]:
    """For what does not depend on the way."""
    with desk_at(slack, WAYS["http"]) as made:
        yield made


@pytest.mark.parametrize("method", METHODS)
def test_pressing_through_ends_in_the_recommendation(desk: Desk, ana: Person, method: str) -> None:
    dialog = desk.asked(ana)
    for label in labels_of(METHODS[method]):
        dialog = desk.pressed(ana, dialog, label)
    recommendation, background = desk.recommended(dialog)
    assert recommendation.thread_ts == background.thread_ts == dialog.thread_ts
    assert "In short" in shown(recommendation)
    assert "That settles it" in shown(dialog)
    [kept] = desk.bot.records.recommended.values()
    assert (kept.method, kept.path, kept.user) == (method, METHODS[method], ana.id)


def test_not_sure_everywhere_ends_in_a_recommendation(desk: Desk, ana: Person) -> None:
    dialog = desk.asked(ana)
    while "That settles it" not in shown(dialog):
        dialog = desk.pressed(ana, dialog, "guide:unsure")
    _, background = desk.recommended(dialog)
    assert "You were not sure" in shown(background)
    [kept] = desk.bot.records.recommended.values()
    assert {pair.partition("=")[2] for pair in kept.path.split(",")} == {"unsure"}


def test_progress_counts_the_questions_of_the_round(desk: Desk, ana: Person) -> None:
    dialog = desk.asked(ana)
    assert dialog.text.startswith("Question 1 of at most 8: ")
    dialog = desk.pressed(ana, dialog, FALLS_SHORT)
    assert dialog.text.startswith("Question 2 of at most 8: ")
    assert "*2 of at most 8. " in shown(dialog)


def test_back_is_the_inverse_of_a_choice_and_start_over_of_all(desk: Desk, ana: Person) -> None:
    first = desk.asked(ana)
    second = desk.pressed(ana, first, FALLS_SHORT)
    third = desk.pressed(ana, second, "No, the model knows enough")
    assert content(desk.pressed(ana, third, "Back")) == content(second)
    assert content(desk.pressed(ana, second, "Back")) == content(first)
    desk.walked(ana, first, "prompting=falls_short,facts=no")
    assert content(desk.pressed(ana, third, "Start over")) == content(first)


def test_back_from_the_end_allows_another_end_and_repeats_none(desk: Desk, ana: Person) -> None:
    dialog = desk.pressed(ana, desk.asked(ana), MEETS)
    said = desk.beside(dialog)
    dialog = desk.pressed(ana, dialog, "Back")
    dialog = desk.pressed(ana, dialog, MEETS)
    assert desk.beside(dialog) == said, "the same end is not posted twice"
    dialog = desk.pressed(ana, dialog, "Back")
    dialog = desk.pressed(ana, dialog, FALLS_SHORT)
    desk.pressed(ana, dialog, "Recommend now")
    assert len(desk.beside(dialog)) == 2 * len(said)


def test_recommend_now_takes_what_is_open_as_not_sure(desk: Desk, ana: Person) -> None:
    dialog = desk.asked(ana)
    assert "Recommend now" not in labels(dialog), "there is nothing to go by yet"
    dialog = desk.walked(ana, dialog, "prompting=untried,facts=yes,change=often")
    dialog = desk.pressed(ana, dialog, "Recommend now")
    assert "That settles it" in shown(dialog)
    [kept] = desk.bot.records.recommended.values()
    assert kept.path.startswith("prompting=untried,facts=yes,change=often,behaviour=unsure")
    assert kept.method == "rag"


@pytest.mark.parametrize(
    "fields",
    [
        {"v": "1999-01"},
        {"p": "prompting=perfect"},
        {"p": "nonsense=yes"},
        {"p": "facts=yes"},
        {"p": "prompting=meets,goals=no,error_source=passage_missed"},
        {"p": "prompting" + "=" * 470},
        {"p": "prompting" + "=" * 1_300},
        {"p": write_path([Answered("prompting", "unsure")] * 40)},
        {"p": "prompting=<!channel>"},
        {"p": None},
        {"k": "nonsense=yes"},
        {"k": "facts=perfect"},
        {"k": "facts=yes," * 60},
        {"k": 1},
        {"d": "x" * 41},
        {"o": "U1> <!channel"},
    ],
    ids=lambda fields: str(fields)[:30],
)
def test_a_tampered_button_is_refused_politely(
    over_http: Desk, slack: LocalSlack, ana: Person, fields: dict[str, Any]
) -> None:
    dialog = over_http.asked(ana)
    with capture_logs() as logs:
        assert pressed_stale(ana, tampered(dialog, MEETS, **fields), MEETS).acked
        over_http.tells(ana, 1)
        over_http.done()
    assert told(slack, ana) == [STALE]
    assert slack.ephemerals(ana.id)[0].thread_ts == dialog.thread_ts
    assert "failure" not in [entry["event"] for entry in logs]
    assert over_http.now(dialog) == dialog
    assert over_http.beside(dialog) == []
    no_trace(slack)


@pytest.mark.parametrize("value", ["", "null", "[]", "not json", "{}"])
@pytest.mark.parametrize("label", [MEETS, "Why we ask"])
def test_a_button_without_a_value_is_refused_politely(
    over_http: Desk, slack: LocalSlack, ana: Person, label: str, value: str
) -> None:
    dialog = over_http.asked(ana)
    with capture_logs() as logs:
        assert pressed_stale(ana, tampered(dialog, label, value=value), label).acked
        over_http.tells(ana, 1)
        over_http.done()
    assert told(slack, ana) == [STALE]
    assert "failure" not in [entry["event"] for entry in logs]


@pytest.mark.parametrize("action", ["guide:change:9", "guide:change:-1", "guide:change:x"])
def test_a_change_of_an_answer_that_is_not_there_is_refused_politely(
    over_http: Desk, slack: LocalSlack, ana: Person, action: str
) -> None:
    dialog = over_http.pressed(ana, over_http.asked(ana), FALLS_SHORT)
    other = tampered(dialog, "Change")
    for block in other.blocks:
        if "accessory" in block:
            block["accessory"]["action_id"] = action
    with capture_logs():
        assert pressed_stale(ana, other, "Change").acked
        over_http.tells(ana, 1)
        over_http.done()
    assert told(slack, ana) == [STALE]
    assert over_http.now(dialog) == dialog


@pytest.mark.parametrize("end", ["", ",goals=no"])
def test_a_path_of_many_rounds_leads_to_a_message_or_a_refusal(
    desk: Desk, slack: LocalSlack, ana: Person, end: str
) -> None:
    """However long it is, people are told; and no button is ever too long."""
    dialog = desk.asked(ana)
    seen = set()
    for rounds in (1, 5, 11, 12, 13, 14, 15, 16, 17):
        path = "prompting=meets" + ",goals=no,error_source=unsure" * rounds + end
        before, known = desk.now(dialog), len(told(slack, ana))
        with capture_logs():
            assert pressed_stale(ana, tampered(dialog, MEETS, p=path), MEETS).acked
            desk.done()
            went = desk.now(dialog) != before
            desk.tells(ana, known + (not went))
        words = told(slack, ana)[known:]
        assert went == (not words)
        assert set(words) <= {STALE, TOO_LONG}
        seen |= {"went"} if went else set(words)
    assert seen >= {"went", STALE}
    no_trace(slack)


def test_the_last_choice_pressed_twice_gives_one_recommendation(
    desk: Desk, slack: LocalSlack, ana: Person
) -> None:
    dialog = desk.asked(ana)
    for _ in range(2):
        assert pressed_stale(ana, dialog, MEETS).acked
    desk.done()
    assert len(slack.calls("chat.update")) == 2, "both presses"
    assert len(desk.beside(dialog)) == 3, "two messages, and the files"
    assert len(posted(slack)) == 4


def test_where_a_message_cannot_be_changed_the_dialog_goes_on_in_a_new_one(
    desk: Desk, slack: LocalSlack, ana: Person
) -> None:
    dialog = desk.asked(ana)
    slack.fail_next("chat.update", Fault(error="edit_window_closed"))
    assert ana.press(dialog, FALLS_SHORT).acked
    further = slack.wait_for("Question 2", after=dialog)
    assert further.thread_ts == dialog.thread_ts
    assert desk.pressed(ana, further, "No, the model knows enough") != further


def test_the_id_of_a_recommendation_fits_any_database(
    over_http: Desk, slack: LocalSlack, ana: Person
) -> None:
    dialog = over_http.asked(ana)
    path = "prompting=meets" + ",goals=no,error_source=unsure" * 12
    assert pressed_stale(ana, tampered(dialog, MEETS, p=path), MEETS).acked
    over_http.done()
    first, _ = over_http.recommended(dialog)
    assert first.metadata is not None
    assert len(first.metadata["event_payload"]["work"]) <= 100
    assert all(len(name) <= 100 for name in over_http.work.jobs)
    assert told(slack, ana) == []
