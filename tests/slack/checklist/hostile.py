"""What would ping people or lead them elsewhere, and how to find it in what was sent."""

from __future__ import annotations

import re

from bot.playground.server import LocalSlack
from tests.slack.said import everything

EVIL = "evil.example"
LIVE = "<!channel> <!here> <!everyone> <!subteam^S1> <@U1BEN> <#C1GENERAL>"
ALIVE = re.compile(r"<[!@#]|<https?://(?!arxiv\.org/abs/2106\.09685)|<(?:javascript|slack|mailto):")
ASKER = "<@U1ANA>"
"""The one mention that the bot itself makes: of who asked."""


def live_on_the_wire(slack: LocalSlack) -> list[str]:
    """Whatever pings or leads elsewhere in all that was sent to Slack."""
    return ALIVE.findall(everything(slack).replace(ASKER, ""))
