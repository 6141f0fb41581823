"""What the buttons of a dialog carry: all that is needed to go on from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.domain.dialog import Answered, Dialog
from bot.services.consulting import Position
from bot.slack.origin import Origin

PREFIX = "guide:"
"""Of the action_id of each of these buttons."""
READ = "*"
"""After an answer that was read from a description."""
LONGEST = 480
"""Characters of all answers in a button: Slack takes about 13,000 in all blocks of a message."""


class Press(BaseModel):
    """Where a button leads; nothing is looked up to find the way."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", validate_by_name=True, hide_input_in_errors=True
    )

    version: str = Field(alias="v", max_length=40)
    owner: str = Field(alias="o", pattern=r"^[UW][A-Z0-9]{1,39}$")
    path: str = Field(alias="p", max_length=LONGEST)
    """`step=choice` joined by commas, the choice of this button included; `*` where it was read."""
    known: str = Field(default="", alias="k", max_length=LONGEST)
    """Answers for questions that come up later, written alike."""
    consultation: str = Field(default="", alias="d", max_length=40)
    """What is kept about the dialog."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.path) + len(self.known) > LONGEST:
            raise ValueError("too many answers for a button")
        return self

    @classmethod
    def at(cls, dialog: Dialog, *, owner: str, consultation: str) -> Self:
        """A button that leads to where `dialog` stands.

        Raises:
            ValidationError: the dialog has gone through too many answers for a button.
        """
        return cls(
            version=dialog.guide.version,
            owner=owner,
            path=_marked(dialog.path),
            known=_marked(dialog.known),
            consultation=consultation,
        )

    @property
    def position(self) -> Position:
        """Where it leads."""
        path, known = read_path(self.path), read_path(self.known)
        return Position(self.version, path, known, self.consultation)

    @property
    def value(self) -> str:
        """The button's value."""
        return self.model_dump_json(by_alias=True, exclude_defaults=True)


class Held(BaseModel):
    """What a modal carries that was opened by a button: the button, and where it was pressed."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", validate_by_name=True, hide_input_in_errors=True
    )

    press: Press
    origin: Origin
    message: str
    """The `ts` of the button's message."""


def write_path(path: Iterable[Answered]) -> str:
    """A path as text: `prompting=falls_short,facts=yes`."""
    return ",".join(f"{answer.step}={answer.choice}" for answer in path)


def _marked(path: Sequence[Answered]) -> str:
    marks = ("" if answer.read_from is None else READ for answer in path)
    return ",".join(f"{a.step}={a.choice}{mark}" for a, mark in zip(path, marks, strict=True))


def read_path(text: str) -> list[Answered]:
    """The path of a button, or of `write_path`; what does not fit the guide shows on replay."""
    pairs = [pair.partition("=") for pair in text.split(",") if pair]
    return [
        Answered(step, choice.removesuffix(READ), "" if choice.endswith(READ) else None)
        for step, _, choice in pairs
    ]
