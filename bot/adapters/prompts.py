"""Reads a prompt: a text with declared holes and a version."""

from __future__ import annotations

import string
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.errors import ContentError


class _FrontMatter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    version: int
    holes: list[str]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt as its file has it."""

    name: str
    version: int
    holes: frozenset[str]
    template: str

    def fill(self, **values: str) -> str:
        """The prompt with its holes filled.

        Raises:
            KeyError: the names in `values` are not exactly the declared holes.
        """
        if set(values) != self.holes:
            raise KeyError(f"prompt '{self.name}' takes {sorted(self.holes)}, got {sorted(values)}")
        return self.template.format(**values)


def read_prompt(name: str, folder: Traversable | None = None) -> Prompt:
    """The prompt `name` of the package `prompts`.

    Raises:
        ContentError: the file is malformed, or its text and its declared holes differ.
    """
    file = (folder or files("prompts")).joinpath(f"{name}.md")
    shown = f"prompts/{name}.md"
    try:
        _, head, template = file.read_text(encoding="utf-8").split("---\n", 2)
        matter = _FrontMatter.model_validate(yaml.safe_load(head))
        used = {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}
    except (OSError, ValueError, yaml.YAMLError, ValidationError) as error:
        raise ContentError(
            "a prompt is front matter (name, version, holes) and a text whose braces are holes",
            file=shown,
        ) from error
    if used != set(matter.holes):
        raise ContentError(
            f"the text uses the holes {sorted(used)}, declared are {sorted(matter.holes)}",
            file=shown,
            line=4,
        )
    return Prompt(matter.name, matter.version, frozenset(used), template.strip())
