"""Streams grow, stop and refuse as Slack's do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from slack_sdk.errors import SlackApiError

if TYPE_CHECKING:
    from slack_sdk import WebClient

    from bot.playground.server import LocalSlack


def test_a_stream_grows_until_it_is_stopped(slack: LocalSlack, client: WebClient) -> None:
    ana = slack.user("ana")
    asked = ana.say(ana.dm, "hello")
    stream = client.chat_stream(channel=ana.dm, thread_ts=asked.ts, buffer_size=1)
    stream.append(markdown_text="Hel")
    stream.append(markdown_text="lo")
    [_, growing] = slack.messages(ana.dm, thread_ts=asked.ts)
    assert growing.text == "Hello"
    stream.stop(markdown_text="!", blocks=[{"type": "divider"}])
    [_, done] = slack.messages(ana.dm, thread_ts=asked.ts)
    assert (done.ts, done.text, done.blocks[0]["type"]) == (growing.ts, "Hello!", "divider")
    with pytest.raises(SlackApiError, match="message_not_in_streaming_state"):
        client.chat_appendStream(channel=ana.dm, ts=done.ts, markdown_text="x")


def test_a_stopped_stream_takes_no_more(slack: LocalSlack, client: WebClient) -> None:
    ana = slack.user("ana")
    asked = ana.say(ana.dm, "hello")
    ts = client.chat_startStream(channel=ana.dm, thread_ts=asked.ts, markdown_text="a")["ts"]
    ana.stop(asked)
    with pytest.raises(SlackApiError, match="stopped_by_user"):
        client.chat_appendStream(channel=ana.dm, ts=ts, markdown_text="b")
    assert slack.deliveries()[-1].payload["event"]["streaming_message_ts"] == [ts]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, "missing_recipient_user_id"),
        ({"recipient_user_id": "U1ANA"}, "missing_recipient_team_id"),
        (
            {
                "recipient_user_id": "U1ANA",
                "recipient_team_id": "T1",
                "markdown_text": "x" * 12_001,
            },
            "msg_too_long",
        ),
    ],
)
def test_a_stream_in_a_channel_needs_its_person_and_its_limits(
    slack: LocalSlack, client: WebClient, more: dict[str, str], code: str
) -> None:
    asked = slack.user("ana").say("#general", "hello")
    place = {"channel": asked.channel, "thread_ts": asked.ts}
    with pytest.raises(SlackApiError, match=code):
        client.api_call("chat.startStream", json=place | more)
