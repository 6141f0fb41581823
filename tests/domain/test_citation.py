from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.citation import Statement, cite, statements, supported_only
from tests.fakes import CORPUS, LORA, PART1, passage

MARK = re.compile(r"\[([0-9]+)\]")
PART1_COST, PART1_RAG, LORA_WHAT = CORPUS

marks = st.one_of(
    st.integers(-2, 12).map(lambda n: f"[{n}]"),
    st.lists(st.integers(0, 9), min_size=1, max_size=4).map(
        lambda ns: f"[{', '.join(map(str, ns))}]"
    ),
    st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda ends: f"[{ends[0]}-{ends[1]}]"),
    st.sampled_from(["[[9]1]", "[1][2][3]", "[0]", "[1;2]", "[1234]", "[", "]", "[2", "1]", "[x]"]),
)
written = st.lists(st.one_of(marks, st.text(max_size=8)), max_size=12).map("".join)


@pytest.mark.parametrize(
    ("text", "renumbered", "keys"),
    [
        ("A [1].", "A [1].", ["part1"]),
        ("A [3]. B [1].", "A [1]. B [2].", ["lora", "part1"]),
        ("A [1]. B [2].", "A [1]. B [1].", ["part1"]),
        ("A [1][3].", "A [1] [2].", ["part1", "lora"]),
        ("A [3, 1].", "A [1][2].", ["lora", "part1"]),
        ("A [1; 2].", "A [1].", ["part1"]),
        ("A [1-3].", "A [1][2].", ["part1", "lora"]),
        ("A [2\u20139].", "A [1][2].", ["part1", "lora"]),
        ("A[1].", "A [1].", ["part1"]),
        ("A [9]. B [3].", "A. B [1].", ["lora"]),
        ("A [1, 9].", "A [1].", ["part1"]),
        ("A [0]. B [4].", "A. B.", []),
        ("A [12345678901234567890].", "A.", []),
        ("A [[9]1].", "A.", ["part1"]),
        ("No mark at all.", "No mark at all.", []),
        ("An index a[i] stays.", "An index a[i] stays.", []),
    ],
)
def test_marks_are_checked_and_numbered_by_source(
    text: str, renumbered: str, keys: list[str]
) -> None:
    shown, references = cite(text, CORPUS)
    assert [reference.source.key for reference in references] == keys
    if text != "A [[9]1].":
        assert shown == renumbered


def test_a_reference_lists_each_section_once_in_the_order_of_the_text() -> None:
    _, references = cite("A [2]. B [1]. C [2].", CORPUS)
    assert references[0].sections == ("What RAG is", "Cost of pre-training")


def test_a_reference_is_as_weak_as_its_weakest_section() -> None:
    strong = passage(LORA, "Strong", "A.")
    weak = type(strong)("lora#weak", LORA, "Weak", "secondary", ("B.",))
    assert cite("A [1].", [strong, weak])[1][0].evidence == "original"
    assert cite("A [1]. B [2].", [strong, weak])[1][0].evidence == "secondary"


@given(written)
def test_every_mark_resolves_and_numbers_run_from_one_in_order_of_appearance(text: str) -> None:
    shown, references = cite(text, CORPUS)
    numbers = list(dict.fromkeys(int(digits) for digits in MARK.findall(shown)))
    assert numbers == list(range(1, len(references) + 1))
    assert [reference.number for reference in references] == numbers
    assert {reference.source for reference in references} <= {LORA, PART1}


@given(written)
def test_without_passages_no_mark_is_left(text: str) -> None:
    shown, references = cite(text, [])
    assert references == ()
    assert not MARK.search(shown)


@given(st.text(alphabet=st.characters(exclude_characters="[]")))
def test_text_without_marks_is_left_as_it_is(text: str) -> None:
    assert cite(text, CORPUS) == (text, ())


