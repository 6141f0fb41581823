"""Changing answers, seeing why, giving up, and going on after building; over sockets and HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.playground.person import Person
from bot.playground.server import LocalSlack
from bot.playground.workspace import Message
from bot.services.ports import Job
from bot.slack.dialog_blocks import CANCELLED
from bot.slack.steps import RECOMMENDATION, STALE, STEP, TOO_LONG
from tests.fakes import CORPUS
from tests.slack.bots import GUIDE, Bot
from tests.slack.conftest import WAYS
from tests.slack.desk import (
    FALLS_SHORT,
    MEETS,
    PEFT,
    RAG,
    Desk,
    changes,
    content,
    desk_at,
    labels,
    of,
    pressed_stale,
    tampered,
    value_of,
)
from tests.slack.parts import modals
from tests.slack.running import told
from tests.slack.said import everything, no_trace, shown

HYBRID = "prompting=falls_short,facts=yes,change=often,behaviour=style,examples=some"
BUILT = "We have built it"
LEAVE = "Leave it as it is"


@pytest.fixture(params=sorted(WAYS))
def desk(request: pytest.FixtureRequest, slack: LocalSlack) -> Iterator[Desk]:
    with desk_at(slack, WAYS[request.param]) as made:
        yield made


def test_every_answer_has_its_change_button(desk: Desk, ana: Person) -> None:
    dialog = desk.asked(ana)
    assert changes(dialog) == []
    for number, pair in enumerate(PEFT.split(","), start=1):
        dialog = desk.walked(ana, dialog, pair)
        assert changes(dialog) == [f"guide:change:{position}" for position in range(number)]


def test_later_answers_that_still_apply_are_kept_after_a_change(desk: Desk, ana: Person) -> None:
    dialog = desk.walked(ana, desk.asked(ana), HYBRID)
    before = dialog.text
    reopened = desk.pressed(ana, dialog, "guide:change:1")
    assert reopened.text.startswith("Question 2 of at most 8: Do the answers need facts")
    assert "← being changed" in shown(reopened)
    assert changes(reopened) == [f"guide:change:{position}" for position in (0, 2, 3, 4)]
    changed = desk.pressed(ana, reopened, "No, the model knows enough")
    assert changed.text.startswith("Question 3 of at most 8: Must answers show their sources")
    assert "How often do these facts change?" not in shown(changed), "it does not apply"
    assert value_of(changed, "guide:unsure")["k"].split(",") == [
        "change=often",
        "behaviour=style",
        "examples=some",
    ]
    on = desk.pressed(ana, changed, "guide:choose:no")
    assert on.text.startswith("Question 6 of at most"), "behaviour and examples are known"
    for label in ("No, the model knows enough", "Tone, style or output format"):
        assert f"*{label}*" in shown(on)
    assert before != on.text
    assert (
        "k" not in value_of(on, "guide:unsure")
        or "change=often" in value_of(on, "guide:unsure")["k"]
    )


def test_a_change_that_ends_the_guide_gives_its_recommendation(desk: Desk, ana: Person) -> None:
    dialog = desk.walked(ana, desk.asked(ana), HYBRID)
    dialog = desk.pressed(ana, dialog, "guide:change:0")
    dialog = desk.pressed(ana, dialog, MEETS)
    assert "That settles it: Stay with prompting" in shown(dialog)
    first, _ = desk.recommended(dialog)
    assert first.text.startswith("Recommended: Stay with prompting")


def test_after_the_end_an_answer_is_changed_and_the_rest_kept(desk: Desk, ana: Person) -> None:
    dialog = desk.walked(ana, desk.asked(ana), RAG)
    dialog = desk.pressed(ana, dialog, "guide:change:3")
    dialog = desk.pressed(ana, dialog, "Tone, style or output format")
    dialog = desk.walked(ana, dialog, "examples=some,full_or_peft=no")
    assert "That settles it: Retrieval for the facts, PEFT" in shown(dialog), "the team is known"
    first, second = desk.bot.records.recommended.values()
    assert first.path == RAG
    assert second.path == (
        "prompting=untried,facts=yes,change=often,behaviour=style,examples=some,team=all,"
        "full_or_peft=no"
    )
    assert len(desk.beside(dialog)) == 6


def test_what_is_being_changed_can_be_left_as_it_is(desk: Desk, ana: Person) -> None:
    dialog = desk.walked(ana, desk.asked(ana), HYBRID)
    reopened = desk.pressed(ana, dialog, "guide:change:2")
    assert "Back" not in labels(reopened)
    assert "Recommend now" not in labels(reopened)
    assert content(desk.pressed(ana, reopened, LEAVE)) == content(dialog)


def test_an_end_that_is_left_as_it_is_is_not_reported_again(desk: Desk, ana: Person) -> None:
    dialog = desk.walked(ana, desk.asked(ana), PEFT)
    said = desk.beside(dialog)
    reopened = desk.pressed(ana, dialog, "guide:change:0")
    assert content(desk.pressed(ana, reopened, LEAVE)) == content(dialog)
    assert desk.beside(dialog) == said


def test_back_after_a_change_leads_to_the_question_before(desk: Desk, ana: Person) -> None:
    dialog = desk.walked(ana, desk.asked(ana), HYBRID)
    dialog = desk.pressed(ana, dialog, "guide:change:1")
    dialog = desk.pressed(ana, dialog, "guide:choose:no")
    dialog = desk.pressed(ana, dialog, "Back")
    assert dialog.text.startswith("Question 2 of at most 8: Do the answers need facts")
    dialog = desk.pressed(ana, dialog, "Yes, private, recent or specialist facts")
    assert dialog.text.startswith("Question 6 of at most 7: "), "all later answers are known again"
    assert "*Often, monthly or faster*" in shown(dialog)


def test_why_we_ask_shows_the_passage_behind_the_question_to_anybody(
    desk: Desk, slack: LocalSlack, ana: Person, ben: Person
) -> None:
    dialog = desk.mentioned(ana)
    before = desk.now(dialog)
    for person in (ana, ben):
        view = desk.modal(person, dialog, "Why we ask")
        told = str(view["blocks"])
        step = GUIDE.step("prompting")
        assert step.question[0].text in told
        assert step.why in told
        assert "How well this is supported: read in the series" in told
        assert "submit" not in view
    assert desk.now(dialog) == before
    assert slack.ephemerals(ben.id) == []


def test_why_we_ask_holds_the_passage_s_text_and_link(slack: LocalSlack, ana: Person) -> None:
    [named] = [p for p in CORPUS if p.section == "What RAG is"]
    step = GUIDE.step("prompting")
    assert step.passage == "part1#cost-of-in-context-learning-icl"
    bot = Bot(slack, passages=[replace(named, id=step.passage)])
    with desk_at(slack, WAYS["http"], bot=bot) as desk:
        dialog = desk.asked(ana)
        told = str(desk.modal(ana, dialog, "Why we ask")["blocks"])
        assert "RAG puts retrieved documents into the prompt of the model." in told
        assert "From our notes, What RAG is" in told
        assert f"<{named.source.url}|Part 1: {named.source.title}>" in told
        dialog = desk.pressed(ana, dialog, FALLS_SHORT)
        told = str(desk.modal(ana, dialog, "Why we ask")["blocks"])
        assert GUIDE.step("facts").why in told, "of the question that is asked now"
        assert "From our notes" not in told, "that passage is not to be had here"


def test_why_we_ask_while_an_answer_is_changed_is_about_that_question(
    desk: Desk, ana: Person
) -> None:
    dialog = desk.walked(ana, desk.asked(ana), HYBRID)
    dialog = desk.pressed(ana, dialog, "guide:change:1")
    told = str(desk.modal(ana, dialog, "Why we ask")["blocks"])
    assert GUIDE.step("facts").why in told


def test_a_dialog_that_is_cancelled_is_taken_up_again_where_it_was(desk: Desk, ana: Person) -> None:
    dialog = desk.walked(ana, desk.asked(ana), HYBRID)
    given_up = desk.pressed(ana, dialog, "Cancel")
    assert "The dialog was cancelled. Nothing was recommended (by <@U1ANA>)." in shown(given_up)
    assert given_up.text == CANCELLED
    assert labels(given_up) == ["Go on after all", "Start over"]
    assert desk.beside(dialog) == []
    assert content(desk.pressed(ana, given_up, "Go on after all")) == content(dialog)
    given_up = desk.pressed(ana, dialog, "Cancel")
    assert desk.pressed(ana, given_up, "Start over").text.startswith("Question 1 of at most 8")
    assert desk.bot.records.recommended == {}


def test_cancelling_while_changing_keeps_all_answers(desk: Desk, ana: Person) -> None:
    dialog = desk.walked(ana, desk.asked(ana), HYBRID)
    changing = desk.pressed(ana, dialog, "guide:change:0")
    given_up = desk.pressed(ana, changing, "Cancel")
    assert content(desk.pressed(ana, given_up, "Go on after all")) == content(dialog)


def test_after_building_the_guide_goes_on_with_the_earlier_answers(desk: Desk, ana: Person) -> None:
    dialog = desk.walked(ana, desk.asked(ana), RAG)
    said = desk.beside(dialog)
    built = desk.pressed(ana, dialog, BUILT)
    assert "You have built it. Does it meet the goals" in built.text
    assert "*Often, monthly or faster*" in shown(built)
    assert desk.beside(dialog) == said, "nothing new yet"
    dialog = desk.pressed(ana, built, "No, it falls short")
    assert "Where do the errors come from?" in dialog.text
    assert "Earlier: " in shown(dialog)
    assert "*Often, monthly or faster*" in shown(dialog)
    assert changes(dialog) == ["guide:change:5"], "answers of this round can be changed"
    dialog = desk.pressed(ana, dialog, "The facts were there, but the behaviour was wrong")
    dialog = desk.walked(ana, dialog, "examples=some,team=all,full_or_peft=no")
    assert "That settles it: Retrieval for the facts, PEFT for the behaviour" in shown(dialog)
    assert len(desk.beside(dialog)) == 6
    [_, kept] = desk.bot.records.recommended.values()
    assert kept.path.startswith(f"{RAG},goals=no,error_source=behaviour_wrong")


def test_an_answer_of_a_later_round_is_changed(desk: Desk, ana: Person) -> None:
    dialog = desk.walked(ana, desk.asked(ana), RAG)
    dialog = desk.pressed(ana, dialog, BUILT)
    dialog = desk.walked(ana, dialog, "goals=no,error_source=behaviour_wrong")
    assert changes(dialog) == ["guide:change:5", "guide:change:6"]
    dialog = desk.pressed(ana, dialog, "guide:change:6")
    assert "Where do the errors come from?" in dialog.text
    dialog = desk.pressed(ana, dialog, "The right passage was not found")
    assert "That settles it: Add retrieval" in shown(dialog)
    assert "Improve retrieval before anything else" in desk.beside(dialog)[-3].text


def test_the_loop_s_question_can_be_left(desk: Desk, ana: Person) -> None:
    dialog = desk.walked(ana, desk.asked(ana), PEFT)
    said = desk.beside(dialog)
    built = desk.pressed(ana, dialog, BUILT)
    assert content(desk.pressed(ana, built, LEAVE)) == content(dialog)
    assert desk.beside(dialog) == said


def test_many_rounds_end_politely(desk: Desk, slack: LocalSlack, ana: Person) -> None:
    dialog = desk.walked(ana, desk.asked(ana), RAG)
    path = f"{RAG}" + ",goals=no,error_source=passage_missed" * 9
    at = tampered(desk.pressed(ana, dialog, BUILT), "guide:choose:no", p=f"{path},goals=no")
    assert pressed_stale(ana, at, "guide:choose:no").acked
    desk.done()
    long = desk.now(dialog)
    with capture_logs():
        for _ in range(8):
            if told(slack, ana):
                break
            wanted = next(
                c.action_id
                for c in of(desk.now(dialog))
                if c.action_id in ("guide:choose:passage_missed", "guide:choose:no", "guide:built")
            )
            before = desk.now(dialog)
            if desk.pressed(ana, dialog, wanted) == before:
                desk.tells(ana, 1)
    assert told(slack, ana) == [TOO_LONG]
    assert desk.now(dialog) == before, "it stands where it stood"
    assert long != before
    no_trace(slack)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("", FALLS_SHORT),
        ("", "guide:unsure"),
        (HYBRID, "Back"),
        (HYBRID, "Start over"),
        (HYBRID, "guide:change:1"),
        (HYBRID, "Recommend now"),
        (HYBRID, "Cancel"),
        (PEFT, BUILT),
    ],
)
def test_a_double_click_changes_nothing_twice(
    desk: Desk, slack: LocalSlack, ana: Person, path: str, wanted: str
) -> None:
    dialog = desk.asked(ana)
    dialog = desk.walked(ana, dialog, path) if path else dialog
    changed = desk.pressed(ana, dialog, wanted)
    said = desk.beside(dialog)
    assert pressed_stale(ana, dialog, wanted).acked
    slack.redeliver(slack.deliveries("interactive")[-1])
    desk.done()
    assert content(desk.now(dialog)) == content(changed)
    assert desk.beside(dialog) == said
    assert told(slack, ana) == []


def every_button(desk: Desk, ana: Person) -> Iterator[tuple[Message, str]]:
    """Each kind of button with a message that has it, one after the other."""
    dialog = desk.walked(ana, desk.mentioned(ana), "prompting=falls_short,facts=no")
    asking = ("guide:choose:no", "guide:unsure", "Back", "guide:change:0", "Recommend now")
    yield from ((dialog, wanted) for wanted in (*asking, "Cancel", "Start over"))
    dialog = desk.pressed(ana, dialog, "guide:change:0")
    yield dialog, LEAVE
    dialog = desk.pressed(ana, dialog, LEAVE)
    dialog = desk.pressed(ana, dialog, "Cancel")
    yield dialog, "Go on after all"
    dialog = desk.pressed(ana, dialog, "Go on after all")
    dialog = desk.pressed(ana, dialog, "Recommend now")
    yield dialog, BUILT
    _, background = desk.recommended(dialog)
    yield background, "Change the numbers"
    yield background, "Remind me to re-test"


def test_nobody_else_s_press_is_followed(
    desk: Desk, slack: LocalSlack, ana: Person, ben: Person
) -> None:
    pressed = 0
    for message, wanted in every_button(desk, ana):
        before, known = everything_posted(slack), len(told(slack, ben))
        assert ben.press(message, wanted).acked
        desk.done()
        desk.tells(ben, known + 1)
        assert everything_posted(slack) == before, wanted
        pressed += 1
    refusals = slack.ephemerals(ben.id)
    assert {m.text for m in refusals} == {
        "This dialog belongs to <@U1ANA>. Type /adapt to start your own."
    }
    assert len(refusals) == pressed == 12
    assert {m.thread_ts for m in refusals} == {refusals[0].thread_ts}
    assert modals(slack) == []


def everything_posted(slack: LocalSlack) -> str:
    return str([m for m in slack.workspace.everything() if m.only_for is None])


@pytest.mark.parametrize("way", sorted(WAYS))
def test_where_anyone_may_press_everybody_s_press_is_followed(
    slack: LocalSlack, ana: Person, ben: Person, way: str
) -> None:
    with desk_at(slack, WAYS[way], thread_policy="anyone") as desk:
        dialog = desk.pressed(ben, desk.mentioned(ana), FALLS_SHORT)
        dialog = desk.pressed(ana, dialog, "guide:choose:no")
        dialog = desk.pressed(ben, dialog, "guide:change:0")
        dialog = desk.pressed(ben, dialog, LEAVE)
        dialog = desk.pressed(ben, dialog, "Cancel")
        assert "(by <@U1BEN>)" in shown(dialog)
        assert "for <@U1ANA>" in shown(dialog)
        dialog = desk.pressed(ben, dialog, "Go on after all")
        dialog = desk.pressed(ben, dialog, "Recommend now")
        [kept] = desk.bot.records.recommended.values()
        assert kept.user == ana.id, "it stays the dialog of who started it"
        _, background = desk.recommended(dialog)
        assert desk.modal(ben, background, "Change the numbers")
        assert told(slack, ben) == []


@pytest.mark.parametrize("way", sorted(WAYS))
def test_a_dialog_of_an_earlier_guide_goes_on_with_that_guide(
    slack: LocalSlack, ana: Person, way: str
) -> None:
    with desk_at(slack, WAYS[way]) as desk:
        old = desk.bot.older_guide("Does the model lack facts of yours?", of="facts")
        dialog = desk.asked(ana)
        other = tampered(dialog, FALLS_SHORT, v=old)
        assert pressed_stale(ana, other, FALLS_SHORT).acked
        desk.done()
        dialog = desk.now(dialog)
        assert "Does the model lack facts of yours?" in dialog.text
        assert value_of(dialog, "guide:unsure")["v"] == old
        dialog = desk.pressed(ana, dialog, "Recommend now")
        [kept] = desk.bot.records.recommended.values()
        assert kept.guide_version == old
        assert "Does the model lack facts of yours?" in shown(desk.recommended(dialog)[1])
        dialog = desk.pressed(ana, dialog, "Start over")
        assert value_of(dialog, "guide:unsure")["v"] == old
        desk.bot.records.guides.clear()
        desk.bot.records.guides["2025-01"] = "not a guide"
        for version in ("2025-01", "2024-01"):
            with capture_logs():
                other = tampered(dialog, FALLS_SHORT, v=version)
                assert pressed_stale(ana, other, FALLS_SHORT).acked
                desk.done()
        desk.tells(ana, 2)
        assert told(slack, ana) == [STALE, STALE]
        assert desk.now(dialog) == dialog


def test_work_of_the_version_before_is_done(desk: Desk, slack: LocalSlack, ana: Person) -> None:
    dialog = desk.asked(ana)
    [opening] = desk.work.of("dialog")
    origin = {**opening.payload["origin"], "root": dialog.thread, "surface": "button"}  # type: ignore[dict-item]
    step = {"origin": origin, "path": "prompting=meets", "message": dialog.ts}
    end = {"origin": origin, "path": "prompting=meets"}
    thread = f"T1:{dialog.channel}:{dialog.thread}"
    desk.work.submit(Job("old:step", STEP, thread, opening.order + 1, step))
    desk.work.submit(Job("old:end", RECOMMENDATION, thread, opening.order + 2, end))
    desk.done()
    assert "That settles it: Stay with prompting" in shown(desk.now(dialog))
    first, background = desk.recommended(dialog)
    assert first.text.startswith("Recommended: Stay with prompting")
    view = desk.modal(ana, background, "Change the numbers")
    assert ana.submit(view["id"], {"shown_examples": {"number": {"value": "9"}}}).acked
    desk.done()
    assert "examples in each prompt 9 (examples)" in shown(desk.now(background)), "it is kept"
    assert "Traceback" not in everything(slack)
