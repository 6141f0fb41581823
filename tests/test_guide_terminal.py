from __future__ import annotations

from collections.abc import Iterable

import pytest
from rich.text import Text

from bot.adapters.content import read_corpus
from bot.adapters.guide import load_guide
from bot.domain.answer import Passage
from bot.domain.dialog import Answered, Dialog, start
from bot.domain.flowchart import Guide, Step
from bot.guide_terminal import (
    NO_PASSAGE,
    NOTHING_READ,
    SETTLED,
    Talk,
    guide_lines,
    read_lines,
    report_lines,
)
from bot.services.grounds import passage_of
from bot.services.recommending import report
from tests.fakes import PART1


@pytest.fixture(scope="module")
def guide() -> Guide:
    return load_guide()


@pytest.fixture(scope="module")
def passages() -> list[Passage]:
    return read_corpus().passages()


class Person:
    """Types line after line, and then nothing more; keeps what was shown."""

    def __init__(self, typed: Iterable[str], passages: Iterable[Passage] = ()) -> None:
        self.typed = iter(typed)
        self.passages = list(passages)
        self.seen: list[str] = []

    def ask(self, prompt: str) -> str:
        self.seen.append(prompt)
        try:
            return next(self.typed)
        except StopIteration as error:
            raise EOFError from error

    def say(self, line: str) -> None:
        self.seen.append(Text.from_markup(line).plain)

    def passage(self, step: Step) -> Passage | None:
        return passage_of(step, self.passages)

    def talk(self, dialog: Dialog, *, described: bool = False) -> Dialog | None:
        return Talk(self.ask, self.say, self.passage).consult(dialog, described=described)

    @property
    def text(self) -> str:
        return "\n".join(self.seen)


def path(dialog: Dialog | None) -> dict[str, str]:
    assert dialog
    return {answer.step: answer.choice for answer in dialog.path}


def number(guide: Guide, *answers: tuple[str, str]) -> list[str]:
    """The numbers to type for these answers, one after another."""
    dialog, typed = start(guide), []
    for step, choice in answers:
        assert dialog.step.id == step
        typed.append(str([option.id for option in dialog.options].index(choice) + 1))
        dialog = dialog.choose(step, choice)
    return typed


def test_numbers_lead_to_an_outcome(guide: Guide) -> None:
    answers = [("prompting", "falls_short"), ("facts", "yes"), ("change", "often")]
    answers += [("behaviour", "nothing"), ("team", "all")]
    ended = Person(number(guide, *answers)).talk(start(guide))
    assert ended
    assert ended.outcome
    assert ended.outcome.id == "rag"
    assert path(ended) == dict(answers)


def test_each_question_shows_progress_why_and_the_answers_so_far(guide: Guide) -> None:
    person = Person(number(guide, ("prompting", "falls_short")))
    person.talk(start(guide))
    first, _, second = person.text.partition("2 of at most 8. ")
    step = guide.step("prompting")
    assert f"1 of at most 8. {step.question[0].text}" in first
    assert f"Why we ask: {step.why.strip()}" in first
    assert "So far:" not in first.split("> ")[0]
    assert "So far: 1 The quality falls short" in first
    assert second


@pytest.mark.parametrize(
    "typed", [["q"], [" Q "], ["3", "q"], [], ["3"], ["3", "c 1", "q"], ["3", "c 1"]]
)
def test_the_dialog_can_be_left_anywhere(guide: Guide, typed: list[str]) -> None:
    assert Person(typed).talk(start(guide)) is None


def test_back_asks_the_question_before_again(guide: Guide) -> None:
    person = Person(["b", "1", "b", *number(guide, ("prompting", "meets"))])
    assert path(person.talk(start(guide))) == {"prompting": "meets"}
    assert "This is the first question." in person.text


@pytest.mark.parametrize(
    "typed", ["0", "6", "99", "²", "1 1", "-1", "yes", "", "[bold]", "9" * 5_000]
)
def test_what_is_no_answer_says_what_is(guide: Guide, typed: str) -> None:
    person = Person([typed, *number(guide, ("prompting", "meets"))])
    assert path(person.talk(start(guide))) == {"prompting": "meets"}
    assert "Please type a number from 1 to 5, or ? for help." in person.text


def test_an_answer_can_be_changed_and_later_ones_that_fit_are_kept(guide: Guide) -> None:
    answers = [("prompting", "falls_short"), ("facts", "yes"), ("change", "often")]
    changed = number(guide, ("prompting", "untried"))
    person = Person([*number(guide, *answers), "c 1", *changed, "q"])
    assert person.talk(start(guide)) is None
    assert "Your answer was “The quality falls short”. Press Enter to keep it." in person.text
    after = person.text.partition("Press Enter to keep it.")[2]
    assert "So far: 1 Not tried properly, or never measured · 2 Yes" in after
    assert "4 of at most" in after


def test_a_change_can_lead_straight_to_an_outcome(guide: Guide) -> None:
    typed = number(guide, ("prompting", "falls_short"), ("facts", "yes"))
    person = Person([*typed, "c1", *number(guide, ("prompting", "meets"))])
    assert path(person.talk(start(guide))) == {"prompting": "meets"}


def test_an_answer_that_is_not_changed_after_all_stays(guide: Guide) -> None:
    person = Person(["3", "c 1", "9", "", "q"])
    person.talk(start(guide))
    _, said, after = person.text.partition("or press Enter to keep your answer.")
    assert said
    assert "So far: 1 The quality falls short\n2 of at most 8." in after


