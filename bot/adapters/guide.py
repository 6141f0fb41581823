"""Reads the decision guide from its YAML file, and names file and line of whatever is wrong."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

import yaml
from pydantic import TypeAdapter, ValidationError

from bot.domain.flowchart import Guide
from bot.domain.flowchart_rules import problems
from bot.errors import ContentError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable
    from pathlib import Path

    Where = tuple[str | int, ...]

_GUIDE = TypeAdapter(Guide)
_WORDS = {
    "missing": "is missing",
    "missing_argument": "is missing",
    "missing_keyword_only_argument": "is missing",
    "unexpected_keyword_argument": "is unknown here",
    "tuple_type": "should be a text or a list",
}
"""Plainer words for what pydantic finds, by its own name of the error."""
_HOLE = re.compile(r"\{(\w+)\}")


class Checked(NamedTuple):
    """A guide, unless something is wrong with its file."""

    guide: Guide | None
    errors: list[ContentError]


def load_guide(path: Traversable | Path | None = None) -> Guide:
    """The decision guide, by default the one that ships with adaptbot.

    Raises:
        ContentError: the first thing that is wrong with the file.
    """
    guide, errors = check_guide(path)
    if guide is None or errors:
        raise errors[0]
    return guide


def check_guide(path: Traversable | Path | None = None) -> Checked:
    """The decision guide with all that is wrong with its file, in the order of its lines."""
    source = path or files("knowledge") / "flowchart.yaml"
    file = f"knowledge/{source.name}" if path is None else str(source)
    reading = _Reading(file)
    guide = reading.guide(source)
    return Checked(guide, sorted(reading.errors, key=lambda error: error.line))


class _Reading:
    """One pass over one file: the lines of its parts, and the errors found."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.errors: list[ContentError] = []
        self.lines: dict[Where, int] = {}
        self.settings: dict[str, object] = {}

    def guide(self, source: Traversable | Path) -> Guide | None:
        """The guide, if the file can be understood at all; breaches of rules are noted."""
        root = self._compose(source)
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
        return guide

    def _compose(self, source: Traversable | Path) -> yaml.Node | None:
        try:
            root = yaml.compose(source.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            self._at(mark.line + 1 if mark else 1, f"not YAML: {error.problem}")
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            self._at(1, f"cannot be read: {error}")
        else:
            if isinstance(root, yaml.MappingNode):
                return root
            self._at(1, "a guide is a mapping of its parts")
        return None

    def _data(self, node: yaml.Node, where: Where) -> object:
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
            name, line = str(key.value), key.start_mark.line + 1
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
        return f"{int(figure):,}" if figure.isdecimal() else figure

    def _note(self, problem: str, where: Where) -> None:
        """Note a problem at the nearest part of the file that holds it."""
        nearest = next(where[:n] for n in range(len(where), -1, -1) if where[:n] in self.lines)
        place = ".".join(str(part) for part in where)
        self._at(self.lines[nearest], f"{place}: {problem}")

    def _at(self, line: int, problem: str) -> None:
        self.errors.append(ContentError(problem, file=self.file, line=line))
