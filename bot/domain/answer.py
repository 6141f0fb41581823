"""A question, the passages that may answer it, and the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Evidence = Literal["original", "secondary"]
"""How well a section is supported: read in the source itself, or in a page about it."""

Reason = Literal["off_topic", "not_covered", "insufficient", "empty", "too_long"]
"""Why there is no answer."""


@dataclass(frozen=True, slots=True)
class Source:
    """One part of the series, one reference, or the bot itself."""

    key: str
    title: str
    label: str
    """How a citation names it: "Part 1", or "Hu 2021"."""
    year: int
    url: str
    """Empty for the bot itself."""
    authors: tuple[str, ...] = ()
    kind: Literal["series", "reference", "about"] = "reference"


@dataclass(frozen=True, slots=True)
class Passage:
    """One section of a note: the unit that is indexed and cited."""

    id: str
    """Stable: `key#section-slug`."""
    source: Source
    section: str
    evidence: Evidence
    sentences: tuple[str, ...]
    """Each stands alone, so that any one of them can be shown by itself."""
    also: tuple[Source, ...] = ()
    """Sources beside `source` that the sentences rest on; an answer cites them all."""
    asked: tuple[tuple[str, ...], ...] = ()
    """For each sentence the questions by which it is found as well; never shown."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One sentence of a passage that a search found."""

    passage: Passage
    sentence: int
    """Position in `passage.sentences`, from 0."""
    score: float
    """Higher is better; its scale is the searcher's own."""

    def scored(self, score: float) -> Hit:
        """The same with another score; `dataclasses.replace` takes twice as long."""
        return Hit(self.passage, self.sentence, score)

    @property
    def text(self) -> str:
        """The sentence itself."""
        return self.passage.sentences[self.sentence]

    @property
    def asked(self) -> tuple[str, ...]:
        """Questions that the sentence answers."""
        return self.passage.asked[self.sentence] if self.passage.asked else ()

    @property
    def id(self) -> str:
        """Stable name of the sentence."""
        return f"{self.passage.id}/{self.sentence}"


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a thread with the reply it got."""

    question: str
    reply: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asked, with what was said before in the same thread (oldest first)."""

    text: str
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A numbered entry of an answer's list of sources."""

    number: int
    """As in the text, from 1."""
    source: Source
    sections: tuple[str, ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Cited:
    """An answer: text whose every sentence carries marks such as [1], and what the marks name."""

    text: str
    references: tuple[Reference, ...]
    model: str = "extractive"
    lead: str = ""
    """A line of our own before the text, such as that the question's premise is wrong."""

    @property
    def full_text(self) -> str:
        """The text with its lead."""
        return f"{self.lead} {self.text}" if self.lead else self.text

    @property
    def keys(self) -> list[str]:
        """Keys of the cited sources, in order of their numbers."""
        return [reference.source.key for reference in self.references]


@dataclass(frozen=True, slots=True)
class NotFound:
    """No answer, with the reason in words and the nearest things the corpus does hold."""

    reason: Reason
    text: str
    nearest: tuple[Passage, ...] = field(default=())
    suggestions: tuple[str, ...] = ()
    """Questions near to this one that do have an answer."""
    about_method: bool = False
    """The question is which method to choose: what the decision guide is for."""
    model: str = "extractive"

    @property
    def full_text(self) -> str:
        """The text, as `Cited` has it."""
        return self.text


Answer = Cited | NotFound
