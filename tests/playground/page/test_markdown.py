"""Markdown as HTML, whole and while it is streamed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.page.blocks import stream_html
from bot.playground.page.markdown import markdown_html
from tests.playground.page.parsed import Parsed
from tests.playground.page.samples import ANSWER, NAMES
from tests.slack.test_rich import ANYTHING


def parsed(text: str) -> Parsed:
    return Parsed(markdown_html(text, NAMES))


def test_every_form_of_text_is_its_own_element() -> None:
    page = parsed(ANSWER + "\n# Head\n\n~~gone~~ [x](https://a.example)\n\n---\n")
    for name in ("strong", "em", "s", "code", "ul", "ol", "blockquote", "pre", "table", "hr", "h3"):
        assert page.all(name), name
    assert page.one("a")["href"] == "https://a.example"


def test_a_table_says_what_its_header_is_and_aligns_by_class() -> None:
    page = parsed(ANSWER)
    assert [th["scope"] for th in page.all("th")] == ["col"] * 3
    assert [th["class"] for th in page.all("th")] == ["b-left", "b-right", "b-center"]
    [region] = page.classed("b-table")
    assert (region["role"], region["tabindex"]) == ("region", "0")


def test_headings_stand_below_those_of_the_page() -> None:
    page = parsed("# a\n\n## b\n\n##### c\n\n###### d")
    found = [(tag.name, tag.text) for tag in page.tags if tag.name[1:].isdigit()]
    assert found == [("h3", "a"), ("h4", "b"), ("h6", "c"), ("h6", "d")]


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "[x](JAVASCRIPT:alert(1))",
        "[x](data:text/html,x)",
        "[x](slack://user)",
        "[x](/do/press)",
        "[x](//a.example)",
        "<javascript:alert(1)>",
        "[x]: javascript:alert(1)\n\n[x]",
        "<slack://user|x>",
    ],
)
def test_only_the_web_is_linked(text: str) -> None:
    assert not parsed(text).all("a")


def test_a_picture_is_a_link_and_never_loaded() -> None:
    page = parsed("![a *chart*](https://a.example/x.png) ![](https://a.example/y.png)")
    assert not page.all("img")
    assert [(a["href"], a.text) for a in page.all("a")] == [
        ("https://a.example/x.png", "a chart"),
        ("https://a.example/y.png", "Picture"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "a <b onclick=x>b</b>",
        "`<script>`",
        "```<script>\n<script>\n```",
        '```"><script>\n```',
        '[x](https://a.example/"onclick="x)',
        '[x](https://a.example "a\\" onclick=x")',
        "![<script>](https://a.example)",
        "|<script>|\n|-|\n|<script>|",
        "# <script>",
        "<!-- x -->",
        "&lt;script&gt;",
        "&#60;script&#62;",
        "\x00\ud800",
    ],
)
def test_html_in_markdown_is_text(text: str) -> None:
    page = parsed(text)
    assert "<script" not in markdown_html(text, NAMES)
    if "script" in text and "![" not in text and "```" not in text:
        assert "<script>" in page.text


def test_slacks_marks_are_live_as_they_are_in_slack() -> None:
    page = parsed("**<@U1ANA>** <#C1ADAPT> <!here> <https://a.example|x> `<@U1BEN>`")
    assert [span.text for span in page.classed("mention")] == ["@ana", "#llm-adaptation", "@here"]
    assert "you" in page.classed("mention")[0].classes
    assert page.one("a").text == "x"
    assert page.one("code").text == "<@U1BEN>"


def test_a_stream_is_shown_as_far_as_it_has_come() -> None:
    assert stream_html("", NAMES) == ""
    for end in range(1, len(ANSWER)):
        Parsed(stream_html(ANSWER[:end], NAMES))
    assert "peft" in Parsed(stream_html("```\npeft", NAMES)).one("pre").text


@given(st.one_of(ANYTHING, st.text()))
def test_any_markdown_is_well_nested_html(text: str) -> None:
    Parsed(stream_html(text, NAMES))


def test_what_is_nested_beyond_measure_is_read() -> None:
    parsed("> " * 500 + "a")
    parsed("*a " * 2_000)
    parsed("[" * 2_000)