@pytest.mark.parametrize("typed", ["c", "c 0", "c 2", "c x", "c -1", "c ²"])
def test_a_change_names_an_answer_that_there_is(guide: Guide, typed: str) -> None:
    nobody = Person([typed, "q"])
    nobody.talk(start(guide))
    assert "There is no answer yet." in nobody.text
    somebody = Person(["3", typed, "q"])
    somebody.talk(start(guide))
    assert "Please name an answer by its number, as in: c 1" in somebody.text
    assert "  1  How far has prompting got" in somebody.text


def test_why_shows_the_passage_behind_the_question(guide: Guide, passages: list[Passage]) -> None:
    person = Person(["w", "q"], passages)
    person.talk(start(guide))
    behind = passage_of(guide.step("prompting"), passages)
    assert behind
    for sentence in behind.sentences:
        assert sentence in person.text
    assert behind.source.url in person.text
    nothing = Person(["w", "q"])
    nothing.talk(start(guide))
    assert NO_PASSAGE in nothing.text


def test_help_names_every_command(guide: Guide) -> None:
    person = Person(["?", "q"])
    person.talk(start(guide))
    keys = {line.split()[0] for line in person.seen if line.startswith("  ") and "  " in line[2:]}
    assert {"b", "c", "t", "w", "?", "q"} <= keys


def test_asking_for_help_does_not_show_the_question_again(guide: Guide) -> None:
    person = Person(["?", "t", "w", "nonsense", "q"])
    person.talk(start(guide))
    assert person.text.count("1 of at most 8.") == 1


READ = (
    Answered("facts", "yes", "a [bold]wiki[/bold] that changes"),
    Answered("change", "often", "changes daily"),
)


def test_what_was_read_is_shown_with_its_words_before_anything_is_asked(guide: Guide) -> None:
    read = [Text.from_markup(line).plain for line in read_lines(start(guide, READ))]
    assert read[0] == "I read these from your description:"
    assert read[1].startswith("  •  Do the answers need facts that the model does not have? Yes")
    assert read[1].endswith("from “a [bold]wiki[/bold] that changes”")
    assert len(read) == 3


def test_answers_that_were_read_are_numbered_once_they_are_given(guide: Guide) -> None:
    known = (Answered("prompting", "falls_short", "prompts fail"), *READ)
    read = [Text.from_markup(line).plain for line in read_lines(start(guide, known))]
    assert [line[:6] for line in read[1:]] == ["  1  H", "  2  D", "  3  H"]
    person = Person(["c 2", *number(guide, ("prompting", "falls_short"), ("facts", "no"))[1:], "t"])
    person.talk(start(guide, known))
    assert "from “prompts fail”" in person.text
    assert "2  Do the answers need facts that the model does not have? No" in person.text


def test_a_description_that_settles_nothing_says_so(guide: Guide) -> None:
    assert list(read_lines(start(guide))) == [NOTHING_READ]
    person = Person([])
    person.talk(start(guide), described=True)
    assert person.seen[1] == NOTHING_READ
    person = Person([])
    person.talk(start(guide))
    assert NOTHING_READ not in person.seen


def settled(guide: Guide) -> Dialog:
    return start(guide, [Answered("prompting", "meets", "above our target")])


def test_a_description_that_settles_everything_can_still_be_changed(guide: Guide) -> None:
    assert settled(guide).outcome
    assert path(Person([""]).talk(settled(guide))) == {"prompting": "meets"}
    typed = number(guide, ("prompting", "untried"), ("facts", "no"), ("sources", "no"))
    person = Person(["9", "t", "w", "c 1", typed[0], *typed[1:], *["1"] * 6])
    ended = person.talk(settled(guide))
    assert path(ended)["prompting"] == "untried"
    assert person.text.count(SETTLED) == 4
    assert "from “above our target”" in person.text


def test_a_change_to_another_outcome_is_confirmed_as_well(guide: Guide) -> None:
    person = Person(["c 1", "", ""])
    assert path(person.talk(settled(guide))) == {"prompting": "meets"}
    back = Person(["b", *number(guide, ("prompting", "meets"))])
    assert path(back.talk(settled(guide))) == {"prompting": "meets"}
    assert Person(["q"]).talk(settled(guide)) is None


def test_a_recommendation_lists_its_sources(guide: Guide) -> None:
    made = report(start(guide).assume(), read_corpus().sources)
    shown = "\n".join(Text.from_markup(line).plain for line in report_lines(made))
    assert made.title in shown
    assert all(part.heading in shown for part in made.parts)
    assert all(reference.source.url in shown for reference in made.references)


def test_the_guide_lists_every_step_choice_and_outcome(guide: Guide) -> None:
    shown = "\n".join(Text.from_markup(line).plain for line in guide_lines(guide))
    for step in guide.steps:
        assert f"({step.id}, {step.support})" in shown
        assert all(f"({choice.id})" in shown for choice in step.choices)
    assert all(outcome.title in shown for outcome in guide.outcomes)


def test_markup_in_a_passage_is_only_text(guide: Guide) -> None:
    step = guide.step("prompting")
    assert step.passage
    sentence = "A [red]sentence[/nonsense]."
    hostile = Passage(step.passage, PART1, "[b]", "secondary", (sentence,))
    person = Person(["w", "q"], [hostile])
    person.talk(start(guide))
    assert sentence in person.text
    assert "Part 1, [b] (from a page about it)" in person.text
