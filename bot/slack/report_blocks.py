"""What people see of a recommendation: pure builders of its messages and modals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bot.domain.answer import Passage
from bot.domain.estimate import Estimate, Input
from bot.domain.flowchart import Step
from bot.services.recommending import Part, Report
from bot.slack.blocks import Block, Said, context, header, section, sections, source_list
from bot.slack.dialog_blocks import SUPPORT
from bot.slack.home_blocks import plain
from bot.slack.press import PREFIX, Press
from bot.slack.text import inert, link, with_links

View = dict[str, Any]

INPUTS = f"{PREFIX}inputs"
"""The button and the modal of the estimate's numbers."""
REMIND = f"{PREFIX}remind"
WHY = f"{PREFIX}why"
NUMBER = "number"
WHEN = "when"
BEHIND = "Behind this recommendation"
CHANGE_NUMBERS = "Change the numbers"
REMIND_ME = "Remind me to re-test"
DECIMALS = 6


def report_messages(report: Report, press: Press, *, year: int | None = None) -> list[Said]:
    """A recommendation in two messages: what to do, and what that rests on.

    `year` is the current one, for the age of the sources.
    """
    first = [header(report.title), *_parts(report, background=False)]
    return [
        Said(text=inert(_words(report, background=False)), blocks=first),
        background_message(report, press, year=year),
    ]


def background_message(report: Report, press: Press, *, year: int | None = None) -> Said:
    """What a recommendation rests on, with its estimate, its sources, and what comes after."""
    blocks = [header(BEHIND), *_parts(report, background=True)]
    blocks += [*source_list(report.references, year=year), _afterwards(report, press)]
    return Said(text=inert(_words(report, background=True)), blocks=blocks)


def inputs_modal(estimate: Estimate, *, held: str) -> View:
    """The modal in which the numbers of an estimate are given."""
    said = "Leave a field empty for what is assumed. No price is assumed: give yours, or none."
    return {
        "type": "modal",
        "callback_id": INPUTS,
        "private_metadata": held,
        "title": plain("The estimate's numbers"),
        "submit": plain("Estimate"),
        "close": plain("Cancel"),
        "blocks": [section(said), *(_field(each, estimate) for each in estimate.uses)],
    }


def reminder_modal(*, held: str, at: int) -> View:
    """The modal in which the moment of a reminder is chosen; `at` is proposed, in Unix time."""
    field = {
        "type": "input",
        "block_id": WHEN,
        "label": plain("When shall I ask whether the goals are met?"),
        "hint": plain("I ask in this thread, and go on from what you answer."),
        "element": {"type": "datetimepicker", "action_id": WHEN, "initial_date_time": at},
    }
    return {
        "type": "modal",
        "callback_id": REMIND,
        "private_metadata": held,
        "title": plain("Remind me to re-test"),
        "submit": plain("Remind me"),
        "close": plain("Cancel"),
        "blocks": [field],
    }


def why_modal(step: Step, question: str, passage: Passage | None) -> View:
    """The modal that says why a question is asked, with the passage behind it."""
    blocks = [
        section(f"*{inert(question)}*"),
        section(inert(step.why)),
        context(f"How well this is supported: {SUPPORT[step.support]}."),
    ]
    if passage is not None:
        where = link(passage.source.url, f"{passage.source.label}: {passage.source.title}")
        blocks += [
            {"type": "divider"},
            section(f"*From our notes, {inert(passage.section)}*"),
            *sections(inert(" ".join(passage.sentences))),
            context(where),
        ]
    return {
        "type": "modal",
        "title": plain("Why we ask"),
        "close": plain("Close"),
        "blocks": blocks,
    }


def _parts(report: Report, *, background: bool) -> Iterator[Block]:
    urls = {reference.number: reference.source.url for reference in report.references}
    for part in _of(report, background=background):
        lines = [f"• {with_links(line, urls)}" for line in part.lines]
        yield from sections("\n".join([f"*{inert(part.heading)}*", *lines]))


def _of(report: Report, *, background: bool) -> Iterable[Part]:
    return (part for part in report.parts if part.background == background)


def _words(report: Report, *, background: bool) -> str:
    """The same in plain words."""
    title = BEHIND if background else report.title
    parts = ("\n".join([p.heading, *p.lines]) for p in _of(report, background=background))
    return "\n\n".join([title, *parts])


def _afterwards(report: Report, press: Press) -> Block:
    buttons = [_button(REMIND_ME, REMIND, press)]
    if report.estimate.figures:
        buttons.insert(0, _button(CHANGE_NUMBERS, INPUTS, press))
    return {"type": "actions", "elements": buttons}


def _button(label: str, action: str, press: Press) -> Block:
    return {"type": "button", "text": plain(label), "action_id": action, "value": press.value}


def _label(each: Input) -> str:
    """What is asked for, with its unit where the name does not hold it already."""
    named = each.unit.lower() in each.label.lower()
    return each.label if named else f"{each.label} ({each.unit})"


def _field(each: Input, estimate: Estimate) -> Block:
    element: Block = {
        "type": "number_input",
        "action_id": NUMBER,
        "is_decimal_allowed": True,
        "max_value": f"{each.at_most:.0f}",
    }
    if each.id in estimate.inputs.given:
        element["initial_value"] = f"{estimate.inputs.given[each.id]:.{DECIMALS}f}".rstrip(
            "0"
        ).rstrip(".")
    field: Block = {
        "type": "input",
        "block_id": each.id,
        "optional": True,
        "label": plain(_label(each)),
        "element": element,
    }
    if each.assumed is not None:
        field["hint"] = plain(f"{each.assumed:,.10g} is assumed: {each.because}.")
    return field
