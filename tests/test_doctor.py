"""`adaptbot doctor` says of every part what it found and what to do, and shows no secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.playground.methods.manifest import config_token
from bot.playground.registration import SlackApp
from bot.playground.server import LocalSlack
from bot.slack.scopes import needed
from tests.commands import run_adaptbot
from tests.openai_server import Fails, OpenAIServer


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(SlackApp(scopes=needed())) as local:
        yield local


@pytest.fixture
def logging_restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def doctor(
    empty_folder: Path, logging_restored: None, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Runs the command in an empty folder, with settings of a test."""
    del logging_restored

    def run(*arguments: str, **settings: str) -> Result:
        environment = {"ADAPTBOT_HOME": str(empty_folder / "home"), "ADAPTBOT_PORT": "0"}
        for name, value in (environment | settings).items():
            monkeypatch.setenv(name, value)
        return CliRunner().invoke(app, ["doctor", *arguments])

    return run


def rows(result: Result) -> dict[str, dict[str, str]]:
    return {row["name"]: row for row in json.loads(result.stdout)["checks"]}


def test_it_works_without_any_slack_setting(doctor: Callable[..., Result], tmp_path: Path) -> None:
    made = doctor()
    assert made.exit_code == 0, made.stdout
    for name in ("settings", "folder", "database", "embedding model", "bot token", "clock"):
        assert name in made.stdout
    assert "Traceback" not in made.output
    assert list(tmp_path.iterdir()) == []


def test_it_ends_with_1_where_something_is_bad_and_shows_no_secret(
    doctor: Callable[..., Result], slack: LocalSlack
) -> None:
    secrets = {
        "SLACK_BOT_TOKEN": "xoxb-1-hidden",
        "SLACK_APP_TOKEN": "xapp-1-A1-hidden",
        "SLACK_CONFIG_TOKEN": "xoxe.xoxp-1-hidden",
        "OPENAI_API_KEY": "sk-hidden",
    }
    with OpenAIServer([Fails(401, "bad key sk-hidden")]) as server:
        made = doctor(
            "--json",
            **secrets,
            SLACK_API_URL=slack.api_url,
            ADAPTBOT_MODEL="openai:gpt-4o-mini",
            ADAPTBOT_MODEL_BASE_URL=server.url,
            ADAPTBOT_DATABASE_URL="postgresql://me:hidden@127.0.0.1:9/x",
            ADAPTBOT_CHROMA_URL="http://me:hidden@127.0.0.1:9",
        )
    assert made.exit_code == 1
    assert "hidden" not in made.output
    assert "Traceback" not in made.output
    found = rows(made)
    bad = {name for name, row in found.items() if row["state"] == "bad"}
    slacks = {"bot token", "delivery", "event subscriptions"}
    assert (
        bad - {"chat model", "next"}
        == {"database", "durable work", "index", "Chroma server"} | slacks
    )
    assert found["chat model"]["state"] in ("bad", "doubtful"), "doubtful where it was only late"
    assert all(found[name]["remedy"] for name in bad)


def test_programs_read_json(doctor: Callable[..., Result], slack: LocalSlack) -> None:
    made = doctor(
        "--json",
        SLACK_BOT_TOKEN=slack.app.bot_token,
        SLACK_APP_TOKEN=slack.app.app_token,
        SLACK_CONFIG_TOKEN=config_token(slack.app),
        SLACK_API_URL=slack.api_url,
    )
    assert made.exit_code == 0, made.stdout
    assert json.loads(made.stdout)["ok"] is True
    assert rows(made)["bot token"] == {
        "name": "bot token",
        "state": "good",
        "found": "adaptbot (U1BOT) in Local",
        "remedy": "",
        "step": 0,
    }


def test_every_wrong_setting_is_named_and_the_rest_is_still_examined(
    doctor: Callable[..., Result],
) -> None:
    made = doctor("--json", ADAPTBOT_PORT="much", SLACK_API_URL="http://127.0.0.1/api")
    assert made.exit_code == 1
    found = rows(made)
    assert found["settings"]["state"] == "bad"
    assert "ADAPTBOT_PORT" in found["settings"]["found"]
    assert "SLACK_API_URL" in found["settings"]["found"]
    assert "much" not in made.stdout
    assert found["embedding model"]["state"] == "good"
    assert found["folder"]["found"].startswith(str(Path.cwd() / "home"))


