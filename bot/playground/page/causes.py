"""What led to what: the event, command or press to which each call of the app's goes back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.playground.page.heard import Heard, Thread, heard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.playground.calls import Call
    from bot.playground.server import LocalSlack
    from bot.playground.workspace import Json, Message

COMPLETE = "files.completeUploadExternal"
CLOCK = 0.000_05
"""Seconds by which a message's `ts` may lie after the answer of the call that made it."""


@dataclass(slots=True)
class Causes:
    """Everything sent and called up to now, by the key of what it goes back to (see `Heard`).

    The app does not say why it calls. What is known for certain comes first: a trigger_id or a
    response_url is given out with one delivery; a message's metadata names the work that posted it,
    and that name is built from the `ts`, trigger_id or action_ts of what was asked; a view goes
    back to what opened it, an upload to the post of its files. Where nothing of that is given, a
    call in a thread goes back to the newest thing that somebody did in that thread before.
    """

    slack: LocalSlack
    heard: list[Heard] = field(default_factory=list)
    calls: list[tuple[str, Call]] = field(default_factory=list)
    """Every call with its key, "" where it goes back to nothing, in the order of the answers."""
    _marks: dict[str, str] = field(default_factory=dict)
    _paths: dict[str, str] = field(default_factory=dict)
    _views: dict[str, Heard] = field(default_factory=dict)
    _newest: dict[Thread, str] = field(default_factory=dict)
    _heard: dict[str, Heard] = field(default_factory=dict)
    """The first delivery of each key."""
    _made: dict[str, str] = field(default_factory=dict)
    """By the `ts` of each message of the app's, and by the id of each file, what it was for."""

    @classmethod
    def of(cls, slack: LocalSlack) -> Causes:
        """As things stand now."""
        causes = cls(slack)
        bot_user = slack.app.bot_user_id
        known = [heard(delivery, bot_user=bot_user) for delivery in slack.deliveries()]
        happened: list[tuple[float, Heard | Call]] = [(one.delivery.at, one) for one in known]
        happened += [(call.at, call) for call in slack.calls()]
        for _, one in sorted(happened, key=lambda pair: pair[0]):
            if isinstance(one, Heard):
                causes._hear(one)
            else:
                causes._called(one)
        causes._announced()
        return causes

    def behind(self, message: Message) -> list[str]:
        """The keys of what led to a message and of what was done with it, oldest first.

        Of a person's message its own events; of the app's what it was posted for. Then the
        shortcuts and presses on it, and the submissions of modals that they opened.
        """
        own = message.user == self.slack.app.bot_user_id
        where = (message.channel, message.ts)
        first = self._maker(message) if own else message.ts
        done = (one.key for one in self.heard if one.about == where and one.key)
        return list(dict.fromkeys(key for key in (first, *done) if key in self._heard))

    def deliveries_of(self, key: str) -> list[Heard]:
        """The deliveries of one key, oldest first."""
        return [one for one in self.heard if one.key == key]

    def calls_of(self, key: str) -> list[Call]:
        """The calls that go back to a key, in the order of their answers."""
        return [call for known, call in self.calls if known == key]

    def _hear(self, one: Heard) -> None:
        opener = self._views.get(one.view) if one.about is None else None
        if opener:
            one = replace(one, thread=one.thread or opener.thread, about=opener.about)
        again = one.key in self._heard
        self.heard.append(one)
        self._heard.setdefault(one.key, one)
        if not one.asks or again:
            return
        self._marks |= dict.fromkeys(one.marks, one.key)
        if one.path:
            self._paths[one.path] = one.key
        if one.thread:
            self._newest[one.thread] = one.key

    def _called(self, call: Call) -> None:
        thread, exact = self._thread(call), self._exact(call)
        if exact and thread:
            self._newest.setdefault(thread, exact)
        key = exact or (self._newest.get(thread, "") if thread else "")
        self.calls.append((key, call))
        if key and call.ok:
            for name in (*_stamps_of(call), *files_in(call)):
                self._made.setdefault(name, key)
        view = call.answer.get("view")
        if key and call.method == "views.open" and isinstance(view, dict):
            self._views[str(view.get("id"))] = self._heard[key]

    def _exact(self, call: Call) -> str:
        """The key that is known for certain, "" where none is; of several the latest."""
        view = self._views.get(str(call.args.get("view_id", "")))
        trigger = self._marks.get(str(call.args.get("trigger_id", "")), "")
        certain = self._paths.get(call.path, "") or trigger or (view.key if view else "")
        named = [self._marks[part] for part in work_of(call.args).split(":") if part in self._marks]
        return certain or max(named, key=lambda key: self._heard[key].delivery.at, default="")

    def _thread(self, call: Call) -> Thread | None:
        args, answer = call.args, call.answer
        named = str(answer.get("channel") or args.get("channel") or args.get("channel_id") or "")
        channel = self.slack.workspace.channel(named) if named else None
        stamps = (args.get("ts"), args.get("timestamp"), answer.get("ts"), answer.get("message_ts"))
        ts = str(args.get("thread_ts") or next(filter(None, stamps), ""))
        if channel is None or not ts:
            return None
        message = self.slack.workspace.message(channel.id, ts)
        return channel.id, message.thread if message else ts

    def _announced(self) -> None:
        """Gives an upload the key of the call that posted its files."""
        completed = [(key, call) for key, call in self.calls if call.method == COMPLETE and key]
        keys = {name: key for key, call in completed for name in files_in(call)}
        self.calls = [
            (key or keys.get(str(call.answer.get("file_id") or call.args.get("file")), ""), call)
            for key, call in self.calls
        ]

    def _maker(self, message: Message) -> str:
        """The key of what a message of the app's was posted for, "" where nothing is known."""
        return next(filter(None, self._makers(message)), "")

    def _makers(self, message: Message) -> Iterator[str]:
        """Keys that may have led to a message, the surest first."""
        names = (message.ts, *(str(file.get("id")) for file in message.files))
        yield from (self._made[name] for name in names if name in self._made)
        since = float(message.ts) - CLOCK
        answered = [(k, c) for k, c in self.calls if c.method == "response_url" and c.at >= since]
        yield from (key for key, call in answered if _says(call.args, message))
        before = [h for h in reversed(self.heard) if h.delivery.at <= float(message.ts)]
        yield from (one.key for one in before if _replied(one, message))
        scheduled = [(k, c) for k, c in self.calls if c.method == "chat.scheduleMessage"]
        yield from (key for key, call in scheduled if _says(call.args, message))
        where = (message.channel, message.thread)
        yield from (one.key for one in before if one.asks and one.thread == where)


