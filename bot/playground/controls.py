"""Everything on a message or view that a person can press or choose."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.playground.checks import listed, text_of
from bot.playground.errors import CannotDoError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.playground.workspace import Json

MULTIPLE = frozenset({"checkboxes", "multi_static_select"})
"""Menus of which several options can be chosen."""


@dataclass(frozen=True, slots=True)
class Control:
    """One thing to press: a button, or one option of a menu."""

    block_id: str
    action_id: str
    label: str
    action: Json
    """What an app hears of it, but for `action_ts`."""
    key: str = ""
    """Names it among the controls of its message or view: "{action_id}#{n}", n counted from 0."""


def controls(blocks: Iterable[Json]) -> Iterator[Control]:
    """Every button and every option of these blocks, in order."""
    for _, found in pressable(blocks):
        yield from found


def pressable(blocks: Iterable[Json]) -> Iterator[tuple[Json, list[Control]]]:
    """Every element of these blocks with its controls, in order; most elements have none."""
    count: Counter[str] = Counter()
    for element, block_id in _elements(blocks):
        found = []
        for control in _of_element(element, block_id):
            number = count[control.action_id]
            found.append(replace(control, key=f"{control.action_id}#{number}"))
            count[control.action_id] += 1
        yield element, found


def _elements(blocks: Iterable[object]) -> Iterator[tuple[Json, str]]:
    for block in blocks:
        if not isinstance(block, dict):
            continue
        inside = [block.get("accessory"), block.get("element"), *listed(block.get("elements"))]
        for element in [*inside, *listed(block.get("actions"))]:
            if isinstance(element, dict):
                yield element, string_of(block.get("block_id"))
        yield from _elements(listed(block.get("child_blocks")))
        if block.get("type") == "carousel":
            yield from _elements(listed(block.get("elements")))


def string_of(value: object) -> str:
    """The value if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def _of_element(element: Json, block_id: str) -> Iterator[Control]:
    kind, action_id = string_of(element.get("type")), string_of(element.get("action_id"))
    action: Json = {"type": kind, "action_id": action_id, "block_id": block_id}
    if kind in ("button", "icon_button"):
        pressed = action | {name: element[name] for name in ("text", "value") if name in element}
        yield Control(block_id, action_id, text_of(element.get("text")), pressed)
    elif kind == "feedback_buttons":
        faces = (element.get("positive_button"), element.get("negative_button"))
        for face in (face for face in faces if isinstance(face, dict)):
            chosen = {"text": face.get("text"), "value": face.get("value")}
            yield Control(block_id, action_id, text_of(face.get("text")), action | chosen)
    else:
        for option in options(element):
            chosen = {"selected_options": [option]} if kind in MULTIPLE else {}
            chosen = chosen or {"selected_option": option}
            yield Control(block_id, action_id, text_of(option.get("text")), action | chosen)


def options(element: Json) -> Iterator[Json]:
    """The options of a menu, those in groups included."""
    groups = (group for group in listed(element.get("option_groups")) if isinstance(group, dict))
    for holder in (element, *groups):
        for option in listed(holder.get("options")):
            if isinstance(option, dict):
                yield option


def find_control(blocks: Sequence[Json], wanted: str) -> Control:
    """The control of that key, or else of that label, or else of that action_id.

    Raises CannotDoError when there is none, or more than one that differ.
    """
    every = list(controls(blocks))
    found = [control for control in every if control.key == wanted]
    found = found or [control for control in every if control.label == wanted]
    found = found or [control for control in every if control.action_id == wanted]
    if not found:
        labels = ", ".join(repr(control.label) for control in every) or "nothing"
        raise CannotDoError(f"there is no {wanted!r} here; there is {labels}")
    if len(found) > 1:
        raise CannotDoError(f"{wanted!r} names {len(found)} things here")
    return found[0]