def test_addresses_that_are_none_are_no_traceback(doctor: Callable[..., Result]) -> None:
    made = doctor(
        "--json",
        SLACK_API_URL="http://[bad/",
        SLACK_BOT_TOKEN="xoxb-1-a",
        SLACK_APP_TOKEN="xapp-1-A1-b",
        ADAPTBOT_CHROMA_URL="http://[bad",
        ADAPTBOT_DATABASE_URL="postgresql://me:hidden@host:port/x",
        ADAPTBOT_MODEL="nonsense",
    )
    assert made.exit_code == 1
    assert "hidden" not in made.output
    bad = {name: row for name, row in rows(made).items() if row["state"] == "bad"}
    assert bad.keys() >= {"bot token", "delivery", "proxies", "index", "database", "chat model"}
    assert all(row["remedy"] for row in bad.values())


def test_a_wrong_setting_in_the_file_is_named_too(
    doctor: Callable[..., Result], empty_folder: Path
) -> None:
    (empty_folder / ".env").write_text("ADAPTBOT_WORKERS=many\n")
    found = rows(doctor("--json"))
    assert "ADAPTBOT_WORKERS" in found["settings"]["found"]
    assert found["port"]["state"] == "good"


def test_a_misspelt_setting_is_found_in_the_file_too(
    doctor: Callable[..., Result], empty_folder: Path
) -> None:
    (empty_folder / ".env").write_text("ADAPTBOT_PROT=3000\nADAPTBOT_WORKERS=2\n")
    found = rows(doctor("--json"))["settings"]
    assert found["state"] == "doubtful"
    assert "ADAPTBOT_PROT" in found["found"]
    assert "WORKERS" not in found["found"]


def test_a_file_of_settings_that_cannot_be_read_is_one_bad_row(
    doctor: Callable[..., Result], empty_folder: Path
) -> None:
    (empty_folder / ".env").write_bytes(b"ADAPTBOT_PORT=\xff\xfe\n")
    made = doctor("--json")
    assert made.exit_code == 1
    assert rows(made)["settings"]["state"] == "bad"
    assert ".env" in rows(made)["settings"]["found"]


def test_its_last_row_is_the_one_thing_to_do_next(
    doctor: Callable[..., Result], slack: LocalSlack
) -> None:
    bot, listening = slack.app.bot_token, slack.app.app_token
    states = [
        (1, {}),
        (2, {"SLACK_BOT_TOKEN": bot}),
        (2, {"SLACK_BOT_TOKEN": listening, "SLACK_APP_TOKEN": bot}),
        (3, {"SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": listening}),
        (3, {"SLACK_BOT_TOKEN": "xoxp-1-ab", "SLACK_APP_TOKEN": listening}),
        (4, {"SLACK_BOT_TOKEN": bot, "SLACK_APP_TOKEN": listening}),
    ]
    for step, settings in states:
        made = doctor("--json", SLACK_API_URL=slack.api_url, **settings)
        last = json.loads(made.stdout)["checks"][-1]
        assert (last["name"], last["step"]) == ("next", step), settings
        assert f"step {step} of docs/slack-setup.md" in last["remedy"]
        assert made.exit_code == (1 if last["state"] == "bad" else 0)
        assert not any(value in made.output for value in settings.values() if value)


def test_a_wrong_setting_is_to_be_put_right_before_any_step(doctor: Callable[..., Result]) -> None:
    last = json.loads(doctor("--json", ADAPTBOT_WORKERS="many").stdout)["checks"][-1]
    assert (last["name"], last["state"], last["step"]) == ("next", "bad", 0)
    assert last["found"].startswith("put right the settings: ")
    assert "ADAPTBOT_WORKERS" in last["found"]


@pytest.mark.slow
def test_a_slack_on_this_machine_is_reached_past_a_proxy_that_leads_nowhere(
    tmp_path: Path, slack: LocalSlack
) -> None:
    made = run_adaptbot(
        ["doctor", "--json"],
        cwd=tmp_path,
        ADAPTBOT_HOME=str(tmp_path / "home"),
        ADAPTBOT_LOG_LEVEL="DEBUG",
        NO_PROXY="",
        SLACK_BOT_TOKEN=slack.app.bot_token,
        SLACK_API_URL=slack.api_url,
    )
    assert slack.app.bot_token not in made.stdout + made.stderr
    assert "Traceback" not in made.stderr
    found = {row["name"]: row for row in json.loads(made.stdout)["checks"]}
    assert found["proxies"]["state"] == found["bot token"]["state"] == "good"
