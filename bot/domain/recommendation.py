"""The recommendation that a finished dialog amounts to, with everything that speaks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from bot.domain.flowchart import NotSure, State, wording
from bot.domain.what_if import Otherwise, otherwise
from bot.errors import DialogError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from bot.domain.dialog import Answered, Dialog
    from bot.domain.flowchart import (
        Choice,
        Grounds,
        Guide,
        Method,
        Outcome,
        Statement,
        Step,
        Support,
    )


@dataclass(frozen=True, slots=True)
class Point:
    """A sentence or two with what they rest on."""

    text: str
    support: Support
    cite: tuple[str, ...]
    """Keys of sources; empty where the point is our inference alone."""
    basis: Literal["our inference"] | None = None
    id: str | None = None
    """The name of a to-do, notice, warning or caveat."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One question of the path, as it was asked and answered."""

    step: str
    choice: str
    question: str
    label: str
    support: Support
    cite: tuple[str, ...]
    basis: Literal["our inference"] | None
    read_from: str | None
    """The words of a description that the answer was read from."""


@dataclass(frozen=True, slots=True)
class RuledOut:
    """A method that was not recommended, with the reason and the answer that settled it."""

    method: str
    """One of the five, `pre_training` or `continued_pre_training`."""
    title: str
    reason: Point
    by: Trace | None
    """None where no answer was needed: the series advises against the method."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """What is assumed at a step that was answered with Not sure."""

    step: str
    question: str
    text: str
    otherwise: tuple[Otherwise, ...] | None
    """The other outcomes that a sure answer would lead to, empty where none would; None where that
    is not to be said, because something was built and measured since."""


@dataclass(frozen=True, slots=True)
class NextRung:
    """What to try if the recommendation falls short; without a method at the top of the ladder."""

    method: Method | None
    title: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What the guide recommends, and why."""

    guide_version: str
    outcome: str
    method: Method
    method_title: str
    title: str
    summary: tuple[Point, ...]
    reasons: tuple[Point, ...]
    watch: tuple[Point, ...]
    ruled_out: tuple[RuledOut, ...]
    path: tuple[Trace, ...]
    unneeded: tuple[Trace, ...]
    """What a description said about questions that were not asked on this way."""
    unsure: tuple[Assumption, ...]
    needs: tuple[str, ...]
    """The flags that stand."""
    deferred: tuple[str, ...]
    """The flags that were put off."""
    todos: tuple[Point, ...]
    notices: tuple[Point, ...]
    warnings: tuple[Point, ...]
    caveats: tuple[Point, ...]
    """Advice that is not in the series."""
    next_rung: NextRung
    review: Point
    """How to find out whether it was right."""

    @property
    def cited(self) -> tuple[str, ...]:
        """The keys of all sources named, each once, in the order in which they are read."""
        points = (*self.reasons, *self.summary, *self.watch, *(r.reason for r in self.ruled_out))
        notes = (*self.todos, *self.notices, *self.warnings, *self.caveats, self.review)
        keys = (key for point in (*points, *notes) for key in point.cite)
        return tuple(dict.fromkeys(keys))


def recommend(dialog: Dialog, *, done: Collection[str] = ()) -> Recommendation:
    """The recommendation of a dialog that has reached its outcome.

    Args:
        dialog: the dialog.
        done: to-dos that are known to be done, such as A1 where a test set exists.

    Raises:
        DialogError: the dialog still has a question to ask.
    """
    outcome = dialog.outcome
    if outcome is None:
        raise DialogError(f"step {dialog.step.id!r} is still to be answered")
    guide, state, answers = dialog.guide, dialog.state, _answers(dialog)
    return Recommendation(
        guide_version=guide.version,
        outcome=outcome.id,
        method=outcome.method,
        method_title=guide.methods[outcome.method].title,
        title=outcome.title,
        summary=_points(outcome.summary),
        reasons=_reasons(outcome, state, answers),
        watch=_points(outcome.watch),
        ruled_out=_ruled_out(dialog, outcome, answers),
        path=tuple(answer.trace for answer in answers),
        unneeded=tuple(_unneeded(dialog)),
        unsure=tuple(_assumptions(dialog, answers)),
        needs=_in_order(guide, state.flags),
        deferred=_in_order(guide, state.deferred),
        todos=_todos(guide, outcome, answers, done),
        notices=_notices(dialog, answers),
        warnings=_warnings(guide, state, answers),
        caveats=_caveats(guide, outcome, answers),
        next_rung=_next_rung(guide, outcome, state),
        review=_point(guide.review.text, guide.review),
    )


class _Answer(NamedTuple):
    """One choice of the path beside its step."""

    step: Step
    choice: Choice
    trace: Trace


def _answers(dialog: Dialog) -> tuple[_Answer, ...]:
    """The path, with the questions and labels as they were worded when each was asked."""
    state, found = State(), []
    for answered in dialog.path:
        step = dialog.guide.step(answered.step)
        choice = step.choice(answered.choice, state)
        if choice is None:
            raise DialogError(f"step {step.id!r} has no choice {answered.choice!r} here")
        found.append(_Answer(step, choice, _trace(step, choice, answered, state)))
        state = choice.apply(state)
    return tuple(found)


