"""A Bolt app of nothing but one part, connected to a local Slack."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from slack_bolt import App

from bot.playground.person import Outcome, Person
from bot.playground.server import WAIT, LocalSlack
from bot.services.admission import Admission
from bot.services.ports import Job, State, Work
from bot.slack.clients import web_client
from bot.slack.intake import Intake
from bot.slack.outbox import Outbox

PUBLISH = "views.publish"

Way = Callable[[LocalSlack, App], AbstractContextManager[None]]


class Part(Protocol):
    def register(self, app: App) -> None: ...


@dataclass
class NotedWork:
    """Work that notes each job once, and does none."""

    jobs: list[Job] = field(default_factory=list)
    broken: bool = False

    def submit(self, job: Job) -> None:
        if self.broken:
            raise RuntimeError("disk full at /secret/place")
        if job.id not in (known.id for known in self.jobs):
            self.jobs.append(job)

    def state(self, job: Job) -> State:
        return "open" if job in self.jobs else "unknown"

    def waiting(self) -> int:
        return len(self.jobs)

    def close(self) -> bool:
        return True


def taking(work: Work) -> Intake:
    """An intake with room for whatever a test asks."""
    admission = Admission(per_user=1_000, per_channel=1_000, queue=1_000, waiting=lambda: 0)
    return Intake(work, admission=admission)


def outbox_to(slack: LocalSlack) -> Outbox:
    return Outbox(web_client(slack.app.bot_token, base_url=slack.api_url))


@contextmanager
def listening(slack: LocalSlack, part: Part, way: Way) -> Iterator[None]:
    app = App(
        client=web_client(slack.app.bot_token, base_url=slack.api_url),
        signing_secret=slack.app.signing_secret,
        token_verification_enabled=False,
    )
    part.register(app)
    try:
        with way(slack, app):
            yield
    finally:
        app.listener_runner.listener_executor.shutdown()


def modals(slack: LocalSlack) -> list[dict[str, Any]]:
    """Those that are open, oldest first."""
    return [view for view in slack.site.surfaces.views.values() if view["type"] == "modal"]


def modal(slack: LocalSlack) -> dict[str, Any]:
    """The one that opens."""
    slack.wait_until(lambda: modals(slack), "a modal")
    [opened] = modals(slack)
    return opened


def home_of(slack: LocalSlack, person: Person, *, timeout: float = WAIT) -> str:
    """The id of a person's Home tab, just opened."""
    before = len(slack.calls(PUBLISH))
    person.open_home()
    slack.wait_until(lambda: len(slack.calls(PUBLISH)) > before, "a published tab", timeout=timeout)
    return slack.site.surfaces.homes[person.id]


def asked_at_home(
    slack: LocalSlack, person: Person, question: str, *, timeout: float = WAIT
) -> Outcome:
    """What came of a question typed into the modal of the Home tab."""
    home = home_of(slack, person, timeout=timeout)
    assert person.press_view(home, "Ask a question").acked
    view = modal(slack)
    [block] = [block for block in view["blocks"] if block["type"] == "input"]
    typed = {block["block_id"]: {block["element"]["action_id"]: {"value": question}}}
    outcome = person.submit(view["id"], typed)
    assert outcome.acked
    return outcome
