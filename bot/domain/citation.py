"""Marks such as [2] in an answer's text: checked, renumbered, resolved to references."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.domain.answer import Evidence, Passage, Reference

_MARKS = re.compile(r"\s*\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\]")


def cite(text: str, passages: Sequence[Passage]) -> tuple[str, tuple[Reference, ...]]:
    """`text` with its marks renumbered, and the references they name.

    A mark in `text` is the position of a passage, from 1. A source gets one number, in order of
    first appearance; a mark that names no passage is taken out. No valid mark, no references.
    """
    cited: dict[str, list[Passage]] = {}

    def renumber(match: re.Match[str]) -> str:
        numbers: list[int] = []
        for position in (int(digits) for digits in re.findall(r"\d+", match[1])):
            if 1 <= position <= len(passages):
                passage = passages[position - 1]
                of_source = cited.setdefault(passage.source.key, [])
                if passage not in of_source:
                    of_source.append(passage)
                number = list(cited).index(passage.source.key) + 1
                if number not in numbers:
                    numbers.append(number)
        return "".join(
            f" [{number}]" if i == 0 else f"[{number}]" for i, number in enumerate(numbers)
        )

    renumbered = _MARKS.sub(renumber, text)
    return renumbered, tuple(
        _reference(number, group) for number, group in enumerate(cited.values(), start=1)
    )


def _reference(number: int, passages: Sequence[Passage]) -> Reference:
    weakest: Evidence = (
        "secondary" if any(p.evidence == "secondary" for p in passages) else "original"
    )
    return Reference(
        number=number,
        source=passages[0].source,
        sections=tuple(passage.section for passage in passages),
        evidence=weakest,
    )
