"""What people do with messages: ask about them, press suggestions, share them, open the guide."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.playground.person import Person
from bot.playground.server import LocalSlack
from bot.playground.workspace import Message
from bot.slack.presses import GONE, SHORTCUT
from tests.fakes import NotedIndex
from tests.slack.bots import Bot
from tests.slack.conftest import WAYS
from tests.slack.running import (
    ADDS,
    ANSWER,
    CHANNEL,
    FOLLOW_UP,
    FOLLOWED_UP,
    QUESTION,
    SAYS,
    Way,
    both_ways,
    running,
)
from tests.slack.said import POST, in_thread, no_trace, posted, shown

STARTER = "How does LoRA work?"
WHICH = "Which method should we choose for our invoices?"
GUIDE = "Start the decision guide"
SHARE = "Share to channel"
OUTSIDE = "#not-a-member"


@pytest.fixture(params=sorted(WAYS))
def bot(request: pytest.FixtureRequest, slack: LocalSlack) -> Iterator[Bot]:
    made = Bot(slack, index=NotedIndex())
    made.writer.says = SAYS
    with running(slack, WAYS[request.param], bot=made):
        yield made


def changed(message: Message, **fields: Any) -> Message:
    """The message with other fields in its first button of an actions block."""
    blocks = json.loads(json.dumps(message.blocks))
    button = next(block for block in blocks if block["type"] == "actions")["elements"][0]
    button |= fields
    return replace(message, blocks=tuple(blocks))


def asked_alone(slack: LocalSlack, person: Person, channel: str = CHANNEL) -> Message:
    """The answer to a command, which its asker alone sees."""
    assert person.command("/adapt", f"ask {QUESTION}", channel=channel).acked
    return slack.wait_for(lambda m: ANSWER in m.text and m.only_for == person.id)


@pytest.mark.usefixtures("bot")
def test_somebody_s_message_is_answered_in_its_thread(
    slack: LocalSlack, ana: Person, ben: Person
) -> None:
    said = ben.say(CHANNEL, QUESTION)
    assert ana.shortcut(SHORTCUT, said).acked
    reply = slack.wait_for_reply(said)
    assert ANSWER in reply.text
    assert reply.thread_ts == said.ts
    assert "<@U1ANA> asked me about the message above." in shown(reply)


@pytest.mark.usefixtures("bot")
def test_a_shortcut_inside_a_thread_is_answered_there(
    slack: LocalSlack, ana: Person, ben: Person
) -> None:
    root = ben.say(CHANNEL, "we wonder")
    said = ben.say(CHANNEL, QUESTION, thread_ts=root.ts)
    assert ana.shortcut(SHORTCUT, said).acked
    assert slack.wait_for(ANSWER).thread_ts == root.ts


@pytest.mark.usefixtures("bot")
def test_a_shortcut_where_the_bot_is_no_member_is_answered_to_its_user_alone(
    slack: LocalSlack, ana: Person, ben: Person
) -> None:
    said = ben.say(OUTSIDE, QUESTION)
    assert ana.shortcut(SHORTCUT, said).acked
    assert slack.wait_for(ANSWER).only_for == ana.id
    assert len(slack.calls("response_url")) == 1
    assert posted(slack) == []


@pytest.mark.usefixtures("bot")
def test_a_message_without_a_question_is_met_with_examples(
    slack: LocalSlack, ana: Person, ben: Person
) -> None:
    said = ben.say(CHANNEL, "@adaptbot")
    slack.settle()
    assert ana.shortcut(SHORTCUT, replace(said, text="", blocks=())).acked
    slack.wait_until(lambda: len(in_thread(slack, said)) == 2, "an answer to both")
    assert "I don't see a question there" in in_thread(slack, said)[1].text


@both_ways
def test_with_a_chat_model_a_shortcut_is_answered_where_the_bot_is_no_member_as_well(
    slack: LocalSlack, ana: Person, ben: Person, way: Way
) -> None:
    bot = Bot(slack, settings={"model": "openai:scripted"})
    bot.writer.says = SAYS
    with running(slack, way, bot=bot):
        said = ben.say(OUTSIDE, QUESTION)
        assert ana.shortcut(SHORTCUT, said).acked
        reply = slack.wait_for(lambda m: m.only_for == ana.id)
    assert ANSWER in reply.text


def suggested(slack: LocalSlack, person: Person) -> Message:
    """A refusal with questions on buttons."""
    said = person.say(CHANNEL, "@adaptbot hi")
    return slack.wait_for_reply(said)


def test_a_suggestion_is_asked_once_however_often_it_is_pressed(
    bot: Bot, slack: LocalSlack, ana: Person, ben: Person
) -> None:
    refusal = suggested(slack, ana)
    for person in (ben, ben, ana):
        assert person.press(refusal, STARTER, stale=True).acked
    reply = slack.wait_for(ANSWER, after=refusal)
    slack.settle()
    assert reply.thread_ts == refusal.thread_ts
    assert f"<@U1BEN> asked: {STARTER}" in shown(reply)
    assert len(in_thread(slack, refusal)) == 2
    assert len(bot.writer.asked) == 1


def test_a_suggestion_that_came_to_nothing_can_be_asked_again(
    bot: Bot, slack: LocalSlack, ana: Person
) -> None:
    refusal = suggested(slack, ana)
    bot.index.broken = True
    with capture_logs():
        assert ana.press(refusal, STARTER).acked
        apology = slack.wait_for("I cannot search my sources right now")
    bot.index.broken = False
    assert ana.press(refusal, STARTER).acked
    assert slack.wait_for(ANSWER, after=apology).thread_ts == refusal.thread_ts


def test_two_suggestions_are_two_questions(bot: Bot, slack: LocalSlack, ana: Person) -> None:
    refusal = suggested(slack, ana)
    assert ana.press(refusal, STARTER).acked
    assert ana.press(refusal, "What is the difference between RAG and fine-tuning?").acked
    slack.wait_until(lambda: len(in_thread(slack, refusal)) == 3, "two answers")
    assert len(bot.writer.asked) == 2


@pytest.mark.usefixtures("bot")
def test_a_suggestion_that_one_person_sees_is_answered_to_them_alone(
    slack: LocalSlack, ana: Person
) -> None:
    ana.command("/adapt", "ask hi", channel=CHANNEL)
    refusal = slack.wait_for("I don't see a question there")
    assert ana.press(refusal, STARTER).acked
    assert slack.wait_for(ANSWER).only_for == ana.id
    assert posted(slack) == []


@pytest.mark.parametrize(
    "value",
    [
        "",
        "nonsense",
        "{}",
        '{"q":"","w":"x"}',
        '{"q":"What does LoRA train?","w":"x","extra":1}',
        json.dumps({"q": "x" * 1_001, "w": "x"}),
        '{"q":["What does LoRA train?"],"w":"x"}',
    ],
)
def test_a_suggestion_that_was_tampered_with_asks_nothing(
    bot: Bot, slack: LocalSlack, ana: Person, value: str
) -> None:
    refusal = changed(suggested(slack, ana), value=value)
    with capture_logs() as logs:
        assert ana.press(refusal, "ask:0", stale=True).acked
    assert "a button that asks nothing" in [entry["event"] for entry in logs]
    assert "failure" not in [entry["event"] for entry in logs]
    assert bot.writer.asked == []
    assert len(posted(slack)) == 1
    no_trace(slack)


@pytest.mark.usefixtures("bot")
def test_what_stands_on_a_button_pings_nobody_when_it_is_asked(
    slack: LocalSlack, ana: Person
) -> None:
    live = "LoRA <!channel> <@U1BEN> <https://evil.example|here>?"
    refusal = changed(suggested(slack, ana), value=json.dumps({"q": live, "w": "x"}))
    assert ana.press(refusal, "ask:0", stale=True).acked
    reply = slack.wait_for("asked:", after=refusal)
    for alive in ("<!", "<@U1BEN", "<https://evil"):
        assert alive not in shown(reply) + reply.text


@pytest.mark.usefixtures("bot")
def test_the_guide_opens_in_the_thread_once_for_each_person(
    slack: LocalSlack, ana: Person, ben: Person
) -> None:
    refusal = slack.wait_for_reply(ana.say(CHANNEL, f"@adaptbot {WHICH}"))
    for person in (ana, ana, ben):
        assert person.press(refusal, GUIDE, stale=True).acked
    slack.wait_until(lambda: len(in_thread(slack, refusal)) == 3, "two dialogs")
    slack.settle()
    _, one, other = in_thread(slack, refusal)
    assert "for <@U1ANA>" in shown(one)
    assert "for <@U1BEN>" in shown(other)


def press_guide_alone(slack: LocalSlack, person: Person, channel: str) -> None:
    """Press the guide's button below a refusal that only this person sees."""
    person.command("/adapt", f"ask {WHICH}", channel=channel)
    refusal = slack.wait_for(lambda m: GUIDE in str(m.blocks))
    assert person.press(refusal, GUIDE).acked


