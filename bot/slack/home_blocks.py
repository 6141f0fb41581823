"""What people see of the app's Home tab and of its modals: pure builders of views."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain.answer import Source
from bot.services.ports import Recommended
from bot.slack.blocks import Block, context, header, section, sections
from bot.slack.sources import age
from bot.slack.text import inert, link, shortened

View = dict[str, Any]

GUIDE_ACTION = "home:guide"
ASK_ACTION = "home:ask"
ASK_MODAL = "ask_modal"
QUESTION_BLOCK = "question"
QUESTION_INPUT = "text"
QUESTION_LIMIT = 3_000

SHOWN_RECOMMENDATIONS = 5
SHOWN_SOURCES = 5
NAME_LIMIT = 140
LINE_LIMIT = 1_000
"""Of one source with its link; where a link takes more, the source is named without it."""
SPAN_YEARS = 2
SPANS = 4
"""So many spans of so many years are counted apart, up to this year; the last is open."""

WHAT_I_DO = (
    "I answer questions about *prompting, RAG and fine-tuning*. Each sentence of an answer names "
    "its source, and where my sources hold no answer, I say so.\n"
    "If you have a project and no method yet, the *decision guide* asks you a few questions and "
    "recommends one, with its reasons and the next steps."
)
WHERE_IT_GOES_ON = (
    "Both go on in the *Messages* tab. In a channel, mention me or type `/adapt`; I reply there."
)
NO_RECOMMENDATIONS = (
    "None yet. When the decision guide has led you to a method, you find it here again."
)
NO_RECORDS = "I cannot look them up right now. They are not lost; please open this tab again later."
NO_SOURCES = "My library is empty at the moment."
HINT = "I answer in our direct message, in the Messages tab."
EXAMPLE = "For example: How much data does fine-tuning need?"


def home_view(
    *,
    recommendations: Sequence[Recommended] | None,
    sources: Sequence[Source],
    year: int,
    titles: Mapping[str, str],
    retention_days: int,
) -> View:
    """The Home tab of one person.

    `recommendations` are that person's own, latest first, and None where they cannot be read;
    `titles` maps a method to its name; `year` is the present one, from which ages are counted.
    """
    blocks = [
        header("Which way of adapting an LLM fits?"),
        section(WHAT_I_DO),
        _buttons(),
        context(WHERE_IT_GOES_ON),
        {"type": "divider"},
        header("Your recommendations"),
        *_recommendations(recommendations, titles),
        {"type": "divider"},
        header("What my answers rest on"),
        *_library(sources, year),
        {"type": "divider"},
        context(_privacy(retention_days)),
    ]
    return {"type": "home", "blocks": blocks}


def ask_modal() -> View:
    """The modal in which a question is typed."""
    field = {
        "type": "plain_text_input",
        "action_id": QUESTION_INPUT,
        "multiline": True,
        "max_length": QUESTION_LIMIT,
        "focus_on_load": True,
        "placeholder": plain(EXAMPLE),
    }
    asked = {
        "type": "input",
        "block_id": QUESTION_BLOCK,
        "label": plain("Your question"),
        "hint": plain(HINT),
        "element": field,
    }
    return {
        "type": "modal",
        "callback_id": ASK_MODAL,
        "title": plain("Ask a question"),
        "submit": plain("Ask"),
        "close": plain("Cancel"),
        "blocks": [asked],
    }


def notice_modal(words: str) -> View:
    """A modal that says one thing, for where a press leaves no other place to say it."""
    said = {"type": "section", "text": plain(shortened(words, QUESTION_LIMIT))}
    return {"type": "modal", "title": plain("adaptbot"), "close": plain("Close"), "blocks": [said]}


def plain(text: str) -> Block:
    """A text object in which nothing is live."""
    return {"type": "plain_text", "text": text, "emoji": False}


def _buttons() -> Block:
    guide = _button("Start the decision guide", GUIDE_ACTION) | {"style": "primary"}
    return {"type": "actions", "elements": [guide, _button("Ask a question", ASK_ACTION)]}


def _button(label: str, action: str) -> Block:
    return {"type": "button", "action_id": action, "text": plain(label)}


def _recommendations(
    recommendations: Sequence[Recommended] | None, titles: Mapping[str, str]
) -> Iterator[Block]:
    if recommendations is None:
        yield section(NO_RECORDS)
    elif not recommendations:
        yield section(NO_RECOMMENDATIONS)
    else:
        shown = recommendations[:SHOWN_RECOMMENDATIONS]
        yield from sections("\n".join(_recommendation(each, titles) for each in shown))


def _recommendation(recommended: Recommended, titles: Mapping[str, str]) -> str:
    title = titles.get(recommended.method, recommended.method.replace("_", " "))
    told = [f"*{inert(shortened(title, NAME_LIMIT))}*"]
    if recommended.at is not None:
        told.append(_date(recommended.at))
    told.append(f"guide {inert(shortened(recommended.guide_version, NAME_LIMIT))}")
    return "• " + " · ".join(told)


def _date(at: datetime) -> str:
    """A day as Slack writes it for each reader, in their language and time zone."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}}|{at.date().isoformat()}>"


