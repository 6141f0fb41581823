"""What stands where on the page of a picture, in pixels from its upper left corner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.adapters.picture_lines import Line, Rect
from bot.adapters.picture_parts import Lettering
from bot.domain.flow_graph import Node

Mark = Literal["plain", "passed", "reached"]
"""Of a box: beside the path, on it, or where it has led."""


@dataclass(frozen=True, slots=True)
class Box:
    """A node on the page."""

    node: Node
    rect: Rect
    text: Lettering
    note: Lettering
    """Smaller, under the text."""
    mark: Mark
    number: str
    """Which questions of the path it was; empty beside the path."""


@dataclass(frozen=True, slots=True)
class Label:
    """A text under a box."""

    rect: Rect
    text: Lettering


@dataclass(frozen=True, slots=True)
class Page:
    """Everything on the page between its head and its foot."""

    width: float
    bottom: float
    boxes: tuple[Box, ...]
    labels: tuple[Label, ...]
    lines: tuple[Line, ...]
    panel: Rect
    """What is asked after building."""
    left: float
    """Where the area of the boxes begins, right of the lines in the margin."""
