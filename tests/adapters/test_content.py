from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.content import read_corpus, read_note, read_passages, read_synonyms
from bot.errors import ContentError

NOTE = """\
---
key: lora
title: "LoRA: Low-Rank Adaptation"
authors: [Edward Hu]
year: 2021
url: https://arxiv.org/abs/2106.09685
kind: reference
label: Hu 2021
evidence: original
---

## What LoRA is

LoRA trains two small matrices.
LoRA is cheap.

## Figures {evidence=secondary}

LoRA saves memory.
"""


def written(text: str | bytes, folder: Path, *, file: str = "references/lora.md") -> Path:
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_note_is_read_with_its_sections_and_lines(tmp_path: Path) -> None:
    note = read_note(written(NOTE, tmp_path))
    assert (note.source.key, note.source.label, note.source.year) == ("lora", "Hu 2021", 2021)
    assert note.source.authors == ("Edward Hu",)
    assert [(s.heading, s.number, s.evidence) for s in note.sections] == [
        ("What LoRA is", 12, "original"),
        ("Figures", 17, "secondary"),
    ]
    assert [(line.number, line.text) for line in note.sections[0].lines] == [
        (14, "LoRA trains two small matrices."),
        (15, "LoRA is cheap."),
    ]


def test_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    unix = read_note(written(NOTE, tmp_path / "a"))
    dos = read_note(written(NOTE.replace("\n", "\r\n"), tmp_path / "b"))
    assert dos.sections == unix.sections


@pytest.mark.parametrize(
    ("before", "after", "line", "problem"),
    [
        pytest.param("---\nkey", "key", 1, "does not begin with front matter", id="no opening"),
        pytest.param("original\n---", "original", 1, "no closing '---'", id="no closing"),
        pytest.param("[Edward Hu]", "[Edward Hu", 5, "not YAML", id="bad YAML"),
        pytest.param("Hu 2021", "a: b", 8, "not YAML", id="two values"),
        pytest.param("Hu 2021", "Hu\x00 2021", 1, "not YAML", id="control character"),
        pytest.param("year: 2021", "year: 2021\ndate: 2021-13-45", 1, "not YAML", id="no date"),
        pytest.param("key: lora\n", "", 1, "'key': field required", id="missing field"),
        pytest.param("year: 2021", "year: 21", 5, "'year'", id="wrong year"),
        pytest.param("year: 2021", "year: soon", 5, "'year'", id="year in words"),
        pytest.param("https://", "http://", 6, "'url'", id="not https"),
        pytest.param("[Edward Hu]", "[]", 4, "'authors'", id="no author"),
        pytest.param("reference", "paper", 7, "'kind'", id="unknown kind"),
        pytest.param("year:", "yaer:", 1, "'year': field required", id="misspelt field"),
        pytest.param("year:", "colour: red\nyear:", 5, "'colour'", id="unknown field"),
        pytest.param("evidence: original", "evidence: hearsay", 9, "'evidence'", id="evidence"),
        pytest.param("key: lora", "key: qlora", 2, "is not the file's name", id="key and file"),
        pytest.param("## What", "LoRA.\n\n## What", 12, "before the first", id="early text"),
        pytest.param("LoRA saves memory.\n", "", 17, "'Figures' is empty", id="empty section"),
        pytest.param("## Figures", "# Figures", 17, "a heading reads", id="one hash"),
        pytest.param("## Figures", "### Figures", 17, "a heading reads", id="three hashes"),
        pytest.param("## Figures {evidence=secondary}", "##", 17, "a heading reads", id="no title"),
        pytest.param("=secondary", "=Secondary", 17, "a heading reads", id="capital evidence"),
        pytest.param("=secondary", "=hearsay", 17, "how well it is supported", id="no such grade"),
        pytest.param("evidence: original\n", "", 11, "how well it is supported", id="no evidence"),
        pytest.param("Figures", "What LoRA is?", 17, "already in line 12", id="same heading"),
        pytest.param("Figures", "\u8d39\u7528", 17, "no letter a-z", id="no slug"),
        pytest.param("saves memory", "saves " * 200, 19, "one sentence a line", id="endless line"),
    ],
)
def test_a_malformed_note_is_named_with_its_line(
    tmp_path: Path, before: str, after: str, line: int, problem: str
) -> None:
    assert before in NOTE
    path = written(NOTE.replace(before, after, 1), tmp_path)
    with pytest.raises(ContentError) as caught:
        read_note(path)
    assert problem in caught.value.problem
    assert (caught.value.file, caught.value.line) == (str(path), line)
    assert str(caught.value).startswith(f"{path}:{line}: ")


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 1, "does not begin with front matter"),
        (NOTE.partition("\n## ")[0], 10, "no section"),
        ("---\n---\n", 1, "front matter"),
        ("---\n- a list\n---\n", 1, "front matter"),
        (NOTE.encode("utf-16"), 1, "UTF-8"),
        (NOTE.replace("Hu 2021", "Müller 2021").encode("latin-1"), 1, "UTF-8"),
    ],
    ids=["empty", "no section", "nothing in it", "a list", "UTF-16", "Latin-1"],
)
def test_a_file_that_is_no_note_is_named(
    tmp_path: Path, text: str | bytes, line: int, problem: str
) -> None:
    path = written(text, tmp_path)
    with pytest.raises(ContentError, match=problem) as caught:
        read_note(path)
    assert (caught.value.file, caught.value.line) == (str(path), line)


