"""Finds the passage behind a question of the decision guide."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.answer import Passage
from bot.domain.flowchart import Step


def passage_of(step: Step, passages: Iterable[Passage]) -> Passage | None:
    """The passage that the step names, to be shown as the reason why it is asked.

    None where the step names none, and where `passages` no longer hold it: an earlier edition of
    the guide may name a section that was renamed since.
    """
    return next((passage for passage in passages if passage.id == step.passage), None)
