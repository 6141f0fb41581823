"""What holds on all paths: of the guide that ships, and of guides made from it by text edits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import get_args

import pytest

from bot.adapters.guide import guide_text, load_guide, parse_guide
from bot.domain.dialog import Dialog, replay, start
from bot.domain.flowchart import UNSURE, Guide, Method, State
from bot.domain.recommendation import recommend
from bot.errors import ContentError
from bot.slack.press import LONGEST, read_path, write_path

SOME = 31
"""Of the paths every so many is taken where each asks for much work."""

PRIVACY = """
  - id: privacy
    question: May these facts leave your own machines?
    why: Where the facts may be read decides which models and search systems can be used.
    support: derived
    basis: our inference
    choices:
      - id: "yes"
        label: Yes
        next: change
      - id: "no"
        label: No, they stay with us
        caveats: residency
        next: change
    not_sure:
      because: We assume that they stay with you until somebody has settled it.
      caveats: residency
      next: change
"""

BUDGET = """
  - id: budget
    loop: true
    question: Is there money left for another round?
    why: A round costs people's time as well as compute.
    support: derived
    basis: our inference
    choices:
      - id: "yes"
        label: Yes
        next: error_source
      - id: "no"
        label: No
        next: standing
    not_sure:
      because: We keep the method as it is until somebody has asked.
      next: standing
