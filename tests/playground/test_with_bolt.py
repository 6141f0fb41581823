"""A real Bolt app, over sockets and over HTTP, gets and does what it would at Slack."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.playground.server import LocalSlack


def test_a_mention_gives_two_events_and_is_answered_in_its_thread(running: LocalSlack) -> None:
    asked = running.user("ana").say("#llm-adaptation", "@adaptbot what is LoRA?")
    reply = running.wait_for_reply(asked)
    assert reply.text == "heard <@U1BOT> what is LoRA?"
    assert reply.thread_ts == asked.ts
    running.settle()
    events = [delivery.payload for delivery in running.deliveries("events_api")]
    about_it = [event for event in events if event["event"]["ts"] == asked.ts]
    assert sorted(event["event"]["type"] for event in about_it) == ["app_mention", "message"]
    assert len({event["event_id"] for event in about_it}) == 2


def test_every_event_is_acknowledged_once_and_quickly(running: LocalSlack) -> None:
    running.user("ana").say("#general", "@adaptbot hello")
    running.wait_for("hello")
    running.settle()
    for delivery in running.deliveries():
        assert [attempt.ok for attempt in delivery.attempts] == [True]
        assert delivery.attempts[0].seconds < 1


def test_the_apps_own_messages_come_back_to_it_and_bolt_leaves_them(running: LocalSlack) -> None:
    ana = running.user("ana")
    running.wait_for_reply(ana.say(ana.dm, "hello"))
    running.settle()
    own = [d for d in running.deliveries() if d.payload["event"].get("bot_id") == "B1BOT"]
    assert len(own) == 1
    assert len(running.calls("chat.postMessage")) == 1


def test_a_button_press_updates_its_message(running: LocalSlack) -> None:
    ana = running.user("ana")
    question = running.wait_for_reply(ana.say(ana.dm, "recommend"))
    outcome = ana.press(question, "Yes")
    assert outcome.acked
    answer = running.wait_for("you said v1")
    assert answer.ts == question.ts
    assert answer.blocks == ()


def test_a_choice_reaches_the_app_and_is_answered_privately(running: LocalSlack) -> None:
    ana = running.user("ana")
    question = running.wait_for_reply(ana.say(ana.dm, "recommend"))
    ana.select(question, "Large")
    reply = running.wait_for("size large")
    assert running.ephemerals(ana.id, ana.dm) == [reply]


def test_a_command_is_acknowledged_privately_then_answered_by_response_url(
    running: LocalSlack,
) -> None:
    outcome = running.user("ana").command("/adapt", "ask why", channel="#not-a-member")
    assert outcome.acked
    assert outcome.reply is not None
    assert outcome.reply.only_for == "U1ANA"
    assert outcome.reply.text == "working on ask why"
    done = running.wait_for("done with ask why")
    assert done.only_for == "U1ANA"
    assert running.messages("C1OUTSIDE") == []


def test_a_message_shortcut_carries_its_message(running: LocalSlack) -> None:
    said = running.user("ben").say("#general", "we lack labels")
    running.user("ana").shortcut("ask", said)
    assert running.wait_for("about we lack labels").only_for == "U1ANA"


def test_an_event_sent_again_keeps_its_id(running: LocalSlack) -> None:
    asked = running.user("ana").say("#general", "@adaptbot hello")
    running.wait_for_reply(asked)
    running.settle()
    first = running.deliveries("events_api")[-1]
    again = running.redeliver(first)
    assert again.acked
    assert again.payload["event_id"] == first.payload["event_id"]


def test_the_home_tab_opens_a_modal_whose_submission_arrives(running: LocalSlack) -> None:
    ana = running.user("ana")
    views = running.site.surfaces.views
    ana.open_home()
    running.wait_until(lambda: ana.id in running.site.surfaces.homes, "a Home tab")
    ana.press_view(running.site.surfaces.homes[ana.id], "Say more")
    running.wait_until(lambda: any(v["type"] == "modal" for v in views.values()), "a modal")
    modal = next(view for view in views.values() if view["type"] == "modal")
    outcome = ana.submit(modal["id"], {"reason": {"why": {"value": "it is cheap"}}})
    assert outcome.acked
    assert running.wait_for("because it is cheap").channel == ana.dm
    assert modal["id"] not in views
