"""`adaptbot serve` as it runs in earnest: as a process, over sockets and over HTTP."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, get_args

import pytest

from bot.playground.calls import Fault
from bot.playground.person import Person
from bot.playground.server import LocalSlack
from bot.playground.workspace import Message
from bot.slack.recommendations import PICTURE_AND_RECORD
from bot.slack.report_blocks import BEHIND
from tests.commands import run_python
from tests.slack.process import Mode, Serving, copied, environment, free_port, settings
from tests.slack.said import POST, in_thread, shown

pytestmark = pytest.mark.slow

CHANNEL = "#llm-adaptation"
QUESTION = "What does LoRA train?"
DESCRIPTION = (
    "we run a support bot over a wiki that changes daily, no labelled data, answers must show "
    "sources"
)
STATUS = "agents.sessions.setStatus"
PATIENCE = 60.0


@pytest.fixture(scope="module")
def index(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds the index and nothing else."""
    home = tmp_path_factory.mktemp("built")
    shutil.copytree(built_home / "index", home / "index")
    return home


@pytest.fixture(params=get_args(Mode))
def mode(request: pytest.FixtureRequest) -> Mode:
    mode: Mode = request.param
    return mode


@pytest.fixture
def serving(slack: LocalSlack, mode: Mode, index: Path, tmp_path: Path) -> Iterator[Serving]:
    running = Serving(slack, mode, home=copied(index, tmp_path / "home"))
    try:
        running.start()
        yield running
    finally:
        running.close()


def press(slack: LocalSlack, person: Person, message: Message, label: str) -> Message:
    """Press, and wait until the message says something else: a step may be shown twice."""

    def now() -> Message:
        found = slack.workspace.message(message.channel, message.ts)
        assert found is not None
        return found

    before = blocks_of(now())
    assert person.press(message, label).acked
    slack.wait_until(
        lambda: blocks_of(now()) != before, f"a change after {label!r}", timeout=PATIENCE
    )
    return now()


def an_idle_connection_stays_open(serving: Serving) -> None:
    """A proxy that sends its next request on one that is being closed gets none answered."""
    connection = HTTPConnection("127.0.0.1", serving.port, timeout=10)
    with closing(connection):
        for pause in (0.0, 3.0):
            time.sleep(pause)
            connection.request("GET", "/livez")
            own = connection.sock
            assert connection.getresponse().read()
            assert connection.sock is own, "the server closed it"


def blocks_of(message: Message) -> list[dict[str, Any]]:
    """The blocks without the ids that Slack gives them."""
    return [{**block, "block_id": ""} for block in message.blocks]


def test_the_whole_bot_answers_in_a_channel_and_directly(
    serving: Serving, slack: LocalSlack, ana: Person, mode: Mode
) -> None:
    if mode == "http":
        an_idle_connection_stays_open(serving)
    for asked in (ana.say(CHANNEL, f"@adaptbot {QUESTION}"), ana.say(ana.dm, QUESTION)):
        reply = slack.wait_for_reply(asked, timeout=PATIENCE)
        assert "LoRA" in reply.text
        assert "|[1] " in shown(reply), "the list of sources"
    assert serving.stop() == 0
    clean(serving, slack)


def test_the_decision_guide_from_a_description_to_the_record_across_a_power_cut(
    serving: Serving, slack: LocalSlack, ana: Person, ben: Person
) -> None:
    """The whole way: start, answer, back, change the second answer, power cut, finish."""
    assert ana.command("/adapt", DESCRIPTION, channel=CHANNEL).acked
    dialog = slack.wait_for("Question ", timeout=PATIENCE)
    assert "from “changes daily”" in shown(dialog)
    assert "from “no labelled data”" in shown(dialog)
    dialog = press(slack, ana, dialog, "Start over")
    dialog = press(slack, ana, dialog, "The quality falls short")
    dialog = press(slack, ana, dialog, "No, the model knows enough")
    dialog = press(slack, ana, dialog, "No, an occasional slip can be caught")
    dialog = press(slack, ana, dialog, "Back")
    assert "Must answers show their sources" in shown(dialog)
    dialog = press(slack, ana, dialog, "No, an occasional slip can be caught")
    before, dialog = dialog, press(slack, ana, dialog, "Tone, style or output format")
    assert ana.press(before, "Tone, style or output format", stale=True).acked, "a double click"
    assert ben.press(dialog, "More than about 500").acked
    slack.wait_for(f"This dialog belongs to <@{ana.id}>", timeout=PATIENCE)
    assert slack.workspace.message(dialog.channel, dialog.ts) == dialog

    dialog = press(slack, ana, dialog, "guide:change:1")
    dialog = press(slack, ana, dialog, "Yes, private, recent or specialist facts")
    assert "How often do these facts change?" in shown(dialog), "asked only now"
    serving.kill()
    serving.start()
    dialog = press(slack, ana, dialog, "Often, monthly or faster")
    assert "*Tone, style or output format*" in shown(dialog), "still applies"
    dialog = press(slack, ana, dialog, "More than about 500")
    dialog = press(slack, ana, dialog, "All of it: a search system, and tuning with its data work")
    for _ in range(2):
        assert ana.press(dialog, "No, not all three", stale=True).acked

    root = slack.messages(dialog.channel)[0]
    slack.wait_until(lambda: ana.files(root), "picture and record", timeout=PATIENCE)
    slack.settle()
    said = [message.text.split("\n")[0].split(":")[0] for message in in_thread(slack, root)]
    assert said.pop().startswith(PICTURE_AND_RECORD)
    assert said.count("Recommended") == 2, "the dialog itself, and one recommendation"
    assert said[-1] == BEHIND, "once, and so are the files"
    recommendation = slack.wait_for("Recommended: Retrieval for the facts, PEFT", after=dialog)
    assert recommendation.thread_ts == root.ts
    picture, record = ana.files(root)
    assert picture.content.startswith(b"\x89PNG")
    assert "Often, monthly or faster" in (picture.alt_text or "")
    assert record.name.endswith(".md")
    assert "changes daily" in record.content.decode()
    assert "Chosen option" in record.content.decode()
    assert serving.stop() == 0
    clean(serving, slack)


