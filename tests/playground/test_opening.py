from __future__ import annotations

from pathlib import Path

import pytest

from bot.playground.browser import graphical, offered
from tests.polling import eventually

ADDRESS = "http://127.0.0.1:8765"


@pytest.mark.parametrize(
    ("environ", "platform", "seen"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"DISPLAY": ":0", "CI": "true"}, "linux", False),
        ({}, "darwin", True),
    ],
)
def test_a_window_is_only_opened_where_somebody_can_see_it(
    environ: dict[str, str], platform: str, *, seen: bool
) -> None:
    assert graphical(environ, platform) is seen


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A browser that writes down what it is asked to open."""
    script, opened = tmp_path / "browser", tmp_path / "opened"
    script.write_text(f'#!/bin/sh\nprintf %s "$1" > {opened}.new && mv {opened}.new {opened}\n')
    script.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{script} %s &")
    monkeypatch.setattr("webbrowser._tryorder", None)
    monkeypatch.setattr("webbrowser._browsers", {})
    return opened


def test_the_page_is_opened_in_the_persons_browser(browser: Path) -> None:
    said = offered(ADDRESS, {"DISPLAY": ":0"}, opening=True)
    assert said == f"Opening {ADDRESS} in your browser."
    eventually(browser.exists)
    assert browser.read_text() == ADDRESS


def test_who_wants_no_browser_is_told_the_address(browser: Path) -> None:
    assert offered(ADDRESS, {"DISPLAY": ":0"}, opening=False) == f"Open {ADDRESS} in a browser."
    assert not browser.exists()


def test_without_a_display_the_address_is_told() -> None:
    assert offered(ADDRESS, {}, opening=True) == f"Open {ADDRESS} in a browser."


def test_a_browser_that_would_take_over_the_terminal_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROWSER", "w3m %s")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("webbrowser._tryorder", None)
    monkeypatch.setattr("webbrowser._browsers", {})
    said = offered(ADDRESS, {"DISPLAY": ":0"}, opening=True)
    assert said == f"Open {ADDRESS} in a browser."


def test_over_ssh_the_way_to_the_page_is_told_and_nothing_opened(browser: Path) -> None:
    environ = {"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}
    said = offered(ADDRESS, environ, opening=True)
    assert "ssh -L 8765:127.0.0.1:8765" in said
    assert not browser.exists()
