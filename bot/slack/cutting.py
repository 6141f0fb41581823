"""Parts of a text cut so that each fits into one block of Slack's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import zip_longest

from bot.slack.rich import Grid, Part, Piece
from bot.slack.runs import Run, Runs, stripped, text_of

PIECE = 3_000
"""Weight of one piece."""
TABLES = 5
"""Of one answer."""
TABLE = 9_000
"""Weight of one table; Slack takes 10,000 characters in its cells."""
ROWS = 100
COLUMNS = 20
CELL = 2_000
"""Weight of one cell; where there are many columns, less."""
ELEMENT = 12
"""What one element of a block weighs beside its text: Slack counts more than what is shown."""
_LINE = re.compile(r"\n")
_ENDS = (_LINE, re.compile(r"[.!?:;](?:\s?\[[0-9]+\])*\s"), re.compile(r"\s"))
"""Where a text may be cut, best first: after a line, a sentence, a word."""

Row = tuple[Runs, ...]


def heaviness(part: Part) -> int:
    """How much of a message's room a part takes: its text, its addresses and its elements."""
    if isinstance(part, Piece):
        return _weight(part.runs) + ELEMENT * (3 if part.kind == "item" else 1)
    return sum(_weight_of_row(row) for row in part.rows) + len(part.aligns) * ELEMENT


def fitting(parts: Iterable[Part]) -> Iterator[Part]:
    """The parts cut so that each fits into a block; no word is lost.

    Each table takes a message. So a table beyond the first `TABLES`, or one too wide for Slack, is
    shown as text.
    """
    left = TABLES
    for part in parts:
        if isinstance(part, Piece):
            yield from _pieces(part)
            continue
        pages = [*_pages(part)] if len(part.aligns) <= COLUMNS else []
        left -= len(pages)
        yield from pages if pages and left >= 0 else _pieces(_as_code(part))


def _as_code(grid: Grid) -> Piece:
    lines = (" | ".join(text_of(cell) for cell in row) for row in grid.rows)
    return Piece("code", (Run("\n".join(lines)),))


def _pieces(part: Piece) -> Iterator[Piece]:
    first, *rest = cut(part.runs, PIECE, code=part.kind == "code")
    yield replace(part, runs=first)
    kind = part.kind if part.kind in ("quote", "code") else "paragraph"
    for runs in rest:
        yield Piece(kind, runs, quoted=part.quoted)


def cut(runs: Runs, limit: int, *, code: bool = False) -> list[Runs]:
    """Runs in stretches of at most `limit` weight; at least one, and no mark is cut."""
    made: list[Runs] = []
    while _weight(runs) > limit:
        head, rest = _split(runs, _end(runs, limit, code=code))
        if not rest:
            break
        made.append(_without_break(head) if code else stripped(head))
        runs = rest if code else stripped(rest)
    return [*made, runs] if runs or not made else made


def _end(runs: Runs, limit: int, *, code: bool) -> int:
    """How many characters are best cut off so that they weigh at most `limit`; at least one."""
    most = _most(runs, limit)
    text = text_of(runs)
    start = 0 if code else most // 2
    for end in [_LINE] if code else _ENDS:
        if found := [match.end() for match in end.finditer(text, start, most)]:
            return found[-1]
    return most


def _most(runs: Runs, limit: int) -> int:
    most = 0
    for run in runs:
        limit -= len(run.url) + ELEMENT * (2 if run.style else 1)
        if len(run.text) > limit:
            most += 0 if run.mark else max(limit, 0)
            break
        limit -= len(run.text)
        most += len(run.text)
    return max(most, len(runs[0].text) if runs[0].mark else 1)


def _split(runs: Runs, at: int) -> tuple[Runs, Runs]:
    for index, run in enumerate(runs):
        if at < len(run.text):
            head, rest = replace(run, text=run.text[:at]), replace(run, text=run.text[at:])
            return (*runs[:index], *([head] if at else [])), (rest, *runs[index + 1 :])
        at -= len(run.text)
    return runs, ()


def _without_break(runs: Runs) -> Runs:
    """Code without the line break at its end, unless that is all there is."""
    *before, last = runs
    return (*before, replace(last, text=last.text.removesuffix("\n") or "\n"))


def _weight(runs: Iterable[Run]) -> int:
    return sum(len(run.text) + len(run.url) + ELEMENT * (2 if run.style else 1) for run in runs)


def _weight_of_row(row: Row) -> int:
    return sum(_weight(cell) + 3 * ELEMENT if is_rich(cell) else _weight(cell) for cell in row)


def is_rich(cell: Runs) -> bool:
    """Whether a cell holds more than plain text."""
    return any(run.style or run.url for run in cell)


def _pages(grid: Grid) -> Iterator[Grid]:
    """The table in some that fit, each with the header."""
    limit = min(CELL, TABLE // 3 // len(grid.aligns))
    header, *body = [low for row in grid.rows for low in _low(row, limit)]
    page, weight = [header], _weight_of_row(header)
    for row in body:
        if len(page) == ROWS or weight + _weight_of_row(row) > TABLE:
            yield Grid(tuple(page), grid.aligns)
            page, weight = [header], _weight_of_row(header)
        page.append(row)
        weight += _weight_of_row(row)
    yield Grid(tuple(page), grid.aligns)


def _low(row: Row, limit: int) -> Iterator[Row]:
    """A row in some whose cells weigh at most `limit`."""
    yield from zip_longest(*[cut(cell, limit) for cell in row], fillvalue=())
