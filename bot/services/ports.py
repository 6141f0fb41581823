"""The seams where a second implementation exists, or a test's fake stands in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from bot.domain.answer import Hit, Passage, Turn

Progress = Callable[[int, int], None]
"""Called with (done, of all) while something long runs."""


class PassageIndex(Protocol):
    """Finds sentences of passages for a question."""

    def search(self, question: str, *, limit: int) -> list[Hit]:
        """The best `limit` sentences, best first.

        Raises:
            IndexUnavailableError: the index cannot be read.
        """
        ...


class LanguageModel(Protocol):
    """Writes an answer from passages."""

    @property
    def name(self) -> str:
        """What wrote the answer, as shown to people and kept with it."""
        ...

    def write(self, question: str, *, passages: Sequence[Passage], hits: Sequence[Hit]) -> str:
        """Text with marks such as [2], each naming a passage by its position from 1.

        `hits` are the sentences of those passages that were found, best first.

        Raises:
            ModelUnavailableError: the model cannot be reached or does not answer.
        """
        ...


class Records(Protocol):
    """Keeps what has to outlive the process."""

    def turns(self, thread: str, *, limit: int) -> tuple[Turn, ...]:
        """The last `limit` turns of `thread`, oldest first."""
        ...

    def add_turn(self, thread: str, turn: Turn, *, work_id: str) -> None:
        """Keep `turn`; a second call with the same `work_id` changes nothing."""
        ...


class Work(Protocol):
    """Runs jobs durably: accepted once, in order within a thread, resumed after a crash."""

    def submit(self, job: Job) -> None:
        """Return when `job` is kept for good; the same `job.id` again changes nothing."""
        ...

    def close(self) -> None:
        """Stop taking jobs, let the running ones end for a bounded time, and release."""
        ...
