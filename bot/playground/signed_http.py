"""Delivery by signed HTTP requests to the app's request URL."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import httpx

from bot.playground.delivery import Ack, Kind, Retry, elapsed

if TYPE_CHECKING:
    from bot.playground.workspace import Json

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def signature(secret: str, *, timestamp: str, body: str) -> str:
    """The X-Slack-Signature of a body: HMAC-SHA256 over v0:timestamp:body."""
    text = f"v0:{timestamp}:{body}".encode()
    return "v0=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def encoded(kind: Kind, payload: Json) -> tuple[str, str]:
    """The body of a request and its content type, as Slack encodes each kind."""
    if kind == "events_api":
        return json.dumps(payload), "application/json"
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(fields), "application/x-www-form-urlencoded"


class SignedHttp:
    """The transport of HTTP mode; only addresses on this machine are taken."""

    def __init__(self, url: str, *, secret: str) -> None:
        if urlsplit(url).hostname not in LOOPBACK:
            raise ValueError(f"{url} is not on this machine")
        self._url = url
        self._secret = secret
        self._client: httpx.AsyncClient | None = None

    async def send(self, kind: Kind, payload: Json, *, retry: Retry, within: float) -> Ack:
        """Send one signed request and read its answer."""
        body, content_type = encoded(kind, payload)
        return await self._post(body, self._headers(body, content_type, retry), within)

    async def verify(self, *, within: float) -> bool:
        """Whether the app returns the challenge with which Slack verifies a request URL."""
        challenge = secrets.token_hex(8)
        body = json.dumps({"type": "url_verification", "token": "legacy", "challenge": challenge})
        headers = self._headers(body, "application/json", Retry())
        ack = await self._post(body, headers, within)
        return ack.ok and challenge in (ack.reply.get("challenge"), ack.reply.get("text"))

    async def close(self) -> None:
        """Close the connections to the app."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _headers(self, body: str, content_type: str, retry: Retry) -> dict[str, str]:
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._secret, timestamp=timestamp, body=body),
        }
        if retry.number:
            headers["X-Slack-Retry-Num"] = str(retry.number)
            headers["X-Slack-Retry-Reason"] = retry.reason
        return headers

    async def _post(self, body: str, headers: dict[str, str], within: float) -> Ack:
        began = time.monotonic()
        if self._client is None:
            # a pool that is full while the app starts would keep its requests waiting
            limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
            self._client = httpx.AsyncClient(trust_env=False, limits=limits)
        try:
            answer = await self._client.post(
                self._url, content=body, headers=headers, timeout=within
            )
        except httpx.TimeoutException:
            return Ack(ok=False, reason="http_timeout", seconds=elapsed(began))
        except httpx.TransportError:
            return Ack(ok=False, reason="connection_failed", seconds=elapsed(began))
        return Ack(
            ok=answer.is_success,
            reply=_reply(answer),
            reason="" if answer.is_success else "http_error",
            status=answer.status_code,
            no_retry=answer.headers.get("x-slack-no-retry") == "1",
            seconds=elapsed(began),
        )


def _reply(answer: httpx.Response) -> Json:
    try:
        reply = answer.json()
    except ValueError:
        return {"text": answer.text} if answer.text else {}
    return reply if isinstance(reply, dict) else {}
