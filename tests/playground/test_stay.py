from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.playground.errors import NeverHappenedError
from bot.playground.server import LocalSlack
from bot.playground.stay import Stay
from bot.playground.tenant import Tenant, surroundings
from tests.polling import eventually

LODGER = Path(__file__).with_name("lodger.py")


class Guest:
    """Runs a stay in a thread, and asks for its end."""

    def __init__(
        self,
        slack: LocalSlack,
        home: Path,
        *,
        ends: str = "",
        play: Callable[[LocalSlack], bool] | None = None,
    ) -> None:
        self.said: list[str] = []
        self._asked = 0
        environment = {**surroundings(os.environ), "STANDIN_ENDS": ends}
        command = [sys.executable, str(LODGER)]
        stay = Stay(
            slack,
            Tenant(slack, command, home=home, environment=environment, asked=lambda: self._asked),
            lambda: self._asked,
            say=self.said.append,
            welcome=lambda: "welcome",
            play=play,
            settled=0.0,
        )
        self._thread = threading.Thread(target=stay.run)
        self._thread.start()

    def end(self) -> None:
        self._asked += 1
        self._thread.join(30)
        assert not self._thread.is_alive()


def test_a_bot_that_ended_by_itself_after_a_while_is_started_again(
    slack: LocalSlack, tmp_path: Path
) -> None:
    guest = Guest(slack, tmp_path, ends="late")
    eventually(lambda: "It is back." in guest.said)
    guest.end()
    told = "\n".join(guest.said)
    assert "The bot has ended by itself (status 4); what it said is above." in told
    assert told.endswith("The playground has ended.")


def _broken(_slack: LocalSlack) -> bool:
    raise NeverHappenedError("no answer")


@pytest.mark.parametrize("play", [lambda _: False, _broken])
def test_an_example_that_breaks_off_is_told_and_the_playground_goes_on(
    slack: LocalSlack, tmp_path: Path, play: Callable[[LocalSlack], bool]
) -> None:
    guest = Guest(slack, tmp_path, play=play)
    eventually(lambda: any("The example conversation broke off" in line for line in guest.said))
    assert slack.connected
    guest.end()


def test_an_example_that_comes_about_is_not_talked_about(slack: LocalSlack, tmp_path: Path) -> None:
    played = threading.Event()

    def play(_slack: LocalSlack) -> bool:
        played.set()
        return True

    guest = Guest(slack, tmp_path, play=play)
    eventually(played.is_set)
    guest.end()
    assert not any("example" in line for line in guest.said)
