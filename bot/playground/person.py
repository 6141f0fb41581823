"""A person in the local Slack, who does what people do in Slack's client."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.playground.controls import find_control
from bot.playground.delivery import Ack
from bot.playground.errors import CannotDoError, RefusedError
from bot.playground.methods.streams import stop_streams
from bot.playground.payloads import typed_blocks, typed_text
from bot.playground.responding import respond
from bot.playground.response_urls import Grant
from bot.playground.shared_files import seen_files
from bot.playground.workspace import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.playground.delivery import Deliveries, Kind
    from bot.playground.envelopes import Envelopes
    from bot.playground.shared_files import SeenFile
    from bot.playground.site import Site
    from bot.playground.workspace import Channel, Json, User

    Values = Mapping[str, Mapping[str, Json]]

LONGEST_MESSAGE = 40_000
"""Longer, and Slack's client offers to make a file of it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a command, a press, a shortcut or a submission."""

    acked: bool
    seconds: float
    reply: Message | None = None
    """What the acknowledgement itself made appear."""
    answer: Mapping[str, object] | None = None
    """The acknowledgement's body."""
    error: str = ""
    """Why the person sees an error: no answer, as "operation_timeout", or one that was refused."""


class Person:
    """Does things in a workspace on behalf of one user."""

    def __init__(
        self, user: User, *, site: Site, deliveries: Deliveries, envelopes: Envelopes
    ) -> None:
        self.user = user
        self._site = site
        self._deliveries = deliveries
        self._envelopes = envelopes

    @property
    def id(self) -> str:
        """The user's id."""
        return self.user.id

    @property
    def dm(self) -> str:
        """The id of the direct message with the app."""
        return self._site.workspace.direct_message(self._site.app.bot_user_id, self.id).id

    def say(self, channel: str, text: str, *, thread_ts: str | None = None) -> Message:
        """Post a message. "@adaptbot", "@ana", "@here" and "#general" become what they name."""
        place = self._place(channel)
        wire = self._typed(text)
        message = Message(
            channel=place.id,
            ts=self._site.workspace.next_ts(),
            user=self.id,
            text=wire,
            blocks=typed_blocks(wire),
            thread_ts=thread_ts,
            bot_id=self.user.bot_id,
            app_id=self.user.app_id,
        )
        return self._site.workspace.post(message)

    def files(self, message: Message) -> list[SeenFile]:
        """The files of a message, in order; of a thread's root, those of the whole thread."""
        self._place(message.channel)
        if message.thread == message.ts:
            seen = self._site.workspace.messages(message.channel, thread_ts=message.ts)
        else:
            seen = [self._site.workspace.message(message.channel, message.ts) or message]
        return [file for one in seen for file in seen_files(self._site, one)]

    def edit(self, message: Message, text: str) -> Message:
        """Change one's own message."""
        self._own(message)
        wire = self._typed(text)
        stamp = self._site.workspace.next_ts()
        changed = {"text": wire, "blocks": typed_blocks(wire), "edited_ts": stamp}
        return self._site.workspace.edit(message, **changed)

    def delete(self, message: Message) -> None:
        """Delete one's own message."""
        self._own(message)
        self._site.workspace.delete(message)

    def command(self, command: str, text: str = "", *, channel: str) -> Outcome:
        """Use a slash command in a conversation; in a thread Slack offers none."""
        if command not in self._site.app.commands:
            raise CannotDoError(f"{command} is not a valid command")
        place = self._place(channel)
        wire = typed_text(text, names=self._names())
        payload = self._envelopes.command(command, wire, user=self.user, channel=place)
        grant = Grant(place.id, self.id)
        payload |= self._keys(grant, kind="commands")
        return self._reply(self._interact("slash_commands", payload), grant)

    def press(self, message: Message, wanted: str, *, stale: bool = False) -> Outcome:
        """Press a button, or choose an option, by its label, its action_id or its key.

        The message is taken as it stands now; `stale` takes it as it was when it was read, like a
        second press before the first one changed the message.
        """
        current = self._site.workspace.message(message.channel, message.ts)
        if not stale and current is None:
            raise CannotDoError("the message is gone")
        seen = message if stale or current is None else current
        place = self._seen(seen)
        action = self._action(seen.blocks, wanted)
        payload = self._envelopes.interaction("block_actions", self.user) | {"actions": [action]}
        payload |= self._envelopes.on_message(seen, place)
        payload |= self._keys(Grant(place.id, self.id, seen.ts), kind="actions")
        return self._interact("interactive", payload)

    select = press

    def press_view(self, view_id: str, wanted: str, values: Values | None = None) -> Outcome:
        """Press or choose something on a modal or the Home tab; `values` are those of `submit`."""
        view = self._view(view_id) | {"state": {"values": values or {}}}
        payload = self._envelopes.interaction("block_actions", self.user)
        payload |= {
            "actions": [self._action(view["blocks"], wanted)],
            "container": {"type": "view", "view_id": view_id},
            "view": view,
            "trigger_id": self._site.surfaces.new_trigger(self.id),
        }
        return self._interact("interactive", payload)

    def submit(self, view_id: str, values: Values) -> Outcome:
        """Submit a modal; values map block_id to action_id to what was put in."""
        view = self._view(view_id) | {"state": {"values": values}}
        payload = self._envelopes.interaction("view_submission", self.user)
        trigger = self._site.surfaces.new_trigger(self.id)
        payload |= {"view": view, "trigger_id": trigger, "response_urls": []}
        outcome = self._interact("interactive", payload)
        if outcome.acked and not outcome.answer:
            self._site.surfaces.close_modal(view_id)
            self._site.workspace.touch()
        return outcome

    def shortcut(self, callback_id: str, message: Message) -> Outcome:
        """Use a message shortcut."""
        place = self._seen(message)
        payload = self._envelopes.interaction("message_action", self.user)
        payload |= self._envelopes.on_message(message, place)
        del payload["container"], payload["state"]
        payload |= {
            "callback_id": callback_id,
            "action_ts": self._site.workspace.next_ts(),
            "message_ts": message.ts,
        }
        payload |= self._keys(Grant(place.id, self.id, message.ts), kind="actions")
        return self._interact("interactive", payload)

    def open_home(self, tab: str = "home") -> None:
        """Open the app: its tab "home" or "messages"."""
        view = self._site.surfaces.views.get(self._site.surfaces.homes.get(self.id, ""))
        event = self._envelopes.home_opened(self.user, self.dm, tab=tab, view=view)
        self._deliveries.deliver("events_api", event)

    def stop(self, message: Message) -> None:
        """Press stop on the agent's work in a message's thread; its streams end at once."""
        self._seen(message)
        event = {
            "type": "agent_session_stopped",
            "channel": message.channel,
            "thread_ts": message.thread,
            "user": self.id,
            "streaming_message_ts": stop_streams(self._site, message),
            "event_ts": self._site.workspace.next_ts(),
        }
        self._deliveries.deliver("events_api", self._envelopes.event(event))

    def _place(self, name: str) -> Channel:
        place = self._site.workspace.channel(name)
        if place is None or self.id not in place.members:
            raise CannotDoError(f"{self.user.name} is in no conversation {name!r}")
        if place.is_archived:
            raise CannotDoError(f"{name!r} is archived")
        return place

    def _seen(self, message: Message) -> Channel:
        """The conversation of a message that this person sees."""
        if message.only_for not in (None, self.id):
            raise CannotDoError("only somebody else sees that message")
        return self._place(message.channel)

    def _own(self, message: Message) -> None:
        if message.user != self.id:
            raise CannotDoError("that is somebody else's message")

    def _view(self, view_id: str) -> Json:
        surfaces = self._site.surfaces
        own = (surfaces.homes.get(self.id), surfaces.modals.get(self.id))
        view = surfaces.views.get(view_id) if view_id in own else None
        if view is None:
            raise CannotDoError(f"{self.user.name} has no view {view_id!r} open")
        return view

    def _typed(self, text: str) -> str:
        if not text.strip() or len(text) > LONGEST_MESSAGE:
            raise CannotDoError("a message has between 1 and 40,000 characters")
        return typed_text(text, names=self._names())

    def _names(self) -> dict[str, str]:
        names = {f"@{word}": f"<!{word}>" for word in ("here", "channel", "everyone")}
        names |= {f"@{user.name}": f"<@{user.id}>" for user in self._site.workspace.users()}
        channels = [c for c in self._site.workspace.channels() if c.kind != "im"]
        return names | {f"#{c.name}": f"<#{c.id}|{c.name}>" for c in channels}

    def _keys(self, grant: Grant, *, kind: str) -> Json:
        path = self._site.response_urls.give(grant, kind=kind, team_id=self._site.app.team_id)
        trigger = self._site.surfaces.new_trigger(self.id)
        return {"response_url": self._site.base_url + path, "trigger_id": trigger}

    def _action(self, blocks: object, wanted: str) -> Json:
        found = find_control(blocks if isinstance(blocks, (list, tuple)) else (), wanted)
        return found.action | {"action_ts": self._site.workspace.next_ts()}

    def _interact(self, kind: Kind, payload: Json) -> Outcome:
        attempts = self._deliveries.deliver_and_wait(kind, payload).attempts
        ack = attempts[-1] if attempts else Ack(ok=False, reason="connection_failed")
        error = "operation_timeout" if ack.reason == "http_timeout" else "dispatch_failed"
        return Outcome(ack.ok, ack.seconds, answer=ack.reply, error="" if ack.ok else error)

    def _reply(self, outcome: Outcome, grant: Grant) -> Outcome:
        if not outcome.acked or not outcome.answer:
            return outcome
        try:
            return replace(outcome, reply=respond(self._site, grant, dict(outcome.answer)))
        except RefusedError as refused:
            return replace(outcome, error=refused.code)
