"""Being reminded to test again: planned once, and gone on from with the earlier answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.playground.calls import Fault
from bot.playground.person import Outcome, Person
from bot.playground.server import LocalSlack
from bot.playground.workspace import Message
from bot.services.ports import Job
from bot.slack.afterwards import NOT_PLANNED, REMINDER, TOO_FAR, TOO_SOON
from bot.slack.report_blocks import REMIND_ME
from bot.slack.steps import STALE, TOO_LONG
from tests.fakes import QueuedWork
from tests.slack.conftest import WAYS
from tests.slack.desk import RAG, Desk, content, desk_at, labels, pressed_stale, tampered
from tests.slack.parts import modals
from tests.slack.running import running, told
from tests.slack.said import no_trace, shown

DAY = 86_400
SCHEDULE = "chat.scheduleMessage"


@pytest.fixture(params=sorted(WAYS))
def desk(request: pytest.FixtureRequest, slack: LocalSlack) -> Iterator[Desk]:
    with desk_at(slack, WAYS[request.param]) as made:
        yield made


@pytest.fixture
def over_http(slack: LocalSlack) -> Iterator[Desk]:
    """For what does not depend on the way."""
    with desk_at(slack, WAYS["http"]) as made:
        yield made


def ended(desk: Desk, person: Person) -> tuple[Message, Message]:
    """A dialog at its end, and the message with the reminder's button."""
    dialog = desk.walked(person, desk.mentioned(person), RAG)
    return dialog, desk.recommended(dialog)[1]


def chosen(person: Person, view: dict[str, Any], seconds: float | None) -> Outcome:
    """What came of choosing a time so many seconds ahead."""
    at = None if seconds is None else int(time.time() + seconds)
    outcome = person.submit(view["id"], {"when": {"when": {"selected_date_time": at}}})
    assert outcome.acked
    return outcome


def test_a_reminder_asks_in_the_thread_and_goes_on_with_the_earlier_answers(
    desk: Desk, slack: LocalSlack, ana: Person, ben: Person
) -> None:
    dialog, background = ended(desk, ana)
    view = desk.modal(ana, background, REMIND_ME)
    [field] = view["blocks"]
    proposed = field["element"]["initial_date_time"] - time.time()
    assert 13.9 * DAY < proposed <= 14 * DAY
    assert not chosen(ana, view, 14 * DAY).answer
    desk.done()
    assert modals(slack) == []
    [plan] = slack.scheduled()
    assert plan.thread_ts == dialog.thread_ts
    [words] = told(slack, ana)
    assert words.startswith(f"I shall ask in this thread on <!date^{plan.post_at}^")
    assert slack.pass_time(13 * DAY) == []
    [posted] = slack.pass_time(2 * DAY)
    assert posted.thread_ts == dialog.thread_ts
    assert posted.text == "<@U1ANA> It is time to test again, as was planned here."
    assert "Does it meet the goals" in shown(posted)
    assert "*Often, monthly or faster*" in shown(posted)
    assert ben.press(posted, "No, it falls short").acked
    desk.tells(ben, 1)
    assert "belongs to <@U1ANA>" in told(slack, ben)[0]
    on = desk.pressed(ana, posted, "No, it falls short")
    assert "Where do the errors come from?" in on.text
    assert "Earlier: " in shown(on)
    said = len(desk.beside(dialog))
    on = desk.pressed(ana, on, "The facts were there, but the behaviour was wrong")
    on = desk.walked(ana, on, "examples=some,team=all,full_or_peft=no")
    assert "That settles it: Retrieval for the facts, PEFT for the behaviour" in shown(on)
    assert len(desk.beside(dialog)) == said + 3
    assert content(desk.now(dialog)) == content(dialog), "the first message stays as it was"


