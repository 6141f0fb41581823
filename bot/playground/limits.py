"""What Slack refuses in a message or a view as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.block_rules import MARKDOWN, block_problems, visible_characters
from bot.playground.checks import each, items, listed, one_of, problem, string, text_object
from bot.playground.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.playground.checks import Problems
    from bot.playground.workspace import Json

TEXT = 40_000
"""chat.postMessage; Slack cuts longer text, we refuse it, since a cut answer is a bug."""
UPDATED_TEXT = 4_000
"""chat.update."""
BLOCKS = 50
VIEW_BLOCKS = 100
BLOCK_CHARACTERS = 13_200
"""All blocks of a message together: measured in github.com/slackapi/bolt-js/issues/2509."""


def check_blocks(blocks: Sequence[Json]) -> None:
    """Raise RefusedError("invalid_blocks" or "msg_blocks_too_long") as Slack would."""
    problems = [*items(list(blocks), "/blocks", most=BLOCKS, least=0), *_problems(blocks)]
    if sum(block.get("type") == "table" for block in blocks) > 1:
        problems.append(problem("only one table block allowed", "/blocks"))
    _refuse("invalid_blocks", problems)
    markdown = sum(visible_characters(b) for b in blocks if b.get("type") == "markdown")
    if markdown > MARKDOWN:
        raise RefusedError("msg_too_long")
    if sum(visible_characters(block) for block in blocks) > BLOCK_CHARACTERS:
        raise RefusedError("msg_blocks_too_long")


def check_text(text: str, *, longest: int) -> None:
    """Raise RefusedError("msg_too_long") for a text beyond its limit."""
    if len(text) > longest:
        raise RefusedError("msg_too_long")


def check_metadata(metadata: Json | None) -> None:
    """Raise RefusedError unless the metadata has an event type and a payload."""
    if not metadata:
        return
    if not isinstance(metadata.get("event_type"), str):
        raise RefusedError("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise RefusedError("invalid_metadata_format")


def check_view(view: Json, *kinds: str) -> None:
    """Raise RefusedError("invalid_arguments") for a view that Slack would not show."""
    _refuse("invalid_arguments", [*_view_problems(view, kinds)])


def _view_problems(view: Json, kinds: tuple[str, ...]) -> Problems:
    blocks = listed(view.get("blocks"))
    yield from one_of(view.get("type", ""), "/view/type", *kinds)
    yield from items(blocks, "/view/blocks", most=VIEW_BLOCKS)
    yield from _problems(blocks, at="/view/blocks")
    yield from string(view.get("callback_id"), "/view/callback_id", longest=255, shortest=0)
    private = view.get("private_metadata")
    yield from string(private, "/view/private_metadata", longest=3000, shortest=0)
    if view.get("type") == "modal":
        yield from _modal_problems(view, blocks)


def _modal_problems(view: Json, blocks: Sequence[Json]) -> Problems:
    for name in ("title", "submit", "close"):
        yield from text_object(view.get(name), f"/view/{name}", longest=24, plain=True)
    if not view.get("title"):
        yield problem("missing required field: title", "/view")
    asks = any(block.get("type") == "input" for block in blocks if isinstance(block, dict))
    if asks and not view.get("submit"):
        yield problem("submit is required when an input block is within blocks", "/view/submit")


def _problems(blocks: Sequence[Json], *, at: str = "/blocks") -> Problems:
    yield from each(list(blocks), at, block_problems)
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        block_id = block.get("block_id") if isinstance(block, dict) else None
        if block_id in seen:
            yield problem(f"block_id already exists: {block_id}", f"{at}/{index}/block_id")
        seen |= {block_id} if isinstance(block_id, str) else set()


def _refuse(code: str, problems: Iterable[str]) -> None:
    told = list(problems)
    if told:
        messages = [f"[ERROR] {each_problem}" for each_problem in told]
        raise RefusedError(code, errors=told, response_metadata={"messages": messages})
