"""How long somebody waits for work, and whether they still do."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from bot.errors import OutOfTimeError, StoppedError

LOOK_SECONDS = 0.25
"""How often a wait looks whether it was stopped: in another process, that takes a query."""

Result = TypeVar("Result")


def _never() -> bool:
    return False


class Patience:
    """Ends when the work is stopped, or when its time is up."""

    def __init__(
        self, seconds: float = float("inf"), *, stopped: Callable[[], bool] = _never
    ) -> None:
        self._until = time.monotonic() + seconds
        self._stopped = stopped

    def check(self) -> None:
        """Return while there is patience left.

        Raises:
            StoppedError: somebody stopped the work.
            OutOfTimeError: its time is up.
        """
        if self._stopped():
            raise StoppedError
        if time.monotonic() >= self._until:
            raise OutOfTimeError

    def result(self, future: Future[Result]) -> Result:
        """What `future` comes to; it is cancelled where patience ends first.

        Raises:
            StoppedError: somebody stopped the work.
            OutOfTimeError: its time is up.
        """
        try:
            while True:
                self.check()
                left = min(LOOK_SECONDS, max(self._until - time.monotonic(), 0.0))
                try:
                    return future.result(left)
                except TimeoutError:
                    if future.done():
                        return future.result()
        finally:
            future.cancel()


ENDLESS = Patience()
"""Of somebody who waits at a terminal, and can interrupt."""
