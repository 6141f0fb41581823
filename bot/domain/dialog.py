"""A dialog: the decision guide with the choices so far.

Every function of a dialog returns a new one. A path replays to the same dialog, so the path is all
that needs to be kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.domain.flowchart import UNSURE, Choice, Outcome, State, Step, wording
from bot.errors import DialogError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.domain.flowchart import Guide


@dataclass(frozen=True, slots=True)
class Answered:
    """One choice made at one step."""

    step: str
    choice: str
    read_from: str | None = None
    """The words of a description that it was read from, "" where they are not at hand; None if it
    was asked."""


@dataclass(frozen=True, slots=True)
class Option:
    """A choice as it is shown."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Which question of a round this is, and how many there can be at most."""

    number: int
    at_most: int

    def __str__(self) -> str:
        return f"{self.number} of at most {self.at_most}"


@dataclass(frozen=True, slots=True)
class Dialog:
    """The guide, the path so far, and where it has led."""

    guide: Guide = field(repr=False)
    at: Step | Outcome = field(repr=False)
    state: State = field(default_factory=State)
    """What the path so far calls for."""
    path: tuple[Answered, ...] = ()
    known: tuple[Answered, ...] = ()
    """Answers that are given as soon as their step comes up and they make sense there."""

    @property
    def outcome(self) -> Outcome | None:
        """The outcome, if the path has reached one."""
        return self.at if isinstance(self.at, Outcome) else None

    @property
    def step(self) -> Step:
        """The step that the next choice answers; after an outcome, the first of the loop."""
        return self.at if isinstance(self.at, Step) else self.guide.step(self.guide.after)

    @property
    def question(self) -> str:
        """The step's question, worded for what is known by now."""
        return wording(self.step.question, self.state)

    @property
    def options(self) -> tuple[Option, ...]:
        """The choices of the step, Not sure last."""
        return tuple(
            Option(choice.id, wording(choice.label, self.state))
            for choice in self.step.options(self.state)
        )

    @property
    def unsure(self) -> tuple[str, ...]:
        """The steps that were answered with Not sure."""
        return tuple(answer.step for answer in self.path if answer.choice == UNSURE)

    @property
    def progress(self) -> Progress:
        """Progress in this round; a round runs from the start, or from `goals`, to an outcome."""
        asked = len(self.path) - self._round()
        left = self.guide.longest(self.step, self.state)
        return Progress(asked + 1, asked + left)

    @property
    def began(self) -> int:
        """Where in the path the latest round begins: with its answer to the loop, or at 0."""
        return max((i for i, a in enumerate(self.path) if a.step == self.guide.after), default=0)

    def choose(self, step: str, choice: str) -> Dialog:
        """The dialog after this choice, and after the known answers that follow.

        Raises:
            DialogError: the step is not the one asked now, or has no such choice here.
        """
        return _settled(_taken(self, Answered(step, choice)))

    def back(self) -> Dialog:
        """The dialog without its last choice; at the start, the dialog itself."""
        return replace(replay(self.guide, self.path[:-1]), known=self.known)

    def change(self, position: int, choice: str) -> Dialog:
        """The dialog with another choice at that position of the path, counted from 0.

        Later answers of the same round are given again where they still make sense. What was
        measured after building is dropped, because it was measured on something else.

        Raises:
            DialogError: the path has no such position, or the step no such choice.
        """
        kept = self.reopened(position)
        return kept.choose(kept.step.id, choice)

    def reopened(self, position: int) -> Dialog:
        """The dialog that asks the question at that position again, and knows all later answers.

        Raises:
            DialogError: the path has no such position.
        """
        if not 0 <= position < len(self.path):
            raise DialogError(f"the path has no position {position}")
        later = self._before_loop(self.path[position + 1 :])
        before = replay(self.guide, self.path[:position])
        return replace(before, known=(*later, *self.known))

    def assume(self) -> Dialog:
        """The outcome reached when every question still open is answered with Not sure."""
        dialog = self
        while dialog.outcome is None:
            dialog = dialog.choose(dialog.step.id, UNSURE)
        return dialog

    @property
    def conclusion(self) -> Outcome:
        """The outcome of `assume`."""
        dialog = self
        while isinstance(dialog.at, Step):
            dialog = dialog.choose(dialog.at.id, UNSURE)
        return dialog.at

    def _round(self) -> int:
        """Where in the path the round begins that the next question belongs to."""
        return len(self.path) if self.step.id == self.guide.after else self.began

    def _before_loop(self, answers: tuple[Answered, ...]) -> tuple[Answered, ...]:
        ends = (i for i, answer in enumerate(answers) if answer.step == self.guide.after)
        return answers[: next(ends, len(answers))]


