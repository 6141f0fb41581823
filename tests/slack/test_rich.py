from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.content import read_corpus
from bot.slack.layout import blocks_of
from bot.slack.rich import NESTING, Grid, Piece, read_markdown
from bot.slack.runs import REMOVED, runs_of, text_of
from tests.slack.rendered import links, of_type, parts, plain, read_out, words

URL = "https://arxiv.org/abs/2106.09685"
URLS = {1: URL, 2: ""}
PIECES = (
    "word a1 < b2 && c3 [1] [2] [7] [[9]1] \\[1\\] **bo** *it* ~~no~~ `co` ``` # > - 1. | \\ _ __ "
    "<!channel> <@U1BEN> <#C1|general> <!subteam^S1> &lt;!here&gt; &#60;@U2&#62; <!chan\u200bnel> "
    "https://evil.example/?q=1 <https://evil.example|here> [x](https://evil.example) "
    "www.evil.example ![i](https://evil.example/i.png) [1]: https://evil.example slack://user "
    "javascript:alert "
    "https&#58;//evil.example ht**tps://evil**.example |-|-| --- \u202e \U000e0041 \x1b[31m [1"
).split(" ")
MARKDOWN = st.lists(
    st.tuples(
        st.sampled_from(PIECES), st.sampled_from(["", " ", " ", "\n", "\n\n", "\n  ", "\n> "])
    )
).map(lambda pairs: "".join(piece + gap for piece, gap in pairs))
LIVE = re.compile(r"<[!@#]|[a-z]://\w|www\.\w|javascript:\w|[\u200b\u202e\ue000\U000e0041\x1b]")
ANYTHING = st.one_of(MARKDOWN, st.text(max_size=200))


def read(text: str, urls: Mapping[int, str] = URLS) -> list[dict[str, Any]]:
    return blocks_of(read_markdown(text, urls))


def elements(text: str) -> list[dict[str, Any]]:
    [block] = read(text)
    made: list[dict[str, Any]] = block["elements"]
    return made


def text(words: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": words} | ({"style": style} if style else {})


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("plain", [text("plain")]),
        ("a < b && c > d", [text("a < b && c > d")]),
        ("a &lt; b &amp;&amp; c", [text("a < b && c")]),
        ("**b** *i* ~~s~~", [
            text("b", bold=True), text(" "), text("i", italic=True), text(" "),
            text("s", strike=True),
        ]),
        ("***both*** `code *x*`", [
            text("both", bold=True, italic=True), text(" "), text("code *x*", code=True),
        ]),
        ("Node.js/Deno, and/or Llama-3.1/3.2", [text("Node.js/Deno, and/or Llama-3.1/3.2")]),
        ("snake_case_name and 2 * 3 * 4", [text("snake_case_name and 2 * 3 * 4")]),
        ("<b>no html</b>", [text("<b>no html</b>")]),
        ("line\nline", [text("line\nline")]),
        ("one\n\ntwo", [text("one\n\ntwo")]),
        ("# Title\nbody", [text("Title", bold=True), text("\nbody")]),
        ("Title\n===\nbody", [text("Title", bold=True), text("\nbody")]),
        ("    four spaces", [text("four spaces")]),
        ("above\n\n---\n\nbelow", [text("above\n\nbelow")]),
        ("unclosed **bold", [text("unclosed **bold")]),
    ],
)  # fmt: skip
def test_text_reads_as_it_was_meant(markdown: str, shown: list[dict[str, Any]]) -> None:
    assert elements(markdown) == [{"type": "rich_text_section", "elements": shown}]


def test_marks_link_to_their_sources_and_unknown_ones_vanish() -> None:
    [section] = elements("A [1][2]. **B [1]** C [7]. D [[9]1] [1234].")
    assert section["elements"] == [
        text("A "),
        {"type": "link", "url": URL, "text": "[1]"},
        text("[2]. "),
        text("B ", bold=True),
        {"type": "link", "url": URL, "text": "[1]", "style": {"bold": True}},
        text(" C. D "),
        {"type": "link", "url": URL, "text": "[1]"},
        text(" [1234]."),
    ]


def test_a_mark_in_code_stays_text() -> None:
    [section, code] = elements("`x[1]`\n\n```\ny[1] = z[7]\n```")
    assert section["elements"] == [text("x[1]", code=True)]
    assert code["elements"] == [text("y[1] = z")]


