"""Marks such as [2] in an answer's text: checked, renumbered, resolved to references."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.domain.answer import Evidence, Passage, Reference, Source
from bot.domain.text import has_words

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


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of what a writer wrote, with the passages that it cites."""

    written: str
    """As it stands in the text, marks and all."""
    plain: str
    """Without marks, ending in a full stop."""
    positions: tuple[int, ...] = ()
    """Of the passages, from 1; none where it carries no mark that names one."""


def statements(text: str, known: int) -> Iterator[Statement]:
    """The sentences of `text`, in order, of which marks may name the first `known` passages.

    A statement reaches up to its marks; the sentences before it carry none of their own.
    """
    end = 0
    for match in _STATEMENT.finditer(text):
        before, last = _last_sentence(match["text"])
        yield from _unmarked(before)
        written = f" {match[0].removeprefix(before)}" if before else match[0]
        yield Statement(written, _plain(last), tuple(_positions(match["marks"], known)))
        end = match.end()
    yield from _unmarked(text[end:])


def supported_only(
    text: str,
    passages: Sequence[Passage],
    *,
    supported: Callable[[Statement, Sequence[str]], bool],
) -> str:
    """The statements of `text` that `supported` finds borne out by the sentences they cite.

    It is asked of every statement, once and in order; what cites nothing has no support, and is
    left out whatever is said of it.
    """

    def kept(statement: Statement) -> bool:
        cited = [passages[at - 1] for at in statement.positions]
        support = [sentence for passage in cited for sentence in passage.sentences]
        return supported(statement, support) and bool(support)

    found = statements(text, len(passages))
    return "".join(statement.written for statement in found if kept(statement)).strip()


def _unmarked(text: str) -> Iterator[Statement]:
    for sentence in _SENTENCE_END.split(text):
        if has_words(sentence):
            yield Statement(sentence, _plain(sentence.rstrip(" .!?")))


def _plain(statement: str) -> str:
    return statement.lstrip(".!? \n\t-*\u2022").rstrip(" .") + "."


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
