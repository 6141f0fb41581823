"""Clients of Slack's Web API, each with the patience that its calls deserve."""

from __future__ import annotations

import ipaddress
import os
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import (
    ConnectionErrorRetryHandler,
    RateLimitErrorRetryHandler,
    ServerErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.webhook import WebhookClient

TIMEOUT_SECONDS = 15
ASKING_SECONDS = 5
TRIES = 3
SHORT_SECONDS = 5
"""How long a rate limit may last that a question to Slack waits out."""
HASTY_SECONDS = 3
"""A status is a courtesy: nothing waits longer for it."""


def web_client(token: str, *, base_url: str) -> WebClient:
    """A client that never repeats a call by itself: the outbox knows which ones may be."""
    _spare_proxies(base_url)
    client = WebClient(token, base_url=base_url, timeout=TIMEOUT_SECONDS, retry_handlers=[])
    if not _by_proxy(base_url):
        client.proxy = None
    return client


def hasty(client: WebClient) -> WebClient:
    """The same for what is not worth waiting for."""
    quick = WebClient(
        client.token, base_url=client.base_url, timeout=HASTY_SECONDS, retry_handlers=[]
    )
    quick.proxy = client.proxy
    return quick


def patient(client: WebClient) -> WebClient:
    """The same for questions to Slack, which may be asked again as often as need be."""
    asking = WebClient(
        client.token,
        base_url=client.base_url,
        timeout=ASKING_SECONDS,
        retry_handlers=[
            ConnectionErrorRetryHandler(max_retry_count=TRIES),
            ServerErrorRetryHandler(max_retry_count=TRIES),
            _ShortRateLimits(max_retry_count=TRIES),
        ],
    )
    asking.proxy = client.proxy
    return asking


class _ShortRateLimits(RateLimitErrorRetryHandler):
    """The SDK's handler waits for as long as Slack says; somebody is waiting for us."""

    def _can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if not super()._can_retry(state=state, request=request, response=response, error=error):
            return False
        given = response.headers.get("Retry-After", ["1"]) if response else ["1"]
        return given[0].isdigit() and int(given[0]) <= SHORT_SECONDS


def webhook(url: str) -> WebhookClient:
    """A client of one response_url."""
    _spare_proxies(url)
    client = WebhookClient(url, timeout=TIMEOUT_SECONDS, retry_handlers=[])
    if not _by_proxy(url):
        client.proxy = None
    return client


def _by_proxy(url: str) -> bool:
    """Whether a proxy of the environment applies, which the SDK takes without asking NO_PROXY."""
    host = urlsplit(url).hostname or ""
    return not _is_here(host) and not proxy_bypass(host)


def _spare_proxies(url: str) -> None:
    """Keep calls to this machine from proxies: urllib, below the SDK, asks the environment too."""
    host = urlsplit(url).hostname or ""
    if not _is_here(host):
        return
    for name in ("no_proxy", "NO_PROXY"):
        spared = os.environ.get(name, "")
        if host not in spared.split(","):
            os.environ[name] = f"{spared},{host}" if spared else host


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
