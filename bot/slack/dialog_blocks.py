"""What people see of a dialog: pure builders of its one evolving message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.domain.dialog import Answered, Dialog, Option, replay
from bot.domain.flowchart import UNSURE, Choice, Step, wording
from bot.slack.blocks import Block, context, section, sections
from bot.slack.press import PREFIX, Press
from bot.slack.text import inert, shortened

LABEL_LIMIT = 75
EARLIER_LIMIT = 1_000
WORDS_LIMIT = 200
SUPPORT = {
    "original": "read in the series",
    "secondary": "from pages about the series",
    "derived": "our inference",
}
READ = "I read these from your description. Change whatever is wrong."
ASK_ME = "Ask me instead"
"""Of what was read for a question that has not come up."""
NOTHING_READ = "Your description settles none of my questions clearly enough, so I ask them all."
CANCELLED = "The dialog was cancelled. Nothing was recommended."


@dataclass(frozen=True, slots=True)
class Shown:
    """A dialog as its message shows it."""

    dialog: Dialog
    owner: str
    consultation: str = ""
    """The id of what is kept about it."""
    nothing_read: bool = False
    """Whether it began with a description of which nothing was taken."""
    changing: int | None = None
    """The position of the answer that is being changed."""
    built: bool = False
    """Whether the outcome has been built, so that the loop's question is asked."""

    @property
    def asked(self) -> Dialog | None:
        """The dialog whose question is shown; None where the path has ended."""
        if self.changing is not None:
            return self.dialog.reopened(self.changing)
        return None if self.dialog.outcome and not self.built else self.dialog


def dialog_text(shown: Shown) -> str:
    """The message in plain words, for notifications and screen readers."""
    asked = shown.asked
    if asked is not None:
        return inert(f"Question {asked.progress}: {asked.question}")
    assert shown.dialog.outcome is not None  # noqa: S101 - nothing is asked only at an outcome
    return inert(f"Recommended: {shown.dialog.outcome.title}")


def dialog_blocks(shown: Shown) -> list[Block]:
    """The trail so far, and the question with its choices, or where the path has ended.

    Raises:
        ValidationError: the dialog has gone through more answers than a button holds.
    """
    dialog, asked = shown.dialog, shown.asked
    head = context(f"*{inert(dialog.guide.title)}* · for <@{shown.owner}>")
    if asked is not None:
        return [head, *_trail(shown), *_question(shown, asked), _navigation(shown)]
    assert dialog.outcome is not None  # noqa: S101 - nothing is asked only at an outcome
    done = (
        f"*That settles it: {inert(dialog.outcome.title)}.* The recommendation is in this thread."
    )
    return [head, *_trail(shown), section(done), _navigation(shown)]


def cancelled_blocks(shown: Shown, *, by: str) -> list[Block]:
    """A dialog that somebody gave up: it can be taken up again, or begun anew."""
    head = context(f"*{inert(shown.dialog.guide.title)}* · for <@{shown.owner}>")
    again = [
        _button("Go on after all", "keep", shown, shown.dialog),
        _button("Start over", "restart", shown, _fresh(shown.dialog)),
    ]
    said = section(f"{CANCELLED[:-1]} (by <@{by}>).")
    return [head, said, {"type": "actions", "elements": again}]


def trail(dialog: Dialog) -> Iterator[tuple[str, str, str | None]]:
    """Each question answered so far: how it was asked, the answer's label, the words it is from."""
    for position, answer in enumerate(dialog.path):
        at = replay(dialog.guide, dialog.path[:position])
        choice = at.step.choice(answer.choice, at.state)
        label = wording(choice.label, at.state) if choice else answer.choice
        yield at.question, label, answer.read_from


