"""Reads descriptions of projects without a chat model: clauses are compared with examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources.abc import Traversable

import numpy as np

from bot.adapters.calibration import slug
from bot.adapters.fitted_reader import FittedReader, Told, load
from bot.adapters.reader_phrases import PhraseReader
from bot.adapters.reader_weights import Embed, Floats
from bot.domain.clauses import Span, narrower, quoted
from bot.domain.dialog import Answered
from bot.domain.flowchart import Guide
from bot.domain.labelled import COUNTED, COUNTS
from bot.domain.seen import Seen, as_compared, seen
from bot.domain.text import clean
from bot.errors import IndexUnavailableError, ModelUnavailableError
from bot.services.patience import ENDLESS, Patience

BATCH = 32
BATCH_CHARACTERS = 1_200
"""How many texts are embedded at a time, and how long they may be if all were as long as the
longest of them: a model takes as long for each text of a batch as for the longest."""
CLEAR = 0.3
"""How likely a choice has to be to be taken as said."""
WORDED = 0.02
"""How clearly some span at least has to say it: nothing is read that cannot be quoted."""
AS_CLEAR = 0.8
"""The share of a span's probability that a shorter stretch of it has to keep to be quoted alone."""


class EmbeddedReader:
    """Reads the choices of a guide: those that were fitted by weights, others by their phrases."""

    def __init__(self, guide: Guide, *, embed: Embed, fitted: FittedReader | None) -> None:
        """`embed` makes unit vectors, a row a text; `fitted` belongs to the same model."""
        steps = [step for step in guide.steps if not step.loop]
        self._choices = {step.id: {choice.id for choice in step.choices} for step in steps}
        self._settings = guide.settings
        self._embed = embed
        self._fitted = fitted
        self._phrases = PhraseReader(guide, embed=embed, known=_known(fitted))

    def warm(self) -> None:
        """Make the vectors of phrases that are needed, so that the first reading need not."""
        self._phrases.warm()

    def read(self, description: str, *, patience: Patience = ENDLESS) -> tuple[Answered, ...]:
        """What is clearly said, in the order of the guide's steps.

        The first `bot.domain.clauses.MOST_CLAUSES` clauses are read.

        Raises:
            ModelUnavailableError: the embedding model cannot be loaded.
            StoppedError: somebody stopped the work.
            OutOfTimeError: the asker's time is up.
        """
        try:
            found = self._read(description, patience)
        except IndexUnavailableError as error:
            raise ModelUnavailableError(str(error)) from error
        return tuple(
            Answered(step, found[step][0], quoted(description, found[step][1]))
            for step in self._choices
            if step in found
        )

    def _read(self, description: str, patience: Patience) -> dict[str, tuple[str, Span]]:
        """By step: the choice, and the stretch that says it."""
        parts = seen(description)
        if not parts.spans:
            return {}
        vectors = self._vectors(parts.texts, patience)
        said = {} if self._fitted is None else self._said(self._fitted, parts, vectors)
        found = {step: (choice, told.span) for step, (choice, told) in said.items() if told.span}
        if self._fitted is not None:
            found |= self._shorter(self._fitted, description, said, patience)
        alone = [number for number, span in enumerate(parts.spans) if span.clauses == 1]
        texts = [clean(parts.spans[number].text) for number in alone]
        by_phrase = self._phrases.read(texts, vectors[alone])
        return found | {
            step: (choice, parts.spans[alone[number]])
            for step, (choice, number) in by_phrase.items()
        }

    def _vectors(self, texts: Sequence[str], patience: Patience) -> Floats:
        order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
        vectors: list[Floats] = []
        for batch in _batches([texts[number] for number in order]):
            patience.check()
            vectors.append(self._embed(batch))
        return np.concatenate(vectors)[np.argsort(order)]

    def _said(
        self, fitted: FittedReader, parts: Seen, vectors: Floats
    ) -> dict[str, tuple[str, Told]]:
        """Of each step the likeliest choice, if it is likely enough."""
        found = {}
        for step, choices in fitted.told(parts, vectors, self._settings).items():
            likely = max(
                (
                    (chance, choice, told)
                    for choice, (chance, told) in choices.items()
                    if choice in self._choices.get(step, ()) and told.chance >= WORDED
                ),
                key=lambda each: each[0],
                default=None,
            )
            if likely is not None and likely[0] >= CLEAR:
                found[step] = likely[1:]
        return found

    def _shorter(
        self,
        fitted: FittedReader,
        description: str,
        said: Mapping[str, tuple[str, Told]],
        patience: Patience,
    ) -> dict[str, tuple[str, Span]]:
        """Of each step the shortest stretch that says it about as clearly, if there is any."""
        inside = {
            step: narrower(description, told.span)
            for step, (_, told) in said.items()
            if told.span and not told.counted
        }
        every = list(dict.fromkeys(span for spans in inside.values() for span in spans))
        if not every:
            return {}
        texts = [as_compared(span.text) for span in every]
        chances = fitted.clauses.chances(texts, self._vectors(texts, patience))
        columns, found = fitted.clauses.columns(), {}
        for step, spans in inside.items():
            choice, told = said[step]
            of_choice = chances[:, columns[step][choice]]
            for span in spans:
                if of_choice[every.index(span)] >= told.chance * AS_CLEAR:
                    found[step] = choice, span
                    break
        return found


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """The texts, which come shortest first, in batches of similar length."""
    batch: list[str] = []
    for text in texts:
        full = len(batch) == BATCH or len(text) * (len(batch) + 1) > BATCH_CHARACTERS
        if batch and full:
            yield batch
            batch = []
        batch.append(text)
    yield batch


def _known(fitted: FittedReader | None) -> frozenset[tuple[str, str]]:
    """The (step, choice) pairs that `fitted` reads."""
    if fitted is None:
        return frozenset()
    pairs = {(step, c) for step, verdict in fitted.verdicts.items() for c in verdict.choices}
    counted = {step for step, choice in fitted.clauses.classes if choice == COUNTED}
    return frozenset(pairs | {(step, choice) for step in counted for choice in COUNTS})


def read_fitted(folder: Traversable, *, model: str) -> FittedReader | None:
    """The reader for the embedding model `model`; None where none was fitted.

    Raises:
        ContentError: the file is malformed.
    """
    file = folder / f"{file_name(model)}.npz"
    return load(file) if file.is_file() else None


def file_name(model: str) -> str:
    """Of the files of the reader for the embedding model `model`, without their endings."""
    return f"reader-{slug(model)}"
