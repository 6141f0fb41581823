"""Rendered messages as a reader and as Slack sees them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from slack_sdk.models.blocks import Block as Model

from bot.playground.limits import TEXT, check_blocks, check_text
from bot.slack.blocks import Said

Json = dict[str, Any]

_STYLES = {"bold", "italic", "strike", "code"}
_FIELDS = {
    "text": {"type", "text", "style"},
    "link": {"type", "text", "url", "style"},
    "rich_text": {"type", "elements"},
    "rich_text_section": {"type", "elements"},
    "rich_text_quote": {"type", "elements"},
    "rich_text_preformatted": {"type", "elements"},
    "rich_text_list": {"type", "elements", "style", "indent", "offset", "border"},
}


def check(said: Iterable[Said]) -> None:
    """Each message is JSON that Slack takes, as far as the local one and the SDK's models know."""
    for message in said:
        assert json.loads(json.dumps(message)) == message
        check_blocks(message["blocks"])
        check_text(message["text"], longest=TEXT)
        for block in message["blocks"]:
            model = Model.parse(block)
            assert model is not None
            assert model.to_dict() == block
        for part in parts(message["blocks"]):
            _check_part(part)


def _check_part(part: Json) -> None:
    """What neither of them checks: Slack refuses empty elements and unknown fields."""
    kind = part["type"]
    if kind in _FIELDS:
        assert part.keys() <= _FIELDS[kind]
        assert part.get("text", "x") != ""
        assert part.get("elements", "x") != []
        assert len(part.get("text", "")) <= 3_000
    if kind in ("text", "link"):
        assert set(part.get("style", {})) <= _STYLES
    if kind == "table":
        assert len({len(row) for row in part["rows"]}) == 1
        assert sum(len(plain(cell)) for row in part["rows"] for cell in row) <= 10_000


def parts(value: object) -> Iterator[Json]:
    """Every object with a type, outer ones first."""
    if isinstance(value, dict):
        if "type" in value:
            yield value
        for inner in value.values():
            yield from parts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from parts(inner)


def of_type(value: object, kind: str) -> list[Json]:
    """The objects of one type, in order."""
    return [part for part in parts(value) if part["type"] == kind]


def plain(value: object) -> str:
    """The text that an object shows."""
    shown = (part["text"] for part in parts(value) if isinstance(part.get("text"), str))
    return "".join(shown)


def read_out(value: object) -> str:
    """The texts of everything that stands by itself, each in a line of its own."""
    apart = ("rich_text_section", "rich_text_quote", "rich_text_preformatted", "raw_text")
    return "\n".join(plain(part) for part in parts(value) if part["type"] in apart)


def links(value: object) -> list[tuple[str, str]]:
    """Text and address of every link."""
    return [(part["text"], part["url"]) for part in of_type(value, "link")]


def body(said: Iterable[Said]) -> list[Json]:
    """The blocks above the sources and the buttons."""
    blocks = [block for message in said for block in message["blocks"]]
    return [block for block in blocks if block["type"] in ("rich_text", "table")]


def words(text: str) -> list[str]:
    """The words of a text, without the marks of sources and without punctuation."""
    unmarked = re.sub(r"\[[0-9]{1,3}\]", " ", html.unescape(text))
    return re.findall(r"[^\W_]+", unmarked)