def test_a_reminder_that_is_left_as_it_is_reports_nothing_anew(
    desk: Desk, slack: LocalSlack, ana: Person
) -> None:
    dialog, background = ended(desk, ana)
    chosen(ana, desk.modal(ana, background, REMIND_ME), 3_600)
    desk.done()
    [posted] = slack.pass_time(2 * 3_600)
    said = [m for m in desk.beside(dialog) if m.ts != posted.ts]
    left = desk.pressed(ana, posted, "Leave it as it is")
    assert "We have built it" in labels(left)
    assert [m for m in desk.beside(dialog) if m.ts != posted.ts] == said


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (60, TOO_SOON),
        (-DAY, TOO_SOON),
        (None, TOO_SOON),
        (119 * DAY + 3_600, TOO_FAR),
        (4_000 * DAY, TOO_FAR),
    ],
)
def test_a_time_that_cannot_be_is_refused_at_its_field(
    over_http: Desk, slack: LocalSlack, ana: Person, seconds: float | None, words: str
) -> None:
    view = over_http.modal(ana, ended(over_http, ana)[1], REMIND_ME)
    outcome = chosen(ana, view, seconds)
    assert outcome.answer == {"response_action": "errors", "errors": {"when": words}}
    assert len(modals(slack)) == 1, "it stays open"
    over_http.done()
    assert slack.calls(SCHEDULE) == []
    assert not chosen(ana, view, 400).answer
    over_http.done()
    assert len(slack.scheduled()) == 1


@pytest.mark.parametrize("again", ["redelivered", "after a crash"])
def test_a_reminder_is_planned_once(desk: Desk, slack: LocalSlack, ana: Person, again: str) -> None:
    chosen(ana, desk.modal(ana, ended(desk, ana)[1], REMIND_ME), DAY)
    desk.done()
    if again == "redelivered":
        assert slack.redeliver(slack.deliveries("interactive")[-1]).acked
    else:
        [job] = desk.work.of(REMINDER)
        desk.work.repeat(job)
    desk.done()
    assert len(slack.scheduled()) == 1


def test_nobody_else_is_asked_when(desk: Desk, slack: LocalSlack, ana: Person, ben: Person) -> None:
    _, background = ended(desk, ana)
    assert ben.press(background, REMIND_ME).acked
    desk.tells(ben, 1)
    assert "belongs to <@U1ANA>" in told(slack, ben)[0]
    assert modals(slack) == []


@pytest.mark.parametrize("code", ["restricted_too_many", "not_in_channel", "time_in_past"])
def test_where_slack_plans_nothing_the_person_is_told(
    over_http: Desk, slack: LocalSlack, ana: Person, code: str
) -> None:
    view = over_http.modal(ana, ended(over_http, ana)[1], REMIND_ME)
    slack.fail_next(SCHEDULE, Fault(error=code))
    with capture_logs():
        assert not chosen(ana, view, DAY).answer
        over_http.done()
    assert told(slack, ana) == [NOT_PLANNED]
    assert slack.scheduled() == []
    no_trace(slack)


def test_a_dialog_that_can_hold_no_more_answers_is_not_planned(
    over_http: Desk, slack: LocalSlack, ana: Person
) -> None:
    _, background = ended(over_http, ana)

    def answered(times: int) -> bool:
        return len(modals(slack)) + len(told(slack, ana)) == times

    for number, rounds in enumerate(range(12, 16), start=1):
        path = RAG + ",goals=no,error_source=unsure" * rounds
        other = tampered(background, REMIND_ME, p=path)
        with capture_logs():
            assert pressed_stale(ana, other, REMIND_ME).acked
            slack.wait_until(partial(answered, number), "an answer")
    assert len(modals(slack)) == 2, "as long as they hold the next answers"
    assert told(slack, ana) == [TOO_LONG, STALE]
    no_trace(slack)


class Full(QueuedWork):
    """Work that keeps no reminder."""

    def submit(self, job: Job) -> None:
        if job.kind == REMINDER:
            raise RuntimeError("disk full at /secret/place")
        super().submit(job)


@pytest.mark.parametrize("way", sorted(WAYS))
def test_a_reminder_that_cannot_be_kept_stays_in_the_modal(
    slack: LocalSlack, ana: Person, way: str
) -> None:
    with desk_at(slack, WAYS[way]) as desk:
        _, background = ended(desk, ana)
        bot = desk.bot
    other = Desk(slack, bot, Full())
    with running(slack, WAYS[way], work_for=lambda: other.work, bot=bot), capture_logs():
        view = other.modal(ana, background, REMIND_ME)
        answer = chosen(ana, view, DAY).answer
    assert answer is not None
    assert "Something went wrong on my side" in str(answer["errors"])
    assert len(modals(slack)) == 1
    no_trace(slack)
