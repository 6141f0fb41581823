"""What was fitted to labelled descriptions, in one file: weights of clauses, wholes and verdicts.

scipy and scikit-learn fit it (`bot.adapters.reader_fitting`); reading needs numpy only, so that no
pickle of one library's version lies in the repository.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import as_file
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from bot.adapters.classifier import UNREADABLE
from bot.adapters.reader_weights import Floats, TextWeights, softmax
from bot.domain.clauses import Span
from bot.domain.description import UNSAID
from bot.domain.labelled import COUNTED, COUNTS, choice_for
from bot.domain.seen import Seen
from bot.errors import ContentError

_AGAIN = "run adaptbot evaluate --calibrate"
_SURE = 1e-4
"""How near to 0 and 1 a probability counts."""
_SCALE = 4.0


@dataclass(frozen=True, slots=True)
class Told:
    """How clearly a choice is said, and where most clearly."""

    chance: float = 0.0
    """The greatest probability of any span."""
    alone: float = 0.0
    """The greatest of a single clause."""
    span: Span | None = None
    counted: bool = False
    """Whether a number told it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How what was seen of one step is weighed: a softmax over its choices."""

    choices: tuple[str, ...]
    weights: Floats
    """A row a choice."""
    bias: Floats


@dataclass(frozen=True, slots=True)
class FittedReader:
    """Says of a description how likely it makes each choice of each step.

    Clauses and numbers are judged one by one, the description as a whole; for each step a verdict
    weighs the clearest clause of each choice with the whole.
    """

    clauses: TextWeights
    whole: TextWeights
    verdicts: Mapping[str, Verdict]

    def told(
        self, seen: Seen, vectors: Floats, settings: Mapping[str, int]
    ) -> dict[str, dict[str, tuple[float, Told]]]:
        """By step and choice: the probability, and where it is said; UNSAID is left out.

        `vectors` has a row for each of `seen.texts`; `settings` are the guide's.
        """
        signals = Signals.of(seen, vectors, settings, clauses=self.clauses, whole=self.whole)
        found = {}
        for step, verdict in self.verdicts.items():
            row = verdict.weights @ signals.row(step) + verdict.bias
            chances = dict(zip(verdict.choices, softmax(row).tolist(), strict=True))
            told = signals.told[step]
            found[step] = {
                choice: (chances[choice], each)
                for choice, each in told.items()
                if choice in chances and each.span is not None
            }
        return found


@dataclass(frozen=True, slots=True)
class Signals:
    """What the clauses and the whole of one description tell of each step."""

    told: Mapping[str, Mapping[str, Told]]
    """By step and choice, each in its order."""
    whole: Mapping[str, tuple[float, ...]]
    """By step the probabilities of the whole, UNSAID's too."""

    @classmethod
    def of(
        cls,
        seen: Seen,
        vectors: Floats,
        settings: Mapping[str, int],
        *,
        clauses: TextWeights,
        whole: TextWeights,
    ) -> Signals:
        """The signals of what was seen."""
        chances = clauses.chances(seen.texts[:-1], vectors[:-1])
        told = {
            step: _told(seen, chances, columns, settings)
            for step, columns in clauses.columns().items()
        }
        (of_whole,) = whole.chances(seen.texts[-1:], vectors[-1:]).tolist()
        return cls(
            told,
            {
                step: tuple(of_whole[column] for column in columns.values())
                for step, columns in whole.columns().items()
            },
        )

    def row(self, step: str) -> Floats:
        """Log odds: of the best single clause a choice, of the best span, of the whole."""
        told = self.told[step].values()
        chances = [*(each.alone for each in told), *(each.chance for each in told)]
        near = np.clip([*chances, *self.whole.get(step, ())], _SURE, 1 - _SURE)
        return np.asarray(np.log(near / (1 - near)) / _SCALE, np.float32)


