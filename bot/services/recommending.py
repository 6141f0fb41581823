"""Turns a finished dialog into a report that people read: headed parts with numbered sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bot.domain.answer import Evidence, Reference, Source
from bot.domain.dialog import Dialog
from bot.domain.estimate import Estimate, Input, Inputs, estimate, shown
from bot.domain.flowchart import UNSURE
from bot.domain.recommendation import Assumption, Point, Recommendation, recommend

_MARK = re.compile(r"\[([0-9]+)\]")
ALONE = "By itself, no other answer here would change the recommendation."
WORDS = 200
"""Characters of a description that are shown beside an answer read from it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One headed part of a report."""

    heading: str
    lines: tuple[str, ...]
    """Sentences with marks such as [1]."""
    background: bool = False
    """Whether it is what the recommendation rests on, rather than what to do."""


@dataclass(frozen=True, slots=True)
class Report:
    """A recommendation as it is read."""

    recommendation: Recommendation
    title: str
    parts: tuple[Part, ...]
    references: tuple[Reference, ...]
    estimate: Estimate

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
        marks = self.marks(point.cite, secondary=point.support == "secondary")
        if point.support == "derived":
            return f"{point.text.rstrip()} (our inference{', from ' + marks if marks else ''})"
        return f"{point.text.rstrip()} {marks}".rstrip()

    def marks(self, keys: Iterable[str], *, secondary: bool = False) -> str:
        """The marks of those sources that we hold."""
        numbers = (self._number(key, secondary=secondary) for key in keys if key in self.sources)
        return "".join(f"[{number}]" for number in numbers)

    def references(self) -> Iterator[Reference]:
        for number, (key, evidence) in enumerate(self.cited.items(), start=1):
            yield Reference(number, self.sources[key], (), evidence)

    def _number(self, key: str, *, secondary: bool) -> int:
        evidence: Evidence = "secondary" if secondary else "original"
        if self.cited.setdefault(key, evidence) == "original":
            self.cited[key] = evidence
        return list(self.cited).index(key) + 1


def report(dialog: Dialog, sources: Mapping[str, Source], inputs: Inputs | None = None) -> Report:
    """The report of a finished dialog; `inputs` are what was given for its estimate.

    Raises:
        DialogError: the dialog still has a question to ask.
    """
    recommendation = recommend(dialog)
    figures = estimate(recommendation.method, inputs or Inputs())
    numbering = _Numbering(sources)
    parts = tuple(part for part in _parts(recommendation, figures, numbering) if part.lines)
    return Report(
        recommendation=recommendation,
        title=f"Recommended: {recommendation.title}",
        parts=parts,
        references=tuple(numbering.references()),
        estimate=figures,
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


def _parts(it: Recommendation, figures: Estimate, numbering: _Numbering) -> Iterator[Part]:
    def marked(points: Iterable[Point]) -> tuple[str, ...]:
        return tuple(numbering.marked(point) for point in points)

    yield Part("In short", marked(it.summary))
    yield Part("Why", marked(it.reasons))
    yield Part("Please note", marked(it.notices))
    yield Part("Do first", marked(it.todos))
    yield Part("The ladder", tuple(_ladder(it, numbering)))
    yield Part("Read from your description", tuple(_read(it)), background=True)
    yield Part("Watch", marked((*it.watch, *it.warnings)), background=True)
    yield Part("You were not sure", tuple(_unsure(it)), background=True)
    yield Part("Ruled out", tuple(_ruled_out(it, numbering)), background=True)
    yield Part("Estimate", tuple(_estimated(figures, numbering)), background=True)
    yield Part("Not in the series, but worth a thought", marked(it.caveats), background=True)


def _ladder(it: Recommendation, numbering: _Numbering) -> Iterator[str]:
    yield f"Now: {it.title}."
    yield f"If the target is missed: {it.next_rung.text}"
    yield f"How to find out: {numbering.marked(it.review)}"


def _read(it: Recommendation) -> Iterator[str]:
    for trace in (*it.path, *it.unneeded):
        if trace.read_from:
            words = _MARK.sub(r"(\1)", trace.read_from)  # theirs, and no mark of a source
            words = words if len(words) <= WORDS else f"{words[:WORDS]}…"
            unneeded = " (not asked on this way)" if trace in it.unneeded else ""
            yield f"{trace.question} {trace.label}, from “{words}”{unneeded}"


def _unsure(it: Recommendation) -> Iterator[str]:
    """What is assumed, and what each sure answer would change."""
    for assumption in it.unsure:
        yield " ".join([assumption.question, assumption.text, *_otherwise(assumption)])


def _otherwise(assumption: Assumption) -> Iterator[str]:
    if assumption.otherwise == ():
        yield ALONE
    for other in assumption.otherwise or ():
        labels = " or ".join(f"“{label}”" for label in other.labels)
        yield f"With {labels} it would be: {other.outcome.title}."


def _ruled_out(it: Recommendation, numbering: _Numbering) -> Iterator[str]:
    """Each reason with the methods that it rules out, and the answer that it rests on."""
    titles: dict[str, list[str]] = {}
    for ruled in it.ruled_out:
        reason = numbering.marked(ruled.reason)
        if ruled.by:
            unsure = ruled.by.choice == UNSURE
            said = (
                f"Left open: {ruled.by.question}" if unsure else f"You answered “{ruled.by.label}”."
            )
            reason += f" {said}"
        titles.setdefault(reason, []).append(ruled.title)
    for reason, methods in titles.items():
        yield f"{'; '.join(methods)}: {reason}"


def _estimated(figures: Estimate, numbering: _Numbering) -> Iterator[str]:
    """Each figure with its formula, then the numbers that they rest on."""
    for figure in figures.figures:
        how = f"{figure.formula} {numbering.marks(figure.cite)}".rstrip()
        yield f"{figure.label}: {shown(figure)} ({how}). {figure.assumption}"
    given = [
        _stated(used, figures.inputs) for used in figures.uses if used.id in figures.inputs.given
    ]
    if given:
        yield f"Given by you: {'; '.join(given)}."
    assumed = [
        f"{_stated(used, figures.inputs)} {numbering.marks(used.cite)}".rstrip()
        for used in figures.uses
        if used.id not in figures.inputs.given and used.assumed is not None
    ]
    if assumed:
        yield f"Assumed, and yours to change: {'; '.join(assumed)}."


def _stated(used: Input, inputs: Inputs) -> str:
    return f"{used.label.lower()} {inputs.value(used.id):,.10g} ({used.unit})"
