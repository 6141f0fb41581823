"""Local Slacks for the tests of the playground itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.playground.registration import SCOPES, SlackApp
from bot.playground.server import LocalSlack
from tests.playground.bolt_apps import bolt_app, client_of, over_http, over_sockets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slack_sdk import WebClient

MORE_SCOPES = {
    "channels:read",
    "files:read",
    "groups:read",
    "im:read",
    "im:write",
    "reactions:write",
}


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    """A workspace with no app connected; every method's scope is granted."""
    with LocalSlack(SlackApp(scopes=SCOPES | MORE_SCOPES), retry_delays=(0.0, 0.05)) as local:
        yield local


@pytest.fixture
def client(slack: LocalSlack) -> WebClient:
    return client_of(slack)


@pytest.fixture(params=["sockets", "http"])
def running(request: pytest.FixtureRequest, slack: LocalSlack) -> Iterator[LocalSlack]:
    """A workspace whose app is a real Bolt app, once over sockets and once over HTTP."""
    over = over_sockets if request.param == "sockets" else over_http
    with bolt_app(slack) as app, over(slack, app):
        yield slack