@pytest.mark.parametrize("forged", ["\\[1\\]", "&#91;1&#93;", "[&#49;]", "**[**1]", "\\[\\[9]1]"])
def test_a_mark_that_markdown_makes_is_no_mark(forged: str) -> None:
    shown = read(f"claim {forged} here")
    assert links(shown) == []
    assert "[1]" not in plain(shown)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("see [the docs](https://evil.example/?q=1)", "see the docs"),
        ("see [the docs](https://evil.example 'title')", "see the docs"),
        ("see ![a *chart*](https://evil.example/i.png)", "see a chart"),
        ("see [![pic](https://evil.example/i.png)](https://evil.example)", "see pic"),
        ("see <https://evil.example>", f"see {REMOVED}"),
        ("see <https://evil.example|here>", "see here"),
        ("see <https://evil.example|https://evil.example>", f"see {REMOVED}"),
        ("see https://evil.example/a?b=c.", f"see {REMOVED}."),
        ("see (HTTPS://EVIL.example)", f"see ({REMOVED})"),
        ("see [https://good.example](https://evil.example)", f"see {REMOVED}"),
        ("see www.evil.example now", f"see {REMOVED} now"),
        ("see evil.example/path now", f"see {REMOVED} now"),
        ("see xn--80ak6aa92e.example/x", f"see {REMOVED}"),
        ("see slack://user?id=1", f"see {REMOVED}"),
        ("see [x](javascript:void0) javascript:void0", f"see [x]({REMOVED}) {REMOVED}"),
        ("see https&#58;//evil.example", f"see {REMOVED}"),
        ("see https\\://evil.example", f"see {REMOVED}"),
        ("see ht**tps://ev**il.example", f"see {REMOVED}"),
        ("see `https://evil.example`", f"see {REMOVED}"),
        ("see https://ev\u200bil.example", f"see {REMOVED}"),
        ("see [x]\n\n[x]: https://evil.example", f"see [x]\n\n[x]: {REMOVED}"),
        ("```\ncurl https://evil.example\n```", f"curl {REMOVED}"),
    ],
)
def test_a_link_of_a_models_own_is_its_label_or_nothing(written: str, shown: str) -> None:
    made = read(written)
    assert plain(made) == shown
    assert links(made) == []


def test_a_model_cannot_say_where_a_mark_leads() -> None:
    made = read("A [1]. B [1](HTTPS://evil.example/x). C [d][1].\n\n[1]: https://evil.example")
    assert links(made) == [("[1]", URL)] * 4
    assert "evil" not in plain(made)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<!channel> <!here> <!everyone>", "!channel !here !everyone"),
        ("<@U1BEN> <#C1|general> <!subteam^S1>", "@U1BEN #C1|general !subteam^S1"),
        ("&lt;!channel&gt; \\<@U1>", "!channel @U1"),
        ("<!chan\u200bnel> <**!here**>", "!channel !here"),
        ("`<!channel>`", "!channel"),
        ("```\n<!channel>\n```", "!channel"),
        ("<<!channel>>", "!channel"),
        ("<!channel", "!channel"),
    ],
)
def test_mentions_are_plain_text_and_not_even_written_as_mentions(written: str, shown: str) -> None:
    made = read(written)
    assert plain(made) == shown


@pytest.mark.parametrize(
    "hidden",
    ["\u200b", "\u202e", "\U000e0041", "\ufe0f", "\x1b[31m", "\x07", "&#8203;", "&#x202e;"],
)
def test_invisible_characters_are_taken_out(hidden: str) -> None:
    for written in (f"a{hidden}b", f"`a{hidden}b`", f"```\na{hidden}b\n```"):
        assert plain(read(written)).replace(" ", "").replace(hidden, "") == "ab"
        if not hidden.startswith("&"):
            assert hidden not in plain(read(written))


