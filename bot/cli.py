"""The verbs of the command line; each reads the settings, calls the wiring and prints."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.console import console as _console
from bot.console import progress as _progress
from bot.console import settings as _settings
from bot.guide_cli import flowchart, recommend
from bot.playground_cli import playground

if TYPE_CHECKING:
    from bot.domain.question_set import Asked
    from bot.services.answering import Answering
    from bot.services.evaluating import Report
    from bot.settings import Settings

app = typer.Typer(
    name="adaptbot",
    help="Answers questions about adapting large language models, and recommends a method.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="What you want to know.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    batch: Annotated[
        Path | None,
        typer.Option(help="Questions, one JSON object a line.", exists=True, dir_okay=False),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where the answers of --batch go.", dir_okay=False)
    ] = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Show what was found, each sentence's check, the seconds."),
    ] = False,
) -> None:
    """Answer a question, with its sources."""
    settings = _settings()
    if batch:
        if explain:
            raise typer.BadParameter("--explain is for one question; leave it out with --batch")
        _ask_batch(settings, batch, out)
        return
    from bot.domain.answer import Question
    from bot.terminal import answer_lines, trace_lines

    answering = _answering(settings)
    started = time.perf_counter()
    answer, _, trace = answering.explained(Question(question or ""))
    seconds = time.perf_counter() - started
    if as_json:
        from bot.services.batch import detailed_json

        row = detailed_json(answer, seconds=seconds, trace=trace if explain else None)
        typer.echo(json.dumps(row, ensure_ascii=False))
        return
    for line in (*answer_lines(answer), *(trace_lines(trace) if explain else ())):
        _console().print(line, soft_wrap=False, highlight=False)


@app.command()
def index(
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Even if nothing changed.")] = False,
) -> None:
    """Build the index where the notes, the model or the splitter changed."""
    from bot.wiring import build_index

    settings = _settings()
    with _progress() as progress:
        built = build_index(settings, progress=progress, rebuild=rebuild)
    typer.echo("The index is built." if built else "The index is up to date.")


@app.command()
def sources(
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List what the answers rest on."""
    from bot.adapters.content import read_corpus

    notes = read_corpus(_settings().knowledge).notes
    if as_json:
        from dataclasses import asdict

        typer.echo(json.dumps([asdict(note.source) for note in notes], ensure_ascii=False))
        return
    from rich.table import Table

    table = Table("key", "cited as", "title", "sections", box=None)
    for note in notes:
        table.add_row(
            note.source.key, note.source.label, note.source.title, str(len(note.sections))
        )
    _console().print(table)


app.command()(recommend)
app.command()(flowchart)


@app.command()
def evaluate(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Question sets; by default those in tests/questions.", exists=True, dir_okay=False
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="Record what is right now, for the tests to hold.")
    ] = False,
    baseline: Annotated[
        bool, typer.Option(help="Ask the plain pipeline the same questions.")
    ] = True,
    failures: Annotated[bool, typer.Option("--failures", help="Show what failed.")] = False,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="First fit ranking and refusals to our questions.")
    ] = False,
) -> None:
    """Score the answers to question sets, beside a plain pipeline's."""
    from bot.adapters.question_files import RECORDED, write_record
    from bot.services.evaluating import reports_json
    from bot.terminal import failure_lines, figures_table, rates_line
    from bot.wiring import calibration_rates

    settings = _settings()
    if (accept or calibrate) and files:
        raise typer.BadParameter("--accept and --calibrate take our own questions; name no files")
    asked = _asked(files or [])
    if calibrate:
        _calibrate(settings, asked)
    reports = _reports(settings, asked, baseline=baseline)
    own = reports["adaptbot"]
    if accept:
        write_record(RECORDED, own.record)
        typer.echo(f"{RECORDED} is written.", err=True)
    rates = calibration_rates(settings)
    if as_json:
        row = {**reports_json(reports, failures=failures), "calibration": rates}
        typer.echo(json.dumps(row, ensure_ascii=False))
        return
    columns = {name: report.figures for name, report in reports.items()}
    _console().print(f"{len(own.outcomes)} questions")
    _console().print(figures_table(columns))
    _console().print(rates_line(rates), highlight=False)
    for line in failure_lines(own.failures) if failures else ():
        _console().print(line, soft_wrap=True, highlight=False)


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check every setting and connection, and say what to do; ends with 1 where one is bad."""
    from dataclasses import asdict

    from bot.doctor import verdicts as look
    from bot.services.examining import in_order
    from bot.terminal import verdict_table

    verdicts = look()
    if as_json:
        rows = [asdict(verdict) for verdict in verdicts]
        typer.echo(json.dumps({"ok": in_order(verdicts), "checks": rows}, ensure_ascii=False))
    else:
        _console().print(verdict_table(verdicts))
    if not in_order(verdicts):
        raise typer.Exit(1)


@app.command()
def serve() -> None:
    """Run against Slack: Socket Mode where SLACK_APP_TOKEN is set, else HTTP."""
    from bot.wiring import serve as run

    run(_settings(), progress=_progress)


app.command()(playground)


def _ask_batch(settings: Settings, batch: Path, out: Path | None) -> None:
    from bot.adapters.lines import read_lines, write_lines
    from bot.services.batch import answer_items, read_items

    if out is None:
        raise typer.BadParameter("--batch needs --out FILE, where the answers go")
    if out.resolve() == batch.resolve():
        raise typer.BadParameter("--out is the file of the questions; name another one")
    items = read_items(read_lines(batch), file=str(batch))
    answering = _answering(settings)
    write_lines(
        out, (json.dumps(row, ensure_ascii=False) for row in answer_items(items, answering))
    )


def _asked(files: list[Path]) -> list[Asked]:
    from bot.adapters.question_files import FOLDER, own_files, read_questions
    from bot.domain.question_set import FLOWCHART

    chosen = files or own_files(Path())
    if not chosen:
        raise typer.BadParameter(f"there is no question set in {FOLDER}: name the files to read")
    lines = read_questions(chosen)
    asked = [line for line in lines if line.kind != FLOWCHART]
    if skipped := len(lines) - len(asked):
        what = "lines are" if skipped > 1 else "line is"
        typer.echo(f"{skipped} flowchart {what} left to `recommend --batch`.", err=True)
    if not asked:
        raise typer.BadParameter("there is no question to answer in these files")
    return asked


def _reports(settings: Settings, asked: list[Asked], *, baseline: bool) -> dict[str, Report]:
    """What each system said, by its name; they share one embedding model."""
    from bot import wiring
    from bot.services.evaluating import evaluate as put

    embeddings = wiring.embedding_model(settings)
    makers = {"adaptbot": wiring.adaptbot}
    if baseline:
        makers["plain"] = wiring.plain_pipeline
    reports: dict[str, Report] = {}
    for name, make in makers.items():
        with _progress() as progress:
            system = make(settings, embeddings=embeddings, progress=progress)
        with _progress(f"Asking {name}") as progress:
            reports[name] = put(asked, system, progress=progress)
    return reports


def _calibrate(settings: Settings, asked: list[Asked]) -> None:
    from bot.adapters.question_files import calibration_files, read_questions
    from bot.wiring import calibrate, calibrate_reader

    labelled = read_questions(calibration_files(Path()))
    with _progress("Calibrating") as progress:
        calibrate(settings, asked=asked, labelled=labelled, progress=progress)
    with _progress("Calibrating the reader of descriptions") as progress:
        calibrate_reader(settings, progress=progress)


def _answering(settings: Settings) -> Answering:
    from bot.wiring import answering

    with _progress() as progress:
        return answering(settings, progress=progress)
