"""Plain text put into Markdown so that it reads the same there, and nothing in it comes alive."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from bot.domain.text import clean

WIDTH = 88
"""Characters of a line of quoted text."""
LEAST_FENCE = 3

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&$#])")
_LEADING = re.compile(r"^(\d{1,9})([.)])(?=\s|$)|^([-+=])")
_TICKS = re.compile(r"`+")
_ADDRESS = re.compile(r"https?://[^\s<>]+")


def inert(text: str) -> str:
    """`text` on one line, with everything escaped that Markdown would read as more than text."""
    escaped = _SPECIAL.sub(r"\\\1", clean(text))
    return _LEADING.sub(lambda found: f"{found[1] or ''}\\{found[2] or found[3]}", escaped)


def code(text: str) -> str:
    """`text` as a code span, in which no mention, link or HTML is live."""
    words = clean(text)
    ticks = "`" * (_longest(words) + 1)
    pad = " " if words.startswith("`") or words.endswith("`") else ""
    return f"{ticks}{pad}{words}{pad}{ticks}"


def quoted(text: str) -> str:
    """`text` as a fenced block, wrapped, in which no mention, link or HTML is live."""
    words = clean(text)
    fence = "`" * max(LEAST_FENCE, _longest(words) + 1)
    lines = textwrap.wrap(words, WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join([f"{fence}text", *lines, fence])


def address(url: str) -> str:
    """A link to `url`, or its text where it is no address of a page."""
    return f"<{url}>" if _ADDRESS.fullmatch(url) else code(url)


def bullets(items: Iterable[str], mark: str = "*") -> str:
    """A list, one line for each item, which are Markdown already."""
    return "\n".join(f"{mark} {item}" for item in items)


def numbered(items: Iterable[str]) -> str:
    """A list counted from 1."""
    return "\n".join(f"{number}. {item}" for number, item in enumerate(items, start=1))


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells are Markdown already; each row has as many cells as `columns`."""
    return "\n".join(_lines([columns, ["---"] * len(columns), *rows]))


def _lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _longest(text: str) -> int:
    """The length of the longest run of backticks."""
    return max((len(run) for run in _TICKS.findall(text)), default=0)