def borne_out(statement: Statement, _support: Sequence[str]) -> bool:
    return "wrong" not in statement.plain


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("A [1]. B [2].", "A [1]. B [2]."),
        ("A [1]. wrong [2]. C [3].", "A [1]. C [3]."),
        ("wrong [1]. B [2].", "B [2]."),
        ("A [1][3]. wrong [1][3].", "A [1][3]."),
        ("A [1, 3]. B [1; 2]. C [1-3].", "A [1, 3]. B [1; 2]. C [1-3]."),
        ("A [1, 9]. B [0][1].", "A [1, 9]. B [0][1]."),
        ("- A [1]\n- wrong [2]\n- C [3]", "- A [1]\n- C [3]"),
        ("* A [1].\n\n* wrong [2].", "* A [1]."),
        ("1. A [1].\n2. wrong [2].\n3. C [1].", "1. A [1].\n3. C [1]."),
        ("A. [1] wrong. [2] C. [3]", "A. [1] C. [3]"),
        ("A [1]! wrong [2]? C [3]?", "A [1]! C [3]?"),
        ("A costs 1.5 [1].", "A costs 1.5 [1]."),
        ("A [1]. Without a mark.", "A [1]."),
        ("A [1]. B [9]. C [0].", "A [1]."),
        ("Without a mark.", ""),
        ("An index a[i].", ""),
        ("wrong [1]. wrong [2].", ""),
        ("A [12345678901234567890].", ""),
        ("[1]", ""),
        ("", ""),
    ],
)
def test_only_supported_statements_are_left(text: str, left: str) -> None:
    assert supported_only(text, CORPUS, supported=borne_out) == left


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("A [1].", [("A.", PART1_COST.sentences)]),
        ("A [3][2].", [("A.", (*LORA_WHAT.sentences, *PART1_RAG.sentences))]),
        ("- A. [2]\n\u2022 B [3]!", [("A.", PART1_RAG.sentences), ("B.", LORA_WHAT.sentences)]),
        ("A [2, 9].", [("A.", PART1_RAG.sentences)]),
        ("A [9]. B.", [("A.", ()), ("B.", ())]),
    ],
)
def test_a_statement_is_held_against_the_sentences_it_cites(
    text: str, asked: list[tuple[str, tuple[str, ...]]]
) -> None:
    seen: list[tuple[str, tuple[str, ...]]] = []

    def supported(statement: Statement, support: Sequence[str]) -> bool:
        seen.append((statement.plain, tuple(support)))
        return True

    supported_only(text, CORPUS, supported=supported)
    assert seen == asked


@pytest.mark.parametrize("text", ["Rain is wet. A [1].", "A [1]. Rain is wet. B [2]."])
def test_a_sentence_without_a_mark_is_left_out_before_one_with_a_mark(text: str) -> None:
    left = supported_only(text, CORPUS, supported=lambda *_: True)
    assert left == text.replace("Rain is wet. ", "")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" .\n- ", []),
        ("No mark. None at all", [("No mark.", ()), ("None at all.", ())]),
        ("Rain is wet! A [1]. The end", [("Rain is wet.", ()), ("A.", (1,)), ("The end.", ())]),
        ("- A [2, 9].\n- B. [3][1]", [("A.", (2,)), ("B.", (3, 1))]),
        ("A [9].", [("A.", ())]),
    ],
)
def test_a_text_is_taken_apart_into_statements(
    text: str, found: list[tuple[str, tuple[int, ...]]]
) -> None:
    assert [(each.plain, each.positions) for each in statements(text, 3)] == found


@given(written)
def test_no_statement_is_without_words_unless_it_has_marks(text: str) -> None:
    for statement in statements(text, 3):
        assert statement.positions or MARK.search(statement.written) or statement.plain != "."


@given(written)
def test_what_is_left_is_of_the_text_and_cites(text: str) -> None:
    assert supported_only(text, CORPUS, supported=lambda *_: False) == ""
    assert supported_only(text, [], supported=lambda *_: True) == ""
    left = supported_only(text, CORPUS, supported=lambda *_: True)
    assert len(left) <= len(text)
    assert not left or cite(left, CORPUS)[1]
