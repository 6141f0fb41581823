"""Tables of a message, their cells as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from markupsafe import Markup

from bot.playground.checks import listed
from bot.playground.page.inline import Names
from bot.playground.page.rich import rich_html
from bot.playground.workspace import Json

ALIGNS = ("left", "center", "right")


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows; `kind` are its classes."""

    html: Markup
    kind: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first row is its header; every row has as many cells."""

    head: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]

    @property
    def label(self) -> str:
        """How many columns and rows it has, in words."""
        columns, rows = len(self.head), len(self.rows)
        return f"Table, {_counted(columns, 'column')}, {_counted(rows, 'row')}"


def read_table(block: Json, names: Names) -> Table:
    """The table of a `table` or `data_table` block."""
    settings = listed(block.get("column_settings"))
    rows = [row for row in listed(block.get("rows")) if isinstance(row, list)]
    width = max(map(len, rows), default=0)
    kinds = [_kind(setting) for setting, _ in zip_longest(settings[:width], range(width))]
    filled = [[*row, *[None] * (width - len(row))] for row in rows]
    cells = [
        [Cell(_cell(cell, names), kind) for cell, kind in zip(row, kinds, strict=True)]
        for row in filled
    ]
    return Table(cells[0] if cells else [], cells[1:])


def _kind(setting: object) -> str:
    if not isinstance(setting, dict):
        return "b-left b-nowrap"
    align = setting.get("align")
    wrap = "b-wrap" if setting.get("is_wrapped") else "b-nowrap"
    return f"b-{align if align in ALIGNS else 'left'} {wrap}"


def _cell(cell: object, names: Names) -> Markup:
    if not isinstance(cell, dict):
        return Markup()
    if cell.get("type") == "rich_text":
        return rich_html(cell, names)
    value = cell.get("text", cell.get("value", cell.get("number", "")))
    shown = str(value) if isinstance(value, (str, int, float)) else ""
    return Markup('<div class="b-text">{}</div>').format(shown)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
