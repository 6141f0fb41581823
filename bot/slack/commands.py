"""The slash command: `/adapt`, `/adapt ask …`, `/adapt help`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App, BoltContext

from bot.services.ports import Job
from bot.slack.blocks import HELP, HELP_TEXT, section
from bot.slack.flowchart import command_dialog_job
from bot.slack.guarded import origin_of
from bot.slack.intake import Intake, words_of
from bot.slack.questions import command_job
from bot.slack.text import inert, shortened, typed

COMMAND = "/adapt"
ANSWERING = "One moment, I am looking through the sources…"
HELP_WORDS = 3
"""Of `/adapt help me please`; a longer text describes a project."""
STARTING = "The decision guide opens here, in a thread of its own."


class Commands:
    """Takes commands on: kept first, acknowledged then."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    def register(self, app: App) -> None:
        """Listen to the one command."""
        app.command(COMMAND)(self.adapt)

    def adapt(self, ack: Ack, command: Mapping[str, Any], context: BoltContext) -> None:
        """Answer a question, show help, or open the guide."""
        words = typed(command.get("text") or "", bot_user=context.bot_user_id or "").split()
        text, rest = " ".join(words), " ".join(words[1:])
        verb = words[0] if words else ""
        if verb.lower() == "help" and len(words) <= HELP_WORDS:
            ack(text=HELP_TEXT, blocks=[section(HELP)])
        elif verb.lower() == "ask":
            said = f"{ANSWERING}\n>{inert(shortened(rest, 300))}" if rest else ANSWERING
            ack(text=self._taken(command_job(command, rest, now=time.time()), said))
        else:
            ack(text=self._taken(command_dialog_job(command, text, now=time.time()), STARTING))

    def _taken(self, job: Job, said: str) -> str:
        """`said` where the job is taken on, else why it is not."""
        excess = self._intake.take(job, origin_of(job), tell=False)
        return said if excess is None else words_of(excess)
