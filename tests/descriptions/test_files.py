from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bot.adapters.description_files import phrase_files, read_descriptions, read_phrases
from bot.adapters.guide import load_guide
from bot.domain.description import Described
from bot.domain.dialog import start
from bot.domain.flowchart import Guide

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FILES = sorted(HERE.glob("*.jsonl"))
MEASURED = [file for file in FILES if not file.name.startswith("train")]


@pytest.fixture(scope="module")
def guide() -> Guide:
    return load_guide()


@pytest.fixture(scope="module")
def described() -> list[Described]:
    return read_descriptions(FILES)


def test_each_file_has_the_lines_that_its_readme_says() -> None:
    counts = {file.stem: len(read_descriptions([file])) for file in FILES}
    trained = sum(count for name, count in counts.items() if name.startswith("train"))
    assert (counts["own"], counts["fit"], counts["held"], counts["held2"]) == (40, 120, 60, 60)
    assert trained == 1_640


def test_no_description_occurs_twice(described: list[Described]) -> None:
    texts = Counter(each.description for each in described)
    assert max(texts.values()) == 1


def test_labels_name_choices_of_the_guide(guide: Guide, described: list[Described]) -> None:
    choices = {step.id: {c.id for c in step.choices} for step in guide.steps if not step.loop}
    for each in described:
        labels = {step: said.choice for step, said in each.said.items()} | dict(each.truth)
        assert {s: c for s, c in labels.items() if c not in choices.get(s, ())} == {}, each.id


def test_phrases_name_choices_of_the_guide(guide: Guide) -> None:
    choices = {(step.id, choice.id) for step in guide.steps for choice in step.choices}
    phrases = read_phrases(phrase_files(ROOT))
    assert {(step, choice) for step, choice, _ in phrases if step} <= choices
    assert len(phrases) == 3_601


@pytest.mark.parametrize("file", MEASURED, ids=lambda file: file.stem)
def test_who_answers_every_question_ends_on_an_acceptable_method(guide: Guide, file: Path) -> None:
    for each in read_descriptions([file]):
        dialog = start(guide)
        while dialog.outcome is None:
            dialog = dialog.choose(dialog.step.id, each.truth[dialog.step.id])
        assert dialog.outcome.method in each.accept, each.id


def test_every_choice_of_the_guide_has_phrases(guide: Guide) -> None:
    for step in guide.steps:
        for choice in step.choices:
            assert step.loop or len(choice.phrases) >= 5, (step.id, choice.id)


def test_no_two_choices_share_a_phrase(guide: Guide) -> None:
    phrases = Counter(p for step in guide.steps for c in step.choices for p in c.phrases)
    assert max(phrases.values()) == 1
