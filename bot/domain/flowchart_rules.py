"""What a well-formed decision guide must be; the rules have names.

What the types already rule out (a missing field, an unknown support, a sixth method) is not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.flowchart import UNSURE, Outcome, State, Step
from bot.domain.flowchart_parts import FIT
from bot.domain.flowchart_texts import WRITTEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.flowchart import Guide
    from bot.domain.flowchart_parts import Rule, Where

LEAST_OPTIONS = len(("one", "another", UNSURE))


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
    fewest: dict[str, int] = {}
    for name, state in walked(guide):
        place = guide.place(name)
        if isinstance(place, Step):
            fewest[name] = min(len(place.options(state)), fewest.get(name, LEAST_OPTIONS))
    for i, step in enumerate(guide.steps):
        if fewest.get(step.id, LEAST_OPTIONS) < LEAST_OPTIONS:
            yield ("steps", i), "some answers lead here with fewer than two choices"


def _few_questions(guide: Guide) -> Iterator[tuple[Where, str]]:
    most = guide.settings.get("most_questions")
    if most is None:
        yield ("settings",), "'most_questions' is missing"
        return
    rounds = [(guide.start, State()), *(each for each in walked(guide) if each[0] == guide.after)]
    longest = max(guide.longest(guide.step(name), state) for name, state in rounds)
    if longest > most:
        yield ("settings", "most_questions"), f"some path asks {longest} questions, not {most}"


def _unsure_is_cheapest(guide: Guide) -> Iterator[tuple[Where, str]]:
    state, place = State(), guide.place(guide.start)
    while isinstance(place, Step):
        unsure = place.unsure(state)
        state = unsure.apply(state)
        place = guide.follow(unsure.next, state)
    if place.method != "in_context_learning":
        yield ("start",), f"Not sure on every step ends in {place.method!r}"


def _unsure_ends(guide: Guide) -> Iterator[tuple[Where, str]]:
    """Only the loop can break this: elsewhere the way leads forward."""
    circling = {name for name, state in walked(guide) if not _ends(guide, name, state)}
    for i, step in enumerate(guide.steps):
        if step.id in circling:
            yield ("steps", i, "not_sure"), "Not sure on every step from here on comes to no end"


def _ends(guide: Guide, name: str, state: State) -> bool:
    seen: set[tuple[str, State]] = set()
    while isinstance(place := guide.place(name), Step):
        if (name, state) in seen:
            return False
        seen.add((name, state))
        unsure = place.unsure(state)
        state = unsure.apply(state)
        name = guide.follow(unsure.next, state).id
    return True


PARTS: dict[str, Rule] = {**FIT, **WRITTEN}
PATHS: dict[str, Rule] = {
    "all-reached": _all_reached,
    "real-questions": _real_questions,
    "few-questions": _few_questions,
    "unsure-is-cheapest": _unsure_is_cheapest,
    "unsure-ends": _unsure_ends,
}
