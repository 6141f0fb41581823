from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.playground_settings import REACHING, WITHHELD, embedded, environment
from bot.settings import Settings, read_settings

Variables = Callable[..., dict[str, str]]

pytestmark = pytest.mark.usefixtures("empty_folder")

WRITTEN = """\
SLACK_BOT_TOKEN=xoxb-production
ADAPTBOT_DATABASE_URL=postgresql://production
ADAPTBOT_ALLOWED_USERS=U9
ADAPTBOT_MODEL=openai:gpt-4o-mini
OPENAI_API_KEY=filed
"""


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> Variables:
    """What the bot gets, where the machine has the given variables."""

    def get(**given: str) -> dict[str, str]:
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        return environment(read_settings())

    return get


def test_of_every_setting_it_is_decided_whether_it_reaches_the_playground() -> None:
    assert set(Settings.model_fields) == REACHING | WITHHELD
    assert not REACHING & WITHHELD


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", "xoxb-production"),
        ("SLACK_APP_TOKEN", "xapp-production"),
        ("SLACK_SIGNING_SECRET", "secret"),
        ("SLACK_API_URL", "https://slack.example/api/"),
        ("ADAPTBOT_DATABASE_URL", "postgresql://production"),
        ("ADAPTBOT_ALLOWED_CHANNELS", "C9"),
        ("ADAPTBOT_ALLOWED_USERS", "U9"),
        ("ADAPTBOT_ALLOW_GUESTS", "true"),
        ("ADAPTBOT_ALLOW_SHARED", "true"),
        ("ADAPTBOT_WATCHED_CHANNELS", "C9"),
        ("ADAPTBOT_HOST", "0.0.0.0"),  # noqa: S104 - what must not get through
        ("ADAPTBOT_PORT", "3000"),
        ("ADAPTBOT_REPLICA", "replica-7"),
        ("ADAPTBOT_HOME", "production"),
        ("adaptbot_replica", "replica-7"),
    ],
)
def test_a_production_bots_setting_does_not_reach_the_playground(
    variables: Variables, name: str, value: str
) -> None:
    before = [*variables().values()].count(value)  # CI=true, say
    got = variables(**{name: value})
    assert name not in got
    assert [*got.values()].count(value) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ADAPTBOT_MODEL", "openai:gpt-4o-mini"),
        ("ADAPTBOT_MODEL_BASE_URL", "http://127.0.0.1:8080/v1"),
        ("ADAPTBOT_EMBEDDING_MODEL", "some/model"),
        ("ADAPTBOT_RERANKER", "some/reranker"),
        ("ADAPTBOT_CHROMA_URL", "http://127.0.0.1:8000"),
        ("ADAPTBOT_WORKERS", "2"),
        ("ADAPTBOT_LOG_LEVEL", "DEBUG"),
        ("ADAPTBOT_LOG_JSON", "True"),
        ("OPENAI_API_KEY", "key"),
        ("OPENAI_BASE_URL", "http://127.0.0.1:8080/v1"),
    ],
)
def test_how_the_bot_answers_and_logs_reaches_the_playground(
    variables: Variables, name: str, value: str
) -> None:
    assert variables(**{name: value})[name] == value


def test_the_file_of_settings_is_read_by_the_same_rules(variables: Variables) -> None:
    Path(".env").write_text(WRITTEN)
    got = variables(OPENAI_API_KEY="")
    assert got["ADAPTBOT_MODEL"] == "openai:gpt-4o-mini"
    assert got["OPENAI_API_KEY"] == "filed"
    assert not {"SLACK_BOT_TOKEN", "ADAPTBOT_DATABASE_URL", "ADAPTBOT_ALLOWED_USERS"} & set(got)


def test_a_variable_goes_before_the_file_of_settings(variables: Variables) -> None:
    Path(".env").write_text(WRITTEN)
    got = variables(OPENAI_API_KEY="given", adaptbot_model="ollama:small")
    assert got["OPENAI_API_KEY"] == "given"
    assert got["ADAPTBOT_MODEL"] == "ollama:small"


@pytest.mark.parametrize("name", ["KNOWLEDGE", "EMBEDDING_MODEL", "RERANKER"])
def test_a_relative_folder_keeps_its_meaning(
    variables: Variables, empty_folder: Path, name: str
) -> None:
    (empty_folder / "mine").mkdir()
    assert variables(**{f"ADAPTBOT_{name}": "mine"})[f"ADAPTBOT_{name}"] == str(
        empty_folder / "mine"
    )


def test_python_finds_the_program_where_it_was_found_by_a_relative_path(
    variables: Variables, empty_folder: Path
) -> None:
    assert variables(PYTHONPATH="src:lib")["PYTHONPATH"] == f"{empty_folder}/src:{empty_folder}/lib"


def test_the_log_is_quiet_unless_something_else_is_set(variables: Variables) -> None:
    assert variables()["ADAPTBOT_LOG_LEVEL"] == "WARNING"


def test_each_part_is_told_with_the_setting_that_replaces_it() -> None:
    told = embedded(Settings())
    assert "nothing leaves this machine" in told
    for name in "MODEL KNOWLEDGE EMBEDDING_MODEL RERANKER CHROMA_URL DATABASE_URL".split():
        assert f"ADAPTBOT_{name}" in told
    assert "yours" not in told


@pytest.mark.parametrize(
    ("name", "value"), [("MODEL", "openai:gpt-4o-mini"), ("CHROMA_URL", "http://user:secret@c/")]
)
def test_a_part_that_is_replaced_is_told_as_such_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"ADAPTBOT_{name}", value)
    told = embedded(Settings())
    assert "nothing leaves this machine" not in told
    assert value not in told
    assert "yours" in told
