from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answer import Answer, Cited, Evidence, NotFound, Reference, Source
from bot.playground.limits import check_blocks
from bot.slack.blocks import CUT, HELP, answer_blocks, context, header, section, sections
from tests.fakes import CORPUS, LORA, PART1

SENTENCE = "LoRA trains two small matrices & freezes the rest, with r < 8 in most cases [1]. "
LONG = (SENTENCE * 200)[:13_000]


def references(number: int, *, evidence: Evidence = "original") -> tuple[Reference, ...]:
    sources = (
        Source(f"k{n}", f"<!channel> {'A long title ' * 20}", "Hu 2021", 2021, LORA.url)
        for n in range(1, number + 1)
    )
    return tuple(
        Reference(n, source, ("A section", "Another & <one>"), evidence)
        for n, source in enumerate(sources, start=1)
    )


def texts(blocks: list[dict[str, Any]]) -> list[str]:
    """Every text that the blocks show, in order."""
    found = [block["text"] for block in blocks if "text" in block]
    found += [element for block in blocks for element in block.get("elements", [])]
    return [element["text"] for element in found]


def shown(answer: Answer) -> str:
    blocks = answer_blocks(answer)
    check_blocks(blocks)
    return "\n".join(texts(blocks))


def test_an_answer_links_its_marks_and_lists_its_sources() -> None:
    reference = Reference(1, LORA, ("What LoRA trains",), "original")
    text, source = texts(answer_blocks(Cited("LoRA trains two matrices [1].", (reference,))))
    assert text == f"LoRA trains two matrices <{LORA.url}|[1]>."
    assert source == f"*[1]* <{LORA.url}|Hu 2021: {LORA.title}>, What LoRA trains"


def test_a_source_read_about_only_says_so() -> None:
    reference = Reference(1, PART1, (), "secondary")
    assert "_(from a page about it)_" in shown(Cited("It takes long [1].", (reference,)))


@pytest.mark.parametrize(
    "answer",
    [
        Cited("One [1].", references(1)),
        Cited(LONG, references(1)),
        Cited("x" * 13_000, references(3)),
        Cited("<" * 4_000, references(1)),
        Cited("line\n" * 2_600, references(1)),
        Cited("word " * 2_600, references(60)),
        Cited(LONG, references(60, evidence="secondary")),
        Cited("One [60].", references(60)),
        Cited(". " * 3_000, references(1)),
        Cited("\u200b", references(1)),
        NotFound("empty", "I don't see a question there."),
        NotFound("off_topic", "I can't help with that.", nearest=CORPUS),
        NotFound("not_covered", "<!channel> " * 500, nearest=CORPUS),
    ],
    ids=str,
)
def test_every_answer_is_a_message_that_slack_takes(answer: Answer) -> None:
    assert "<!" not in shown(answer)


def test_an_answer_within_the_limit_is_shown_whole() -> None:
    text = (SENTENCE * 200)[:5_000]
    visible = re.sub(r"<https[^|]*\|(\[1\])>", r"\1", shown(Cited(text, references(1))))
    plain = visible.replace("&lt;", "<").replace("&amp;", "&").replace("\n", " ")
    assert plain.startswith(text.strip())


def test_an_answer_beyond_the_limit_says_that_it_is_cut() -> None:
    assert CUT in shown(Cited(LONG, references(1)))
    assert CUT not in shown(Cited(LONG[:5_000], references(1)))


def test_sources_beyond_the_limit_are_counted() -> None:
    lines = texts(answer_blocks(Cited("One [1].", references(60))))
    assert lines[-1] == f"… and {60 - (len(lines) - 2)} more sources"


def test_no_answer_offers_the_nearest_sections() -> None:
    answer = NotFound("not_covered", "Not in my sources.", nearest=CORPUS[:2])
    text, nearest = texts(answer_blocks(answer))
    assert text == "Not in my sources."
    assert nearest.splitlines() == [
        "The nearest sections I hold:",
        f"• <{PART1.url}|Part 1>, Cost of pre-training",
        f"• <{PART1.url}|Part 1>, What RAG is",
    ]


@given(
    st.lists(
        st.sampled_from(["word", "a &amp; b", "<https://x.example|[1]>", "\n", ". ", "y" * 99])
    )
)
def test_sections_cut_neither_links_nor_escapes_nor_words(parts: list[str]) -> None:
    text = " ".join(parts * 40)
    made = [block["text"]["text"] for block in sections(text)]
    assert "".join(" ".join(made).split()) == "".join(text.split())
    for piece in made:
        assert piece.count("<") == piece.count(">")
        assert piece.count("&") == piece.count(";")
        assert 0 < len(piece) <= 3_000


@given(st.integers(2_980, 3_001), st.sampled_from(["&amp;", "<https://x.example|[1]>"]))
def test_not_even_a_text_without_spaces_is_cut_in_a_link(start: int, token: str) -> None:
    made = [block["text"]["text"] for block in sections("x" * start + token + "y" * 3_000)]
    assert any(token in piece for piece in made)


@pytest.mark.parametrize("block", [section("#general"), context("#general")])
def test_slack_makes_no_links_of_its_own(block: dict[str, Any]) -> None:
    text = block.get("text") or block["elements"][0]
    assert text["verbatim"] is True


def test_a_headline_and_the_help_keep_within_the_limits() -> None:
    check_blocks([header("long " * 100), section(HELP)])
