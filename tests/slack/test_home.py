"""The app's own space, as somebody sees and uses it; over sockets and HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.errors import StoreUnavailableError
from bot.playground.calls import Fault
from bot.playground.person import Outcome, Person
from bot.playground.server import LocalSlack
from bot.services.ports import Job, Recommended
from bot.slack.flowchart import DIALOG
from bot.slack.home import EMPTY, PROMPTS, Home
from bot.slack.home_blocks import NO_RECOMMENDATIONS, NO_RECORDS
from bot.slack.inbox import read_intent
from bot.slack.questions import KIND
from tests.fakes import LORA, PART1, MemoryRecords
from tests.slack.bots import GUIDE, Bot
from tests.slack.conftest import WAYS
from tests.slack.parts import (
    PUBLISH,
    NotedWork,
    Way,
    home_of,
    listening,
    modal,
    modals,
    outbox_to,
    taking,
)
from tests.slack.said import everything, no_trace, posted, shown

PROMPT = "assistant.threads.setSuggestedPrompts"
OPEN = "views.open"
FAULTS = {
    "refused": Fault(error="not_enabled"),
    "missing scope": Fault(error="missing_scope"),
    "500": Fault(status=500),
    "lost": Fault(drop=True),
}


class BrokenRecords(MemoryRecords):
    """Records whose database is gone in one way or another."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def recommendations(self, user: str, *, limit: int) -> tuple[Recommended, ...]:  # noqa: ARG002 - the port's signature
        raise self.error


@dataclass
class Place:
    """A local Slack with the Home part in it."""

    slack: LocalSlack
    way: Way
    work: NotedWork = field(default_factory=NotedWork)
    records: MemoryRecords = field(default_factory=MemoryRecords)

    def part(self) -> Home:
        return Home(
            GUIDE,
            sources=[LORA, PART1],
            retention_days=90,
            records=self.records,
            intake=taking(self.work),
            outbox=outbox_to(self.slack),
        )


@pytest.fixture(params=sorted(WAYS))
def way(request: pytest.FixtureRequest) -> Way:
    return WAYS[request.param]


@pytest.fixture
def place(slack: LocalSlack, way: Way) -> Iterator[Place]:
    made = Place(slack, way)
    with listening(slack, made.part(), way):
        yield made


def seen(slack: LocalSlack, person: Person) -> str:
    view = slack.site.surfaces.views[home_of(slack, person)]
    return json.dumps(view["blocks"], ensure_ascii=False)


def asked(person: Person, view: dict[str, Any], text: str | None) -> Outcome:
    return person.submit(view["id"], {"question": {"text": {"value": text}}})


def recommended(user: str, *, team: str = "T1", method: str = "rag") -> Recommended:
    return Recommended(
        work_id=f"{team}:{user}:{method}",
        thread=f"{team}:D1:1.0",
        user=user,
        guide_version="2026-11",
        path="facts=yes",
        method=method,
    )


def test_the_home_tab_shows_what_to_do_and_where_answers_come_from(
    place: Place, ana: Person
) -> None:
    told = seen(place.slack, ana)
    for words in ("Start the decision guide", "Ask a question", PART1.title, LORA.title, "90 days"):
        assert words in told
    assert NO_RECOMMENDATIONS in told


def test_the_home_tab_shows_each_person_their_own_recommendations(
    place: Place, ana: Person, ben: Person
) -> None:
    place.records.add_recommendation(recommended(ana.id, method="rag"))
    place.records.add_recommendation(recommended(ben.id, method="full_fine_tuning"))
    place.records.add_recommendation(recommended(ana.id, team="T2", method="peft"))
    told = seen(place.slack, ana)
    assert "Retrieval-augmented generation (RAG)*" in told
    assert "Full fine-tuning*" not in told, "that is another person's"
    assert "(PEFT)*" not in told, "that is from another workspace"


def test_the_home_tab_is_brought_up_to_date_when_it_is_opened_again(
    place: Place, ana: Person
) -> None:
    assert NO_RECOMMENDATIONS in seen(place.slack, ana)
    place.records.add_recommendation(recommended(ana.id))
    assert NO_RECOMMENDATIONS not in seen(place.slack, ana)


@pytest.mark.parametrize(
    "error", [StoreUnavailableError("gone: /secret/place"), RuntimeError("a driver's own error")]
)
def test_without_the_database_the_tab_is_shown_without_recommendations(
    slack: LocalSlack, ana: Person, way: Way, error: Exception
) -> None:
    made = Place(slack, way, records=BrokenRecords(error))
    with listening(slack, made.part(), way), capture_logs() as logs:
        told = seen(slack, ana)
    assert NO_RECORDS in told
    assert "Start the decision guide" in told
    assert [entry["event"] for entry in logs] == ["no recommendations to show"]
    no_trace(slack)


