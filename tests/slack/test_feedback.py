"""Thumbs on answers, pressed by people; over sockets and HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from slack_sdk.models.views import View
from structlog.testing import capture_logs

from bot.errors import StoreUnavailableError
from bot.playground.calls import Fault
from bot.playground.limits import check_view
from bot.playground.person import Outcome, Person
from bot.playground.server import LocalSlack
from bot.playground.workspace import Message
from bot.services.ports import Vote
from bot.slack.feedback import Feedback, belongs
from bot.slack.feedback_blocks import CHOOSE, COMMENT_LIMIT, REASONS, SHORTEN, reason_modal
from bot.slack.outbox import Place
from tests.fakes import MemoryRecords
from tests.slack.bots import Bot
from tests.slack.conftest import WAYS
from tests.slack.parts import Way, listening, modal, modals, outbox_to
from tests.slack.said import no_trace, posted, shown

WORK = "T1:C1ADAPT:1700000000.000100"
GOOD = "Good answer"
BAD = "Bad answer"


@dataclass
class FrailRecords(MemoryRecords):
    """Records that may break."""

    broken: bool = False

    def vote(self, vote: Vote) -> None:
        if self.broken:
            raise StoreUnavailableError("disk full at /secret/place")
        super().vote(vote)


@dataclass
class Room:
    """A channel with an answer of the bot's in it, whose thumbs are listened to."""

    slack: LocalSlack
    records: FrailRecords = field(default_factory=FrailRecords)

    def answer(self, work_id: str = WORK, *, value: str | None = None) -> Message:
        """An answer; `value` is what its thumbs carry, whatever that is."""
        blocks = [thumbs(work_id, value)]
        outbox_to(self.slack).post(Place("C1ADAPT"), "an answer", blocks, work_id=work_id)
        return self.slack.messages("C1ADAPT")[-1]

    @property
    def rows(self) -> list[Vote]:
        return [*self.records.votes.values()]


def thumbs(work_id: str, value: str | None = None) -> dict[str, Any]:
    def face(label: str, opinion: str) -> dict[str, Any]:
        carried = json.dumps({"w": work_id, "o": opinion}) if value is None else value
        return {"text": {"type": "plain_text", "text": label}, "value": carried}

    pair = {
        "type": "feedback_buttons",
        "action_id": "feedback",
        "positive_button": face(GOOD, "up"),
        "negative_button": face(BAD, "down"),
    }
    return {"type": "context_actions", "elements": [pair]}


@pytest.fixture(params=sorted(WAYS))
def way(request: pytest.FixtureRequest) -> Way:
    return WAYS[request.param]


@pytest.fixture
def room(slack: LocalSlack, way: Way) -> Iterator[Room]:
    made = Room(slack)
    with listening(slack, Feedback(made.records, outbox=outbox_to(slack)), way):
        yield made


def explain(
    person: Person, view: dict[str, Any], reason: str | None, comment: str | None = None
) -> Outcome:
    """Fill the modal in and send it."""
    chosen = {"text": {"type": "plain_text", "text": "a label"}, "value": reason}
    return person.submit(
        view["id"],
        {
            "reason": {"choice": {"selected_option": chosen if reason else None}},
            "comment": {"text": {"value": comment}},
        },
    )


def test_a_thumbs_up_is_kept_and_nothing_is_said(room: Room, ana: Person) -> None:
    answer = room.answer()
    assert ana.press(answer, GOOD).acked
    assert room.rows == [Vote(WORK, ana.id, "up")]
    assert posted(room.slack) == [answer]
    assert modals(room.slack) == []


def test_a_thumbs_down_is_kept_at_once_and_asks_for_the_reason(room: Room, ana: Person) -> None:
    answer = room.answer()
    assert ana.press(answer, BAD).acked
    view = modal(room.slack)
    assert room.rows == [Vote(WORK, ana.id, "down")]
    assert view["callback_id"] == "feedback_reason"
    assert json.loads(view["private_metadata"]) == {"w": WORK}
    assert posted(room.slack) == [answer]


def test_the_modal_is_such_as_slack_takes() -> None:
    for work_id in (WORK, "T1:" + "x" * 197):
        check_view(reason_modal(work_id), "modal")
        View(**reason_modal(work_id)).validate_json()


@pytest.mark.parametrize("reason", REASONS)
def test_the_reason_is_kept_with_the_vote(room: Room, ana: Person, reason: str) -> None:
    ana.press(room.answer(), BAD)
    outcome = explain(ana, modal(room.slack), reason, "LoRA trains two matrices.")
    assert outcome.acked
    assert not outcome.answer, "the modal closes"
    assert room.rows == [Vote(WORK, ana.id, "down", reason, "LoRA trains two matrices.")]
    assert len(posted(room.slack)) == 1