@pytest.mark.usefixtures("bot")
def test_below_what_one_person_sees_the_guide_opens_in_a_thread_of_its_own(
    slack: LocalSlack, ana: Person
) -> None:
    press_guide_alone(slack, ana, CHANNEL)
    dialog = slack.wait_for("Question 1")
    root, first = slack.messages("C1ADAPT")
    assert "<@U1ANA> opened the decision guide" in root.text
    assert (first, dialog.thread_ts) == (dialog, root.ts)


@pytest.mark.usefixtures("bot")
def test_a_guide_where_the_bot_is_no_member_tells_how_to_invite_it(
    slack: LocalSlack, ana: Person
) -> None:
    press_guide_alone(slack, ana, OUTSIDE)
    assert slack.wait_for("/invite").only_for == ana.id


def test_an_answer_is_shared_once_and_goes_on_in_its_thread(
    bot: Bot, slack: LocalSlack, ana: Person, ben: Person
) -> None:
    private = asked_alone(slack, ana)
    for _ in range(2):
        assert ana.press(private, SHARE, stale=True).acked
    shared = slack.wait_for(lambda m: ANSWER in m.text and m.only_for is None)
    slack.settle()
    assert posted(slack) == [shared]
    assert f"<@U1ANA> asked: {QUESTION}" in shown(shared)
    assert SHARE not in shown(shared)
    assert slack.workspace.message(private.channel, private.ts) is None, "taken back"
    bot.writer.says = ADDS
    follow_up = ana.say(CHANNEL, FOLLOW_UP, thread_ts=shared.ts)
    assert FOLLOWED_UP in slack.wait_for_reply(follow_up).text
    assert "LoRA" in bot.writer.asked[-1]
    mentioned = ben.say(CHANNEL, f"@adaptbot {FOLLOW_UP}", thread_ts=shared.ts)
    assert FOLLOWED_UP in slack.wait_for_reply(mentioned).text


