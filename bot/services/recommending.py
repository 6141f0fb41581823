"""Turns a finished dialog into a report that people read: headed parts with numbered sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bot.domain.answer import Evidence, Reference, Source
from bot.domain.dialog import Dialog
from bot.domain.recommendation import Point, Recommendation, recommend


@dataclass(frozen=True, slots=True)
class Part:
    """One headed part of a report."""

    heading: str
    lines: tuple[str, ...]
    """Sentences with marks such as [1]."""


@dataclass(frozen=True, slots=True)
class Report:
    """A recommendation as it is read."""

    recommendation: Recommendation
    title: str
    parts: tuple[Part, ...]
    references: tuple[Reference, ...]

    @property
    def text(self) -> str:
        """The whole report as plain text, without the list of sources."""
        parts = (
            f"{part.heading}\n" + "\n".join(f"- {x}" for x in part.lines) for part in self.parts
        )
        return "\n\n".join([self.title, *parts])


@dataclass(slots=True)
class _Numbering:
    """Gives each source its number, in order of first appearance."""

    sources: Mapping[str, Source]
    cited: dict[str, Evidence] = field(default_factory=dict)

    def marked(self, point: Point) -> str:
        """The point's text with the marks of the sources that we hold."""
        numbers = [self._number(key, point) for key in point.cite if key in self.sources]
        marks = "".join(f"[{number}]" for number in numbers)
        if point.support == "derived":
            return f"{point.text.rstrip()} (our inference{', from ' + marks if marks else ''})"
        return f"{point.text.rstrip()} {marks}".rstrip()

    def references(self) -> Iterator[Reference]:
        for number, (key, evidence) in enumerate(self.cited.items(), start=1):
            yield Reference(number, self.sources[key], (), evidence)

    def _number(self, key: str, point: Point) -> int:
        evidence: Evidence = "secondary" if point.support == "secondary" else "original"
        if self.cited.setdefault(key, evidence) == "original":
            self.cited[key] = evidence
        return list(self.cited).index(key) + 1


def report(dialog: Dialog, sources: Mapping[str, Source]) -> Report:
    """The report of a finished dialog.

    Raises:
        DialogError: the dialog still has a question to ask.
    """
    recommendation = recommend(dialog)
    numbering = _Numbering(sources)
    parts = tuple(
        Part(heading, lines) for heading, lines in _parts(recommendation, numbering) if lines
    )
    return Report(
        recommendation, f"Recommended: {recommendation.title}", parts, tuple(numbering.references())
    )


def batch_row(name: str, report: Report) -> dict[str, object]:
    """One line of `recommend --batch`, and what `recommend --json` prints."""
    recommendation = report.recommendation
    return {
        "id": name,
        "method": recommendation.method,
        "path": [
            {"step": t.step, "choice": t.choice, "support": t.support, "read_from": t.read_from}
            for t in recommendation.path
        ],
        "unsure": [assumption.step for assumption in recommendation.unsure],
        "todos": [point.id for point in recommendation.todos],
        "reply": report.text,
        "cited": [reference.source.key for reference in report.references],
    }


def _ruled_out(it: Recommendation, numbering: _Numbering) -> dict[str, str]:
    """By reason, the methods that it rules out."""
    titles: dict[str, list[str]] = {}
    for ruled in it.ruled_out:
        titles.setdefault(numbering.marked(ruled.reason), []).append(ruled.title)
    return {reason: "; ".join(methods) for reason, methods in titles.items()}


def _parts(it: Recommendation, numbering: _Numbering) -> Iterator[tuple[str, tuple[str, ...]]]:
    def marked(points: Iterable[Point]) -> tuple[str, ...]:
        return tuple(numbering.marked(point) for point in points)

    yield "In short", marked(it.summary)
    yield "Why", marked(it.reasons)
    yield "Please note", marked(it.notices)
    yield "Do first", marked(it.todos)
    yield "Watch", marked((*it.watch, *it.warnings))
    yield (
        "Ruled out",
        tuple(f"{titles}: {reason}" for reason, titles in _ruled_out(it, numbering).items()),
    )
    yield "You were not sure", tuple(f"{a.question} {a.text}" for a in it.unsure)
    yield "Not in the series, but worth a thought", marked(it.caveats)
    yield "If it falls short", (it.next_rung.text,)
