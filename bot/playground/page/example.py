"""The conversation that a newcomer finds: people ask, and the bot that runs answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.controls import controls
from bot.playground.errors import CannotDoError, NeverHappenedError

if TYPE_CHECKING:
    from bot.playground.person import Person
    from bot.playground.server import LocalSlack
    from bot.playground.workspace import Message

CHANNEL = "#llm-adaptation"
QUESTIONS = (
    "@adaptbot what does LoRA train?",
    "and how does QLoRA differ?",
)
"""A question and its follow-up."""
PROJECT = (
    "a support bot over a wiki that changes daily; prompts with a few examples fall short of our "
    "targets, we have no labelled data, and answers must show their sources"
)
NOW = "guide:now"
"""The action of the button that recommends without asking further."""
UNSURE = "guide:unsure"
MOST_PRESSES = 8
ANSWER_SECONDS = 60.0


def play(slack: LocalSlack) -> bool:
    """Have Ben ask, follow up and describe a project; whether all of it came about.

    Nothing is canned: what the bot says is said by the bot that is connected, which may be of
    another opinion tomorrow.
    """
    ben = slack.user("ben")
    try:
        _ask(slack, ben)
        _describe(slack, ben)
    except (CannotDoError, NeverHappenedError):
        return False
    return True


def _ask(slack: LocalSlack, person: Person) -> None:
    thread: str | None = None
    for question in QUESTIONS:
        asked = person.say(CHANNEL, question, thread_ts=thread)
        slack.wait_for_reply(asked, timeout=ANSWER_SECONDS)
        thread = asked.thread
        _wait_for_rest(slack, asked.channel, thread)


def _describe(slack: LocalSlack, person: Person) -> None:
    if not person.command("/adapt", PROJECT, channel=CHANNEL).acked:
        raise CannotDoError("nobody heard the command")
    dialog = slack.wait_for(lambda message: UNSURE in _actions(message), timeout=ANSWER_SECONDS)
    for _ in range(MOST_PRESSES):
        shown = slack.workspace.message(dialog.channel, dialog.ts) or dialog
        wanted = next((action for action in (NOW, UNSURE) if action in _actions(shown)), None)
        if wanted is None:
            break
        person.press(shown, wanted)
        _wait_for_change(slack, shown)
    slack.wait_for_reply(dialog, timeout=ANSWER_SECONDS)


def _wait_for_rest(slack: LocalSlack, channel: str, thread: str) -> None:
    """Until the bot shows no work in a thread any more."""
    sessions = slack.site.surfaces.sessions

    def rests() -> bool:
        session = sessions.get((channel, thread))
        return session is None or session.status != "processing"

    slack.wait_until(rests, "the end of the work", timeout=ANSWER_SECONDS)


def _actions(message: Message) -> set[str]:
    return {control.action_id for control in controls(message.blocks)}


def _wait_for_change(slack: LocalSlack, message: Message) -> None:
    def changed() -> bool:
        return slack.workspace.message(message.channel, message.ts) is not message

    slack.wait_until(changed, "the next step", timeout=ANSWER_SECONDS)
