"""The slash command: `/adapt`, `/adapt ask …`, `/adapt help`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App, BoltContext

from bot.slack.blocks import HELP, HELP_TEXT, section
from bot.slack.flowchart import command_dialog_job
from bot.slack.intake import Intake
from bot.slack.origin import typed_at
from bot.slack.questions import command_job
from bot.slack.text import inert, shortened, typed

COMMAND = "/adapt"
ANSWERING = "One moment, I am looking through the sources…"
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
        if verb.lower() == "help":
            ack(text=HELP_TEXT, blocks=[section(HELP)])
        elif verb.lower() == "ask":
            self._intake.take(command_job(command, rest, now=time.time()), typed_at(command))
            ack(text=f"{ANSWERING}\n>{inert(shortened(rest, 300))}" if rest else ANSWERING)
        else:
            job = command_dialog_job(command, text, now=time.time())
            self._intake.take(job, typed_at(command))
            ack(text=STARTING)
