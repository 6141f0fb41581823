"""The numbered sources below an answer: folded up, each with its age and its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from bot.domain.answer import Evidence, Reference, Source
from bot.slack.layout import Block
from bot.slack.text import inert, link, shortened

ROOM = 4_500
"""Characters of all sources together, their addresses included."""
SECTION = 3_000
TITLE = 120
SECTIONS = 160
EVIDENCE: dict[Evidence, str] = {
    "original": "read in the original",
    "secondary": "from a page about it",
}


def source_list(references: Sequence[Reference], *, year: int | None = None) -> Iterator[Block]:
    """A container of the numbered sources, as far as there is room; nothing for none.

    With `year`, the current one, each tells how old it is. The lines are sections, since Slack has
    been seen to refuse rich text within a container, which its documentation allows.
    """
    if not references:
        return
    lines = [_line(reference, year) for reference in references]
    shown = lines[: sum(length <= ROOM for length in accumulate(map(len, lines)))]
    if more := len(lines) - len(shown):
        shown.append(f"… and {_counted(more, 'more source')}")
    title = {"type": "plain_text", "text": _counted(len(references), "source"), "emoji": False}
    yield {
        "type": "container",
        "title": title,
        "is_collapsible": True,
        "default_collapsed": True,
        "child_blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
            for text in _grouped(shown)
        ],
    }


def _grouped(lines: Sequence[str]) -> Iterator[str]:
    """The lines joined, as many as a section holds."""
    group = ""
    for line in lines:
        if group and len(group) + len(line) >= SECTION:
            yield group
            group = ""
        group = f"{group}\n{line}" if group else line
    yield group


def source_words(references: Sequence[Reference]) -> Iterator[str]:
    """The same in plain words, all of them, with their addresses; not yet inert."""
    for reference in references:
        source = reference.source
        url = f" {source.url}" if source.url else ""
        yield f"{_name(reference, source.title)}{url}"


def age(source: Source, year: int) -> str:
    """When a source appeared, and how long ago that is."""
    match year - source.year:
        case 0:
            return f"{source.year}, this year"
        case 1:
            return f"{source.year}, last year"
        case years if years > 1:
            return f"{source.year}, {years} years old"
    return f"{source.year}"


def _line(reference: Reference, year: int | None) -> str:
    source = reference.source
    name = link(source.url, _name(reference, shortened(source.title, TITLE)))
    return " · ".join([name, *(inert(detail) for detail in _details(reference, year))])


def _name(reference: Reference, title: str) -> str:
    return f"[{reference.number}] {reference.source.label}: {title}"


def _details(reference: Reference, year: int | None) -> Iterator[str]:
    source = reference.source
    if source.kind != "about":
        yield str(source.year) if year is None else age(source, year)
        yield EVIDENCE[reference.evidence]
    if reference.sections:
        yield shortened("; ".join(reference.sections), SECTIONS)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
