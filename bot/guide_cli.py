"""The verbs of the decision guide: `recommend` and `flowchart`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.console import console as _console
from bot.console import interactive
from bot.console import progress as _progress
from bot.console import settings as _settings
from bot.guide_options import (
    FORMS,
    checked_description,
    checked_out,
    drawable,
    inputs_of,
    with_folder,
)

if TYPE_CHECKING:
    from bot.domain.answer import Passage, Source
    from bot.domain.dialog import Dialog
    from bot.domain.estimate import Inputs
    from bot.domain.flowchart import Guide, Step
    from bot.services.recommending import Report
    from bot.settings import Settings

NOTHING_READ = (
    "Nothing in the description clearly answers one of the guide's questions. Without a chat "
    "model, descriptions are read in English only."
)


def recommend(
    description: Annotated[
        str | None, typer.Argument(help="The project, in a few sentences.")
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print one JSON object; a description is not asked about."),
    ] = False,
    record: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Where a decision record goes, in Markdown.",
            dir_okay=False,
            callback=with_folder,
        ),
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--input", metavar="NAME=VALUE", help="A number for the estimate: parameters=13, say."
        ),
    ] = None,
    batch: Annotated[
        Path | None,
        typer.Option(help="Descriptions, one JSON object a line.", exists=True, dir_okay=False),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Where the recommendations of --batch go.",
            dir_okay=False,
            callback=with_folder,
        ),
    ] = None,
) -> None:
    """Recommend a method: by the decision guide's questions, or from a description."""
    from bot.services.recommending import report

    inputs = inputs_of(given or [])
    settings = _settings()
    if batch:
        described, recorded = description is not None, record is not None
        place = checked_out(out, batch=batch, described=described, recorded=recorded)
        _recommend_batch(settings, batch, place, inputs)
        return
    if out:
        raise typer.BadParameter("--out goes with --batch; --record FILE keeps one recommendation")
    said = checked_description(description)
    sources = _sources(settings)  # a broken note is better known before the questions
    found = report(_dialog(settings, said, asking=not as_json), sources, inputs)
    _conclude(found, as_json=as_json)
    if record:
        _keep(found, record, said or "")


def flowchart(
    check: Annotated[bool, typer.Option("--check", help="Only say whether it is sound.")] = False,
    file: Annotated[
        Path | None, typer.Option(help="Another guide.", exists=True, dir_okay=False)
    ] = None,
    picture: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Draw it in this file, which ends in .png or .svg.",
            dir_okay=False,
            callback=drawable,
        ),
    ] = None,
    theme: Annotated[
        Literal["light", "dark"], typer.Option(help="The colours of the picture.")
    ] = "light",
) -> None:
    """Show the decision guide, check it, or draw it."""
    from bot.adapters.content import read_corpus
    from bot.adapters.guide import check_guide, load_guide
    from bot.guide_terminal import guide_lines
    from bot.wiring import guide_file

    file = file or guide_file(_settings())
    problems = check_guide(file, corpus=read_corpus(_settings().knowledge)).errors
    for problem in problems:
        typer.echo(str(problem), err=True)
    if problems:
        raise typer.Exit(2)
    if check:
        typer.echo("The decision guide is well formed.")
    guide = load_guide(file)
    if picture:
        _draw(guide, picture, theme)
    if check or picture:
        return
    for line in guide_lines(guide):
        _console().print(line, highlight=False)


def _draw(guide: Guide, file: Path, theme: Literal["light", "dark"]) -> None:
    from bot.adapters.files import write_whole
    from bot.adapters.picture import draw

    write_whole(file, draw(guide, form=FORMS[file.suffix.lower()], theme=theme))
    typer.echo(f"The decision guide is drawn in {file}.")


def _dialog(settings: Settings, description: str | None, *, asking: bool) -> Dialog:
    """The dialog at its outcome; without questions where there is nobody to be asked."""
    from bot import wiring
    from bot.domain.dialog import start
    from bot.guide_terminal import Talk

    guide, console = wiring.guide(settings), _console(stderr=not asking)
    if description is None:
        dialog = start(guide)
    else:
        with _console(stderr=True).status("Reading your description …"):
            read = wiring.reading(settings, guide).read(description)
        if not read:
            typer.echo(NOTHING_READ, err=True)
        dialog = start(guide, read)
        if not (asking and interactive()):
            return dialog.assume()
    talk = Talk(
        console.input, lambda line: console.print(line, highlight=False), _grounds(settings)
    )
    ended = talk.consult(dialog, described=description is not None)
    if ended is None:
        raise typer.Exit(1)
    return ended


def _grounds(settings: Settings) -> Callable[[Step], Passage | None]:
    """Looks up the passage behind a question; the notes are read only when somebody asks."""

    def passage(step: Step) -> Passage | None:
        from bot.adapters.content import read_corpus
        from bot.services.grounds import passage_of

        return passage_of(step, read_corpus(settings.knowledge).passages())

    return passage


def _sources(settings: Settings) -> Mapping[str, Source]:
    from bot.wiring import sources

    return sources(settings)


def _conclude(found: Report, *, as_json: bool) -> None:
    """Print the recommendation; on standard error, the inputs that it had no use for."""
    from bot.guide_terminal import report_lines
    from bot.services.recommending import batch_row

    if as_json:
        typer.echo(json.dumps(batch_row("terminal", found), ensure_ascii=False))
    else:
        for line in report_lines(found):
            _console().print(line, highlight=False)
    used = {used.id for used in found.estimate.uses}
    if idle := [name for name in found.estimate.inputs.given if name not in used]:
        typer.echo(f"The estimate of this method does not need: {', '.join(idle)}.", err=True)


def _keep(found: Report, file: Path, said: str) -> None:
    from datetime import datetime

    from bot.adapters.files import write_whole
    from bot.services.recording import record

    text = record(found, description=said, today=datetime.now().astimezone().date())
    write_whole(file, text.encode())
    typer.echo(f"The decision record is in {file}.", err=True)


def _recommend_batch(settings: Settings, batch: Path, out: Path, inputs: Inputs) -> None:
    from bot import wiring
    from bot.adapters.files import write_whole
    from bot.adapters.lines import read_lines
    from bot.services.describing import Advisor, read_described

    items = read_described(read_lines(batch), file=str(batch))
    guide = wiring.guide(settings)
    advisor = Advisor(guide, wiring.reading(settings, guide), _sources(settings), inputs)
    rows: list[str] = []
    with _progress("Reading the descriptions") as progress:
        for row in advisor.rows(items):
            rows.append(json.dumps(row, ensure_ascii=False))
            progress(len(rows), len(items))
    text = "".join(f"{row}\n" for row in rows)
    write_whole(out, text.encode(errors="backslashreplace"))
