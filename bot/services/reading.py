"""Reads the description of a project by the best reader that can be reached."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.domain.dialog import Answered
from bot.domain.text import clean, has_words
from bot.errors import ModelUnavailableError
from bot.services.patience import ENDLESS, Patience
from bot.services.ports import DescriptionReader
from bot.telemetry import logger

MODEL_CHARACTERS = 8_000
"""How much of a description is given to a chat model: some 1,300 words, or 2,000 tokens."""

_SENTENCE_END = re.compile(r"[.!?\u2026][\"')\]\u2019\u201d]*(?=\s|$)|[\u3002\uff01\uff1f]")
_LEAST = 0.5
"""The share of the limit that has to be used before a cut at a sentence is worth its loss."""

_QUOTES = "\"'\u2018\u2019\u201c\u201d\u00ab\u00bb"
_QUOTE = re.compile(rf"[{_QUOTES}]")
_EDGES = f"{_QUOTES} .,;:\u2026"
"""What a reader puts around the words that it copies."""

_log = logger(__name__)


class Reading:
    """Asks its readers in turn, until one can answer.

    The first is the best, such as a chat model, and the last the one that is always there.
    """

    def __init__(self, readers: Sequence[DescriptionReader]) -> None:
        self._readers = tuple(readers)

    def cleaned(self, description: str) -> str:
        """The text as it is read, to be kept and shown: no invisible characters, single spaces.

        Its lines stay apart, but for empty ones. Nothing else is changed and nothing is cut; the
        same text again comes out as it is.
        """
        lines = (clean(line) for line in description.splitlines())
        return "\n".join(line for line in lines if line)

    def read(self, description: str, *, patience: Patience = ENDLESS) -> tuple[Answered, ...]:
        """What is clearly said, at most one choice a step.

        Each `read_from` is a verbatim part of `cleaned(description)`. A text without a letter or
        a digit says nothing. A reader with a limit reads the text as far as that (`opening`) and
        logs how much it left out.

        Raises:
            ModelUnavailableError: the last reader cannot be reached either.
            StoppedError: somebody stopped the work.
            OutOfTimeError: the asker's time is up.
        """
        text = self.cleaned(description)
        if not has_words(text) or not self._readers:
            return ()
        *others, last = self._readers
        for reader in others:
            try:
                return reader.read(text, patience=patience)
            except ModelUnavailableError as error:
                _log.warning("description reader unavailable", problem=str(error))
        return last.read(text, patience=patience)


def opening(text: str, limit: int) -> str:
    """The first sentences of `text`, of at most `limit` characters together.

    A text without a sentence that ends in the second half of the limit is cut between words, and
    one without a space there in the midst of one.
    """
    if len(text) <= limit:
        return text
    least = int(limit * _LEAST)
    ends = [match.end() for match in _SENTENCE_END.finditer(text[: limit + 1])]
    spaces = text.rfind(" ", least, limit + 1)
    end = max((end for end in ends if least <= end <= limit), default=spaces)
    return text[: end if end > 0 else limit].rstrip()


def stretch(words: str, text: str) -> str | None:
    """The part of `text` that a reader copied as `words`; None where it holds no such words.

    Letter case, the length of spaces, kinds of quotes, and marks around the words may differ, and
    words are whole words: "no" is no part of "know".
    """
    pieces = clean(words).strip(_EDGES).split()
    if not has_words("".join(pieces)):
        return None
    wanted = r"\s+".join(_QUOTE.sub(f"[{_QUOTES}]", re.escape(piece)) for piece in pieces)
    found = re.search(rf"(?<!\w){wanted}(?!\w)", text, re.IGNORECASE)
    return found[0] if found else None
