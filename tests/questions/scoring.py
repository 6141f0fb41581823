"""Scores replies against `own.jsonl`: what has to be said, what may be cited, what to decline.

`expects` holds groups, all of which must match; a group is a list of regular expressions, any of
which will do. `must_cite` holds keys, any of which suffices. An unanswerable question is declined
or its premise corrected (`behaviour`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter

from bot.domain.answer import Answer, Cited

FILE = Path(__file__).with_name("own.jsonl")
MAX_CHARACTERS = 1_200
_EMPHASIS = re.compile(r"[*_`~]")


class Expected(BaseModel):
    """What a good reply to one question has."""

    question: str
    answerable: bool
    expects: list[list[str]]
    must_cite: list[str]
    forbid: list[str] = []

    def right(self, reply: str) -> bool:
        """Whether `reply` says everything expected, and nothing forbidden."""
        read = _EMPHASIS.sub("", reply)
        said = all(any(_found(each, read) for each in group) for group in self.expects)
        return said and len(reply) <= MAX_CHARACTERS and not self._forbidden(reply)

    def rightly_cited(self, keys: Sequence[str]) -> bool:
        """Whether an acceptable source is among `keys`."""
        return not self.must_cite or not set(self.must_cite).isdisjoint(keys)

    def scored(self, answer: Answer) -> bool:
        """Whether `answer` is right, and rightly cited."""
        keys = answer.keys if isinstance(answer, Cited) else []
        return self.right(answer.text) and self.rightly_cited(keys)

    def _forbidden(self, reply: str) -> bool:
        return any(_found(each, reply) for each in self.forbid)


class Turn(Expected):
    """One question of a thread."""


class Asked(Expected):
    """One line of the file: a question, or a thread of them."""

    id: str
    kind: str
    turns: list[Turn] = []

    @property
    def thread(self) -> Sequence[Expected]:
        """What is asked, one after another."""
        return self.turns or [self]


def read_questions() -> Iterator[Asked]:
    """Every line of the file."""
    lines = TypeAdapter[Any](Asked)
    for line in FILE.read_text(encoding="utf-8").split("\n"):
        if line:
            yield lines.validate_json(line)


def _found(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE) is not None
