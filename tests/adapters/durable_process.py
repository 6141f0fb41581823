"""One run of durable work in a process of its own, which a test may kill at any moment.

Arguments: the database, the journal that the task writes to, and what `deliver` does: "hang" (a
crash will come), "finish", or "serve" (go on until SIGTERM). With a fourth argument, a job of that
name is submitted. ADAPTBOT_REPLICA names the replica.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.durable import DurableWork
from bot.services.ports import Job, Payload
from tests.polling import eventually


@dataclass(frozen=True)
class JournalTask:
    """Writes a line for every step it takes."""

    journal: Path
    hangs: bool

    def prepare(self, job: Job) -> Payload:
        prepared = {"nonce": uuid.uuid4().hex}
        self._write(f"prepared {job.payload['name']} {prepared['nonce']}")
        return prepared

    def deliver(self, job: Job, prepared: Payload, *, again: bool) -> None:
        self._write(f"delivering {job.payload['name']} {prepared['nonce']} {job.id} again={again}")
        if self.hangs:
            threading.Event().wait()
        self._write("delivered")

    def interrupted(self, job: Job) -> None:
        self._write(f"interrupted {job.payload['name']}")

    def _write(self, line: str) -> None:
        with self.journal.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def main(database: str, journal: Path, deliver: str, name: str | None = None) -> int:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    work = DurableWork(database=database, replica=os.environ.get("ADAPTBOT_REPLICA"), workers=2)
    work.start({"journal": JournalTask(journal, hangs=deliver == "hang")})
    if name:
        work.submit(Job(name, "journal", "C1:1.0", 1_800_000_000.0, {"name": name}))
    if deliver == "finish":
        eventually(lambda: "\ndelivered\n" in journal.read_text(encoding="utf-8"), within=60)
    else:
        stop.wait()
    return 0 if work.close() else 3


if __name__ == "__main__":
    status = main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
    os._exit(status)
