"""Everything on a message or view that a person can press or choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.playground.checks import listed, text_of
from bot.playground.errors import CannotDoError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.playground.workspace import Json

_MULTIPLE = frozenset({"checkboxes", "multi_static_select"})


@dataclass(frozen=True, slots=True)
class Control:
    """One thing to press: a button, or one option of a menu."""

    block_id: str
    action_id: str
    label: str
    action: Json
    """What an app hears of it, but for `action_ts`."""


def controls(blocks: Iterable[Json]) -> Iterator[Control]:
    """Every button and every option of these blocks, in order."""
    for block in blocks:
        inside = [block.get("accessory"), block.get("element"), *listed(block.get("elements"))]
        for element in inside:
            if isinstance(element, dict):
                yield from _of_element(element, block.get("block_id", ""))
        yield from controls(listed(block.get("child_blocks")))


def _of_element(element: Json, block_id: str) -> Iterator[Control]:
    kind, action_id = element.get("type", ""), element.get("action_id", "")
    action: Json = {"type": kind, "action_id": action_id, "block_id": block_id}
    if kind in ("button", "icon_button"):
        pressed = action | {name: element[name] for name in ("text", "value") if name in element}
        yield Control(block_id, action_id, text_of(element.get("text")), pressed)
    elif kind == "feedback_buttons":
        for face in (element["positive_button"], element["negative_button"]):
            chosen = {"text": face["text"], "value": face["value"]}
            yield Control(block_id, action_id, text_of(face["text"]), action | chosen)
    else:
        for option in _options(element):
            chosen = {"selected_options": [option]} if kind in _MULTIPLE else {}
            chosen = chosen or {"selected_option": option}
            yield Control(block_id, action_id, text_of(option["text"]), action | chosen)


def _options(element: Json) -> Iterator[Json]:
    yield from listed(element.get("options"))
    for group in listed(element.get("option_groups")):
        yield from listed(group.get("options"))


def find_control(blocks: Sequence[Json], wanted: str) -> Control:
    """The control of that label, or else of that action_id.

    Raises CannotDoError when there is none, or more than one that differ.
    """
    every = list(controls(blocks))
    found = [control for control in every if control.label == wanted]
    found = found or [control for control in every if control.action_id == wanted]
    if not found:
        labels = ", ".join(repr(control.label) for control in every) or "nothing"
        raise CannotDoError(f"there is no {wanted!r} here; there is {labels}")
    if len(found) > 1:
        raise CannotDoError(f"{wanted!r} names {len(found)} things here")
    return found[0]
