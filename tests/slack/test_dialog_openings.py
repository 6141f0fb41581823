"""The ways into the decision guide, and what becomes of a description; over sockets and HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.errors import ModelUnavailableError, OutOfTimeError
from bot.playground.person import Person
from bot.playground.server import LocalSlack
from bot.playground.workspace import Message
from bot.services.ports import Consultation
from bot.slack.commands import STARTING
from bot.slack.dialog_blocks import ASK_ME, NOTHING_READ, READ
from bot.slack.flowchart import INVITE, UNREAD
from bot.slack.presses import RECOMMEND_FOR
from bot.slack.steps import digest
from tests.slack.conftest import WAYS
from tests.slack.desk import (
    CHANNEL,
    FALLS_SHORT,
    SETTLED,
    WIKI,
    Desk,
    changes,
    desk_at,
    labels,
    tampered,
    value_of,
)
from tests.slack.parts import home_of
from tests.slack.running import Way, both_ways, told
from tests.slack.said import everything, in_thread, no_trace, posted, shown

WHICH = "Which method should we choose for our invoices?"
START = "Start the decision guide"


@pytest.fixture(params=sorted(WAYS))
def desk(request: pytest.FixtureRequest, slack: LocalSlack) -> Iterator[Desk]:
    with desk_at(slack, WAYS[request.param]) as made:
        yield made


def kept_of(desk: Desk, dialog: Message) -> Consultation:
    """What is kept about a dialog."""
    name = value_of(dialog, "guide:unsure")["d"]
    kept = desk.bot.records.consultation(name)
    assert kept is not None
    return kept


def test_the_command_opens_the_guide_in_a_thread_of_its_own(
    desk: Desk, slack: LocalSlack, ana: Person
) -> None:
    dialog = desk.opened(ana)
    root, first = slack.messages("C1ADAPT")
    assert root.thread_ts is None
    assert "<@U1ANA> opened the decision guide" in root.text
    assert first == dialog
    assert dialog.thread_ts == root.ts
    assert "for <@U1ANA>" in shown(dialog)
    assert dialog.text.startswith("Question 1 of at most 8")
    assert READ not in shown(dialog)
    assert NOTHING_READ not in shown(dialog)


def test_the_command_works_in_a_direct_message(desk: Desk, ana: Person) -> None:
    assert desk.opened(ana, channel=ana.dm).channel == ana.dm


def test_a_command_delivered_twice_opens_one_guide(
    desk: Desk, slack: LocalSlack, ana: Person
) -> None:
    desk.opened(ana, WIKI)
    slack.redeliver(slack.deliveries("slash_commands")[-1])
    desk.done()
    assert len(posted(slack)) == 2


def test_what_a_description_says_is_not_asked(desk: Desk, ana: Person) -> None:
    dialog = desk.opened(ana, WIKI)
    assert dialog.text.startswith("Question 1 of at most 8")
    for seen in (dialog, dialog := desk.pressed(ana, dialog, FALLS_SHORT)):
        words = shown(seen)
        assert READ in words
        assert NOTHING_READ not in words
        for label in ("Often, monthly or faster", "Yes, private, recent or specialist facts"):
            assert words.count(f"{label}*\\n_from “changes daily”_") == 1, "one of them is implied"
        assert "Hardly any, under about 50*\\n_from “no labelled data”_" in words
    assert "With the right facts" in dialog.text, "facts and change are not asked"
    assert dialog.text.startswith("Question 4 of at most")
    assert changes(dialog) == ["guide:change:0", "guide:change:1", "guide:change:2"]
    assert labels(dialog).count(ASK_ME) == 1
    kept = kept_of(desk, dialog)
    assert (kept.description, kept.user) == (WIKI, ana.id)
    assert {(a.step, a.choice, a.read_from) for a in kept.read} == {
        ("facts", "yes", "changes daily"),
        ("change", "often", "changes daily"),
        ("examples", "hardly_any", "no labelled data"),
    }


def test_what_was_read_for_a_later_question_is_asked_instead_where_it_is_wrong(
    desk: Desk, ana: Person
) -> None:
    dialog = desk.opened(ana, WIKI)
    assert labels(dialog)[:3] == [ASK_ME] * 3
    dialog = desk.pressed(ana, dialog, "guide:keep:change")
    assert dialog.text.startswith("Question 1 of at most 8"), "it is asked when it comes up"
    assert "Often, monthly or faster" not in shown(dialog)
    dialog = desk.pressed(ana, dialog, FALLS_SHORT)
    assert dialog.text.startswith("Question 3 of at most 8: How often do these facts change?")
    dialog = desk.pressed(ana, dialog, "Hardly ever")
    assert "from “changes daily”" in shown(dialog), "of the facts"
    assert "Hardly ever*\\n_from" not in shown(dialog)


def test_what_was_read_comes_first_where_the_first_question_is_answered(
    desk: Desk, ana: Person
) -> None:
    desk.bot.reader.says = {"gave up on prompts": ("prompting", "falls_short")}
    dialog = desk.opened(ana, "we gave up on prompts")
    assert dialog.text.startswith("Question 2 of at most 8")
    words = shown(dialog)
    order = [words.index(part) for part in (READ, "from “gave up on prompts”", "2 of at most 8")]
    assert order == sorted(order)
    dialog = desk.pressed(ana, dialog, "guide:change:0")
    assert "being changed" in shown(dialog)
    dialog = desk.pressed(ana, dialog, "Not tried properly, or never measured")
    assert "from “gave up" not in shown(dialog), "it is no longer as read"


def test_a_description_that_says_nothing_is_met_with_all_questions(desk: Desk, ana: Person) -> None:
    dialog = desk.opened(ana, "something with AI")
    assert NOTHING_READ in shown(dialog)
    assert dialog.text.startswith("Question 1 of at most 8")
    dialog = desk.pressed(ana, dialog, FALLS_SHORT)
    assert NOTHING_READ not in shown(dialog)
    assert NOTHING_READ not in shown(desk.pressed(ana, dialog, "Back")), "said once"


def test_a_description_that_settles_everything_is_met_with_one_recommendation(
    desk: Desk, slack: LocalSlack, ana: Person
) -> None:
    dialog = desk.opened(ana, SETTLED)
    assert "That settles it: Stay with prompting." in shown(dialog)
    assert "from “reaches our goal”" in shown(dialog)
    first, background = desk.recommended(dialog)
    assert first.text.startswith("Recommended: Stay with prompting")
    assert "from “reaches our goal”" in shown(background)
    slack.redeliver(slack.deliveries("slash_commands")[-1])
    [opening] = desk.work.of("dialog")
    desk.work.repeat(opening)
    desk.done()
    assert len(posted(slack)) == 5, "root, dialog, two messages and the files"
    assert len(desk.bot.records.recommended) == 1


@pytest.mark.parametrize("text", ["recommend", "please recommend a method!", "advise us"])
def test_a_mention_in_a_thread_opens_the_guide_in_that_thread(
    desk: Desk, slack: LocalSlack, ana: Person, ben: Person, text: str
) -> None:
    root = ben.say(CHANNEL, "how shall we adapt a model?")
    asked = ana.say(CHANNEL, f"@adaptbot {text}", thread_ts=root.ts)
    dialog = slack.wait_for_reply(asked)
    desk.done()
    assert dialog.thread_ts == root.ts
    assert "for <@U1ANA>" in shown(dialog)
    assert in_thread(slack, root) == [dialog]


def test_a_mention_with_a_description_is_read(desk: Desk, ana: Person, ben: Person) -> None:
    root = ben.say(CHANNEL, "how shall we adapt a model?")
    asked = ana.say(CHANNEL, f"@adaptbot recommend us a method for {WIKI}", thread_ts=root.ts)
    desk.done()
    dialog = desk.dialog(after=asked)
    assert dialog.thread_ts == root.ts
    assert kept_of(desk, dialog).description == f"for {WIKI}"
    assert "from “changes daily”" in shown(desk.pressed(ana, dialog, FALLS_SHORT))


def test_a_direct_message_opens_the_guide_with_its_description(desk: Desk, ana: Person) -> None:
    dialog = desk.asked(ana, f"recommend a method: {WIKI}")
    assert dialog.text.startswith("Question 1 of at most 8")
    assert kept_of(desk, dialog).description == WIKI


def test_the_home_tab_opens_the_guide_in_the_direct_message(
    desk: Desk, slack: LocalSlack, ana: Person
) -> None:
    assert ana.press_view(home_of(slack, ana), START).acked
    desk.done()
    dialog = desk.dialog()
    assert dialog.channel == ana.dm
    assert NOTHING_READ not in shown(dialog)


def test_the_shortcut_opens_the_guide_for_somebody_else_s_message_in_its_thread(
    desk: Desk, slack: LocalSlack, ana: Person, ben: Person
) -> None:
    said = ben.say(CHANNEL, WIKI)
    assert ana.shortcut(RECOMMEND_FOR, said).acked
    desk.done()
    [dialog] = in_thread(slack, said)
    assert "for <@U1ANA>" in shown(dialog)
    assert (kept_of(desk, dialog).description, kept_of(desk, dialog).user) == (WIKI, ana.id)
    slack.redeliver(slack.deliveries("interactive")[-1])
    desk.done()
    assert in_thread(slack, said) == [dialog]
    reply = ben.say(CHANNEL, "that is all", thread_ts=said.ts)
    assert ana.shortcut(RECOMMEND_FOR, reply).acked
    desk.done()
    assert len(in_thread(slack, said)) == 2, "a message inside a thread, in that thread"


def test_the_shortcut_for_a_message_without_words_asks_everything(
    desk: Desk, slack: LocalSlack, ana: Person, ben: Person
) -> None:
    said = ben.say(CHANNEL, "look at this picture")
    assert ana.shortcut(RECOMMEND_FOR, replace(said, text="", blocks=())).acked
    desk.done()
    [dialog] = in_thread(slack, said)
    assert dialog.text.startswith("Question 1 of at most 8")
    assert NOTHING_READ not in shown(dialog)


def test_the_refused_question_of_the_same_person_is_the_description(
    desk: Desk, slack: LocalSlack, ana: Person, ben: Person
) -> None:
    desk.bot.reader.says = {"for our invoices": ("facts", "no")}
    refusal = slack.wait_for_reply(ana.say(CHANNEL, f"@adaptbot {WHICH}"))
    about: list[str] = []
    for person in (ana, ben):
        before = len(in_thread(slack, refusal))
        assert person.press(refusal, START).acked
        desk.done()
        dialog = in_thread(slack, refusal)[before]
        about.append(kept_of(desk, dialog).description)
    assert about == [WHICH, ""], "nobody else's question is used"


def remembered(desk: Desk, asked: str, person: Person, question: str) -> None:
    """A question that was refused and kept."""
    kept = Consultation(digest(asked), "T1:C1ADAPT:1.0", person.id, question)
    desk.bot.records.keep_consultation(kept)


@pytest.mark.parametrize(
    ("asked", "about"),
    [
        ("T1:C1ADAPT:1.0", WIKI),
        ("T1:C1GENERAL:1.0", ""),
        ("T2:C1ADAPT:1.0", ""),
        ("T1:C1ADAPT:2.0", ""),
        ("T1:C1ADAPT:3.0", ""),
        ("", ""),
        ("x" * 1_900, ""),
    ],
)
def test_a_question_of_another_place_or_person_is_no_description(
    desk: Desk, slack: LocalSlack, ana: Person, ben: Person, asked: str, about: str
) -> None:
    for name in ("T1:C1ADAPT:1.0", "T1:C1GENERAL:1.0", "T2:C1ADAPT:1.0"):
        remembered(desk, name, ana, WIKI)
    remembered(desk, "T1:C1ADAPT:3.0", ben, WIKI)
    refusal = slack.wait_for_reply(ana.say(CHANNEL, f"@adaptbot {WHICH}"))
    assert ana.press(tampered_guide(refusal, asked), START, stale=True).acked
    desk.done()
    dialog = in_thread(slack, refusal)[1]
    assert kept_of(desk, dialog).description == about


def tampered_guide(refusal: Message, asked: str) -> Message:
    return tampered(replace(refusal, blocks=_guide_only(refusal)), START, value=asked)


def _guide_only(refusal: Message) -> tuple[dict[str, object], ...]:
    """The block with the guide's button; the other buttons carry other things."""
    return tuple(block for block in refusal.blocks if "open_guide" in str(block))


