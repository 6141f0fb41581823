"""Files of the bot's are printed in words and lie where their reader can open them."""

from __future__ import annotations

import re
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.playground.chat import Chat
from bot.playground.person import Person
from bot.playground.server import LocalSlack
from bot.playground.surfaces import Session
from tests.playground.bolt_apps import client_of


def _nothing() -> None:
    """There is no bot to start again."""


def typed(*lines: str) -> Iterator[str]:
    yield from lines


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def chatted(slack: LocalSlack, ana: Person) -> str:
    """All that is printed while somebody says one thing and leaves."""
    said: list[str] = []
    lines = typed("hello", "/quit")
    Chat(slack, ana, say=said.append, restart=_nothing).run(lambda: next(lines))
    return "\n".join(said)


def share(slack: LocalSlack, ana: Person) -> None:
    uploads = [
        {"filename": "../guide.png", "content": b"\x89PNG", "alt_txt": "Five boxes"},
        {"filename": "guide.png", "content": b"another"},
    ]
    client_of(slack).files_upload_v2(channel=ana.dm, file_uploads=uploads)


def test_files_are_printed_in_words_and_saved(slack: LocalSlack, folder: Path) -> None:
    ana = slack.user("ana")
    timer = threading.Timer(0.1, share, (slack, ana))
    timer.start()
    shown = chatted(slack, ana)
    timer.join()
    assert "Five boxes" in shown
    saved = [Path(path) for path in re.findall("saved as (.+)", shown)]
    assert [path.read_bytes() for path in saved] == [b"\x89PNG", b"another"]
    assert all(path.parent.parent == folder for path in saved)


def test_a_picture_that_takes_a_while_is_waited_for(slack: LocalSlack) -> None:
    ana = slack.user("ana")
    slack.site.surfaces.sessions[ana.dm, "1.0"] = working = Session("processing")

    def draw() -> None:
        share(slack, ana)
        working.status = "active"

    client_of(slack).chat_postMessage(channel=ana.dm, text="before")
    answer = threading.Timer(0.1, client_of(slack).chat_postMessage, kwargs=_post(ana))
    picture = threading.Timer(1.5, draw)
    for timer in (answer, picture):
        timer.start()
    shown = chatted(slack, ana)
    for timer in (answer, picture):
        timer.join()
    assert "the words" in shown
    assert "Five boxes" in shown


def _post(ana: Person) -> dict[str, str]:
    return {"channel": ana.dm, "text": "the words"}
