from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bot.playground.server import LocalSlack
from bot.playground.workspace import Message
from tests.playground.page.conftest import CHANNEL

Do = Callable[..., Any]
BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}


def test_a_message_is_said_where_it_was_written(slack: LocalSlack, script: Do) -> None:
    assert script("say", text="hello @ben") == {}
    [message] = slack.messages(CHANNEL)
    assert (message.user, message.text) == ("U1ANA", "hello <@U1BEN>")


def test_a_question_to_the_bot_opens_its_thread(slack: LocalSlack, script: Do) -> None:
    did = script("say", text="@adaptbot what is LoRA?")
    [message] = slack.messages(CHANNEL)
    assert did == {"open": f"/w/ana/C1ADAPT/{message.ts}"}


@pytest.mark.parametrize(("person", "place"), [("ana", "C1OUTSIDE"), ("guest", CHANNEL)])
def test_where_the_bot_will_not_answer_no_thread_is_opened(
    script: Do, person: str, place: str
) -> None:
    assert script("say", person=person, place=place, text="@adaptbot what is LoRA?") == {}


def test_a_direct_message_opens_its_thread(slack: LocalSlack, script: Do) -> None:
    dm = slack.user("ana").dm
    did = script("say", place=dm, text="what is LoRA?")
    [message] = slack.messages(dm)
    assert did == {"open": f"/w/ana/{dm}/{message.ts}"}


def test_a_reply_stays_in_its_thread(slack: LocalSlack, script: Do) -> None:
    root = slack.user("ben").say(CHANNEL, "root")
    assert script("say", text="@adaptbot and?", thread=root.ts) == {}
    assert slack.messages(CHANNEL)[-1].thread_ts == root.ts


def test_a_command_in_a_thread_is_refused_as_in_slack(slack: LocalSlack, script: Do) -> None:
    root = slack.user("ben").say(CHANNEL, "root")
    did = script("say", text="/adapt", thread=root.ts)
    assert did == {"error": "/adapt cannot be used in a thread; Slack offers no commands there."}
    assert slack.deliveries("slash_commands") == []


def test_an_unknown_command_is_not_said_aloud(slack: LocalSlack, script: Do) -> None:
    assert script("say", text="/adpat now")["error"].startswith("/adpat is no command here.")
    assert slack.messages(CHANNEL) == []


def test_a_command_that_nobody_hears_is_said_so(script: Do) -> None:
    assert "not connected" in script("say", text="/adapt")["error"]


@pytest.mark.parametrize("text", ["", "   "])
def test_nothing_is_not_said(slack: LocalSlack, script: Do, text: str) -> None:
    assert "between 1 and 40,000 characters" in script("say", text=text)["error"]
    assert slack.messages(CHANNEL) == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"person": "nobody"}, "There is nobody called 'nobody'."),
        ({"place": "C9NOWHERE"}, "Ana is in no conversation 'C9NOWHERE'."),
        ({"person": ""}, "There is nobody called ''."),
    ],
)
def test_who_or_where_nobody_is_gets_words(script: Do, fields: dict[str, str], words: str) -> None:
    assert script("say", text="hello", **fields) == {"error": words}


def test_a_button_of_a_message_that_is_gone_says_so(script: Do) -> None:
    did = script("press", channel=CHANNEL, ts="1.000001", control="go#0")
    assert did == {"error": "That message is gone."}


def test_a_press_reaches_the_app_as_a_press(slack: LocalSlack, script: Do) -> None:
    ts = slack.workspace.next_ts()
    block = {"type": "actions", "block_id": "b", "elements": [BUTTON | {"value": "1"}]}
    slack.workspace.post(Message(CHANNEL, ts, slack.app.bot_user_id, "press", (block,)))
    did = script("press", channel=CHANNEL, ts=ts, control="go#0")
    assert "not connected" in did["error"]
    [delivery] = slack.deliveries("interactive")
    [action] = delivery.payload["actions"]
    assert (action["action_id"], action["value"]) == ("go", "1")


def test_a_control_that_is_not_there_is_said_so(slack: LocalSlack, script: Do) -> None:
    message = slack.user("ben").say(CHANNEL, "no buttons")
    did = script("press", channel=CHANNEL, ts=message.ts, control="go#0")
    assert did == {"error": "That is not there any more; the message has changed."}