def test_two_notes_may_not_share_a_key(tmp_path: Path) -> None:
    first = written(NOTE, tmp_path, file="series/lora.md")
    second = written(NOTE, tmp_path)
    with pytest.raises(ContentError, match=f"'lora' is taken by {first}") as caught:
        read_corpus(tmp_path)
    assert (caught.value.file, caught.value.line) == (str(second), 2)


def test_a_folder_without_notes_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "references").mkdir()
    with pytest.raises(ContentError, match="there is no note"):
        read_corpus(tmp_path)


def test_a_folder_called_like_a_note_is_named(tmp_path: Path) -> None:
    (tmp_path / "references" / "lora.md").mkdir(parents=True)
    with pytest.raises(ContentError, match=r"lora\.md:1: "):
        read_corpus(tmp_path)


def test_the_series_comes_first_then_the_references_by_key(tmp_path: Path) -> None:
    for file in ("references/qlora.md", "references/lora.md", "series/part1.md"):
        key = Path(file).stem
        written(NOTE.replace("key: lora", f"key: {key}"), tmp_path, file=file)
    written("not a note", tmp_path, file="references/notes.txt")
    assert [note.source.key for note in read_corpus(tmp_path)] == ["part1", "lora", "qlora"]


def test_a_passage_is_a_section(tmp_path: Path) -> None:
    written(NOTE, tmp_path)
    assert [(p.id, p.evidence) for p in read_passages(tmp_path)] == [
        ("lora#what-lora-is", "original"),
        ("lora#figures", "secondary"),
    ]


def test_notes_may_come_without_synonyms(tmp_path: Path) -> None:
    assert read_synonyms(tmp_path).expanded("what is ft?") == "what is ft?"


def test_synonyms_lie_beside_the_notes(tmp_path: Path) -> None:
    written("fine-tuning: [ft]\n", tmp_path, file="synonyms.yaml")
    assert read_synonyms(tmp_path).expanded("what is ft?") == "what is ft? fine-tuning"


def test_the_shipped_synonyms_are_well_formed() -> None:
    assert read_synonyms().expanded("icl vs sft") != "icl vs sft"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("fine-tuning: [ft]\nRAG: [retrieval\n", 3),
        ("fine-tuning: ft\n", 1),
        ("fine-tuning: [7]\n", 1),
        ("- ft\n", 1),
        ("", 1),
        ("fine-tuning: [f\x00t]\n", 1),
        (b"fine-tuning: [\xff]\n", 1),
    ],
)
def test_malformed_synonyms_are_named(tmp_path: Path, text: str | bytes, line: int) -> None:
    path = written(text, tmp_path, file="synonyms.yaml")
    with pytest.raises(ContentError) as caught:
        read_synonyms(tmp_path)
    assert (caught.value.file, caught.value.line) == (str(path), line)
