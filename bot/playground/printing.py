"""How messages of the local Slack look in a terminal."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from rich.markup import escape

from bot.playground.checks import listed, text_of
from bot.playground.controls import Control, controls
from bot.playground.workspace import Json, Message

_LINK = re.compile(r"<(https://[^|>]+)\|([^>]*)>")
_PERSON = re.compile(r"<@([A-Z0-9]+)>")
_BOLD = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+)(?<=\S)\*(?![\w*])")
_ITALIC = re.compile(r"(?<![\w_])_(?=\S)([^_\n]+)(?<=\S)_(?![\w_])")


def message_lines(
    message: Message, names: dict[str, str], files: Mapping[str, Path] | None = None
) -> Iterator[str]:
    """A message as rich markup, its buttons numbered from 1.

    `files` says where each file lies on this machine, by its id.
    """
    private = " [dim](only you see this)[/dim]" if message.only_for else ""
    changed = " [dim](changed)[/dim]" if message.edited_ts else ""
    name = escape(names.get(message.user, message.user))
    yield f"[bold cyan]{name}[/bold cyan]{private}{changed}"
    for line in _body(message, names):
        yield f"  {line}"
    for file in message.files:
        yield from _file(file, (files or {}).get(file["id"]))
    for number, control in enumerate(buttons(message), start=1):
        yield f"  [bold green]{number:>2}[/bold green]  {escape(control.label)}"


def _file(file: Json, path: Path | None) -> Iterator[str]:
    """A file in words: its name, its title, what it shows, and where it lies."""
    yield f"  [bold]File {escape(file['name'])}[/bold]: {escape(file['title'])}"
    for line in file.get("alt_txt", "").splitlines():
        yield f"    [dim]{escape(line)}[/dim]"
    if path:
        yield f"    saved as {escape(str(path))}"


def buttons(message: Message) -> list[Control]:
    """What can be pressed on a message, in the order of its numbers.

    What stands beside a line of text comes last, named with that text, so that the numbers of the
    answers do not grow with the lines above them.
    """
    beside = [block for block in message.blocks if "accessory" in block]
    others = [block for block in message.blocks if "accessory" not in block]
    named = (
        replace(control, label=f"{control.label}: {_first_line(block)}")
        for block in beside
        for control in controls([block])
    )
    return [*controls(others), *named]


def _first_line(block: Json) -> str:
    """The text of a section without its marks."""
    line = text_of(block.get("text")).split("\n")[0]
    return html.unescape(line.replace("*", "").removeprefix("✓ "))


def _body(message: Message, names: dict[str, str]) -> Iterator[str]:
    if not message.blocks:
        yield from rendered(message.text, names).split("\n")
    for block in message.blocks:
        yield from _block(block, names)


def _block(block: Json, names: dict[str, str]) -> Iterator[str]:
    match block["type"]:
        case "header":
            yield f"[bold underline]{escape(text_of(block['text']))}[/bold underline]"
        case "section":
            yield from rendered(text_of(block["text"]), names).split("\n")
        case "divider":
            yield "[dim]────────[/dim]"
        case _:
            yield from _holder(block, names)


def _holder(block: Json, names: dict[str, str]) -> Iterator[str]:
    """A block made of others, or of elements."""
    if block["type"] == "container":
        yield f"[bold]{escape(text_of(block['title']))}[/bold]"
    for inner in listed(block.get("child_blocks")):
        yield from _block(inner, names)
    for row in listed(block.get("rows")):
        yield " | ".join("".join(_inline(cell)) for cell in row)
    for element in listed(block.get("elements")):
        if block["type"] == "rich_text":
            yield from _rich(element)
        elif block["type"] == "context":
            yield from _small(element, names)


def _rich(element: Json) -> Iterator[str]:
    if element["type"] != "rich_text_list":
        yield from "".join(_inline(element)).split("\n")
        return
    first = element.get("offset", 0) + 1
    for number, item in enumerate(listed(element["elements"]), start=first):
        mark = "•" if element["style"] == "bullet" else f"{number}."
        yield f"{'  ' * element.get('indent', 0)}{mark} {''.join(_inline(item))}"


def _inline(holder: Json) -> Iterator[str]:
    """The text of a cell or an element as rich markup; a source's address follows its name."""
    for part in listed(holder.get("elements")):
        yield from _inline(part)
    if isinstance(text := holder.get("text"), str):
        bold = holder.get("style", {}).get("bold")
        shown = f"[bold]{escape(text)}[/bold]" if bold else escape(text)
        url = holder.get("url", "")
        yield shown if not url or len(text) <= len("[999]") else f"{shown} {escape(url)}"


def _small(element: Json, names: dict[str, str]) -> Iterator[str]:
    for line in rendered(text_of(element), names).split("\n"):
        yield f"[dim]{line}[/dim]"


def rendered(mrkdwn: str, names: dict[str, str]) -> str:
    """Slack's mrkdwn as rich markup."""
    text = _LINK.sub(lambda m: m[2] if m[2].startswith("[") else f"{m[2]} {m[1]}", mrkdwn)
    text = _PERSON.sub(lambda m: f"@{names.get(m[1], m[1])}", text)
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    text = escape(text)
    return _ITALIC.sub(r"[italic]\1[/italic]", _BOLD.sub(r"[bold]\1[/bold]", text))
