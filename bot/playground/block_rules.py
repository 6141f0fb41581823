"""What Slack refuses in one block, by the block's type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground import element_rules as elements
from bot.playground.checks import (
    each,
    items,
    known_fields,
    listed,
    one_of,
    problem,
    required,
    string,
    text_object,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.playground.checks import Problems, Rule
    from bot.playground.workspace import Json

MARKDOWN = 12_000
SECTION = 3_000
HEADER = 150
CHILDREN = ("actions", "context", "divider", "header", "image", "section", "table", "video")
"""What a container holds: of what the documentation names, that which Slack was seen to take."""
TABLE_ROWS = 100
TABLE_CHARACTERS = 10_000
TABLE_COLUMNS = 20


def _section(block: Json, at: str) -> Problems:
    if not block.get("text") and not block.get("fields"):
        yield problem("missing required field: text", at)
    yield from text_object(block.get("text"), f"{at}/text", longest=SECTION)
    yield from items(block.get("fields"), f"{at}/fields", most=10)
    yield from each(block.get("fields"), f"{at}/fields", _field)
    accessory = elements.element_of(elements.ACCESSORIES)
    if isinstance(block.get("accessory"), dict):
        yield from accessory(block["accessory"], f"{at}/accessory")


def _field(text: Json, at: str) -> Problems:
    yield from text_object(text, at, longest=2000)


def _header(block: Json, at: str) -> Problems:
    yield from required(block, at, "text")
    yield from text_object(block.get("text"), f"{at}/text", longest=HEADER, plain=True)


def _divider(_block: Json, _at: str) -> Problems:
    yield from ()


def _markdown(block: Json, at: str) -> Problems:
    yield from required(block, at, "text")
    yield from string(block.get("text"), f"{at}/text", longest=MARKDOWN)


def _elements(kinds: Mapping[str, Rule], most: int) -> Rule:
    def rule(block: Json, at: str) -> Problems:
        yield from required(block, at, "elements")
        yield from items(block.get("elements"), f"{at}/elements", most=most)
        yield from each(block.get("elements"), f"{at}/elements", elements.element_of(kinds))
        yield from _repeated_actions(block, at)

    return rule


def _repeated_actions(block: Json, at: str) -> Problems:
    seen: set[str] = set()
    for index, element in enumerate(listed(block.get("elements"))):
        action = element.get("action_id") if isinstance(element, dict) else None
        if action in seen:
            yield problem(f"action_id already exists: {action}", f"{at}/elements/{index}/action_id")
        seen |= {action} if action else set()


def _context_text(text: Json, at: str) -> Problems:
    yield from text_object(text, at, longest=SECTION)


def _rich_text(block: Json, at: str) -> Problems:
    yield from required(block, at, "elements")
    yield from each(block.get("elements"), f"{at}/elements", _rich_element)


def _rich_element(element: Json, at: str) -> Problems:
    kinds = ("section", "list", "quote", "preformatted")
    yield from required(element, at, "type", "elements")
    yield from one_of(element.get("type"), f"{at}/type", *(f"rich_text_{kind}" for kind in kinds))
    yield from items(element.get("elements"), f"{at}/elements", most=1_000)
    inner = _rich_element if element.get("type") == "rich_text_list" else _rich_run
    yield from each(element.get("elements"), f"{at}/elements", inner)


def _rich_run(run: Json, at: str) -> Problems:
    yield from required(run, at, "type")
    if run.get("type") == "text":
        yield from required(run, at, "text")
        yield from string(run.get("text"), f"{at}/text", longest=SECTION)
    if run.get("type") == "link":
        yield from required(run, at, "url")


def _table(block: Json, at: str) -> Problems:
    yield from required(block, at, "rows")
    yield from items(block.get("rows"), f"{at}/rows", most=TABLE_ROWS)
    yield from items(block.get("column_settings"), f"{at}/column_settings", most=TABLE_COLUMNS)
    for index, row in enumerate(listed(block.get("rows"))):
        yield from items(row, f"{at}/rows/{index}", most=TABLE_COLUMNS)
        yield from each(row, f"{at}/rows/{index}", _cell)
    if sum(_visible(row) for row in listed(block.get("rows"))) > TABLE_CHARACTERS:
        yield problem(f"no more than {TABLE_CHARACTERS} characters allowed", f"{at}/rows")


def _cell(cell: Json, at: str) -> Problems:
    yield from required(cell, at, "type")
    yield from one_of(cell.get("type"), f"{at}/type", "raw_text", "raw_number", "rich_text")
    if cell.get("type") == "raw_text":
        yield from required(cell, at, "text")
        yield from string(cell.get("text"), f"{at}/text", longest=SECTION)


def _input(block: Json, at: str) -> Problems:
    yield from required(block, at, "label", "element")
    yield from text_object(block.get("label"), f"{at}/label", longest=2000, plain=True)
    yield from text_object(block.get("hint"), f"{at}/hint", longest=2000, plain=True)
    if isinstance(block.get("element"), dict):
        yield from elements.element_of(elements.INPUTS)(block["element"], f"{at}/element")


def _image(block: Json, at: str) -> Problems:
    yield from elements.image(block, at)
    yield from text_object(block.get("title"), f"{at}/title", longest=2000, plain=True)


def _container(block: Json, at: str) -> Problems:
    yield from required(block, at, "child_blocks")
    if not block.get("title") and not block.get("rich_text_title"):
        yield problem("missing required field: title", at)
    for index, child in enumerate(listed(block.get("child_blocks"))):
        if isinstance(child, dict):
            yield from one_of(child.get("type"), f"{at}/child_blocks/{index}/type", *CHILDREN)
    yield from text_object(block.get("title"), f"{at}/title", longest=150, plain=True)
    yield from items(block.get("child_blocks"), f"{at}/child_blocks", most=10)
    yield from each(block.get("child_blocks"), f"{at}/child_blocks", block_problems)


def _needs(*names: str) -> Rule:
    def rule(block: Json, at: str) -> Problems:
        yield from required(block, at, *names)

    return rule


_CONTEXT: Mapping[str, Rule] = {
    "image": elements.image,
    "mrkdwn": _context_text,
    "plain_text": _context_text,
}
RULES: Mapping[str, Rule] = {
    "actions": _elements(elements.INTERACTIVE, 25),
    "alert": _needs("text"),
    "card": _needs(),
    "carousel": _needs("elements"),
    "container": _container,
    "context": _elements(_CONTEXT, 10),
    "context_actions": _elements(elements.FEEDBACK, 5),
    "data_table": _needs("rows"),
    "divider": _divider,
    "header": _header,
    "image": _image,
    "input": _input,
    "markdown": _markdown,
    "plan": _needs("title"),
    "rich_text": _rich_text,
    "section": _section,
    "table": _table,
    "task_card": _needs("task_id", "title"),
}
_COMMON = frozenset({"type", "block_id"})
FIELDS: Mapping[str, frozenset[str]] = {
    "actions": _COMMON | {"elements"},
    "context": _COMMON | {"elements"},
    "container": _COMMON
    | {"child_blocks", "default_collapsed", "has_header_divider", "icon", "is_collapsible"}
    | {"rich_text_title", "subtitle", "title", "width"},
    "context_actions": _COMMON | {"elements"},
    "divider": _COMMON,
    "header": _COMMON | {"text"},
    "image": _COMMON | {"alt_text", "image_url", "slack_file", "title"},
    "input": _COMMON | {"dispatch_action", "element", "hint", "label", "optional"},
    "markdown": _COMMON | {"text"},
    "rich_text": _COMMON | {"elements"},
    "section": _COMMON | {"accessory", "expand", "fields", "text"},
    "table": _COMMON | {"column_settings", "rows"},
}


def block_problems(block: Json, at: str) -> Problems:
    """Everything that is wrong with one block."""
    kind = block.get("type")
    if not isinstance(kind, str) or kind not in RULES:
        yield problem(f"unsupported type: {kind}", f"{at}/type")
        return
    yield from known_fields(block, at, FIELDS.get(kind, frozenset(block)))
    yield from string(block.get("block_id"), f"{at}/block_id", longest=255)
    yield from RULES[kind](block, at)


def visible_characters(block: Json) -> int:
    """How much text a block shows, as Slack counts it against a message (a close estimate)."""
    own = block.get("text")
    shown = len(own) if isinstance(own, str) else len(text_of(own))
    for name in ("elements", "fields", "rows", "child_blocks"):
        shown += sum(_visible(item) for item in listed(block.get(name)))
    return shown


def _visible(item: object) -> int:
    if isinstance(item, list):
        return sum(_visible(part) for part in item)
    return visible_characters(item) if isinstance(item, dict) else 0
