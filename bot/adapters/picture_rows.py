"""Where the boxes of a picture stand: rows from the top down, and places within each row.

The order within a row is igraph's (Sugiyama); the places are the solution of a linear programme
that keeps lines short and straight, as Gansner et al. set it up in "A technique for drawing
directed graphs" (1993), section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise
from math import ceil
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import igraph
import numpy as np
from scipy.optimize import linprog

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bot.domain.flow_graph import Edge, FlowGraph

GAP = 44.0
"""Least distance between two things in a row."""
LANE = 26.0
"""Width kept free for a line that passes a row."""
_CENTRED = 0.02
_STRAIGHT = 8.0
_SEED, _TRIES, _ROUNDS = 1, 40, 200


class Pass(NamedTuple):
    """The point at which an edge passes a row on its way to a lower one."""

    edge: int
    row: int


Place = str | Pass


@dataclass(frozen=True, slots=True)
class Rows:
    """Boxes and passing lines by row, from left to right."""

    rows: tuple[tuple[Place, ...], ...]
    chains: tuple[tuple[Place, ...], ...]
    """By edge: its source, each pass on its way, its target."""

    def row(self, node: str) -> int:
        """The row of a node, counted from 0 at the top."""
        return next(i for i, row in enumerate(self.rows) if node in row)

    def rank(self, place: Place) -> int:
        """How far to the right a place stands in its row."""
        return next(row.index(place) for row in self.rows if place in row)


def rows(graph: FlowGraph, edges: Sequence[Edge], widths: Mapping[str, float], room: float) -> Rows:
    """All nodes in rows of boxes no wider than `room`, with as few crossings as can be found.

    `edges` all lead to a later step of the guide or to an outcome.
    """
    level = _levels(graph, edges, widths, room)
    chains = tuple(_chain(i, edge, level) for i, edge in enumerate(edges))
    passes = (place for chain in chains for place in chain[1:-1])
    every: list[Place] = [*(node.id for node in graph.nodes), *passes]
    shuffle = Random(_SEED).shuffle
    tried = []
    for _ in range(_TRIES):
        tried.append(_ordered(every, level, chains))
        shuffle(every)
    return Rows(min(tried, key=lambda order: _crossings(order, chains)), chains)


def _crossings(order: Sequence[Sequence[Place]], chains: Sequence[tuple[Place, ...]]) -> int:
    rank = {place: i for row in order for i, place in enumerate(row)}
    row = {place: i for i, places in enumerate(order) for place in places}
    gaps: dict[int, list[tuple[int, int]]] = {}
    for a, b in (hop for chain in chains for hop in pairwise(chain)):
        gaps.setdefault(row[a], []).append((rank[a], rank[b]))
    return sum(
        (one[0] - two[0]) * (one[1] - two[1]) < 0
        for hops in gaps.values()
        for one, two in combinations(hops, 2)
    )


def _levels(
    graph: FlowGraph, edges: Sequence[Edge], widths: Mapping[str, float], room: float
) -> dict[str, int]:
    """The row of each node: below all that lead to it, what comes after building at the end."""
    level = {node.id: 0 for node in graph.nodes}
    for node in graph.nodes:
        for edge in edges:
            if edge.source == node.id:
                level[edge.target] = max(level[edge.target], level[node.id] + 1)
    before = [node.id for node in graph.nodes if not node.loop]
    deepest = max((level[name] for name in before), default=-1)
    for node in graph.nodes:
        if node.loop:
            level[node.id] += deepest + 1
    return _narrowed(graph, level, widths, room)


def _narrowed(
    graph: FlowGraph, level: Mapping[str, int], widths: Mapping[str, float], room: float
) -> dict[str, int]:
    """The same levels with every row that is too wide spread over several, steps first."""
    kinds = {node.id: node.kind == "outcome" for node in graph.nodes}
    narrowed: dict[str, int] = {}
    row = 0
    for depth in range(max(level.values()) + 1):
        nodes = sorted((n for n in level if level[n] == depth), key=lambda n: kinds[n])
        parts = ceil(sum(widths[n] + GAP for n in nodes) / (room + GAP))
        each = ceil(len(nodes) / max(parts, 1))
        for start in range(0, len(nodes), max(each, 1)):
            narrowed |= dict.fromkeys(nodes[start : start + each], row)
            row += 1
    return narrowed


def _chain(number: int, edge: Edge, level: Mapping[str, int]) -> tuple[Place, ...]:
    between = range(level[edge.source] + 1, level[edge.target])
    return (edge.source, *(Pass(number, row) for row in between), edge.target)


def _ordered(
    places: Sequence[Place], level: Mapping[str, int], chains: Sequence[tuple[Place, ...]]
) -> tuple[tuple[Place, ...], ...]:
    number = {place: i for i, place in enumerate(places)}
    layers = [level[place] if isinstance(place, str) else place.row for place in places]
    drawn = igraph.Graph(
        n=len(places),
        edges=[(number[a], number[b]) for chain in chains for a, b in pairwise(chain)],
        directed=True,
    )
    across = [x for x, _ in drawn.layout_sugiyama(layers=layers, maxiter=_ROUNDS)]
    every = sorted(places, key=lambda place: (across[number[place]], number[place]))
    depths = range(max(layers) + 1)
    return tuple(tuple(p for p in every if layers[number[p]] == depth) for depth in depths)


def width_needed(rows: Rows, widths: Mapping[str, float]) -> float:
    """The width of the widest row, with the least distances in it."""
    return max(
        sum(widths[place] if isinstance(place, str) else LANE for place in row)
        + GAP * (len(row) - 1)
        for row in rows.rows
    )


def middles(
    rows: Rows,
    widths: Mapping[str, float],
    ports: Sequence[tuple[float, float]],
    width: float,
) -> dict[Place, float]:
    """By place its middle between 0 and `width`, with the sum of all sideways steps the least.

    `ports` says for each edge how far from the middle of its box it starts, and ends.
    """
    places = [place for row in rows.rows for place in row]
    number = {place: i for i, place in enumerate(places)}
    half = [widths[place] / 2 if isinstance(place, str) else LANE / 2 for place in places]
    apart = [(number[a], number[b]) for row in rows.rows for a, b in pairwise(row)]
    pulls = list(_pulls(rows.chains, ports, number, width))
    count = len(places)
    left = np.zeros((len(apart) + 2 * len(pulls), count + len(pulls)))
    right = np.zeros(len(left))
    for i, (a, b) in enumerate(apart):
        left[i, a], left[i, b] = 1, -1
        right[i] = -half[a] - half[b] - GAP
    for k, pull in enumerate(pulls):
        for i, sign in ((len(apart) + 2 * k, 1), (len(apart) + 2 * k + 1, -1)):
            left[i, pull.place], left[i, count + k] = sign, -1
            if pull.to is not None:
                left[i, pull.to] = -sign
            right[i] = sign * pull.by
    ends = [(h, width - h) for h in half]
    cost = [0.0] * count + [pull.weight for pull in pulls]
    free = [*ends, *((0.0, None) for _ in pulls)]
    solved = linprog(cost, A_ub=left, b_ub=right, bounds=free, method="highs")
    return {place: round(float(solved.x[i]), 1) for place, i in number.items()}


class _Pull(NamedTuple):
    """A place wants to stand `by` pixels right of another one, or of the page's left edge."""

    place: int
    to: int | None
    by: float
    weight: float


def _pulls(
    chains: Sequence[tuple[Place, ...]],
    ports: Sequence[tuple[float, float]],
    number: Mapping[Place, int],
    width: float,
) -> Iterator[_Pull]:
    for chain, (leave, arrive) in zip(chains, ports, strict=True):
        for a, b in pairwise(chain):
            bends = isinstance(a, Pass) + isinstance(b, Pass)
            start = 0.0 if isinstance(a, Pass) else leave
            end = 0.0 if isinstance(b, Pass) else arrive
            yield _Pull(number[b], number[a], start - end, (1.0, 2.0, _STRAIGHT)[bends])
    for place, i in number.items():
        if isinstance(place, str):
            yield _Pull(i, None, width / 2, _CENTRED)
