"""Parts of a text laid out as Slack's blocks, in as many messages as they need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from bot.slack.cutting import ELEMENT, fitting, heaviness, is_rich
from bot.slack.rich import Grid, Part, Piece
from bot.slack.runs import Run, Runs, Style, text_of

Block = dict[str, Any]

ROOM = 12_000
"""Weight of all blocks of a message: Slack fails at about 13,200."""
FRAME = 500
"""What the blocks weigh beside the parts in them, at most."""
RICH_TEXT = 4_000
"""Weight of a rich_text block; no piece is heavier."""
TEXT = 3_000
"""Characters of one text element."""
INDENT = 8
_BOLD: Style = frozenset({"bold"})


def weight_of(blocks: object) -> int:
    """How much of a message's room finished blocks take."""
    if isinstance(blocks, dict):
        own = [blocks[name] for name in ("text", "url") if isinstance(blocks.get(name), str)]
        return ELEMENT + sum(map(len, own)) + sum(map(weight_of, blocks.values()))
    return sum(map(weight_of, blocks)) if isinstance(blocks, list) else 0


def messages(parts: Iterable[Part], *, room: int = ROOM, last: int = 0) -> list[list[Part]]:
    """The parts of each message, at least one: none heavier than `room` or with two tables.

    `last` is the weight of what follows in the last message, which may have no parts at all. A
    heading is not left behind by what it heads.
    """
    packed: list[list[Part]] = [[]]
    taken = FRAME
    for part in fitting(parts):
        if packed[-1] and (taken + heaviness(part) > room or _second_table(packed[-1], part)):
            packed.append(_headings(packed[-1]))
            taken = FRAME + sum(map(heaviness, packed[-1]))
        packed[-1].append(part)
        taken += heaviness(part)
    if packed[-1] and taken + last > room:
        spare = len(packed[-1]) > 1 and FRAME + heaviness(packed[-1][-1]) + last <= room
        packed.append([packed[-1].pop()] if spare else [])
    return packed


def _second_table(parts: Sequence[Part], part: Part) -> bool:
    return isinstance(part, Grid) and any(isinstance(other, Grid) for other in parts)


def _headings(parts: list[Part]) -> list[Part]:
    """The heading that ends `parts`, taken out of it, unless it is all there is."""
    last = parts[-1]
    heads = len(parts) > 1 and isinstance(last, Piece) and last.kind == "heading"
    return [parts.pop()] if heads else []


def blocks_of(parts: Iterable[Part]) -> list[Block]:
    """The blocks of one message."""
    blocks: list[Block] = []
    for tables, group in groupby(parts, key=lambda part: isinstance(part, Grid)):
        if tables:
            blocks += [_table(part) for part in group if isinstance(part, Grid)]
        else:
            blocks += _rich_texts(part for part in group if isinstance(part, Piece))
    return blocks


def words_of(parts: Iterable[Part]) -> str:
    """The same in plain words, not yet inert."""
    return "\n".join(line for part in parts for line in _lines(part))


def _lines(part: Part) -> Iterator[str]:
    if isinstance(part, Grid):
        yield from (" | ".join(_spoken(cell) for cell in row) for row in part.rows)
    elif part.kind == "item":
        mark = "•" if part.number is None else f"{part.number}."
        yield f"{'  ' * part.depth}{mark} {_spoken(part.runs)}"
    else:
        yield _spoken(part.runs)


def _spoken(runs: Runs) -> str:
    """Runs in words; where a mark leads is told with the sources."""
    return "".join(
        f"{run.text} ({run.url})" if run.url and not run.mark else run.text for run in runs
    )


def _rich_texts(pieces: Iterable[Piece]) -> Iterator[Block]:
    held: list[Piece] = []
    for piece in pieces:
        if held and sum(map(heaviness, held)) + heaviness(piece) > RICH_TEXT:
            yield rich_text(held)
            held = []
        held.append(piece)
    if held:
        yield rich_text(held)


def rich_text(pieces: Sequence[Piece]) -> Block:
    """One rich_text block; its paragraphs are set apart by blank lines, as Slack's editor does."""
    elements: list[Block] = []
    for _, numbered in groupby(enumerate(pieces), key=_joined):
        group = [piece for _, piece in numbered]
        match group[0].kind:
            case "item":
                elements.append(_list(group))
            case "code":
                elements.append(_element("preformatted", group[0].runs))
            case "quote":
                elements.append(_element("quote", _paragraphs(group)))
            case _:
                gap = [Run("\n")] if elements else []
                elements.append(_element("section", (*gap, *_paragraphs(group))))
    return {"type": "rich_text", "elements": elements}


def _joined(numbered: tuple[int, Piece]) -> tuple[object, ...]:
    """What neighbours have in common that go into one element."""
    at, piece = numbered
    match piece.kind:
        case "item":
            run = None if piece.number is None else piece.number - at
            return ("list", piece.depth, piece.quoted, run)
        case "code":
            return ("code", at)
        case "quote":
            return ("quote",)
    return ("section",)


def _paragraphs(pieces: Sequence[Piece]) -> Runs:
    runs: list[Run] = []
    for before, piece in zip([None, *pieces], pieces, strict=False):
        if before:
            runs.append(Run("\n" if before.kind == "heading" else "\n\n"))
        runs += piece.runs
    return tuple(runs)


def _list(items: Sequence[Piece]) -> Block:
    first = items[0]
    block: Block = {
        "type": "rich_text_list",
        "style": "bullet" if first.number is None else "ordered",
        "indent": min(first.depth, INDENT),
        "elements": [_element("section", item.runs) for item in items],
    }
    if first.number is not None and first.number > 1:
        block["offset"] = first.number - 1
    return block | ({"border": 1} if first.quoted else {})


def _element(kind: str, runs: Runs) -> Block:
    return {"type": f"rich_text_{kind}", "elements": [*_inline(runs)]}


def _inline(runs: Iterable[Run]) -> Iterator[Block]:
    for (style, url), group in groupby(runs, key=lambda run: (run.style, run.url)):
        styled = {"style": dict.fromkeys(sorted(style), True)} if style else {}
        if url:
            yield from ({"type": "link", "url": url, "text": run.text, **styled} for run in group)
            continue
        text = text_of(group)
        for start in range(0, len(text), TEXT):
            yield {"type": "text", "text": text[start : start + TEXT], **styled}


def _table(grid: Grid) -> Block:
    header, *body = grid.rows
    bold = tuple(tuple(Run(r.text, r.style | _BOLD, r.url, r.mark) for r in c) for c in header)
    return {
        "type": "table",
        "column_settings": [{"align": align, "is_wrapped": True} for align in grid.aligns],
        "rows": [[_cell(cell) for cell in row] for row in (bold, *body)],
    }


def _cell(runs: Runs) -> Block:
    if is_rich(runs):
        return {"type": "rich_text", "elements": [_element("section", runs)]}
    return {"type": "raw_text", "text": text_of(runs) or " "}
