"""A bot at which people take the decision guide, and what they see of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from limits import RateLimitItemPerSecond

from bot.domain.dialog import start
from bot.playground.controls import controls
from bot.playground.person import Outcome, Person
from bot.playground.server import LocalSlack
from bot.playground.workspace import Message
from bot.slack import outbox
from tests.fakes import QueuedWork
from tests.slack.bots import GUIDE, Bot
from tests.slack.parts import modals
from tests.slack.running import Way, running
from tests.slack.said import in_thread

CHANNEL = "#llm-adaptation"
MEETS = "It meets our targets on a test set"
FALLS_SHORT = "The quality falls short"
RAG = "prompting=untried,facts=yes,change=often,behaviour=nothing,team=all"
PEFT = "prompting=too_costly,examples=some,team=all,full_or_peft=no"
SAYS = {
    "changes daily": ("change", "often"),
    "no labelled data": ("examples", "hardly_any"),
    "must show sources": ("sources", "yes"),
    "facts of our own": ("facts", "yes"),
    "reaches our goal": ("prompting", "meets"),
}
"""What the reader takes from a description."""
WIKI = "a support bot over a wiki that changes daily, no labelled data"
SETTLED = "a summary bot whose prompt reaches our goal"
"""Words that leave nothing to ask."""


@dataclass
class Desk:
    """The bot with its work, which goes on in a thread of its own."""

    slack: LocalSlack
    bot: Bot
    work: QueuedWork = field(default_factory=QueuedWork)

    def done(self) -> None:
        """Wait until the bot has nothing left to do."""
        self.slack.settle()
        self.slack.wait_until(lambda: self.work.idle, "the end of the work", timeout=20)

    def opened(self, person: Person, text: str = "", *, channel: str = CHANNEL) -> Message:
        """The dialog that somebody opens by command."""
        before = self._latest()
        assert person.command("/adapt", text, channel=channel).acked
        self.done()
        return self.dialog(after=before)

    def asked(self, person: Person, text: str = "recommend a method") -> Message:
        """The dialog that somebody asks for in the direct message."""
        said = person.say(person.dm, text)
        self.done()
        return self.dialog(after=said)

    def mentioned(self, person: Person, text: str = "recommend a method") -> Message:
        """The dialog that somebody asks for in the channel, in the thread of that message."""
        said = person.say(CHANNEL, f"@adaptbot {text}")
        self.done()
        return self.dialog(after=said)

    def dialog(self, *, after: Message | None = None) -> Message:
        """The first message with choices, or with the word that nothing is left to ask."""

        def is_one(message: Message) -> bool:
            return any(c.action_id.startswith("guide:restart") for c in of(message)) or any(
                c.action_id == "guide:unsure" for c in of(message)
            )

        return self.slack.wait_for(is_one, after=after)

    def pressed(self, person: Person, message: Message, wanted: str) -> Message:
        """The message after a press that was done."""
        assert person.press(message, wanted).acked, wanted
        self.done()
        return self.now(message)

    def walked(self, person: Person, message: Message, path: str) -> Message:
        """The message after the choices of a path that begins where it stands."""
        for pair in path.split(","):
            choice = pair.partition("=")[2]
            wanted = "guide:unsure" if choice == "unsure" else f"guide:choose:{choice}"
            message = self.pressed(person, message, wanted)
        return message

    def tells(self, person: Person, number: int) -> None:
        """Wait until somebody alone was told so many things."""

        def enough() -> bool:
            return len(self.slack.ephemerals(person.id)) >= number

        self.slack.wait_until(enough, f"{number} things told")

    def now(self, message: Message) -> Message:
        """The message as it stands."""
        seen = self.slack.workspace.message(message.channel, message.ts)
        assert seen is not None
        return seen

    def beside(self, dialog: Message) -> list[Message]:
        """What else the bot said in the dialog's thread, but for its root."""
        said = in_thread(self.slack, dialog)
        return [m for m in said if m.ts not in (dialog.ts, dialog.thread)]

    def recommended(self, dialog: Message) -> tuple[Message, Message]:
        """The two messages of the one recommendation in a dialog's thread."""
        first, second, *_ = [m for m in self.beside(dialog) if not m.files]
        assert first.text.startswith("Recommended: ")
        return first, second

    def files(self, person: Person, dialog: Message) -> list[Message]:
        """The messages with files in a dialog's thread."""
        assert person
        return [m for m in self.beside(dialog) if m.files]

    def modal(self, person: Person, message: Message, label: str) -> dict[str, Any]:
        """The modal that a button opens."""
        before = {view["id"] for view in modals(self.slack)}

        def new() -> list[dict[str, Any]]:
            return [view for view in modals(self.slack) if view["id"] not in before]

        assert person.press(message, label).acked
        self.slack.wait_until(new, "a modal")
        [view] = new()
        return view

    def _latest(self) -> Message | None:
        every = sorted(self.slack.workspace.everything(), key=lambda message: message.ts)
        return every[-1] if every else None


@contextmanager
def desk_at(
    slack: LocalSlack, way: Way, *, bot: Bot | None = None, **settings: Any
) -> Iterator[Desk]:
    """A bot that takes from a description what `SAYS` tells."""
    made = bot or Bot(slack, settings=settings)
    made.reader.says = made.reader.says or SAYS
    desk = Desk(slack, made)
    with _at_any_pace(), running(slack, way, work_for=lambda: desk.work, bot=made):
        yield desk


@contextmanager
def _at_any_pace() -> Iterator[None]:
    """Slack's one message a second in a channel would be most of the time of these tests."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(outbox, "PACE", RateLimitItemPerSecond(1_000, namespace="posts"))
        yield


def of(message: Message) -> list[Any]:
    """Every button of a message."""
    return list(controls(message.blocks))


def labels(message: Message) -> list[str]:
    return [control.label for control in of(message)]


def changes(message: Message) -> list[str]:
    """The action ids of the Change buttons."""
    return [c.action_id for c in of(message) if c.label == "Change"]


def value_of(message: Message, wanted: str) -> dict[str, Any]:
    """What a button carries."""
    [control] = [c for c in of(message) if wanted in (c.label, c.action_id)]
    value: dict[str, Any] = json.loads(control.action["value"])
    return value


def content(message: Message) -> str:
    """The blocks without the ids that Slack gives them."""
    return json.dumps([{**b, "block_id": ""} for b in message.blocks], ensure_ascii=False)


def labels_of(path: str) -> list[str]:
    """The labels to press, one after the other."""
    dialog, found = start(GUIDE), []
    for step, _, choice in (pair.partition("=") for pair in path.split(",")):
        found.append(next(option.label for option in dialog.options if option.id == choice))
        dialog = dialog.choose(step, choice)
    return found


def tampered(message: Message, wanted: str, *, value: str | None = None, **fields: Any) -> Message:
    """The message with another value in one button, or other fields in that value."""
    blocks = json.loads(json.dumps(message.blocks))
    for button in _buttons(blocks):
        if wanted in (button["text"]["text"], button["action_id"]):
            button["value"] = json.dumps(json.loads(button["value"]) | fields) if fields else value
    return replace(message, blocks=tuple(blocks))


def _buttons(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for block in blocks:
        yield from block.get("elements", []) if block["type"] == "actions" else []
        if "accessory" in block:
            yield block["accessory"]


def pressed_stale(person: Person, message: Message, wanted: str) -> Outcome:
    """A press on the message as it was when it was read."""
    return person.press(message, wanted, stale=True)
