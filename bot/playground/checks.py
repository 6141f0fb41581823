"""The single checks that the rules for blocks are made of.

Each yields one sentence a problem, in Slack's words, ending in the place: a JSON pointer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bot.playground.workspace import Json

Problems = Iterator[str]
Rule = Callable[[Json, str], Problems]


def problem(what: str, at: str) -> str:
    """A problem and where it is."""
    return f"{what} [json-pointer:{at}]"


def text_of(value: Any) -> str:
    """The text of a text object, or "" for anything else."""
    text = value.get("text") if isinstance(value, dict) else None
    return text if isinstance(text, str) else ""


def listed(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def required(holder: Json, at: str, *names: str) -> Problems:
    """Fields that must be there."""
    for name in names:
        if holder.get(name) is None:
            yield problem(f"missing required field: {name}", at)


def known_fields(holder: Json, at: str, names: frozenset[str]) -> Problems:
    """Fields that Slack does not know are refused."""
    for name in holder.keys() - names:
        yield problem(f"invalid additional property: {name}", at)


def string(value: Any, at: str, *, longest: int, shortest: int = 1) -> Problems:
    """A string of a length Slack takes; None passes."""
    if value is None:
        return
    if not isinstance(value, str):
        yield problem("must provide a string", at)
    elif len(value) > longest:
        yield problem(f"must be less than {longest + 1} characters", at)
    elif len(value) < shortest:
        yield problem(f"must be more than {shortest - 1} characters", at)


def text_object(value: Any, at: str, *, longest: int, plain: bool = False) -> Problems:
    """A text object; `plain` allows plain_text only; None passes."""
    if value is None:
        return
    kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")
    if not isinstance(value, dict):
        yield problem("must provide an object", at)
    elif value.get("type") not in kinds:
        yield problem(f"must be one of: {', '.join(kinds)}", f"{at}/type")
    elif "text" not in value:
        yield problem("missing required field: text", at)
    else:
        yield from string(value["text"], f"{at}/text", longest=longest)


def one_of(value: Any, at: str, *allowed: str) -> Problems:
    """One of a few words; None passes."""
    if value is not None and value not in allowed:
        yield problem(f"must be one of: {', '.join(allowed)}", at)


def items(value: Any, at: str, *, most: int, least: int = 1) -> Problems:
    """A list of a length Slack takes; None passes."""
    if value is None:
        return
    if not isinstance(value, list):
        yield problem("must provide an array", at)
    elif len(value) > most:
        yield problem(f"no more than {most} items allowed", at)
    elif len(value) < least:
        yield problem(f"no fewer than {least} items required", at)


def each(value: Any, at: str, rule: Rule) -> Problems:
    """A rule applied to every object of a list; None passes."""
    for index, item in enumerate(listed(value)):
        place = f"{at}/{index}"
        if isinstance(item, dict):
            yield from rule(item, place)
        else:
            yield problem("must provide an object", place)
