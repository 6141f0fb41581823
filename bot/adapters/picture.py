"""Draws the decision guide as a picture, with the path that a dialog took."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

import matplotlib as mpl

from bot.adapters.picture_layout import MARGIN, WIDTH, arrange
from bot.adapters.picture_lines import Point, Rect
from bot.adapters.picture_parts import TICK_ROOM
from bot.adapters.picture_pen import Form, Pen, Stroke
from bot.adapters.picture_text import LEADING, width, wrapped
from bot.adapters.picture_theme import COLOURS, Colours, Theme
from bot.domain.flow_graph import as_asked, flow_graph, moves

if TYPE_CHECKING:
    from bot.adapters.picture_lines import Line
    from bot.adapters.picture_page import Box, Label, Page
    from bot.domain.dialog import Dialog
    from bot.domain.flowchart import Guide

_LOCK = Lock()
_TITLE, _RESULT, _PANEL, _SMALL = 50.0, 37.0, 33.0, 26.0
_HEAD_GAP = 46.0
_FOOT = 150.0
_TICK = "\u2713"


def draw(
    guide: Guide, *, taken: Dialog | None = None, form: Form = "png", theme: Theme = "light"
) -> bytes:
    """The picture as a file: the same bytes for the same input.

    PNG is at least 1,600 pixels wide; SVG holds letters as outlines, so it needs no fonts.

    Raises:
        ValueError: `taken` follows another guide, or another version of it.
    """
    if taken and taken.guide != guide:
        raise ValueError("the dialog follows another guide than the one to be drawn")
    with _LOCK, mpl.rc_context():
        mpl.rcdefaults()
        mpl.rc("svg", fonttype="path", hashsalt="adaptbot")
        mpl.rc("path", simplify=False)
        return _Drawing(guide, taken, COLOURS[theme]).saved(form)


class _Drawing:
    """One picture in the making."""

    def __init__(self, guide: Guide, taken: Dialog | None, colours: Colours) -> None:
        self.colours = colours
        room = WIDTH - 2 * MARGIN
        end = f"{_TICK} Recommended: {taken.outcome.title}" if taken and taken.outcome else ""
        self.version = wrapped(f"Guide version {guide.version}", room / 3, _SMALL, most=1)
        self.title = wrapped(guide.title, room, _TITLE, bold=True, most=2)
        self.result = wrapped(end, room, _RESULT, bold=True, most=2)
        self.path = moves(taken) if taken else ()
        graph = flow_graph(guide)
        shown = as_asked(graph, taken) if taken else graph
        self.page: Page = arrange(shown, self.path, top=self._head())
        self.pen = Pen(self.page.width, self.page.bottom + _FOOT, colours.page)

    def saved(self, form: Form) -> bytes:
        """The picture as a file."""
        self._titles()
        self._panel()
        for line in sorted(self.page.lines, key=lambda line: line.way.taken):
            self.pen.arrow(line.start, line.parts, self._stroke(line))
        for label in self.page.labels:
            self._label(label)
        for box in self.page.boxes:
            self._box(box)
        self._foot()
        return self.pen.saved(form)

    def _head(self) -> float:
        """Height of title and result with the gap under them."""
        letters = len(self.title) * _TITLE + len(self.result) * _RESULT
        return MARGIN + letters * LEADING + _HEAD_GAP

    def _titles(self) -> None:
        y = MARGIN
        for line in self.title:
            self.pen.write(line, Point(MARGIN, y), _TITLE, self.colours.title, bold=True)
            y += _TITLE * LEADING
        for line in self.result:
            self.pen.write(line, Point(MARGIN, y), _RESULT, self.colours.accent, bold=True)
            y += _RESULT * LEADING

    def _panel(self) -> None:
        panel, colours = self.page.panel, self.colours
        self.pen.rounded(panel, colours.panel, radius=24)
        at = Point(self.page.left + 10, panel.top + 20)
        end = self.pen.write("Once it is built", at, _PANEL, colours.title, bold=True)
        self.pen.write("every outcome leads here", Point(end + 18, at.y + 4), _SMALL, colours.text)

    def _stroke(self, line: Line) -> Stroke:
        dashed = line.way.kind == "round"
        if line.way.taken:
            return Stroke(self.colours.accent, 9.0, 27.0, (2.6, 1.2) if dashed else None)
        return Stroke(self.colours.line, 3.0, 16.0, (4.0, 3.0) if dashed else None)

    def _label(self, label: Label) -> None:
        colours, text, rect = self.colours, label.text, label.rect
        if text.taken:
            self.pen.rounded(rect, colours.accent, radius=14)
            tick = rect._replace(left=rect.left + 6, width=TICK_ROOM)
            self.pen.centre((_TICK,), tick, text.size, colours.on_accent, bold=True)
            words = rect._replace(left=rect.left + TICK_ROOM - 4, width=rect.width - TICK_ROOM)
            self.pen.centre(text.lines, words, text.size, colours.on_accent, bold=True)
            return
        ground = colours.panel if self.page.panel.overlaps(rect) else colours.page
        wide = text.width + 10
        behind = Rect(rect.left + (rect.width - wide) / 2, rect.top + 5, wide, rect.height - 8)
        self.pen.rounded(behind, ground, radius=4)
        self.pen.centre(text.lines, rect, text.size, colours.text)

    def _box(self, box: Box) -> None:
        colours, passed = self.colours, box.mark != "plain"
        outcome = box.node.kind == "outcome"
        fill, ink = (colours.passed, colours.on_passed) if passed else (colours.box, colours.text)
        if outcome and box.mark == "reached":
            fill, ink = colours.accent, colours.on_accent
        edge, thick = (colours.accent, 6.0) if passed else (colours.edge, 2.5)
        radius = min(box.rect.height / 2, 44.0) if outcome else 12.0
        self.pen.rounded(box.rect, fill, radius=radius, edge=edge, thick=thick)
        text = box.rect._replace(height=box.rect.height - box.note.height)
        self.pen.centre(box.text.lines, text, box.text.size, ink, bold=outcome)
        note = Rect(text.left, text.bottom - 12, text.width, box.note.height)
        self.pen.centre(box.note.lines, note, box.note.size, ink)
        if passed:
            self._badge(box.rect, box.number or (_TICK if outcome else "?"))

    def _badge(self, rect: Rect, mark: str) -> None:
        wide = max(54.0, width(mark, 30.0, bold=True) + 28)
        badge = Rect(rect.left - 20, rect.top - 37, wide, 54.0)
        self.pen.rounded(badge, self.colours.accent, radius=27, edge=self.colours.page, thick=5)
        self.pen.centre((mark,), badge, 30.0, self.colours.on_accent, bold=True)

    def _foot(self) -> None:
        colours, y = self.colours, self.page.bottom + 30
        strokes = [(Stroke(colours.line, 3.0), "another way")]
        strokes += [(Stroke(colours.line, 3.0, dashes=(4.0, 3.0)), "after building")]
        if self.path:
            strokes.insert(0, (Stroke(colours.accent, 9.0), f"{_TICK} path taken, numbered"))
        x = MARGIN
        for stroke, text in strokes:
            middle = y + _SMALL * LEADING / 2
            self.pen.arrow(Point(x, middle), [(Point(x + 70, middle),)], stroke)
            x = self.pen.write(text, Point(x + 86, y), _SMALL, colours.text) + 48
        shapes = (("question", 8.0), ("outcome", 17.0))
        for text, radius in shapes:
            box = Rect(x, y - 2, 56, 34)
            self.pen.rounded(box, colours.box, radius=radius, edge=colours.edge, thick=2.5)
            x = self.pen.write(text, Point(x + 72, y), _SMALL, colours.text) + 48
        for line in self.version:
            self.pen.write(line, Point(MARGIN, y + 56), _SMALL, colours.text)
