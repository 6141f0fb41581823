"""One run of durable work in a process of its own, which a test may kill at any moment.

Arguments: the database, the journal that the task writes to, and what `deliver` does: "hang" (a
crash will come) or "finish". With a fourth argument, a job of that name is submitted.
"""

from __future__ import annotations

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

    def prepare(self, payload: Payload) -> Payload:
        prepared = {"nonce": uuid.uuid4().hex}
        self._write(f"prepared {payload['name']} {prepared['nonce']}")
        return prepared

    def deliver(self, payload: Payload, prepared: Payload, *, work_id: str, again: bool) -> None:
        self._write(f"delivering {payload['name']} {prepared['nonce']} {work_id} again={again}")
        if self.hangs:
            threading.Event().wait()
        self._write("delivered")

    def _write(self, line: str) -> None:
        with self.journal.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def main(database: str, journal: Path, deliver: str, name: str | None = None) -> None:
    work = DurableWork(database=database, replica="replica-1", workers=2)
    work.start({"journal": JournalTask(journal, hangs=deliver == "hang")})
    if name:
        work.submit(Job(name, "journal", "C1:1.0", 1_800_000_000.0, {"name": name}))
    if deliver == "finish":
        eventually(lambda: "\ndelivered\n" in journal.read_text(encoding="utf-8"), within=60)
        work.close()
    else:
        threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
