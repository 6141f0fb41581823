"""Questions from a JSON Lines file, answers to another, in the same order."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.domain.answer import Answer, Cited, NotFound, Question, Reference, Turn
from bot.domain.trace import Trace, as_data
from bot.errors import ContentError
from bot.services.answering import Answering

HISTORY = 8
"""Turns of a thread that a follow-up can refer to."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the input: a question, or the questions of one thread."""

    id: str
    questions: tuple[str, ...]
    threaded: bool


def read_items(lines: Iterable[str], *, file: str) -> list[Item]:
    """Every line of the input, checked before the first is answered.

    Raises:
        ContentError: names the line that cannot be read.
    """
    return [
        _item(line, file=file, number=number)
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]


def answer_items(items: Iterable[Item], answering: Answering) -> Iterator[dict[str, object]]:
    """One output object an answer."""
    for item in items:
        history: tuple[Turn, ...] = ()
        for turn, text in enumerate(item.questions):
            started = time.perf_counter()
            answer = answering.answer(Question(text, history[-HISTORY:]))
            row = {"id": item.id, **as_json(answer, seconds=time.perf_counter() - started)}
            yield {**row, "turn": turn} if item.threaded else row
            history = (*history, Turn(text, reply(answer)))


def as_json(answer: Answer, *, seconds: float) -> dict[str, object]:
    """The fields that a batch line and `ask --json` share."""
    cited = isinstance(answer, Cited)
    return {
        "reply": reply(answer),
        "cited": answer.keys if isinstance(answer, Cited) else [],
        "abstained": not cited,
        "reason": None if isinstance(answer, Cited) else answer.reason,
        "latency_ms": round(seconds * 1000, 1),
        "model": answer.model,
    }


def detailed_json(
    answer: Answer, *, seconds: float, trace: Trace | None = None
) -> dict[str, object]:
    """What `ask --json` prints: the batch fields, and the sources or the nearest sections.

    With a trace, that too.
    """
    row = as_json(answer, seconds=seconds)
    match answer:
        case Cited():
            row["sources"] = [_source(reference) for reference in answer.references]
        case NotFound():
            row["nearest"] = [{"key": p.source.key, "section": p.section} for p in answer.nearest]
    return {**row, "trace": as_data(trace)} if trace else row


def _source(reference: Reference) -> dict[str, object]:
    return {
        "number": reference.number,
        "key": reference.source.key,
        "label": reference.source.label,
        "title": reference.source.title,
        "url": reference.source.url,
        "sections": list(reference.sections),
        "evidence": reference.evidence,
    }


def reply(answer: Answer) -> str:
    """The answer as Slack gets it, without the list of sources."""
    return answer.full_text


def _item(line: str, *, file: str, number: int) -> Item:
    wanted = 'write {"id": "q1", "question": "…"} or {"id": "t1", "turns": [{"question": "…"}]}'
    try:
        data = json.loads(line)
        turns = data.get("turns")
        asked = [turn["question"] for turn in turns] if turns else [data["question"]]
        return Item(str(data["id"]), tuple(str.strip(text) for text in asked), threaded=bool(turns))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ContentError(
            f"the line is not a question; {wanted}", file=file, line=number
        ) from error
