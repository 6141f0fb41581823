"""How answers look in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.markup import escape

from bot.domain.answer import Answer, Cited, NotFound, Reference


def answer_lines(answer: Answer) -> Iterator[str]:
    """The answer with its sources, as rich markup."""
    match answer:
        case Cited():
            yield escape(answer.text)
            yield ""
            yield from (_reference(reference) for reference in answer.references)
        case NotFound():
            yield escape(answer.text)
            if answer.nearest:
                yield ""
                yield "[bold]The nearest sections I hold:[/bold]"
                for passage in answer.nearest:
                    yield f"  {escape(passage.source.label)}, {escape(passage.section)}"


def _reference(reference: Reference) -> str:
    source = reference.source
    mark = escape(f"[{reference.number}]")
    doubt = "" if reference.evidence == "original" else " [dim](from a page about it)[/dim]"
    return (
        f"[bold]{mark}[/bold] {escape(source.label)}: {escape(source.title)}{doubt}\n"
        f"    {escape('; '.join(reference.sections))}\n    [dim]{escape(source.url)}[/dim]"
    )
