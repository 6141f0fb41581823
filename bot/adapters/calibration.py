"""What was fitted to labelled questions: the ranking's weights and the judge, in `knowledge`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from pydantic import FiniteFloat, TypeAdapter

from bot.adapters.classifier import KernelJudge, fitted, load, save
from bot.domain import ranking
from bot.errors import ContentError
from bot.services.calibrating import Judged, Ranked, threshold

FOLDS = 10
REFUSED = 0.05
"""Share of the answerable questions that may be refused, in cross-validation."""
RANKING_PENALTY = 0.03
"""C of the logistic regression; larger values ranked unseen questions worse."""


def shipped() -> Traversable:
    """The folder of the calibration that comes with adaptbot."""
    return files("knowledge") / "calibration"


def read_weights(folder: Traversable) -> Mapping[str, float]:
    """The ranking's weight of each signal.

    Raises:
        ContentError: the file is malformed.
    """
    file = folder / "ranking.yaml"
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        weights = TypeAdapter(dict[str, FiniteFloat]).validate_python(data)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ContentError("it is not 'signal: weight' lines", file=str(file)) from error
    if unknown := set(weights) - set(ranking.SIGNALS):
        raise ContentError(f"there is no signal '{min(unknown)}'", file=str(file))
    return weights


def read_judge(folder: Traversable, *, model: str) -> KernelJudge | None:
    """The judge for the embedding model `model`; None where none was fitted.

    Raises:
        ContentError: the file is malformed.
    """
    file = folder / _judge_file(model)
    return load(file) if file.is_file() else None


def fit_weights(examples: Sequence[Ranked]) -> dict[str, float]:
    """Weights of a logistic regression that tells sentences that answer from the others.

    Every question counts the same: its answering sentences share a weight of 1, the others too.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to import

    if not examples:
        raise ContentError(
            "calibration needs questions that say what their answer has", file="tests/questions"
        )
    rows = np.array([row for example in examples for row in example.signals])
    answers = np.array([answer for example in examples for answer in example.answers])
    shares = np.concatenate([_shares(example) for example in examples])
    deviation = rows.std(axis=0)
    deviation[deviation == 0] = 1
    regression: Any = LogisticRegression(C=RANKING_PENALTY, max_iter=1_000)
    regression.fit((rows - rows.mean(axis=0)) / deviation, answers, sample_weight=shares)
    weights = regression.coef_[0] / deviation
    return {name: round(float(w), 4) for name, w in zip(ranking.SIGNALS, weights, strict=True)}


def fit_judge(examples: Sequence[Judged]) -> tuple[KernelJudge, dict[str, float]]:
    """The judge, and its rates on questions that it did not see (10-fold cross-validation)."""
    from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415 - slow to import

    answerable = np.array([example.answerable for example in examples])
    if min(answerable.sum(), (~answerable).sum()) < FOLDS:
        raise ContentError(
            f"calibration needs {FOLDS} answerable and {FOLDS} unanswerable questions at least",
            file="tests/questions",
        )
    scores = np.zeros(len(examples))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for seen, unseen in folds.split(answerable, answerable):
        judge = _judge([examples[i] for i in seen])
        scores[unseen] = [judge.score(examples[i].signals, examples[i].vector) for i in unseen]
    least = threshold(scores[answerable], refused=REFUSED)
    near = np.array([example.near for example in examples])
    passed = scores > least
    rates = {
        "questions": len(examples),
        "false_refusals": round(float((~passed[answerable]).mean()), 4),
        "false_answers": round(float(passed[~answerable].mean()), 4),
    }
    if near.any():
        rates["false_answers_near_topic"] = round(float(passed[~answerable & near].mean()), 4)
    return _judge(examples, least=least), rates


def write(
    folder: Path,
    *,
    model: str,
    weights: Mapping[str, float],
    judge: KernelJudge,
    rates: Mapping[str, float],
) -> None:
    """Keep a calibration for the embedding model `model`."""
    folder.mkdir(parents=True, exist_ok=True)
    head = "# Fitted by `adaptbot evaluate --calibrate`; not to be edited by hand.\n"
    for name, data in (("ranking.yaml", weights), (_rates_file(model), rates)):
        text = head + yaml.safe_dump(dict(data), sort_keys=False)
        (folder / name).write_text(text, encoding="utf-8")
    save(judge, folder / _judge_file(model))


def read_rates(folder: Traversable, *, model: str) -> dict[str, float] | None:
    """The judge's cross-validated rates; None where none was fitted."""
    file = folder / _rates_file(model)
    if not file.is_file():
        return None
    return TypeAdapter(dict[str, float]).validate_python(
        yaml.safe_load(file.read_text(encoding="utf-8"))
    )


def _judge(examples: Sequence[Judged], *, least: float = 0.0) -> KernelJudge:
    return fitted(
        [example.signals for example in examples],
        [example.vector for example in examples],
        [example.answerable for example in examples],
        threshold=least,
    )


def _shares(example: Ranked) -> Any:
    answers = np.array(example.answers)
    return np.where(answers, 1 / max(1, answers.sum()), 1 / len(answers))


def _judge_file(model: str) -> str:
    return f"judge-{slug(model)}.npz"


def _rates_file(model: str) -> str:
    return f"judge-{slug(model)}.yaml"


def slug(model: str) -> str:
    """A model's name as a part of a file's name."""
    return re.sub(r"[^a-z0-9]+", "-", model.lower()).strip("-")
