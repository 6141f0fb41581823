"""The time from the bot's start in the playground to its end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import AdaptbotError
from bot.playground.server import LocalSlack
from bot.playground.tenant import Tenant
from bot.telemetry import logger

PAUSE = 0.1
SETTLED_SECONDS = 30.0
"""A bot that ends sooner after its start would do so again and again."""

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Stay:
    """One run of the playground; everything in it has been made, and nothing started."""

    slack: LocalSlack
    tenant: Tenant
    asked: Callable[[], int]
    """How often somebody asked for the end."""
    say: Callable[[str], None]
    welcome: Callable[[], str]
    """Called once the bot is ready; returns where to find the page."""
    play: Callable[[LocalSlack], bool] | None = None
    """The example conversation; returns whether all of it came about."""
    settled: float = SETTLED_SECONDS

    def run(self) -> None:
        """Return when somebody has asked for the end; by then the bot has ended.

        Raises:
            AdaptbotError: the bot did not start, or ends again and again.
        """
        try:
            self.tenant.start()
            if not self.asked():
                self.say(self.welcome())
                self._begin_example()
                self._watch()
            self.say("\nEnding the bot, with what it is answering; Ctrl-C again does not wait …")
        finally:
            self.tenant.stop()
        self.say("The playground has ended.")

    def _begin_example(self) -> None:
        if self.play:
            threading.Thread(
                target=self._example, args=(self.play,), name="example", daemon=True
            ).start()

    def _example(self, play: Callable[[LocalSlack], bool]) -> None:
        """A failure is told, unless everything is ending anyway."""
        try:
            whole = play(self.slack)
        except Exception as error:  # noqa: BLE001 - the playground goes on without it
            whole = False
            _log.info("the example broke off", problem=type(error).__name__)
        if not whole and not self.asked():
            self.say("The example conversation broke off; the bot can be asked all the same.")

    def _watch(self) -> None:
        """Wait for the end; a bot that ended by itself is started again."""
        began = time.monotonic()
        while not self.asked():
            status = self.tenant.status
            if status is None:
                time.sleep(PAUSE)
                continue
            if time.monotonic() - began < self.settled:
                raise AdaptbotError(
                    f"the bot has ended by itself (status {status}) soon after its start; what it "
                    "said is above, and more of it with ADAPTBOT_LOG_LEVEL=INFO"
                )
            self.say(
                f"The bot has ended by itself (status {status}); what it said is above. "
                "Starting it again …"
            )
            began = time.monotonic()
            self.tenant.start()
            if not self.asked():
                self.say("It is back.")
