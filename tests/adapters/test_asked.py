from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.asked import read_asked, with_asked
from bot.adapters.content import read_corpus
from bot.domain.note import Line, Section
from bot.errors import ContentError
from tests.notes import LORA_HEAD, written

TRAINS, CHEAP = "LoRA trains two small matrices.", "LoRA is cheap."
SECTIONS = (Section("What LoRA is", 12, "original", (Line(14, TRAINS), Line(15, CHEAP))),)
NOTE = f"""\
{LORA_HEAD}
## What LoRA is

{TRAINS}
{CHEAP}
"""
OVERVIEW = f"""\
---
title: Glossary
kind: glossary
---

## LoRA {{evidence=original}}

{CHEAP.removesuffix(".")} [lora].
"""


def asked(text: str | bytes, folder: Path) -> Path:
    return written(text, folder, file="asked/lora.yaml")


def test_questions_are_read_by_sentence(tmp_path: Path) -> None:
    asked(f"{TRAINS}:\n- what is tuned\n- how many?\n? {CHEAP}\n: - the price\n", tmp_path)
    assert read_asked(tmp_path, "lora") == {
        TRAINS: ("what is tuned", "how many?"),
        CHEAP: ("the price",),
    }


def test_a_text_without_such_a_file_has_no_questions(tmp_path: Path) -> None:
    asked(f"{TRAINS}:\n- what is tuned\n", tmp_path)
    assert read_asked(tmp_path, "qlora") == {}
    assert read_asked(tmp_path / "nowhere", "lora") == {}


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (f"{TRAINS}:\n- what is tuned\n- [", 4, "not YAML"),
        (f"{TRAINS}:\n- what is tuned\n  how: so: that\n", 3, "not YAML"),
        (f'{TRAINS}:\n- "what is tuned\n', 3, "not YAML"),
        ("", 1, "sentence: "),
        ("- what is tuned\n", 1, "sentence: "),
        (f"{TRAINS}: what is tuned\n", 1, "sentence: "),
        (f"{TRAINS}:\n- 7\n", 1, "sentence: "),
        (b"\xff\xfe\xfa", 1, "sentence: "),
        ("a: [\x07]", 1, "sentence: "),
    ],
)
def test_a_malformed_file_is_named_with_its_line(
    tmp_path: Path, text: str | bytes, line: int, problem: str
) -> None:
    path = asked(text, tmp_path)
    with pytest.raises(ContentError, match=problem) as caught:
        read_asked(tmp_path, "lora")
    assert (caught.value.file, caught.value.line) == (str(path), line)


def test_each_sentence_gets_its_questions() -> None:
    [section] = with_asked(SECTIONS, {CHEAP: ("the price", "cost?")}, note="lora")
    assert [line.asked for line in section.lines] == [(), ("the price", "cost?")]
    assert [line.text for line in section.lines] == [TRAINS, CHEAP]
    assert with_asked(SECTIONS, {}, note="lora") == SECTIONS


def test_a_question_of_a_sentence_that_is_gone_is_an_error() -> None:
    asked = {CHEAP: ("the price",), "LoRA was cheap.": ("the price",)}
    with pytest.raises(ContentError, match=r"no sentence .* 'LoRA was cheap\.'") as caught:
        with_asked(SECTIONS, asked, note="lora")
    assert caught.value.file == "asked/lora.yaml"


def test_the_corpus_carries_the_questions_of_notes_and_of_overviews(tmp_path: Path) -> None:
    written(NOTE, tmp_path)
    written(OVERVIEW, tmp_path, file="glossary.md")
    asked(f"{TRAINS}:\n- what is tuned\n", tmp_path)
    written(f"{CHEAP}:\n- the price\n", tmp_path, file="asked/glossary.yaml")
    assert [passage.asked for passage in read_corpus(tmp_path).passages()] == [
        (("what is tuned",), ()),
        (("the price",),),
    ]


def test_a_stray_question_keeps_the_corpus_from_being_read(tmp_path: Path) -> None:
    written(NOTE, tmp_path)
    asked("LoRA was cheap.:\n- the price\n", tmp_path)
    with pytest.raises(ContentError, match="LoRA was cheap"):
        read_corpus(tmp_path)
