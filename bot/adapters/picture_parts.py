"""What a picture of the guide consists of: every way with its answers, and each box's own parts.

All lengths are pixels.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from bot.adapters.picture_text import LEADING, drawable, width, wrapped
from bot.domain.flow_graph import Edge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.domain.flow_graph import FlowGraph, Move, Node

Kind = Literal["forward", "round", "note"]

STEP_WIDTH, OUTCOME_WIDTH, WIDEST = 580.0, 384.0, 940.0
TEXT, ANSWER, HINT = 33.0, 30.0, 26.0
"""Sizes of letters: in boxes, on the path taken, on other ways."""
PADDING = 20.0
TICK_ROOM = 36.0
_CLAUSE = re.compile(r"[;:(]|,(?! (?:but|and|or)\b)")
_MOST_LINES = 6


@dataclass(frozen=True, slots=True)
class Way:
    """An edge as it is drawn."""

    edge: Edge
    kind: Kind
    """Drawn downwards through the rows, round them, or only told in a note."""
    taken: bool
    answers: tuple[str, ...] = ()
    """What was answered on the path taken."""

    @property
    def hint(self) -> str:
        """The answers that go this way, in few words."""
        return " / ".join(dict.fromkeys(_short(label) for label in self.edge.labels))

    @property
    def written(self) -> str:
        """What is written where it starts."""
        if not self.taken:
            return self.hint
        return " / ".join(self.answers)


@dataclass(frozen=True, slots=True)
class Lettering:
    """A text in lines with the height that it takes."""

    lines: tuple[str, ...]
    size: float
    bold: bool = False
    taken: bool = False

    @property
    def width(self) -> float:
        """Width of the longest line."""
        return max((width(line, self.size, bold=self.bold) for line in self.lines), default=0.0)

    @property
    def padding(self) -> float:
        """What is free above and below, and on either side."""
        return 18.0 if self.taken else 8.0

    @property
    def frame(self) -> float:
        """What is free on both sides together, with room for the tick of an answer taken."""
        return 2 * self.padding + (TICK_ROOM if self.taken else 0.0)

    @property
    def height(self) -> float:
        """Height with what is free above and below."""
        return len(self.lines) * self.size * LEADING + self.padding if self.lines else 0.0


def _short(label: str) -> str:
    return _CLAUSE.split(label)[0].strip()


def ways(graph: FlowGraph, taken: Sequence[Move]) -> tuple[Way, ...]:
    """Every way of the guide, and those taken that its listed answers do not lead along."""
    walked: dict[tuple[str, str], list[str]] = {}
    for move in taken:
        answers = walked.setdefault((move.source, move.target), [])
        if move.label and move.label not in answers:
            answers.append(move.label)
    edges = {(edge.source, edge.target): edge for edge in graph.edges}
    for source, target in walked:
        edges.setdefault((source, target), Edge(source, target, ()))
    return tuple(
        Way(
            edge,
            _kind(graph, edge, taken=ends in walked),
            ends in walked,
            tuple(walked.get(ends, ())),
        )
        for ends, edge in edges.items()
    )


def _kind(graph: FlowGraph, edge: Edge, *, taken: bool) -> Kind:
    rank = {node.id: i for i, node in enumerate(graph.nodes)}
    source, target = graph.node(edge.source), graph.node(edge.target)
    if source.loop and target.kind == "outcome":
        return "round" if taken else "note"
    ahead = source.kind == "step" and rank[target.id] > rank[source.id]
    return "forward" if ahead else "round"


@dataclass(frozen=True, slots=True)
class Plan:
    """A node with what is written in and under its box."""

    node: Node
    width: float
    """Of the box."""
    text: Lettering
    exits: tuple[tuple[Way, Lettering, float], ...]
    """Ways out with their answers, and the width that each has under the box."""
    note: Lettering

    @property
    def box_height(self) -> float:
        """Height of the box alone."""
        return self.text.height + self.note.height + 2 * PADDING - self.text.padding

    @property
    def height(self) -> float:
        """Height of the box with all that hangs under it."""
        return self.box_height + max((text.height for _, text, _ in self.exits), default=0.0)


def plan(graph: FlowGraph, node: Node, every: Sequence[Way]) -> Plan:
    """What is written in and under the box of `node`."""
    own = [way for way in every if way.edge.source == node.id]
    drawn = [way for way in own if way.kind != "note"]
    wide = _box_width(node, drawn)
    outcome = node.kind == "outcome"
    room = wide - 2 * PADDING
    text = Lettering(wrapped(node.text, room, TEXT, bold=outcome, most=_MOST_LINES), TEXT, outcome)
    return Plan(node, wide, text, tuple(_exits(drawn, wide)), _note(graph, own, room))


def _box_width(node: Node, drawn: Sequence[Way]) -> float:
    """Wide enough for the answers to stand in about two lines each."""
    if node.kind == "outcome":
        return OUTCOME_WIDTH
    needed = sum(max(_narrowest(way), _wide(way, way.written) / 2 + 24) for way in drawn)
    return min(max(needed, STEP_WIDTH), WIDEST)


def _exits(drawn: Sequence[Way], room: float) -> Iterator[tuple[Way, Lettering, float]]:
    """Each way with its lines; the box's width is shared out by what the texts need."""
    least = [_narrowest(way) for way in drawn]
    more = [_wide(way, way.written) - need + 1.0 for way, need in zip(drawn, least, strict=True)]
    spare = max(room - sum(least), 0.0)
    for way, narrow, wish in zip(drawn, least, more, strict=True):
        share = narrow * min(room / sum(least), 1.0) + spare * wish / sum(more)
        yield way, _lettering(way, share), share


def _narrowest(way: Way) -> float:
    """The width that the longest word of a way's text needs."""
    return max((_wide(way, word) for word in way.written.split()), default=40.0)


def _wide(way: Way, text: str) -> float:
    blank = _lettering(way, 0.0)
    return width(drawable(text), blank.size, bold=blank.bold) + blank.frame + 10


def _lettering(way: Way, room: float) -> Lettering:
    blank = Lettering((), ANSWER, bold=True, taken=True) if way.taken else Lettering((), HINT)
    inner = room - blank.frame
    lines = wrapped(way.written, inner, blank.size, bold=blank.bold, most=5) if inner > 0 else ()
    return replace(blank, lines=lines)


def _note(graph: FlowGraph, own: Sequence[Way], room: float) -> Lettering:
    """Where answers after building lead back to an outcome, as long as that was not the path."""
    notes = [way for way in own if way.kind == "note"]
    if not notes:
        return Lettering((), HINT)
    answered = {answer for way in own for answer in way.answers}
    labels = dict.fromkeys(label for way in notes for label in way.edge.labels)
    named = " / ".join(_short(label) for label in labels if label not in answered)
    ends = dict.fromkeys(graph.node(way.edge.target).text for way in notes)
    end = next(iter(ends)) if len(ends) == 1 else "the method stands"
    return Lettering(wrapped(f"{named}: {end}", room, HINT, most=2) if named else (), HINT)


def numbers(taken: Sequence[Move]) -> dict[str, str]:
    """By step: which questions of the path it was, counted from 1."""
    asked = [move for move in taken if move.label]
    found: dict[str, list[str]] = {}
    for i, move in enumerate(asked, start=1):
        found.setdefault(move.source, []).append(str(i))
    return {node: ", ".join(numbers) for node, numbers in found.items()}


def visited(taken: Sequence[Move]) -> Iterator[str]:
    """Every node on the path, in order."""
    for i, move in enumerate(taken):
        if i == 0:
            yield move.source
        yield move.target