"""


def shipped() -> Guide:
    return load_guide()


def with_a_question_about_privacy() -> Guide:
    return parse_guide(privacy(guide_text()), file="privacy.yaml")


def with_a_question_in_the_loop() -> Guide:
    text = guide_text()
    text = edited(text, "\n  - id: error_source\n", f"{BUDGET}\n  - id: error_source\n")
    text = edited(text, "        next: error_source\n", "        next: budget\n")
    return parse_guide(text, file="budget.yaml")


def privacy(text: str) -> str:
    """A question after `facts`, which makes the longest path one question longer."""
    text = edited(text, "\n  - id: change\n", f"{PRIVACY}\n  - id: change\n")
    text = edited(text, "        next: change\n", "        next: privacy\n")
    return edited(text, "most_questions: 8", "most_questions: 9")


def edited(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


@pytest.fixture(
    scope="module",
    params=[shipped, with_a_question_about_privacy, with_a_question_in_the_loop],
    ids=lambda make: make.__name__,
)
def guide(request: pytest.FixtureRequest) -> Guide:
    made: Guide = request.param()
    return made


@pytest.fixture(scope="module")
def ends(guide: Guide) -> list[Dialog]:
    """Every path from the first question to an outcome."""
    return list(ends_of(start(guide)))


@pytest.fixture(scope="module")
def places(guide: Guide) -> list[Dialog]:
    """One dialog for each place and state that any walk reaches, loops included."""
    seen: dict[tuple[str, State], Dialog] = {}
    ahead = [start(guide)]
    while ahead:
        dialog = ahead.pop()
        if (dialog.at.id, dialog.state) not in seen:
            seen[dialog.at.id, dialog.state] = dialog
            ahead += after(dialog)
    return list(seen.values())


def after(dialog: Dialog) -> list[Dialog]:
    return [dialog.choose(dialog.step.id, option.id) for option in dialog.options]


def ends_of(dialog: Dialog) -> Iterator[Dialog]:
    """Every way on from here to the next outcome, or to the question that begins a new round."""
    for then in after(dialog):
        if then.outcome or then.step.id == then.guide.after:
            yield then
        else:
            yield from ends_of(then)


def most(guide: Guide) -> int:
    return guide.settings["most_questions"]


def test_every_path_ends_in_an_outcome_within_the_most_questions(
    guide: Guide, ends: list[Dialog]
) -> None:
    assert all(dialog.outcome for dialog in ends)
    assert max(len(dialog.path) for dialog in ends) == most(guide)


def test_no_path_recommends_pre_training(guide: Guide, places: list[Dialog]) -> None:
    methods = {dialog.outcome.method for dialog in places if dialog.outcome}
    assert methods == set(get_args(Method))
    assert not methods & guide.advised_against.keys()
    assert not {dialog.at.id for dialog in places} & guide.advised_against.keys()


def test_every_outcome_and_every_step_is_reached(guide: Guide, places: list[Dialog]) -> None:
    outcomes = {outcome.id for outcome in guide.outcomes}
    steps = {step.id for step in guide.steps} - {guide.after}  # asked where an outcome was built
    assert {dialog.at.id for dialog in places} == outcomes | steps
    assert any(answer.step == guide.after for dialog in places for answer in dialog.path)


def test_back_undoes_each_choice_of_each_path(guide: Guide) -> None:
    ahead = [start(guide)]
    while ahead:
        dialog = ahead.pop()
        for then in after(dialog):
            assert then.back() == dialog
            if not then.outcome:
                ahead.append(then)


def test_back_undoes_each_choice_of_each_round(places: list[Dialog]) -> None:
    for dialog in places:
        assert all(then.back() == dialog for then in after(dialog))


def test_each_path_replays_to_where_choosing_led(guide: Guide, ends: list[Dialog]) -> None:
    assert all(replay(guide, dialog.path) == dialog for dialog in ends)


def test_each_path_goes_through_a_button_unchanged(guide: Guide, ends: list[Dialog]) -> None:
    for dialog in ends:
        written = write_path(dialog.path)
        assert len(written) <= LONGEST
        assert tuple(read_path(written)) == dialog.path
    assert read_path(write_path(())) == []
    assert len({write_path(dialog.path) for dialog in ends}) == len(ends), guide.version


def test_each_path_can_be_accounted_for(ends: list[Dialog]) -> None:
    for dialog in islice(ends, 0, None, SOME):
        found = recommend(dialog)
        assert found.reasons
        assert len(found.path) == len(dialog.path)
        assert [each.step for each in found.unsure] == list(dialog.unsure)


def test_not_sure_on_every_question_from_anywhere_ends(guide: Guide, places: list[Dialog]) -> None:
    for dialog in places:
        ended = dialog.assume()
        assert ended.outcome == dialog.conclusion
        assert len(ended.path) - len(dialog.path) <= most(guide)
        assert {answer.choice for answer in ended.path[len(dialog.path) :]} <= {UNSURE}


def test_not_sure_from_the_start_is_the_cheapest(guide: Guide) -> None:
    assert start(guide).conclusion.method == "in_context_learning"


def test_each_round_after_an_outcome_ends_within_the_most_questions(
    guide: Guide, places: list[Dialog]
) -> None:
    for dialog in places:
        if dialog.outcome:
            lengths = {len(then.path) - len(dialog.path) for then in ends_of(dialog)}
            assert 1 <= min(lengths) <= max(lengths) <= most(guide)


def test_progress_never_counts_more_than_the_most_questions(
    guide: Guide, places: list[Dialog]
) -> None:
    for dialog in places:
        assert 1 <= dialog.progress.number <= dialog.progress.at_most <= most(guide)


def test_an_answer_changed_to_itself_changes_nothing(ends: list[Dialog]) -> None:
    for dialog in islice(ends, 0, None, SOME):
        for i, answer in enumerate(dialog.path):
            assert dialog.change(i, answer.choice) == dialog


def test_a_changed_answer_keeps_all_later_ones_that_still_apply(ends: list[Dialog]) -> None:
    for dialog in islice(ends, 0, None, 3 * SOME):
        for i, answer in enumerate(dialog.path):
            for option in dialog.reopened(i).options:
                changed = dialog.change(i, option.id)
                assert changed.path[:i] == dialog.path[:i]
                assert changed.path[i] == replace(answer, choice=option.id)
                later = {each.step: each for each in dialog.path[i + 1 :]}
                assert all(each == later[each.step] for each in changed.path[i + 1 :])
                assert replay(changed.guide, changed.path).at == changed.at
                if not changed.outcome and (known := later.get(changed.step.id)):
                    assert changed.step.choice(known.choice, changed.state) is None


def test_a_step_added_as_text_is_asked_where_it_was_put() -> None:
    dialog = start(with_a_question_about_privacy()).choose("prompting", "untried")
    asked = dialog.choose("facts", "yes")
    assert asked.question == "May these facts leave your own machines?"
    assert asked.choose("privacy", "no").step.id == "change"


def test_a_step_too_many_is_named_with_its_line() -> None:
    text = edited(privacy(guide_text()), "most_questions: 9", "most_questions: 8")
    with pytest.raises(ContentError, match=r"some path asks 9 questions, not 8 \(few-questions\)"):
        parse_guide(text, file="privacy.yaml")


def test_a_known_answer_about_an_added_step_is_given_when_it_comes_up() -> None:
    guide = with_a_question_about_privacy()
    known = replay(guide, read_path("prompting=untried,facts=yes,privacy=no")).path
    dialog = start(guide, known)
    assert write_path(dialog.path) == "prompting=untried,facts=yes,privacy=no"
    assert dialog.step.id == "change"
