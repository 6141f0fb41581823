"""How well descriptions are read, and how many questions that saves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles

from bot.domain.description import Described
from bot.domain.dialog import Answered, start
from bot.domain.flowchart import Guide

Read = Callable[[str], tuple[Answered, ...]]

METHODS = ("in_context_learning", "rag", "peft", "full_fine_tuning", "rag_plus_fine_tuning")


@dataclass(frozen=True, slots=True)
class Measured:
    """What one description came to."""

    described: Described
    read: tuple[Answered, ...]
    method: str
    """The method with every question still open answered by Not sure."""
    from_nothing: int | None
    """How many questions its owner is asked without it; None where the owner is not known."""
    from_prose: int | None
    """How many are asked once it was read."""

    @property
    def acceptable(self) -> bool:
        return self.method in self.described.accept


@dataclass(frozen=True, slots=True)
class OfStep:
    """How one step was read."""

    right: int
    taken: int
    """How often something was read."""
    said: int
    """How often something is said."""

    @property
    def precision(self) -> float:
        return self.right / self.taken if self.taken else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.said if self.said else 1.0


def measured(guide: Guide, described: Iterable[Described], read: Read) -> list[Measured]:
    """Every description, read and walked."""
    return [_one(guide, each, read(each.description)) for each in described]


def _one(guide: Guide, described: Described, read: tuple[Answered, ...]) -> Measured:
    known = bool(described.truth)
    return Measured(
        described,
        read,
        method=start(guide, read).conclusion.method,
        from_nothing=asked(guide, described.truth) if known else None,
        from_prose=asked(guide, described.truth, read) if known else None,
    )


def asked(guide: Guide, truth: Mapping[str, str], read: tuple[Answered, ...] = ()) -> int:
    """How many questions the owner answers until an outcome, where `read` is known before.

    An answer that `truth` gives but that makes no sense where it is asked counts as Not sure.
    """
    dialog, count = start(guide, read), 0
    while dialog.outcome is None:
        choice = dialog.step.choice(truth[dialog.step.id], dialog.state)
        dialog = dialog.choose(dialog.step.id, choice.id if choice else "unsure")
        count += 1
    return count


def of_steps(guide: Guide, results: Sequence[Measured]) -> dict[str, OfStep]:
    """By step, how what was read compares with what is said."""
    right, taken, said = Counter[str](), Counter[str](), Counter[str]()
    for result in results:
        said.update(result.described.said.keys())
        taken.update(answer.step for answer in result.read)
        right.update(a.step for a in result.read if _right(a, result.described))
    steps = [step.id for step in guide.steps if not step.loop]
    return {step: OfStep(right[step], taken[step], said[step]) for step in steps}


def _right(answer: Answered, described: Described) -> bool:
    said = described.said.get(answer.step)
    return said is not None and said.choice == answer.choice


def acceptable(results: Sequence[Measured]) -> float:
    """The share of descriptions that end on an acceptable method."""
    return sum(result.acceptable for result in results) / len(results)


def pre_training(results: Sequence[Measured]) -> int:
    """How many end on anything but one of the five methods."""
    return sum(result.method not in METHODS for result in results)


def spread(counts: Sequence[int]) -> tuple[float, float]:
    """Median and 90th percentile."""
    tenths = quantiles(counts, n=10, method="inclusive")
    return tenths[4], tenths[8]
