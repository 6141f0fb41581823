"""Markdown, as chat models write it, read into the pieces that Slack's rich text knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.slack.runs import PLAIN, Run, Runs, Style, code_of, decoded, hide_marks, runs_of
from bot.slack.text import clean_lines

NESTING = 100
"""How deep quotes and lists may nest; what is deeper is shown as plain text."""
_RULES_OFF = ("reference", "autolink", "entity", "code", "html_block", "html_inline")
"""Nobody but us makes links; indented text is seldom meant as code."""
_STYLES: Mapping[str, Style] = {
    "strong": frozenset({"bold"}),
    "em": frozenset({"italic"}),
    "s": frozenset({"strike"}),
}
_CODE: Style = frozenset({"code"})
_INDENT = re.compile(r"^[\s>]*\|?")
_BAR = re.compile(r"(?<!\\)\|")

Kind = Literal["paragraph", "heading", "item", "quote", "code"]
Align = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One paragraph, heading, item of a list, quote or block of code."""

    kind: Kind
    runs: Runs
    depth: int = 0
    """Of an item, from 0."""
    number: int | None = None
    """Of an item in an ordered list."""
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; every row has as many cells as `aligns`, the first row is the header."""

    rows: tuple[tuple[Runs, ...], ...]
    aligns: tuple[Align, ...]


Part = Piece | Grid


def read_markdown(text: str, urls: Mapping[int, str]) -> list[Part]:
    """The parts of a Markdown text in order.

    A mark such as [1] becomes a link to `urls[1]`, or plain where that is empty; a mark without an
    entry vanishes. No other link is made: of one that the text holds, its label is left.
    """
    source = hide_marks(clean_lines(text), urls)
    tokens = _parser().parse(source)
    if any(token.level >= NESTING - 1 for token in tokens):
        runs = runs_of([(decoded(source), PLAIN)], urls)
        return [Piece("paragraph", runs)] if runs else []
    reader = _Reader(source.split("\n"), urls)
    reader.read(tokens)
    return reader.parts


def _parser() -> MarkdownIt:
    options = {"html": False, "maxNesting": NESTING}
    parser = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    return parser.disable([*_RULES_OFF])


@dataclass(slots=True)
class _Level:
    """A list that is being read."""

    number: int | None
    begun: bool = False
    """Whether the current item has its first piece."""


class _Reader:
    """Walks through the tokens of one text."""

    def __init__(self, lines: list[str], urls: Mapping[int, str]) -> None:
        self.parts: list[Part] = []
        self._lines = lines
        self._urls = urls
        self._lists: list[_Level] = []
        self._quotes = 0
        self._heading = False

    def read(self, tokens: Iterable[Token]) -> None:
        left = iter(tokens)
        for token in left:
            if token.type == "table_open":
                self._table(takewhile(lambda inner: inner.type != "table_close", left))
            elif token.type == "inline":
                self._paragraph(self._runs(token))
            elif token.type == "fence":
                self._code(token.content)
            elif token.nesting > 0:
                self._enter(token)
            elif token.nesting < 0:
                self._leave(token)

    def _enter(self, token: Token) -> None:
        match token.tag:
            case "ul":
                self._lists.append(_Level(None))
            case "ol":
                self._lists.append(_Level(int(token.attrs.get("start", 1))))
            case "li":
                self._lists[-1].begun = False
            case "blockquote":
                self._quotes += 1
            case _:
                self._heading = token.type == "heading_open"

    def _leave(self, token: Token) -> None:
        match token.tag:
            case "ul" | "ol":
                self._lists.pop()
            case "li":
                level = self._lists[-1]
                level.number = None if level.number is None else level.number + 1
            case "blockquote":
                self._quotes -= 1
            case _:
                self._heading = False

    def _paragraph(self, runs: Runs) -> None:
        if not runs:
            return
        if self._heading:
            runs = tuple(replace(run, style=run.style | {"bold"}) for run in runs)
        if self._lists and not self._lists[-1].begun:
            level, depth = self._lists[-1], len(self._lists) - 1
            level.begun = True
            self.parts.append(Piece("item", runs, depth, level.number, bool(self._quotes)))
        elif self._lists and (item := self._last_item()):
            self.parts[-1] = replace(item, runs=(*item.runs, Run("\n"), *runs))
        else:
            kind: Kind = "heading" if self._heading else "paragraph"
            self.parts.append(Piece("quote" if self._quotes else kind, runs))

    def _last_item(self) -> Piece | None:
        """The item that another paragraph of the current item continues."""
        last = self.parts[-1]
        if isinstance(last, Piece) and last.kind == "item" and last.depth == len(self._lists) - 1:
            return last
        return None

    def _code(self, content: str) -> None:
        if code := code_of(content).strip("\n"):
            self.parts.append(Piece("code", (Run(code),), quoted=bool(self._quotes)))

    def _table(self, tokens: Iterable[Token]) -> None:
        rows: list[list[Runs]] = []
        aligns: list[Align] = []
        for token in tokens:
            if token.type == "tr_open":
                rows.append([])
                at = token.map[0] if token.map else -1
            elif token.type == "inline":
                rows[-1].append(self._runs(token))
            elif token.type == "th_open":
                aligns.append(_align(token))
            elif token.type == "tr_close":
                rows[-1] += self._beyond(at, len(rows[-1]))
        width = max(len(row) for row in rows)
        aligns += ["left"] * (width - len(aligns))
        filled = ((*row, *[()] * (width - len(row))) for row in rows)
        self.parts.append(Grid(tuple(filled), tuple(aligns)))

    def _beyond(self, line: int, width: int) -> Iterator[Runs]:
        """The cells of a row beyond the header's, which Markdown leaves out."""
        written = _INDENT.sub("", self._lines[line]).strip().removesuffix("|")
        for cell in _BAR.split(written)[width:]:
            for token in _parser().parseInline(cell.strip()):
                yield self._runs(token)

    def _runs(self, token: Token) -> Runs:
        return runs_of(_stretches(token.children or [], PLAIN), self._urls)


def _align(token: Token) -> Align:
    match str(token.attrs.get("style", "")).removeprefix("text-align:"):
        case "center":
            return "center"
        case "right":
            return "right"
    return "left"


def _stretches(tokens: Iterable[Token], style: Style) -> Iterator[tuple[str, Style]]:
    open_styles = [style]
    for token in tokens:
        style = frozenset().union(*open_styles)
        if token.tag in _STYLES:
            _toggle(open_styles, token)
        elif token.type == "code_inline":
            yield token.content, style | _CODE
        elif token.type == "image":
            yield from _stretches(token.children or [], style)
        elif token.type in ("softbreak", "hardbreak"):
            yield "\n", style
        elif token.content:
            yield decoded(token.content), style


def _toggle(open_styles: list[Style], token: Token) -> None:
    if token.nesting > 0:
        open_styles.append(_STYLES[token.tag])
    else:
        open_styles.pop()
