"""What an app shows besides messages: views, statuses, suggested prompts, agent sessions."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from bot.playground.errors import RefusedError

if TYPE_CHECKING:
    from bot.playground.workspace import Json

TRIGGER_SECONDS = 3.0
KEPT = 1_000
Thread = tuple[str, str]
"""A channel and the `ts` of a thread's root; "" for the conversation as a whole."""


@dataclass(slots=True)
class Session:
    """One agent session."""

    status: str
    title: str = ""


@dataclass(slots=True)
class Stream:
    """A message that grows while the app writes it."""

    text: str = ""
    chunks: list[Json] = field(default_factory=list)
    state: Literal["streaming", "done", "stopped_by_user"] = "streaming"


@dataclass(slots=True)
class Surfaces:
    """The latest of everything an app shows besides messages."""

    views: dict[str, Json] = field(default_factory=dict)
    """Every open or published view by its id."""
    homes: dict[str, str] = field(default_factory=dict)
    """The id of each person's Home tab."""
    statuses: dict[Thread, str] = field(default_factory=dict)
    titles: dict[Thread, str] = field(default_factory=dict)
    prompts: dict[Thread, tuple[Json, ...]] = field(default_factory=dict)
    sessions: dict[Thread, Session] = field(default_factory=dict)
    streams: dict[Thread, Stream] = field(default_factory=dict)
    """Every stream by its message's channel and ts."""
    _triggers: dict[str, float | None] = field(default_factory=dict)
    """When each trigger_id was born; None once it is used."""

    def new_trigger(self) -> str:
        """A trigger_id, good once and for three seconds."""
        trigger = f"{time.time_ns() // 1_000_000}.1.{secrets.token_hex(8)}"
        self._triggers[trigger] = time.monotonic()
        while len(self._triggers) > KEPT:
            del self._triggers[next(iter(self._triggers))]
        return trigger

    def pull_trigger(self, trigger: str) -> None:
        """Use a trigger_id up; raises RefusedError when it is unknown, used or too old."""
        if trigger not in self._triggers:
            raise RefusedError("invalid_trigger_id")
        born, self._triggers[trigger] = self._triggers[trigger], None
        if born is None:
            raise RefusedError("exchanged_trigger_id")
        if time.monotonic() - born > TRIGGER_SECONDS:
            raise RefusedError("expired_trigger_id")