@pytest.mark.usefixtures("place")
def test_the_messages_tab_offers_prompts_for_the_conversation_as_a_whole(
    slack: LocalSlack, ana: Person
) -> None:
    ana.open_home("messages")
    slack.wait_until(lambda: slack.calls(PROMPT), "prompts")
    [call] = slack.calls(PROMPT)
    assert call.ok
    assert not call.args.get("thread_ts")
    assert slack.site.surfaces.prompts[ana.dm, ""] == PROMPTS
    assert slack.calls(PUBLISH) == []


def test_the_prompts_are_few_and_lead_to_the_guide_and_to_answers() -> None:
    assert 1 <= len(PROMPTS) <= 4
    intents = [read_intent(prompt["message"])[0] for prompt in PROMPTS]
    assert intents == ["dialog", "answer", "answer", "answer"]


def test_a_tab_opened_from_nowhere_is_shown_all_the_same(place: Place, ana: Person) -> None:
    opened = {"type": "app_home_opened", "user": ana.id, "tab": "home", "event_ts": "1.0"}
    assert place.slack.send_event(opened).acked
    place.slack.wait_until(lambda: place.slack.site.surfaces.homes, "a Home tab")
    with capture_logs():
        ana.press_view(place.slack.site.surfaces.homes[ana.id], "home:guide")
    [job] = place.work.jobs
    origin = job.payload["origin"]
    assert isinstance(origin, dict)
    assert origin["channel"] == ana.id


@pytest.mark.usefixtures("place")
def test_another_tab_is_left_alone(slack: LocalSlack, ana: Person) -> None:
    ana.open_home("about")
    slack.settle()
    assert slack.calls() == [call for call in slack.calls() if call.method in SETUP]


SETUP = {"auth.test", "apps.connections.open"}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.usefixtures("place")
def test_a_tab_or_prompts_that_slack_refuses_break_nothing(
    slack: LocalSlack, ana: Person, fault: Fault
) -> None:
    slack.fail_next(PUBLISH, fault)
    slack.fail_next(PROMPT, fault)
    ana.open_home("home")
    ana.open_home("messages")
    slack.wait_until(lambda: slack.calls(PUBLISH) and slack.calls(PROMPT), "both calls")
    assert "Ask a question" in seen(slack, ana)
    ana.open_home("messages")
    slack.wait_until(lambda: slack.site.surfaces.prompts, "prompts the next time")
    slack.settle()
    assert all(len(delivery.attempts) == 1 for delivery in slack.deliveries())


def test_the_guide_opens_in_the_direct_message(place: Place, ana: Person) -> None:
    home = home_of(place.slack, ana)
    assert ana.press_view(home, "Start the decision guide").acked
    [job] = place.work.jobs
    stamp = place.slack.deliveries("interactive")[-1].payload["actions"][0]["action_ts"]
    assert job == Job(
        id=f"T1:U1ANA:{stamp}",
        kind=DIALOG,
        thread=f"T1:U1ANA:home:{stamp}",
        order=float(stamp),
        payload={
            "origin": {
                "team": "T1",
                "channel": ana.dm,
                "user": "U1ANA",
                "surface": "home",
                "root": None,
                "user_team": "T1",
                "shared": False,
                "response_url": None,
            },
            "about": "",
            "asked": "",
        },
    )
    assert json.loads(json.dumps(job.payload)) == job.payload
    assert posted(place.slack) == [], "posting is the job's own affair"


def test_a_press_that_comes_twice_is_one_guide_and_two_presses_are_two(
    place: Place, ana: Person
) -> None:
    home = home_of(place.slack, ana)
    ana.press_view(home, "home:guide")
    place.slack.redeliver(place.slack.deliveries("interactive")[-1])
    assert len(place.work.jobs) == 1
    ana.press_view(home, "home:guide")
    assert len(place.work.jobs) == 2


def test_a_guide_that_cannot_be_kept_is_apologised_for(place: Place, ana: Person) -> None:
    home = home_of(place.slack, ana)
    place.work.broken = True
    with capture_logs() as logs:
        assert ana.press_view(home, "home:guide").acked
        told = json.dumps(modal(place.slack)["blocks"])
    assert "Something went wrong on my side" in told
    assert reference(logs) in told
    assert "secret" not in everything(place.slack)
    no_trace(place.slack)


def test_a_question_is_asked_in_a_modal(place: Place, ana: Person) -> None:
    ana.press_view(home_of(place.slack, ana), "Ask a question")
    view = modal(place.slack)
    assert view["callback_id"] == "ask_modal"
    assert asked(ana, view, "  What does\n LoRA train?  ").acked
    [job] = place.work.jobs
    assert (job.id, job.kind) == (f"T1:U1ANA:{view['id']}", KIND)
    assert job.thread == f"T1:U1ANA:home:{view['id']}"
    assert job.payload["question"] == "What does LoRA train?"
    origin = job.payload["origin"]
    assert isinstance(origin, dict)
    assert (origin["channel"], origin["surface"], origin["root"]) == (ana.dm, "home", None)
    assert json.loads(json.dumps(job.payload)) == job.payload
    assert modals(place.slack) == [], "it closes"
    assert posted(place.slack) == [], "posting is the job's own affair"


