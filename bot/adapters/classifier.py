"""The trained judge of sufficiency: a support vector machine with a radial kernel, in one file.

scikit-learn fits it (`adaptbot evaluate --calibrate`); answering needs numpy only, so that no
pickle of one library's version lies in the repository.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import as_file
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from bot.domain.sufficiency import SIGNALS
from bot.errors import ContentError

Floats = NDArray[np.float32]

UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    EOFError,
    BadZipFile,
    zlib.error,
)
"""What numpy raises at files that are none of its own, or damaged."""

SIGNAL_SCALE = 0.5
VECTOR_SCALE = 10.0
"""How much the signals (at unit variance) and the question's vector (of length 1) weigh."""
GAMMA = 0.01
PENALTY = 2.0
"""The kernel's width and the C of the machine; docs/quality.md has the figures of others."""


@dataclass(frozen=True, slots=True)
class KernelJudge:
    """Above 0 for questions that are like the answerable ones it was fitted on."""

    mean: Floats
    deviation: Floats
    support: Floats
    """Rows of scaled signals and vector."""
    weights: Floats
    bias: float

    def score(self, signals: Sequence[float], vector: Sequence[float]) -> float:
        """The decision function at one question."""
        row = _row(signals, vector, mean=self.mean, deviation=self.deviation)
        distance = np.square(self.support - row).sum(axis=1)
        return float(np.exp(-GAMMA * distance) @ self.weights + self.bias)


def fitted(
    signals: Sequence[Sequence[float]],
    vectors: Sequence[Sequence[float]],
    answerable: Sequence[bool],
    *,
    threshold: float = 0.0,
) -> KernelJudge:
    """The judge that separates the given questions; scores are moved down by `threshold`."""
    from sklearn.svm import SVC  # noqa: PLC0415 - only calibration needs it, and it is slow

    raw = np.asarray(signals, np.float32)
    mean, deviation = raw.mean(axis=0), raw.std(axis=0)
    deviation[deviation == 0] = 1
    rows = np.array(
        [_row(s, v, mean=mean, deviation=deviation) for s, v in zip(raw, vectors, strict=True)]
    )
    machine: Any = SVC(C=PENALTY, gamma=GAMMA).fit(rows, np.asarray(answerable))
    return KernelJudge(
        mean=mean,
        deviation=deviation,
        support=machine.support_vectors_.astype(np.float32),
        weights=machine.dual_coef_[0].astype(np.float32),
        bias=float(machine.intercept_[0]) - threshold,
    )


def save(judge: KernelJudge, file: Path) -> None:
    """Write `judge`; half precision is plenty for its support vectors."""
    np.savez_compressed(
        file,
        names=np.array(SIGNALS),
        mean=judge.mean,
        deviation=judge.deviation,
        support=judge.support.astype(np.float16),
        weights=judge.weights,
        bias=np.float32(judge.bias),
    )


def load(file: Traversable) -> KernelJudge:
    """The judge in `file`.

    Raises:
        ContentError: it is no such file, or was fitted on other signals.
    """
    again = "run adaptbot evaluate --calibrate"
    try:
        with as_file(file) as path, path.open("rb") as opened:
            names, judge = _read(opened)
    except UNREADABLE as error:
        raise ContentError(
            f"no calibration can be read from it; {again}", file=str(file)
        ) from error
    if names != SIGNALS:
        raise ContentError(f"fitted on other signals; {again}", file=str(file))
    if not _fits(judge):
        raise ContentError(f"its parts do not fit together; {again}", file=str(file))
    return judge


def _read(opened: BinaryIO) -> tuple[tuple[str, ...], KernelJudge]:
    with np.load(opened, allow_pickle=False) as held:
        names = tuple(str(name) for name in held["names"])
        parts = {
            part: held[part].astype(np.float32)
            for part in ("mean", "deviation", "support", "weights")
        }
        return names, KernelJudge(**parts, bias=float(held["bias"]))


def _fits(judge: KernelJudge) -> bool:
    """Whether there is a mean and a deviation a signal, and a weight a support vector."""
    return (
        judge.mean.shape == judge.deviation.shape == (len(SIGNALS),)
        and judge.weights.ndim == 1
        and judge.support.ndim == 2  # noqa: PLR2004 - rows
        and len(judge.support) == len(judge.weights)
    )


def _row(
    signals: Sequence[float] | Floats, vector: Sequence[float], *, mean: Floats, deviation: Floats
) -> Floats:
    scaled = (np.asarray(signals, np.float32) - mean) / deviation * SIGNAL_SCALE
    return np.concatenate([scaled, np.asarray(vector, np.float32) * VECTOR_SCALE])
