from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.adapters.description_files import (
    measured_files,
    phrase_files,
    read_descriptions,
    read_phrases,
    training_files,
)
from bot.domain.description import Said
from bot.errors import ContentError

LINE = {
    "id": "a-1",
    "description": "a wiki that changes daily",
    "accept": ["rag"],
    "said": {"change": {"choice": "often", "words": "changes daily"}},
}


def written(folder: Path, *lines: object) -> Path:
    file = folder / "some.jsonl"
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    file.write_text("\n".join(texts), encoding="utf-8")
    return file


def test_a_line_is_read_with_its_labels(tmp_path: Path) -> None:
    (described,) = read_descriptions([written(tmp_path, LINE, "")])
    assert described.said == {"change": Said("often", "changes daily")}
    assert described.accept == ("rag",)
    assert described.truth == {}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("no JSON", "the line: Invalid JSON"),
        ({**LINE, "accept": ["pre_training"]}, "accept.0: Input should be"),
        ({key: LINE[key] for key in ("id", "accept", "said")}, "description: Field"),
        ({**LINE, "said": {"change": {"choice": "often", "words": "hourly"}}}, "said.change: the"),
        (LINE, "the id 'a-1' is taken"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, line: object, problem: str) -> None:
    file = written(tmp_path, LINE, line)
    with pytest.raises(ContentError) as raised:
        read_descriptions([file])
    assert raised.value.line == 2
    assert raised.value.file == str(file)
    assert problem in raised.value.problem


def test_phrases_are_read_with_step_and_choice(tmp_path: Path) -> None:
    file = tmp_path / "some.yaml"
    file.write_text('facts:\n  "yes": [our wiki]\nbackground:\n  nothing: [in Oslo]\n', "utf-8")
    assert read_phrases([file]) == [("facts", "yes", "our wiki"), ("", "nothing", "in Oslo")]


@pytest.mark.parametrize("text", ["- a list", "facts: [no choices]", "facts: {yes: [", "a: b: c"])
def test_a_malformed_file_of_phrases_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "some.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(ContentError, match=r"some\.yaml:1: it is not"):
        read_phrases([file])


def test_files_that_readers_learn_from_are_found_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "tests" / "descriptions"
    (folder / "phrases").mkdir(parents=True)
    for name in ("train02.jsonl", "train01.jsonl", "held.jsonl", "own.jsonl", "phrases/b.yaml"):
        (folder / name).touch()
    assert [file.name for file in training_files(tmp_path)] == ["train01.jsonl", "train02.jsonl"]
    assert [file.name for file in phrase_files(tmp_path)] == ["b.yaml"]
    assert [file.name for file in measured_files(tmp_path)] == ["own.jsonl"]
    assert training_files(tmp_path / "elsewhere") == []