def _trail(shown: Shown) -> Iterator[Block]:
    """The answers of this round, each to be changed; those of earlier rounds in small print."""
    lines = list(trail(shown.dialog))
    began = shown.dialog.began
    if began:
        earlier = " · ".join(
            f"{inert(question)} *{inert(label)}*" for question, label, _ in lines[:began]
        )
        yield context(shortened(f"Earlier: {earlier}", EARLIER_LIMIT))
    pending = [*_pending(shown)]
    if pending or any(words for _, _, words in lines[began:]):
        yield context(READ)
    elif shown.nothing_read and not shown.dialog.path:
        yield context(NOTHING_READ)
    for position, (question, label, words) in enumerate(lines[began:], start=began):
        line = _answered(question, label, words)
        if position == shown.changing:
            yield section(f"{line} ← being changed")
        else:
            change = _button("Change", f"change:{position}", shown, shown.dialog)
            yield section(line) | {"accessory": change}
    yield from pending


def _pending(shown: Shown) -> Iterator[Block]:
    """What was read for questions that have not come up, or never will."""
    dialog = shown.dialog
    for step in dialog.guide.steps if dialog.outcome is None else ():
        for answer in dialog.known:
            choice = _named(step, answer.choice)
            if answer.step == step.id and answer.read_from and choice:
                others = tuple(known for known in dialog.known if known != answer)
                asks = _button(ASK_ME, f"keep:{step.id}", shown, replace(dialog, known=others))
                question, label = (wording(w, dialog.state) for w in (step.question, choice.label))
                line = _answered(question, label, answer.read_from)
                yield section(line) | {"accessory": asks}


def _named(step: Step, name: str) -> Choice | None:
    return next((c for c in (*step.choices, *step.not_sure) if c.id == name), None)


def _answered(question: str, label: str, words: str | None) -> str:
    line = f"✓ {inert(question)} *{inert(label)}*"
    return f"{line}\n_from “{inert(shortened(words, WORDS_LIMIT))}”_" if words else line


def _question(shown: Shown, asked: Dialog) -> Iterator[Block]:
    yield from sections(f"*{asked.progress}. {inert(asked.question)}*")
    yield context(f"Why we ask: {inert(asked.step.why)} _({SUPPORT[asked.step.support]})_")
    for option in asked.options:
        if option.id != UNSURE:
            yield {"type": "actions", "elements": [_answer(option, shown, asked)]}


def _answer(option: Option, shown: Shown, asked: Dialog) -> Block:
    action = "unsure" if option.id == UNSURE else f"choose:{option.id}"
    given = (*asked.path, Answered(asked.step.id, option.id))
    return _button(option.label, action, shown, replace(asked, path=given))


def _navigation(shown: Shown) -> Block:
    dialog, asked = shown.dialog, shown.asked
    buttons = [*(_ended(shown) if asked is None else _asking(shown, asked))]
    if dialog.path or dialog.known:
        buttons.append(_button("Start over", "restart", shown, _fresh(dialog)))
    if dialog.outcome is None:
        buttons.append(_button("Cancel", "cancel", shown, dialog))
    return {"type": "actions", "elements": buttons}


def _ended(shown: Shown) -> Iterator[Block]:
    yield _button("Back", "back", shown, shown.dialog.back())
    yield _button("We have built it", "built", shown, shown.dialog)


def _asking(shown: Shown, asked: Dialog) -> Iterator[Block]:
    dialog = shown.dialog
    yield _answer(asked.options[-1], shown, asked)
    if asked is not dialog or shown.built:
        yield _button("Leave it as it is", "keep", shown, dialog)
    elif dialog.path:
        yield _button("Back", "back", shown, dialog.back())
    yield _button("Why we ask", "why", shown, asked)
    if asked is dialog and dialog.path and not shown.built:
        yield _button("Recommend now", "now", shown, dialog.assume())


def _fresh(dialog: Dialog) -> Dialog:
    return replay(dialog.guide, ())


def _button(label: str, action: str, shown: Shown, leads_to: Dialog) -> Block:
    press = Press.at(leads_to, owner=shown.owner, consultation=shown.consultation)
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": shortened(label, LABEL_LIMIT), "emoji": False},
        "action_id": f"{PREFIX}{action}",
        "value": press.value,
    }