def _unneeded(dialog: Dialog) -> Iterator[Trace]:
    for known in dialog.known:
        step = dialog.guide.step(known.step)
        choice = step.choice(known.choice, dialog.state)
        if known.read_from and choice:
            yield _trace(step, choice, known, dialog.state)


def _trace(step: Step, choice: Choice, answered: Answered, state: State) -> Trace:
    return Trace(
        step=step.id,
        choice=choice.id,
        question=wording(step.question, state),
        label=wording(choice.label, state),
        support=step.support,
        cite=step.cite,
        basis=step.basis,
        read_from=answered.read_from,
    )


def _point(text: str, grounds: Grounds, name: str | None = None) -> Point:
    return Point(text, grounds.support, grounds.cite, grounds.basis, name)


def _points(statements: Iterable[Statement]) -> tuple[Point, ...]:
    return tuple(_point(statement.text, statement) for statement in statements)


def _reasons(outcome: Outcome, state: State, answers: tuple[_Answer, ...]) -> tuple[Point, ...]:
    """The reasons of the answers whose needs stand, then the outcome's own."""
    given = (answer.choice.reason for answer in answers)
    reasons = (reason for reason in given if reason and reason.holds.holds(state))
    return tuple(dict.fromkeys(_points((*reasons, outcome.because))))


def _ruled_out(
    dialog: Dialog, outcome: Outcome, answers: tuple[_Answer, ...]
) -> tuple[RuledOut, ...]:
    """Every other method, then what the series advises against."""
    guide = dialog.guide
    others = [method for method in guide.methods if method != outcome.method]
    settled = [_against(guide, method, dialog.state, answers) for method in others]
    advised = [
        RuledOut(name, advice.title, _point(advice.text, advice), None)
        for name, advice in guide.advised_against.items()
    ]
    return (*settled, *advised)


def _against(guide: Guide, method: Method, state: State, answers: tuple[_Answer, ...]) -> RuledOut:
    """A method is out because no need calls for it, or because it leaves a need unmet."""
    facts = guide.methods[method]
    for flag in facts.needs:
        if flag not in state.flags:
            by = next(answer for answer in reversed(answers) if flag in answer.choice.against)
            return RuledOut(method, facts.title, _point(by.choice.against[flag], by.step), by.trace)
    flag = next(flag for flag in facts.lacks if flag in state.flags)
    by = next(answer for answer in answers if flag in answer.choice.sets)
    return RuledOut(
        method, facts.title, _point(facts.lacks[flag].text, facts.lacks[flag]), by.trace
    )


def _assumptions(dialog: Dialog, answers: tuple[_Answer, ...]) -> Iterator[Assumption]:
    for position, (step, choice, trace) in enumerate(answers):
        answered_later = any(later.step is step for later in answers[position + 1 :])
        if isinstance(choice, NotSure) and not answered_later:
            others = otherwise(dialog, position) if position >= dialog.began else None
            yield Assumption(step.id, trace.question, choice.because, others)


def _in_order(guide: Guide, flags: Collection[str]) -> tuple[str, ...]:
    return tuple(flag for flag in guide.flags if flag in flags)


def _noted(shelf: dict[str, Statement], names: Iterable[str]) -> tuple[Point, ...]:
    return tuple(_point(shelf[name].text, shelf[name], name) for name in dict.fromkeys(names))


def _notices(dialog: Dialog, answers: tuple[_Answer, ...]) -> tuple[Point, ...]:
    """The notices of the path, and of known answers that nobody had to ask for."""
    choices = [answer.choice for answer in answers]
    for known in dialog.known:
        step = dialog.guide.step(known.step)
        choices += [choice for choice in step.choices if choice.id == known.choice]
    return _noted(dialog.guide.notices, (name for choice in choices for name in choice.notices))


def _todos(
    guide: Guide, outcome: Outcome, answers: tuple[_Answer, ...], done: Collection[str]
) -> tuple[Point, ...]:
    shown = {*done, *(key for a in answers for key in a.choice.done)}
    names = (*guide.always, *(key for a in answers for key in a.choice.todos), *outcome.todos)
    return _noted(guide.todos, (name for name in names if name not in shown))


def _warnings(guide: Guide, state: State, answers: tuple[_Answer, ...]) -> tuple[Point, ...]:
    """The warnings of needs that were put off, then those of answers whose needs stand."""
    needs = (guide.flags[flag].deferred for flag in _in_order(guide, state.deferred))
    standing = (a.choice for a in answers if state.flags.issuperset(a.choice.sets))
    names = (name for choice in standing for name in choice.warnings)
    return (*_points(need for need in needs if need), *_noted(guide.warnings, names))


def _caveats(guide: Guide, outcome: Outcome, answers: tuple[_Answer, ...]) -> tuple[Point, ...]:
    named = (key for answer in answers for key in answer.choice.caveats)
    return _noted(guide.caveats, (*named, *outcome.caveats))


def _next_rung(guide: Guide, outcome: Outcome, state: State) -> NextRung:
    rung = next(rung for rung in outcome.rungs if rung.holds(state))
    title = guide.methods[rung.method].title if rung.method else None
    return NextRung(rung.method, title, rung.text)