def test_an_answer_that_is_forgotten_is_not_shared(
    bot: Bot, slack: LocalSlack, ana: Person
) -> None:
    private = asked_alone(slack, ana)
    assert bot.records.purge(datetime.now(UTC) + timedelta(minutes=1)) > 0
    assert ana.press(private, SHARE).acked
    assert slack.wait_for(GONE).only_for == ana.id
    assert posted(slack) == []


@pytest.mark.usefixtures("bot")
def test_only_the_asker_shares_an_answer(slack: LocalSlack, ana: Person, ben: Person) -> None:
    theirs, own = asked_alone(slack, ana), asked_alone(slack, ben)
    [value] = [
        element["value"]
        for block in theirs.blocks
        for element in block.get("elements", ())
        if element.get("action_id") == "share"
    ]
    assert ben.press(changed(own, value=value), SHARE, stale=True).acked
    slack.wait_for("Only the person who asked")
    assert posted(slack) == []
    assert slack.workspace.message(theirs.channel, theirs.ts) == theirs
    assert ana.press(theirs, SHARE).acked
    slack.wait_for(lambda m: ANSWER in m.text and m.only_for is None)


@pytest.mark.parametrize("value", ["", "T1:C1GENERAL:1.2.3", "T9:C1ADAPT:1.2.3", "{}"])
def test_an_answer_of_elsewhere_is_not_shared(
    bot: Bot, slack: LocalSlack, ana: Person, value: str
) -> None:
    private = changed(asked_alone(slack, ana), value=value)
    with capture_logs() as logs:
        assert ana.press(private, SHARE, stale=True).acked
    assert "an answer of elsewhere is not shared" in [entry["event"] for entry in logs]
    assert slack.calls(POST) == []
    assert len(bot.records.said) == 1


@pytest.mark.usefixtures("bot")
def test_an_answer_for_a_channel_without_the_bot_is_shared_nowhere_and_its_asker_told_why(
    slack: LocalSlack, ana: Person
) -> None:
    private = asked_alone(slack, ana, OUTSIDE)
    assert ana.press(private, SHARE).acked
    slack.wait_for("/invite")
    assert posted(slack) == []
    assert slack.workspace.message(private.channel, private.ts) == private, "it is not taken back"


@pytest.mark.usefixtures("bot")
def test_what_is_no_answer_cannot_be_shared(slack: LocalSlack, ana: Person) -> None:
    ana.command("/adapt", "ask Who won the football match yesterday?", channel=CHANNEL)
    refusal = slack.wait_for("can't help with that")
    assert SHARE not in shown(refusal)


@pytest.mark.usefixtures("bot")
def test_an_answer_is_shared_once_the_bot_was_invited(slack: LocalSlack, ana: Person) -> None:
    private = asked_alone(slack, ana, OUTSIDE)
    assert ana.press(private, SHARE).acked
    slack.wait_for("/invite")
    channel = slack.workspace.channel(OUTSIDE)
    assert channel is not None
    members = channel.members | {slack.app.bot_user_id}
    slack.workspace.add_channel(replace(channel, members=members))
    for _ in range(2):
        assert ana.press(private, SHARE, stale=True).acked
    shared = slack.wait_for(lambda m: ANSWER in m.text and m.only_for is None)
    slack.settle()
    assert posted(slack) == [shared]