def test_one_changes_and_deletes_ones_own_messages_only(slack: LocalSlack, script: Do) -> None:
    message = slack.user("ana").say(CHANNEL, "frist")
    script("edit", channel=CHANNEL, ts=message.ts, text="first")
    assert slack.messages(CHANNEL)[0].text == "first"
    other = slack.user("ben").say(CHANNEL, "mine")
    assert script("delete", channel=CHANNEL, ts=other.ts)["error"].startswith("That is somebody")
    script("delete", channel=CHANNEL, ts=message.ts)
    assert [m.text for m in slack.messages(CHANNEL)] == ["mine"]


def test_a_browser_without_script_is_sent_back(browser: httpx.Client) -> None:
    fields = {"person": "ana", "place": CHANNEL, "text": "hello"}
    answer = browser.post("/do/say", data=fields, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/w/ana/C1ADAPT")


def test_a_browser_without_script_is_told_once_what_went_wrong(browser: httpx.Client) -> None:
    fields = {"person": "ana", "place": CHANNEL, "text": "/unknown <b>&"}
    sent_back = browser.post("/do/say", data=fields, headers={"Accept": "text/html"})
    shown, again = (browser.get(sent_back.headers["location"]).text for _ in range(2))
    assert '<div class="toast">/unknown is no command here.' in shown
    assert 'class="toast"' not in again


def test_a_modal_is_closed_by_whoever_has_it_open(slack: LocalSlack, script: Do) -> None:
    surfaces = slack.site.surfaces
    surfaces.views["V1"], surfaces.modals["U1ANA"] = {"id": "V1", "type": "modal"}, "V1"
    script("close", view="V1")
    assert surfaces.modals == {}
    assert "closed already" in script("submit", view="V1")["error"]


def test_somebody_elses_modal_is_neither_closed_nor_used(slack: LocalSlack, script: Do) -> None:
    surfaces = slack.site.surfaces
    view = {"id": "V1", "type": "modal", "blocks": [{"type": "actions", "elements": [BUTTON]}]}
    surfaces.views["V1"], surfaces.modals["U1ANA"] = view, "V1"
    script("close", person="ben", view="V1")
    assert surfaces.modals == {"U1ANA": "V1"}
    assert "no view" in script("submit", person="ben", view="V1")["error"]
    assert "no view" in script("press-view", person="ben", view="V1", control="go#0")["error"]
    assert slack.deliveries("interactive") == []


def test_a_home_tab_cannot_be_closed(slack: LocalSlack, script: Do) -> None:
    surfaces = slack.site.surfaces
    surfaces.views["V1"], surfaces.homes["U1ANA"] = {"id": "V1", "type": "home"}, "V1"
    script("close", view="V1")
    assert "V1" in surfaces.views


def test_a_press_in_a_view_tells_what_stands_in_its_inputs(slack: LocalSlack, script: Do) -> None:
    element = {"type": "plain_text_input", "action_id": "why"}
    blocks = [
        {"type": "input", "block_id": "b", "element": element},
        {"type": "actions", "block_id": "a", "elements": [BUTTON]},
    ]
    surfaces = slack.site.surfaces
    surfaces.homes["U1ANA"] = "V1"
    surfaces.views["V1"] = {"id": "V1", "type": "home", "blocks": blocks}
    script("press-view", view="V1", control="go#0", **{"b/why": "because"})
    [delivery] = slack.deliveries("interactive")
    told = delivery.payload["view"]["state"]["values"]
    assert told == {"b": {"why": {"type": "plain_text_input", "value": "because"}}}


def test_what_only_somebody_else_sees_cannot_be_asked_about(slack: LocalSlack, script: Do) -> None:
    ts = slack.workspace.next_ts()
    slack.workspace.post(Message(CHANNEL, ts, slack.app.bot_user_id, "secret", only_for="U1BEN"))
    for verb in ("shortcut", "stop"):
        did = script(verb, channel=CHANNEL, ts=ts, callback="ask_about")
        assert did == {"error": "Only somebody else sees that message."}
    assert slack.deliveries() == []


def test_a_message_cannot_be_changed_to_nothing(slack: LocalSlack, script: Do) -> None:
    message = slack.user("ana").say(CHANNEL, "first")
    did = script("edit", channel=CHANNEL, ts=message.ts, text="  ")
    assert "between 1 and 40,000 characters" in did["error"]
    assert slack.messages(CHANNEL) == [message]
