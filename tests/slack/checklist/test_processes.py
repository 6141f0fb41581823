"""The bot as it runs in earnest, ended in the middle of an answer, alone and beside another."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import get_args

import httpx
import pytest

from bot.playground.calls import Fault
from bot.playground.person import Person
from bot.playground.server import LocalSlack
from bot.slack.guarded import RESTARTING
from tests.commands import run_python
from tests.openai_server import Hangs, OpenAIServer, Says
from tests.polling import eventually
from tests.slack.checklist.conftest import Processes
from tests.slack.process import Mode, environment, free_port, settings
from tests.slack.running import CHANNEL, QUESTION
from tests.slack.said import in_thread, no_trace, posted

pytestmark = pytest.mark.slow

PATIENCE = 60.0
WRITES = Says("LoRA trains two small low-rank matrices beside each frozen weight matrix [1].")
ANSWER = "LoRA trains two small low-rank matrices"


@pytest.fixture(params=get_args(Mode))
def mode(request: pytest.FixtureRequest) -> Mode:
    mode: Mode = request.param
    return mode


@pytest.fixture
def model() -> Iterator[OpenAIServer]:
    """A chat model that hangs the first time it is asked."""
    with OpenAIServer([Hangs(), WRITES]) as server:
        yield server


def asking(server: OpenAIServer) -> dict[str, str]:
    """Settings with which the bot asks that model."""
    return {
        "ADAPTBOT_MODEL": "openai:gpt-4o-mini",
        "ADAPTBOT_MODEL_BASE_URL": server.url,
        "OPENAI_API_KEY": "sk-scripted",
    }


def test_r22_a_restart_in_the_middle_of_an_answer_is_told_and_the_answer_comes_after_it(
    processes: Processes, slack: LocalSlack, ana: Person, mode: Mode, model: OpenAIServer
) -> None:
    serving = processes.make(slack, mode, **asking(model))
    serving.start()
    asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
    eventually(lambda: model.requests, within=PATIENCE)

    assert serving.stop() == 0

    sessions = slack.site.surfaces.sessions
    assert sessions[asked.channel, asked.ts].status == "active", "nothing seems to go on"
    assert [message.text for message in slack.ephemerals(ana.id)] == [RESTARTING]
    assert posted(slack) == []

    serving.start()
    reply = slack.wait_for(ANSWER, timeout=PATIENCE)
    eventually(lambda: sessions[asked.channel, asked.ts].status == "active", within=PATIENCE)
    for delivery in slack.deliveries("events_api"):
        assert slack.redeliver(delivery).acked
    assert serving.stop() == 0
    assert in_thread(slack, asked) == [reply]
    assert sessions[asked.channel, asked.ts].status == "active"
    no_trace(slack)
    log = serving.log.read_text()
    assert "Traceback" not in log
    assert "never awaited" not in log


def test_r5_of_two_replicas_the_other_finishes_what_one_had_begun_when_it_was_killed(
    processes: Processes, slack: LocalSlack, ana: Person, postgres: Callable[[], str]
) -> None:
    database = postgres().replace("postgresql+psycopg://", "postgresql://")
    with OpenAIServer([Hangs()]) as one, OpenAIServer([Hangs()]) as other:
        models = [one, other]
        replicas = [
            processes.make(slack, "sockets", ADAPTBOT_DATABASE_URL=database, **asking(server))
            for server in models
        ]
        for replica in replicas:
            replica.start()
        slack.wait_for_sockets(2, timeout=PATIENCE)
        asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
        eventually(lambda: one.requests or other.requests, within=PATIENCE)
        time.sleep(1)  # the second delivery of the pair has gone to the other replica by now
        assert len(one.requests) + len(other.requests) == 1, "one of them works on it"
        busy = 0 if one.requests else 1
        models[1 - busy].replies = [WRITES]

        killed = time.monotonic()
        replicas[busy].kill()
        reply = slack.wait_for(ANSWER, timeout=PATIENCE)
        assert time.monotonic() - killed < 30
        for delivery in slack.deliveries("events_api"):
            assert slack.redeliver(delivery).acked
        more = ana.say(CHANNEL, "@adaptbot Does LoRA add latency?", thread_ts=asked.ts)
        last = slack.wait_for_reply(more, timeout=PATIENCE)
        assert replicas[1 - busy].stop() == 0
    assert in_thread(slack, asked) == [reply, last]
    assert slack.site.surfaces.sessions[asked.channel, asked.ts].status == "active"


def test_r23_without_a_connection_it_is_not_ready_and_then_goes_on(
    processes: Processes, slack: LocalSlack, ana: Person
) -> None:
    serving = processes.make(slack, "sockets")
    serving.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{serving.port}", trust_env=False) as client:

        def status() -> int:
            return client.get("/readyz").status_code

        slack.fail_next("apps.connections.open", Fault(status=503), times=2)
        slack.drop_sockets()
        eventually(lambda: status() == 503, within=PATIENCE)
        assert client.get("/livez").status_code == 200
        eventually(lambda: status() == 200, within=PATIENCE)
    assert ANSWER in slack.wait_for_reply(ana.say(ana.dm, QUESTION), timeout=PATIENCE).text


@pytest.mark.parametrize("wrong", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
def test_r24_a_token_that_slack_refuses_ends_the_start_with_a_clear_word(
    processes: Processes, slack: LocalSlack, wrong: str
) -> None:
    given = settings(slack, "sockets", processes.folder, free_port())
    given[wrong] = given[wrong][:5] + "wrong"
    began = time.monotonic()
    ended = run_python("-m", "bot", "serve", cwd=processes.folder, environment=environment(given))
    assert time.monotonic() - began < 30, "ten seconds on a machine that has nothing else to do"
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-1].startswith(f"adaptbot: Slack refuses {wrong} (")
    assert given[wrong] not in ended.stderr
    assert "Traceback" not in ended.stderr