def clean(serving: Serving, slack: LocalSlack) -> None:
    log = serving.log.read_text()
    assert "Traceback" not in log
    assert slack.app.bot_token not in log
    assert DESCRIPTION not in log


@pytest.mark.parametrize("moment", ["preparing", "posted, not recorded"])
def test_an_answer_under_way_at_a_power_cut_is_given_once(
    serving: Serving, slack: LocalSlack, ana: Person, moment: str
) -> None:
    if moment == "preparing":
        slack.delay(POST, 1.0)
    else:
        slack.fail_next(POST, Fault(drop=True, applied=True))
    asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
    seen = STATUS if moment == "preparing" else POST
    slack.wait_until(lambda: slack.calls(seen), f"the call of {seen}", timeout=PATIENCE)

    serving.kill()
    slack.delay(POST, 0)
    serving.start()

    slack.wait_for_reply(asked, timeout=PATIENCE)
    more = ana.say(CHANNEL, "@adaptbot What is RAG?", thread_ts=asked.ts)
    last = slack.wait_for_reply(more, timeout=PATIENCE)
    first, second = in_thread(slack, asked)
    assert "LoRA" in first.text
    assert second == last


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "   "}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET"),
        (
            {
                "SLACK_BOT_TOKEN": "xoxb-1",
                "SLACK_APP_TOKEN": "xapp-1",
                "SLACK_API_URL": "http://127.0.0.1:9/api/",
            },
            "SLACK_API_URL",
        ),
    ],
    ids=["nothing", "blank", "only the bot token", "no Slack there"],
)
def test_what_is_missing_is_named_in_a_sentence(
    tmp_path: Path, given: dict[str, str], named: str
) -> None:
    ended = run_python(
        "-m", "bot", "serve", cwd=tmp_path, environment=environment({**given, **_home(tmp_path)})
    )
    assert ended.returncode == 2
    sentence = ended.stderr.splitlines()[-1]
    assert sentence.startswith("adaptbot: ")
    assert named in sentence
    assert "Traceback" not in ended.stderr
    assert not any(secret in ended.stderr for secret in ("xoxb-1", "xapp-1"))


def test_a_taken_port_is_named_in_a_sentence(
    slack: LocalSlack, mode: Mode, index: Path, tmp_path: Path
) -> None:
    given = settings(slack, mode, copied(index, tmp_path / "home"), slack.port)
    ended = run_python("-m", "bot", "serve", cwd=tmp_path, environment=environment(given))
    assert ended.returncode == 2
    assert f"port {slack.port} on 127.0.0.1 cannot be opened" in ended.stderr
    assert "ADAPTBOT_PORT" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_database_that_cannot_be_opened_is_named_in_a_sentence(
    slack: LocalSlack, mode: Mode, index: Path, tmp_path: Path
) -> None:
    given = settings(slack, mode, copied(index, tmp_path / "home"), free_port())
    given["ADAPTBOT_DATABASE_URL"] = f"sqlite:///{tmp_path}/no/such/folder/db.sqlite"
    ended = run_python("-m", "bot", "serve", cwd=tmp_path, environment=environment(given))
    assert ended.returncode == 2
    assert "ADAPTBOT_DATABASE_URL" in ended.stderr
    assert "Traceback" not in ended.stderr


def _home(folder: Path) -> dict[str, str]:
    return {"ADAPTBOT_HOME": str(folder)}
