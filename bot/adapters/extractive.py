"""The answerer that needs no chat model: the best-supported sentences of the notes, cited."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.answer import Hit, Passage
from bot.domain.text import content_terms
from bot.services.patience import ENDLESS, Patience

MAX_SENTENCES = 8
MAX_CHARACTERS = 1_100
"""Leaves room within the 1,200 of a reply for a lead and for sentences with several marks."""
SAME = 0.5
"""Sentences that share this part of their words (Jaccard) say the same thing."""
WORTH = 3.0
"""How far a sentence's score may lie below the best one's; what lies lower is beside the point."""


class ExtractiveAnswerer:
    """Chooses sentences; a sentence of a note is its own best support."""

    name = "extractive"

    def write(
        self,
        question: str,  # noqa: ARG002 - the hits were found for it
        *,
        passages: Sequence[Passage],
        hits: Sequence[Hit],
        patience: Patience = ENDLESS,  # noqa: ARG002 - it takes no time
    ) -> str:
        """One to eight sentences, each with the mark of its passage."""
        numbers = {passage.id: number for number, passage in enumerate(passages, start=1)}
        chosen = _arranged(_chosen(hits))
        return " ".join(f"{hit.text.rstrip('.')} [{numbers[hit.passage.id]}]." for hit in chosen)


def _chosen(hits: Sequence[Hit]) -> list[Hit]:
    chosen: list[Hit] = []
    for hit in hits:
        if len(chosen) == MAX_SENTENCES or hit.score < hits[0].score - WORTH:
            break
        fits = sum(len(h.text) + 5 for h in [*chosen, hit]) <= MAX_CHARACTERS
        if fits and not any(_says_the_same(hit.text, other.text) for other in chosen):
            chosen.append(hit)
    return chosen


def _arranged(chosen: Sequence[Hit]) -> list[Hit]:
    """The best sentence first; then passage by passage, sentences as their note has them."""
    order: dict[str, list[Hit]] = {}
    for hit in chosen[1:]:
        order.setdefault(hit.passage.id, []).append(hit)
    first = [*order.pop(chosen[0].passage.id, [])] if chosen else []
    groups = [first, *order.values()]
    rest = [hit for group in groups for hit in sorted(group, key=lambda h: h.sentence)]
    return [*chosen[:1], *rest]


def _says_the_same(one: str, other: str) -> bool:
    """Whether `one` adds nothing to `other`; another figure is another fact."""
    a, b = set(content_terms(one)), set(content_terms(other))
    new_figure = any(term[0].isdigit() for term in a - b)
    return not new_figure and len(a & b) >= SAME * len(a | b) if a and b else False