def _taken(dialog: Dialog, answer: Answered) -> Dialog:
    choice = _choice(dialog, answer)
    state = choice.apply(dialog.state)
    return replace(
        dialog,
        at=dialog.guide.follow(choice.next, state),
        state=state,
        path=(*dialog.path, answer),
        known=tuple(known for known in dialog.known if known.step != answer.step),
    )


def _choice(dialog: Dialog, answer: Answered) -> Choice:
    step = dialog.step
    if answer.step != step.id:
        raise DialogError(f"step {answer.step!r} is not asked here, {step.id!r} is")
    choice = step.choice(answer.choice, dialog.state)
    if choice is None:
        raise DialogError(f"step {answer.step!r} has no choice {answer.choice!r} here")
    return choice


def _settled(dialog: Dialog) -> Dialog:
    """Give the known answers as far as they go; nothing is read past an outcome.

    There, of those that never came up, only what a description said is still of use.
    """
    if dialog.outcome:
        read = tuple(known for known in dialog.known if known.read_from is not None)
        return replace(dialog, known=read)
    answer = next((known for known in dialog.known if known.step == dialog.step.id), None)
    if answer is None or dialog.step.choice(answer.choice, dialog.state) is None:
        return dialog
    return _settled(_taken(dialog, answer))


def start(guide: Guide, known: Iterable[Answered] = ()) -> Dialog:
    """A new dialog; known answers, and what they imply, are given as their steps come up.

    Raises:
        DialogError: a known answer names a step or choice that the guide does not have.
    """
    answers = tuple(known)
    for answer in answers:
        _exists(guide, answer)
    return _settled(Dialog(guide, guide.step(guide.start), known=_with_implied(guide, answers)))


def _with_implied(guide: Guide, answers: tuple[Answered, ...]) -> tuple[Answered, ...]:
    found = {answer.step: answer for answer in answers}
    for answer in answers:
        for choice in guide.step(answer.step).choices:
            if choice.id == answer.choice:
                for step, implied in choice.implies.items():
                    found.setdefault(step, Answered(step, implied, answer.read_from))
    return tuple(found.values())


def replay(guide: Guide, path: Iterable[Answered]) -> Dialog:
    """The dialog that these choices lead to.

    Raises:
        DialogError: the path does not fit the guide.
    """
    dialog = Dialog(guide, guide.step(guide.start))
    for answer in path:
        dialog = _taken(dialog, answer)
    return dialog


def resume(guide: Guide, path: Iterable[Answered], known: Iterable[Answered] = ()) -> Dialog:
    """The dialog that these choices lead to, going on by itself as far as answers are known.

    Raises:
        DialogError: the path or a known answer does not fit the guide.
    """
    answers = tuple(known)
    for answer in answers:
        _exists(guide, answer)
    return _settled(replace(replay(guide, path), known=answers))


def _exists(guide: Guide, answer: Answered) -> None:
    choices = {step.id: {UNSURE, *(c.id for c in step.choices)} for step in guide.steps}
    if answer.step not in choices:
        raise DialogError(f"the guide has no step {answer.step!r}")
    if answer.choice not in choices[answer.step]:
        raise DialogError(f"step {answer.step!r} has no choice {answer.choice!r}")
