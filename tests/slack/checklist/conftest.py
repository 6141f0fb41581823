"""A home with the index of a few notes, built once in seconds; the shipped ones take minutes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.playground.server import LocalSlack
from tests.commands import run_adaptbot
from tests.notes import LORA_HEAD, written
from tests.once import once
from tests.slack.process import Mode, Serving, copied

NOTE = f"""\
{LORA_HEAD}
## What LoRA trains

LoRA trains two small low-rank matrices beside each frozen weight matrix.
LoRA adds no inference latency once its matrices are merged.
"""


@dataclass
class Processes:
    """Starts bots as processes of their own, each with a home of its own."""

    knowledge: Path
    home: Path
    folder: Path
    opened: ExitStack
    made: int = 0

    def make(self, slack: LocalSlack, mode: Mode, **settings: str) -> Serving:
        """One that is not started yet."""
        self.made += 1
        serving = Serving(slack, mode, home=copied(self.home, self.folder / str(self.made)))
        serving._settings |= {"ADAPTBOT_KNOWLEDGE": str(self.knowledge), **settings}
        self.opened.callback(serving.close)
        return serving


@pytest.fixture(scope="session")
def few_notes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The notes, and a home with their index."""

    def make(folder: Path) -> None:
        written(NOTE, folder / "notes")
        settings = {"ADAPTBOT_KNOWLEDGE": "notes", "ADAPTBOT_HOME": "home"}
        built = run_adaptbot(["index"], cwd=folder, **settings)
        assert built.returncode == 0, built.stderr

    folder = once(tmp_path_factory, "few", make)
    return folder / "notes", folder / "home"


@pytest.fixture
def processes(few_notes: tuple[Path, Path], tmp_path: Path) -> Iterator[Processes]:
    """Whatever it starts is ended."""
    notes, home = few_notes
    with ExitStack() as opened:
        yield Processes(notes, home, tmp_path, opened)
