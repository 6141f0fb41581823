from __future__ import annotations

from itertools import takewhile

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.adapters.guide import load_guide
from bot.domain.dialog import Answered, Dialog, replay, start
from bot.domain.flowchart import UNSURE, Guide
from bot.errors import DialogError

GUIDE = load_guide()
TO_HYBRID = (
    "prompting=falls_short facts=yes change=often behaviour=style examples=more team=all "
    "full_or_peft=no"
)


@pytest.fixture
def guide() -> Guide:
    return GUIDE


def path(text: str) -> tuple[Answered, ...]:
    return tuple(Answered(*pair.split("=")) for pair in text.split())


def text(dialog: Dialog) -> str:
    return " ".join(f"{answer.step}={answer.choice}" for answer in dialog.path)


@st.composite
def walks(draw: st.DrawFn) -> tuple[Answered, ...]:
    """Paths of some length, loops included; paths, because hypothesis prints what fails."""
    dialog = start(GUIDE)
    for pick in draw(st.lists(st.integers(0, 6), max_size=16)):
        options = dialog.options
        dialog = dialog.choose(dialog.step.id, options[pick % len(options)].id)
    return dialog.path


def test_a_dialog_starts_with_the_first_question(guide: Guide) -> None:
    dialog = start(guide)
    assert dialog.step.id == "prompting"
    assert dialog.path == ()
    assert dialog.outcome is None


def test_a_choice_leads_to_the_next_question(guide: Guide) -> None:
    assert start(guide).choose("prompting", "untried").step.id == "facts"


def test_a_finished_dialog_stands_at_an_outcome(guide: Guide) -> None:
    outcome = replay(guide, path(TO_HYBRID)).outcome
    assert outcome is not None
    assert outcome.id == "hybrid"


def test_after_an_outcome_the_goals_are_asked(guide: Guide) -> None:
    dialog = replay(guide, path(TO_HYBRID))
    assert dialog.step.id == "goals"
    assert dialog.choose("goals", "no").step.id == "error_source"


@pytest.mark.parametrize(
    ("answers", "names"),
    [
        ("facts=yes", "'facts'"),
        ("prompting=perfect", "'perfect'"),
        ("nonsense=yes", "'nonsense'"),
        ("prompting=meets facts=yes", "'facts'"),
        ("prompting=meets goals=no error_source=passage_missed", "'passage_missed'"),
    ],
)
def test_a_path_that_does_not_fit_is_refused_by_name(
    guide: Guide, answers: str, names: str
) -> None:
    with pytest.raises(DialogError, match=names):
        replay(guide, path(answers))


def test_the_second_click_on_an_old_button_is_refused(guide: Guide) -> None:
    dialog = start(guide).choose("prompting", "untried")
    with pytest.raises(DialogError, match="'prompting' is not asked here, 'facts' is"):
        dialog.choose("prompting", "untried")


def test_team_is_asked_only_about_what_is_needed(guide: Guide) -> None:
    both = replay(guide, path(TO_HYBRID)[:-2])
    search = start(guide)
    for answer in path("prompting=untried facts=yes change=often behaviour=nothing"):
        search = search.choose(answer.step, answer.choice)
    assert [option.id for option in both.options] == [
        "all",
        "search",
        "tuning",
        "neither",
        "unsure",
    ]
    assert [option.label for option in search.options] == ["Yes", "Not for now", "Not sure"]
    assert "search system" in search.question


@given(walks())
def test_a_path_replays_to_the_same_dialog(walk: tuple[Answered, ...]) -> None:
    dialog = start(GUIDE)
    for answer in walk:
        dialog = dialog.choose(answer.step, answer.choice)
    assert replay(GUIDE, walk) == dialog


@given(walks())
def test_back_undoes_every_choice(walk: tuple[Answered, ...]) -> None:
    dialog = replay(GUIDE, walk)
    for option in dialog.options:
        assert dialog.choose(dialog.step.id, option.id).back() == dialog


def test_back_at_the_start_stays_there(guide: Guide) -> None:
    assert start(guide).back() == start(guide)


@given(walks(), st.data())
def test_changing_an_answer_to_itself_changes_nothing_before_the_loop(
    walk: tuple[Answered, ...], data: st.DataObject
) -> None:
    dialog = replay(GUIDE, takewhile(lambda answer: answer.step != "goals", walk))
    assume(dialog.path)
    position = data.draw(st.integers(0, len(dialog.path) - 1))
    assert dialog.change(position, dialog.path[position].choice).path == dialog.path


@given(walks(), st.data())
def test_a_changed_path_is_sound_and_keeps_what_came_before(
    walk: tuple[Answered, ...], data: st.DataObject
) -> None:
    dialog = replay(GUIDE, walk)
    assume(dialog.path)
    position = data.draw(st.integers(0, len(dialog.path) - 1))
    changed = dialog.change(position, UNSURE)
    assert changed.path[:position] == dialog.path[:position]
    assert changed.path[position].choice == UNSURE
    again = replay(GUIDE, changed.path)
    assert (again.at, again.state) == (changed.at, changed.state)
    later = {(answer.step, answer.choice) for answer in dialog.path[position + 1 :]}
    assert all((a.step, a.choice) in later for a in changed.path[position + 1 :])


