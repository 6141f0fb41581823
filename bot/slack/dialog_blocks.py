"""What people see of a dialog: pure builders of its one evolving message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.dialog import Answered, Dialog, start
from bot.domain.flowchart import UNSURE, wording
from bot.services.recommending import Report
from bot.slack.blocks import Block, context, header, section, sections, source_list
from bot.slack.text import inert, shortened, with_links

LABEL_LIMIT = 75
ACTION = "guide:"
SUPPORT = {
    "original": "read in the series",
    "secondary": "from pages about the series",
    "derived": "our inference",
}


class Press(BaseModel):
    """What a button of a dialog carries: all that is needed to go on from it."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, hide_input_in_errors=True
    )

    version: str = Field(alias="v", max_length=40)
    owner: str = Field(alias="o", pattern=r"^[UW][A-Z0-9]{1,39}$")
    path: str = Field(alias="p", max_length=1_200)
    """`step=choice` joined by commas, the choice of this button included."""

    def answers(self) -> list[Answered]:
        """The path, to be replayed."""
        return read_path(self.path)


def write_path(path: Iterable[Answered]) -> str:
    """A path as text: `prompting=falls_short,facts=yes`."""
    return ",".join(f"{answer.step}={answer.choice}" for answer in path)


def read_path(text: str) -> list[Answered]:
    """The path that `write_path` wrote; what does not fit the guide shows on replay."""
    pairs = [pair.partition("=") for pair in text.split(",") if pair]
    return [Answered(step, choice) for step, _, choice in pairs]


def dialog_text(dialog: Dialog) -> str:
    """The message in plain words, for notifications and screen readers."""
    if dialog.outcome:
        return f"Recommended: {dialog.outcome.title}"
    return inert(f"Question {dialog.progress}: {dialog.question}")


def dialog_blocks(dialog: Dialog, *, owner: str) -> list[Block]:
    """The trail so far, and the question with its choices, or where the path has ended."""
    head = context(f"*{inert(dialog.guide.title)}* · for <@{owner}>")
    if dialog.outcome:
        done = (
            f"*That settles it: {inert(dialog.outcome.title)}.* The recommendation follows below."
        )
        return [head, *_trail(dialog), section(done), _navigation(dialog, owner)]
    return [
        head,
        *_trail(dialog),
        section(f"*{dialog.progress}. {inert(dialog.question)}*"),
        context(f"Why we ask: {inert(dialog.step.why)} _({SUPPORT[dialog.step.support]})_"),
        *_choices(dialog, owner),
        _navigation(dialog, owner),
    ]


def report_blocks(report: Report, *, year: int | None = None) -> list[Block]:
    """A recommendation: its parts, and the sources they cite, with their age in `year`."""
    urls = {reference.number: reference.source.url for reference in report.references}
    blocks = [header(report.title)]
    for part in report.parts:
        lines = [f"• {with_links(line, urls)}" for line in part.lines]
        blocks += sections("\n".join([f"*{inert(part.heading)}*", *lines]))
    return [*blocks, *source_list(report.references, year=year)]


def _trail(dialog: Dialog) -> Iterator[Block]:
    lines = [f"{inert(question)} → *{inert(label)}*" for question, label in trail(dialog)]
    yield from sections("\n".join(f"✓ {line}" for line in lines))


def trail(dialog: Dialog) -> Iterator[tuple[str, str]]:
    """Each question asked so far with the label of its answer."""
    at = start(dialog.guide)
    for answer in dialog.path:
        label = next(
            (option.label for option in at.options if option.id == answer.choice), answer.choice
        )
        yield at.question, label
        at = at.choose(answer.step, answer.choice)


def _choices(dialog: Dialog, owner: str) -> Iterator[Block]:
    for option in dialog.options:
        if option.id != UNSURE:
            then = (*dialog.path, Answered(dialog.step.id, option.id))
            button = _button(option.label, f"choose:{option.id}", dialog, owner, then)
            yield {"type": "actions", "elements": [button]}


def _navigation(dialog: Dialog, owner: str) -> Block:
    buttons = []
    if dialog.outcome is None:
        unsure = (*dialog.path, Answered(dialog.step.id, UNSURE))
        label = wording(dialog.step.unsure(dialog.state).label, dialog.state)
        buttons.append(_button(label, "unsure", dialog, owner, unsure))
    if dialog.path:
        buttons.append(_button("Back", "back", dialog, owner, dialog.path[:-1]))
        buttons.append(_button("Start over", "restart", dialog, owner, ()))
    return {"type": "actions", "elements": buttons}


def _button(
    label: str, action: str, dialog: Dialog, owner: str, path: tuple[Answered, ...]
) -> Block:
    press = Press(version=dialog.guide.version, owner=owner, path=write_path(path))
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": shortened(label, LABEL_LIMIT), "emoji": False},
        "action_id": f"{ACTION}{action}",
        "value": press.model_dump_json(by_alias=True),
    }