def _told(
    seen: Seen, chances: Floats, columns: Mapping[str, int], settings: Mapping[str, int]
) -> dict[str, Told]:
    found = {choice: Told() for choice in columns if choice not in (UNSAID, COUNTED)}
    for choice in found:
        found[choice] = _clearest(seen.spans, chances[: len(seen.spans), columns[choice]])
    if COUNTED in columns:
        found |= {choice: found.get(choice, Told()) for choice in COUNTS}
        of_windows = chances[len(seen.spans) :, columns[COUNTED]].tolist()
        for window, chance in zip(seen.windows, of_windows, strict=True):
            counted = choice_for(window.numeral.value, settings)
            if counted and chance > found[counted].chance:
                alone = max(chance, found[counted].alone)
                found[counted] = Told(chance, alone, window.span, counted=True)
    return found


def _clearest(spans: tuple[Span, ...], chances: Floats) -> Told:
    if not spans:
        return Told()
    best = int(chances.argmax())
    alone = max(
        float(chance) for span, chance in zip(spans, chances, strict=True) if span.clauses == 1
    )
    return Told(float(chances[best]), alone, spans[best])


def save(reader: FittedReader, file: Path) -> None:
    """Write `reader`; half precision is plenty for the weights of texts."""
    parts: dict[str, Any] = {"steps": np.array(list(reader.verdicts))}
    for name, part in (("clauses", reader.clauses), ("whole", reader.whole)):
        parts |= {
            f"{name}_classes": np.array(["=".join(each) for each in part.classes]),
            f"{name}_terms": np.frombuffer("\n".join(part.terms).encode(), np.uint8),
            f"{name}_rarity": part.rarity.astype(np.float16),
            f"{name}_weights": part.weights.astype(np.float16),
            f"{name}_bias": part.bias.astype(np.float32),
        }
    for step, verdict in reader.verdicts.items():
        parts |= {
            f"verdict_{step}_choices": np.array(verdict.choices),
            f"verdict_{step}_weights": verdict.weights.astype(np.float32),
            f"verdict_{step}_bias": verdict.bias.astype(np.float32),
        }
    np.savez_compressed(file, **parts)


def load(file: Traversable) -> FittedReader:
    """The reader in `file`.

    Raises:
        ContentError: it is no such file, or its parts do not fit together.
    """
    try:
        with as_file(file) as path, path.open("rb") as opened:
            reader = _read(opened)
            fitting = _fits(reader)
    except UNREADABLE as error:
        raise ContentError(f"no reader can be read from it; {_AGAIN}", file=str(file)) from error
    if not fitting:
        raise ContentError(f"its parts do not fit together; {_AGAIN}", file=str(file))
    return reader


def _read(opened: BinaryIO) -> FittedReader:
    with np.load(opened, allow_pickle=False) as held:
        verdicts = {
            str(step): Verdict(
                tuple(str(choice) for choice in held[f"verdict_{step}_choices"]),
                held[f"verdict_{step}_weights"].astype(np.float32),
                held[f"verdict_{step}_bias"].astype(np.float32),
            )
            for step in held["steps"]
        }
        return FittedReader(_weights(held, "clauses"), _weights(held, "whole"), verdicts)


def _weights(held: Any, name: str) -> TextWeights:
    named = [str(each).partition("=") for each in held[f"{name}_classes"]]
    rows = held[f"{name}_terms"].tobytes().decode().split("\n")
    return TextWeights(
        classes=tuple((step, choice) for step, _, choice in named),
        terms={term: row for row, term in enumerate(rows)},
        rarity=held[f"{name}_rarity"].astype(np.float32),
        weights=held[f"{name}_weights"].astype(np.float32),
        bias=held[f"{name}_bias"].astype(np.float32),
    )


def _fits(reader: FittedReader) -> bool:
    """Whether each verdict weighs what is told of its step."""
    if not (reader.clauses.fits and reader.whole.fits):
        return False
    clauses, whole = reader.clauses.columns(), reader.whole.columns()
    if reader.clauses.dimensions != reader.whole.dimensions or not reader.verdicts:
        return False
    for step, verdict in reader.verdicts.items():
        if step not in clauses:
            return False
        told = {c for c in clauses[step] if c not in (UNSAID, COUNTED)}
        told |= {c for c in COUNTS if COUNTED in clauses[step]}
        width = 2 * len(told) + len(whole.get(step, ()))
        if verdict.weights.shape != (len(verdict.choices), width):
            return False
        if verdict.bias.shape != (len(verdict.choices),):
            return False
    return True
