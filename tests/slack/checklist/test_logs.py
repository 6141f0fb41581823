"""S16: whatever is said, and however loud the log is, nothing of it is logged."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from bot.playground.calls import Fault
from bot.playground.person import Person
from bot.playground.server import LocalSlack
from bot.playground.workspace import Message
from tests.openai_server import Fails, OpenAIServer
from tests.slack.checklist.conftest import Processes
from tests.slack.parts import asked_at_home, modal
from tests.slack.process import Mode, Serving
from tests.slack.running import CHANNEL, QUESTION
from tests.slack.said import POST, no_trace, posted

pytestmark = pytest.mark.slow

PATIENCE = 60.0
ADDRESS = "ana.silva@example.com"
MARKED = ("quokka", "wombat", "platypus", "numbat", "bandicoot", "echidna", "bilby", "potoroo")
"""A word of its own for everything that somebody types."""
LEAST = 25
"""Characters of a line that is the bot's own and not a word that a log may hold as well."""


@pytest.fixture(params=get_args(Mode))
def serving(
    request: pytest.FixtureRequest, slack: LocalSlack, processes: Processes
) -> Iterator[Serving]:
    """A bot that logs all it can, with a chat model that refuses at length."""
    refusal = Fails(400, message=f"I will not answer: {QUESTION} (asked by {ADDRESS})")
    with OpenAIServer([refusal]) as model:
        running = processes.make(
            slack,
            request.param,
            ADAPTBOT_LOG_LEVEL="DEBUG",
            ADAPTBOT_MODEL="openai:gpt-4o-mini",
            ADAPTBOT_MODEL_BASE_URL=model.url,
            OPENAI_API_KEY="sk-scripted-key",
        )
        running.start()
        yield running


def converse(slack: LocalSlack, ana: Person, ben: Person) -> None:
    """A bit of everything that people do, with what goes wrong."""
    asked = ana.say(CHANNEL, f"@adaptbot {QUESTION}")
    answer = slack.wait_for("LoRA trains two", timeout=PATIENCE)
    ana.say(CHANNEL, f"and the bandicoot, {ADDRESS}?", thread_ts=asked.ts)
    slack.wait_for_reply(ana.say(ana.dm, f"Who fed the quokka, {ADDRESS}?"), timeout=PATIENCE)
    comment(slack, ana, answer)
    modal_question(slack, ana)
    shortcut = ben.say(CHANNEL, "What does LoRA train, my numbat?")
    assert ana.shortcut("ask_about", shortcut).acked
    slack.wait_for("about the message above", timeout=PATIENCE)
    dialog(slack, ana, ben)
    undeliverable(slack, ana)
    slack.user("otherbot").say(CHANNEL, "@adaptbot the bilby is free")
    ana.delete(ana.say(CHANNEL, "a potoroo for everybody"))
    slack.send_event({"type": "never_heard_of", "text": "a bilby", "user": ana.id})
    slack.settle(timeout=PATIENCE)


def comment(slack: LocalSlack, ana: Person, answer: Message) -> None:
    assert ana.press(answer, "Not helpful").acked
    view = modal(slack)
    option = {"text": {"type": "plain_text", "text": "Wrong"}, "value": "wrong"}
    given: dict[str, Any] = {
        "reason": {"choice": {"selected_option": option}},
        "comment": {"text": {"value": f"the wombat is mine, write to {ADDRESS}"}},
    }
    assert ana.submit(view["id"], given).acked


def modal_question(slack: LocalSlack, ana: Person) -> None:
    asked_at_home(slack, ana, "What does LoRA train, O platypus?", timeout=PATIENCE)
    slack.wait_for("platypus", timeout=PATIENCE)


def dialog(slack: LocalSlack, ana: Person, ben: Person) -> None:
    """It is opened, pressed by somebody else, tampered with, and ended."""
    assert ana.command("/adapt", f"an echidna bot for {ADDRESS}", channel=CHANNEL).acked
    opened = slack.wait_for("Question 1", timeout=PATIENCE)
    label = "It meets our targets on a test set"
    assert ben.press(opened, label).acked
    assert ana.press(tampered(opened), label, stale=True).acked
    slack.wait_for("earlier version", timeout=PATIENCE)
    assert ana.press(opened, label).acked
    slack.wait_for("Recommended: ", timeout=PATIENCE)


def tampered(message: Message) -> Message:
    """With an owner in its buttons who is none."""
    return replace(message, blocks=tuple(_with_another(block) for block in message.blocks))


def _with_another(block: dict[str, Any]) -> dict[str, Any]:
    if block["type"] != "actions":
        return block
    carried = [json.loads(button["value"]) | {"o": "the echidna"} for button in block["elements"]]
    pairs = zip(block["elements"], carried, strict=True)
    return block | {"elements": [button | {"value": json.dumps(more)} for button, more in pairs]}


def failure(slack: LocalSlack, serving: Serving, ana: Person) -> None:
    """The index is gone, so that there is a failure with its traceback."""
    (serving._home / "index" / "chroma.sqlite3").write_bytes(b"broken " * 10_000)
    ana.say(ana.dm, "What does LoRA train, dear potoroo?")
    slack.wait_for("Reference for the admins", timeout=PATIENCE)


def undeliverable(slack: LocalSlack, ana: Person) -> None:
    """Slack refuses a reply's blocks, then a reply for good."""
    slack.fail_next(POST, Fault(error="invalid_blocks"))
    slack.wait_for_reply(ana.say(ana.dm, "Who fed the quokka again?"), timeout=PATIENCE)
    slack.fail_next(POST, Fault(error="restricted_action"))
    before = len(slack.calls(POST))
    ana.say(ana.dm, "Who fed the quokka at last?")
    slack.wait_until(lambda: len(slack.calls(POST)) > before, "a try", timeout=PATIENCE)


def test_s16_at_debug_the_log_holds_no_word_no_address_and_no_key(
    serving: Serving, slack: LocalSlack, ana: Person, ben: Person
) -> None:
    converse(slack, ana, ben)
    failure(slack, serving, ana)
    assert serving.stop() == 0
    log = serving.log.read_text(encoding="utf-8")
    holds_nothing(log, slack)
    assert "failure" in log
    assert "undeliverable" in log
    assert "chat model unavailable" in log
    no_trace(slack)


def holds_nothing(log: str, slack: LocalSlack) -> None:
    """No word of any message, address, token or secret."""
    assert [word for word in (*MARKED, QUESTION, "example.com", "Bearer") if word in log] == []
    lines = {line for message in posted(slack) for line in message.text.splitlines()}
    assert [line for line in lines if len(line) >= LEAST and line in log] == []
    app = slack.app
    keys = (app.bot_token, app.app_token, app.signing_secret, "sk-scripted-key", "xoxb-", "xapp-")
    assert [key for key in keys if key in log] == []
    assert re.findall(r"[\w.+-]+@[\w-]+\.\w+", log) == []


def test_s16_the_check_itself_finds_what_it_looks_for(slack: LocalSlack, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    for leaked in ("a wombat", QUESTION, ADDRESS, slack.app.bot_token, "Bearer x", "a@b.example"):
        log.write_text(f"[debug] {leaked}", encoding="utf-8")
        with pytest.raises(AssertionError):
            holds_nothing(log.read_text(encoding="utf-8"), slack)
