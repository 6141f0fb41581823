from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.errors import AdaptbotError
from bot.playground import leash
from bot.playground.server import LocalSlack
from bot.playground.tenant import Tenant, Way, surroundings
from tests.polling import eventually

LODGER = Path(__file__).with_name("lodger.py")
Moved = Callable[..., Tenant]


@pytest.fixture
def moved(slack: LocalSlack, tmp_path: Path) -> Iterator[Moved]:
    """Makes tenants, each with a stand-in for the bot, that are gone at the end."""
    made: list[Tenant] = []

    def make(*, ends: str = "", way: Way = "socket", **options: Any) -> Tenant:
        environment = {**surroundings(os.environ), "STANDIN_ENDS": ends}
        tenant = Tenant(
            slack,
            [sys.executable, str(LODGER)],
            home=tmp_path,
            environment=environment,
            way=way,
            **options,
        )
        made.append(tenant)
        return tenant

    yield make
    for tenant in made:
        tenant.stop()


def started(home: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((home / "started.json").read_text())
    return found


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and is not yet reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_the_bot_is_ready_when_start_returns_and_gone_when_stop_does(
    moved: Moved, slack: LocalSlack, tmp_path: Path
) -> None:
    tenant = moved()
    tenant.start()
    assert slack.connected
    assert tenant.running
    assert tenant.status is None
    pid = started(tmp_path)["pid"]
    tenant.stop()
    assert not tenant.running
    assert not alive(pid)


def test_over_http_the_workspace_delivers_to_the_bot_once_it_is_ready(
    moved: Moved, slack: LocalSlack, tmp_path: Path
) -> None:
    tenant = moved(way="http")
    assert not slack.reachable
    tenant.start()
    assert slack.reachable
    environment = started(tmp_path)["environment"]
    assert environment["SLACK_SIGNING_SECRET"] == slack.app.signing_secret
    assert "SLACK_APP_TOKEN" not in environment


def test_a_bot_that_ends_instead_of_starting_is_told_of_with_its_status(moved: Moved) -> None:
    tenant = moved(ends="early")
    with pytest.raises(AdaptbotError, match="ended with status 3; what it said is above"):
        tenant.start()


def test_a_bot_that_ends_by_itself_leaves_its_status(moved: Moved) -> None:
    tenant = moved(ends="late")
    tenant.start()
    assert tenant.wait(20) == 4
    assert tenant.status == 4


def test_waiting_ends_in_time_where_the_bot_runs_on(moved: Moved) -> None:
    tenant = moved()
    tenant.start()
    assert tenant.wait(0.05) is None


def test_a_restart_brings_another_process_which_is_connected(
    moved: Moved, slack: LocalSlack, tmp_path: Path
) -> None:
    tenant = moved()
    tenant.start()
    first = started(tmp_path)["pid"]
    tenant.start()
    second = started(tmp_path)["pid"]
    assert slack.connected
    assert first != second
    assert not alive(first)
    assert alive(second)


def test_a_start_is_given_up_when_somebody_asks_for_the_end(
    slack: LocalSlack, tmp_path: Path
) -> None:
    asked = threading.Event()
    forever = [sys.executable, "-c", "import signal; signal.pause()"]
    tenant = Tenant(
        slack,
        forever,
        home=tmp_path,
        environment=surroundings(os.environ),
        asked=lambda: int(asked.is_set()),
    )
    starting = threading.Thread(target=tenant.start)
    starting.start()
    eventually(lambda: tenant.running)
    asked.set()
    starting.join(10)
    assert not starting.is_alive()
    tenant.stop()
    assert not tenant.running


def test_who_asks_twice_does_not_wait_for_a_bot_that_will_not_end(
    slack: LocalSlack, tmp_path: Path
) -> None:
    stubborn = (
        "import pathlib, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "pathlib.Path('deaf').touch(); signal.pause()"
    )
    times = [1]
    tenant = Tenant(
        slack,
        [sys.executable, "-c", stubborn],
        home=tmp_path,
        environment=surroundings(os.environ),
        asked=lambda: times[0],
    )
    tenant.start()
    eventually((tmp_path / "deaf").exists)
    times[0] = 2
    tenant.stop()
    assert not tenant.running


def test_the_bot_ends_with_its_starter_though_that_was_killed(tmp_path: Path) -> None:
    starter = (
        "import subprocess, sys, time\n"
        f"p = subprocess.Popen([sys.executable, {leash.__file__!r}, sys.executable, '-c', "
        '\'import os, pathlib, signal; pathlib.Path("pid").write_text(str(os.getpid())); '
        "signal.pause()'], stdin=subprocess.PIPE, start_new_session=True)\n"
        "time.sleep(600)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", starter], cwd=tmp_path)
    eventually(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    pid = int((tmp_path / "pid").read_text())
    assert alive(pid)
    process.kill()
    process.wait(10)
    eventually(lambda: not alive(pid))


def test_the_leash_passes_on_the_end_and_the_status() -> None:
    polite = "import signal, sys; signal.signal(15, lambda *_: sys.exit(7)); print(flush=True)"
    process = subprocess.Popen(
        [sys.executable, leash.__file__, sys.executable, "-c", f"{polite}; signal.pause()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        process.terminate()
        assert process.wait(10) == 7


def test_the_leash_tells_a_signal_as_shells_do() -> None:
    killed = f"import os; os.kill(os.getpid(), {int(signal.SIGKILL)})"
    command = [sys.executable, leash.__file__, sys.executable, "-c", killed]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.wait(10) == 128 + signal.SIGKILL


@pytest.mark.parametrize(
    "name",
    [
        "SLACK_BOT_TOKEN",
        "slack_app_token",
        "ADAPTBOT_DATABASE_URL",
        "adaptbot_port",
        "DBOS_SYSTEM_DATABASE_URL",
        "HTTPS_PROXY",
        "all_proxy",
    ],
)
def test_what_would_lead_the_bot_elsewhere_does_not_reach_it(name: str) -> None:
    assert surroundings({name: "x", "OPENAI_API_KEY": "key"}) == {"OPENAI_API_KEY": "key"}
