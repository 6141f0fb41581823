from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.note import MAX_CHARACTERS, MAX_WORDS, Line, Note, Section, broken_rules, lint
from tests.fakes import LORA


@pytest.mark.parametrize(
    "sentence",
    [
        "LoRA trains two small matrices beside each frozen weight matrix.",
        "Hu et al. Found nothing of the kind.",
        "Edward J. Hu wrote the LoRA paper.",
        "Llama 2 70B took 1,720,320 GPU hours to pre-train.",
        "Full fine-tuning vs. LoRA is a question of memory.",
        "RAG (e.g. Self-RAG) puts documents into the prompt.",
        "Item 1.5 Million is no end of a sentence.",
    ],
)
def test_a_sentence_that_stands_alone_breaks_no_rule(sentence: str) -> None:
    assert list(broken_rules(sentence)) == []


@pytest.mark.parametrize(
    ("sentence", "rule"),
    [
        ("It took 1,720,320 GPU hours.", "opens with 'It'"),
        ("It's cheap to train LoRA.", "opens with 'It's'"),
        ("They\u2019re small matrices.", "opens with 'They\u2019re'"),
        ("(This holds for LoRA.) It does.", "opens with '(This'"),
        ("These matrices are small.", "opens with 'These'"),
        ("However, LoRA is cheap.", "opens with 'However,'"),
        ("For example, LoRA is cheap.", "opens with 'For'"),
        ("Here LoRA is cheap.", "opens with 'Here'"),
        ("LoRA is cheap", "full stop"),
        ("Is LoRA cheap?", "full stop"),
        ("", "full stop"),
        ("LoRA is cheap. Adapters are small.", "more than one sentence"),
        ("LoRA is cheap. RAG is not.", "more than one sentence"),
        ("LoRA is cheap. A team can pay for it.", "more than one sentence"),
        ("Hu et al. wrote it. LoRA is cheap.", "more than one sentence"),
        (" ".join(["LoRA"] * MAX_WORDS) + " trains.", f"at most {MAX_WORDS}"),
        ("LoRA " + "x" * MAX_CHARACTERS + ".", f"and {MAX_CHARACTERS}"),
    ],
)
def test_a_sentence_that_cannot_stand_alone_is_caught(sentence: str, rule: str) -> None:
    assert any(rule in found for found in broken_rules(sentence)), list(broken_rules(sentence))


def test_a_problem_names_file_line_and_rule() -> None:
    lines = (Line(12, "LoRA trains two matrices."), Line(13, "It is cheap."))
    section = Section("What LoRA is", 11, "original", lines)
    found = list(lint(Note("knowledge/references/lora.md", LORA, (section,))))
    assert [(problem.line, problem.file) for problem in found] == [
        (13, "knowledge/references/lora.md")
    ]
    assert str(found[0]).startswith("knowledge/references/lora.md:13: the sentence opens with 'It'")


def test_a_note_is_indexed_by_section() -> None:
    sections = (
        Section("What LoRA is", 3, "original", (Line(4, "LoRA trains matrices."),)),
        Section("Cost & memory (GPT-3)", 6, "secondary", (Line(7, "LoRA saves memory."),)),
    )
    passages = list(Note("lora.md", LORA, sections).passages())
    assert [(p.id, p.section, p.evidence, p.sentences) for p in passages] == [
        ("lora#what-lora-is", "What LoRA is", "original", ("LoRA trains matrices.",)),
        (
            "lora#cost-memory-gpt-3",
            "Cost & memory (GPT-3)",
            "secondary",
            ("LoRA saves memory.",),
        ),
    ]


@given(st.text())
def test_the_lint_judges_any_text_without_failing(sentence: str) -> None:
    assert all(broken_rules(sentence))


@given(st.text())
def test_a_slug_is_safe_in_an_id(heading: str) -> None:
    slug = Section(heading, 1, "original", ()).slug
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert slug == slug.strip("-")
