"""How much is taken on: so much from one person, so much in one channel, so much in all."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Literal

from cachetools import TTLCache
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

REMEMBERED_SECONDS = 900
"""Slack's last retry comes after six minutes."""
REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Excess:
    """Why a request is not taken on."""

    limit: Literal["user", "channel", "queue"]
    seconds: int
    """After how long it may be tried again."""
    told: bool = False
    """Whether the person was told so within the last minute."""


class Admission:
    """Counts requests of this process; one that is delivered again counts once."""

    def __init__(
        self, *, per_user: int, per_channel: int, queue: int, waiting: Callable[[], int]
    ) -> None:
        self._windows = MovingWindowRateLimiter(MemoryStorage())
        self._per_user = RateLimitItemPerMinute(per_user, namespace="user")
        self._per_channel = RateLimitItemPerMinute(per_channel, namespace="channel")
        self._notice = RateLimitItemPerMinute(1, namespace="notice")
        self._queue = queue
        self._waiting = waiting
        self._known: TTLCache[str, Excess | None] = TTLCache(REMEMBERED, REMEMBERED_SECONDS)
        self._lock = Lock()

    def excess(self, request: str, *, user: str, channel: str) -> Excess | None:
        """Why the request of that id is too much; nothing where it is taken on."""
        with self._lock:
            if request not in self._known:
                self._known[request] = self._judged(user, channel)
            return self._known[request]

    def _judged(self, user: str, channel: str) -> Excess | None:
        if self._waiting() >= self._queue:
            return Excess("queue", 30)
        if not self._windows.hit(self._per_user, user):
            told = not self._windows.hit(self._notice, user)
            return Excess("user", self._seconds(self._per_user, user), told)
        if not self._windows.hit(self._per_channel, channel):
            told = not self._windows.hit(self._notice, channel, user)
            return Excess("channel", self._seconds(self._per_channel, channel), told)
        return None

    def _seconds(self, item: RateLimitItem, key: str) -> int:
        reset = self._windows.get_window_stats(item, key).reset_time
        return max(1, round(reset - time.time()))
