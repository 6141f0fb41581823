"""Fits the reader of descriptions to labelled ones; needed for calibration only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bot.adapters.description_files import Phrase
from bot.adapters.fitted_reader import FittedReader, Signals, Verdict, save
from bot.adapters.reader import file_name
from bot.adapters.reader_weights import Embed, Floats, TextWeights
from bot.adapters.weights_fitting import classes_of, fit_weights
from bot.domain.description import (
    UNSAID,
    Described,
    Example,
    from_descriptions,
    from_phrases,
    of_wholes,
)
from bot.domain.dialog import start
from bot.domain.flowchart import Guide
from bot.domain.seen import Seen, seen
from bot.errors import ContentError
from bot.services.ports import DescriptionReader, Progress

FOLDS = 5
BATCH = 256

PENALTIES = {"clauses": 10.0, "whole": 3.0, "verdict": 0.3}
"""C of the regressions, taken over from the experiments; few other values were tried."""
ROUNDS = {"clauses": 120, "whole": 80, "verdict": 400}
"""Iterations at most; the first two are stopped before they fit every single example."""
LEAST_TEXTS = {"clauses": 2, "whole": 3}
"""In how many texts a term has to stand."""


def guide_phrases(guide: Guide) -> list[Phrase]:
    """The example phrases of the guide's choices."""
    return [
        (step.id, choice.id, phrase)
        for step in guide.steps
        if not step.loop
        for choice in step.choices
        for phrase in choice.phrases
    ]


def fit_reader(
    guide: Guide,
    *,
    described: Sequence[Described],
    phrases: Sequence[Phrase],
    embed: Embed,
    progress: Progress,
) -> FittedReader:
    """The reader of `guide`; the same descriptions and phrases give the same one.

    The verdicts are fitted to signals of descriptions that the weights did not see: those of each
    group (`Described.group`) are held out in turn. `progress` counts the texts that are embedded.

    Raises:
        ContentError: there are no descriptions of `FOLDS` groups at least.
    """
    if len({each.group for each in described}) < FOLDS:
        raise ContentError(
            f"fitting needs descriptions of {FOLDS} people or more", file="tests/descriptions"
        )
    fitting = _Fitting(guide, phrases, described)
    fitting.embed(embed, progress)
    return fitting.reader()


def write_fitted(
    folder: Path, *, model: str, fitted: FittedReader, rates: Mapping[str, float]
) -> None:
    """Keep the reader for the embedding model `model`, with what was measured of it."""
    folder.mkdir(parents=True, exist_ok=True)
    head = "# Fitted by `adaptbot evaluate --calibrate`; not to be edited by hand.\n"
    text = head + yaml.safe_dump(dict(rates), sort_keys=False)
    (folder / f"{file_name(model)}.yaml").write_text(text, encoding="utf-8")
    save(fitted, folder / f"{file_name(model)}.npz")


def acceptable(guide: Guide, described: Sequence[Described], reader: DescriptionReader) -> float:
    """The share of descriptions that end on an acceptable method, the rest being Not sure."""
    ends = [start(guide, reader.read(each.description)).conclusion for each in described]
    right = sum(end.method in d.accept for end, d in zip(ends, described, strict=True))
    return right / len(described)


class _Fitting:
    """The examples of all descriptions, and the vectors of their texts."""

    def __init__(
        self, guide: Guide, phrases: Iterable[Phrase], described: Sequence[Described]
    ) -> None:
        self.settings = guide.settings
        steps = [step for step in guide.steps if not step.loop]
        known = {step.id: {choice.id for choice in step.choices} for step in steps}
        every = dict.fromkeys([*guide_phrases(guide), *phrases])
        kept = [each for each in every if not each[0] or each[1] in known.get(each[0], ())]
        self.steps = list(known)
        self.phrases = from_phrases(kept, self.settings)
        self.described = described
        self.seen = [seen(each.description) for each in described]
        self.vectors: dict[str, Floats] = {}
        clauses, wholes = self._clauses(described), self._wholes(described)
        self.texts = {example.text for example in (*clauses, *wholes)}
        self.texts |= {text for each in self.seen for text in each.texts}
        self.classes = {
            "clauses": classes_of(clauses, self.steps),
            "whole": classes_of(wholes, self.steps),
        }

    def embed(self, embed: Embed, progress: Progress) -> None:
        """Make the vector of every text once."""
        every = sorted(self.texts, key=lambda text: (len(text), text))
        for first in range(0, len(every), BATCH):
            batch = every[first : first + BATCH]
            self.vectors |= zip(batch, embed(batch), strict=True)
            progress(first + len(batch), len(every))

    def reader(self) -> FittedReader:
        signals: list[Signals | None] = [None] * len(self.described)
        for seen_ones, unseen in self._folds():
            clauses, whole = self._weights([self.described[i] for i in seen_ones])
            for i in unseen:
                signals[i] = self._signals(self.seen[i], clauses, whole)
        held_out = [each for each in signals if each is not None]
        clauses, whole = self._weights(self.described)
        verdicts = {step: self._verdict(step, held_out) for step in clauses.columns()}
        return FittedReader(clauses, whole, verdicts)

    def _clauses(self, described: Sequence[Described]) -> list[Example]:
        return [*self.phrases, *from_descriptions(described, self.steps, self.settings)]

    def _wholes(self, described: Sequence[Described]) -> list[Example]:
        return of_wholes(described, self.settings)

    def _folds(self) -> Iterator[tuple[list[int], list[int]]]:
        from sklearn.model_selection import GroupKFold  # noqa: PLC0415 - slow to import

        groups = [each.group for each in self.described]
        for some, others in GroupKFold(FOLDS).split(groups, groups=groups):
            yield some.tolist(), others.tolist()

    def _weights(self, described: Sequence[Described]) -> tuple[TextWeights, TextWeights]:
        return (
            self._fitted("clauses", self._clauses(described)),
            self._fitted("whole", self._wholes(described)),
        )

    def _fitted(self, name: str, examples: list[Example]) -> TextWeights:
        """Weights of `examples`, with a column for each class that any description has."""
        vectors = np.stack([self.vectors[example.text] for example in examples])
        return fit_weights(
            examples,
            vectors,
            classes=self.classes[name],
            penalty=PENALTIES[name],
            rounds=ROUNDS[name],
            least=LEAST_TEXTS[name],
        )

    def _signals(self, each: Seen, clauses: TextWeights, whole: TextWeights) -> Signals:
        vectors = np.stack([self.vectors[text] for text in each.texts])
        return Signals.of(each, vectors, self.settings, clauses=clauses, whole=whole)

    def _verdict(self, step: str, signals: Sequence[Signals]) -> Verdict:
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to import

        said = [each.said.get(step) for each in self.described]
        labels = [each.choice if each else UNSAID for each in said]
        rows = np.stack([each.row(step) for each in signals])
        regression = LogisticRegression(C=PENALTIES["verdict"], max_iter=ROUNDS["verdict"])
        return _softmax_of(regression.fit(rows, labels))


def _softmax_of(regression: Any) -> Verdict:
    """The regression as a softmax; of two classes it keeps one row only."""
    weights, bias = regression.coef_, regression.intercept_
    choices = tuple(str(each) for each in regression.classes_)
    if len(choices) == 2:  # noqa: PLR2004
        weights = np.concatenate([-weights, weights]) / 2
        bias = np.concatenate([-bias, bias]) / 2
    return Verdict(choices, weights.astype(np.float32), bias.astype(np.float32))
