"""The rules of how the parts of a decision guide fit together."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, get_args

from bot.domain.flowchart import UNSURE, Condition, Method

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from bot.domain.flowchart import Branch, Choice, Guide, Step

    Where = tuple[str | int, ...]
    Rule = Callable[[Guide], Iterator[tuple[Where, str]]]

ADVISED_AGAINST = frozenset({"pre_training", "continued_pre_training"})


def answers(guide: Guide) -> Iterator[tuple[Where, Step, Choice]]:
    """Every choice and every Not sure, with its place and its step."""
    for i, step in enumerate(guide.steps):
        for j, choice in enumerate(step.choices):
            yield ("steps", i, "choices", j), step, choice
        for j, unsure in enumerate(step.not_sure):
            place = (j,) if len(step.not_sure) > 1 else ()  # a single one stands without a list
            yield ("steps", i, "not_sure", *place), step, unsure


def _forks(guide: Guide) -> Iterator[tuple[Where, tuple[Condition, ...]]]:
    """Every list of which the first entry that holds is taken."""
    for where, _, choice in answers(guide):
        yield (*where, "next"), choice.next
        yield (*where, "label"), choice.label
    for i, step in enumerate(guide.steps):
        yield ("steps", i, "question"), step.question
        yield ("steps", i, "not_sure"), tuple(unsure.valid for unsure in step.not_sure)
    for name, branches in guide.routes.items():
        yield ("routes", name), branches
    for i, outcome in enumerate(guide.outcomes):
        yield ("outcomes", i, "rungs"), outcome.rungs


def _unique_ids(guide: Guide) -> Iterator[tuple[Where, str]]:
    places = [(("steps", i, "id"), step.id) for i, step in enumerate(guide.steps)]
    places += [(("outcomes", i, "id"), out.id) for i, out in enumerate(guide.outcomes)]
    yield from _repeated([*((("routes", name), name) for name in guide.routes), *places])
    for i, step in enumerate(guide.steps):
        yield from _repeated(
            [(("steps", i, "choices", j, "id"), c.id) for j, c in enumerate(step.choices)],
            UNSURE,
        )


def _repeated(named: list[tuple[Where, str]], *taken: str) -> Iterator[tuple[Where, str]]:
    seen = set(taken)
    for where, name in named:
        if name in seen:
            yield where, f"the id {name!r} is taken"
        seen.add(name)


def _known_targets(guide: Guide) -> Iterator[tuple[Where, str]]:
    steps = {step.id for step in guide.steps}
    places = steps | {outcome.id for outcome in guide.outcomes}
    for end, target in (("start", guide.start), ("after", guide.after)):
        if target not in steps:
            yield (end,), f"{target!r} is no step"
    for where, _, choice in answers(guide):
        yield from _strangers((*where, "next"), choice.next, places | guide.routes.keys())
    for name, branches in guide.routes.items():
        yield from _strangers(("routes", name), branches, places)


def _strangers(
    where: Where, branches: tuple[Branch, ...], places: set[str]
) -> Iterator[tuple[Where, str]]:
    for k, branch in enumerate(branches):
        if branch.to not in places:
            yield (*where, k, "to"), f"{branch.to!r} is nowhere to go from here"


def _closed_branches(guide: Guide) -> Iterator[tuple[Where, str]]:
    for where, conditions in _forks(guide):
        if not conditions or not conditions[-1].always:
            yield where, "the last entry must hold always, or some answers lead nowhere"
        for k, condition in enumerate(conditions[:-1]):
            if condition.always:
                yield (*where, k), "holds always, so what follows is never reached"


def _known_implied(guide: Guide) -> Iterator[tuple[Where, str]]:
    choices = {step.id: {choice.id for choice in step.choices} for step in guide.steps}
    for where, step, choice in answers(guide):
        for name, implied in choice.implies.items():
            place = (*where, "implies", name)
            if name not in choices:
                yield place, f"{name!r} is no step"
            elif implied not in choices[name]:
                yield place, f"step {name!r} has no choice {implied!r}"
            elif name == step.id:
                yield place, "an answer implies nothing about its own question"


def _known_flags(guide: Guide) -> Iterator[tuple[Where, str]]:
    for where, names in _flag_uses(guide):
        for name in names:
            if name not in guide.flags:
                yield where, f"{name!r} is no flag"


def _flag_uses(guide: Guide) -> Iterator[tuple[Where, tuple[str, ...]]]:
    for where, conditions in _forks(guide):
        for k, condition in enumerate(conditions):
            yield (*where, k), _asked(condition)
    for where, _, choice in answers(guide):
        for key in ("sets", "clears", "defers"):
            yield (*where, key), getattr(choice, key)
        yield from (((*where, "against", name), (name,)) for name in choice.against)
        yield (*where, "valid"), _asked(choice.valid)
        yield (*where, "listed"), _asked(choice.listed)
        if choice.reason:
            yield (*where, "reason", "holds"), _asked(choice.reason.holds)
    for method, facts in guide.methods.items():
        yield ("methods", method, "needs"), facts.needs
        yield from ((("methods", method, "lacks", name), (name,)) for name in facts.lacks)


def _asked(condition: Condition) -> tuple[str, ...]:
    return (*condition.when, *condition.unless, *condition.deferred)


def _known_notes(guide: Guide) -> Iterator[tuple[Where, str]]:
    shelves = {key: getattr(guide, key) for key in ("todos", "notices", "warnings", "caveats")}
    for where, _, choice in answers(guide):
        for key, shelf in {**shelves, "done": guide.todos}.items():
            yield from _unknown((*where, key), getattr(choice, key), shelf)
    for i, outcome in enumerate(guide.outcomes):
        yield from _unknown(("outcomes", i, "todos"), outcome.todos, guide.todos)
        yield from _unknown(("outcomes", i, "caveats"), outcome.caveats, guide.caveats)
    yield from _unknown(("always",), guide.always, guide.todos)


def _unknown(
    where: Where, names: tuple[str, ...], known: Container[str]
) -> Iterator[tuple[Where, str]]:
    for name in names:
        if name not in known:
            yield where, f"{name!r} is nowhere explained"


def _forward_only(guide: Guide) -> Iterator[tuple[Where, str]]:
    order = {step.id: i for i, step in enumerate(guide.steps)}
    loops = {step.id for step in guide.steps if step.loop}
    if guide.after not in loops:
        yield ("after",), f"{guide.after!r} is asked after building, so it must be a loop step"
    for where, step, choice in answers(guide):
        for target in _targets(guide, choice):
            if target not in order:
                continue
            ahead = order[target] > order[step.id]
            if not step.loop and (not ahead or target in loops):
                yield (*where, "next"), f"only a loop step may lead to {target!r}"
            if step.loop and not ahead and target in loops - {guide.after}:
                yield (*where, "next"), f"a round must not run in circles through {target!r}"


def _targets(guide: Guide, choice: Choice) -> Iterator[str]:
    for branch in choice.next:
        yield from (b.to for b in guide.routes.get(branch.to, (branch,)))


def _never_pre_training(guide: Guide) -> Iterator[tuple[Where, str]]:
    for name in sorted(ADVISED_AGAINST - guide.advised_against.keys()):
        yield ("advised_against",), f"{name!r} must be explained and advised against"
    for i, outcome in enumerate(guide.outcomes):
        if outcome.id in ADVISED_AGAINST | guide.advised_against.keys():
            yield ("outcomes", i, "id"), f"{outcome.id!r} is advised against, never recommended"


def _every_method(guide: Guide) -> Iterator[tuple[Where, str]]:
    ends = Counter(outcome.method for outcome in guide.outcomes)
    for method in get_args(Method):
        if method not in guide.methods:
            yield ("methods",), f"{method!r} is not described"
        if not ends[method]:
            yield ("outcomes",), f"no outcome recommends {method!r}"


def _positive_figures(guide: Guide) -> Iterator[tuple[Where, str]]:
    for name, figure in guide.settings.items():
        if figure < 1:
            yield ("settings", name), "a figure of the settings is at least 1"


FIT: dict[str, Rule] = {
    "unique-ids": _unique_ids,
    "known-targets": _known_targets,
    "closed-branches": _closed_branches,
    "known-implied": _known_implied,
    "known-flags": _known_flags,
    "known-notes": _known_notes,
    "forward-only": _forward_only,
    "never-pre-training": _never_pre_training,
    "every-method": _every_method,
    "positive-figures": _positive_figures,
}
"""By name; each gives the places where it is broken, with a sentence."""