def work_of(args: Json) -> str:
    """The name of the work that posts a message, as its metadata gives it; "" where it does not."""
    metadata = args.get("metadata")
    if isinstance(metadata, str):
        try:
            metadata = json.loads(metadata)
        except ValueError:
            return ""
    payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
    return str(payload.get("work") or "") if isinstance(payload, dict) else ""


def files_in(call: Call) -> set[str]:
    """The ids of the files that a call posts."""
    posted = call.answer.get("files") if call.method == COMPLETE else None
    return {str(file.get("id")) for file in posted or () if isinstance(file, dict)}


def names_message(call: Call, message: Message) -> bool:
    """Whether a call made, changed or read this very message; no two have the same `ts`."""
    args = call.args
    return message.ts in {args.get("ts"), args.get("timestamp"), *_stamps_of(call)}


def _stamps_of(call: Call) -> set[str]:
    """The `ts` of the message that a call made or changed."""
    return {str(call.answer[name]) for name in ("ts", "message_ts") if call.answer.get(name)}


def _replied(one: Heard, message: Message) -> bool:
    """Whether the acknowledgement of a command said it."""
    here = one.delivery.payload.get("channel_id") == message.channel
    return here and any(_says(ack.reply, message) for ack in one.delivery.attempts)


def _says(reply: Json, message: Message) -> bool:
    return bool(message.text) and reply.get("text") == message.text
