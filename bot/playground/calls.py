"""The record of Web API calls, and the faults put in their way."""

from __future__ import annotations

import random
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.playground.workspace import Json

KEPT = 10_000
ANY = "*"
"""In place of a method: whichever is called next, but for those in `SPARED`."""
SPARED = frozenset({"apps.connections.open", "auth.test"})
"""Methods without which an app does not even start; no share of them fails."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the Web API, or of a response_url, with its answer."""

    method: str
    """As "chat.postMessage"; "response_url" for those."""
    token: str
    args: Json
    answer: Json
    status: int = 200
    path: str = ""
    """The path of a response_url, by which it is known whose it is; "" for methods."""
    at: float = field(default_factory=time.time)
    """When it was answered, in seconds since 1970."""

    @property
    def ok(self) -> bool:
        """Whether Slack did what was asked, and said so."""
        return bool(self.answer.get("ok"))


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one call.

    `error` answers that code, `status` that HTTP status, `drop` cuts the connection. `applied` does
    what was asked all the same, before it goes wrong.
    """

    error: str = ""
    status: int = 0
    retry_after: int = 0
    drop: bool = False
    applied: bool = False


ORDINARY_FAULTS = (
    Fault(status=429, retry_after=1),
    Fault(status=429, retry_after=1),
    Fault(status=500, applied=True),
    Fault(status=500),
)
"""What goes wrong on an ordinary day: rate limits, and errors that did or did not do their work."""


class Calls:
    """Every call so far, up to a bound, and the faults still to come."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=KEPT)
        self._faults: dict[str, deque[Fault]] = {}
        self._delays: dict[str, float] = {}
        self._share = 0.0
        self._chance = random.Random(0)
        self._ordinary: Sequence[Fault] = ORDINARY_FAULTS

    def record(self, call: Call) -> None:
        """Add a call."""
        self._calls.append(call)

    def of(self, method: str | None = None) -> list[Call]:
        """The calls of one method, or all, oldest first."""
        return [call for call in list(self._calls) if method in (None, call.method)]

    def fail(self, method: str, fault: Fault, *, times: int) -> None:
        """Let the next calls of a method go wrong; of `ANY`, the next calls of all."""
        self._faults.setdefault(method, deque()).extend([fault] * times)

    def fail_share(
        self, share: float, *, seed: int, faults: Sequence[Fault] = ORDINARY_FAULTS
    ) -> None:
        """Let a share of all calls from now on go wrong, but for those in `SPARED`; 0 ends it.

        Each such call meets one of `faults`, all equally likely. The same seed and the same order
        of calls give the same faults.
        """
        if not 0 <= share <= 1:
            raise ValueError(f"a share lies between 0 and 1, not at {share}")
        self._share, self._chance, self._ordinary = share, random.Random(seed), faults

    def next_fault(self, method: str) -> Fault | None:
        """The fault of the call that comes now, used up; one that was asked for comes first."""
        if waiting := self._faults.get(method):
            return waiting.popleft()
        if method in SPARED:
            return None
        if waiting := self._faults.get(ANY):
            return waiting.popleft()
        if self._chance.random() >= self._share:
            return None
        return self._chance.choice(self._ordinary)

    def delay(self, method: str, seconds: float) -> None:
        """Answer every call of a method that much later; 0 ends it."""
        self._delays[method] = seconds

    def delay_of(self, method: str) -> float:
        """How long an answer of a method is held back, in seconds."""
        return self._delays.get(method, 0.0)
