"""Keeps the vector index in step with the notes: rebuilt only when something changed."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from bot.services.ports import Progress


class BuildableIndex(Protocol):
    """An index that knows whether it fits the present notes, model and splitter."""

    def ready(self) -> bool:
        """Whether it can be searched as it is."""
        ...

    def build(self, progress: Progress) -> None:
        """Make it anew."""
        ...


def ensure_built(
    index: BuildableIndex,
    *,
    lock: AbstractContextManager[object],
    progress: Progress,
    rebuild: bool = False,
) -> bool:
    """Build `index` where needed, one process at a time; returns whether it was built.

    Raises:
        IndexUnavailableError: the index can be neither read nor written.
    """
    if index.ready() and not rebuild:
        return False
    with lock:
        if index.ready() and not rebuild:  # another process built it meanwhile
            return False
        index.build(progress)
    return True
