"""Fits the weights of short texts to examples, by scipy; needed for calibration only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.adapters.reader_weights import Floats, TextWeights, terms
from bot.domain.description import UNSAID, Example


def classes_of(examples: Sequence[Example], steps: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """UNSAID and what is said of each of `steps` of which any example says something."""
    said = {(s, c) for example in examples for s, c in example.labels.items() if c is not None}
    spoken = [step for step in steps if any(s == step and c != UNSAID for s, c in said)]
    return tuple(
        (step, choice)
        for step in spoken
        for choice in (UNSAID, *sorted(c for s, c in said if s == step and c != UNSAID))
    )


def fit_weights(
    examples: Sequence[Example],
    vectors: Floats,
    *,
    classes: tuple[tuple[str, str], ...],
    penalty: float,
    rounds: int,
    least: int,
) -> TextWeights:
    """The weights by which a softmax for each step tells the examples apart, all fitted at once.

    A term has to stand in `least` of the texts to count.

    It is the regression of scikit-learn's LogisticRegression (of `penalty` C); that one takes ten
    times as long, because it knows no features of which some are dense and most are sparse.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - slow to import

    counted = TfidfVectorizer(analyzer=terms, sublinear_tf=True, min_df=least, dtype=np.float32)
    by_terms = counted.fit_transform([example.text for example in examples]).tocsr()
    targets = [_target(step, columns, examples) for step, columns in _columns(classes).items()]
    table = _minimised(vectors, by_terms, targets, penalty=penalty, rounds=rounds)
    return TextWeights(
        classes=classes,
        terms={str(term): row for row, term in enumerate(counted.get_feature_names_out())},
        rarity=counted.idf_.astype(np.float32),
        weights=table[:-1],
        bias=table[-1],
    )


def _columns(classes: Sequence[tuple[str, str]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for column, (step, choice) in enumerate(classes):
        found.setdefault(step, {})[choice] = column
    return found


def _target(
    step: str, columns: Mapping[str, int], examples: Sequence[Example]
) -> tuple[slice, Floats, Floats]:
    """The columns of a step, the class of each example as a row, and its weight (0 for None)."""
    first = min(columns.values())
    rows = np.zeros((len(examples), len(columns)), np.float32)
    weights = np.zeros((len(examples), 1), np.float32)
    for i, example in enumerate(examples):
        label = example.labels.get(step, UNSAID)
        if label is not None:
            rows[i, columns[label] - first] = 1
            weights[i] = example.weight
    return slice(first, first + len(columns)), rows, weights


def _minimised(
    vectors: Floats,
    by_terms: Any,
    targets: Sequence[tuple[slice, Floats, Floats]],
    *,
    penalty: float,
    rounds: int,
) -> Floats:
    """A column a class: weights of vectors, of terms, and the bias in the last row."""
    from scipy.optimize import minimize  # noqa: PLC0415 - slow to import

    dense, height = vectors.shape[1], vectors.shape[1] + by_terms.shape[1] + 1
    width = max(columns.stop for columns, _, _ in targets)
    turned = by_terms.T.tocsr()

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        table = flat.reshape(height, width).astype(np.float32)
        scores = vectors @ table[:dense] + by_terms @ table[dense:-1] + table[-1]
        total = 0.0
        for columns, rows, weights in targets:
            own = scores[:, columns] - scores[:, columns].max(axis=1, keepdims=True)
            powers = np.exp(own)
            sums = powers.sum(axis=1, keepdims=True)
            total += float((weights * (np.log(sums) - (own * rows).sum(1, keepdims=True))).sum())
            scores[:, columns] = (powers / sums - rows) * weights
        slope = np.vstack([vectors.T @ scores, turned @ scores, scores.sum(0, keepdims=True)])
        slope = slope.astype(np.float64) * penalty
        slope[:-1] += table[:-1]
        return penalty * total + 0.5 * float(np.square(table[:-1], dtype=np.float64).sum()), (
            slope.ravel()
        )

    options = {"maxiter": rounds, "ftol": 1e-7, "gtol": 1e-3}
    start = np.zeros(height * width)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options=options)
    return np.asarray(found.x.reshape(height, width), np.float32)
