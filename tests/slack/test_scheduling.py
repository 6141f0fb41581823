"""A message is planned once, and comes in its thread with its buttons."""

from __future__ import annotations

import time

import pytest
from structlog.testing import capture_logs

from bot.errors import BusyError, UndeliverableError
from bot.playground.calls import Fault
from bot.playground.person import Person
from bot.playground.server import LocalSlack
from bot.slack.blocks import section
from bot.slack.clients import web_client
from bot.slack.outbox import Place
from bot.slack.scheduling import Scheduling

SCHEDULE, LIST = "chat.scheduleMessage", "chat.scheduledMessages.list"
CHANNEL = "C1ADAPT"
PLACE = Place(CHANNEL)
TEXT = "<@U1ANA> Goals met? &lt;90 %&gt;"
BLOCKS = [section("Goals met?")]
DAY = 86_400


@pytest.fixture
def scheduling(slack: LocalSlack) -> Scheduling:
    return Scheduling(web_client(slack.app.bot_token, base_url=slack.api_url))


def soon(days: int = 14) -> int:
    return int(time.time()) + days * DAY


def test_a_planned_message_comes_in_its_thread_with_its_blocks(
    slack: LocalSlack, ana: Person, scheduling: Scheduling
) -> None:
    asked = ana.say(CHANNEL, "hello")
    scheduling.schedule(Place(CHANNEL, asked.ts), soon(), TEXT, BLOCKS)
    assert slack.pass_time(13 * DAY) == []
    [posted] = slack.pass_time(DAY)
    assert (posted.thread_ts, posted.text) == (asked.ts, TEXT)
    assert posted.blocks[0]["text"] == BLOCKS[0]["text"]
    [call] = slack.calls(SCHEDULE)
    assert "metadata" not in call.args, "Slack never posts what is planned with metadata"
    for name in ("unfurl_links", "unfurl_media", "link_names"):
        assert call.args[name] is False


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=429, retry_after=1),
        Fault(drop=True, applied=True),
        Fault(drop=True),
        Fault(status=500, applied=True),
        Fault(error="internal_error", applied=True),
        Fault(status=503),
    ],
    ids=["rate limit", "lost after", "lost before", "500 after", "own trouble after", "503 before"],
)
def test_a_message_is_planned_once_whatever_happens_on_the_way(
    slack: LocalSlack, scheduling: Scheduling, fault: Fault
) -> None:
    slack.fail_next(SCHEDULE, fault)
    made = scheduling.schedule(PLACE, soon(), TEXT, BLOCKS)
    assert [one.id for one in slack.scheduled()] == [made]


def test_the_same_plan_is_found_and_another_is_not(
    slack: LocalSlack, scheduling: Scheduling
) -> None:
    at = soon()
    first = scheduling.schedule(PLACE, at, TEXT, BLOCKS, again=True)
    assert scheduling.schedule(PLACE, at, f" {TEXT}\n", BLOCKS, again=True) == first
    others = [
        scheduling.schedule(PLACE, at, "Goals met, Ben?", BLOCKS, again=True),
        scheduling.schedule(PLACE, at + 1, TEXT, BLOCKS, again=True),
        scheduling.schedule(Place("C1GENERAL"), at, TEXT, BLOCKS, again=True),
        scheduling.schedule(PLACE, at, TEXT, BLOCKS),
    ]
    assert len({first, *others}) == 5
    assert len(slack.scheduled()) == 5


def test_a_list_that_cannot_be_read_does_not_keep_a_message_from_being_planned(
    slack: LocalSlack, scheduling: Scheduling
) -> None:
    slack.fail_next(LIST, Fault(error="missing_scope"))
    scheduling.schedule(PLACE, soon(), TEXT, BLOCKS, again=True)
    assert len(slack.scheduled()) == 1


@pytest.mark.parametrize(
    ("place", "days", "code"),
    [
        (PLACE, -1, "time_in_past"),
        (PLACE, 121, "time_too_far"),
        (Place("C1OUTSIDE"), 14, "not_in_channel"),
        (Place("U1ANA"), 14, "channel_not_found"),
    ],
)
def test_what_slack_refuses_for_good_is_not_tried_again(
    slack: LocalSlack, scheduling: Scheduling, place: Place, days: int, code: str
) -> None:
    with pytest.raises(UndeliverableError, match=code):
        scheduling.schedule(place, soon(days), TEXT, BLOCKS)
    assert len(slack.calls(SCHEDULE)) == 1


def test_too_many_plans_at_one_time_are_refused(slack: LocalSlack, scheduling: Scheduling) -> None:
    slack.fail_next(SCHEDULE, Fault(error="restricted_too_many"))
    with pytest.raises(UndeliverableError, match="restricted_too_many"):
        scheduling.schedule(PLACE, soon(), TEXT, BLOCKS)


def test_a_long_rate_limit_is_left_to_the_queue(slack: LocalSlack, scheduling: Scheduling) -> None:
    slack.fail_next(SCHEDULE, Fault(status=429, retry_after=600))
    with pytest.raises(BusyError):
        scheduling.schedule(PLACE, soon(), TEXT, BLOCKS)


def test_where_slack_refuses_the_blocks_the_text_is_planned(
    slack: LocalSlack, scheduling: Scheduling
) -> None:
    with capture_logs():
        scheduling.schedule(PLACE, soon(), TEXT, [{"type": "marquee"}])
    [one] = slack.scheduled()
    assert (one.content.text, one.content.blocks) == (TEXT, ())
