"""One run: idle, a steady rate with a power cut in the middle, then a burst."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.playground.delivery import Delivery
from tests.load.crowd import Asked, Crowd, CrowdedSlack, Phase, Repeats
from tests.load.dialogs import Dialogs
from tests.load.measures import recommended
from tests.load.plan import Ask, Database, Plan, Step, schedule, some_questions
from tests.load.report import Report, report
from tests.load.served import LoadedServing, database_url
from tests.load.watch import Watch
from tests.slack.process import Mode

ACK_PATIENCE = 10.0
"""Seconds for which the power cut waits for events that have to stay in order."""
PATIENCE = 60.0
QUIET_SECONDS = 2.0
"""Without a word from the bot, and the run is over."""


class Clock:
    """What is left of the time that a run may take."""

    def __init__(self, limit: float) -> None:
        self._end = time.monotonic() + limit

    def at_most(self, seconds: float) -> float:
        """That many seconds, or what is left."""
        return max(min(seconds, self._end - time.monotonic()), 0.0)


class PowerCut:
    """Kills the bot, starts it again, and knows how far that is."""

    def __init__(
        self,
        bot: LoadedServing,
        *,
        slack: CrowdedSlack,
        dialogs: Dialogs,
        watch: Watch,
        clock: Clock,
    ) -> None:
        self._bot = bot
        self._slack = slack
        self._dialogs = dialogs
        self._watch = watch
        self._clock = clock
        self._failed: BaseException | None = None
        self._thread: threading.Thread | None = None
        self.near = False
        """About to come, or not over: questions in one thread could be delivered out of order."""
        self.happened = False
        self.seconds = 0.0
        """From the kill to the first answer after the restart."""
        self.replayed = 0
        """Events whose retries had run out by then, and which Slack delivers all the same."""

    def begin(self) -> None:
        """Let it happen, in a thread of its own."""
        self.near = True
        self._thread = threading.Thread(target=self._run, name="power cut", daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Wait until it is over; raises what went wrong with the restart."""
        if self._thread:
            self._thread.join()
        if self._failed:
            raise self._failed

    def _run(self) -> None:
        try:
            before = self._slack.deliveries()
            self._watch.wait(
                lambda: all(delivery.finished for delivery in before),
                timeout=self._clock.at_most(ACK_PATIENCE),
            )
            with self._dialogs.paused():
                self._cut()
        except BaseException as error:  # noqa: BLE001 - raised again where the run is waited for
            self._failed = error
        finally:
            self.near = False

    def _cut(self) -> None:
        self.happened, began = True, time.monotonic()
        before = {id(delivery) for delivery in self._given_up()}
        self._bot.kill()
        self._bot.start()
        ready = time.time()
        self._watch.wait(lambda: self._watch.last > ready, timeout=self._clock.at_most(PATIENCE))
        self.seconds, self._bot.warm = time.monotonic() - began, time.time()
        for delivery in self._given_up():
            if id(delivery) not in before:
                self._slack.send_again(delivery)
                self.replayed += 1

    def _given_up(self) -> list[Delivery]:
        known = self._slack.deliveries("events_api")
        return [delivery for delivery in known if delivery.finished and not delivery.acked]


class Run:
    """Everything that takes part in one run."""

    def __init__(self, plan: Plan, slack: CrowdedSlack, bot: LoadedServing) -> None:
        self._plan = plan
        self._slack = slack
        self._bot = bot
        self._clock = Clock(plan.limit)
        self._watch = Watch(slack)
        self._crowd = Crowd(slack)
        self._dialogs = Dialogs(slack, self._watch, seed=plan.seed)
        self._cut = PowerCut(
            bot, slack=slack, dialogs=self._dialogs, watch=self._watch, clock=self._clock
        )

    def all(self, tell: Callable[[str], None]) -> Report:
        """Go through every phase; `tell` hears of each."""
        plan = self._plan
        tell("starting the bot")
        self._bot.start()
        self._one_by_one(some_questions(1, seed=plan.seed), "first")
        self._bot.warm = time.time()
        tell(f"idle: {plan.idle} questions, one after the other")
        self._one_by_one(some_questions(plan.idle, seed=plan.seed), "idle")
        self._slack.fail_share(plan.fault_share, seed=plan.seed)
        repeats = Repeats(self._slack, seed=plan.seed)
        tell(f"steady: {plan.questions} questions and steps, {plan.rate:g} a second")
        self._steady(schedule(plan))
        tell("waiting for what is left")
        self._cut.finish()
        self._dialogs.finish(timeout=self._clock.at_most(PATIENCE))
        self._until_answered(self._crowd.asked)
        tell(f"burst: {plan.burst} questions at once")
        for ask in some_questions(plan.burst, seed=plan.seed + 1):
            self._crowd.ask(ask, "burst")
        self._until_answered(self._crowd.asked)
        tell("waiting for anything too much")
        repeats.finish()
        self._until_quiet()
        return self._report(repeats)

    def _one_by_one(self, asks: Sequence[Ask], phase: Phase) -> None:
        for ask in asks:
            self._until_answered(self._crowd.ask(ask, phase))

    def _steady(self, beats: Sequence[Ask | Step | None]) -> None:
        began = time.monotonic()
        for number, beat in enumerate(beats):
            if self._plan.kill and number == len(beats) // 2:
                self._cut.begin()
            time.sleep(max(began + number / self._plan.rate - time.monotonic(), 0))
            match beat:
                case Ask():
                    phase: Phase = "cut" if self._cut.happened else "steady"
                    self._crowd.ask(beat, phase, apart=self._cut.near)
                case Step():
                    self._dialogs.step()

    def _until_answered(self, asked: Sequence[Asked]) -> None:
        left = {put.work for put in asked}

        def answered() -> bool:
            left.difference_update([work for work in left if work in self._watch.answers])
            return not left

        self._watch.wait(answered, timeout=self._clock.at_most(PATIENCE))

    def _until_quiet(self) -> None:
        def quiet() -> bool:
            recommendations = all(
                recommended(w, self._watch) for w in self._dialogs.walks if w.ended
            )
            done = all(delivery.finished for delivery in self._slack.deliveries())
            return recommendations and done and time.time() - self._watch.last > QUIET_SECONDS

        end = self._clock.at_most(PATIENCE) + time.monotonic()
        while not quiet() and time.monotonic() < end:
            self._watch.wait(lambda: False, timeout=QUIET_SECONDS / 4)

    def _report(self, repeats: Repeats) -> Report:
        return report(
            self._slack,
            self._watch,
            asked=self._crowd.asked,
            dialogs=self._dialogs,
            bot=self._bot,
            repeated=len(repeats.sent),
            replayed=self._cut.replayed,
            outage=self._cut.seconds,
        )


def run(
    plan: Plan,
    mode: Mode,
    *,
    built: Path,
    database: Database = "sqlite",
    log: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Report:
    """One run with a copy of the index in the home `built`; what the bot logs goes to `log`."""
    with (
        tempfile.TemporaryDirectory(prefix="adaptbot-load-") as folder,
        database_url(database) as url,
        CrowdedSlack(plan) as slack,
    ):
        home = Path(folder) / "home"
        shutil.copytree(built / "index", home / "index")
        bot = LoadedServing(slack, mode, home=home, plan=plan, database_url=url)
        try:
            return Run(plan, slack, bot).all(tell)
        finally:
            bot.close()
            if log:
                shutil.copyfile(bot.log, log)