@pytest.mark.parametrize(
    "error",
    [
        ModelUnavailableError("api key sk-secret refused"),
        OutOfTimeError("too slow"),
        RuntimeError("bug at /secret/place"),
    ],
)
def test_where_a_description_cannot_be_read_everything_is_asked_and_nothing_lost(
    desk: Desk, slack: LocalSlack, ana: Person, error: Exception
) -> None:
    desk.bot.reader.broken = error
    with capture_logs():
        dialog = desk.opened(ana, WIKI)
    assert UNREAD in shown(dialog)
    assert NOTHING_READ not in shown(dialog)
    assert dialog.text.startswith("Question 1 of at most 8")
    assert WIKI in shown(slack.messages("C1ADAPT")[0])
    assert kept_of(desk, dialog).description == WIKI
    assert "secret" not in everything(slack)
    no_trace(slack)
    desk.bot.reader.broken = None
    assert UNREAD not in shown(desk.pressed(ana, dialog, FALLS_SHORT))


LIVE = "a <!channel> bot & @ben @here <https://evil.example|docs> a < b"


def test_a_description_is_quoted_inertly(desk: Desk, slack: LocalSlack, ana: Person) -> None:
    desk.opened(ana, LIVE)
    quoted = slack.messages("C1ADAPT")[0].blocks[0]["text"]
    assert quoted["verbatim"] is True
    assert quoted["text"].splitlines()[1] == (
        ">a &lt;!channel&gt; bot &amp; &lt;@U1BEN&gt; &lt;!here&gt; docs a &lt; b"
    )