def test_a_comment_is_optional(room: Room, ana: Person) -> None:
    ana.press(room.answer(), BAD)
    assert explain(ana, modal(room.slack), "wrong", None).acked
    assert room.rows == [Vote(WORK, ana.id, "down", "wrong")]


def test_a_comment_is_kept_without_what_nobody_sees(room: Room, ana: Person) -> None:
    ana.press(room.answer(), BAD)
    typed = "\n one\u200b \U000e0041<!channel>\n\n\x1b[31mtwo\u202e & <https://evil.example>\n"
    explain(ana, modal(room.slack), "other", typed)
    [row] = room.rows
    assert row.comment == "one <!channel>\n\ntwo & <https://evil.example>"
    assert "evil.example" not in json.dumps([call.args for call in room.slack.calls()])


def test_pressed_twice_it_is_one_vote(room: Room, ana: Person) -> None:
    answer = room.answer()
    ana.press(answer, GOOD)
    ana.press(answer, GOOD)
    room.slack.redeliver(room.slack.deliveries("interactive")[-1])
    assert room.rows == [Vote(WORK, ana.id, "up")]


def test_a_changed_mind_counts_and_leaves_no_reason_behind(room: Room, ana: Person) -> None:
    answer = room.answer()
    ana.press(answer, BAD)
    explain(ana, modal(room.slack), "wrong", "It is not so.")
    ana.press(answer, GOOD)
    assert room.rows == [Vote(WORK, ana.id, "up", "", "")]
    ana.press(answer, BAD)
    assert room.rows == [Vote(WORK, ana.id, "down", "", "")]


def test_each_person_has_a_vote_on_each_answer(room: Room, ana: Person, ben: Person) -> None:
    one, other = room.answer(), room.answer(f"{WORK}9")
    ana.press(one, GOOD)
    ben.press(one, BAD)
    ana.press(other, GOOD)
    assert [(row.work_id, row.user, row.opinion) for row in room.rows] == [
        (WORK, ana.id, "up"),
        (WORK, ben.id, "down"),
        (f"{WORK}9", ana.id, "up"),
    ]


def test_an_answer_that_only_one_person_sees_takes_a_vote(room: Room, ana: Person) -> None:
    work_id = "T1:C1ADAPT:1700000000000.1.abcdef"
    outbox_to(room.slack).whisper(Place("C1ADAPT"), ana.id, "an answer", [thumbs(work_id)])
    [answer] = room.slack.ephemerals(ana.id)
    assert ana.press(answer, GOOD).acked
    assert room.rows == [Vote(work_id, ana.id, "up")]


@pytest.mark.parametrize(
    "value",
    [
        "nonsense",
        "[]",
        '{"w": "T1:C1ADAPT:1700000000.000100"}',
        '{"w": "T1:C1ADAPT:1700000000.000100", "o": "sideways"}',
        '{"w": "T1:C1ADAPT:1700000000.000100", "o": "up", "user": "U1BEN"}',
        '{"w": "", "o": "up"}',
        '{"w": 7, "o": "up"}',
        json.dumps({"w": "T1:" + "x" * 198, "o": "up"}),
        '{"w": "T2:C1ADAPT:1700000000.000100", "o": "up"}',
        '{"w": "T11:C1ADAPT:1700000000.000100", "o": "down"}',
        '{"w": "T1:C1OUTSIDE:1700000000.000100", "o": "down"}',
        '{"w": "T1:D0SECRET:1700000000.000100:facts=yes", "o": "up"}',
    ],
)
def test_a_tampered_thumb_is_refused_and_logged(room: Room, ana: Person, value: str) -> None:
    answer = room.answer(value=value)
    with capture_logs() as logs:
        assert ana.press(answer, GOOD).acked
        room.slack.settle()
    assert room.rows == []
    assert modals(room.slack) == []
    assert [entry["log_level"] for entry in logs] == ["warning"]
    assert value not in json.dumps(logs)


@pytest.mark.parametrize(
    ("work_id", "channel", "fits"),
    [
        (WORK, "C1ADAPT", True),
        (WORK, "C1OTHER", False),
        (WORK, None, True),
        (f"{WORK}:facts=yes,change=often", "C1ADAPT", True),
        (f"{WORK}:facts=yes,change=often", "C1OTHER", False),
        ("T1:G1PRIVATE:1.2", "C1ADAPT", False),
        ("T1:C1ADAPT:1700000000000.1.abcdef", "C1ADAPT", True),
        ("T1:C1ADAPT:1700000000000.1.abcdef", "C1OTHER", False),
        ("T1:1700000000000.1.abcdef", "C1ADAPT", True),
        ("T1:U1ANA:1700000000.000100", "D1ANA", True),
        ("T1:U1ANA:V0123", "D1ANA", True),
        ("T2:1700000000000.1.abcdef", "C1ADAPT", False),
        ("T1", "C1ADAPT", False),
    ],
)
def test_an_answer_belongs_where_its_id_says(
    work_id: str, channel: str | None, *, fits: bool
) -> None:
    assert belongs(work_id, team="T1", channel=channel) is fits