def test_lists_keep_their_nesting_and_their_numbers() -> None:
    bullets, deeper, more, numbers, code, rest = elements(
        "- one\n  - two\n    still two\n\n    more of two\n- three\n\n"
        "3. c\n\n   ```\n   x\n   ```\n4. d\n5. e"
    )
    assert [plain(item) for item in bullets["elements"]] == ["one"]
    assert [plain(item) for item in deeper["elements"]] == ["two\nstill two\nmore of two"]
    assert (deeper["style"], deeper["indent"]) == ("bullet", 1)
    assert [plain(item) for item in more["elements"]] == ["three"]
    assert (numbers["style"], numbers["offset"]) == ("ordered", 2)
    assert code["type"] == "rich_text_preformatted"
    assert [plain(item) for item in rest["elements"]] == ["d", "e"]
    assert rest["offset"] == 3


def test_quotes_are_quotes_with_what_is_in_them() -> None:
    quote, bullets, code = elements("> one\n>\n> two\n> - three\n>\n> ```\n> four\n> ```")
    assert (quote["type"], plain(quote)) == ("rich_text_quote", "one\n\ntwo")
    assert (bullets["border"], plain(bullets)) == (1, "three")
    assert plain(code) == "four"


def test_code_keeps_its_indents_and_its_own_characters() -> None:
    [code] = elements("```py\n  if a < b && c:\n\n\treturn **x**  # &amp;\n```")
    assert plain(code) == "  if a < b && c:\n\n    return **x**  # &amp;"


def test_a_table_becomes_a_table() -> None:
    [table] = read("| a | b |\n|:-:|--:|\n| x [1] | **y** | beyond |\n| z |\n| \\| | |")
    assert [column["align"] for column in table["column_settings"]] == ["center", "right", "left"]
    assert [[plain(cell) for cell in row] for row in table["rows"]] == [
        ["a", "b", " "],
        ["x [1]", "y", "beyond"],
        ["z", " ", " "],
        ["|", " ", " "],
    ]
    assert links(table) == [("[1]", URL)]
    assert {part["type"] for part in table["rows"][2]} == {"raw_text"}


def test_what_is_nested_beyond_measure_is_shown_as_text() -> None:
    made = read_markdown("> " * (NESTING + 1) + "the word [1]", URLS)
    assert [type(part) for part in made] == [Piece]
    assert "the word [1]" in plain(blocks_of(made))
    assert links(blocks_of(made)) == [("[1]", URL)]


@pytest.mark.parametrize(
    "nothing", ["", " \n\n ", "\u200b", "- ", "> ", "```\n```", "#", "---", "[7]"]
)
def test_nothing_to_read_makes_no_element(nothing: str) -> None:
    assert read_markdown(nothing, URLS) == []


@given(ANYTHING)
def test_no_text_at_all_makes_anything_live(written: str) -> None:
    made = read(written)
    assert {part["type"] for part in parts(made)} <= {
        "rich_text", "rich_text_section", "rich_text_list", "rich_text_quote",
        "rich_text_preformatted", "text", "link", "table", "raw_text",
    }  # fmt: skip
    assert set(links(made)) <= {("[1]", URL)}
    shown = read_out(made).lower()
    assert LIVE.search(shown) is None


@given(
    st.lists(
        st.sampled_from(["one", "two3", "**vier**", "`a b`", "- x", "> q", "# h", "4. n", "|"])
    )
)
def test_no_word_of_a_text_is_lost(lines: list[str]) -> None:
    for gap in (" ", "\n", "\n\n"):
        written = gap.join(lines)
        shown = "\n".join(
            text_of(runs)
            for part in read_markdown(written, URLS)
            for runs in ([part.runs] if isinstance(part, Piece) else _cells(part))
        )
        assert [w for w in words(shown) if w != "4"] == [w for w in words(written) if w != "4"]


def _cells(grid: Grid) -> list[Any]:
    return [cell for row in grid.rows for cell in row]


@given(ANYTHING)
def test_what_was_cleared_needs_no_clearing_again(written: str) -> None:
    once = text_of(runs_of([(written, frozenset())], {}))
    assert text_of(runs_of([(once, frozenset())], {})) == once


def test_every_sentence_of_the_corpus_reads_as_it_is_written() -> None:
    held = [s for passage in read_corpus().passages() for s in passage.sentences]
    assert len(held) > 1_000
    for sentence in held:
        [block] = read(f"{sentence.rstrip('.')} [1].")
        assert plain(block) == f"{sentence.rstrip('.')} [1]."
        assert len(of_type(block, "link")) == 1
