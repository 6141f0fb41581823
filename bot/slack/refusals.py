"""What people see where there is no answer: the reason, and what they can do instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.domain.answer import NotFound, Passage
from bot.slack.buttons import (
    LABEL_LIMIT,
    SUGGESTIONS,
    guide_button,
    suggestion_buttons,
)
from bot.slack.layout import Block, rich_text
from bot.slack.rich import Part, Piece
from bot.slack.runs import PLAIN, Style, plain_run, runs_of
from bot.slack.text import clean_lines

NEAREST = "Nearest I hold:"
COULD_ASK = "You could ask:"
GUIDE = "Which method fits you is what my decision guide is for: at most eight questions."
GUIDE_WORDS = f"{GUIDE} Type /adapt to start it."
_BOLD: Style = frozenset({"bold"})


def reason_parts(refusal: NotFound) -> Iterator[Part]:
    """Why there is no answer, and the nearest sections with links to their sources."""
    lines = (line for line in clean_lines(refusal.text).split("\n") if line.strip())
    yield from (Piece("paragraph", runs_of([(line, PLAIN)], {})) for line in lines)
    if refusal.nearest:
        yield _heading(NEAREST)
        yield from (_nearest(passage) for passage in refusal.nearest)


def offers(refusal: NotFound, *, work_id: str) -> Iterator[Block]:
    """Buttons: questions that do have an answer, and the decision guide."""
    questions = _questions(refusal)
    if questions:
        long = [Piece("item", (plain_run(q),)) for q in questions if len(q) > LABEL_LIMIT]
        yield rich_text([_heading(COULD_ASK), *long])
        yield from suggestion_buttons(questions, work_id)
    if refusal.about_method:
        yield rich_text([Piece("paragraph", (plain_run(GUIDE),))])
        yield guide_button(work_id)


def refusal_words(refusal: NotFound) -> Iterator[str]:
    """What the buttons offer, in words."""
    if questions := _questions(refusal):
        yield COULD_ASK
        yield from (f"• {question}" for question in questions)
    if refusal.about_method:
        yield GUIDE_WORDS


def _questions(refusal: NotFound) -> Sequence[str]:
    cleaned = (clean_lines(question).strip() for question in refusal.suggestions)
    return [question for question in cleaned if question][:SUGGESTIONS]


def _nearest(passage: Passage) -> Piece:
    source = plain_run(passage.source.label, url=passage.source.url)
    return Piece("item", (source, plain_run(f", {passage.section}")))


def _heading(text: str) -> Piece:
    return Piece("heading", (plain_run(text, style=_BOLD),))
