"""The lines of a picture, led between the boxes of the rows and never through one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.adapters.picture_parts import Way

LANE_STEP = 26.0
"""Distance between two lines in the margin."""
LEVEL_STEP = 25.0
"""Distance between two lines that cross the page in the same gap."""
_RADIUS = 22.0
_PULL = 0.8
"""How steeply a curve leaves and arrives, by the height that it has."""


class Point(NamedTuple):
    """A point, from the page's upper left corner."""

    x: float
    y: float


class Rect(NamedTuple):
    """A rectangle."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height

    def overlaps(self, other: Rect) -> bool:
        """Whether they share more than an edge."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


@dataclass(frozen=True, slots=True)
class Line:
    """A way as it is drawn."""

    way: Way
    start: Point
    parts: tuple[tuple[Point, ...], ...]
    """Straight to one point, or curved: towards one or two control points, then to the last."""

    def points(self, each: int = 12) -> list[Point]:
        """Points along the line, `each` to a part."""
        here, found = self.start, [self.start]
        for part in self.parts:
            found += [_on((here, *part), k / each) for k in range(1, each + 1)]
            here = part[-1]
        return found


def _on(controls: Sequence[Point], t: float) -> Point:
    """The point of a Bézier curve, by de Casteljau's algorithm."""
    points = list(controls)
    while len(points) > 1:
        points = [Point(a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t) for a, b in pairwise(points)]
    return points[0]


@dataclass(frozen=True, slots=True)
class Bands:
    """The upper and lower edge of each row; between two rows lies a gap."""

    tops: tuple[float, ...]
    bottoms: tuple[float, ...]


def downward(way: Way, start: Point, chain: Sequence[tuple[int, float]], bands: Bands) -> Line:
    """Through the rows: curved in the gaps, straight past each row that is passed.

    `chain` holds the row and the place across of every point to come, the last on top of a box.
    """
    first = chain[0][0] - 1
    parts: list[tuple[Point, ...]] = [(Point(start.x, bands.bottoms[first]),)]
    for row, x in chain:
        parts.append(_bend(parts[-1][-1], Point(x, bands.tops[row])))
        if row != chain[-1][0]:
            parts.append((Point(x, bands.bottoms[row]),))
    return Line(way, start, tuple(parts))


def _bend(a: Point, b: Point) -> tuple[Point, ...]:
    if a.x == b.x:
        return (b,)
    pull = (b.y - a.y) * _PULL
    return (Point(a.x, a.y + pull), Point(b.x, b.y - pull), b)


def around(way: Way, start: Point, end: Point, *, leave: float, lane: float, arrive: float) -> Line:
    """Round the rows: down to the height `leave`, along the margin at `lane`, in at `arrive`."""
    corners = [
        start,
        Point(start.x, leave),
        Point(lane, leave),
        Point(lane, arrive),
        Point(end.x, arrive),
        end,
    ]
    parts: list[tuple[Point, ...]] = []
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        parts += [(_near(corner, before),), (corner, _near(corner, after))]
    return Line(way, start, (*parts, (end,)))


def _near(corner: Point, towards: Point) -> Point:
    """A point a little before the corner."""
    dx, dy = towards.x - corner.x, towards.y - corner.y
    length = abs(dx) + abs(dy)
    part = min(_RADIUS, length / 2) / length if length else 0.0
    return Point(corner.x + dx * part, corner.y + dy * part)
