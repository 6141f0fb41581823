"""What a reader looks at in a description: its clauses, its numbers, and the whole of it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.clauses import Span, spans
from bot.domain.labelled import Window, windows
from bot.domain.numerals import masked
from bot.domain.text import clean

WHOLE = 2_000
"""Characters of a description that are looked at as a whole; embedding models see no more."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The parts of one description."""

    spans: tuple[Span, ...]
    windows: tuple[Window, ...]
    whole: str

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts to be compared, numbers masked: of the spans, of the windows, the whole."""
        return (
            *(as_compared(span.text) for span in self.spans),
            *(clean(window.span.text) for window in self.windows),
            self.whole,
        )


def seen(description: str) -> Seen:
    """What is looked at in `description`."""
    whole = as_compared(description[:WHOLE])
    return Seen(tuple(spans(description)), tuple(windows(description)), whole)


def as_compared(text: str) -> str:
    """`text` as it is compared: without control characters and with its numbers masked."""
    return masked(clean(text))
