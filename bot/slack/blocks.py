"""What people see of an answer: pure builders of Slack's blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bot.domain.answer import Answer, Cited, NotFound, Passage, Reference
from bot.slack.text import inert, link, shortened, with_links

Block = dict[str, Any]

SECTION_LIMIT = 3_000
HEADER_LIMIT = 150
CONTEXT_LIMIT = 10

HELP = (
    "*What I do*\n"
    "• *Answer questions* about adapting large language models, with numbered sources: mention me "
    "in a channel, write to me directly, or type `/adapt ask <question>`.\n"
    "• *Recommend a method* (prompting, RAG, fine-tuning): type `/adapt`, or say "
    "`recommend` after mentioning me in a thread. I ask at most eight questions.\n"
    "I rest on Meta AI's three-part series of August 2024 and the papers behind it. When my "
    "sources don't hold an answer, I say so."
)
HELP_TEXT = "Ask me about adapting large language models, or type /adapt for a recommendation."


def answer_blocks(answer: Answer) -> list[Block]:
    """An answer with its sources, or the reason why there is none."""
    match answer:
        case Cited():
            urls = {reference.number: reference.source.url for reference in answer.references}
            return [
                *sections(with_links(answer.text, urls)),
                *source_list(answer.references),
            ]
        case NotFound():
            return [*sections(inert(answer.text)), *_nearest(answer.nearest)]


def sections(mrkdwn: str) -> Iterator[Block]:
    """Text of any length as section blocks, split between lines or words."""
    while len(mrkdwn) > SECTION_LIMIT:
        cut = max(mrkdwn.rfind("\n", 1, SECTION_LIMIT), mrkdwn.rfind(". ", 1, SECTION_LIMIT) + 1, 1)
        yield section(mrkdwn[:cut].strip())
        mrkdwn = mrkdwn[cut:].strip()
    yield section(mrkdwn)


def section(mrkdwn: str) -> Block:
    """One section block."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": mrkdwn}}


def context(mrkdwn: str) -> Block:
    """One line of small print."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": mrkdwn}]}


def header(text: str) -> Block:
    """A headline."""
    plain = {"type": "plain_text", "text": shortened(text, HEADER_LIMIT), "emoji": False}
    return {"type": "header", "text": plain}


def source_list(references: Sequence[Reference]) -> Iterator[Block]:
    """The numbered sources, each with its link."""
    lines = [_source_line(reference) for reference in references]
    for start in range(0, len(lines), CONTEXT_LIMIT):
        elements = [{"type": "mrkdwn", "text": line} for line in lines[start:][:CONTEXT_LIMIT]]
        yield {"type": "context", "elements": elements}


def _source_line(reference: Reference) -> str:
    source = reference.source
    name = link(source.url, f"{source.label}: {shortened(source.title, 120)}")
    doubt = "" if reference.evidence == "original" else " _(from a page about it)_"
    parts = inert(shortened("; ".join(reference.sections), 160))
    return f"*[{reference.number}]* {name}{', ' + parts if parts else ''}{doubt}"


def _nearest(passages: tuple[Passage, ...]) -> Iterator[Block]:
    if not passages:
        return
    lines = [
        f"• {link(passage.source.url, passage.source.label)}, {inert(passage.section)}"
        for passage in passages
    ]
    yield context("The nearest sections I hold:\n" + "\n".join(lines))
