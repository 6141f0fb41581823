"""What the verbs of the command line share: the settings, the console and a bar."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from bot.services.ports import Progress
    from bot.settings import Settings


def settings() -> Settings:
    """The settings, read and checked; logging is set up by them."""
    from bot import telemetry
    from bot.settings import read_settings

    read = read_settings()
    telemetry.configure(read.log_level, json_lines=read.log_json)
    return read


def console(*, stderr: bool = False) -> Console:
    """Where text for people goes: standard output, or the other where programs read that."""
    from rich.console import Console

    return Console(stderr=stderr)


def interactive() -> bool:
    """Whether somebody sits at the terminal, to see questions and to answer them."""
    return sys.stdin.isatty() and sys.stdout.isatty()


@contextmanager
def progress(what: str = "Building the index") -> Iterator[Progress]:
    """A bar on standard error, shown only once there is something to do."""
    from rich.console import Console
    from rich.progress import Progress as Bar

    bar = Bar(console=Console(stderr=True), transient=True)

    def advance(done: int, of_all: int) -> None:
        if not bar.tasks:
            bar.start()
            bar.add_task(what, total=of_all)
        bar.update(bar.task_ids[0], completed=done)

    try:
        yield advance
    finally:
        if bar.tasks:
            bar.stop()
