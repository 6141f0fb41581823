"""Puts question sets to a system, and keeps what it said."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.answer import Cited, Question, Turn
from bot.domain.evaluation import Figures, Outcome, figures
from bot.domain.question_set import Asked
from bot.domain.scoring import Found, Reply
from bot.domain.text import clean
from bot.services.answering import Answering
from bot.services.batch import HISTORY, reply
from bot.services.ports import Progress, System

SHOWN = 200
"""Characters of a reply that failed."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a system said to every question, in order."""

    outcomes: tuple[Outcome, ...]

    @property
    def figures(self) -> Figures:
        """How good that was."""
        return figures(self.outcomes)

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """What was not right, or not rightly cited."""
        return tuple(outcome for outcome in self.outcomes if not outcome.score.good)

    @property
    def record(self) -> dict[str, bool]:
        """Of every question, whether the reply was right and rightly cited."""
        return {outcome.key: outcome.score.good for outcome in self.outcomes}


def evaluate(sets: Sequence[Asked], system: System, *, progress: Progress) -> Report:
    """Ask `system` every question, those of a thread in order with what was said before.

    Raises:
        IndexUnavailableError: the system's index cannot be read.
    """
    outcomes: list[Outcome] = []
    for done, asked in enumerate(sets, start=1):
        outcomes.extend(_thread(asked, system))
        progress(done, len(sets))
    return Report(tuple(outcomes))


def _thread(asked: Asked, system: System) -> Iterator[Outcome]:
    history: tuple[Turn, ...] = ()
    for key, expected in asked.each:
        text = expected.question.strip()
        started = time.perf_counter()
        said = system.reply(Question(text, history[-HISTORY:]))
        yield Outcome(key, expected, said, time.perf_counter() - started)
        history = (*history, Turn(text, said.text))


def reports_json(reports: Mapping[str, Report], *, failures: bool) -> dict[str, object]:
    """What `evaluate --json` prints: how many questions, and each system's figures."""
    asked = max((len(report.outcomes) for report in reports.values()), default=0)
    rows = {name: _report_json(report, failures=failures) for name, report in reports.items()}
    return {"questions": asked, **rows}


def _report_json(report: Report, *, failures: bool) -> dict[str, object]:
    row = report.figures.as_json()
    return {**row, "failures": [_failure(o) for o in report.failures]} if failures else row


def _failure(outcome: Outcome) -> dict[str, object]:
    return {
        "id": outcome.key,
        "kind": outcome.kind,
        "question": clean(outcome.expected.question),
        "reply": clean(outcome.reply.text)[:SHOWN],
        "right": outcome.score.right,
    }


class Adaptbot:
    """The System that people talk to."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def reply(self, question: Question) -> Reply:
        """The answer as a batch line has it, with the passages it was chosen from."""
        answer, retrieval, _ = self._answering.explained(question)
        return Reply(
            reply(answer),
            cited=tuple(answer.keys) if isinstance(answer, Cited) else (),
            abstained=not isinstance(answer, Cited),
            model=answer.model,
            found=tuple(
                Found(
                    keys=tuple(source.key for source in (passage.source, *passage.also)),
                    text="\n".join((passage.section, *passage.sentences)),
                )
                for passage in (retrieval.passages if retrieval else ())
            ),
        )
