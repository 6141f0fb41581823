"""The inspector's pane: everything in it is escaped, named, and fit for the page's policy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from bot.domain.trace import Found, Judged, Trace
from bot.playground.page.environment import environment
from bot.playground.page.inspection import NOT_ANSWERED, inspect
from bot.playground.page.look import Look
from bot.playground.server import LocalSlack
from bot.playground.workspace import Message

EVIL = "\"><script>alert(1)</script>'<b onclick=x style=y>&amp;"
VOID = {"input", "wbr"}


class Nested(HTMLParser):
    """Notes every element, and fails where ends do not match beginnings."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.seen if name == tag]


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(retry_delays=()) as local:
        yield local


@pytest.fixture
def evil() -> Trace:
    found = Found(EVIL, EVIL, EVIL, EVIL, -1.5, 1, offered=True, text=EVIL)
    last = replace(found, score=-4.0, rank=2, offered=False, text="")
    kept = Judged(EVIL, (1,), supported=True, problem="", rests_on=EVIL)
    dropped = Judged("No.", (), supported=False, problem="number", rests_on=EVIL)
    return Trace(EVIL, EVIL, "answered", (found, last), (kept, dropped), {"whole": 1.25})


def shown(slack: LocalSlack, message: Message, trace: Trace | None = None) -> Nested:
    found = inspect(slack, message, traces=lambda _: None)
    if trace:
        low = {"trace": trace, "untraced": "", "passages": passages_of(slack, trace)}
        found = replace(found, **low)
    look = Look("ana", message.channel, message.thread, message.ts)
    module: Any = environment().get_template("inspector.html").module
    return Nested(str(module.inspector(found, look)))


def passages_of(slack: LocalSlack, trace: Trace) -> Any:
    """The passages of a trace, as of an answer that has it."""
    told = {"event_type": "any", "event_payload": {"work": "T1:x"}}
    ts = slack.workspace.next_ts()
    answer = Message("C1ADAPT", ts, slack.app.bot_user_id, metadata=told)
    return inspect(slack, answer, traces=lambda _: trace).passages


def test_whatever_people_and_models_write_is_text(slack: LocalSlack, evil: Trace) -> None:
    said = slack.user("ana").say("#llm-adaptation", EVIL)
    slack.settle()
    pane = shown(slack, said, evil)
    assert pane.all("script") == pane.all("b onclick=x style=y") == []
    assert pane.text.count(EVIL) >= 7
    names = {name for _, attributes in pane.seen for name in attributes}
    assert "style" not in names
    assert [name for name in names if name.startswith("on")] == []


def test_a_verdict_is_told_in_words(slack: LocalSlack, evil: Trace) -> None:
    pane = shown(slack, slack.user("ana").say("#general", "hello"), evil)
    words = re.sub(r"\s+", " ", pane.text)
    assert "Kept" in words
    assert re.search(r"Dropped No\. ?a number in it is not the passage's", words)
    assert "taken word for word from what it cites" in words
    assert "not offered to the writer" in words
    assert "whole 1.2 s" in words


def test_scores_below_zero_are_bars_all_the_same(slack: LocalSlack, evil: Trace) -> None:
    pane = shown(slack, slack.user("ana").say("#general", "hello"), evil)
    assert [meter["value"] for meter in pane.all("meter")] == ["1.000", "0.000"]
    assert "-1.50" in pane.text
    assert "-4.00" in pane.text


def test_without_a_trace_the_pane_says_why(slack: LocalSlack) -> None:
    pane = shown(slack, slack.user("ana").say("#not-a-member", "hello"))
    assert NOT_ANSWERED in pane.text
    assert "The bot was sent nothing about this message" in pane.text
    assert "Nothing was sent, and nothing was called." in pane.text


def test_everything_that_can_be_used_has_a_name(slack: LocalSlack, evil: Trace) -> None:
    said = slack.user("ana").say("#llm-adaptation", "hello")
    slack.settle()
    pane = shown(slack, said, evil)
    assert [
        pre for pre in pane.all("pre") if pre.get("tabindex") != "0" or not pre["aria-label"]
    ] == []
    assert [b for b in pane.all("button") if "data-copy" in b and not b.get("aria-label")] == []
    labels = {label["for"] for label in pane.all("label")}
    assert [field for field in pane.all("select") if field["id"] not in labels] == []
    assert [head for head in pane.all("th") if "scope" not in head] == []
    ids = [attributes["id"] for _, attributes in pane.seen if "id" in attributes]
    assert len(ids) == len(set(ids))
    keys = [details["data-key"] for details in pane.all("details")]
    assert len(keys) == len(set(keys))


def test_each_button_says_where_and_about_what(slack: LocalSlack) -> None:
    said = slack.user("ana").say("#llm-adaptation", "hello")
    pane = shown(slack, said)
    forms = pane.all("form")
    assert {form["action"] for form in forms} == {
        "/do/replay",
        "/do/limit",
        "/do/drop",
        "/do/refresh",
        "/do/ahead",
    }
    assert all(form["method"] == "post" for form in forms)
    given = [(field["name"], field["value"]) for field in pane.all("input")]
    for pair in (("channel", said.channel), ("ts", said.ts), ("inspect", said.ts)):
        assert given.count(pair) == len(forms)


def test_what_cannot_be_done_is_disabled_with_its_reason(slack: LocalSlack) -> None:
    silent = slack.user("ana").say("#not-a-member", "hello")
    disabled = [b for b in shown(slack, silent).all("button") if "disabled" in b]
    assert [button["aria-describedby"] for button in disabled] == ["i-once"]
    slack.deliver_to("http://127.0.0.1:9/slack/events")
    pane = shown(slack, silent)
    disabled = [b for b in pane.all("button") if "disabled" in b]
    assert [b["aria-describedby"] for b in disabled] == ["i-once", "i-http", "i-http"]
    assert "so it has no socket" in pane.text
