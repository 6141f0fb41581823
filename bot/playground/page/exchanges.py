"""What was sent to the app and what it called, put so that people can read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

from bot.playground.arguments import unpacked
from bot.playground.errors import RefusedError
from bot.playground.page.masking import masked
from bot.playground.page.timings import spelled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.playground.calls import Call
    from bot.playground.delivery import Ack
    from bot.playground.page.heard import Heard

REASONS = {
    "http_timeout": "no answer in {seconds}",
    "connection_failed": "no connection",
    "http_error": "HTTP {status}",
}


@dataclass(frozen=True, slots=True)
class Payload:
    """One JSON body, without keys."""

    name: str
    """What it is, as "request"."""
    text: str
    """Indented."""
    size: int
    """In bytes, as it went over the wire: UTF-8, not indented."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver something."""

    number: int
    """0 for the first one, then which retry."""
    reason: str
    """Why it is a retry, in Slack's word; "" for the first one."""
    said: str
    """What came of it."""
    ok: bool


@dataclass(frozen=True, slots=True)
class Exchange:
    """Something that was sent to the app, or that it called."""

    way: Literal["sent", "called"]
    title: str
    after: float
    """Seconds after the first of all these."""
    said: str
    """What came of it, in a few words."""
    ok: bool
    payloads: tuple[Payload, ...]
    attempts: tuple[Attempt, ...] = ()
    detail: str = ""
    """What tells it from others of its title, as "retry 1", or the status that is set."""
    own: bool = False
    """Whether it made or changed the very message that is looked at."""

    @property
    def when(self) -> str:
        """How long after the first one, as "+12 ms"."""
        return f"+{spelled(self.after)}"


def sent(one: Heard, *, since: float, secrets: Sequence[str]) -> Exchange:
    """A delivery, with every attempt."""
    attempts = tuple(_attempts(one))
    acks = one.delivery.attempts
    payloads = [_payload("payload", one.delivery.payload, secrets)]
    payloads += [_payload("acknowledgement", ack.reply, secrets) for ack in acks if ack.reply]
    said = attempts[-1].said if attempts else "under way"
    if not attempts and one.delivery.finished:
        said = "not sent"
    ok = bool(acks) and acks[-1].ok
    after = max(0.0, one.delivery.at - since)
    again = f"retry {one.delivery.first.number}" if one.delivery.first.number else ""
    return Exchange("sent", one.title, after, said, ok, tuple(payloads), attempts, detail=again)


def called(call: Call, *, since: float, secrets: Sequence[str], own: bool) -> Exchange:
    """A call with its answer."""
    error = str(call.answer.get("error", ""))
    said = "ok" if call.ok else error or "no answer"
    if call.status != HTTPStatus.OK:
        said = f"HTTP {call.status}, {said}"
    request = _payload("request", _readable(call.args), secrets)
    payloads = (request, _payload("answer", call.answer, secrets))
    after = max(0.0, call.at - since)
    detail = str(call.args.get("status") or "")
    return Exchange("called", call.method, after, said, call.ok, payloads, detail=detail, own=own)


def _attempts(one: Heard) -> Iterator[Attempt]:
    number, reason = one.delivery.first.number, one.delivery.first.reason
    for ack in list(one.delivery.attempts):
        yield Attempt(number, reason, _came_of(ack), ack.ok)
        number, reason = number + 1, ack.reason


def _came_of(ack: Ack) -> str:
    if ack.ok:
        return f"acknowledged in {spelled(ack.seconds)}"
    why = REASONS.get(ack.reason, ack.reason)
    return why.format(seconds=spelled(ack.seconds), status=ack.status)


def _readable(args: Mapping[str, Any]) -> Mapping[str, Any]:
    """Arguments with the JSON in their strings read, where it is any."""
    try:
        return unpacked(args)
    except RefusedError:
        return args


def _payload(name: str, value: Mapping[str, Any], secrets: Sequence[str]) -> Payload:
    shown = masked(value, secrets)
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    size = len(plain.encode("utf-8", "replace"))
    return Payload(name, json.dumps(shown, ensure_ascii=False, indent=2, default=str), size)
