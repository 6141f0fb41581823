"""Messages may be planned, listed and taken back; they come when their time comes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.playground.server import LocalSlack
from bot.playground.workspace import Channel
from tests.playground.bolt_apps import CHOICES, bolt_app, client_of, over_sockets

if TYPE_CHECKING:
    from slack_sdk import WebClient

GENERAL = "C1GENERAL"
DAY = 86_400


def planned(client: WebClient, seconds: float = DAY, **more: Any) -> str:
    arguments = {"channel": GENERAL, "text": "again?", "post_at": int(time.time() + seconds)}
    answer = client.api_call("chat.scheduleMessage", json=arguments | more)
    return str(answer["scheduled_message_id"])


def refusal(client: WebClient, method: str, arguments: dict[str, Any]) -> str:
    with pytest.raises(SlackApiError) as refused:
        client.api_call(method, json=arguments)
    return str(refused.value.response["error"])


def listed(client: WebClient, **arguments: Any) -> list[dict[str, Any]]:
    pages = client.chat_scheduledMessages_list(**arguments)
    return [message for page in pages for message in page["scheduled_messages"]]


def test_a_planned_message_comes_in_its_thread_when_its_time_comes(
    slack: LocalSlack, client: WebClient
) -> None:
    asked = slack.user("ana").say(GENERAL, "hello")
    planned(client, 7 * DAY, thread_ts=asked.ts, blocks=[{"type": "divider"}])
    assert slack.pass_time(6 * DAY) == []
    assert slack.messages(GENERAL) == [asked]
    [posted] = slack.pass_time(DAY)
    assert slack.messages(GENERAL, thread_ts=asked.ts) == [asked, posted]
    assert (posted.user, posted.text, posted.blocks[0]["type"]) == ("U1BOT", "again?", "divider")
    assert slack.scheduled() == []
    assert slack.pass_time(DAY) == []


def test_time_passes_by_itself_as_well(slack: LocalSlack, client: WebClient) -> None:
    client.chat_scheduleMessage(channel=GENERAL, text="soon", post_at=int(time.time()) + 1)
    assert slack.wait_for("soon").thread_ts is None
    assert slack.scheduled() == []


def test_a_button_of_a_message_that_was_planned_works(slack: LocalSlack) -> None:
    ana = slack.user("ana")
    with bolt_app(slack) as app, over_sockets(slack, app):
        planned(client_of(slack), blocks=CHOICES, thread_ts=ana.say(GENERAL, "hello").ts)
        [posted] = slack.pass_time(2 * DAY)
        assert ana.press(posted, "Yes").acked
        assert slack.wait_for("you said v1").thread_ts == posted.thread_ts


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"post_at": int(time.time()) - 1}, "time_in_past"),
        ({"post_at": int(time.time()) + 121 * DAY}, "time_too_far"),
        ({"post_at": "tomorrow"}, "invalid_time"),
        ({"post_at": ""}, "invalid_time"),
        ({"text": ""}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"blocks": [{"type": "marquee"}]}, "invalid_blocks"),
        ({"metadata": {"event_type": "t"}}, "invalid_metadata_format"),
        ({"thread_ts": "yesterday"}, "invalid_thread_ts"),
        ({"channel": "C1NOWHERE"}, "channel_not_found"),
        ({"channel": "U1ANA"}, "channel_not_found"),
        ({"channel": "C1OUTSIDE"}, "not_in_channel"),
        ({"channel": "C1ARCHIVED"}, "is_archived"),
    ],
)
def test_plans_that_slack_refuses(
    slack: LocalSlack, client: WebClient, arguments: dict[str, Any], code: str
) -> None:
    usual = {"channel": GENERAL, "text": "x", "post_at": int(time.time()) + DAY}
    assert refusal(client, "chat.scheduleMessage", usual | arguments) == code
    assert slack.scheduled() == []


def test_a_channel_takes_thirty_plans_in_five_minutes(client: WebClient) -> None:
    at = (int(time.time()) // 300 + 10) * 300
    for number in range(30):
        client.chat_scheduleMessage(channel=GENERAL, text="x", post_at=at + number)
    usual = {"channel": GENERAL, "text": "x", "post_at": at + 40}
    assert refusal(client, "chat.scheduleMessage", usual) == "restricted_too_many"
    client.chat_scheduleMessage(channel=GENERAL, text="x", post_at=at + 300)
    client.chat_scheduleMessage(channel="C1ADAPT", text="x", post_at=at)


def test_plans_are_listed_soonest_first_without_thread_and_metadata(
    slack: LocalSlack, client: WebClient
) -> None:
    asked = slack.user("ana").say(GENERAL, "hello")
    later = planned(client, 2 * DAY)
    sooner = planned(client, DAY, thread_ts=asked.ts)
    elsewhere = planned(client, 3 * DAY, channel="C1ADAPT")
    [first, second] = listed(client, channel=GENERAL, limit=1)
    assert [first["id"], second["id"]] == [sooner, later]
    assert first.keys() == {"id", "channel_id", "post_at", "date_created", "text"}
    assert listed(client)[-1]["id"] == elsewhere
    at = first["post_at"]
    around = {"oldest": str(at - 1), "latest": str(at + 1)}
    assert [one["id"] for one in listed(client, channel=GENERAL, **around)] == [sooner]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"channel": "C1NOWHERE"}, "invalid_channel"),
        ({"oldest": "5", "latest": "5"}, "invalid_arguments"),
    ],
)
def test_lists_that_slack_refuses(client: WebClient, arguments: dict[str, str], code: str) -> None:
    assert refusal(client, "chat.scheduledMessages.list", arguments) == code


def test_a_plan_is_taken_back_but_for_its_last_minute(slack: LocalSlack, client: WebClient) -> None:
    kept, dropped = planned(client, DAY), planned(client, DAY)
    client.chat_deleteScheduledMessage(channel=GENERAL, scheduled_message_id=dropped)
    method, other = "chat.deleteScheduledMessage", {"scheduled_message_id": kept}
    gone = {"channel": GENERAL, "scheduled_message_id": dropped}
    assert refusal(client, method, gone) == "invalid_scheduled_message_id"
    assert refusal(client, method, other | {"channel": "C1ADAPT"}) == "invalid_scheduled_message_id"
    slack.pass_time(DAY - 30)
    assert refusal(client, method, other | {"channel": GENERAL}) == "invalid_scheduled_message_id"
    assert len(slack.pass_time(60)) == 1


def test_what_was_planned_with_metadata_never_comes(slack: LocalSlack, client: WebClient) -> None:
    planned(client, metadata={"event_type": "t", "event_payload": {}})
    assert slack.pass_time(2 * DAY) == []
    assert slack.messages(GENERAL) == []


def test_nothing_comes_where_the_app_is_no_member_any_more(
    slack: LocalSlack, client: WebClient
) -> None:
    planned(client)
    slack.workspace.add_channel(Channel(GENERAL, "general", members=frozenset({"U1ANA"})))
    assert slack.pass_time(2 * DAY) == []
