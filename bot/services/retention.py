"""Forgets what is older than people were promised."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from bot.telemetry import logger

HOUR = 3_600.0

Purge = Callable[[datetime], int]
"""Forgets what was kept before a moment; returns how much that was."""

_log = logger(__name__)


class Retention:
    """Purges at once and then every hour, in a thread of its own."""

    def __init__(self, purges: Sequence[Purge], *, days: int, every: float = HOUR) -> None:
        self._purges = purges
        self._days = days
        self._every = every
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="retention", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def purge(self, now: datetime) -> int:
        """Forget what is too old at `now`; what fails is tried again the next time."""
        before = now - timedelta(days=self._days)
        gone = 0
        for purge in self._purges:
            try:
                gone += purge(before)
            except Exception as error:  # noqa: BLE001 - one store's trouble is not the other's
                _log.warning("not purged", problem=type(error).__name__)
        if gone:
            _log.info("purged", rows=gone, days=self._days)
        return gone

    def close(self) -> None:
        """Begin no further purge."""
        self._ended.set()

    def _go_on(self) -> None:
        while not self._ended.is_set():
            self.purge(datetime.now(UTC))
            self._ended.wait(self._every)
