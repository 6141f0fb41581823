"""The five steps of docs/slack-setup.md, walked with the doctor at hand."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from bot.playground.calls import Fault
from bot.playground.registration import SlackApp
from bot.playground.server import LocalSlack
from bot.services.setting_up import GUIDE, STEPS
from bot.slack.examination import Keys, slack_checks
from tests.commands import run_adaptbot
from tests.notes import written
from tests.polling import eventually
from tests.slack.process import environment, free_port

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / GUIDE).read_text("utf-8")
START_SECONDS = 120.0
"""The first start builds the index, here of one note."""
PATIENCE = 60.0
STOP_SECONDS = 40.0


def created() -> SlackApp:
    """The app as Slack creates it from the manifest."""
    manifest: dict[str, Any] = yaml.safe_load(
        (ROOT / "deploy/slack/manifest.yaml").read_text("utf-8")
    )
    return SlackApp(
        name=manifest["display_information"]["name"],
        scopes=frozenset(manifest["oauth_config"]["scopes"]["bot"]),
        events=frozenset(manifest["settings"]["event_subscriptions"]["bot_events"]),
        commands=frozenset(one["command"] for one in manifest["features"]["slash_commands"]),
    )


class Newcomer:
    """Somebody with the repository, an empty .env, and a workspace."""

    def __init__(self, folder: Path, slack: LocalSlack) -> None:
        self.port = free_port()
        self._folder = folder
        self._settings = {
            "SLACK_API_URL": slack.api_url,
            "ADAPTBOT_HOME": str(folder / "home"),
            "ADAPTBOT_PORT": str(self.port),
            "ADAPTBOT_KNOWLEDGE": str(folder / "notes"),
        }
        note = (ROOT / "knowledge/references/lora.md").read_bytes()
        written(note, folder / "notes")
        self._env = folder / ".env"

    def told_next(self) -> dict[str, Any]:
        """The last row of the doctor, which the guide shows before the step."""
        made = run_adaptbot(["doctor", "--json"], cwd=self._folder, **self._settings)
        report = json.loads(made.stdout)
        row: dict[str, Any] = report["checks"][-1]
        assert row["name"] == "next"
        assert made.returncode == (0 if report["ok"] else 1)
        assert report["ok"] == (row["state"] != "bad")
        shown = f"{row['state']} next {row['found']} → {row['remedy']}"
        assert shown in plain(TEXT), "the guide shows another row"
        return row

    def copy_example(self) -> None:
        self._env.write_bytes((ROOT / "deploy/settings.env").read_bytes())

    def set(self, name: str, value: str) -> None:
        """Put a value in place of what .env has."""
        text, times = re.subn(rf"(?m)^{name}=.*$", f"{name}={value}", self._env.read_text("utf-8"))
        assert times == 1
        self._env.write_text(text, encoding="utf-8")

    @contextmanager
    def serving(self) -> Iterator[None]:
        """The bot, with no settings but those of .env and of the test's surroundings."""
        with (self._folder / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"],
                cwd=self._folder,
                env=environment(self._settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            eventually(lambda: self._ready(process), within=START_SECONDS)
            yield
            process.terminate()
            assert process.wait(STOP_SECONDS) == 0
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(STOP_SECONDS)

    def _ready(self, process: subprocess.Popen[bytes]) -> bool:
        assert process.poll() is None, (self._folder / "log.txt").read_text("utf-8")
        try:
            with httpx.Client(trust_env=False) as client:
                answer = client.get(f"http://127.0.0.1:{self.port}/readyz", timeout=2)
        except httpx.TransportError:
            return False
        return answer.status_code == 200


def plain(text: str) -> str:
    """Without line breaks and columns."""
    return " ".join(text.split())


@pytest.mark.slow
def test_each_step_is_what_the_doctor_says_next_and_the_last_one_is_an_answer(
    tmp_path: Path,
) -> None:
    with LocalSlack(created()) as slack:
        newcomer = Newcomer(tmp_path, slack)
        assert newcomer.told_next()["step"] == 1
        newcomer.copy_example()
        assert newcomer.told_next()["step"] == 2
        newcomer.set("SLACK_APP_TOKEN", slack.app.app_token)
        assert newcomer.told_next()["step"] == 3
        newcomer.set("SLACK_BOT_TOKEN", slack.app.bot_token)
        assert newcomer.told_next()["step"] == 4
        with newcomer.serving():
            assert newcomer.told_next()["step"] == 5
            asked = slack.user("ana").say("#llm-adaptation", "@adaptbot What does LoRA train?")
            assert "LoRA" in slack.wait_for_reply(asked, timeout=PATIENCE).text


def test_the_guide_has_these_steps_and_no_more_than_five() -> None:
    assert len(STEPS) <= 5
    headings = re.findall(r"(?m)^## (\d)\. (.*)$", TEXT)
    assert [(int(number), name.lower()) for number, name in headings] == [
        (number, name.lower()) for number, name in STEPS.items()
    ]


def test_the_guide_shows_what_there_is() -> None:
    for target in re.findall(r"\]\((\.\.[^)#]*)\)", TEXT):
        assert (ROOT / "docs" / target).exists(), target
    assert "adaptbot.example.com" in (ROOT / "deploy/slack/manifest-http.yaml").read_text("utf-8")


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(created()) as local:
        yield local


def test_the_rows_of_the_guide_are_those_of_the_doctor(slack: LocalSlack) -> None:
    found = looked(slack)
    assert f"good delivery {found['delivery']}" in plain(TEXT)
    assert f"good bot token {found['bot token']}" in plain(TEXT)
    assert f"good scopes {found['scopes']}" in plain(TEXT)
    over_http = looked(slack, app_token="", signing_secret=slack.app.signing_secret)
    assert over_http["delivery"].partition(";")[0] in TEXT


@pytest.mark.parametrize(
    ("row", "given", "fault"),
    [
        ("bot token", {"bot_token": "xapp-1-A1-1-ab"}, None),
        ("bot token", {"bot_token": "xoxp-1-ab"}, None),
        ("delivery", {}, ("apps.connections.open", "missing_scope")),
        ("bot token", {}, ("auth.test", "account_inactive")),
    ],
)
def test_the_mistakes_of_the_guide_are_told_in_the_words_of_the_doctor(
    slack: LocalSlack, row: str, given: dict[str, str], fault: tuple[str, str] | None
) -> None:
    if fault:
        slack.fail_next(fault[0], Fault(error=fault[1]))
    assert f"| `{looked(slack, **given)[row]}` |" in TEXT


def test_the_guide_tells_of_two_apps_and_of_a_missing_scope_in_these_words() -> None:
    lacking = created().scopes - {"assistant:write"}
    with LocalSlack(replace(created(), app_token="xapp-1-A2-ab", scopes=lacking)) as slack:
        found = looked(slack)
    assert f"| `{found['delivery']}` |" in TEXT
    assert f"| `{found['scopes'].partition('(')[0]}(off without it: …)` |" in TEXT


def looked(slack: LocalSlack, **changed: str) -> dict[str, str]:
    """What the doctor finds of Slack, by row."""
    given = {"bot_token": slack.app.bot_token, "app_token": slack.app.app_token}
    keys = Keys(slack.api_url, **(given | changed))
    return {check.name: check.look().found for check in slack_checks(keys)}
