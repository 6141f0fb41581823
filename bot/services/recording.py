"""Writes a recommendation down as a decision record: Markdown by the headings of MADR 4."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from bot.domain.answer import Reference
from bot.domain.estimate import Estimate, Input, shown
from bot.domain.markdown import address, bullets, code, inert, numbered, quoted, table
from bot.domain.recommendation import Assumption, Point, Recommendation, RuledOut, Trace
from bot.domain.text import clean
from bot.services.recommending import ALONE, Report

UNDESCRIBED = "Nobody described the project in words. The answers below say what is known of it."
QUESTION = "Which method of adapting a large language model fits this project?"
ADVISED_AGAINST = "the series advises against it, whatever the answers are."
EVIDENCE = {"original": "read in the source itself", "secondary": "from a page about it"}


def record(report: Report, *, description: str, today: date, asked: str | None = None) -> str:
    """The decision record of a recommendation; the same for the same input.

    Args:
        report: the recommendation.
        description: the project in a person's words; "" where they gave none.
        today: the date of the record.
        asked: who asked, by name; None where nobody is to be named.
    """
    marks = _Marks(report.references)
    it = report.recommendation
    parts = [
        _front(it, today),
        f"# {_title(it)}",
        *_context(description),
        *_drivers(it),
        *_options(it),
        *_outcome(it, marks),
        *_pros_and_cons(it, marks),
        *_more(report, marks, today, asked),
    ]
    return "\n\n".join(parts) + "\n"


@dataclass(frozen=True, slots=True)
class _Marks:
    """Puts the numbers of its sources behind what rests on them."""

    references: tuple[Reference, ...]

    def of(self, keys: Iterable[str]) -> str:
        numbers = {reference.source.key: reference.number for reference in self.references}
        return "".join(f"[{numbers[key]}]" for key in keys if key in numbers)

    def marked(self, point: Point) -> str:
        """The point with its marks; the record holds the same ones as the report."""
        marks = self.of(point.cite)
        if point.support == "derived":
            marks = f"(our inference{', from ' + marks if marks else ''})"
        return f"{inert(point.text)} {marks}".rstrip()

    def all(self, points: Iterable[Point]) -> list[str]:
        return [self.marked(point) for point in points]


def _front(it: Recommendation, today: date) -> str:
    version = json.dumps(it.guide_version)
    return f"---\nstatus: proposed\ndate: {today.isoformat()}\nguide-version: {version}\n---"


def _title(it: Recommendation) -> str:
    """The method within a sentence: what is no abbreviation begins with a small letter."""
    method = it.method_title
    method = method if method[:2].isupper() else method[0].lower() + method[1:]
    return inert(f"Adapt the model by {method}")


def _context(description: str) -> Iterator[str]:
    yield "## Context and Problem Statement"
    if clean(description):
        yield f"{QUESTION} The project in the words that it was described with:"
        yield quoted(description)
    else:
        yield f"{QUESTION} {UNDESCRIBED}"


def _drivers(it: Recommendation) -> Iterator[str]:
    yield "## Decision Drivers"
    yield bullets(_driver(trace) for trace in it.path)
    if it.unsure:
        yield "### Answers That Were Not Sure"
        yield bullets(_assumed(assumption) for assumption in it.unsure)


def _driver(trace: Trace) -> str:
    line = _answered(trace)
    return f"{line} (read from {code(trace.read_from)})" if trace.read_from else line


def _answered(trace: Trace) -> str:
    return f"{inert(trace.question)} **{inert(trace.label)}**"


def _assumed(assumption: Assumption) -> str:
    said = [inert(assumption.question), inert(assumption.text)]
    if assumption.otherwise == ():
        said.append(ALONE)
    for other in assumption.otherwise or ():
        labels = " or ".join(f"“{inert(label)}”" for label in other.labels)
        said.append(f"With {labels} it would be: {inert(other.outcome.title)}.")
    return " ".join(said)


def _options(it: Recommendation) -> Iterator[str]:
    yield "## Considered Options"
    yield bullets(inert(title) for title in (it.method_title, *(r.title for r in it.ruled_out)))


def _outcome(it: Recommendation, marks: _Marks) -> Iterator[str]:
    yield "## Decision Outcome"
    yield f"Recommended: {inert(it.title)}."
    yield f"Chosen option: “{inert(it.method_title)}”, because"
    yield bullets(marks.all(it.reasons))
    yield from _listed("Please note:", marks.all(it.notices))
    yield "### Consequences"
    yield from _listed("What it takes:", marks.all(it.summary))
    yield from _listed("What to watch:", marks.all((*it.watch, *it.warnings)))
    if it.todos:
        yield "### To-Dos"
        yield bullets(marks.all(it.todos), mark="* [ ]")
    yield "### Confirmation"
    yield marks.marked(it.review)
    yield f"If the target is missed: {inert(it.next_rung.text)}"


def _listed(lead: str, items: list[str]) -> Iterator[str]:
    if items:
        yield lead
        yield bullets(items)


def _pros_and_cons(it: Recommendation, marks: _Marks) -> Iterator[str]:
    yield "## Pros and Cons of the Options"
    yield f"### {inert(it.method_title)} (Chosen)"
    yield "See [Decision Outcome](#decision-outcome)."
    for ruled in it.ruled_out:
        yield f"### {inert(ruled.title)}"
        yield bullets(_against(ruled, marks))


def _against(ruled: RuledOut, marks: _Marks) -> Iterator[str]:
    yield f"Ruled out: {marks.marked(ruled.reason)}"
    yield f"Settled by: {_answered(ruled.by) if ruled.by else ADVISED_AGAINST}"


def _more(report: Report, marks: _Marks, today: date, asked: str | None) -> Iterator[str]:
    it = report.recommendation
    yield "## More Information"
    by = f" for {code(asked)}" if asked and clean(asked) else ""
    yield (
        f"Proposed{by} by the decision guide of adaptbot, version {inert(it.guide_version)}, "
        f"on {today.isoformat()}."
    )
    if report.estimate.figures:
        yield "### Estimate"
        yield from _estimate(report.estimate, marks)
    if it.caveats:
        yield "### Not in the Series, but Worth a Thought"
        yield bullets(marks.all(it.caveats))
    if marks.references:
        yield "### Sources"
        yield numbered(_source(reference) for reference in marks.references)


def _estimate(figures: Estimate, marks: _Marks) -> Iterator[str]:
    known = {used.id: used for used in figures.uses}
    yield table(
        ("Figure", "Value", "Formula", "Inputs"),
        (
            (
                inert(figure.label),
                inert(shown(figure)),
                f"{inert(figure.formula)} {marks.of(figure.cite)}".rstrip(),
                "; ".join(_stated(known[name], figures, marks) for name in figure.uses),
            )
            for figure in figures.figures
        ),
    )
    yield from _listed(
        "What these figures take for granted:",
        [f"{inert(figure.label)}: {inert(figure.assumption)}" for figure in figures.figures],
    )
    missing = [used for used in figures.uses if figures.inputs.value(used.id) is None]
    yield from _listed(
        "Not given, and so not reckoned with:",
        [f"{inert(used.label)} ({inert(used.unit)})" for used in missing],
    )


def _stated(used: Input, figures: Estimate, marks: _Marks) -> str:
    value = f"{inert(used.label.lower())} {figures.inputs.value(used.id):,.10g}"
    if used.id in figures.inputs.given:
        return f"{value} ({inert(used.unit)}, given)"
    why = f"assumed: {inert(used.because)} {marks.of(used.cite)}".rstrip()
    return f"{value} ({inert(used.unit)}, {why})"


def _source(reference: Reference) -> str:
    source = reference.source
    named = f"{inert(source.label)}: {inert(source.title)} ({source.year})."
    where = f" {address(source.url)}" if source.url else ""
    return f"{named}{where} ({EVIDENCE[reference.evidence]})"
