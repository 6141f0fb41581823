"""The rules of a well-formed decision guide; each is a function with a name.

What the types already rule out (a missing field, an unknown support, a sixth method) is not here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from bot.domain.flowchart import UNSURE, Condition, Method, Outcome, State, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from bot.domain.flowchart import Branch, Choice, Grounds, Guide

    Where = tuple[str | int, ...]
    Rule = Callable[[Guide], Iterator[tuple[Where, str]]]

LABEL_LIMIT = 75
"""Characters that Slack shows on a button."""

SERIES = frozenset({"part1", "part2", "part3"})
ADVISED_AGAINST = frozenset({"pre_training", "continued_pre_training"})


@dataclass(frozen=True, slots=True)
class Problem:
    """One breach of a rule, with its place as keys and positions from the top of the file."""

    rule: str
    text: str
    where: tuple[str | int, ...]


def problems(guide: Guide) -> list[Problem]:
    """Every breach; the paths are walked only in a guide whose parts fit together."""
    found = _breaches(guide, PARTS)
    return found or _breaches(guide, PATHS)


def _breaches(guide: Guide, rules: dict[str, Rule]) -> list[Problem]:
    return [
        Problem(name, text, where) for name, rule in rules.items() for where, text in rule(guide)
    ]


def _answers(guide: Guide) -> Iterator[tuple[Where, Step, Choice]]:
    for i, step in enumerate(guide.steps):
        for j, choice in enumerate(step.choices):
            yield ("steps", i, "choices", j), step, choice
        for j, unsure in enumerate(step.not_sure):
            place = (j,) if len(step.not_sure) > 1 else ()  # a single one stands without a list
            yield ("steps", i, "not_sure", *place), step, unsure


def _forks(guide: Guide) -> Iterator[tuple[Where, tuple[Condition, ...]]]:
    """Every list of which the first entry that holds is taken."""
    for where, _, choice in _answers(guide):
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
    for where, _, choice in _answers(guide):
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
    for where, _, choice in _answers(guide):
        for step, implied in choice.implies.items():
            if implied not in choices.get(step, ()):
                yield (*where, "implies"), f"step {step!r} has no choice {implied!r}"


def _known_flags(guide: Guide) -> Iterator[tuple[Where, str]]:
    for where, names in _flag_uses(guide):
        for name in names:
            if name not in guide.flags:
                yield where, f"{name!r} is no flag"


def _flag_uses(guide: Guide) -> Iterator[tuple[Where, tuple[str, ...]]]:
    for where, conditions in _forks(guide):
        for k, condition in enumerate(conditions):
            yield (*where, k), _asked(condition)
    for where, _, choice in _answers(guide):
        for key in ("sets", "clears", "defers"):
            yield (*where, key), getattr(choice, key)
        yield (*where, "against"), tuple(choice.against)
        yield (*where, "valid"), _asked(choice.valid)
        yield (*where, "listed"), _asked(choice.listed)
        if choice.reason:
            yield (*where, "reason", "holds"), _asked(choice.reason.holds)
    for method, facts in guide.methods.items():
        yield ("methods", method, "needs"), facts.needs
        yield ("methods", method, "lacks"), tuple(facts.lacks)


def _asked(condition: Condition) -> tuple[str, ...]:
    return (*condition.when, *condition.unless, *condition.deferred)


def _known_notes(guide: Guide) -> Iterator[tuple[Where, str]]:
    shelves = {key: getattr(guide, key) for key in ("todos", "notices", "warnings", "caveats")}
    for where, _, choice in _answers(guide):
        for key, shelf in {**shelves, "done": guide.todos}.items():
            yield from _unknown((*where, key), getattr(choice, key), shelf)
    for i, outcome in enumerate(guide.outcomes):
        yield from _unknown(("outcomes", i, "caveats"), outcome.caveats, guide.caveats)
    yield from _unknown(("always",), guide.always, guide.todos)


def _unknown(
    where: Where, names: tuple[str, ...], known: Container[str]
) -> Iterator[tuple[Where, str]]:
    for name in names:
        if name not in known:
            yield where, f"{name!r} is nowhere explained"


def _short_labels(guide: Guide) -> Iterator[tuple[Where, str]]:
    for where, _, choice in _answers(guide):
        for variant in choice.label:
            if not 0 < len(variant.text) <= LABEL_LIMIT:
                yield (*where, "label"), f"a label has 1 to {LABEL_LIMIT} characters"


def _named_support(guide: Guide) -> Iterator[tuple[Where, str]]:
    for where, grounds in statements(guide):
        derived = grounds.support == "derived"
        if derived and not grounds.basis and not set(grounds.cite) - SERIES:
            yield where, 'derived: name a reference beyond the series, or "our inference" as basis'
        if not derived and not grounds.cite:
            yield where, f"{grounds.support}: cite the source"


def statements(guide: Guide) -> Iterator[tuple[Where, Grounds]]:
    """Everything in the guide that names its support, with its place."""
    yield from ((("steps", i), step) for i, step in enumerate(guide.steps))
    for where, _, choice in _answers(guide):
        if choice.reason:
            yield (*where, "reason"), choice.reason
    for i, outcome in enumerate(guide.outcomes):
        yield ("outcomes", i, "because"), outcome.because
        for key in ("summary", "watch"):
            yield from ((("outcomes", i, key, k), s) for k, s in enumerate(getattr(outcome, key)))
    yield from _shelved(guide)


def _shelved(guide: Guide) -> Iterator[tuple[Where, Grounds]]:
    for key in ("advised_against", "todos", "notices", "warnings", "caveats"):
        yield from (((key, name), text) for name, text in getattr(guide, key).items())
    for method, facts in guide.methods.items():
        yield from ((("methods", method, "lacks", key), text) for key, text in facts.lacks.items())
    for name, need in guide.flags.items():
        if need.deferred:
            yield ("flags", name, "deferred"), need.deferred


def _forward_only(guide: Guide) -> Iterator[tuple[Where, str]]:
    order = {step.id: i for i, step in enumerate(guide.steps)}
    loops = {step.id for step in guide.steps if step.loop}
    if guide.after not in loops:
        yield ("after",), f"{guide.after!r} is asked after building, so it must be a loop step"
    for where, step, choice in _answers(guide):
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


def walked(guide: Guide) -> set[tuple[str, State]]:
    """Every place that some walk reaches, loops included, with the state it is reached in."""
    reached: set[tuple[str, State]] = set()
    ahead = [(guide.start, State())]
    while ahead:
        name, state = ahead.pop()
        if (name, state) in reached:
            continue
        reached.add((name, state))
        place = guide.place(name)
        if isinstance(place, Outcome):
            ahead.append((guide.after, state))
            continue
        for choice in place.options(state):
            then = choice.apply(state)
            ahead.append((guide.follow(choice.next, then).id, then))
    return reached


def _all_reached(guide: Guide) -> Iterator[tuple[Where, str]]:
    reached = {name for name, _ in walked(guide)}
    places = [(("steps", i), step.id) for i, step in enumerate(guide.steps)]
    places += [(("outcomes", i), outcome.id) for i, outcome in enumerate(guide.outcomes)]
    yield from (
        (where, f"no answers lead to {name!r}") for where, name in places if name not in reached
    )


def _real_questions(guide: Guide) -> Iterator[tuple[Where, str]]:
    for i, step in enumerate(guide.steps):
        states = [state for name, state in walked(guide) if name == step.id]
        fewest = min((len(step.options(state)) for state in states), default=3)
        if fewest < len(("one", "another", UNSURE)):
            yield ("steps", i), "some answers lead here with fewer than two choices"


def _few_questions(guide: Guide) -> Iterator[tuple[Where, str]]:
    most = guide.settings.get("most_questions")
    longest = guide.longest(guide.step(guide.start), State())
    if most is None:
        yield ("settings",), "'most_questions' is missing"
    elif longest > most:
        yield ("settings", "most_questions"), f"some path asks {longest} questions, not {most}"


def _unsure_is_cheapest(guide: Guide) -> Iterator[tuple[Where, str]]:
    state, place = State(), guide.place(guide.start)
    while isinstance(place, Step):
        unsure = place.unsure(state)
        state = unsure.apply(state)
        place = guide.follow(unsure.next, state)
    if place.method != "in_context_learning":
        yield ("start",), f"Not sure on every step ends in {place.method!r}"


PARTS: dict[str, Rule] = {
    "unique-ids": _unique_ids,
    "known-targets": _known_targets,
    "closed-branches": _closed_branches,
    "known-implied": _known_implied,
    "known-flags": _known_flags,
    "known-notes": _known_notes,
    "short-labels": _short_labels,
    "named-support": _named_support,
    "forward-only": _forward_only,
    "never-pre-training": _never_pre_training,
    "every-method": _every_method,
}
PATHS: dict[str, Rule] = {
    "all-reached": _all_reached,
    "real-questions": _real_questions,
    "few-questions": _few_questions,
    "unsure-is-cheapest": _unsure_is_cheapest,
}
