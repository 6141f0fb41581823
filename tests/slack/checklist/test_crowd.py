"""R21: a hundred questions at the same time."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.adapters.durable import DurableWork
from bot.domain.answer import Hit, Passage
from bot.playground.person import Person
from bot.playground.server import LocalSlack
from bot.playground.workspace import Channel
from bot.services.patience import ENDLESS, Patience
from tests.fakes import ScriptedModel
from tests.slack import bots
from tests.slack.bots import Bot
from tests.slack.running import ANSWER, QUESTION, SAYS, Way, both_ways, running, told
from tests.slack.said import posted

QUESTIONS, CHANNELS, WORKERS, QUEUE = 100, 50, 4, 20
FIRST = 60
"""So many come at once before the queue is known to be full; the rest comes after that."""
PATIENCE = 60.0


@dataclass
class CountingModel(ScriptedModel):
    """Notes how many wait for it at the same time; answers nobody before `gate` is opened."""

    gate: threading.Event = field(default_factory=threading.Event)
    most: int = 0
    _now: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(
        self,
        question: str,
        *,
        passages: Sequence[Passage],
        hits: Sequence[Hit],
        patience: Patience = ENDLESS,
    ) -> str:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        try:
            self.gate.wait(PATIENCE)
            return super().write(question, passages=passages, hits=hits, patience=patience)
        finally:
            with self._lock:
                self._now -= 1


def unacknowledged(slack: LocalSlack) -> list[list[str]]:
    """Why each delivery was tried again that never arrived."""
    lost = (delivery for delivery in slack.deliveries() if not delivery.acked)
    return [[attempt.reason for attempt in delivery.attempts] for delivery in lost]


@pytest.mark.slow
@both_ways
def test_a_hundred_questions_at_once_are_each_answered_or_declined_once(
    slack: LocalSlack, ana: Person, way: Way, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bots._ThreadedServer, "request_queue_size", 2 * QUESTIONS)
    members = frozenset({ana.id, slack.app.bot_user_id})
    for number in range(CHANNELS):
        slack.workspace.add_channel(Channel(f"C2N{number}", f"room-{number}", members=members))
    settings = {"user_limit": 1_000, "queue_limit": QUEUE}
    model = CountingModel(SAYS, seconds=0.2)
    database = f"sqlite:///{tmp_path / 'work.sqlite'}"

    def work() -> DurableWork:
        return DurableWork(database=database, replica=None, workers=WORKERS)

    def ask(number: int) -> None:
        ana.say(f"room-{number % CHANNELS}", f"@adaptbot {QUESTION}")

    def declined() -> int:
        return len([words for words in told(slack, ana) if "So much is being asked" in words])

    with running(slack, way, work_for=work, bot=Bot(slack, writer=model, settings=settings)):
        for wave in (range(FIRST), range(FIRST, QUESTIONS)):
            with ThreadPoolExecutor(16) as people:
                list(people.map(ask, wave))
            slack.settle(timeout=PATIENCE)
        assert unacknowledged(slack) == []
        model.gate.set()
        slack.wait_until(
            lambda: len(posted(slack)) + declined() >= QUESTIONS, "a word to all", timeout=PATIENCE
        )
        for delivery in slack.deliveries("events_api")[:20]:
            assert slack.redeliver(delivery).acked
        slack.settle(timeout=PATIENCE)
    answers = posted(slack)
    assert all(ANSWER in message.text for message in answers)
    assert len({message.thread_ts for message in answers}) == len(answers)
    assert len(answers) + declined() == QUESTIONS
    assert declined() >= QUESTIONS - FIRST
    assert answers
    assert 1 < model.most <= WORKERS
    assert unacknowledged(slack) == []