def _library(sources: Sequence[Source], year: int) -> Iterator[Block]:
    series = sorted(_of_kind(sources, "series"), key=lambda source: source.label)
    references = sorted(_of_kind(sources, "reference"), key=lambda s: (-s.year, s.label))
    if series:
        heading = "*The series* by Meta AI, from which the decision guide is derived"
        yield from _listed(heading, series, year)
    if references:
        yield section(_reference_count(references, year))
        yield _spans(references, year)
        yield from _listed("*The newest of them*", references[:SHOWN_SOURCES], year)
    if not (series or references):
        yield section(NO_SOURCES)


def _of_kind(sources: Iterable[Source], kind: str) -> list[Source]:
    return [source for source in sources if source.kind == kind]


def _listed(heading: str, sources: Sequence[Source], year: int) -> Iterator[Block]:
    yield from sections("\n".join([heading, *(_source(source, year) for source in sources)]))


def _source(source: Source, year: int) -> str:
    name = shortened(f"{source.label}: {source.title}", NAME_LIMIT)
    named = link(source.url, name)
    shown = named if len(named) <= LINE_LIMIT else inert(name)
    return f"• {shown} · {age(source, year)}"


def _reference_count(references: Sequence[Source], year: int) -> str:
    """How many there are and how old; `references` come newest first."""
    newest, oldest = references[0].year, references[-1].year
    count = "1 reference" if len(references) == 1 else f"{len(references)} references"
    between = f"of {newest}" if newest == oldest else f"from {oldest} to {newest}"
    mean = sum(max(year - source.year, 0) for source in references) / len(references)
    return f"*{count}* {between}, {_mean_age(mean)}"


def _mean_age(mean: float) -> str:
    match round(mean):
        case 0:
            return "less than a year old on average"
        case 1:
            return "about a year old on average"
        case years:
            return f"about {years} years old on average"


def _spans(references: Sequence[Source], year: int) -> Block:
    """The number of references in each span of years, newest first; empty spans are left out."""
    counts: dict[int, int] = {}
    for source in references:
        span = min(max(year - source.year, 0) // SPAN_YEARS, SPANS - 1)
        counts[span] = counts.get(span, 0) + 1
    fields = [_field(_span_name(span, year), counts[span]) for span in sorted(counts)]
    return {"type": "section", "fields": fields}


def _span_name(span: int, year: int) -> str:
    last = year - span * SPAN_YEARS
    return f"{last} and before" if span == SPANS - 1 else f"{last - SPAN_YEARS + 1} and {last}"


def _field(name: str, count: int) -> Block:
    return {"type": "mrkdwn", "text": f"*{name}*\n{count}", "verbatim": True}


def _privacy(retention_days: int) -> str:
    days = "1 day" if retention_days == 1 else f"{retention_days} days"
    kept = f"I keep questions and answers for {days}, your recommendations and feedback as long."
    return f"{kept} Then I delete them."
