"""The Web API of the local Slack answers, refuses and records as Slack would."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest
from slack_sdk.errors import SlackApiError

from bot.playground.registration import SlackApp
from bot.playground.server import LocalSlack
from tests.playground.bolt_apps import client_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk import WebClient

GENERAL = "C1GENERAL"


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(SlackApiError) as refused:
        call()
    return str(refused.value.response["error"])


def raw(slack: LocalSlack, path: str, *, body: bytes, content_type: str) -> dict[str, Any]:
    headers = {"Content-Type": content_type}
    request = Request(slack.api_url + path, data=body, headers=headers)  # noqa: S310
    with urlopen(request) as answer:  # noqa: S310
        return dict(json.load(answer))


def test_the_token_may_come_as_header_form_or_query(slack: LocalSlack) -> None:
    form = "application/x-www-form-urlencoded"
    token = f"token={slack.app.bot_token}"
    assert client_of(slack).auth_test()["bot_id"] == "B1BOT"
    assert raw(slack, "auth.test", body=token.encode(), content_type=form)["user_id"] == "U1BOT"
    assert raw(slack, f"auth.test?team_id=T1&{token}", body=b"", content_type=form)["ok"]


@pytest.mark.parametrize(("token", "code"), [("", "not_authed"), ("xoxb-forged", "invalid_auth")])
def test_a_missing_or_wrong_token_is_refused(slack: LocalSlack, token: str, code: str) -> None:
    assert refusal(client_of(slack, token=token).auth_test) == code


def test_each_kind_of_token_opens_only_its_own_methods(slack: LocalSlack) -> None:
    client, app = client_of(slack), slack.app
    bot_token, app_token = app.bot_token, app.app_token
    opened = client.apps_connections_open(app_token=app_token)
    assert opened["url"].startswith(f"ws://127.0.0.1:{slack.port}/link/")
    wrong = refusal(lambda: client.apps_connections_open(app_token=bot_token))
    assert wrong == refusal(client_of(slack, token=app_token).auth_test)
    assert wrong == "not_allowed_token_type"


def test_a_method_without_its_scope_is_refused() -> None:
    with LocalSlack(SlackApp(scopes=frozenset({"chat:write"}))) as slack:
        client = client_of(slack)
        with pytest.raises(SlackApiError) as refused:
            client.users_info(user="U1ANA")
        answer = refused.value.response
        assert (answer["error"], answer["needed"]) == ("missing_scope", "users:read")
        assert answer.headers["x-oauth-scopes"] == "chat:write"
        assert refusal(lambda: client.conversations_history(channel=GENERAL)) == "missing_scope"


def test_an_unknown_method_is_refused(client: WebClient) -> None:
    assert refusal(lambda: client.api_call("chat.shout")) == "unknown_method"


@pytest.mark.parametrize(("body", "code"), [(b"{", "invalid_json"), (b"[]", "json_not_object")])
def test_a_body_that_is_no_object_is_refused(slack: LocalSlack, body: bytes, code: str) -> None:
    answer = raw(slack, "chat.postMessage", body=body, content_type="application/json")
    assert answer == {"ok": False, "error": code}


def test_a_form_may_hold_blocks_as_json(slack: LocalSlack, client: WebClient) -> None:
    blocks = json.dumps([{"type": "divider"}])
    arguments = {"channel": GENERAL, "text": "x", "blocks": blocks}
    client.api_call("chat.postMessage", data=None, params=arguments)
    assert slack.messages(GENERAL)[0].blocks[0]["type"] == "divider"


def test_metadata_is_shown_only_when_asked_for(client: WebClient) -> None:
    metadata = {"event_type": "answer", "event_payload": {"id": "w1"}}
    ts = client.chat_postMessage(channel=GENERAL, text="x", metadata=metadata)["ts"]
    plain = client.conversations_replies(channel=GENERAL, ts=ts)["messages"][0]
    full = client.conversations_replies(channel=GENERAL, ts=ts, include_all_metadata=True)
    assert "metadata" not in plain
    assert full["messages"][0]["metadata"] == metadata


def test_replies_come_oldest_first_and_in_pages(slack: LocalSlack, client: WebClient) -> None:
    root = slack.user("ana").say(GENERAL, "root")
    for number in range(4):
        client.chat_postMessage(channel=GENERAL, text=f"reply {number}", thread_ts=root.ts)
    client.chat_postMessage(channel=GENERAL, text="elsewhere")
    pages = client.conversations_replies(channel=GENERAL, ts=root.ts, limit=2)
    texts = [[message["text"] for message in page["messages"]] for page in pages]
    assert texts == [["root", "reply 0"], ["reply 1", "reply 2"], ["reply 3"]]
    history = client.conversations_history(channel=GENERAL)["messages"]
    assert [message["text"] for message in history] == ["elsewhere", "root"]


def test_a_reply_to_a_deleted_thread_stands_alone(slack: LocalSlack, client: WebClient) -> None:
    ana = slack.user("ana")
    root = ana.say(GENERAL, "root")
    ana.delete(root)
    answer = client.chat_postMessage(channel=GENERAL, text="late", thread_ts=root.ts)
    assert "thread_ts" not in answer["message"]
    assert (
        refusal(lambda: client.conversations_replies(channel=GENERAL, ts=root.ts))
        == "thread_not_found"
    )


def test_an_update_with_text_alone_removes_the_blocks(slack: LocalSlack, client: WebClient) -> None:
    ts = client.chat_postMessage(channel=GENERAL, text="x", blocks=[{"type": "divider"}])["ts"]
    client.chat_update(channel=GENERAL, ts=ts, text="y")
    [message] = slack.messages(GENERAL)
    assert (message.text, message.blocks) == ("y", ())


def test_only_its_own_messages_are_the_apps_to_change(slack: LocalSlack, client: WebClient) -> None:
    theirs = slack.user("ana").say(GENERAL, "mine").ts
    ts = client.chat_postMessage(channel=GENERAL, text="x")["ts"]
    update, delete = client.chat_update, client.chat_delete
    assert refusal(lambda: update(channel=GENERAL, ts=theirs, text="y")) == "cant_update_message"
    assert refusal(lambda: delete(channel=GENERAL, ts=theirs)) == "cant_delete_message"
    assert refusal(lambda: update(channel=GENERAL, ts=ts, text="x" * 4001)) == "msg_too_long"
    assert delete(channel=GENERAL, ts=ts)["ok"]
    assert refusal(lambda: delete(channel=GENERAL, ts=ts)) == "message_not_found"


def test_an_ephemeral_message_is_seen_by_one_person(slack: LocalSlack, client: WebClient) -> None:
    ts = client.chat_postEphemeral(channel=GENERAL, user="U1ANA", text="psst")["message_ts"]
    assert [message.text for message in slack.ephemerals("U1ANA", GENERAL)] == ["psst"]
    assert slack.messages(GENERAL) == []
    update = client.chat_update
    assert refusal(lambda: update(channel=GENERAL, ts=ts, text="y")) == "message_not_found"
    post = client.chat_postEphemeral
    stranger = refusal(lambda: post(channel=GENERAL, user="U2EXTERN", text="x"))
    assert stranger == "user_not_in_channel"


def test_people_bots_and_conversations_are_known(client: WebClient) -> None:
    assert client.users_info(user="U1GUEST")["user"]["is_restricted"]
    assert client.bots_info(bot="B1OTHER")["bot"]["user_id"] == "U1OTHERBOT"
    assert client.conversations_info(channel="C1SHARED")["channel"]["is_ext_shared"]
    direct = client.conversations_open(users="U1ANA")["channel"]["id"]
    assert client.chat_postMessage(channel="U1ANA", text="hi")["channel"] == direct
    assert refusal(lambda: client.users_info(user="U1NOBODY")) == "user_not_found"


def test_reactions_are_added_once(slack: LocalSlack, client: WebClient) -> None:
    ts = slack.user("ana").say(GENERAL, "hi").ts
    client.reactions_add(channel=GENERAL, timestamp=ts, name="eyes")
    again = refusal(lambda: client.reactions_add(channel=GENERAL, timestamp=ts, name="eyes"))
    assert again == "already_reacted"
    client.reactions_remove(channel=GENERAL, timestamp=ts, name="eyes")
    [shown] = client.conversations_replies(channel=GENERAL, ts=ts)["messages"]
    assert "reactions" not in shown


def test_an_agents_status_ends_with_its_reply(slack: LocalSlack, client: WebClient) -> None:
    ana = slack.user("ana")
    ts = ana.say(ana.dm, "hi").ts
    statuses = slack.site.surfaces.statuses
    client.assistant_threads_setStatus(channel_id=ana.dm, thread_ts=ts, status="is thinking …")
    assert list(statuses.values()) == ["is thinking …"]
    client.chat_postMessage(channel=ana.dm, text="hello", thread_ts=ts)
    assert statuses == {}


def test_an_agent_session_is_made_before_it_is_renamed(
    slack: LocalSlack, client: WebClient
) -> None:
    ana = slack.user("ana")
    thread = {"channel_id": ana.dm, "thread_ts": ana.say(ana.dm, "hi").ts}
    early = refusal(lambda: client.agents_sessions_rename(**thread, title="LoRA"))
    assert early == "session_not_found"
    client.agents_sessions_setStatus(**thread, status="processing", title="hi")
    client.agents_sessions_rename(**thread, title="LoRA")
    [session] = slack.site.surfaces.sessions.values()
    assert (session.status, session.title) == ("processing", "LoRA")


@pytest.mark.parametrize("number", [0, 5])
def test_suggested_prompts_are_one_to_four(
    slack: LocalSlack, client: WebClient, number: int
) -> None:
    prompts = [{"title": "t", "message": "m"}] * number
    dm = slack.user("ana").dm
    suggest = client.assistant_threads_setSuggestedPrompts
    assert refusal(lambda: suggest(channel_id=dm, prompts=prompts)) == "invalid_arguments"


def test_a_modal_needs_a_fresh_trigger(slack: LocalSlack, client: WebClient) -> None:
    view = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "x"},
        "blocks": [{"type": "divider"}],
    }
    trigger = slack.site.surfaces.new_trigger("U1ANA")
    shown = client.views_open(trigger_id=trigger, view=view)["view"]
    client.views_update(view_id=shown["id"], view=view, hash=shown["hash"])
    stale = lambda: client.views_update(view_id=shown["id"], view=view, hash=shown["hash"])  # noqa: E731
    assert refusal(stale) == "hash_conflict"
    assert refusal(lambda: client.views_open(trigger_id=trigger, view=view)) == (
        "exchanged_trigger_id"
    )
    assert refusal(lambda: client.views_open(trigger_id="1.2.x", view=view)) == (
        "invalid_trigger_id"
    )


def test_every_call_is_recorded_in_order_with_its_answer(
    slack: LocalSlack, client: WebClient
) -> None:
    client.chat_postMessage(channel=GENERAL, text="one", unfurl_links=False)
    refusal(lambda: client.chat_postMessage(channel="C1NOWHERE", text="two"))
    one, two = slack.calls("chat.postMessage")
    assert one.args == {"channel": GENERAL, "text": "one", "unfurl_links": False}
    assert (one.ok, two.ok, two.answer["error"]) == (True, False, "channel_not_found")
    assert one.token == slack.app.bot_token
    assert one.at <= two.at