@pytest.mark.parametrize(
    "metadata",
    [
        "",
        "nonsense",
        '{"u": "U1BEN", "c": "D0BEN"}',
        '{"u": "U1ANA", "c": "C1ADAPT"}',
        '{"u": "U1ANA", "c": "D0ANA", "x": 1}',
    ],
)
def test_a_tampered_view_leads_to_the_person_and_nowhere_else(
    place: Place, ana: Person, metadata: str
) -> None:
    home = home_of(place.slack, ana)
    place.slack.site.surfaces.views[home]["private_metadata"] = metadata
    with capture_logs() as logs:
        ana.press_view(home, "home:guide")
        ana.press_view(home, "home:ask")
        asked(ana, modal(place.slack), "What does LoRA train?")
    origins = [job.payload["origin"] for job in place.work.jobs]
    assert [o["channel"] for o in origins if isinstance(o, dict)] == [ana.id, ana.id]
    assert [entry["log_level"] for entry in logs] == ["warning", "warning"]


def test_a_question_submitted_twice_is_asked_once(place: Place, ana: Person) -> None:
    ana.press_view(home_of(place.slack, ana), "home:ask")
    asked(ana, modal(place.slack), "What does LoRA train?")
    again = place.slack.redeliver(place.slack.deliveries("interactive")[-1])
    assert again.acked
    assert len(place.work.jobs) == 1


@pytest.mark.parametrize("text", [None, "", "   \n ", "\u200b\u2060", "???"])
def test_an_empty_question_is_asked_for_again(place: Place, ana: Person, text: str | None) -> None:
    ana.press_view(home_of(place.slack, ana), "home:ask")
    outcome = asked(ana, modal(place.slack), text)
    assert outcome.acked
    assert outcome.answer == {"response_action": "errors", "errors": {"question": EMPTY}}
    assert len(modals(place.slack)) == 1, "it stays open"
    assert place.work.jobs == []


def test_a_question_that_cannot_be_kept_stays_in_the_modal(place: Place, ana: Person) -> None:
    ana.press_view(home_of(place.slack, ana), "home:ask")
    place.work.broken = True
    with capture_logs() as logs:
        outcome = asked(ana, modal(place.slack), "What does LoRA train?")
    assert outcome.answer is not None
    errors = outcome.answer["errors"]
    assert isinstance(errors, dict)
    assert errors["question"].startswith("Something went wrong on my side")
    assert errors["question"].endswith(reference(logs))
    assert len(modals(place.slack)) == 1, "what was typed is not lost"
    no_trace(place.slack)


def test_nothing_that_is_typed_is_live_or_hidden(place: Place, ana: Person) -> None:
    ana.press_view(home_of(place.slack, ana), "home:ask")
    typed = "Is <!channel> *RAG* <https://evil.example|safe>? \u202eesrever\U000e0041 \x1b[31mred"
    asked(ana, modal(place.slack), typed)
    [job] = place.work.jobs
    assert job.payload["question"] == "Is <!channel> *RAG* <https://evil.example|safe>? esrever red"
    assert "evil.example" not in everything(place.slack), "the Home part repeats none of it"


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_modal_that_slack_refuses_breaks_nothing(place: Place, ana: Person, fault: Fault) -> None:
    home = home_of(place.slack, ana)
    place.slack.fail_next(OPEN, fault)
    assert ana.press_view(home, "home:ask").acked
    place.slack.wait_until(lambda: place.slack.calls(OPEN), "the call")
    assert ana.press_view(home, "home:ask").acked
    assert modal(place.slack)["callback_id"] == "ask_modal"


def test_a_question_from_the_modal_is_answered_in_the_direct_message(
    bot: Bot, slack: LocalSlack, ana: Person
) -> None:
    ana.press_view(home_of(slack, ana), "home:ask")
    assert asked(ana, modal(slack), "What does LoRA train? <!channel>").acked
    root = slack.wait_for("You asked")
    answer = slack.wait_for_reply(root)
    assert root.channel == ana.dm
    assert "low-rank matrices" in shown(answer)
    assert "<!channel>" not in everything(slack)
    slack.wait_until(lambda: bot.records.said, "a turn")


def test_a_recommendation_reached_from_the_tab_is_found_there_again(
    bot: Bot, slack: LocalSlack, ana: Person
) -> None:
    ana.press_view(home_of(slack, ana), "Start the decision guide")
    dialog = slack.wait_for("Question 1 of at most 8")
    assert dialog.channel == ana.dm
    ana.press(dialog, "It meets our targets on a test set")
    slack.wait_until(lambda: bot.records.recommended, "a record")
    told = seen(slack, ana)
    assert "*In-context learning* · <!date^" in told
    assert NO_RECOMMENDATIONS not in told


def reference(logs: list[Any]) -> str:
    [failure] = [entry for entry in logs if entry["event"] == "failure"]
    return str(failure["reference"])
