"""What the app heard: of each delivery, what it is about and what else will name it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.playground.delivery import Delivery
    from bot.playground.workspace import Json

Thread = tuple[str, str]
"""A channel and the `ts` of a thread's root."""
WRITTEN = frozenset({"message", "app_mention"})


@dataclass(frozen=True, slots=True)
class Heard:
    """A delivery, and what ties it to others and to what the app does after it."""

    delivery: Delivery
    key: str
    """What it was about: the same for a message, its mention, its edits and its replays; of a
    command, press or submission its trigger_id. "" where the app heard of itself."""
    title: str
    marks: tuple[str, ...] = ()
    """What the app may build the name of its work from."""
    thread: Thread | None = None
    about: Thread | None = None
    """The channel and the `ts` of the message that it was done to."""
    asks: bool = True
    """Whether somebody did something with it that the app may follow; not so an edit."""
    view: str = ""
    """The id of the view in which it was done."""

    @property
    def path(self) -> str:
        """The path of its response_url, "" where it has none."""
        address = str(self.delivery.payload.get("response_url") or "")
        return "/" + "/".join(address.split("/")[3:]) if address else ""


def heard(delivery: Delivery, *, bot_user: str) -> Heard:
    """Read one delivery."""
    payload = delivery.payload
    if delivery.kind == "events_api":
        return _event(delivery, payload.get("event") or {}, bot_user)
    trigger = str(payload.get("trigger_id", ""))
    if delivery.kind == "slash_commands":
        typed = f"{payload.get('command', '')} {payload.get('text', '')}".strip()
        return Heard(delivery, trigger, f"command {typed}", (trigger,))
    return _interaction(delivery, payload, trigger)


def _event(delivery: Delivery, event: Json, bot_user: str) -> Heard:
    kind, channel = str(event.get("type", "event")), str(event.get("channel", ""))
    stamp, subtype = str(event.get("event_ts", "")), str(event.get("subtype") or "")
    title = f"event {kind}" + (f", {subtype.replace('_', ' ')}" if subtype else "")
    if kind not in WRITTEN:
        root = event.get("thread_ts")
        thread = (channel, str(root)) if channel and root else None
        return Heard(delivery, stamp, title, (stamp,), thread)
    shown: Json = event.get("message") or event.get("previous_message") or event
    ts = str(shown.get("ts", stamp))
    key = "" if shown.get("user") == bot_user else ts
    thread = (channel, str(shown.get("thread_ts") or ts))
    asks = bool(key) and shown is event and not shown.get("bot_id")
    marks = (ts,) if asks else ()
    return Heard(delivery, key, title, marks, thread, (channel, ts), asks=asks)


def _interaction(delivery: Delivery, payload: Json, trigger: str) -> Heard:
    kind, view = str(payload.get("type", "")), payload.get("view") or {}
    actions = payload.get("actions") or [{}]
    stamps = (actions[0].get("action_ts"), payload.get("action_ts"), view.get("id"))
    marks = (trigger, *(str(stamp) for stamp in stamps if stamp))
    container: Json = payload.get("container") or {}
    channel = str((payload.get("channel") or {}).get("id", ""))
    ts = str(container.get("message_ts") or payload.get("message_ts") or "")
    message: Json = payload.get("message") or {}
    root = str(container.get("thread_ts") or message.get("thread_ts") or ts)
    return Heard(
        delivery,
        trigger,
        _title(kind, payload, actions[0]),
        marks,
        thread=(channel, root) if channel and root else None,
        about=(channel, ts) if channel and ts else None,
        view=str(view.get("id", "")),
    )


def _title(kind: str, payload: Json, action: Json) -> str:
    view: Json = payload.get("view") or {}
    match kind:
        case "block_actions":
            chosen = action.get("selected_option") or {}
            label = _words(chosen.get("text")) or _words(action.get("text"))
            return f"press of “{label}”" if label else f"press of {action.get('action_id')}"
        case "message_action":
            return f"shortcut {payload.get('callback_id')}"
        case "view_submission":
            return f"submission of {view.get('callback_id') or 'a modal'}"
        case _:
            return kind


def _words(text: Any) -> str:
    return str(text.get("text", "")) if isinstance(text, dict) else ""
