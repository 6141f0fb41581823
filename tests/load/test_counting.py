"""What a run counts: each thing that may go wrong is seen, and nothing else."""

from __future__ import annotations

import collections
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from bot.playground.workspace import Message
from tests.load.crowd import Asked, Crowd, CrowdedSlack
from tests.load.dialogs import Walk
from tests.load.measures import (
    Counts,
    Times,
    ack_seconds,
    answer_seconds,
    counts,
    late,
    memory,
    reaction_seconds,
    recommended,
    times,
)
from tests.load.plan import Ask, Plan, Step, schedule, some_questions, turns
from tests.load.served import Sample
from tests.load.watch import Watch

ROW = Ask(("What is LoRA?", "why?", "and QLoRA?"))


@dataclass
class Scene:
    """A crowd, and a bot whose words the test says."""

    slack: CrowdedSlack
    watch: Watch
    crowd: Crowd

    def answer(self, put: Asked, text: str = "an answer") -> Message:
        return self.say(put.channel, put.root, work=put.work, text=text)

    def say(self, channel: str, root: str | None, *, work: str, text: str) -> Message:
        app, space = self.slack.app, self.slack.workspace
        metadata = {"event_type": "adaptbot_job", "event_payload": {"work": work}}
        message = Message(
            channel, space.next_ts(), app.bot_user_id, text, thread_ts=root, metadata=metadata
        )
        return space.post(message)

    def counted(self, *walks: Walk) -> Counts:
        return counts(self.crowd.asked, self.watch, walks=walks, lost=0)


@pytest.fixture
def scene() -> Iterator[Scene]:
    with CrowdedSlack(Plan(users=2, channels=2, retry_delays=())) as slack:
        yield Scene(slack, Watch(slack), Crowd(slack))


def test_answers_in_order_count_as_answered_once(scene: Scene) -> None:
    for put in scene.crowd.ask(ROW, "steady"):
        scene.answer(put)
    found = scene.counted()
    assert (found.asked, found.answered_once) == (3, 3)
    assert (found.lost, found.doubled, found.out_of_order) == (0, 0, 0)


def test_a_question_without_an_answer_is_lost(scene: Scene) -> None:
    first, _, last = scene.crowd.ask(ROW, "steady")
    scene.answer(first)
    scene.answer(last)
    found = scene.counted()
    assert (found.answered_once, found.lost, found.out_of_order) == (2, 1, 0)


def test_a_second_answer_is_one_too_many(scene: Scene) -> None:
    [put] = scene.crowd.ask(Ask(("What is LoRA?",), direct=True), "steady")
    scene.answer(put)
    scene.answer(put)
    found = scene.counted()
    assert (found.answered_once, found.doubled) == (0, 1)


def test_an_edit_that_makes_an_answer_of_a_sign_counts_once(scene: Scene) -> None:
    [put] = scene.crowd.ask(Ask(("What is LoRA?",)), "steady")
    sign = scene.say(put.channel, put.root, work=f"{put.work}:sign", text="looking")
    answer = {"event_type": "adaptbot_job", "event_payload": {"work": put.work}}
    for text in ("an answer", "an answer with its sources"):
        sign = scene.slack.workspace.edit(sign, text=text, metadata=answer)
    found = scene.counted()
    assert (found.answered_once, found.doubled, found.lost) == (1, 0, 0)


def test_answers_in_another_order_than_the_questions_are_seen(scene: Scene) -> None:
    for put in reversed(scene.crowd.ask(ROW, "steady")):
        scene.answer(put)
    assert scene.counted().out_of_order == 1


def test_an_apology_is_counted(scene: Scene) -> None:
    [put] = scene.crowd.ask(Ask(("What is LoRA?",)), "steady")
    scene.answer(put, "Something went wrong. Reference for the admins: 1a2b")
    assert scene.counted().apologies == 1


def test_a_dialog_that_goes_back_by_itself_is_seen(scene: Scene) -> None:
    root = scene.say("C1LOAD000", None, work="w:root", text="root")
    dialog = scene.say("C1LOAD000", root.ts, work="w", text="Question 1")
    walk = Walk(scene.slack.people[0], dialog, pressed=1, ended=True)
    scene.slack.workspace.edit(dialog, text="Question 2")
    assert scene.counted(walk).steps_doubled == 0
    scene.slack.workspace.edit(dialog, text="Question 1")
    found = scene.counted(walk)
    assert (found.steps_doubled, found.recommendations_lost) == (1, 1)
    scene.say("C1LOAD000", root.ts, work="w:end", text="RAG")
    assert recommended(walk, scene.watch)


def test_times_are_taken_from_the_question_on(scene: Scene) -> None:
    [put] = scene.crowd.ask(Ask(("What is LoRA?",)), "burst")
    scene.answer(put)
    scene.slack.settle()
    answered = answer_seconds(scene.crowd.asked, scene.watch)["burst"]
    assert answered.count == 1
    assert 0 <= answered.p50 < 5
    assert reaction_seconds(scene.crowd.asked, scene.slack.calls()) == {}
    assert ack_seconds(scene.crowd.asked, scene.slack.deliveries()) == {}
    assert late(scene.crowd.asked, scene.slack.deliveries()) == 0


def test_percentiles_are_taken_from_what_was_measured() -> None:
    found = times(number / 100 for number in range(100))
    assert found == Times(100, 0.5, 0.95, 0.99, 0.99)
    assert times([]) == Times()


def test_growth_is_that_of_the_warm_bot() -> None:
    held = [Sample(at=n, start=1, resident=10**9, cpu=n) for n in range(5)]
    held += [Sample(at=n, start=2, resident=n * 10**6, cpu=n) for n in range(10, 60)]
    found = memory(held, warm=20)
    assert (found.peak, found.last, found.cpu) == (1000, 59, 63)
    assert found.slope == pytest.approx(60)
    assert found.growth == pytest.approx(54.5 / 44.5, abs=0.001)
    assert memory(held, warm=40).growth is None
    assert memory([], warm=0).held == []


def test_a_plan_mixes_questions_and_steps_at_an_even_rate() -> None:
    beats = schedule(Plan(questions=500))
    asks = [beat for beat in beats if isinstance(beat, Ask)]
    steps = [beat for beat in beats if isinstance(beat, Step)]
    assert len(beats) == 500
    assert len(steps) == 100
    assert sum(len(ask.texts) for ask in asks) == 400
    assert any(len(ask.texts) == 3 for ask in asks)
    assert any(ask.direct for ask in asks)


def test_a_seed_settles_a_plan() -> None:
    assert schedule(Plan(seed=1)) == schedule(Plan(seed=1))
    assert schedule(Plan(seed=1)) != schedule(Plan(seed=2))


def test_nobody_asks_more_than_the_bot_takes_of_one_person_within_a_minute() -> None:
    plan = Plan()
    assert plan.questions / plan.rate < 60
    asks = [*some_questions(1 + plan.idle, seed=plan.seed), *schedule(plan)]
    asked = collections.Counter[int]()
    people = turns(range(plan.users))
    for ask in asks:
        if isinstance(ask, Ask):
            asked[next(people)] += len(ask.texts)
    dialogs = len(schedule(plan)) // 5 / plan.users
    assert max(asked.values()) + dialogs <= plan.user_limit
    assert min(asked.values()) >= 5
