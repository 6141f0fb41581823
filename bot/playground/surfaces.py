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
    modals: dict[str, str] = field(default_factory=dict)
    """The id of the modal that each person has open."""
    _triggers: dict[str, tuple[str, float | None]] = field(default_factory=dict)
    """Whose each trigger_id is, and when it was born; None once it is used."""

    def new_trigger(self, user: str) -> str:
        """A trigger_id of something that a person did, good once and for three seconds."""
        trigger = f"{time.time_ns() // 1_000_000}.1.{secrets.token_hex(8)}"
        self._triggers[trigger] = user, time.monotonic()
        while len(self._triggers) > KEPT:
            del self._triggers[next(iter(self._triggers))]
        return trigger

    def pull_trigger(self, trigger: str) -> str:
        """Use a trigger_id up, and say whose it is.

        Raises RefusedError when it is unknown, used or too old.
        """
        if trigger not in self._triggers:
            raise RefusedError("invalid_trigger_id")
        user, born = self._triggers[trigger]
        self._triggers[trigger] = user, None
        if born is None:
            raise RefusedError("exchanged_trigger_id")
        if time.monotonic() - born > TRIGGER_SECONDS:
            raise RefusedError("expired_trigger_id")
        return user

    def close_modal(self, view_id: str) -> None:
        """Forget a modal, whoever has it open."""
        self.views.pop(view_id, None)
        self.modals = {user: opened for user, opened in self.modals.items() if opened != view_id}
