"""What people see of an answer: pure builders of Slack's messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypedDict

from bot.domain.answer import Answer, Cited, NotFound
from bot.slack.buttons import feedback, share_button
from bot.slack.layout import ROOM, Block, blocks_of, messages, weight_of, words_of
from bot.slack.refusals import offers, reason_parts, refusal_words
from bot.slack.rich import Part, Piece, read_markdown
from bot.slack.runs import plain_run
from bot.slack.sources import source_list, source_words
from bot.slack.text import inert, shortened

__all__ = [
    "HELP",
    "HELP_TEXT",
    "Block",
    "Said",
    "answer_messages",
    "context",
    "header",
    "section",
    "sections",
    "source_list",
]

SECTION_LIMIT = 3_000
HEADER_LIMIT = 150
CONTEXT_LIMIT = 10
SHORT = 1_200
"""Characters of an answer that is never split for its length, however many links it holds."""

HELP = (
    "*What I do*\n"
    "• *Answer questions* about adapting large language models, with numbered sources: mention me "
    "in a channel, write to me directly, or type `/adapt ask <question>`.\n"
    "• *Recommend a method* (prompting, RAG, fine-tuning): type `/adapt`, best with a line about "
    "what you build, or say `recommend` after mentioning me in a thread. I ask at most eight "
    "questions, in the thread, where others can read along.\n"
    "I rest on Meta AI's three-part series of August 2024 and the papers behind it. When my "
    "sources don't hold an answer, I say so."
)
HELP_TEXT = "Ask me about adapting large language models, or type /adapt for a recommendation."


class Said(TypedDict):
    """One message."""

    text: str
    """All of it in plain words, inert: for screen readers, and where Slack refuses the blocks."""
    blocks: list[Block]


def answer_messages(answer: Answer, *, work_id: str, year: int, share: bool = False) -> list[Said]:
    """An answer with its sources, or the reason why there is none and what can be done instead.

    `year` is the current one, for the age of the sources; `share` adds a button that shows the
    answer to everybody. A long answer comes in several messages, the last of which has the
    sources and the buttons; one of up to `SHORT` characters without tables is one message.
    """
    match answer:
        case Cited():
            parts = _parts(answer)
            below = [*source_list(answer.references, year=year)]
            words = ["Sources:", *source_words(answer.references)] if answer.references else []
        case NotFound():
            parts = [*reason_parts(answer)]
            below = [*offers(answer, work_id=work_id)]
            words = [*refusal_words(answer)]
    below += [*([share_button(work_id)] if share else []), feedback(work_id)]
    short = len(answer.full_text) <= SHORT
    said = _said(parts, below, room=10 * ROOM if short else ROOM)
    said[-1]["text"] = "\n".join(
        [text for text in (said[-1]["text"], inert("\n".join(words))) if text]
    )
    return said


def _parts(answer: Cited) -> list[Part]:
    urls = {reference.number: reference.source.url for reference in answer.references}
    lead = [Piece("paragraph", (plain_run(answer.lead),))] if answer.lead else []
    return [*lead, *read_markdown(answer.text, urls)]


def _said(parts: Iterable[Part], below: Sequence[Block], *, room: int) -> list[Said]:
    packed = messages(parts, room=room, last=weight_of([*below]))
    said: list[Said] = [
        {"text": inert(words_of(each)), "blocks": blocks_of(each)} for each in packed
    ]
    said[-1]["blocks"] += below
    return said


def sections(mrkdwn: str) -> Iterator[Block]:
    """Text of any length as section blocks, split between lines, sentences or words."""
    mrkdwn = mrkdwn.strip()
    while len(mrkdwn) > SECTION_LIMIT:
        cut = _cut(mrkdwn[:SECTION_LIMIT])
        yield section(mrkdwn[:cut].strip())
        mrkdwn = mrkdwn[cut:].strip()
    if mrkdwn:
        yield section(mrkdwn)


def section(mrkdwn: str) -> Block:
    """One section block."""
    return {"type": "section", "text": _mrkdwn(mrkdwn)}


def context(*lines: str) -> Block:
    """Small print; at most `CONTEXT_LIMIT` lines."""
    return {"type": "context", "elements": [_mrkdwn(line) for line in lines]}


def header(text: str) -> Block:
    """A headline."""
    plain = {"type": "plain_text", "text": shortened(text, HEADER_LIMIT), "emoji": False}
    return {"type": "header", "text": plain}


def _mrkdwn(text: str) -> Block:
    """A text object in which Slack makes no link or mention by itself: `verbatim`."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _cut(head: str) -> int:
    """Where to end `head`: after a line, a sentence or a word, or before a link or an escape."""
    for mark in ("\n", ". ", " "):
        if (at := head.rfind(mark, len(head) // 2)) > 0:
            return at + 1
    return min(_left_open(head, "<", ">"), _left_open(head, "&", ";"))


def _left_open(head: str, opening: str, closing: str) -> int:
    at = head.rfind(opening)
    return at if at > max(head.rfind(closing), 0) else len(head)