def test_nothing_of_a_description_is_live_anywhere(
    desk: Desk, slack: LocalSlack, ana: Person
) -> None:
    words = "<!channel> @ben <https://evil.example|x> *meets* \u202egoals [1]"
    desk.bot.reader.says = {"*meets*": ("prompting", "meets"), "<!channel>": ("facts", "no")}
    dialog = desk.opened(ana, words)
    desk.recommended(dialog)
    said = everything(slack)
    for alive in ("<!", "<@U1BEN", "<https://evil", "evil.example", "\u202e"):
        assert alive not in said, alive


@pytest.mark.parametrize("text", ["<&>" * 1_000, "wiki & <b> " * 600, "x" * 7_900])
def test_a_long_description_is_quoted_in_blocks_that_slack_takes(
    desk: Desk, slack: LocalSlack, ana: Person, text: str
) -> None:
    dialog = desk.opened(ana, text)
    root = slack.messages("C1ADAPT")[0]
    assert len(root.blocks) >= 1, "Slack did not refuse them"
    assert "opened the decision guide" in shown(root)
    assert len(kept_of(desk, dialog).description) > 2_900, "all of it is kept"


def test_a_channel_without_the_bot_is_told_how_to_invite_it(
    desk: Desk, slack: LocalSlack, ana: Person, ben: Person
) -> None:
    assert ana.command("/adapt", WIKI, channel="#not-a-member").acked
    invitation = slack.wait_for("/invite")
    assert invitation.text == INVITE
    assert invitation.only_for == ana.id
    said = ben.say("#not-a-member", WIKI)
    assert ana.shortcut(RECOMMEND_FOR, said).acked
    desk.done()
    assert sorted(told(slack, ana)) == sorted([STARTING, INVITE, INVITE])
    assert posted(slack) == []


@both_ways
def test_with_records_lost_the_dialog_works_and_only_the_words_are_gone(
    slack: LocalSlack, ana: Person, way: Way
) -> None:
    with desk_at(slack, way) as desk:
        dialog = desk.opened(ana, WIKI)
        desk.bot.records.consultations.clear()
        dialog = desk.pressed(ana, dialog, FALLS_SHORT)
    assert "Often, monthly or faster*" in shown(dialog)
    assert "from “" not in shown(dialog)
    assert "Why we ask" in labels(dialog)
