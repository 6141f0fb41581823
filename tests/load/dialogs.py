"""People who go through the decision guide, one press after the other."""

from __future__ import annotations

import itertools
import queue
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from bot.playground.controls import controls
from bot.playground.errors import NeverHappenedError, PlaygroundError
from bot.playground.person import Outcome, Person
from bot.playground.workspace import Message
from tests.load.crowd import CrowdedSlack
from tests.load.questions import PROJECTS
from tests.load.watch import Said, Watch

WORKERS = 8
PATIENCE = 40.0
"""Seconds after which a step that shows no effect counts as lost."""
PAUSE_PATIENCE = 5.0
"""Seconds for which a pause waits for steps under way: longer, and they count as lost anyhow."""
THINKING = 0.3
TWICE_EVERY = 4
"""Each fourth press is a double click."""
END = "Recommended"
ELSEWHERE = (
    "back",
    "built",
    "cancel",
    "change",
    "inputs",
    "keep",
    "now",
    "remind",
    "restart",
    "stop",
    "why",
)
"""What a person who only goes on does not press."""


@dataclass(slots=True)
class Walk:
    """One dialog, as far as it went."""

    person: Person
    message: Message
    pressed: int = 0
    ended: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Of its one message."""
        return self.message.channel, self.message.ts


@dataclass(slots=True)
class Steps:
    """What became of the steps."""

    due: int = 0
    taken: int = 0
    lost: list[str] = field(default_factory=list)
    acks: list[float] = field(default_factory=list)
    """Seconds to the acknowledgement of each command and press."""
    shown: list[float] = field(default_factory=list)
    """Seconds until each step showed."""


class Dialogs:
    """Takes the steps it is given, on several dialogs at a time."""

    def __init__(self, slack: CrowdedSlack, watch: Watch, *, seed: int) -> None:
        self._slack = slack
        self._watch = watch
        self._people = itertools.cycle(reversed(slack.people))
        self._places = itertools.cycle(reversed(slack.places))
        self._due: queue.Queue[Literal["step", "end"]] = queue.Queue()
        self._gate = threading.Condition()
        self._open = True
        self._moving = 0
        self._lock = threading.Lock()
        self.steps = Steps()
        self.walks: list[Walk] = []
        self._threads = [
            threading.Thread(target=self._run, args=(seed + number,), daemon=True)
            for number in range(WORKERS)
        ]
        for thread in self._threads:
            thread.start()

    def step(self) -> None:
        """Have one more step taken, as soon as somebody is free for it."""
        self.steps.due += 1
        self._due.put("step")

    def finish(self, *, timeout: float) -> None:
        """Wait until every step is taken."""
        for _ in self._threads:
            self._due.put("end")
        end = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(end - time.monotonic(), 0))
        with self._lock:
            left = self.steps.due - self.steps.taken - len(self.steps.lost)
            self.steps.lost += ["not taken in time"] * left

    @contextmanager
    def paused(self) -> Iterator[None]:
        """No step is under way: Slack delivers commands and presses once only."""
        with self._gate:
            self._open = False
            self._gate.wait_for(lambda: self._moving == 0, timeout=PAUSE_PATIENCE)
        try:
            yield
        finally:
            with self._gate:
                self._open = True
                self._gate.notify_all()

    def _run(self, seed: int) -> None:
        chance = random.Random(seed)
        walk: Walk | None = None
        while self._due.get() == "step":
            with self._moves():
                walk = self._go_on(walk, chance)
            time.sleep(THINKING)

    @contextmanager
    def _moves(self) -> Iterator[None]:
        with self._gate:
            self._gate.wait_for(lambda: self._open)
            self._moving += 1
        try:
            yield
        finally:
            with self._gate:
                self._moving -= 1
                self._gate.notify_all()

    def _go_on(self, walk: Walk | None, chance: random.Random) -> Walk | None:
        """The dialog after one more step; None where the next step opens another one."""
        began = time.monotonic()
        try:
            walk = self._press(walk, chance) if walk else self._command(chance)
        except PlaygroundError as error:
            where = f"{walk.person.user.name}, {walk.key}: " if walk else ""
            with self._lock:
                self.steps.lost.append(f"{where}{error}")
            return None
        with self._lock:
            self.steps.taken += 1
            self.steps.shown.append(time.monotonic() - began)
        return None if walk.ended else walk

    def _command(self, chance: random.Random) -> Walk:
        with self._lock:
            person, place = next(self._people), next(self._places)
        said = self._watch.channels[place]
        before = len(said)
        outcome = person.command("/adapt", chance.choice(PROJECTS), channel=place)
        self._acknowledged(outcome, f"{person.user.name}, {place}: /adapt")

        def opened() -> list[Said]:
            return [s for s in said[before:] if _opens(s.message, person)]

        if not self._watch.wait(opened, timeout=PATIENCE):
            raise NeverHappenedError(f"{person.user.name}, {place}: /adapt opened no dialog")
        first = opened()[0].message
        walk = Walk(person, first, ended=first.text.startswith(END))
        with self._lock:
            self.walks.append(walk)
        return walk

    def _press(self, walk: Walk, chance: random.Random) -> Walk:
        message = self._slack.workspace.message(*walk.key)
        if message is None:
            raise NeverHappenedError("the dialog is gone")
        button = chance.choice(list(_onward(message)))
        texts = self._watch.texts[walk.key]
        before = len(texts)
        walk.pressed += 1
        for _ in range(2 if walk.pressed % TWICE_EVERY == 0 else 1):
            outcome = walk.person.press(message, button, stale=True)
            self._acknowledged(outcome, f"press of {button}")
        if not self._watch.wait(lambda: len(texts) > before, timeout=PATIENCE):
            raise NeverHappenedError(f"press of {button}: nothing changed")
        walk.ended = texts[-1].startswith(END)
        return walk

    def _acknowledged(self, outcome: Outcome, what: str) -> None:
        self.steps.acks.append(outcome.seconds)
        if not outcome.acked or outcome.error:
            raise NeverHappenedError(f"{what}: {outcome.error}")


def _opens(message: Message, person: Person) -> bool:
    """Whether a message is somebody's dialog, be it that a description settles it at once."""
    begun = message.text.startswith(END) and any(
        control.action_id == "guide:built" for control in controls(message.blocks)
    )
    return (begun or bool(list(_onward(message)))) and person.id in str(message.blocks)


def _onward(message: Message) -> Iterator[str]:
    """The buttons of the guide that lead further."""
    for control in controls(message.blocks):
        _, _, name = control.action_id.partition("guide:")
        if name and not name.startswith(ELSEWHERE):
            yield control.action_id
