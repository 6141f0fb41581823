from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.domain.markdown import address, bullets, code, inert, numbered, quoted, table
from bot.domain.text import clean

MARKDOWN = MarkdownIt("gfm-like", {"linkify": False})
HOSTILE = [
    "# a heading",
    "- a list",
    "1. another list",
    "2) and another",
    "+ plus",
    "> quoted",
    "```",
    "`code` and ``more`` and ```",
    "**bold** _it_ ~~gone~~",
    "<script>alert(1)</script> <!-- hidden -->",
    "&lt;b&gt; &copy;",
    "[text](https://example.org) ![alt](x.png) [1]: http://a",
    "a | b | c",
    "ends in a backslash \\",
    "$x$ and $$y$$",
    "===",
    "***",
    "<https://example.org>",
    "| --- |",
    "a  \nb\n\n# c",
    "3.5 GB",
    "- [ ] x",
]
texts = st.one_of(
    st.sampled_from(HOSTILE), st.text(st.sampled_from("ab1 `*_[]<>|~&$#.)-+=\\\n!(:/"), max_size=30)
)


def shown(text: str) -> list[Token]:
    """Every piece of a document that is not merely structure."""
    pieces = [child for token in MARKDOWN.parse(text) for child in token.children or [token]]
    return [piece for piece in pieces if piece.content]


@given(texts)
def test_inert_text_reads_as_it_was_written(text: str) -> None:
    wanted = clean(text)
    for document in (inert(text), f"* {inert(text)}", f"## {inert(text)}", f"See: {inert(text)}"):
        pieces = shown(document)
        assert {piece.type for piece in pieces} <= {"text", "text_special"}
        assert "".join(piece.content for piece in pieces).removeprefix("See:").strip() == wanted


@given(texts.filter(clean))
def test_code_holds_the_words_and_nothing_else(text: str) -> None:
    pieces = shown(f"read from {code(text)}.")
    assert [piece.type for piece in pieces] == ["text", "code_inline", "text"]
    assert pieces[1].content == clean(text)


@given(texts.filter(clean))
def test_a_quotation_is_one_block_of_the_same_words(text: str) -> None:
    tokens = MARKDOWN.parse(f"before\n\n{quoted(text)}\n\nafter")
    fences = [token for token in tokens if token.type == "fence"]
    assert len(fences) == 1
    assert fences[0].content.split() == clean(text).split()
    assert tokens[-2].content == "after"


def test_a_long_quotation_is_wrapped_without_breaking_a_word() -> None:
    lines = quoted("word " * 60 + "x" * 120).split("\n")
    assert max(len(line) for line in lines[1:-2]) <= 88
    assert lines[-2] == "x" * 120


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://arxiv.org/abs/2106.09685", "<https://arxiv.org/abs/2106.09685>"),
        ("javascript:alert(1)", "`javascript:alert(1)`"),
        ("https://a b", "`https://a b`"),
        ("https://a><script>", "`https://a><script>`"),
    ],
)
def test_only_the_address_of_a_page_is_a_link(url: str, link: str) -> None:
    assert address(url) == link


def test_lists_and_tables_are_what_they_say() -> None:
    assert bullets(["a", "b"]) == "* a\n* b"
    assert bullets(["a"], mark="* [ ]") == "* [ ] a"
    assert numbered(["a", "b"]) == "1. a\n2. b"
    assert table(("x", "y"), [("1", inert("a|b"))]) == "| x | y |\n| --- | --- |\n| 1 | a\\|b |"
    tokens = MARKDOWN.parse(table(("x", "y"), [("1", inert("a|b"))]))
    assert [t.content for t in tokens if t.type == "inline"] == ["x", "y", "1", "a|b"]