def test_nothing_belongs_to_no_workspace() -> None:
    assert not belongs(":C1ADAPT:1.2", team="", channel=None)


@pytest.mark.parametrize(
    "metadata", ["", "nonsense", '{"w": "T2:C1:1.2"}', '{"w": "T1:x", "o": 1}']
)
def test_a_tampered_modal_is_refused_and_logged(room: Room, ana: Person, metadata: str) -> None:
    ana.press(room.answer(), BAD)
    view = modal(room.slack)
    view["private_metadata"] = metadata
    with capture_logs() as logs:
        assert explain(ana, view, "wrong").acked
    assert room.rows == [Vote(WORK, ana.id, "down")]
    assert [entry["log_level"] for entry in logs] == ["warning"]


@pytest.mark.parametrize("reason", [None, "nonsense", "up"])
def test_an_unknown_reason_is_asked_for_again(room: Room, ana: Person, reason: str | None) -> None:
    ana.press(room.answer(), BAD)
    outcome = explain(ana, modal(room.slack), reason, "a comment")
    assert outcome.answer == {"response_action": "errors", "errors": {"reason": CHOOSE}}
    assert room.rows == [Vote(WORK, ana.id, "down")]
    assert len(modals(room.slack)) == 1, "it stays open"


def test_a_comment_beyond_the_limit_is_not_cut_silently(room: Room, ana: Person) -> None:
    ana.press(room.answer(), BAD)
    view = modal(room.slack)
    outcome = explain(ana, view, "wrong", "x" * (COMMENT_LIMIT + 1))
    assert outcome.answer == {"response_action": "errors", "errors": {"comment": SHORTEN}}
    assert explain(ana, view, "wrong", "x" * COMMENT_LIMIT).acked
    assert [len(row.comment) for row in room.rows] == [COMMENT_LIMIT]


def test_a_vote_that_cannot_be_kept_is_apologised_for(room: Room, ana: Person) -> None:
    answer = room.answer()
    room.records.broken = True
    with capture_logs() as logs:
        assert ana.press(answer, GOOD).acked
        told = json.dumps(modal(room.slack)["blocks"])
    assert "Something went wrong on my side" in told
    assert reference(logs) in told
    assert "secret" not in told
    no_trace(room.slack)


def test_a_reason_that_cannot_be_kept_stays_in_the_modal(room: Room, ana: Person) -> None:
    ana.press(room.answer(), BAD)
    room.records.broken = True
    with capture_logs() as logs:
        outcome = explain(ana, modal(room.slack), "wrong", "a comment")
    assert outcome.answer is not None
    errors = outcome.answer["errors"]
    assert isinstance(errors, dict)
    assert errors["reason"].endswith(reference(logs))
    assert len(modals(room.slack)) == 1, "what was typed is not lost"
    no_trace(room.slack)


@pytest.mark.parametrize(
    "fault",
    [Fault(error="expired_trigger_id"), Fault(status=500), Fault(drop=True)],
    ids=["expired", "500", "lost"],
)
def test_a_modal_that_slack_refuses_loses_no_vote(room: Room, ana: Person, fault: Fault) -> None:
    answer = room.answer()
    room.slack.fail_next("views.open", fault)
    assert ana.press(answer, BAD).acked
    assert room.rows == [Vote(WORK, ana.id, "down")]
    assert ana.press(replace(answer), BAD).acked
    assert modal(room.slack)["callback_id"] == "feedback_reason"


def test_the_thumbs_below_a_real_answer_are_listened_to(
    bot: Bot, slack: LocalSlack, ana: Person
) -> None:
    asked = ana.say("#llm-adaptation", "@adaptbot What does LoRA train?")
    answer = slack.wait_for_reply(asked)
    assert ana.press(answer, "Helpful").acked
    assert [*bot.records.votes.values()] == [Vote(f"T1:C1ADAPT:{asked.ts}", ana.id, "up")]


def test_an_answer_that_is_shared_takes_votes_of_others(
    bot: Bot, slack: LocalSlack, ana: Person, ben: Person
) -> None:
    ana.command("/adapt", "ask What does LoRA train?", channel="#llm-adaptation")
    hidden = slack.wait_for(lambda message: "low-rank matrices" in shown(message))
    assert ana.press(hidden, "Helpful").acked
    assert ana.press(hidden, "Share to channel").acked
    shared = slack.wait_for(lambda message: message.only_for is None and "asked:" in shown(message))
    assert ben.press(shared, "Helpful").acked
    assert [vote.user for vote in bot.records.votes.values()] == [ana.id, ben.id]


def reference(logs: list[Any]) -> str:
    [failure] = [entry for entry in logs if entry["event"] == "failure"]
    return str(failure["reference"])
