"""Reads the decision guide from its YAML file, and names file and line of whatever is wrong."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

import yaml
from pydantic import TypeAdapter, ValidationError

from bot.domain.flowchart import Guide
from bot.domain.flowchart_rules import problems
from bot.domain.flowchart_texts import statements
from bot.errors import ContentError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from bot.domain.note import Corpus

    Where = tuple[str | int, ...]

_GUIDE = TypeAdapter(Guide)
_WORDS = {
    "missing": "is missing",
    "missing_argument": "is missing",
    "missing_keyword_only_argument": "is missing",
    "unexpected_keyword_argument": "is unknown here",
    "tuple_type": "should be a text or a list",
    "string_type": "should be a text",
    "dict_type": "should be a mapping",
    "dataclass_type": "should be a mapping",
    "bool_parsing": "should be true or false",
}
"""Plainer words for what pydantic finds, by its own name of the error."""
_FIGURE = re.compile(r"[0-9]{1,18}")
_HOLE = re.compile(r"\{(\w+)\}")
_VERSION = re.compile(r"[A-Za-z0-9.-]{1,30}")
MOST_PARTS = 100_000
"""Aliases of aliases can make a small file endless; ours has some 4,000 parts."""
DIGITS = 6
"""Of the digest in a version: enough to tell the texts apart that one team ever has."""


class Checked(NamedTuple):
    """A guide, unless something is wrong with its file."""

    guide: Guide | None
    errors: list[ContentError]


def load_guide(path: Traversable | Path | None = None) -> Guide:
    """The decision guide, by default the one that ships with adaptbot.

    Raises:
        ContentError: the first thing that is wrong with the file.
    """
    return parse_guide(guide_text(path), file=_name(path))


def guide_text(path: Traversable | Path | None = None) -> str:
    """The text of a guide's file, by default of the one that ships with adaptbot.

    Raises:
        ContentError: it cannot be read.
    """
    source = path or files("knowledge") / "flowchart.yaml"
    try:
        return source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(f"cannot be read: {error}", file=_name(path)) from error


def parse_guide(text: str, *, file: str) -> Guide:
    """The guide that `text` writes down; `file` is named in errors.

    Its version is the declared one with the first digits of the text's SHA-256, such as
    "2026-11+ab12cd": a guide that was edited is another one, also where nobody declared it so.

    Raises:
        ContentError: the first thing that is wrong.
    """
    guide, errors = _checked(text, file)
    if guide is None or errors:
        raise errors[0]
    return guide


def check_guide(path: Traversable | Path | None = None, *, corpus: Corpus | None = None) -> Checked:
    """The decision guide with all that is wrong with its file, in the order of its lines.

    With `corpus`, what it cites has to be there.
    """
    try:
        text = guide_text(path)
    except ContentError as error:
        return Checked(None, [error])
    return _checked(text, _name(path), corpus)


def _name(path: Traversable | Path | None) -> str:
    return "knowledge/flowchart.yaml" if path is None else str(path)


def _checked(text: str, file: str, corpus: Corpus | None = None) -> Checked:
    reading = _Reading(file, corpus)
    guide = reading.guide(text)
    return Checked(guide, sorted(reading.errors, key=lambda error: error.line))


class _Reading:
    """One pass over one file: the lines of its parts, and the errors found."""

    def __init__(self, file: str, corpus: Corpus | None) -> None:
        self.file = file
        self.corpus = corpus
        self.errors: list[ContentError] = []
        self.lines: dict[Where, int] = {}
        self.settings: dict[str, object] = {}
        self.parts = 0

    def guide(self, text: str) -> Guide | None:
        """The guide, if the text can be understood at all; breaches of rules are noted."""
        try:
            return self._guide(text)
        except RecursionError:
            self._at(
                1, f"it has more than {MOST_PARTS:,} parts, or they lie too deep within each other"
            )
            return None

    def _guide(self, text: str) -> Guide | None:
        root = self._compose(text)
        if root is None:
            return None
        data = self._filled(self._data(root, ()))
        try:
            guide = _GUIDE.validate_python(data)
        except ValidationError as error:
            for each in error.errors():
                self._note(_WORDS.get(each["type"], each["msg"]), each["loc"])
            return None
        for problem in problems(guide):
            self._note(f"{problem.text} ({problem.rule})", problem.where)
        if self.corpus is not None:
            self._look_up(guide, self.corpus)
        if not _VERSION.fullmatch(guide.version):
            self._note("should be 1 to 30 letters, digits, dots and dashes", ("version",))
        digest = hashlib.sha256(text.encode()).hexdigest()[:DIGITS]
        return replace(guide, version=f"{guide.version}+{digest}")

    def _look_up(self, guide: Guide, corpus: Corpus) -> None:
        """Note what is cited and is not in the corpus."""
        for where, grounds in statements(guide):
            for key in grounds.cite:
                if key not in corpus.sources:
                    self._note(f"cites {key!r}, of which there is no note", where)
        held = {passage.id for passage in corpus.passages()}
        for number, step in enumerate(guide.steps):
            if step.passage and step.passage not in held:
                self._note(f"there is no passage {step.passage!r}", ("steps", number, "passage"))

    def _compose(self, text: str) -> yaml.Node | None:
        try:
            root = yaml.compose(text, Loader=yaml.BaseLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            self._at(mark.line + 1 if mark else 1, f"not YAML: {error.problem}")
        except yaml.reader.ReaderError as error:
            self._at(text.count("\n", 0, error.position) + 1, f"cannot be read: {error.reason}")
        else:
            if isinstance(root, yaml.MappingNode):
                return root
            self._at(1, "a guide is a mapping of its parts")
        return None

    def _data(self, node: yaml.Node, where: Where) -> object:
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise RecursionError
        self.lines.setdefault(where, node.start_mark.line + 1)
        match node:
            case yaml.MappingNode():
                return dict(self._items(node, where))
            case yaml.SequenceNode():
                return [self._data(item, (*where, i)) for i, item in enumerate(node.value)]
            case _:
                return node.value

    def _items(self, node: yaml.MappingNode, where: Where) -> Iterator[tuple[str, object]]:
        seen = set()
        for key, value in node.value:
            name, line = key.value, key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self._at(line, "a key is a single word")
                continue
            if name in seen:
                self._at(line, f"the key {name!r} is written twice")
            seen.add(name)
            self.lines[(*where, name)] = line
            yield name, self._data(value, (*where, name))

    def _filled(self, data: object) -> object:
        settings = data.get("settings") if isinstance(data, dict) else None
        self.settings = settings if isinstance(settings, dict) else {}
        return self._fill(data, ())

    def _fill(self, data: object, where: Where) -> object:
        """The data with the figures of settings put into its texts."""
        match data:
            case dict():
                return {key: self._fill(value, (*where, key)) for key, value in data.items()}
            case list():
                return [self._fill(item, (*where, i)) for i, item in enumerate(data)]
            case str():
                return _HOLE.sub(lambda hole: self._figure(hole[1], where), data)
            case _:
                return data

    def _figure(self, name: str, where: Where) -> str:
        if name not in self.settings:
            self._note(f"settings has no {name!r}", where)
        figure = str(self.settings.get(name, ""))
        return f"{int(figure):,}" if _FIGURE.fullmatch(figure) else figure

    def _note(self, problem: str, where: Where) -> None:
        place = ".".join(str(part) for part in where)
        self._at(self._line(where), f"{place}: {problem}")

    def _line(self, where: Where) -> int:
        """The line of the nearest part of the file that holds it."""
        at: Where = ()
        for part in where:
            if (*at, part) in self.lines:
                at = (*at, part)
            elif part != 0:  # a single entry may stand without its list
                break
        return self.lines[at]

    def _at(self, line: int, problem: str) -> None:
        self.errors.append(ContentError(problem, file=self.file, line=line))
