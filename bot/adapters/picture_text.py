"""Text of a picture: the font that comes with matplotlib, measured and broken into lines."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.textpath import text_to_path

from bot.domain.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

LEADING = 1.24
"""Height of a line by the size of its letters."""
_GLUE = "\u00a0"
"""A space at which no line ends."""
_UNKNOWN = "\u25a1"
_NARROWEST = 40
"""Percent of the room that lines of even width may shrink to."""


@lru_cache(maxsize=64)
def face(size: float, *, bold: bool = False) -> FontProperties:
    """The font at that size in points; always the same file, whatever the machine has."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    path = Path(mpl.get_data_path(), "fonts", "ttf", name)
    return FontProperties(fname=str(path), size=size)


def drawable(text: str) -> str:
    """`text` without invisible characters, with a box for each letter that the font lacks."""
    known = _letters()
    return "".join(c if ord(c) in known else _UNKNOWN for c in clean(text))


@lru_cache(maxsize=1)
def _letters() -> frozenset[int]:
    both = (get_font(str(face(1, bold=bold).get_file())).get_charmap() for bold in (False, True))
    return frozenset.intersection(*(frozenset(int(code) for code in known) for known in both))


@lru_cache(maxsize=4096)
def width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of one line, in the unit of `size`."""
    return float(
        text_to_path.get_text_width_height_descent(text, face(size, bold=bold), ismath=False)[0]
    )


def wrapped(
    text: str, room: float, size: float, *, bold: bool = False, most: int = 6
) -> tuple[str, ...]:
    """`text` in at most `most` lines of about the same width, none wider than `room`.

    What is cut off ends in "…", and a word wider than `room` is broken.
    """
    words = [word for word in drawable(text).replace(" /", _GLUE + "/").split(" ") if word]
    lines = _filled(words, room, size, bold=bold)
    if len(lines) > most:
        return (*lines[: most - 1], _shortened(" ".join(lines[most - 1 :]), room, size, bold=bold))
    least = max((width(word, size, bold=bold) for word in words), default=0.0)
    for part in range(_NARROWEST, 100, 2):
        even = _filled(words, room * part / 100, size, bold=bold)
        if least <= room * part / 100 and len(even) == len(lines):
            return tuple(even)
    return tuple(lines)


def _filled(words: Sequence[str], room: float, size: float, *, bold: bool) -> list[str]:
    lines: list[str] = []
    for word in words:
        for i, piece in enumerate(_pieces(word, room, size, bold=bold)):
            joined = f"{lines[-1]} {piece}" if lines else piece
            if lines and i == 0 and width(joined, size, bold=bold) <= room:
                lines[-1] = joined
            else:
                lines.append(piece)
    return lines


def _pieces(word: str, room: float, size: float, *, bold: bool) -> list[str]:
    pieces = [""]
    for character in word:
        if pieces[-1] and width(pieces[-1] + character, size, bold=bold) > room:
            pieces.append("")
        pieces[-1] += character
    return pieces


def _shortened(line: str, room: float, size: float, *, bold: bool) -> str:
    """As many words as fit with "…" after them, and of a single long word its beginning."""
    while line and width(f"{line}…", size, bold=bold) > room:
        line = line.rpartition(" ")[0] or line[:-1]
    return f"{line.rstrip(' /,;:' + _GLUE)}…"