def test_change_keeps_later_answers_that_still_apply(guide: Guide) -> None:
    changed = replay(guide, path(TO_HYBRID)).change(3, "accuracy")
    assert text(changed) == TO_HYBRID.replace("style", "accuracy")


def test_change_asks_what_is_new_and_then_takes_up_the_rest(guide: Guide) -> None:
    asked = replay(guide, path(TO_HYBRID)).change(1, "no")
    assert text(asked) == "prompting=falls_short facts=no"
    assert asked.step.id == "sources"
    finished = asked.choose("sources", "no")
    assert text(finished) == (
        "prompting=falls_short facts=no sources=no behaviour=style examples=more team=all "
        "full_or_peft=no"
    )
    assert finished.outcome == guide.place("peft")


def test_change_drops_what_no_longer_applies(guide: Guide) -> None:
    changed = replay(guide, path(TO_HYBRID)).change(3, "nothing")
    assert text(changed).endswith("behaviour=nothing team=all")
    assert changed.outcome == guide.place("rag")


def test_change_drops_what_was_measured_on_the_earlier_build(guide: Guide) -> None:
    looped = replay(guide, path(f"{TO_HYBRID} goals=no error_source=tuned_wrong goals=yes"))
    assert text(looped.change(6, "yes")) == TO_HYBRID.replace("peft=no", "peft=yes")


@pytest.mark.parametrize("position", [-1, 7])
def test_change_beyond_the_path_is_refused(guide: Guide, position: int) -> None:
    with pytest.raises(DialogError, match="no position"):
        replay(guide, path(TO_HYBRID)).change(position, "yes")


def test_known_answers_are_given_as_their_steps_come_up(guide: Guide) -> None:
    known = (
        Answered("change", "often", read_from="changes daily"),
        Answered("facts", "yes", read_from="over a wiki"),
    )
    dialog = start(guide, known)
    assert dialog.step.id == "prompting"
    dialog = dialog.choose("prompting", "untried")
    assert dialog.step.id == "behaviour"
    assert [answer.read_from for answer in dialog.path] == [None, "over a wiki", "changes daily"]


def test_a_known_answer_that_makes_no_sense_is_asked(guide: Guide) -> None:
    finished = replay(guide, path("prompting=meets"))
    looping = start(guide, [Answered("error_source", "passage_missed")])
    looping = looping.choose("prompting", "meets").choose("goals", "no")
    assert finished.outcome is not None
    assert looping.step.id == "error_source"


def test_an_unlisted_answer_known_beforehand_counts(guide: Guide) -> None:
    known = path("facts=yes change=often behaviour=nothing team=search")
    assert start(guide, known).choose("prompting", "untried").outcome == guide.place("rag")


@pytest.mark.parametrize("answers", ["nonsense=yes", "facts=perhaps"])
def test_a_known_answer_that_the_guide_lacks_is_refused(guide: Guide, answers: str) -> None:
    with pytest.raises(DialogError, match=r"nonsense|perhaps"):
        start(guide, path(answers))


def test_what_is_left_open_can_be_assumed(guide: Guide) -> None:
    known = path("prompting=untried facts=yes change=often team=search")
    assumed = start(guide, known).assume()
    assert assumed.unsure == ("behaviour",)
    assert assumed.outcome == guide.place("rag")


def test_not_sure_everywhere_ends_in_a_better_prompt_and_lists_every_step(guide: Guide) -> None:
    dialog = start(guide).assume()
    assert dialog.outcome == guide.place("improve_prompting")
    assert dialog.unsure == ("prompting", "facts", "sources", "behaviour")


@pytest.mark.parametrize(
    ("answers", "progress"),
    [
        ("", "1 of at most 8"),
        ("prompting=untried facts=yes", "3 of at most 8"),
        ("prompting=too_costly", "2 of at most 4"),
        ("prompting=meets", "1 of at most 5"),
        ("prompting=meets goals=no", "2 of at most 5"),
        ("prompting=meets goals=no error_source=facts_missing", "3 of at most 3"),
        (f"{TO_HYBRID} goals=no error_source=tuned_wrong", "1 of at most 2"),
    ],
)
def test_progress_counts_the_questions_of_the_round(
    guide: Guide, answers: str, progress: str
) -> None:
    assert str(replay(guide, path(answers)).progress) == progress


@given(walks())
def test_progress_never_promises_less_than_was_asked(walk: tuple[Answered, ...]) -> None:
    dialog = replay(GUIDE, walk)
    for option in dialog.options:
        after = dialog.choose(dialog.step.id, option.id)
        if after.outcome is None and after.step.id != "goals":
            assert after.progress.number == dialog.progress.number + 1
            assert after.progress.at_most <= dialog.progress.at_most


def test_a_known_answer_brings_what_it_implies(guide: Guide) -> None:
    dialog = start(guide, [Answered("change", "often", "new every day")]).choose(
        "prompting", UNSURE
    )
    assert text(dialog) == "prompting=unsure facts=yes change=often"
    assert dialog.path[1].read_from == "new every day"


def test_what_is_implied_does_not_overrule_what_is_known(guide: Guide) -> None:
    known = [Answered("change", "often"), Answered("facts", "no"), Answered("prompting", UNSURE)]
    assert text(start(guide, known)) == "prompting=unsure facts=no"
