from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot import telemetry
from bot.domain.answer import Question
from tests.assembled import answering
from tests.services.test_answering import COST


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Logging is the process's: what a test configures is undone."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_log_line_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure(json_lines=True)
    _log_failure("scripted\nin two lines")
    [line] = capsys.readouterr().err.splitlines()
    record = json.loads(line)
    assert (record["event"], record["work"], record["level"]) == ("it failed", "w1", "error")
    assert "ValueError: scripted" in record["exception"]


def test_people_read_a_traceback_as_lines(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure()
    _log_failure("scripted")
    assert "\nValueError: scripted" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("level", "shown"),
    [("DEBUG", ["debug", "info", "error"]), ("INFO", ["info", "error"]), ("ERROR", ["error"])],
)
def test_a_level_hides_what_is_below_it(
    capsys: pytest.CaptureFixture[str], level: str, shown: list[str]
) -> None:
    telemetry.configure(level, json_lines=True)
    log = telemetry.logger("bot.test")
    for name in ("debug", "info", "error"):
        getattr(log, name)(name)
    assert [json.loads(x)["event"] for x in capsys.readouterr().err.splitlines()] == shown


def test_libraries_stay_quiet_even_when_we_debug(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure("DEBUG")
    logging.getLogger("some.library").info("what a person wrote")
    logging.getLogger("some.library").warning("a warning")
    assert capsys.readouterr().err == "a warning\n"


def test_nothing_is_logged_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure("DEBUG", json_lines=True)
    telemetry.logger("bot.test").info("said")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("question", "outcome"),
    [(COST, "answered"), ("", "empty"), ("Weather in Lisbon?", "off_topic")],
)
def test_questions_are_counted_by_outcome(question: str, outcome: str) -> None:
    before = _counted(outcome)
    answering().answer(Question(question))
    assert _counted(outcome) == before + 1


def _log_failure(text: str) -> None:
    try:
        _fail(text)
    except ValueError:
        telemetry.logger("bot.test").exception("it failed", work="w1")


def _fail(text: str) -> None:
    raise ValueError(text)


def _counted(outcome: str) -> float:
    [metric] = telemetry.QUESTIONS.labels(outcome).collect()
    return metric.samples[0].value


@pytest.mark.parametrize("json_lines", [True, False])
@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-12-abc",
        "xoxe.xoxp-1-abc",
        "xapp-1-A1-abc",
        "Bearer abc.def",
        "postgresql://bot:hunter2@db/adaptbot",
        "ana@example.com",
    ],
)
def test_no_secret_is_logged_whoever_logs_it(
    capsys: pytest.CaptureFixture[str],
    secret: str,
    json_lines: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    telemetry.configure(json_lines=json_lines)
    log = telemetry.logger("bot.test")
    log.warning("it holds %s", problem=f"refused: {secret}")
    logging.getLogger("some.library").error("a library tells %s", secret)
    log.error("it failed", exc_info=ValueError(secret))
    told = capsys.readouterr().err
    hidden = secret.partition("//")[2].partition("@")[0] or secret
    assert hidden not in told
    assert told.count("***") >= 3
