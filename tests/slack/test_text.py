from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.text import clean_lines, inert, link, linkable, shortened, typed, with_links

URL = "https://arxiv.org/abs/2106.09685"
LIVE = st.text(
    alphabet=st.sampled_from("<>&|!@#UCS1channel-^ \n\u200b\u202e[]()*_`~:/."), max_size=60
)


@pytest.mark.parametrize(
    ("wire", "meant"),
    [
        ("<@U1BOT> what is LoRA?", "what is LoRA?"),
        ("<@U1BOT|adaptbot> what is LoRA?", "what is LoRA?"),
        ("what is LoRA, <@U1BOT>?", "what is LoRA, ?"),
        ("<@U1BOT><@U1BOT>", ""),
        ("<@U1BOT> ask <@U1ANA> about it", "ask <@U1ANA> about it"),
        ("see <https://x.example/a?b=1&amp;c=2>", "see https://x.example/a?b=1&c=2"),
        ("see <https://x.example|the page>", "see the page"),
        ("write to <mailto:a@x.example|a@x.example>", "write to a@x.example"),
        ("as said in <#C1GENERAL|general>", "as said in #general"),
        ("as said in <#C1GENERAL>", "as said in #channel"),
        ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
        ("&amp;lt; is an escape", "&lt; is an escape"),
        ("what\u200b is \u202eLoRA\u2069?", "what is LoRA?"),
        ("what \U000e0041\U000e0042is\ufe0f LoRA?", "what is LoRA?"),
        ("red \x1b[31mtext\x1b[0m\x07", "red text"),
        ("  two\n\tlines ", "two\nlines"),
        ("", ""),
    ],
)
def test_what_was_typed_is_read_as_it_was_meant(wire: str, meant: str) -> None:
    assert typed(wire, bot_user="U1BOT") == meant


@pytest.mark.parametrize("bot_user", ["", ".*", "U1BOT)"])
def test_an_odd_bot_user_strips_nobody_elses_mention(bot_user: str) -> None:
    assert typed("<@U1ANA> hello", bot_user=bot_user) == "<@U1ANA> hello"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("<!channel> <!here> <!everyone>", "&lt;!channel&gt; &lt;!here&gt; &lt;!everyone&gt;"),
        ("<@U1ANA> <#C1> <!subteam^S1>", "&lt;@U1ANA&gt; &lt;#C1&gt; &lt;!subteam^S1&gt;"),
        ("<https://evil.example|here>", "&lt;https://evil.example|here&gt;"),
        ("a < b && c", "a &lt; b &amp;&amp; c"),
        ("&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;"),
        ("<!chan\u200bnel>", "&lt;!channel&gt;"),
        ("one\ntwo", "one\ntwo"),
        ("if x:\n    y = {\n\tz", "if x:\n    y = {\n    z"),
    ],
)
def test_what_we_say_is_inert(said: str, shown: str) -> None:
    assert inert(said) == shown


@given(st.text(max_size=200))
def test_clean_lines_hold_nothing_invisible(said: str) -> None:
    shown = clean_lines(said)
    assert all(character.isprintable() or character == "\n" for character in shown)
    assert clean_lines(shown).split() == shown.split() == clean_lines(said + " ").split()


@given(st.one_of(LIVE, st.text(max_size=60)))
def test_nothing_live_ever_comes_out(said: str) -> None:
    shown = inert(said)
    assert "<" not in shown
    assert ">" not in shown
    assert "&" not in shown.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")


@given(LIVE)
def test_what_is_inert_reads_as_what_was_said(said: str) -> None:
    assert typed(inert(said), bot_user="U1BOT") == typed(
        said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"), bot_user="U1BOT"
    )


@given(LIVE, LIVE)
def test_only_a_links_own_brackets_are_live(url: str, label: str) -> None:
    for made in (link(URL, label), link(f"https://{url}", label), link(url, label)):
        assert made.count("<") <= 1
        assert made.count(">") == made.count("<")
        assert made.count("|") <= 1 or not made.startswith("<")


def test_a_link_shows_its_label() -> None:
    assert link(URL, "Hu 2021: LoRA | adapters") == f"<{URL}|Hu 2021: LoRA / adapters>"
    assert link("https://x.example/?a=1&b=2", "x") == "<https://x.example/?a=1&amp;b=2|x>"
    assert link(URL, "two\nlines") == f"<{URL}|two lines>"


@pytest.mark.parametrize(
    "url",
    [
        "http://x.example",
        "javascript:alert(1)",
        "slack://user",
        "https://x.example/a b",
        "https://x.example/<!channel>",
        "https://x.example|y",
        "https://good.example@evil.example/",
        "https://xn\u2010.example/",
        "https://x.example/\u202egpj.exe",
        "https://x.example/\n",
        "https://",
        "",
    ],
)
def test_an_odd_address_never_becomes_a_link(url: str) -> None:
    assert not linkable(url)
    assert link(url, "label") == "label"
    assert with_links("x [1]", {1: url}) == "x [1]"


def test_marks_become_links_and_unknown_marks_vanish() -> None:
    assert with_links("A [1]. B [2][1] [12] [1234].", {1: URL}) == (
        f"A <{URL}|[1]>. B <{URL}|[1]>  [1234]."
    )


@given(LIVE)
def test_an_answers_text_makes_no_link_but_to_its_sources(text: str) -> None:
    made = with_links(text, {1: URL}).replace(f"<{URL}|[1]>", "")
    assert "<" not in made
    assert ">" not in made


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("short", 10, "short"),
        ("exactly 10", 10, "exactly 10"),
        ("cut between words", 12, "cut…"),
        ("oneverylongword", 10, "oneverylo…"),
    ],
)
def test_a_text_is_cut_at_a_word(text: str, limit: int, shown: str) -> None:
    assert shortened(text, limit) == shown


@given(st.text(max_size=100), st.integers(1, 80))
def test_a_shortened_text_keeps_within_its_limit(text: str, limit: int) -> None:
    assert len(shortened(text, limit)) <= limit
