from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.adapters.description_files import Phrase
from bot.adapters.fitted_reader import FittedReader
from bot.adapters.guide import load_guide
from bot.adapters.reader import EmbeddedReader, read_fitted
from bot.adapters.reader_fitting import (
    FOLDS,
    acceptable,
    fit_reader,
    guide_phrases,
    write_fitted,
)
from bot.domain.description import Described, Said
from bot.domain.flowchart import Guide
from bot.errors import ContentError
from tests.adapters.readers import Counting

PARTS: dict[tuple[str, str], list[str]] = {
    ("change", "often"): ["changes daily", "daily news", "updated daily at night"],
    ("change", "hardly_ever"): ["static archive", "static rules", "a static handbook"],
    ("examples", "more"): ["900 mails tagged", "2k pages tagged", "7,000 tagged"],
    ("examples", "some"): ["90 mails tagged", "80 pages tagged", "300 tagged"],
    ("examples", "hardly_any"): ["nothing tagged", "no pages tagged", "never tagged"],
    ("", "nothing"): ["40 clerks", "in 3 towns", "the boss is keen"],
}


def described() -> list[Described]:
    found = []
    for group in range(FOLDS + 1):
        for number in range(9):
            said, texts = {}, []
            for i, ((step, choice), parts) in enumerate(PARTS.items()):
                if (group + number + i) % 3 == 0 and step not in said:
                    texts.append(parts[(number // 3) % 3])
                    if step:
                        said[step] = Said(choice, texts[-1])
            text = f"our shop, {', '.join(texts)}"
            found.append(Described(f"g{group}-{number}", text, accept=("rag",), said=said))
    return found


def phrases() -> list[Phrase]:
    return [(step, choice, part) for (step, choice), parts in PARTS.items() for part in parts]


@pytest.fixture(scope="module")
def guide() -> Guide:
    """The shipped one, without its phrases."""
    guide = load_guide()
    bare = (
        replace(step, choices=tuple(replace(choice, phrases=()) for choice in step.choices))
        for step in guide.steps
    )
    return replace(guide, steps=tuple(bare))


@pytest.fixture(scope="module")
def fitted(guide: Guide) -> FittedReader:
    return fit(guide)


def fit(guide: Guide) -> FittedReader:
    return fit_reader(
        guide,
        described=described(),
        phrases=phrases(),
        embed=Counting(),
        progress=lambda *_: None,
    )


def test_what_was_learnt_is_read_from_a_new_description(guide: Guide, fitted: FittedReader) -> None:
    reader = EmbeddedReader(guide, embed=Counting(), fitted=fitted)
    found = reader.read("a bakery in 3 towns, prices updated daily, 450 mails tagged")
    assert [(answer.step, answer.choice) for answer in found] == [
        ("change", "often"),
        ("examples", "some"),
    ]


def test_only_steps_of_which_something_is_said_are_fitted(fitted: FittedReader) -> None:
    assert set(fitted.verdicts) == {"change", "examples"}


def test_the_same_descriptions_give_the_same_reader(guide: Guide, fitted: FittedReader) -> None:
    again = fit(guide)
    assert np.array_equal(again.clauses.weights, fitted.clauses.weights)
    for step, verdict in fitted.verdicts.items():
        assert np.array_equal(again.verdicts[step].weights, verdict.weights)


def test_progress_is_told_until_all_texts_are_embedded(guide: Guide) -> None:
    told: list[tuple[int, int]] = []
    fit_reader(
        guide,
        described=described(),
        phrases=phrases(),
        embed=Counting(),
        progress=lambda done, of_all: told.append((done, of_all)),
    )
    assert told[-1][0] == told[-1][1]


def test_the_guides_own_phrases_are_learnt_too_and_those_of_its_loop_not() -> None:
    guide = load_guide()
    steps = {step for step, _, _ in guide_phrases(guide)}
    assert steps == {step.id for step in guide.steps if not step.loop}


def test_phrases_of_choices_that_the_guide_does_not_have_are_left_out(guide: Guide) -> None:
    strange: list[Phrase] = [("change", "sideways", "it moves"), ("weather", "rain", "it rains")]
    found = fit_reader(
        guide,
        described=described(),
        phrases=[*phrases(), *strange],
        embed=Counting(),
        progress=lambda *_: None,
    )
    assert {step for step, _ in found.clauses.classes} == {"change", "examples"}
    assert ("change", "sideways") not in found.clauses.classes


def test_nothing_is_fitted_to_the_descriptions_of_a_few_people(guide: Guide) -> None:
    with pytest.raises(ContentError, match="fitting needs descriptions of 5 people"):
        fit_reader(
            guide,
            described=[each for each in described() if each.group < "g4"],
            phrases=phrases(),
            embed=Counting(),
            progress=lambda *_: None,
        )


def test_a_fitted_reader_is_kept_with_what_was_measured(
    fitted: FittedReader, tmp_path: Path
) -> None:
    folder = tmp_path / "calibration"
    write_fitted(folder, model="some-model", fitted=fitted, rates={"own_acceptable": 0.9})
    kept = read_fitted(folder, model="some-model")
    assert kept is not None
    assert kept.clauses.classes == fitted.clauses.classes
    assert "own_acceptable: 0.9" in (folder / "reader-some-model.yaml").read_text()


def test_the_share_of_acceptable_methods_is_measured(guide: Guide, fitted: FittedReader) -> None:
    reader = EmbeddedReader(guide, embed=Counting(), fitted=fitted)
    daily = Described("a-1", "prices updated daily", accept=("rag",), said={})
    assert acceptable(guide, [daily], reader) == 1
    assert acceptable(guide, [daily, replace(daily, accept=("peft",))], reader) == 0.5
