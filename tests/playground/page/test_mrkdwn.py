"""Slack's mrkdwn as HTML."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.page.blocks import text_html
from bot.playground.page.environment import clock, time_of_day, typed
from bot.playground.page.mrkdwn import mrkdwn_html, mrkdwn_inline
from bot.slack.text import inert, link
from tests.playground.page.parsed import Parsed
from tests.playground.page.samples import NAMES, PEOPLE

LINK = '<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>'
SCRIPT = "<script>alert(1)</script>"


def shown(text: str, *, verbatim: bool = True) -> str:
    made = str(mrkdwn_html(text, NAMES, verbatim=verbatim))
    Parsed(made)
    return made


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("plain", "plain"),
        ("*bold* _it_ ~no~", "<strong>bold</strong> <em>it</em> <s>no</s>"),
        ("*_both_*", "<strong><em>both</em></strong>"),
        ("_*~all~*_", "<em><strong><s>all</s></strong></em>"),
        ("(*bold*), *two words*.", "(<strong>bold</strong>), <strong>two words</strong>."),
        ("2*3*4 snake_case_name a~b~c", "2*3*4 snake_case_name a~b~c"),
        ("* not * _ not _ ** __ ~~", "* not * _ not _ ** __ ~~"),
        ("*one\ntwo*", "*one\ntwo*"),
        ("`*code*`", '<code class="b-code">*code*</code>'),
        ("`a &lt; b`", '<code class="b-code">a &lt; b</code>'),
        ("*b `c` b*", '<strong>b <code class="b-code">c</code> b</strong>'),
        ("```x\n  *y*```", '<pre class="b-pre"><code>x\n  *y*</code></pre>'),
        ("a\n```x```\nb", 'a<pre class="b-pre"><code>x</code></pre>b'),
        ("a\n\n```x```", 'a\n<pre class="b-pre"><code>x</code></pre>'),
        ("one\n\ntwo", "one\n\ntwo"),
        ("&gt; a\n&gt;b\nc", '<blockquote class="b-quote">a\nb</blockquote>c'),
        ("> *a*", '<blockquote class="b-quote"><strong>a</strong></blockquote>'),
        ("&gt;&gt;&gt;a\nb", '<blockquote class="b-quote">a\nb</blockquote>'),
        ("• a\n• *b*",
         '<span class="b-line">• a</span><span class="b-line">• <strong>b</strong></span>'),
        ("x\n1. a\ny", 'x<span class="b-line">1. a</span>y'),
        ("a &lt;b&gt; &amp;&amp; c", "a &lt;b&gt; &amp;&amp; c"),
        ("&amp;lt; &quot; &nbsp;", "&amp;lt; &amp;quot; &amp;nbsp;"),
        ("\"q\" 'q'", "&#34;q&#34; &#39;q&#39;"),
        ("a < b", "a &lt; b"),
        ("", ""),
        ("`", "`"),
        ("``` open", "``` open"),
        ("é 中 👋", "é 中 👋"),
    ],
)  # fmt: skip
def test_text_is_shown_as_slack_does(text: str, html: str) -> None:
    assert shown(text) == html


@pytest.mark.parametrize(
    ("mark", "html"),
    [
        ("<https://a.example/x?a=1&amp;b=2|the *label*>",
         LINK.format("https://a.example/x?a=1&amp;b=2", "the *label*")),
        ("<https://a.example>", LINK.format("https://a.example", "https://a.example")),
        ("<mailto:a@b.example|write>", LINK.format("mailto:a@b.example", "write")),
        ("<https://a.example|a &lt;b&gt;>", LINK.format("https://a.example", "a &lt;b&gt;")),
        ("*<https://a.example|x>*", f"<strong>{LINK.format('https://a.example', 'x')}</strong>"),
        ("<https://a.example|[1]>",
         LINK.format("https://a.example", "[1]").replace(" target", ' class="b-mark" target')),
        ("<javascript:alert(1)|x>", "x"),
        ("<JavaScript:alert(1)>", "&lt;JavaScript:alert(1)&gt;"),
        ("<data:text/html,x|x>", "x"),
        ("<slack://user|x>", "x"),
        ("<https://|x>", "x"),
        ("<https://a.example/\tb|x>", "x"),
        ("<//a.example|x>", "x"),
        ("<http://[|x>", "x"),
        ("<@U1ANA>", '<span class="mention you">@ana</span>'),
        ("<@U1BEN|benny>", '<span class="mention">@ben</span>'),
        ("<@U9|<b>", "&lt;@U9|&lt;b&gt;"),
        ("<@U9|nine>", '<span class="mention">@nine</span>'),
        ("<@U9>", '<span class="mention">@U9</span>'),
        ("<#C1ADAPT>", '<span class="mention">#llm-adaptation</span>'),
        ("<#C9|other>", '<span class="mention">#other</span>'),
        ("<!here>", '<span class="mention mention--all">@here</span>'),
        ("<!channel|channel>", '<span class="mention mention--all">@channel</span>'),
        ("<!subteam^S1|@team>", '<span class="mention mention--all">@team</span>'),
        ("<!unknown|said>", "said"),
        ("<!unknown>", "&lt;!unknown&gt;"),
        ("<@>", "&lt;@&gt;"),
        ("`<@U1ANA>`", '<code class="b-code">&lt;@U1ANA&gt;</code>'),
    ],
)  # fmt: skip
def test_marks_are_what_they_name_and_only_safe_addresses_are_links(mark: str, html: str) -> None:
    assert shown(mark) == html


def test_a_bare_address_is_a_link_unless_the_text_is_verbatim() -> None:
    link = LINK.format("https://a.example/x?a=1&amp;b=2", "https://a.example/x?a=1&amp;b=2")
    text = "see https://a.example/x?a=1&amp;b=2, or not"
    assert shown(text, verbatim=False) == f"see {link}, or not"
    assert "<a" not in shown(text)
    assert "<a" not in shown("`https://a.example`", verbatim=False)
    assert "<a" not in shown("javascript:alert(1) //a.example", verbatim=False)


MOMENT = datetime(2024, 2, 3, 14, 5, 9).astimezone()
EPOCH = int(MOMENT.timestamp())


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("{date_num}", "2024-02-03"),
        ("{date}", "February 3rd, 2024"),
        ("{date_short}", "Feb 3, 2024"),
        ("{date_long}", "Saturday, February 3rd, 2024"),
        ("{date_pretty}", "February 3rd, 2024"),
        ("{date_short_pretty}", "Feb 3, 2024"),
        ("{date_long_pretty}", "Saturday, February 3rd, 2024"),
        ("{time}", "14:05"),
        ("{time_secs}", "14:05:09"),
        ("on {date_num} at {time}, {unknown}", "on 2024-02-03 at 14:05, {unknown}"),
    ],
)
def test_a_date_is_written_in_its_form_and_in_local_time(form: str, words: str) -> None:
    made = Parsed(shown(f"<!date^{EPOCH}^{form}|fallback>")).one("time")
    assert made.text == words
    assert made["datetime"] == MOMENT.isoformat()


@pytest.mark.parametrize(
    ("away", "words"),
    [
        (timedelta(), "today"),
        (timedelta(days=1), "tomorrow"),
        (timedelta(days=-1), "yesterday"),
    ],
)
def test_the_nearest_days_have_names(away: timedelta, words: str) -> None:
    moment = datetime.now().astimezone().replace(hour=12) + away
    made = shown(f"<!date^{int(moment.timestamp())}^{{date_pretty}}|fallback>")
    assert Parsed(made).text == words


def test_how_long_ago_it_was_is_counted() -> None:
    before = int((datetime.now().astimezone() - timedelta(hours=3, minutes=5)).timestamp())
    assert Parsed(shown(f"<!date^{before}^{{ago}}|x>")).text == "3 hours ago"
    assert Parsed(shown(f"<!date^{before + 86_400}^{{ago}}|x>")).text == "in 20 hours"


def test_a_date_can_be_a_link() -> None:
    made = Parsed(shown(f"<!date^{EPOCH}^{{time}}^https://a.example|x>"))
    assert (made.one("a")["href"], made.one("a").text) == ("https://a.example", "14:05")
    assert not Parsed(shown(f"<!date^{EPOCH}^{{time}}^javascript:x|x>")).all("a")


@pytest.mark.parametrize("seconds", ["x", "", "1" * 40, "nan", "inf"])
def test_a_date_that_is_none_shows_its_fallback(seconds: str) -> None:
    assert shown(f"<!date^{seconds}^{{time}}|never>") == "never"


@pytest.mark.parametrize(
    "text",
    [
        SCRIPT,
        f"*{SCRIPT}*",
        f"`{SCRIPT}`",
        f"```{SCRIPT}```",
        f"&gt; {SCRIPT}",
        f"<https://a.example|{SCRIPT}>",
        '<https://a.example/"onclick="alert(1)|x>',
        "<https://a.example/'><script>|x>",
        '<@U1" onclick="x>',
        f"<!date^1^{SCRIPT}|{SCRIPT}>",
        '<!date^1^{time}^https://a.example/"onclick="x|y>',
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "\x00\x01\x02\x00*a\x00b*",
        "\x01\x00\x02 `a`",
        "\ud800 lone",
        "<!-- x --> <![CDATA[ x ]]> <?x ?>",
        "</div></p>",
    ],
)
def test_nothing_in_a_text_gets_out_of_it(text: str) -> None:
    for made in (text_html(text, NAMES), mrkdwn_inline(text, NAMES)):
        parsed = Parsed(made)
        assert not re.search(r"<script|<[^>]*\son", made)
        assert "\x00" not in parsed.text
        assert str(made).encode()


PIECES = (
    "* _ ~ ` ``` < > & &lt; &gt; &amp; | @ # ! ^ <@U1ANA> <https://a.example|x> • 1. \" ' a".split()
)
TEXTS = st.lists(st.sampled_from([*PIECES, " ", "\n", "\x00", "b"]), max_size=40).map("".join)


@given(st.one_of(TEXTS, st.text()))
def test_any_text_is_well_nested_html(text: str) -> None:
    Parsed(text_html(text, NAMES))
    Parsed(mrkdwn_inline(text, NAMES))


@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z"], exclude_characters="*_~`•")))
def test_what_the_bot_makes_inert_is_read_as_it_was(text: str) -> None:
    safe = inert(text)
    if not safe.startswith("&gt;"):
        assert Parsed(mrkdwn_html(safe, NAMES, verbatim=True)).text == safe.replace(
            "&lt;", "<"
        ).replace("&gt;", ">").replace("&amp;", "&")


def test_a_link_of_the_bots_leads_where_it_says() -> None:
    made = Parsed(
        shown(link("https://a.example/?a=1&b=<2>", "x") + link("https://b.example/?a&b", "y"))
    )
    assert [(a["href"], a.text) for a in made.all("a")] == [("https://b.example/?a&b", "y")]


def test_a_long_text_of_open_marks_is_read_in_time() -> None:
    for mark in ("*a ", "_", "`", "```", "<", "<@", "&gt;", "• ", "~*_"):
        shown(mark * 3_000)


def test_a_time_stamp_is_a_time_of_day_with_its_date() -> None:
    made = Parsed(clock(f"{EPOCH}.000100")).one("time")
    assert made.text == time_of_day(str(EPOCH)) == "14:05"
    assert made["title"] == "Saturday, 3 February 2024, 14:05:09"
    assert (clock("x"), time_of_day("")) == ("", "")


def test_a_message_to_be_edited_is_what_was_typed() -> None:
    wire = "<@U1BEN> &amp; <@U9>: a &lt; b <!here> <#C1|general>"
    assert typed(wire, PEOPLE) == "@ben & <@U9>: a < b @here <#C1|general>"
    assert typed("<@U1BEN>") == "<@U1BEN>"
