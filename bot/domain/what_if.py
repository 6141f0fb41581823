"""How a recommendation would change with another answer, found by replaying the guide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.dialog import replay
from bot.errors import DialogError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.dialog import Dialog
    from bot.domain.flowchart import Outcome


@dataclass(frozen=True, slots=True)
class Otherwise:
    """Answers to one question that would all lead to the same other outcome."""

    labels: tuple[str, ...]
    outcome: Outcome


def otherwise(dialog: Dialog, position: int) -> tuple[Otherwise, ...]:
    """The other outcomes that other answers at that position of the path would lead to.

    Later answers are kept where they still apply; what is then still open counts as not sure.

    Raises:
        DialogError: the path has no such position.
    """
    led: dict[str, Otherwise] = {}
    for label, outcome in _others(dialog, position):
        if outcome.id != dialog.conclusion.id:
            before = led.get(outcome.id, Otherwise((), outcome))
            led[outcome.id] = Otherwise((*before.labels, label), outcome)
    return tuple(led.values())


def _others(dialog: Dialog, position: int) -> Iterator[tuple[str, Outcome]]:
    if not 0 <= position < len(dialog.path):
        raise DialogError(f"the path has no position {position}")
    given = dialog.path[position].choice
    for option in replay(dialog.guide, dialog.path[:position]).options:
        if option.id != given:
            yield option.label, dialog.change(position, option.id).conclusion
