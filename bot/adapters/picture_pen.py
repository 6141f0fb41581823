"""Puts shapes and letters on a page with matplotlib; all lengths are pixels from its top."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Literal

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path

from bot.adapters.picture_lines import Point, Rect
from bot.adapters.picture_text import LEADING, face, width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

Form = Literal["png", "svg"]

_DPI = 72
"""At which a point is a pixel."""
_CAPITAL = 0.36
"""Half the height of a capital letter by the size of its font."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """How a line is drawn."""

    colour: str
    thick: float
    head: float = 0.0
    """Length of the arrow's head."""
    dashes: tuple[float, float] | None = None
    """On and off, by the line's thickness."""


class Pen:
    """One page that is being drawn."""

    def __init__(self, across: float, down: float, ground: str) -> None:
        self.ground = ground
        self.figure = Figure(figsize=(across / _DPI, down / _DPI), dpi=_DPI)
        self.axes: Axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_xlim(0, across)
        self.axes.set_ylim(down, 0)
        self.axes.axis("off")

    def saved(self, form: Form) -> bytes:
        """The page as a file that names neither the day nor the program."""
        nameless: dict[Form, dict[str, str | None]] = {
            "png": {"Software": None},
            "svg": {"Date": None, "Creator": None},
        }
        file = BytesIO()
        self.figure.savefig(
            file, format=form, dpi=_DPI, metadata=nameless[form], facecolor=self.ground
        )
        return file.getvalue()

    def rounded(
        self, rect: Rect, fill: str, *, radius: float, edge: str = "none", thick: float = 0.0
    ) -> None:
        """A filled rectangle with round corners."""
        self.axes.add_patch(
            FancyBboxPatch(
                (rect.left, rect.top),
                rect.width,
                rect.height,
                boxstyle=f"round,pad=0,rounding_size={radius}",
                facecolor=fill,
                edgecolor=edge,
                linewidth=thick,
            )
        )

    def arrow(self, start: Point, parts: Sequence[Sequence[Point]], stroke: Stroke) -> None:
        """A line that ends downwards, in an arrow's head if the stroke has one."""
        points = [start]
        codes = [Path.MOVETO]
        for part in parts:
            points += part
            codes += [(Path.LINETO, Path.CURVE3, Path.CURVE4)[len(part) - 1]] * len(part)
        tip = points[-1]
        points[-1] = Point(tip.x, tip.y - stroke.head * 0.8)
        self.axes.add_patch(
            PathPatch(
                Path(points, codes),
                fill=False,
                edgecolor=stroke.colour,
                linewidth=stroke.thick,
                linestyle=(0, stroke.dashes) if stroke.dashes else "-",
                joinstyle="round",
            )
        )
        if stroke.head:
            top, half = tip.y - stroke.head, stroke.head * 0.6
            corners = [tip, (tip.x - half, top), (tip.x + half, top)]
            self.axes.add_patch(Polygon(corners, closed=True, facecolor=stroke.colour))

    def write(self, text: str, at: Point, size: float, colour: str, *, bold: bool = False) -> float:
        """One line of text from `at`, its upper left corner; returns where it ends across."""
        self.axes.text(
            at.x,
            at.y + size * (LEADING / 2 + _CAPITAL),
            text,
            fontproperties=face(size, bold=bold),
            color=colour,
            parse_math=False,
        )
        return at.x + width(text, size, bold=bold)

    def centre(
        self, lines: Sequence[str], rect: Rect, size: float, colour: str, *, bold: bool = False
    ) -> None:
        """Lines of text in the middle of a rectangle."""
        top = rect.top + (rect.height - len(lines) * size * LEADING) / 2
        for i, line in enumerate(lines):
            left = rect.left + (rect.width - width(line, size, bold=bold)) / 2
            self.write(line, Point(left, top + i * size * LEADING), size, colour, bold=bold)
