"""How the decision guide and its dialogs look in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rich.markup import escape

from bot.domain.answer import Passage
from bot.domain.dialog import Answered, Dialog
from bot.domain.flow_graph import moves
from bot.domain.flowchart import Guide, State, Step, wording
from bot.services.recommending import Report
from bot.terminal import reference_lines

COMMANDS = (
    ("1, 2 …", "answers with that choice"),
    ("b", "goes back to the question before"),
    ("c 2", "changes answer 2; later answers that still fit are kept"),
    ("t", "lists your answers with their numbers"),
    ("w", "shows the passage behind the question"),
    ("?", "shows this list"),
    ("q", "leaves without a recommendation"),
)
NO_PASSAGE = "No single passage stands behind this question."
NO_ANSWER = "There is no answer yet."
WHICH = "Please name an answer by its number, as in: c 1"
FIRST = "This is the first question."
SETTLED = (
    "That settles every question. Press Enter for the recommendation, or c 1 to change answer 1."
)
NOTHING_READ = "Your description settles none of my questions clearly enough, so I ask them all."


class _LeftError(Exception):
    """The person leaves."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A dialog with somebody at a terminal."""

    ask: Callable[[str], str]
    """Shows its argument and returns the line that is typed; EOFError where none comes."""
    say: Callable[[str], object]
    """Shows a line of rich markup."""
    passage: Callable[[Step], Passage | None]
    """The passage behind a question."""

    def consult(self, dialog: Dialog, *, described: bool = False) -> Dialog | None:
        """The dialog at its outcome, from where it stands; None where the person leaves.

        Where it began with a description, what was read from that comes first.
        """
        self.say(f"[bold]{escape(dialog.guide.title)}[/bold] (a number answers, ? lists the rest)")
        self._lines(read_lines(dialog) if described else ())
        try:
            return self._to_outcome(self._confirmed(dialog) if dialog.outcome else dialog)
        except _LeftError:
            return None

    def _to_outcome(self, dialog: Dialog) -> Dialog:
        shown = None
        while dialog.outcome is None:
            if dialog is not shown:
                self._lines(_question_lines(dialog))
            shown = dialog
            dialog = self._next(dialog, self._typed())
        return dialog

    def _confirmed(self, dialog: Dialog) -> Dialog:
        """The dialog after a last look at it, since it has come to its outcome without a word."""
        self.say(SETTLED)
        while dialog.outcome and (typed := self._typed()):
            moved = self._moved(dialog, typed)
            if moved is None or moved.outcome:
                self.say(SETTLED)
            dialog = moved or dialog
        return dialog

    def _next(self, dialog: Dialog, typed: str) -> Dialog:
        if typed == "w":
            self._lines(_passage_lines(self.passage(dialog.step)))
            return dialog
        if (moved := self._moved(dialog, typed)) is not None:
            return moved
        if choice := _numbered(dialog).get(typed):
            return dialog.choose(dialog.step.id, choice)
        self.say(f"Please type a number from 1 to {len(dialog.options)}, or ? for help.")
        return dialog

    def _moved(self, dialog: Dialog, typed: str) -> Dialog | None:
        """The dialog after a command that needs no question; None where `typed` is none."""
        match typed:
            case "b":
                if not dialog.path:
                    self.say(FIRST)
                    return dialog
                return dialog.back()
            case "t":
                self._lines(_trail_lines(dialog) if dialog.path else [NO_ANSWER])
                return dialog
            case "?":
                self._lines(f"  [bold]{key:<7}[/bold] {does}" for key, does in COMMANDS)
                return dialog
            case _ if typed.startswith("c"):
                return self._changed(dialog, typed[1:].strip())
            case _:
                return None

    def _changed(self, dialog: Dialog, number: str) -> Dialog:
        position = {str(i + 1): i for i in range(len(dialog.path))}.get(number)
        if position is None:
            self._lines([WHICH, *_trail_lines(dialog)] if dialog.path else [NO_ANSWER])
            return dialog
        reopened = dialog.reopened(position)
        self._lines(_question_lines(reopened))
        given = _labels(dialog)[position]
        self.say(f"Your answer was “{escape(given)}”. Press Enter to keep it.")
        while typed := self._typed():
            if choice := _numbered(reopened).get(typed):
                return reopened.choose(reopened.step.id, choice)
            last = len(reopened.options)
            self.say(f"Please type a number from 1 to {last}, or press Enter to keep your answer.")
        self._lines(_question_lines(dialog) if dialog.outcome is None else ())
        return dialog

    def _typed(self) -> str:
        try:
            typed = self.ask("> ").strip().lower()
        except EOFError as error:
            raise _LeftError from error
        if typed == "q":
            raise _LeftError
        return typed

    def _lines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.say(line)


