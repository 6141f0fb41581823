"""Questions in a channel, in a direct message and by command; over sockets and over HTTP."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from bot.playground.person import Person
from bot.playground.server import LocalSlack
from bot.slack.blocks import HELP_TEXT
from tests.fakes import LORA
from tests.slack.bots import Bot
from tests.slack.said import POST, elements, everything, in_thread, no_trace, posted, shown

pytestmark = pytest.mark.usefixtures("bot")

CHANNEL = "#llm-adaptation"
QUESTION = "What does LoRA train?"
ANSWER = "LoRA trains two small low-rank matrices"


def test_a_mention_gets_one_answer_with_its_sources_in_its_thread(
    slack: LocalSlack, ana: Person
) -> None:
    asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
    reply = slack.wait_for_reply(asked)
    assert ANSWER in reply.text
    assert reply.thread_ts == asked.ts
    assert {"type": "link", "url": LORA.url, "text": "[1]"} in elements(reply)
    assert "Hu 2021: LoRA" in shown(reply)
    slack.settle()
    assert in_thread(slack, asked) == [reply]
    assert all(delivery.attempts[0].ok for delivery in slack.deliveries())


def test_a_mention_inside_a_thread_is_answered_in_that_thread(
    slack: LocalSlack, ana: Person, ben: Person
) -> None:
    root = ben.say(CHANNEL, "we wonder about adapters")
    asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}", thread_ts=root.ts)
    assert slack.wait_for_reply(asked).thread_ts == root.ts


def test_a_mention_delivered_again_is_answered_once(slack: LocalSlack, ana: Person) -> None:
    asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
    slack.wait_for_reply(asked)
    slack.settle()
    for delivery in slack.deliveries("events_api"):
        assert slack.redeliver(delivery).acked
    slack.settle()
    assert len(posted(slack)) == 1


def test_a_direct_message_is_answered_in_its_thread(slack: LocalSlack, ana: Person) -> None:
    asked = ana.say(ana.dm, QUESTION)
    reply = slack.wait_for_reply(asked)
    assert ANSWER in reply.text
    assert reply.thread_ts == asked.ts


def test_a_follow_up_knows_what_was_asked_in_its_thread_and_nowhere_else(
    bot: Bot, slack: LocalSlack, ana: Person, ben: Person
) -> None:
    asked = ana.say(ana.dm, QUESTION)
    slack.wait_for_reply(asked)
    more = "Does it add inference latency?"
    follow_up = ana.say(ana.dm, more, thread_ts=asked.ts)
    reply = slack.wait_for_reply(follow_up)
    assert "LoRA adds no inference latency" in reply.text
    slack.wait_for_reply(ben.say(ben.dm, more))
    assert len(bot.writer.asked) == 3
    _, in_the_thread, elsewhere = bot.writer.asked
    assert "LoRA" in in_the_thread
    assert elsewhere == more


def test_a_command_answers_its_user_alone(slack: LocalSlack, ana: Person) -> None:
    outcome = ana.command("/adapt", f"ask {QUESTION}", channel=CHANNEL)
    assert outcome.acked
    assert outcome.reply is not None
    assert f">{QUESTION}" in outcome.reply.text
    reply = slack.wait_for(ANSWER)
    assert reply.only_for == ana.id
    assert slack.messages("C1ADAPT") == []
    [call] = slack.calls("response_url")
    assert call.args["unfurl_links"] is call.args["unfurl_media"] is False


def test_a_command_is_answered_where_the_bot_is_no_member(slack: LocalSlack, ana: Person) -> None:
    assert ana.command("/adapt", f"ask {QUESTION}", channel="#not-a-member").acked
    assert slack.wait_for(ANSWER).only_for == ana.id


@pytest.mark.parametrize("text", ["ask", "ask   ", "ASK ?!"])
def test_an_empty_question_is_met_with_examples(slack: LocalSlack, ana: Person, text: str) -> None:
    assert ana.command("/adapt", text, channel=CHANNEL).acked
    assert slack.wait_for("I don't see a question there").only_for == ana.id


@pytest.mark.parametrize("text", ["help", "Help", "help me please"])
def test_the_command_for_help_shows_it(ana: Person, text: str) -> None:
    reply = ana.command("/adapt", text, channel=CHANNEL).reply
    assert reply is not None
    assert reply.only_for == ana.id
    assert "/adapt ask" in shown(reply)


def test_help_after_a_mention_is_given_once(slack: LocalSlack, ana: Person) -> None:
    asked = ana.say(CHANNEL, "@adaptbot help")
    assert slack.wait_for_reply(asked).text == HELP_TEXT
    slack.settle()
    for delivery in slack.deliveries("events_api"):
        assert slack.redeliver(delivery).acked
    assert len(in_thread(slack, asked)) == 1


def test_a_bare_mention_is_met_with_examples(slack: LocalSlack, ana: Person) -> None:
    asked = ana.say(CHANNEL, "@adaptbot")
    assert "Ask me about adapting large language models" in slack.wait_for_reply(asked).text


def test_what_is_not_in_the_sources_is_not_answered(slack: LocalSlack, ana: Person) -> None:
    reply = slack.wait_for_reply(ana.say(ana.dm, "Who won the football match yesterday?"))
    assert "can't help with that" in reply.text
    assert "[1]" not in shown(reply)


def test_a_book_is_not_read_as_a_question(slack: LocalSlack, ana: Person) -> None:
    reply = slack.wait_for_reply(ana.say(ana.dm, "LoRA " * 6_000))
    assert "too long" in reply.text


def test_bots_edits_and_talk_among_people_are_left_alone(slack: LocalSlack, ana: Person) -> None:
    slack.user("otherbot").say(CHANNEL, f"@adaptbot {QUESTION}")
    said = ana.say(CHANNEL, "what does LoRA train, anyone?")
    ana.edit(said, "what does LoRA train, anyone here?")
    ana.delete(said)
    slack.settle()
    assert all(delivery.acked for delivery in slack.deliveries())
    assert posted(slack) == []


def test_an_edited_question_is_not_answered_again(slack: LocalSlack, ana: Person) -> None:
    asked = ana.say(ana.dm, QUESTION)
    slack.wait_for_reply(asked)
    ana.edit(asked, "What does LoRA train, and why?")
    slack.settle()
    assert len(posted(slack)) == 1


@pytest.mark.parametrize("kind", ["app_home_opened", "team_join", "never_heard_of"])
def test_an_event_that_nobody_handles_is_acknowledged(slack: LocalSlack, kind: str) -> None:
    assert slack.send_event({"type": kind, "user": "U1ANA", "event_ts": "1700000000.000100"}).acked
    assert posted(slack) == []


def test_a_retry_of_an_event_never_seen_is_answered(slack: LocalSlack, ana: Person) -> None:
    event = {"type": "message", "channel": ana.dm, "channel_type": "im", "user": ana.id}
    stamp = slack.workspace.next_ts()
    slack.send_event(event | {"text": QUESTION, "ts": stamp, "event_ts": stamp}, retry=1)
    assert ANSWER in slack.wait_for(ANSWER).text


def test_a_broken_index_gives_an_apology_whose_number_is_in_the_log(
    bot: Bot, slack: LocalSlack, ana: Person
) -> None:
    bot.index.broken = True
    with capture_logs() as logs:
        reply = slack.wait_for_reply(ana.say(CHANNEL, f"@adaptbot {QUESTION}"))
        slack.settle()
    assert reply.text.startswith("I cannot search my sources right now")
    [failure] = [entry for entry in logs if entry["event"] == "failure"]
    assert reply.text.endswith(f"Reference for the admins: {failure['reference']}")
    assert repr(failure["exc_info"]) == ("IndexUnavailableError('the index cannot be searched')")
    assert "the index cannot be searched" not in everything(slack)
    no_trace(slack)
    assert bot.records.said == {}


def test_a_model_that_writes_live_text_pings_nobody_and_links_nowhere(
    bot: Bot, slack: LocalSlack, ana: Person
) -> None:
    bot.writer.says = (
        "LoRA trains two small low-rank matrices <!channel> <@U1BEN> [1]. LoRA trains "
        "[matrices](https://evil.example/?q=1) <https://evil.example|here> <!chan\u200bnel> [1][7]."
    )
    reply = slack.wait_for_reply(ana.say(CHANNEL, f"@adaptbot {QUESTION}"))
    for live in ("<!", "<@", "<#", "<https://evil", "[7]"):
        assert live not in shown(reply) + reply.text


def test_an_answer_longer_than_slack_takes_is_cut_not_lost(
    bot: Bot, slack: LocalSlack, ana: Person
) -> None:
    bot.writer.says = "LoRA trains two small low-rank matrices & nothing else [1]. " * 220
    reply = slack.wait_for_reply(ana.say(CHANNEL, f"@adaptbot {QUESTION}"))
    assert ANSWER in reply.text
    assert all(call.ok for call in slack.calls(POST))
