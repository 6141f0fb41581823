"""What `adaptbot doctor` finds around the process."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.adapters.surroundings import folder, free_port, proxies, settings_read
from bot.slack.web import HealthServer, Site
from tests.slack.bots import served

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


KNOWN = {"ADAPTBOT_PORT", "ADAPTBOT_HOME", "SLACK_BOT_TOKEN"}


@pytest.mark.parametrize(
    ("problem", "given", "state", "found"),
    [
        ("", {"PATH", "ADAPTBOT_PORT"}, "good", "set: ADAPTBOT_PORT"),
        ("", {"PATH"}, "good", "all at their defaults"),
        ("", {"ADAPTBOT_PROT"}, "doubtful", "no such setting: ADAPTBOT_PROT"),
        ("ADAPTBOT_PORT: no number", {"ADAPTBOT_PORT"}, "bad", "ADAPTBOT_PORT: no number"),
    ],
)
def test_settings_are_named(problem: str, given: set[str], state: str, found: str) -> None:
    seen = settings_read(problem, given=given, known=KNOWN)
    assert (seen.state, seen.found) == (state, found)


def test_a_folder_that_can_be_written_is_good_and_stays_empty(tmp_path: Path) -> None:
    assert folder(tmp_path).state == "good"
    assert folder(tmp_path / "deeper" / "still").state == "good"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_bad(tmp_path: Path) -> None:
    file = tmp_path / "home"
    file.write_text("x")
    for place in (file, file / "below"):
        assert folder(place).state == "bad"
        assert "ADAPTBOT_HOME" in folder(place).remedy


def test_a_folder_that_cannot_be_written_is_bad() -> None:
    assert folder(Path("/proc/self")).state == "bad"


def test_a_free_port_is_good() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert free_port("127.0.0.1", port).state == "good"
    assert free_port("127.0.0.1", 0).state == "good"


def test_the_port_of_a_running_adaptbot_is_good() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = HealthServer(Site(None, ready=lambda: True), host="127.0.0.1", port=port)
    try:
        found = free_port("127.0.0.1", port)
    finally:
        server.close()
    assert found.state == "good"
    assert "running adaptbot" in found.found


def test_the_port_of_another_program_is_bad() -> None:
    def page(_environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        return [b"welcome"]

    with served(page) as address:
        found = free_port("127.0.0.1", int(address.rsplit(":", 1)[1]))
    assert found.state == "bad"
    assert "another program" in found.found
    assert "ADAPTBOT_PORT" in found.remedy


def test_an_address_of_another_machine_is_bad() -> None:
    found = free_port("192.0.2.1", 3000)
    assert found.state == "bad"
    assert "ADAPTBOT_HOST" in found.remedy


PROXY = "http://me:secret@proxy:1"


@pytest.mark.parametrize(
    ("url", "environment", "found"),
    [
        ("https://slack.com/api/", {}, "none: Slack is reached directly"),
        ("https://slack.com/api/", {"https_proxy": PROXY}, "through the proxy in https_proxy"),
        ("https://slack.com/api/", {"HTTP_PROXY": PROXY}, "through the proxy in HTTP_PROXY"),
        (
            "https://slack.com/api/",
            {"HTTPS_PROXY": PROXY, "NO_PROXY": "a.example, slack.com"},
            "NO_PROXY keeps https://slack.com/api/ from",
        ),
        ("https://slack.com/api/", {"HTTPS_PROXY": " "}, "none: Slack is reached directly"),
        ("http://127.0.0.1:1/api/", {"HTTP_PROXY": PROXY}, "none: Slack is on this machine"),
        ("http://localhost:1/api/", {"http_proxy": PROXY}, "none: Slack is on this machine"),
    ],
)
def test_a_proxy_that_may_be_there_is_named_and_not_shown(
    url: str, environment: dict[str, str], found: str
) -> None:
    seen = proxies(url, environment)
    assert seen.state == "good"
    assert found in seen.found
    assert "secret" not in seen.found
