"""How answers, figures and verdicts look in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from bot.domain.answer import Answer, Cited, NotFound, Reference
from bot.domain.evaluation import Figures, Outcome, Share, Tally
from bot.domain.text import clean
from bot.domain.trace import Found, Judged, Trace
from bot.services.evaluating import SHOWN
from bot.services.examining import Verdict


def answer_lines(answer: Answer) -> Iterator[str]:
    """The answer with its sources, as rich markup."""
    match answer:
        case Cited():
            yield escape(answer.full_text)
            yield ""
            yield from reference_lines(answer.references)
        case NotFound():
            yield escape(answer.text)
            if answer.nearest:
                yield ""
                yield "[bold]The nearest sections I hold:[/bold]"
                for passage in answer.nearest:
                    yield f"  {escape(passage.source.label)}, {escape(passage.section)}"


def reference_lines(references: Iterable[Reference]) -> Iterator[str]:
    """The numbered list of sources, as rich markup."""
    return (_reference(reference) for reference in references)


def _reference(reference: Reference) -> str:
    source = reference.source
    mark = escape(f"[{reference.number}]")
    doubt = "" if reference.evidence == "original" else " [dim](from a page about it)[/dim]"
    where = escape("; ".join(reference.sections) or source.key)
    address = f"\n    [dim]{escape(source.url)}[/dim]" if source.url else ""
    return (
        f"[bold]{mark}[/bold] {escape(source.label)}: {escape(source.title)}{doubt}\n"
        f"    {where}{address}"
    )


def trace_lines(trace: Trace) -> Iterator[RenderableType]:
    """How an answer came about: passages with scores, each sentence's check, seconds by stage."""
    yield ""
    if trace.asked:
        yield f"[bold]Looked up:[/bold] {escape(trace.asked)}"
    if trace.found:
        yield "[bold]Found[/bold] (scores compare within this question only):"
        yield _found_table(trace.found)
    if trace.judged:
        yield "[bold]Checked[/bold] (the numbers are those of the passages above):"
        yield _judged_table(trace.judged)
    took = ", ".join(f"{name} {_milliseconds(s * 1000)}" for name, s in trace.seconds.items())
    yield f"[bold]Took[/bold] (the first search loads the model): {took}"


def _found_table(found: Iterable[Found]) -> Table:
    table = Table("", "score", "passage", "to the writer", box=None, padding=(0, 2, 0, 0))
    for each in found:
        place = escape(f"{each.label}, {each.section}")
        words = escape(each.text.split("\n")[0])
        offered = "yes" if each.offered else "no"
        table.add_row(str(each.rank), f"{each.score:.2f}", f"{place}\n[dim]{words}[/dim]", offered)
    return table


def _judged_table(judged: Iterable[Judged]) -> Table:
    table = Table("check", "cites", "sentence, and why", "by", box=None, padding=(0, 2, 0, 0))
    for each in judged:
        check = "[green]kept[/green]" if each.supported else "[red]dropped[/red]"
        numbers = ", ".join(str(number) for number in each.numbers) or "-"
        words = f"{escape(clean(each.sentence))}\n[dim]{escape(each.why)}[/dim]"
        table.add_row(check, numbers, words, escape(each.writer))
    return table


def figures_table(columns: Mapping[str, Figures]) -> Table:
    """Figures of systems that were asked the same, side by side."""
    table = Table("figure", *columns, box=None)
    cells = [dict(_cells(figures)) for figures in columns.values()]
    for name in cells[0]:
        table.add_row(escape(name), *(escape(column[name]) for column in cells))
    return table


def verdict_table(verdicts: Iterable[Verdict]) -> Table:
    """What was found, one row a check, and under it what to do."""
    colours = {"good": "green", "doubtful": "yellow", "bad": "bold red", "off": "dim"}
    table = Table(
        "state", "check", "what was found, and what to do", box=None, padding=(0, 2, 0, 0)
    )
    for verdict in verdicts:
        colour = colours[verdict.state]
        remedy = f"\n[dim]→ {escape(verdict.remedy)}[/dim]" if verdict.remedy else ""
        table.add_row(
            f"[{colour}]{verdict.state}[/{colour}]",
            escape(verdict.name),
            escape(verdict.found) + remedy,
        )
    return table


def rates_line(rates: Mapping[str, float] | None) -> str:
    """What the judge of sufficiency does on questions that it did not see."""
    if rates is None:
        return "Refusals are not calibrated for these notes and this embedding model."
    return (
        f"Refusals, cross-validated on {rates['questions']:,.0f} labelled questions: "
        f"{rates['false_refusals']:.1%} of the answerable refused, "
        f"{rates['false_answers']:.1%} of the others answered"
    )


def _cells(figures: Figures) -> Iterator[tuple[str, str]]:
    yield "right", _share(figures.total.right)
    yield "right and rightly cited", _share(figures.total.good)
    yield "by kind: right / also rightly cited", ""
    for kind, tally in figures.kinds.items():
        yield f"  {kind}", _tally(tally)
    yield "false refusals", _share(figures.false_refusals)
    yield "false answers", _share(figures.false_answers)
    yield "premises corrected", _share(figures.premises_corrected)
    yield "hostile handled", _share(figures.hostile_handled)
    yield "multi-turn turns right", _share(figures.turns_right)
    for depth, share in figures.hits.items():
        yield f"hit@{depth}", _share(share)
    yield "MRR", "-" if figures.mrr is None else f"{figures.mrr:.3f}"
    yield "latency p50", _milliseconds(figures.p50_ms)
    yield "latency p95", _milliseconds(figures.p95_ms)
    yield "written by", ", ".join(f"{name} {count}" for name, count in figures.models.items())


def _tally(tally: Tally) -> str:
    return f"{tally.right.count} / {tally.good.count} of {tally.right.of}"


def _share(share: Share) -> str:
    return "-" if share.value is None else f"{share} ({share.value:.0%})"


def _milliseconds(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f} ms"


def failure_lines(failures: Iterable[Outcome]) -> Iterator[str]:
    """Every question that was not answered well, with the beginning of the reply."""
    for outcome in failures:
        what = "rightly said, wrongly cited" if outcome.score.right else "wrong"
        yield f"\n[bold]{escape(outcome.key)}[/bold] ({escape(outcome.kind)}, {what})"
        yield f"  {escape(clean(outcome.expected.question))}"
        yield f"  [dim]{escape(clean(outcome.reply.text)[:SHOWN])}[/dim]"
