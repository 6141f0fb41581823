"""Measures how well descriptions are read without a chat model.

`python -m tests.descriptions [FILES]`; without files, the sets that may be looked at.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bot.adapters.calibration import shipped
from bot.adapters.description_files import read_descriptions
from bot.adapters.embedding import BUNDLED, SentenceEmbeddings
from bot.adapters.guide import load_guide
from bot.adapters.reader import EmbeddedReader, read_fitted
from bot.domain.flowchart import Guide
from tests.descriptions.measure import (
    Measured,
    acceptable,
    measured,
    of_steps,
    pre_training,
    spread,
)

HERE = Path(__file__).parent
WORDS = 60
ROUNDS = 20


def main() -> None:
    """Print a table for each file."""
    files = [Path(name) for name in sys.argv[1:]] or [HERE / "own.jsonl", HERE / "fit.jsonl"]
    guide, embeddings, console = load_guide(), SentenceEmbeddings(), Console(width=100)

    reader = EmbeddedReader(
        guide, embed=embeddings.vectors, fitted=read_fitted(shipped(), model=BUNDLED)
    )
    reader.warm()
    for file in files:
        results = measured(guide, read_descriptions([file]), reader.read)
        _print(console, file, guide, results)
        console.print(f"reading {WORDS} words takes {_latency(reader, results):.0f} ms\n")


def _print(console: Console, file: Path, guide: Guide, results: Sequence[Measured]) -> None:
    ends = sum(result.acceptable for result in results)
    console.print(
        f"{file.name}: {len(results)} descriptions, {ends} on an acceptable method "
        f"({acceptable(results):.1%}), {pre_training(results)} on pre-training"
    )
    nothing = [r.from_nothing for r in results if r.from_nothing is not None]
    prose = [r.from_prose for r in results if r.from_prose is not None]
    for name, counts in (("nothing", nothing), ("prose", prose)):
        if len(counts) > 1:
            middle, most = spread(counts)
            console.print(f"questions from {name}: median {middle:g}, 90th percentile {most:g}")
    table = Table("step", "said", "taken", "right", "precision", "recall")
    for step, each in of_steps(guide, results).items():
        figures = (each.said, each.taken, each.right, f"{each.precision:.0%}", f"{each.recall:.0%}")
        table.add_row(step, *map(str, figures))
    console.print(table)


def _latency(reader: EmbeddedReader, results: Sequence[Measured]) -> float:
    """The median time of reading the description whose length is nearest to `WORDS`, in ms."""
    texts = [result.described.description for result in results]
    text = min(texts, key=lambda each: abs(len(each.split()) - WORDS))
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        reader.read(text)
        times.append(time.perf_counter() - started)
    return float(np.median(times)) * 1000


if __name__ == "__main__":
    main()
