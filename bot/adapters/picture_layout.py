"""The layout of a picture of the guide: rectangles and lines on a page, in pixels from its top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.adapters.picture_lines import (
    LANE_STEP,
    LEVEL_STEP,
    Bands,
    Line,
    Point,
    Rect,
    around,
    downward,
)
from bot.adapters.picture_page import Box, Label, Mark, Page
from bot.adapters.picture_parts import Plan, Way, numbers, plan, visited, ways
from bot.adapters.picture_rows import GAP, LANE, Pass, middles, rows, width_needed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.domain.flow_graph import FlowGraph, Move

WIDTH = 1600.0
MARGIN = 40.0
PANEL_HEAD = 74.0
_GAP = 54.0
"""Least height between two rows."""
_SLOPE, _STEEPEST = 0.06, 34.0
"""What a line that leads sideways adds to that, by its way across; and the most it may add."""
_ENTRY = 34.0
"""Height that the head of an arrow needs over a box."""
_BETWEEN_ENTRIES = GAP + LANE
_INSIDE = 14.0
"""How far from the end of its part of the edge a line may start."""


def arrange(graph: FlowGraph, taken: Sequence[Move], *, top: float = 0.0) -> Page:
    """The page of a guide with the way taken; `top` is left free for a head."""
    return _Setting(graph, taken, top).page()


class _Setting:
    """The work on one page."""

    def __init__(self, graph: FlowGraph, taken: Sequence[Move], top: float) -> None:
        self.graph, self.taken = graph, taken
        every = ways(graph, taken)
        self.plans = {node.id: plan(graph, node, every) for node in graph.nodes}
        self.forward = [way for way in every if way.kind == "forward"]
        rounds = [way for way in every if way.kind == "round"]
        down = [way for way in rounds if graph.node(way.edge.source).kind == "outcome"]
        up = [way for way in rounds if way not in down]
        always = sum(graph.node(way.edge.target).kind == "step" for way in up)
        room = WIDTH - 2 * MARGIN - always * LANE_STEP
        widths = {name: plan.width for name, plan in self.plans.items()}
        self.rows = rows(graph, [way.edge for way in self.forward], widths, room)
        self.down = sorted(down, key=lambda way: -self.rows.row(way.edge.source))
        self.up = sorted(up, key=lambda way: -self.rows.row(way.edge.target))
        self.slots = {way: x for own in self.plans.values() for way, x in self._slots(own)}
        self.entries = {way: x for own in self.plans.values() for way, x in self._entries(own)}
        ports = [(self.slots[way], self.entries[way]) for way in self.forward]
        self.left = MARGIN + len(down) * LANE_STEP
        self.right = self.left + max(room, width_needed(self.rows, widths))
        across = middles(self.rows, widths, ports, self.right - self.left)
        self.middle = {place: self.left + x for place, x in across.items()}
        self.exits = {**self.slots, **dict(self._straightened())}
        self.bands = self._bands(top)
        self.rects = {name: self._rect(plan) for name, plan in self.plans.items()}

    def page(self) -> Page:
        """The finished page."""
        bottom = self.bands.bottoms[-1] + (2 + len(self.up)) * LEVEL_STEP
        return Page(
            width=self.right + len(self.up) * LANE_STEP + MARGIN,
            bottom=bottom,
            boxes=tuple(self._boxes()),
            labels=tuple(self._labels()),
            lines=(*self._forward_lines(), *self._round_lines()),
            panel=self._panel(bottom),
            left=self.left,
        )

    def _slots(self, plan: Plan) -> Iterator[tuple[Way, float]]:
        """By way out: the middle of its part of the lower edge, from the middle of the box."""
        left = -plan.width / 2
        for way, _, share in sorted(plan.exits, key=lambda leaving: self._order(leaving[0], 1)):
            yield way, left + share / 2
            left += share

    def _entries(self, plan: Plan) -> Iterator[tuple[Way, float]]:
        """By way in: where along the upper edge it ends, from the middle of the box."""
        every = (*self.forward, *self.up, *self.down)
        into = [way for way in every if way.edge.target == plan.node.id]
        apart = min(_BETWEEN_ENTRIES, (plan.width - 160) / max(len(into), 1))
        into.sort(key=lambda way: self._order(way, -2))
        for i, way in enumerate(into):
            yield way, (i - (len(into) - 1) / 2) * apart

    def _order(self, way: Way, point: int) -> tuple[int, int]:
        """The order along a box of ways that go on to, or come from, that point of their chains."""
        if way in self.down:
            return -1, -self.down.index(way)
        if way in self.up:
            return 1, -self.up.index(way)
        return 0, self.rows.rank(self.rows.chains[self.forward.index(way)][point])

    def _straightened(self) -> Iterator[tuple[Way, float]]:
        """Ways that start a little aside within their part of the edge, to run straight down."""
        for way, chain in zip(self.forward, self.rows.chains, strict=True):
            slot, source = self.slots[way], self.middle[chain[0]]
            entry = 0.0 if isinstance(chain[1], Pass) else self.entries[way]
            aside = self.middle[chain[1]] + entry - source - slot
            share = next(s for w, _, s in self.plans[way.edge.source].exits if w == way)
            if abs(aside) <= share / 2 - _INSIDE:
                yield way, slot + aside

    def _bands(self, top: float) -> Bands:
        tops: list[float] = []
        bottoms: list[float] = []
        y = top
        for i, row in enumerate(self.rows.rows):
            y += self._gap(i) if i else self._arriving(i) * LEVEL_STEP
            tops.append(y)
            y += max((self.plans[p].height for p in row if isinstance(p, str)), default=0.0)
            bottoms.append(y)
        return Bands(tuple(tops), tuple(bottoms))

    def _gap(self, row: int) -> float:
        """Height between a row and the one above it."""
        leaving = sum(self.rows.row(way.edge.source) == row - 1 for way in (*self.up, *self.down))
        panel = PANEL_HEAD if row == self._first_loop_row() else 0.0
        across = max((abs(a - b) for a, b in self._hops(row)), default=0.0)
        slope = min(across * _SLOPE, _STEEPEST)
        return _GAP + slope + panel + (leaving + self._arriving(row)) * LEVEL_STEP

    def _hops(self, row: int) -> Iterator[tuple[float, float]]:
        """From where to where across each line leads between a row and the one above it."""
        for way, chain in zip(self.forward, self.rows.chains, strict=True):
            start, end = self._across(way)
            across = [start, *(self.middle[place] for place in chain[1:-1]), end]
            at = row - self.rows.row(way.edge.source)
            if 0 < at < len(across):
                yield across[at - 1], across[at]

    def _across(self, way: Way) -> tuple[float, float]:
        """Where across a way leaves its box, and where it meets the other one."""
        edge = way.edge
        start = self.middle[edge.source] + self.exits[way]
        return start, self.middle[edge.target] + self.entries[way]

    def _arriving(self, row: int) -> int:
        return sum(self.rows.row(way.edge.target) == row for way in (*self.up, *self.down))

    def _first_loop_row(self) -> int:
        loops = [self.rows.row(node.id) for node in self.graph.nodes if node.loop]
        return min(loops, default=len(self.rows.rows))

    def _panel(self, bottom: float) -> Rect:
        first = self._first_loop_row()
        if first == len(self.bands.tops):
            return Rect(0, bottom, 0, 0)
        top = self.bands.tops[first] - PANEL_HEAD - self._arriving(first) * LEVEL_STEP - _ENTRY
        right = self.right + len(self.up) * LANE_STEP + MARGIN
        return Rect(MARGIN / 2, top, right - MARGIN, bottom - top)

    def _rect(self, plan: Plan) -> Rect:
        top = self.bands.tops[self.rows.row(plan.node.id)]
        return Rect(self.middle[plan.node.id] - plan.width / 2, top, plan.width, plan.box_height)

    def _boxes(self) -> Iterator[Box]:
        asked, path = numbers(self.taken), tuple(visited(self.taken))
        for name, own in self.plans.items():
            mark: Mark = "passed" if name in path else "plain"
            if path[-1:] == (name,):
                mark = "reached"
            yield Box(own.node, self.rects[name], own.text, own.note, mark, asked.get(name, ""))

    def _labels(self) -> Iterator[Label]:
        for name, own in self.plans.items():
            for way, text, share in own.exits:
                if text.lines:
                    wide = min(share, text.width + text.frame)
                    aside, most = self.exits[way] - self.slots[way], (share - wide) / 2
                    middle = self.middle[name] + self.slots[way] + max(-most, min(aside, most))
                    left = middle - wide / 2
                    yield Label(Rect(left, self.rects[name].bottom, wide, text.height), text)

    def _ends(self, way: Way) -> tuple[Point, Point]:
        start, end = self._across(way)
        edge = way.edge
        return Point(start, self.rects[edge.source].bottom), Point(end, self.rects[edge.target].top)

    def _forward_lines(self) -> Iterator[Line]:
        for way, chain in zip(self.forward, self.rows.chains, strict=True):
            start, end = self._ends(way)
            xs = [*(self.middle[place] for place in chain[1:-1]), end.x]
            first = self.rows.row(way.edge.source) + 1
            yield downward(way, start, list(enumerate(xs, start=first)), self.bands)

    def _round_lines(self) -> Iterator[Line]:
        lanes = {way: self.right + (i + 1) * LANE_STEP for i, way in enumerate(self.up)}
        lanes |= {way: self.left - (i + 1) * LANE_STEP for i, way in enumerate(self.down)}
        levels: dict[str, int] = {}
        for i, (way, lane) in enumerate(lanes.items()):
            row = self.rows.row(way.edge.source)
            leave = self.bands.bottoms[row] + (1 + i % max(len(self.up), 1)) * LEVEL_STEP
            level = levels[way.edge.target] = levels.get(way.edge.target, -1) + 1
            start, end = self._ends(way)
            arrive = end.y - _ENTRY - level * LEVEL_STEP
            yield around(way, start, end, leave=leave, lane=lane, arrive=arrive)
