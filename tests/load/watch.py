"""Watches what the bot says, without ever searching the whole workspace."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from bot.playground.server import LocalSlack
from bot.playground.workspace import Change, Deleted, Edited, Message, Posted


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the bot's, as it appeared."""

    at: float
    """Seconds since 1970."""
    message: Message


class Watch:
    """Everything the bot says to everybody, by what it belongs to."""

    def __init__(self, slack: LocalSlack) -> None:
        self._changed = slack.workspace.changed
        self._bot = slack.app.bot_user_id
        self.answers: dict[str, list[Said]] = defaultdict(list)
        """By the work that the metadata names, from the post or the edit on that named it."""
        self.threads: dict[tuple[str, str], list[Said]] = defaultdict(list)
        """By channel and thread, in the order of their appearance."""
        self.channels: dict[str, list[Said]] = defaultdict(list)
        self.texts: dict[tuple[str, str], list[str]] = defaultdict(list)
        """By channel and ts: each text that a message has had, one after the other."""
        self.whispers: list[Said] = []
        """What one person alone saw."""
        self.last = time.time()
        """When the bot last said anything."""
        slack.workspace.watch(self._see)

    def wait(self, happened: Callable[[], object], *, timeout: float) -> bool:
        """Wait until something holds that changes with the workspace; whether it does."""
        with self._changed:
            return bool(self._changed.wait_for(happened, timeout=max(timeout, 0)))

    def _see(self, change: Change) -> None:
        message = change.message
        if message.user != self._bot or isinstance(change, Deleted):
            return
        said = Said(time.time(), message)
        self.last = said.at
        if message.only_for is not None:
            self.whispers.append(said)
            return
        texts = self.texts[message.channel, message.ts]
        if texts[-1:] != [message.text]:
            texts.append(message.text)
        before = change.before if isinstance(change, Edited) else None
        if before is None or work_of(before) != work_of(message):
            self.answers[work_of(message)].append(said)
        if isinstance(change, Posted):
            self.threads[message.channel, message.thread].append(said)
            self.channels[message.channel].append(said)


def work_of(message: Message) -> str:
    """The work that a message names in its metadata; "" where it names none."""
    payload = (message.metadata or {}).get("event_payload", {})
    return str(payload.get("work", ""))