def read_lines(dialog: Dialog) -> Iterator[str]:
    """What was read from a description, before anything is asked."""
    ahead = [answer for answer in dialog.known if answer.read_from]
    if not dialog.path and not ahead:
        yield NOTHING_READ
        return
    yield "[bold]I read these from your description:[/bold]"
    yield from _trail_lines(dialog)
    yield from (f"  •  {_known(dialog.guide, answer)}" for answer in ahead)


def report_lines(report: Report) -> Iterator[str]:
    """A recommendation with its sources, as rich markup."""
    yield f"\n[bold]{escape(report.title)}[/bold]"
    for part in report.parts:
        yield f"\n[bold]{escape(part.heading)}[/bold]"
        yield from (f"  • {escape(line)}" for line in part.lines)
    yield ""
    yield from reference_lines(report.references)


def guide_lines(guide: Guide) -> Iterator[str]:
    """Every step of the guide with its choices."""
    yield f"[bold]{escape(guide.title)}[/bold], version {escape(guide.version)}"
    for step in guide.steps:
        question = wording(step.question, State())
        yield f"\n[bold]{escape(question)}[/bold] ({step.id}, {step.support})"
        yield from (
            f"  • {escape(choice.label[0].text)} [dim]({choice.id})[/dim]"
            for choice in step.choices
        )
    yield "\n[bold]It can recommend[/bold]"
    yield from (
        f"  • {escape(outcome.title)} [dim]({outcome.method})[/dim]" for outcome in guide.outcomes
    )


def _question_lines(dialog: Dialog) -> Iterator[str]:
    yield ""
    if dialog.path:
        so_far = " · ".join(f"{i} {label}" for i, label in enumerate(_labels(dialog), start=1))
        yield f"[dim]So far: {escape(so_far)}[/dim]"
    yield f"[bold]{dialog.progress}. {escape(dialog.question)}[/bold]"
    yield f"[dim]Why we ask: {escape(dialog.step.why.strip())}[/dim]"
    for number, option in enumerate(dialog.options, start=1):
        yield f"  {number}  {escape(option.label)}"


def _numbered(dialog: Dialog) -> dict[str, str]:
    """The ids of the choices, by the numbers under which they are shown."""
    return {str(number): option.id for number, option in enumerate(dialog.options, start=1)}


def _labels(dialog: Dialog) -> list[str]:
    """The answers of the path, as they were shown."""
    return [move.label for move in moves(dialog) if move.label]


def _trail_lines(dialog: Dialog) -> Iterator[str]:
    answered = [move for move in moves(dialog) if move.label]
    for number, (move, answer) in enumerate(zip(answered, dialog.path, strict=True), start=1):
        words = _words(move.question, move.label, answer)
        yield f"  {number}  {words}"


def _known(guide: Guide, answer: Answered) -> str:
    step = guide.step(answer.step)
    label = next(choice.label for choice in step.choices if choice.id == answer.choice)
    return _words(wording(step.question, State()), wording(label, State()), answer)


def _words(question: str, label: str, answer: Answered) -> str:
    words = f"{escape(question)} [bold]{escape(label)}[/bold]"
    return f"{words}, from “{escape(answer.read_from)}”" if answer.read_from else words


def _passage_lines(passage: Passage | None) -> Iterator[str]:
    if passage is None:
        yield NO_PASSAGE
        return
    source = passage.source
    doubt = "" if passage.evidence == "original" else " [dim](from a page about it)[/dim]"
    yield f"[bold]{escape(source.label)}, {escape(passage.section)}[/bold]{doubt}"
    yield from (f"  {escape(sentence)}" for sentence in passage.sentences)
    if source.url:
        yield f"  [dim]{escape(source.url)}[/dim]"
