from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.content import read_corpus
from bot.adapters.note_file import read_note, read_overview
from bot.errors import ContentError
from tests.notes import LORA_HEAD, written

NOTE = f"""\
{LORA_HEAD}
## What LoRA is

LoRA trains two small matrices.
LoRA is cheap.

## Figures {{evidence=secondary}}

LoRA saves memory.
"""


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
    assert list(read_corpus(tmp_path).sources) == ["part1", "lora", "qlora"]


def test_a_passage_is_a_section(tmp_path: Path) -> None:
    written(NOTE, tmp_path)
    assert [(p.id, p.evidence) for p in read_corpus(tmp_path).passages()] == [
        ("lora#what-lora-is", "original"),
        ("lora#figures", "secondary"),
    ]


OVERVIEW = """\
---
title: "Full and PEFT"
kind: comparison
---

## Memory {evidence=original}

LoRA needs less memory than full fine-tuning [lora].
LoRA and QLoRA both train adapters [lora][qlora].
LoRA is cheap [lora].
"""
GLOSSARY = """\
---
title: Glossary
kind: glossary
---

## Fine-tuning (FT) {evidence=original}

Also: ft, sft
Fine-tuning trains the model further [lora].

## Part 1 {evidence=original}

Also: pt1
"""


@pytest.fixture
def with_notes(tmp_path: Path) -> Path:
    written(NOTE, tmp_path)
    written(NOTE.replace("key: lora", "key: qlora"), tmp_path, file="references/qlora.md")
    return tmp_path


def test_a_sentence_of_an_overview_is_cited_by_the_sources_it_names(with_notes: Path) -> None:
    written(OVERVIEW, with_notes, file="comparisons/full_and_peft.md")
    passages = read_corpus(with_notes).passages()[4:]
    assert [(p.section, p.source.key, [s.key for s in p.also], p.sentences) for p in passages] == [
        (
            "Full and PEFT: Memory",
            "lora",
            [],
            ("LoRA needs less memory than full fine-tuning.", "LoRA is cheap."),
        ),
        (
            "Full and PEFT: Memory",
            "lora",
            ["qlora"],
            ("LoRA and QLoRA both train adapters.",),
        ),
    ]
    assert len({passage.id for passage in passages}) == 2


def test_the_glossary_names_what_else_people_say(with_notes: Path) -> None:
    written(GLOSSARY, with_notes, file="glossary.md")
    corpus = read_corpus(with_notes)
    assert corpus.synonyms == {"Fine-tuning (FT)": ("ft", "sft"), "Part 1": ("pt1",)}
    assert [(p.section, p.sentences) for p in corpus.passages()[4:]] == [
        ("Fine-tuning (FT)", ("Fine-tuning trains the model further.",))
    ]


def test_a_readme_beside_the_notes_is_no_overview(with_notes: Path) -> None:
    written("# How we write notes", with_notes, file="README.md")
    assert not read_corpus(with_notes).overviews


@pytest.mark.parametrize(
    ("before", "after", "line", "problem"),
    [
        (" [lora].", ".", 8, "does not end in the keys of its sources"),
        (" [lora].", " [].", 8, "does not end in the keys of its sources"),
        ("[qlora]", "[nobody]", 9, "no note has the key 'nobody'"),
        ("comparison", "essay", 3, "'comparison', 'guide' or 'glossary'"),
        (" {evidence=original}", "", 6, "how well it is supported"),
        ("title: ", "titel: ", 1, "title"),
    ],
)
def test_a_malformed_overview_is_named_with_its_line(
    with_notes: Path, before: str, after: str, line: int, problem: str
) -> None:
    assert before in OVERVIEW
    path = written(OVERVIEW.replace(before, after, 1), with_notes, file="comparisons/a.md")
    with pytest.raises(ContentError) as caught:
        read_corpus(with_notes)
    assert problem in caught.value.problem
    assert (caught.value.file, caught.value.line) == (str(path), line)


def test_an_overview_may_be_read_by_itself(tmp_path: Path) -> None:
    overview = read_overview(written(OVERVIEW, tmp_path, file="comparisons/a.md"))
    assert [line.keys for line in overview.sections[0].lines] == [
        ("lora",),
        ("lora", "qlora"),
        ("lora",),
    ]
