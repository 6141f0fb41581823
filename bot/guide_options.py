"""What the verbs of the decision guide take, and what is wrong with it where it cannot be taken."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

if TYPE_CHECKING:
    from bot.domain.estimate import Inputs

LONGEST_DESCRIPTION = 20_000
"""Characters of a description on the command line: some 3,000 words, or six pages."""
FORMS: dict[str, Literal["png", "svg"]] = {".png": "png", ".svg": "svg"}


def with_folder(file: Path | None) -> Path | None:
    """A file to be written; whether it can be is better known before the work than after it."""
    if file and not file.parent.is_dir():
        raise typer.BadParameter(f"the folder {file.parent} does not exist; please make it first")
    return file


def drawable(file: Path | None) -> Path | None:
    """A file for a picture: its suffix says in which form."""
    if file and file.suffix.lower() not in FORMS:
        raise typer.BadParameter(
            f"{file.name} ends in neither .png nor .svg, which says how to draw it"
        )
    return with_folder(file)


def inputs_of(given: Sequence[str]) -> Inputs:
    """The numbers for the estimate, each written as name=value.

    Raises:
        typer.BadParameter: one is not written so, is unknown, or is out of range.
    """
    from bot.domain.estimate import Inputs
    from bot.errors import EstimateError

    numbers: dict[str, float] = {}
    for each in given:
        name, sign, value = (part.strip() for part in each.partition("="))
        if not sign or not name:
            raise typer.BadParameter(f"--input {each!r}: write it as in --input parameters=13")
        if name in numbers:
            raise typer.BadParameter(f"--input {name} is given twice")
        try:
            numbers[name] = float(value)
        except ValueError:
            raise typer.BadParameter(f"--input {name}: {value!r} is not a number") from None
    try:
        return Inputs(numbers)
    except EstimateError as error:
        raise typer.BadParameter(f"--input: {error}") from error


def checked_description(description: str | None) -> str | None:
    """The description as it was given, if it is one that can be read.

    Raises:
        typer.BadParameter: it has no words, or is far too long.
    """
    from bot.domain.text import clean, has_words

    if description is None:
        return None
    if not has_words(clean(description)):
        raise typer.BadParameter("the description has no words: say what the project is about")
    if len(description) > LONGEST_DESCRIPTION:
        raise typer.BadParameter(
            f"the description has {len(description):,} characters, and "
            f"{LONGEST_DESCRIPTION:,} are read: please shorten it"
        )
    return description


def checked_out(out: Path | None, *, batch: Path, described: bool, recorded: bool) -> Path:
    """Where the recommendations of a batch go.

    Raises:
        typer.BadParameter: it is not named, is the input, or comes with what fits no batch.
    """
    if described:
        raise typer.BadParameter("--batch reads the descriptions from its file: leave yours out")
    if recorded:
        raise typer.BadParameter("--record keeps one recommendation, and --batch makes many")
    if out is None:
        raise typer.BadParameter("--batch needs --out FILE, where the recommendations go")
    if out.resolve() == batch.resolve():
        raise typer.BadParameter("--out is the file of the descriptions; name another one")
    return out
