"""A local Slack, and the bot connected to it in both ways of delivery."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.playground.person import Person
from bot.playground.registration import SlackApp
from bot.playground.server import LocalSlack
from tests.slack.bots import Bot, over_http, over_sockets

WAYS = {"sockets": over_sockets, "http": over_http}
POSTS = ("chat.postMessage", "chat.postEphemeral", "chat.scheduleMessage")


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    """A workspace with no app connected."""
    with LocalSlack(SlackApp(), retry_delays=(0.0, 0.05)) as local:
        yield local
        for call in local.calls():
            if call.method in POSTS:
                _unfurls_nothing(call.args)


def _unfurls_nothing(args: dict[str, object]) -> None:
    """Holds for whatever any test made the bot say."""
    for name in ("unfurl_links", "unfurl_media", "link_names"):
        assert args[name] is False, f"{name} must be off"


@pytest.fixture(params=sorted(WAYS))
def bot(request: pytest.FixtureRequest, slack: LocalSlack) -> Iterator[Bot]:
    """The bot, connected; once over sockets and once over HTTP."""
    running = Bot(slack)
    with running.app() as app, WAYS[request.param](slack, app):
        yield running


@pytest.fixture
def ana(slack: LocalSlack) -> Person:
    return slack.user("ana")


@pytest.fixture
def ben(slack: LocalSlack) -> Person:
    return slack.user("ben")
