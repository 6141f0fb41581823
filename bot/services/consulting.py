"""Consultations: the guide in the version they began with, and what their buttons cannot carry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.answer import Source
from bot.domain.dialog import Answered, Dialog, resume
from bot.domain.estimate import Inputs
from bot.domain.flowchart import Guide
from bot.errors import DialogError
from bot.services.editions import Editions
from bot.services.ports import Consultation, Consultations
from bot.services.recommending import Report, report


@dataclass(frozen=True, slots=True)
class Position:
    """Where a dialog stands, as its buttons carry it."""

    version: str
    """Of the guide."""
    path: Sequence[Answered]
    known: Sequence[Answered] = ()
    """Answers for questions that come up later."""
    consultation: str = ""
    """The id of what is kept about the dialog; "" for nothing."""


class Consulting:
    """Finds a dialog again from where it stands, and reports where it ended."""

    def __init__(
        self, editions: Editions, *, records: Consultations, sources: Mapping[str, Source]
    ) -> None:
        self._editions = editions
        self._records = records
        self._sources = sources

    @property
    def guide(self) -> Guide:
        """The guide that new dialogs begin with."""
        return self._editions.current

    def keep(self, consultation: Consultation) -> None:
        """Keep what a dialog is about, in place of what was kept before."""
        self._records.keep_consultation(consultation)

    def kept(self, name: str) -> Consultation | None:
        """What is kept about a dialog; None where nothing is, or no longer."""
        return self._records.consultation(name) if name else None

    def replayed(self, position: Position) -> Dialog:
        """The dialog at that position, without the words that answers were read from.

        Raises:
            DialogError: its version of the guide is not to be had, or the path does not fit it.
            StoreUnavailableError: an earlier version cannot be looked up.
        """
        guide = self._editions.edition(position.version)
        if guide is None:
            raise DialogError(f"there is no guide {position.version!r} any more")
        return resume(guide, position.path, position.known)

    def dialog(self, position: Position, kept: Consultation | None) -> Dialog:
        """The same with the words that its answers were read from; raises alike."""
        found = self.replayed(position)
        return worded(found, kept.read) if kept else found

    def report(self, dialog: Dialog, kept: Consultation | None) -> Report:
        """The report of a finished dialog, with the numbers given for its estimate.

        Raises:
            DialogError: the dialog still has a question to ask.
        """
        return report(dialog, self._sources, Inputs(kept.inputs) if kept else None)


def worded(dialog: Dialog, read: Iterable[Answered]) -> Dialog:
    """The dialog with the words of a description beside the answers that were read from it."""
    words = {(answer.step, answer.choice): answer.read_from for answer in read}

    def with_words(answer: Answered) -> Answered:
        if answer.read_from is None:
            return answer
        return replace(answer, read_from=words.get((answer.step, answer.choice)) or "")

    def found(answers: Iterable[Answered]) -> tuple[Answered, ...]:
        return tuple(with_words(answer) for answer in answers)

    return replace(dialog, path=found(dialog.path), known=found(dialog.known))
