"""The decision guide, pressed through by the labels of its buttons; over sockets and HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.domain.dialog import Answered, start
from bot.playground.calls import Fault
from bot.playground.person import Person
from bot.playground.server import LocalSlack
from bot.playground.workspace import Message
from bot.slack.dialog_blocks import write_path
from bot.slack.flowchart import INVITE, STALE
from tests.slack.bots import GUIDE, Bot
from tests.slack.said import in_thread, no_trace, posted, shown

pytestmark = pytest.mark.usefixtures("bot")

CHANNEL = "#llm-adaptation"
METHODS = {
    "in_context_learning": "prompting=meets",
    "rag": "prompting=untried,facts=yes,change=often,behaviour=nothing,team=all",
    "peft": "prompting=too_costly,examples=some,team=all,full_or_peft=no",
    "full_fine_tuning": "prompting=too_costly,examples=some,team=all,full_or_peft=yes",
    "rag_plus_fine_tuning": (
        "prompting=falls_short,facts=yes,change=often,behaviour=style,examples=more,team=all,"
        "full_or_peft=no"
    ),
}


def labels_of(path: str) -> list[str]:
    """The labels to press, one after the other."""
    dialog, labels = start(GUIDE), []
    for step, _, choice in (pair.partition("=") for pair in path.split(",")):
        labels.append(next(option.label for option in dialog.options if option.id == choice))
        dialog = dialog.choose(step, choice)
    return labels


def opened(slack: LocalSlack, person: Person, *, channel: str = CHANNEL) -> Message:
    """A dialog that somebody opened by command."""
    assert person.command("/adapt", "", channel=channel).acked
    return slack.wait_for("Question 1 of at most 8")


def press(slack: LocalSlack, person: Person, message: Message, label: str) -> Message:
    """Press a button, and wait for the message to change."""
    before = slack.workspace.message(message.channel, message.ts)
    assert person.press(message, label).acked
    slack.wait_until(
        lambda: slack.workspace.message(message.channel, message.ts) != before, "a change"
    )
    after = slack.workspace.message(message.channel, message.ts)
    assert after is not None
    return after


def tampered(message: Message, **changed: Any) -> Message:
    """The message as it was, with the value of its first button changed."""
    blocks = json.loads(json.dumps(message.blocks))
    button = next(b for b in blocks if b["type"] == "actions")["elements"][0]
    value = json.loads(button["value"]) | changed.pop("fields", {})
    button["value"] = json.dumps(value)
    button |= changed
    return Message(
        message.channel, message.ts, message.user, blocks=tuple(blocks), thread_ts=message.thread_ts
    )


def press_first(person: Person, message: Message) -> bool:
    button = next(b for b in message.blocks if b["type"] == "actions")["elements"][0]
    return person.press(message, button["action_id"], stale=True).acked


def test_the_command_opens_the_guide_in_a_thread_of_its_own(slack: LocalSlack, ana: Person) -> None:
    dialog = opened(slack, ana)
    root, first = slack.messages("C1ADAPT")
    assert root.thread_ts is None
    assert "<@U1ANA> opened the decision guide" in root.text
    assert first == dialog
    assert dialog.thread_ts == root.ts
    assert "for <@U1ANA>" in shown(dialog)


def test_the_command_works_in_a_direct_message(slack: LocalSlack, ana: Person) -> None:
    assert opened(slack, ana, channel=ana.dm).channel == ana.dm


@pytest.mark.parametrize("text", ["recommend", "please recommend a method!", "advise us"])
def test_a_mention_in_a_thread_opens_the_guide_in_that_thread(
    slack: LocalSlack, ana: Person, ben: Person, text: str
) -> None:
    root = ben.say(CHANNEL, "how shall we adapt a model?")
    asked = ana.say(CHANNEL, f"@adaptbot {text}", thread_ts=root.ts)
    dialog = slack.wait_for_reply(asked)
    assert dialog.thread_ts == root.ts
    assert "for <@U1ANA>" in shown(dialog)
    slack.settle()
    assert in_thread(slack, root) == [dialog]


def test_a_direct_message_opens_the_guide(slack: LocalSlack, ana: Person) -> None:
    asked = ana.say(ana.dm, "recommend a method")
    assert slack.wait_for_reply(asked).text.startswith("Question 1 of at most 8")


def test_a_description_is_quoted_inertly(slack: LocalSlack, ana: Person) -> None:
    text = "a <!channel> bot & @ben @here <https://evil.example|docs> a < b"
    assert ana.command("/adapt", text, channel=CHANNEL).acked
    slack.wait_for("Question 1 of at most 8")
    quoted = slack.messages("C1ADAPT")[0].blocks[0]["text"]
    assert quoted["verbatim"] is True
    assert quoted["text"].splitlines()[1] == (
        ">a &lt;!channel&gt; bot &amp; &lt;@U1BEN&gt; &lt;!here&gt; docs a &lt; b"
    )


def test_a_channel_without_the_bot_is_told_how_to_invite_it(slack: LocalSlack, ana: Person) -> None:
    assert ana.command("/adapt", "a support bot", channel="#not-a-member").acked
    invitation = slack.wait_for("/invite")
    assert invitation.text == INVITE
    assert invitation.only_for == ana.id
    assert slack.messages("C1OUTSIDE") == []


@pytest.mark.parametrize("method", METHODS)
def test_pressing_through_ends_in_the_recommendation(
    bot: Bot, slack: LocalSlack, ana: Person, method: str
) -> None:
    dialog = opened(slack, ana)
    for label in labels_of(METHODS[method]):
        dialog = press(slack, ana, dialog, label)
    recommendation = slack.wait_for("Recommended: ", after=dialog)
    assert recommendation.thread_ts == dialog.thread_ts
    assert "In short" in shown(recommendation)
    assert "That settles it" in shown(dialog)
    slack.wait_until(lambda: bot.records.recommended, "a record")
    [kept] = bot.records.recommended.values()
    assert (kept.method, kept.path, kept.user) == (method, METHODS[method], ana.id)


def test_not_sure_everywhere_ends_in_a_recommendation(slack: LocalSlack, ana: Person) -> None:
    dialog = opened(slack, ana)
    for _ in range(8):
        dialog = press(slack, ana, dialog, "guide:unsure")
        if "That settles it" in shown(dialog):
            break
    assert "You were not sure" in shown(slack.wait_for("Recommended: ", after=dialog))


def test_back_and_start_over_lead_back(slack: LocalSlack, ana: Person) -> None:
    first = opened(slack, ana)
    second = press(slack, ana, first, "The quality falls short")
    third = press(slack, ana, second, "No, the model knows enough")
    assert texts(press(slack, ana, third, "Back")) == texts(second)
    assert texts(press(slack, ana, third, "Start over")) == texts(first)


def texts(message: Message) -> str:
    """The blocks without the ids that Slack gives them."""
    return json.dumps([{**block, "block_id": ""} for block in message.blocks])


def test_back_from_the_end_allows_another_end(slack: LocalSlack, ana: Person) -> None:
    dialog = opened(slack, ana)
    dialog = press(slack, ana, dialog, "It meets our targets on a test set")
    slack.wait_for("Recommended: ", after=dialog)
    dialog = press(slack, ana, dialog, "Back")
    dialog = press(slack, ana, dialog, "It meets our targets on a test set")
    slack.settle()
    assert len(posted(slack)) == 3, "the same end is not posted twice"


def test_somebody_elses_dialog_is_left_as_it_is(
    slack: LocalSlack, ana: Person, ben: Person
) -> None:
    dialog = opened(slack, ana)
    assert ben.press(dialog, "The quality falls short").acked
    refusal = slack.wait_for("This dialog belongs to <@U1ANA>")
    assert refusal.only_for == ben.id
    assert refusal.thread_ts == dialog.thread_ts
    assert slack.workspace.message(dialog.channel, dialog.ts) == dialog


@pytest.mark.parametrize(
    "fields",
    [
        {"v": "1999-01"},
        {"p": "prompting=perfect"},
        {"p": "nonsense=yes"},
        {"p": "facts=yes"},
        {"p": "prompting=meets,goals=no,error_source=passage_missed"},
        {"p": "prompting" + "=" * 1_300},
        {"p": write_path([Answered("prompting", "unsure")] * 40)},
        {"p": "prompting=<!channel>"},
        {"p": None},
        {"o": "U1> <!channel"},
        {"x": 1},
    ],
    ids=lambda fields: str(fields)[:30],
)
def test_a_tampered_button_is_refused_politely(
    slack: LocalSlack, ana: Person, fields: dict[str, Any]
) -> None:
    dialog = opened(slack, ana)
    with capture_logs() as logs:
        assert press_first(ana, tampered(dialog, fields=fields))
        refusal = slack.wait_for("earlier version", after=dialog)
    assert refusal.text == STALE
    assert refusal.only_for == ana.id
    assert "failure" not in [entry["event"] for entry in logs]
    assert slack.workspace.message(dialog.channel, dialog.ts) == dialog
    no_trace(slack)


def test_a_button_without_a_value_is_refused_politely(slack: LocalSlack, ana: Person) -> None:
    dialog = opened(slack, ana)
    assert press_first(ana, tampered(dialog, value=""))
    assert slack.wait_for(STALE).only_for == ana.id


@pytest.mark.parametrize(
    ("rounds", "end", "seen"),
    [(40, "", "That settles it"), (40, ",goals=no", STALE), (5, ",goals=no", "Question 2")],
)
def test_a_path_of_many_rounds_leads_to_a_message_or_a_refusal(
    slack: LocalSlack, ana: Person, rounds: int, end: str, seen: str
) -> None:
    dialog = opened(slack, ana)
    path = "prompting=meets" + ",goals=no,error_source=unsure" * rounds + end
    assert press_first(ana, tampered(dialog, fields={"p": path}))
    slack.wait_for(seen)
    no_trace(slack)


def test_the_last_choice_pressed_twice_gives_one_recommendation(
    slack: LocalSlack, ana: Person
) -> None:
    dialog = opened(slack, ana)
    for _ in range(2):
        assert ana.press(dialog, "It meets our targets on a test set", stale=True).acked
    slack.wait_for("Recommended: ")
    slack.wait_until(lambda: len(slack.calls("chat.update")) == 2, "both presses")
    assert len(posted(slack)) == 3


def test_where_a_message_cannot_be_changed_the_dialog_goes_on_in_a_new_one(
    slack: LocalSlack, ana: Person
) -> None:
    dialog = opened(slack, ana)
    slack.fail_next("chat.update", Fault(error="edit_window_closed"))
    assert ana.press(dialog, "The quality falls short").acked
    further = slack.wait_for("Question 2", after=dialog)
    assert further.thread_ts == dialog.thread_ts
    assert press(slack, ana, further, "No, the model knows enough") != further


def test_the_id_of_a_recommendation_fits_any_database(slack: LocalSlack, ana: Person) -> None:
    dialog = opened(slack, ana)
    path = "prompting=meets" + ",goals=no,error_source=unsure" * 40
    assert press_first(ana, tampered(dialog, fields={"p": path}))
    said = slack.wait_for("Recommended: ")
    assert said.metadata is not None
    assert len(said.metadata["event_payload"]["work"]) <= 100
