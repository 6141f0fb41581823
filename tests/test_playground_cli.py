from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.commands import outside_environment
from tests.playground.test_tenant import alive
from tests.polling import eventually

LODGER = Path(__file__).parent / "playground" / "lodger.py"
AS_STANDIN = (
    "import signal, sys; signal.signal(signal.SIGHUP, signal.SIG_DFL); "
    "import bot.playground_cli as verb; from bot.__main__ import main; "
    f"verb.COMMAND = (sys.executable, {str(LODGER)!r}); sys.argv[0] = 'adaptbot'; main()"
)
"""The command line, with a stand-in that starts faster than the bot.

A signal that the tests' own starter ignores (`nohup`) is heard again: it would be inherited.
"""
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
READY = "Ctrl-C ends it."


class Playing:
    """`adaptbot playground` as a process, with all that it says."""

    def __init__(self, folder: Path, *options: str, bot: str, **settings: str) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        start = ["-m", "bot"] if bot == "real" else ["-c", AS_STANDIN]
        environment = outside_environment(STANDIN_ENDS=bot, **settings)
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"):
            environment.pop(name, None)
        self.home = Path(settings["ADAPTBOT_HOME"])
        self.process = subprocess.Popen(
            [sys.executable, *start, "playground", *options],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def said(self) -> str:
        return os.pread(self._log.fileno(), 1_000_000, 0).decode()

    @property
    def address(self) -> str:
        found = ADDRESS.search(self.said)
        assert found, self.said
        return found[0]

    @property
    def lodger(self) -> dict[str, Any]:
        """What the stand-in was started with."""
        found: dict[str, Any] = json.loads((self.home / "playground/started.json").read_text())
        return found

    def ready(self, *, within: float = 30.0) -> Playing:
        eventually(lambda: READY in self.said or self.process.poll() is not None, within=within)
        assert READY in self.said, self.said
        return self

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal; the exit status."""
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> int:
        return self.process.wait(40)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._log.close()


Started = Callable[..., Playing]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    """Starts playgrounds with one home; what is left of them ends with the test."""
    made: list[Playing] = []

    def start(*options: str, bot: str = "stand-in", **settings: str) -> Playing:
        given = {"ADAPTBOT_HOME": str(tmp_path / "home"), **settings}
        made.append(Playing(tmp_path, *options, bot=bot, **given))
        return made[-1]

    yield start
    for playing in made:
        playing.close()


def quiet(*more: str) -> list[str]:
    return ["--port", "0", "--no-browser", "--no-example", *more]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_with_everything_in_it_when_it_is_asked_to(
    started: Started, number: signal.Signals
) -> None:
    playing = started(*quiet()).ready()
    pid = playing.lodger["pid"]
    assert playing.end(number) == 0
    assert not alive(pid)
    assert "Traceback" not in playing.said
    if number != signal.SIGHUP:  # then nobody is there to read
        assert playing.said.endswith("The playground has ended.\n")


def test_ctrl_c_while_the_bot_starts_ends_it_as_well(started: Started) -> None:
    playing = started(*quiet("--http"))
    eventually(lambda: "Starting the bot" in playing.said)
    assert playing.end() == 0
    assert READY not in playing.said
    assert "Traceback" not in playing.said


def test_a_killed_playground_leaves_no_bot_behind(started: Started) -> None:
    playing = started(*quiet()).ready()
    pid = playing.lodger["pid"]
    playing.process.kill()
    playing.process.wait()
    eventually(lambda: not alive(pid))
    assert started(*quiet()).ready().end() == 0


def test_what_is_embedded_is_told_and_the_page_is_there_when_its_address_is(
    started: Started,
) -> None:
    playing = started(*quiet()).ready()
    assert "ADAPTBOT_MODEL" in playing.said
    assert f"Open {playing.address} in a browser." in playing.said
    answer = httpx.get(playing.address, follow_redirects=True, trust_env=False)
    assert answer.is_success
    assert "text/html" in answer.headers["content-type"]


def test_a_second_start_leads_to_the_playground_that_runs(started: Started) -> None:
    first = started(*quiet()).ready()
    second = started("--no-browser")
    assert second.ended() == 0
    assert f"A playground already runs at {first.address}." in second.said
    assert first.process.poll() is None


def test_a_second_start_at_another_port_is_refused_in_words(started: Started) -> None:
    first = started(*quiet()).ready()
    second = started("--port", "1")
    assert second.ended() == 2
    assert f"adaptbot: a playground already runs at {first.address}; end it first" in second.said


def test_a_page_of_another_home_is_no_obstacle(started: Started, tmp_path: Path) -> None:
    first = started(*quiet()).ready()
    second = started(*quiet(), ADAPTBOT_HOME=str(tmp_path / "other")).ready()
    assert first.address != second.address


def test_a_port_that_is_asked_for_and_taken_is_told_and_nothing_starts(started: Started) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        playing = started("--port", str(port), "--no-browser")
        assert playing.ended() == 2
    assert f"adaptbot: port {port} cannot be opened (Address already in use)" in playing.said
    assert not (playing.home / "playground/started.json").exists()
    assert "Traceback" not in playing.said


def test_where_the_usual_port_is_taken_another_is_used_and_told(
    started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setattr(
            f"{__name__}.AS_STANDIN",
            AS_STANDIN.replace("; main()", f"; verb.DEFAULT_PORT = {port}; main()"),
        )
        playing = started("--no-browser", "--no-example").ready()
        assert f"Port {port} is taken by another program; using " in playing.said
        assert str(port) not in playing.address


def test_a_bot_that_does_not_start_is_told_of_with_what_it_said(started: Started) -> None:
    playing = started(*quiet(), bot="early")
    assert playing.ended() == 2
    assert "the stand-in does not want to" in playing.said
    assert "adaptbot: the bot did not start: it ended with status 3" in playing.said


def test_a_bot_that_ends_soon_after_its_start_is_told_of(started: Started) -> None:
    playing = started(*quiet(), bot="late")
    assert playing.ended() == 2
    assert "adaptbot: the bot has ended by itself (status 4) soon after its start" in playing.said


def test_no_setting_of_a_production_bot_reaches_the_one_in_the_playground(
    started: Started, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(
        "SLACK_SIGNING_SECRET=production\nADAPTBOT_ALLOWED_USERS=U9\nANTHROPIC_API_KEY=filed\n"
    )
    playing = started(*quiet(), ADAPTBOT_REPLICA="production", OPENAI_API_KEY="given").ready()
    environment = playing.lodger["environment"]
    assert "production" not in environment.values()
    assert "ADAPTBOT_ALLOWED_USERS" not in environment
    assert environment["ANTHROPIC_API_KEY"] == "filed"
    assert environment["OPENAI_API_KEY"] == "given"
    assert environment["ADAPTBOT_HOME"] == str(playing.home / "playground")
    assert playing.lodger["cwd"] == str(playing.home / "playground")
    assert not (playing.home / "playground" / ".env").exists()


@pytest.mark.slow
@pytest.mark.parametrize("way", ["socket", "http"])
def test_the_bot_itself_plays_the_example_in_its_own_databases(
    started: Started, built_home: Path, tmp_path: Path, way: str
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "index").symlink_to(built_home / "index")
    options = ["--port", "0", "--no-browser", *(["--http"] if way == "http" else [])]
    playing = started(*options, bot="real").ready(within=120)

    def played() -> bool:
        page = httpx.get(f"{playing.address}/w/ana/C1ADAPT", trust_env=False, timeout=20)
        return "Recommend" in page.text

    eventually(played, within=60)
    assert (home / "playground/work.sqlite").exists()
    assert not list(home.glob("*.sqlite"))
    assert playing.end() == 0
    assert "Traceback" not in playing.said
    assert "broke off" not in playing.said
