"""The rules of what is written in a decision guide: its texts, its ids, and what they rest on."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

from bot.domain.flowchart import NotSure
from bot.domain.flowchart_parts import answers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.flowchart import Grounds, Guide
    from bot.domain.flowchart_parts import Rule, Where

LABEL_LIMIT = 75
"""Characters that Slack shows on a button."""

ID_LIMIT = 24
"""Characters of an id: a button carries the steps and choices of a whole path."""

UNREADABLE = frozenset({"Cc", "Cs"})
"""Unicode's categories of control characters and of halves of a pair."""

SERIES = frozenset({"part1", "part2", "part3"})

_ID = re.compile(rf"[a-z][a-z0-9_]{{0,{ID_LIMIT - 1}}}")
_PASSAGE = re.compile(r"([a-z0-9_]+)#[a-z0-9-]+")


def _short_labels(guide: Guide) -> Iterator[tuple[Where, str]]:
    for where, _, choice in answers(guide):
        for variant in choice.label:
            if not 0 < len(variant.text) <= LABEL_LIMIT:
                yield (*where, "label"), f"a label has 1 to {LABEL_LIMIT} characters"


def _readable(guide: Guide) -> Iterator[tuple[Where, str]]:
    for where, text in _written(guide, ()):
        if not text.strip():
            yield where, "is blank"
        if any(unicodedata.category(letter) in UNREADABLE for letter in text if letter != "\n"):
            yield where, "holds a character that nobody can read"


def _written(value: object, where: Where) -> Iterator[tuple[Where, str]]:
    """Every text of the guide, with its place."""
    if isinstance(value, str):
        yield where, value
    for place, part in _parts(value):
        yield from _written(part, (*where, *place))


def _parts(value: object) -> list[tuple[Where, object]]:
    match value:
        case (NotSure(),):
            return [((), value[0])]  # a single one stands without a list
        case tuple():
            return [((i,), each) for i, each in enumerate(value)]
        case dict():
            return [((key,), each) for key, each in value.items()]
        case _ if is_dataclass(value):
            return [((each.name,), getattr(value, each.name)) for each in fields(value)]
        case _:
            return []


def _plain_ids(guide: Guide) -> Iterator[tuple[Where, str]]:
    places = [(("steps", i, "id"), step.id) for i, step in enumerate(guide.steps)]
    places += [(("outcomes", i, "id"), outcome.id) for i, outcome in enumerate(guide.outcomes)]
    choices = [((*where, "id"), choice.id) for where, _, choice in answers(guide)]
    for where, name in (*places, *choices):
        if not _ID.fullmatch(name):
            yield where, f"an id has small letters, digits and _, at most {ID_LIMIT}: {name!r}"


def _phrases_apart(guide: Guide) -> Iterator[tuple[Where, str]]:
    taken: dict[tuple[str, str], str] = {}
    for where, step, choice in answers(guide):
        for k, phrase in enumerate(choice.phrases):
            words = " ".join(phrase.casefold().split())
            if other := taken.get((step.id, words)):
                yield (*where, "phrases", k), f"the phrase {phrase!r} stands at {other!r} already"
            taken[step.id, words] = choice.id


def _cited_passages(guide: Guide) -> Iterator[tuple[Where, str]]:
    for i, step in enumerate(guide.steps):
        if step.passage is None:
            continue
        found = _PASSAGE.fullmatch(step.passage)
        if found is None:
            yield ("steps", i, "passage"), "write it as key#heading-in-lower-case"
        elif found[1] not in step.cite:
            yield ("steps", i, "passage"), f"the step does not cite {found[1]!r}"


def _named_support(guide: Guide) -> Iterator[tuple[Where, str]]:
    for where, grounds in statements(guide):
        derived = grounds.support == "derived"
        if derived and not grounds.basis and not set(grounds.cite) - SERIES:
            yield where, 'derived: name a reference beyond the series, or "our inference" as basis'
        if not derived and not grounds.cite:
            yield where, f"{grounds.support}: cite the source"


def statements(guide: Guide) -> Iterator[tuple[Where, Grounds]]:
    """Everything in the guide that names its support, with its place."""
    yield from ((("steps", i), step) for i, step in enumerate(guide.steps))
    for where, _, choice in answers(guide):
        if choice.reason:
            yield (*where, "reason"), choice.reason
    for i, outcome in enumerate(guide.outcomes):
        yield ("outcomes", i, "because"), outcome.because
        for key in ("summary", "watch"):
            yield from ((("outcomes", i, key, k), s) for k, s in enumerate(getattr(outcome, key)))
    yield from _shelved(guide)


def _shelved(guide: Guide) -> Iterator[tuple[Where, Grounds]]:
    yield ("review",), guide.review
    for key in ("advised_against", "todos", "notices", "warnings", "caveats"):
        yield from (((key, name), text) for name, text in getattr(guide, key).items())
    for method, facts in guide.methods.items():
        yield from ((("methods", method, "lacks", key), text) for key, text in facts.lacks.items())
    for name, need in guide.flags.items():
        if need.deferred:
            yield ("flags", name, "deferred"), need.deferred


WRITTEN: dict[str, Rule] = {
    "short-labels": _short_labels,
    "readable-texts": _readable,
    "plain-ids": _plain_ids,
    "phrases-apart": _phrases_apart,
    "named-support": _named_support,
    "cited-passages": _cited_passages,
}
"""By name; each gives the places where it is broken, with a sentence."""
