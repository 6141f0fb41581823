from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from bot.errors import IndexUnavailableError
from bot.services.indexing import ensure_built
from bot.services.ports import Progress


@dataclass
class CountedIndex:
    """A BuildableIndex that counts its builds."""

    built: int = 0
    complete: bool = False
    fails: bool = False

    def ready(self) -> bool:
        return self.complete

    def build(self, progress: Progress) -> None:
        if self.fails:
            raise IndexUnavailableError("cannot be written")
        self.built += 1
        self.complete = True
        progress(1, 1)


@dataclass
class OtherProcess:
    """A lock that was held by another process, which built the index meanwhile."""

    index: CountedIndex
    held: list[str] = field(default_factory=list)

    @contextmanager
    def lock(self, *, builds: bool) -> Iterator[None]:
        self.held.append("taken")
        self.index.complete = self.index.complete or builds
        yield
        self.held.append("released")


@pytest.mark.parametrize(
    ("complete", "rebuild", "elsewhere", "built"),
    [
        (False, False, False, True),
        (True, False, False, False),
        (True, True, False, True),
        (False, False, True, False),
        (False, True, True, True),
    ],
)
def test_an_index_is_built_once_and_only_where_needed(
    *, complete: bool, rebuild: bool, elsewhere: bool, built: bool
) -> None:
    index = CountedIndex(complete=complete)
    lock = OtherProcess(index).lock(builds=elsewhere)
    seen: list[tuple[int, int]] = []
    found = ensure_built(index, lock=lock, progress=lambda *p: seen.append(p), rebuild=rebuild)
    assert found is built
    assert index.built == int(built)
    assert seen == [(1, 1)] * int(built)


def test_an_index_that_is_ready_needs_no_lock() -> None:
    other = OtherProcess(CountedIndex(complete=True))
    ensure_built(other.index, lock=other.lock(builds=False), progress=lambda *_: None)
    assert other.held == []


def test_a_build_that_fails_is_reported() -> None:
    index = CountedIndex(fails=True)
    with pytest.raises(IndexUnavailableError, match="cannot be written"):
        ensure_built(index, lock=OtherProcess(index).lock(builds=False), progress=lambda *_: None)
