"""Descriptions of projects from a JSON Lines file, and what the guide recommends for each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.domain.answer import Source
from bot.domain.dialog import start
from bot.domain.estimate import Inputs
from bot.domain.flowchart import Guide
from bot.errors import ContentError
from bot.services.ports import DescriptionReader
from bot.services.recommending import Report, batch_row, report

WANTED = 'write {"id": "d1", "question": "the description of the project"}'


@dataclass(frozen=True, slots=True)
class Described:
    """One line of the input; its further fields are of no interest here."""

    id: str
    description: str


@dataclass(frozen=True, slots=True)
class Advisor:
    """Recommends from descriptions alone: whatever they do not settle counts as not sure."""

    guide: Guide
    reading: DescriptionReader
    sources: Mapping[str, Source]
    inputs: Inputs

    def advise(self, description: str) -> Report:
        """The recommendation for a project.

        Raises:
            ModelUnavailableError: the description cannot be read.
        """
        known = self.reading.read(description)
        return report(start(self.guide, known).assume(), self.sources, self.inputs)

    def rows(self, items: Iterable[Described]) -> Iterator[dict[str, object]]:
        """One output object a description; raises as `advise` does."""
        return (batch_row(item.id, self.advise(item.description)) for item in items)


def read_described(lines: Iterable[str], *, file: str) -> list[Described]:
    """Every line of the input, checked before the first is read; blank ones are passed over.

    Raises:
        ContentError: names the line that is no description.
    """
    return [
        _described(line, file=file, number=number)
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]


def _described(line: str, *, file: str, number: int) -> Described:
    try:
        data = json.loads(line)
        name, description = data["id"], data["question"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _no_description(file, number) from error
    if not isinstance(name, str | int) or not isinstance(description, str):
        raise _no_description(file, number)
    return Described(str(name), description)


def _no_description(file: str, number: int) -> ContentError:
    return ContentError(f"the line is not a description; {WANTED}", file=file, line=number)
