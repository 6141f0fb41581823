"""The decision guide as a graph, with the way that a dialog took through it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from bot.domain.dialog import replay
from bot.domain.flowchart import Outcome, State, Step, wording
from bot.domain.flowchart_rules import walked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bot.domain.dialog import Dialog
    from bot.domain.flowchart import Guide

ALTERNATIVE_LIMIT = 1000
"""Characters that Slack takes as the alternative text of a file."""


@dataclass(frozen=True, slots=True)
class Node:
    """A step or an outcome."""

    id: str
    kind: Literal["step", "outcome"]
    text: str
    """The question as it is worded where the most answers are offered, or the outcome's title."""
    loop: bool = False
    """Asked after building."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One way from a step on, with the answers that take it."""

    source: str
    target: str
    labels: tuple[str, ...]
    """Each answer once, Not sure only where no other answer leads the same way."""
    back: bool = False
    """Leads from after building to what comes before it, or round a loop."""


@dataclass(frozen=True, slots=True)
class FlowGraph:
    """All steps and outcomes with every way between them that some answers take."""

    nodes: tuple[Node, ...]
    """Steps in the order of the guide, then outcomes."""
    edges: tuple[Edge, ...]

    def node(self, name: str) -> Node:
        """The node of that id; KeyError if there is none."""
        return {node.id: node for node in self.nodes}[name]


@dataclass(frozen=True, slots=True)
class Move:
    """One stretch of the way that a dialog took."""

    source: str
    target: str
    question: str
    """As it was asked; empty where an outcome was built."""
    label: str
    """The answer as it was shown; empty where an outcome was built."""


def flow_graph(guide: Guide) -> FlowGraph:
    """The graph of a well-formed guide; routes are resolved, so every edge ends at a node."""
    reached = walked(guide)
    shown = {
        step.id: sorted((state for name, state in reached if name == step.id), key=_open(step))
        for step in guide.steps
    }
    steps = tuple(
        Node(step.id, "step", wording(step.question, _first(shown[step.id])), step.loop)
        for step in guide.steps
    )
    ends = tuple(Node(outcome.id, "outcome", outcome.title) for outcome in guide.outcomes)
    edges = (edge for step in guide.steps for edge in _edges(guide, step, shown[step.id]))
    return FlowGraph((*steps, *ends), tuple(edges))


def _open(step: Step) -> Callable[[State], tuple[object, ...]]:
    """Order of states: the most answers first, then by names, so that it is always the same."""
    return lambda state: (-len(step.options(state)), sorted(state.flags), sorted(state.deferred))


def _first(states: Sequence[State]) -> State:
    return states[0] if states else State()


def _edges(guide: Guide, step: Step, states: Sequence[State]) -> Iterator[Edge]:
    """The ways on from a step that is reached in these states, in the order of the guide."""
    order = [*(step.id for step in guide.steps), *(end.id for end in guide.outcomes)]
    ends = {end.id for end in guide.outcomes}
    ways: dict[str, dict[str, str]] = {}
    for state in states:
        for choice in step.options(state):
            target = guide.follow(choice.next, choice.apply(state)).id
            ways.setdefault(target, {}).setdefault(choice.id, wording(choice.label, state))
    for target in sorted(ways, key=order.index):
        ahead = target not in ends and order.index(target) > order.index(step.id)
        yield Edge(step.id, target, _labels(step, ways[target]), step.loop and not ahead)


def _labels(step: Step, worded: Mapping[str, str]) -> tuple[str, ...]:
    own = tuple(worded[choice.id] for choice in step.choices if choice.id in worded)
    return own or tuple(worded.values())


def moves(dialog: Dialog) -> tuple[Move, ...]:
    """The way that the path of `dialog` took, in order, rounds after building included."""
    return tuple(_moves(dialog))


def _moves(dialog: Dialog) -> Iterator[Move]:
    before = replay(dialog.guide, ())
    for i, answer in enumerate(dialog.path):
        if isinstance(before.at, Outcome):
            yield Move(before.at.id, before.step.id, "", "")
        choice = before.step.choice(answer.choice, before.state)
        label = wording(choice.label, before.state) if choice else answer.choice
        after = replay(dialog.guide, dialog.path[: i + 1])
        yield Move(answer.step, after.at.id, before.question, label)
        before = after


def as_asked(graph: FlowGraph, dialog: Dialog) -> FlowGraph:
    """The graph with each question of the path, and the one that is open, worded as it was asked.

    A question that was asked twice is worded as it was the last time.
    """
    asked = {move.source: move.question for move in moves(dialog) if move.question}
    if isinstance(dialog.at, Step):
        asked[dialog.at.id] = dialog.question
    nodes = (replace(node, text=asked.get(node.id, node.text)) for node in graph.nodes)
    return replace(graph, nodes=tuple(nodes))


def alternative(guide: Guide, taken: Dialog | None) -> str:
    """What a picture of the guide shows, in words, within `ALTERNATIVE_LIMIT` characters."""
    asked = sum(not step.loop for step in guide.steps)
    shows = (
        f"Flowchart of the decision guide, version {guide.version}: {asked} questions lead to "
        f"{len(guide.outcomes)} outcomes, and {len(guide.steps) - asked} more lead back into the "
        "guide once something is built."
    )
    if taken is None:
        return _cut(shows, ALTERNATIVE_LIMIT)
    end = (
        f"It ends at the outcome: {taken.at.title}."
        if isinstance(taken.at, Outcome)
        else f"It stands at the question: {taken.question}"
    )
    room = ALTERNATIVE_LIMIT - len(shows) - len(end) - 2
    return _cut(f"{shows} {_told(taken, room)} {end}", ALTERNATIVE_LIMIT)


def _told(taken: Dialog, room: int) -> str:
    answered = [move for move in moves(taken) if move.label]
    if not answered:
        return "No question is answered yet."
    for most in (ALTERNATIVE_LIMIT, 60, 40, 0):
        told = "The path taken: " + " ".join(
            f"{i}. {_cut(move.question, most)} {move.label}." if most else f"{i}. {move.label}."
            for i, move in enumerate(answered, start=1)
        )
        if len(told) <= room:
            return told
    return _cut(told, room)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: max(most - 1, 0)].rstrip() + "…"
