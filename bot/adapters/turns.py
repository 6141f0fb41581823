"""The order in which things arrive that arrive at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """Lets what arrives at once for one thread pass in the order in which it was asked."""

    def __init__(self) -> None:
        self._arriving: dict[str, list[float]] = {}
        self._changed = threading.Condition()

    @contextmanager
    def of(self, thread: str, order: float) -> Iterator[None]:
        """Wait until nothing is arriving that was asked earlier."""
        with self._changed:
            waiting = self._arriving.setdefault(thread, [])
            waiting.append(order)
            self._changed.wait_for(lambda: min(waiting) >= order)
        try:
            yield
        finally:
            with self._changed:
                waiting.remove(order)
                if not waiting:
                    self._arriving.pop(thread, None)
                self._changed.notify_all()
