"""A local Slack with many people and channels in it, who ask."""

from __future__ import annotations

import copy
import itertools
import random
import threading
import time
from dataclasses import dataclass
from typing import Literal

from bot.playground.delivery import Delivery, Retry
from bot.playground.person import Person
from bot.playground.server import LocalSlack
from bot.playground.workspace import Channel, User
from tests.load.plan import Ask, Plan, turns

Phase = Literal["first", "idle", "steady", "cut", "burst"]
"""The first question of all; one by one; at the steady rate; from the power cut on; all at once."""
STEP_SECONDS = 0.05
GAP_SECONDS = 0.05
"""Between several questions in a row."""
AGAIN_SECONDS = (0.0, 0.5, 15.0)
"""After which an event comes a second time."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was put."""

    phase: Phase
    channel: str
    ts: str
    root: str
    team: str
    text: str

    @property
    def work(self) -> str:
        """Under which the bot answers it."""
        return f"{self.team}:{self.channel}:{self.ts}"

    @property
    def thread(self) -> tuple[str, str]:
        """The conversation and the thread in it."""
        return self.channel, self.root

    @property
    def at(self) -> float:
        """When, in seconds since 1970."""
        return float(self.ts)


class CrowdedSlack(LocalSlack):
    """A workspace full of people, whose events may come twice and whose calls may fail."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(retry_delays=plan.retry_delays)
        ids = [f"U1LOAD{number:03}" for number in range(plan.users)]
        for number, id_ in enumerate(ids):
            self.workspace.add_user(User(id_, f"load{number:03}", f"Load {number:03}"))
        members = frozenset({*ids, self.app.bot_user_id})
        self.places = [
            self.workspace.add_channel(
                Channel(f"C1LOAD{number:03}", f"load-{number:03}", members=members)
            ).id
            for number in range(plan.channels)
        ]
        self.people = [self.user(id_) for id_ in ids]

    def fail_share(self, share: float, *, seed: int) -> None:
        """Let a share of all Web API calls go wrong; 0 ends it."""
        self._calls.fail_share(share, seed=seed)

    def send_again(self, delivery: Delivery) -> Delivery:
        """Deliver an event once more, as a retry, without waiting for its acknowledgement."""
        payload = copy.deepcopy(delivery.payload)
        return self._deliveries.deliver("events_api", payload, first=Retry(1, "http_timeout"))


class Crowd:
    """Asks questions, each person and each channel in turn."""

    def __init__(self, slack: CrowdedSlack) -> None:
        self._slack = slack
        self._people = turns(slack.people)
        self._places = itertools.cycle(slack.places)
        self.asked: list[Asked] = []

    def ask(self, what: Ask, phase: Phase, *, apart: bool = False) -> list[Asked]:
        """Put a question, or several in a row in one thread; `apart` starts a thread for each."""
        person = next(self._people)
        channel = person.dm if what.direct else next(self._places)
        root = None
        new = []
        for number, text in enumerate(what.texts):
            if number:
                time.sleep(GAP_SECONDS)
            put = self._put(person, channel, text, phase, root=root)
            root = None if apart else put.root
            new.append(put)
        return new

    def _put(
        self, person: Person, channel: str, text: str, phase: Phase, *, root: str | None
    ) -> Asked:
        wire = text if channel == person.dm else f"@{self._slack.app.name} {text}"
        message = person.say(channel, wire, thread_ts=root)
        team = self._slack.app.team_id
        put = Asked(phase, channel, message.ts, message.thread, team, text)
        self.asked.append(put)
        return put


class Repeats:
    """Delivers every second event once more, some at once and some much later."""

    def __init__(self, slack: CrowdedSlack, *, seed: int) -> None:
        self._slack = slack
        self._chance = random.Random(seed)
        self._ending = threading.Event()
        self._waiting: list[tuple[float, Delivery]] = []
        self._own: set[int] = set()
        self._seen = 0
        self.sent: list[Delivery] = []
        self._thread = threading.Thread(target=self._run, name="repeats", daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Send at once what is still waiting, and end."""
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ending.wait(STEP_SECONDS):
            self._look()
            self._send(until=time.monotonic())
        self._send(until=float("inf"))

    def _look(self) -> None:
        known = self._slack.deliveries("events_api")
        for delivery in known[self._seen :]:
            if id(delivery) not in self._own and self._chance.random() < 1 / 2:
                wait = self._chance.choice(AGAIN_SECONDS)
                self._waiting.append((time.monotonic() + wait, delivery))
        self._seen = len(known)

    def _send(self, *, until: float) -> None:
        due = [delivery for at, delivery in self._waiting if at <= until]
        self._waiting = [(at, delivery) for at, delivery in self._waiting if at > until]
        for delivery in due:
            again = self._slack.send_again(delivery)
            self._own.add(id(again))
            self.sent.append(again)
