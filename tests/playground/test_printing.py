from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.playground.printing import buttons, message_lines, rendered
from bot.playground.workspace import Message

NAMES = {"U1ANA": "ana", "U1BOT": "adaptbot"}
SOURCE = "https://arxiv.example/1"


@pytest.mark.parametrize(
    ("mrkdwn", "markup"),
    [
        ("*bold* and _soft_", "[bold]bold[/bold] and [italic]soft[/italic]"),
        ("a &lt;b&gt; &amp;&amp; c", "a <b> && c"),
        (f"<{SOURCE}|[1]>", "[1]"),
        (f"<{SOURCE}|Part 1>", f"Part 1 {SOURCE}"),
        ("hello <@U1ANA>", "hello @ana"),
        ("lost_in_middle and 2 * 3 * 4 stay", "lost_in_middle and 2 * 3 * 4 stay"),
        ("[red]no trick[/red]", r"\[red]no trick\[/red]"),
    ],
)
def test_mrkdwn_becomes_rich_markup(mrkdwn: str, markup: str) -> None:
    assert rendered(mrkdwn, NAMES) == markup


def test_a_message_shows_who_said_it_and_its_buttons_by_number() -> None:
    faces = [
        {"type": "button", "action_id": name, "text": {"type": "plain_text", "text": name}}
        for name in ("Yes", "Not [sure]")
    ]
    blocks = (
        {"type": "section", "text": {"type": "mrkdwn", "text": "*Which?*"}},
        {"type": "actions", "elements": faces},
    )
    message = Message("C1", "1.0", "U1BOT", blocks=blocks, only_for="U1ANA")
    shown = "\n".join(message_lines(message, NAMES))
    assert "adaptbot" in shown
    assert "only you see this" in shown
    assert shown.index("Which?") < shown.index("Yes") < shown.index(r"Not \[sure]")
    assert [control.label for control in buttons(message)] == ["Yes", "Not [sure]"]


def test_a_file_is_told_in_words_with_where_it_lies() -> None:
    picture = {"id": "F1", "name": "guide.png", "title": "The [guide]", "alt_txt": "Five\nboxes"}
    record = {"id": "F2", "name": "record.md", "title": "The record"}
    message = Message("C1", "1.0", "U1BOT", "Look", files=(picture, record))
    shown = list(message_lines(message, NAMES, {"F1": Path("files/guide.png")}))
    assert shown[2:] == [
        r"  [bold]File guide.png[/bold]: The \[guide]",
        "    [dim]Five[/dim]",
        "    [dim]boxes[/dim]",
        "    saved as files/guide.png",
        "  [bold]File record.md[/bold]: The record",
    ]


def test_what_stands_beside_a_line_comes_last_and_is_named_with_the_line() -> None:
    def button(label: str, action: str) -> dict[str, Any]:
        return {
            "type": "button",
            "action_id": action,
            "text": {"type": "plain_text", "text": label},
        }

    line = {"type": "mrkdwn", "text": "✓ Facts? *Yes &amp; no*\n_from “wiki”_"}
    blocks = (
        {"type": "section", "text": line, "accessory": button("Change", "change:0")},
        {"type": "actions", "elements": [button("Often", "often")]},
    )
    message = Message("C1", "1.0", "U1BOT", blocks=blocks)
    assert [c.label for c in buttons(message)] == ["Often", "Change: Facts? Yes & no"]
