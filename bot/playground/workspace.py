"""What a workspace holds: people, conversations and messages, safe to use from any thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.playground.errors import RefusedError

Json = dict[str, Any]

MAX_MESSAGES = 20_000
"""Older messages are forgotten, so that a workspace left running stays small."""


@dataclass(frozen=True, slots=True)
class User:
    """A person, or the face of an app."""

    id: str
    name: str
    real_name: str
    team_id: str = "T1"
    bot_id: str | None = None
    app_id: str | None = None
    is_restricted: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Channel:
    """A conversation; its kind is what Slack calls `channel_type`."""

    id: str
    name: str
    kind: Literal["channel", "group", "im"] = "channel"
    members: frozenset[str] = frozenset()
    is_archived: bool = False
    is_ext_shared: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stood at one moment; an edit makes a new one with the same `ts`."""

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: tuple[Json, ...] = ()
    attachments: tuple[Json, ...] = ()
    thread_ts: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    metadata: Json | None = None
    subtype: str | None = None
    edited_ts: str | None = None
    only_for: str | None = None
    """The one person who sees it; None for everybody in the conversation."""
    files: tuple[Json, ...] = ()
    reactions: frozenset[tuple[str, str]] = frozenset()
    """Pairs of emoji name and user."""

    @property
    def thread(self) -> str:
        """The `ts` of the thread it belongs to, or would start."""
        return self.thread_ts or self.ts


@dataclass(frozen=True, slots=True)
class Posted:
    """A message appeared."""

    message: Message


@dataclass(frozen=True, slots=True)
class Edited:
    """A message changed."""

    message: Message
    before: Message


@dataclass(frozen=True, slots=True)
class Deleted:
    """A message went."""

    message: Message


Change = Posted | Edited | Deleted
Observer = Callable[[Change], None]
Listener = Callable[[], object]


class Workspace:
    """People, conversations and messages under one lock.

    `changed` is notified after every change, of this class or of a neighbour that calls `touch`.
    """

    def __init__(self, *, users: tuple[User, ...] = (), channels: tuple[Channel, ...] = ()) -> None:
        self.changed = threading.Condition(threading.RLock())
        self._users = {user.id: user for user in users}
        self._channels = {channel.id: channel for channel in channels}
        self._messages: dict[tuple[str, str], Message] = {}
        self._observers: list[Observer] = []
        self._listeners: list[Listener] = []
        self._last_ts = 0

    def watch(self, observer: Observer) -> None:
        """Call `observer` with every change, in order, while the lock is held."""
        self._observers.append(observer)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` whenever anything happened; returns what ends that.

        It is called from any thread while the lock is held, so it must not wait.
        """
        with self.changed:
            self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def touch(self) -> None:
        """Wake whoever waits for something to happen."""
        with self.changed:
            self.changed.notify_all()
            for listener in tuple(self._listeners):
                listener()

    def next_ts(self) -> str:
        """A time stamp that nothing else in the workspace has: seconds with six decimals."""
        with self.changed:
            self._last_ts = max(self._last_ts + 1, time.time_ns() // 1000)
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def user(self, id_or_name: str) -> User | None:
        """The user of that id or name."""
        with self.changed:
            named = (user for user in self._users.values() if user.name == id_or_name)
            return self._users.get(id_or_name) or next(named, None)

    def users(self) -> list[User]:
        """Everybody, apps included."""
        with self.changed:
            return list(self._users.values())

    def add_user(self, user: User) -> User:
        """Add somebody, or replace the one of the same id."""
        with self.changed:
            self._users[user.id] = user
        return user

    def channel(self, id_or_name: str) -> Channel | None:
        """The conversation of that id, or of that name with or without its #."""
        with self.changed:
            name = id_or_name.removeprefix("#")
            named = (channel for channel in self._channels.values() if channel.name == name)
            return self._channels.get(id_or_name) or next(named, None)

    def channels(self) -> list[Channel]:
        """Every conversation."""
        with self.changed:
            return list(self._channels.values())

    def add_channel(self, channel: Channel) -> Channel:
        """Add a conversation, or replace the one of the same id."""
        with self.changed:
            self._channels[channel.id] = channel
        return channel

    def direct_message(self, one: str, other: str) -> Channel:
        """The conversation of two, made when it does not exist yet."""
        with self.changed:
            members = frozenset({one, other})
            for channel in self._channels.values():
                if channel.kind == "im" and channel.members == members:
                    return channel
            new = Channel(f"D{one[1:]}{other[1:]}", "directmessage", "im", members)
            return self.add_channel(new)

    def post(self, message: Message) -> Message:
        """Add a message; a reply to a thread that is gone becomes a message of its own."""
        with self.changed:
            if message.thread_ts and not self._thread_exists(message.channel, message.thread_ts):
                message = replace(message, thread_ts=None)
            self._messages[message.channel, message.ts] = message
            while len(self._messages) > MAX_MESSAGES:
                del self._messages[next(iter(self._messages))]
            self._tell(Posted(message))
        return message

    def edit(self, message: Message, **fields: Any) -> Message:
        """Change a message; raises RefusedError("message_not_found") when it is gone."""
        with self.changed:
            before, after = self._change(message, fields)
            self._tell(Edited(after, before))
        return after

    def grow(self, message: Message, text: str) -> None:
        """Change the text of a message that is being streamed, without telling observers."""
        with self.changed:
            self._change(message, {"text": text})
            self.touch()

    def _change(self, message: Message, fields: dict[str, Any]) -> tuple[Message, Message]:
        before = self.message(message.channel, message.ts)
        if before is None:
            raise RefusedError("message_not_found")
        after = replace(before, **fields)
        self._messages[after.channel, after.ts] = after
        return before, after

    def delete(self, message: Message) -> None:
        """Remove a message, if it is still there."""
        with self.changed:
            gone = self._messages.pop((message.channel, message.ts), None)
            if gone is not None:
                self._tell(Deleted(gone))

    def message(self, channel: str, ts: str) -> Message | None:
        """The message as it stands now."""
        with self.changed:
            return self._messages.get((channel, ts))

    def everything(self) -> list[Message]:
        """Every message, those for one person included, oldest first."""
        with self.changed:
            return list(self._messages.values())

    def messages(self, channel: str, *, thread_ts: str | None = None) -> list[Message]:
        """What everybody in the conversation, or in one of its threads, sees: oldest first."""
        seen = [m for m in self.everything() if m.channel == channel and m.only_for is None]
        return [m for m in seen if thread_ts is None or m.thread == thread_ts]

    def _thread_exists(self, channel: str, thread_ts: str) -> bool:
        own = (m.thread for (where, _), m in self._messages.items() if where == channel)
        return any(thread == thread_ts for thread in own)

    def _tell(self, change: Change) -> None:
        for observer in self._observers:
            observer(change)
        self.touch()
