"""Marks such as [2] in an answer's text: checked, renumbered, resolved to references."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.domain.answer import Evidence, Passage, Reference, Source

_ITEM = r"[0-9]+(?:\s*[-\u2013]\s*[0-9]+)?"
_MARKS = re.compile(rf"\s*\[({_ITEM}(?:\s*[,;]\s*{_ITEM})*)\]")
_STATEMENT = re.compile(
    rf"(?P<text>(?:(?!\s*\[{_ITEM}).)+?)(?P<marks>(?:\s*\[{_ITEM}(?:\s*[,;]\s*{_ITEM})*\])+)[.!?]?",
    re.DOTALL,
)
_SENTENCE_END = re.compile(r"(?<=\w\w\w)(?<!\bFig)[.!?]\s+(?=[A-Z])")
LONGEST = 3
"""Digits of a mark; more name no passage."""


def cite(text: str, passages: Sequence[Passage]) -> tuple[str, tuple[Reference, ...]]:
    """`text` with its marks renumbered, and the references they name.

    A mark in `text` is the position of a passage, from 1: [2], [2, 4] or [2-4]. A source gets one
    number, in order of first appearance; a mark that names no passage is taken out. No valid mark,
    no references.
    """
    cited: dict[str, list[Passage]] = {}
    sources: dict[str, Source] = {}

    def renumber(match: re.Match[str]) -> str:
        numbers: list[int] = []
        for position in _positions(match[1], len(passages)):
            passage = passages[position - 1]
            for source in (passage.source, *passage.also):
                sources.setdefault(source.key, source)
                of_source = cited.setdefault(source.key, [])
                if passage not in of_source:
                    of_source.append(passage)
                number = list(cited).index(source.key) + 1
                if number not in numbers:
                    numbers.append(number)
        return "".join(
            f" [{number}]" if i == 0 else f"[{number}]" for i, number in enumerate(numbers)
        )

    renumbered = _MARKS.sub(renumber, _known_only(text, len(passages)))
    return renumbered, tuple(
        _reference(number, sources[key], passages)
        for number, (key, passages) in enumerate(cited.items(), start=1)
    )


def supported_only(
    text: str, passages: Sequence[Passage], *, supported: Callable[[str, Sequence[str]], bool]
) -> str:
    """The statements of `text` that `supported` finds borne out by the sentences they cite.

    A statement reaches up to its marks; what carries none is left out with the unsupported.
    """

    def kept(match: re.Match[str]) -> str:
        cited = [passages[at - 1] for at in _positions(match["marks"], len(passages))]
        support = [sentence for passage in cited for sentence in passage.sentences]
        before, statement = _last_sentence(match["text"])
        plain = statement.lstrip(".!? \n\t-*\u2022").rstrip(" .")
        borne_out = support and supported(f"{plain}.", support)
        if not borne_out:
            return ""
        return f" {match[0].removeprefix(before)}" if before else match[0]

    return "".join(kept(match) for match in _STATEMENT.finditer(text)).strip()


def _last_sentence(text: str) -> tuple[str, str]:
    """`text` cut before its last sentence: those before it carry no marks of their own."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    return (text[: ends[-1]], text[ends[-1] :]) if ends else ("", text)


def _known_only(text: str, known: int) -> str:
    """`text` without the marks that name none of `known` passages.

    Taking one out may leave another behind, as in [[9]8].
    """

    def kept(match: re.Match[str]) -> str:
        return match[0] if _positions(match[1], known) else ""

    while (left := _MARKS.sub(kept, text)) != text:
        text = left
    return text


def _positions(marks: str, known: int) -> list[int]:
    positions: list[int] = []
    for item in re.findall(_ITEM, marks):
        ends = [int(digits) for digits in re.findall("[0-9]+", item) if len(digits) <= LONGEST]
        if ends:
            positions.extend(range(max(ends[0], 1), min(ends[-1], known) + 1))
    return positions


def _reference(number: int, source: Source, passages: Sequence[Passage]) -> Reference:
    weakest: Evidence = (
        "secondary" if any(p.evidence == "secondary" for p in passages) else "original"
    )
    return Reference(
        number=number,
        source=source,
        sections=tuple(passage.section for passage in passages),
        evidence=weakest,
    )
