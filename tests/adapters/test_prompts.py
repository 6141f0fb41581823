from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.prompts import read_prompt
from bot.errors import ContentError

PROMPT = "---\nname: answer\nversion: 1\nholes: [question]\n---\nAnswer {question}.\n"
NAMES = sorted(
    file.name.removesuffix(".md")
    for file in files("prompts").iterdir()
    if file.name.endswith(".md")
)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_prompt_is_well_formed(name: str) -> None:
    prompt = read_prompt(name)
    assert prompt.name == name
    assert prompt.version >= 1
    filled = prompt.fill(**{hole: f"<{hole}>" for hole in prompt.holes})
    assert all(f"<{hole}>" in filled for hole in prompt.holes)


def test_the_answering_prompt_has_the_holes_that_are_filled() -> None:
    assert read_prompt("answer").holes == {"question", "passages"}


@given(st.text())
def test_what_is_filled_in_is_never_read_as_a_hole(text: str) -> None:
    filled = read_prompt("answer").fill(question=text, passages="{question}{0}")
    assert text in filled
    assert "{question}{0}" in filled


@pytest.mark.parametrize(
    "values", [{}, {"question": "a"}, {"question": "a", "passages": "b", "c": "d"}]
)
def test_other_values_than_the_holes_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(KeyError, match="passages"):
        read_prompt("answer").fill(**values)


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("---\nname", "name", "front matter"),
        ("version: 1\n", "", "front matter"),
        ("version: 1", "version: one", "front matter"),
        ("version: 1", "version: [1", "front matter"),
        ("version: 1", "version: 1\nmore: 1", "front matter"),
        ("{question}", "{question", "braces"),
        ("{question}", "question}", "braces"),
        ("{question}", "{other}", "holes"),
        ("{question}", "{}", "holes"),
        ("{question}", "nothing", "holes"),
        ("[question]", "[question, passages]", "holes"),
    ],
)
def test_a_malformed_prompt_is_named(tmp_path: Path, before: str, after: str, problem: str) -> None:
    assert before in PROMPT
    (tmp_path / "answer.md").write_text(PROMPT.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ContentError, match=problem) as caught:
        read_prompt("answer", tmp_path)
    assert caught.value.file == "prompts/answer.md"


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe"])
def test_a_prompt_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "answer.md").write_bytes(content)
    with pytest.raises(ContentError, match=r"prompts/answer\.md:1"):
        read_prompt("answer", tmp_path)
