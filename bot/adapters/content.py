"""Reads the notes of the corpus, and names file and line where one is malformed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.domain.answer import Evidence, Passage, Source
from bot.domain.note import Line, Note, Section
from bot.domain.synonyms import Synonyms
from bot.errors import ContentError

_HEADING = re.compile(r"^## +(?P<title>.*?)(?: *\{evidence=(?P<evidence>[a-z]+)\})?\s*$")
_SYNONYMS = TypeAdapter(dict[str, list[str]])
FOLDERS = ("series", "references")
LONGEST_LINE = 1_000
"""Characters: an answer is made of whole lines, and has to fit into a message."""


class _FrontMatter(BaseModel):
    """The block between the `---` lines at the top of a note."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(pattern=r"^[a-z0-9_]+$")
    title: str = Field(min_length=3)
    authors: list[str] = Field(min_length=1)
    year: int = Field(ge=1950, le=2100)
    url: str = Field(pattern=r"^https://\S+$")
    kind: Literal["series", "reference"]
    label: str = Field(min_length=3, max_length=40)
    evidence: Evidence | None = None
    date: object = None


def embedded_corpus() -> Traversable:
    """The folder of notes that ships with adaptbot."""
    return files("knowledge")


def read_corpus(folder: Path | None = None) -> list[Note]:
    """Every note below `folder` (the embedded corpus by default), series first, then by key.

    Raises:
        ContentError: a note is malformed, or two notes share a key.
    """
    root = embedded_corpus() if folder is None else folder
    notes = [read_note(file) for file in _note_files(root)]
    if not notes:
        raise ContentError("there is no note in series/ or references/", file=str(root))
    seen: dict[str, str] = {}
    for note in notes:
        if (other := seen.setdefault(note.source.key, note.file)) != note.file:
            raise ContentError(
                f"the key '{note.source.key}' is taken by {other}", file=note.file, line=2
            )
    return notes


def read_passages(folder: Path | None = None) -> list[Passage]:
    """The passages of every note below `folder`."""
    return [passage for note in read_corpus(folder) for passage in note.passages()]


def read_synonyms(folder: Path | None = None) -> Synonyms:
    """How people name things, from `synonyms.yaml`; none where a folder of notes has no such file.

    Raises:
        ContentError: the file is malformed.
    """
    file = (embedded_corpus() if folder is None else folder).joinpath("synonyms.yaml")
    if not file.is_file():
        return Synonyms()
    name = _display_name(file)
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        return Synonyms.of(_SYNONYMS.validate_python(data))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ContentError(f"not YAML ({error.problem})", file=name, line=line) from error
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ContentError("a synonym reads 'name: [phrase, phrase]'", file=name) from error


def read_note(file: Traversable) -> Note:
    """One note.

    Raises:
        ContentError: with the line at fault.
    """
    name = _display_name(file)
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(f"the file cannot be read as UTF-8 text ({error})", file=name) from error
    end = _end_of_front_matter(lines, name)
    matter = _front_matter("\n".join(lines[1:end]), name)
    if matter.key != file.name.removesuffix(".md"):
        raise ContentError(f"the key '{matter.key}' is not the file's name", file=name, line=2)
    sections = tuple(_sections(lines, end + 1, matter.evidence, name))
    if not sections:
        raise ContentError("the note has no section ('## Heading')", file=name, line=end + 1)
    _check_headings(sections, name)
    return Note(name, _source(matter), sections)


def _note_files(root: Traversable) -> Iterator[Traversable]:
    for folder in FOLDERS:
        directory = root.joinpath(folder)
        if directory.is_dir():
            notes = [file for file in directory.iterdir() if file.name.endswith(".md")]
            yield from sorted(notes, key=lambda file: file.name)


def _display_name(file: Traversable) -> str:
    path = Path(str(file))
    return "/".join(path.parts[-3:]) if "knowledge" in path.parts[-3:] else str(path)


def _end_of_front_matter(lines: list[str], name: str) -> int:
    if not lines or lines[0].strip() != "---":
        raise ContentError("the note does not begin with front matter ('---')", file=name)
    for number, line in enumerate(lines[1:], start=1):
        if line.strip() == "---":
            return number
    raise ContentError("the front matter has no closing '---'", file=name)


def _front_matter(text: str, name: str) -> _FrontMatter:
    try:
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise ContentError(
            f"the front matter is not YAML ({error.problem})", file=name, line=line
        ) from error
    except (yaml.YAMLError, ValueError) as error:  # a control character; a date that is none
        raise ContentError(f"the front matter is not YAML ({error})", file=name) from error
    try:
        return _FrontMatter.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else "front matter"
        raise ContentError(
            f"front matter, '{field}': {first['msg'].lower()}",
            file=name,
            line=_line_of(field, text),
        ) from error


def _line_of(field: str, text: str) -> int:
    for number, line in enumerate(text.splitlines(), start=2):
        if line.startswith(f"{field}:"):
            return number
    return 1


def _source(matter: _FrontMatter) -> Source:
    return Source(
        key=matter.key,
        title=matter.title,
        label=matter.label,
        year=matter.year,
        url=matter.url,
        authors=tuple(matter.authors),
        kind=matter.kind,
    )


def _sections(
    lines: list[str], start: int, default: Evidence | None, name: str
) -> Iterator[Section]:
    heading: Section | None = None
    body: list[Line] = []
    for number, raw in enumerate(lines[start:], start=start + 1):
        line = raw.strip()
        if line.startswith("#"):
            if heading:
                yield _finished(heading, body, name)
            heading, body = _heading(line, number, default, name), []
        elif line and heading is None:
            raise ContentError("text stands before the first '## Heading'", file=name, line=number)
        elif len(line) > LONGEST_LINE:
            raise ContentError(
                f"the line has {len(line):,} characters; write one sentence a line",
                file=name,
                line=number,
            )
        elif line:
            body.append(Line(number, line))
    if heading:
        yield _finished(heading, body, name)


def _heading(line: str, number: int, default: Evidence | None, name: str) -> Section:
    heading = _HEADING.match(line)
    if not heading or not heading["title"] or "{" in heading["title"]:
        raise ContentError(
            "a heading reads '## Title' or '## Title {evidence=original}'", file=name, line=number
        )
    match heading["evidence"] or default:
        case "original" | "secondary" as evidence:
            return Section(heading["title"], number, evidence, ())
        case _:
            raise ContentError(
                "the section does not say how well it is supported: add {evidence=original} or "
                "{evidence=secondary}",
                file=name,
                line=number,
            )


def _check_headings(sections: tuple[Section, ...], name: str) -> None:
    """A section is known by its heading's slug, so there is one, and no other section has it."""
    seen: dict[str, Section] = {}
    for section in sections:
        if not section.slug:
            raise ContentError(
                "the heading has no letter a-z and no digit", file=name, line=section.number
            )
        if (first := seen.setdefault(section.slug, section)) is not section:
            raise ContentError(
                f"the heading '{section.heading}' stands already in line {first.number}",
                file=name,
                line=section.number,
            )


def _finished(heading: Section, body: list[Line], name: str) -> Section:
    if not body:
        raise ContentError(
            f"the section '{heading.heading}' is empty", file=name, line=heading.number
        )
    return Section(heading.heading, heading.number, heading.evidence, tuple(body))
