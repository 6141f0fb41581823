"""The files that labelled descriptions and example phrases are read from."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError

from bot.adapters.lines import read_lines
from bot.domain.description import Described
from bot.errors import ContentError

FOLDER = Path("tests", "descriptions")
"""Of our own descriptions, below the working directory."""
MEASURED = ("own", "fit")
"""The sets that a reader is measured on whenever it is fitted."""
BACKGROUND = "background"
"""In a file of phrases: the step whose phrases say nothing about any step."""

Phrase = tuple[str, str, str]
"""Step, choice and words; the step is "" where the words say nothing."""

_DESCRIBED = TypeAdapter(Described)
_PHRASES = TypeAdapter(dict[str, dict[str, list[str]]])


def training_files(root: Path) -> list[Path]:
    """The descriptions below `root` that readers may learn from; none where there are no such."""
    return sorted((root / FOLDER).glob("train*.jsonl"))


def measured_files(root: Path) -> list[Path]:
    """The descriptions below `root` that the fitted reader is measured on, and may be shown."""
    files = (root / FOLDER / f"{name}.jsonl" for name in MEASURED)
    return [file for file in files if file.is_file()]


def phrase_files(root: Path) -> list[Path]:
    """The files of example phrases below `root`."""
    return sorted((root / FOLDER / "phrases").glob("*.yaml"))


def read_descriptions(files: Iterable[Path]) -> list[Described]:
    """Every description of `files`, in order.

    Raises:
        ContentError: a file cannot be read, a line is malformed, words that are said to say
            something do not stand in their description, or an id is taken.
    """
    found: dict[str, Described] = {}
    for file in files:
        for number, line in enumerate(read_lines(file), start=1):
            if not line.strip():
                continue
            described = _described(line, file=file, number=number)
            if described.id in found:
                raise ContentError(f"the id '{described.id}' is taken", file=str(file), line=number)
            found[described.id] = described
    return list(found.values())


def _described(line: str, *, file: Path, number: int) -> Described:
    try:
        described = _DESCRIBED.validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the line"
        raise ContentError(f"{place}: {first['msg']}", file=str(file), line=number) from error
    for step, said in described.said.items():
        if said.words not in described.description:
            raise ContentError(
                f"said.{step}: the words do not stand in the description",
                file=str(file),
                line=number,
            )
    return described


def read_phrases(files: Iterable[Path]) -> list[Phrase]:
    """Every phrase of `files`, in order, each with the step and choice that it stands for.

    Raises:
        ContentError: a file cannot be read, or is not a mapping of steps to choices to phrases.
    """
    found: list[Phrase] = []
    for file in files:
        try:
            data = _PHRASES.validate_python(yaml.safe_load("\n".join(read_lines(file))))
        except (ValidationError, yaml.YAMLError) as error:
            raise ContentError(
                "it is not 'step: choice: list of phrases'", file=str(file)
            ) from error
        for step, choices in data.items():
            named = "" if step == BACKGROUND else step
            found += [(named, choice, text) for choice, texts in choices.items() for text in texts]
    return found
