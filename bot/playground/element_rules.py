"""What Slack refuses in one element of a block: a button, a menu, a picture, an input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.playground.checks import (
    each,
    items,
    known_fields,
    one_of,
    problem,
    required,
    string,
    text_object,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.playground.checks import Problems, Rule
    from bot.playground.workspace import Json

BUTTON_FIELDS = frozenset(
    {
        "accessibility_label",
        "action_id",
        "agent_prompt",
        "agent_prompt_display",
        "confirm",
        "style",
        "text",
        "type",
        "url",
        "value",
        "visible_to_user_ids",
    },
)
LABEL = 75
VALUE = 2000
OPTION_VALUE = 150
ADDRESS = 3000


def button(element: Json, at: str) -> Problems:
    """A button: label ≤ 75, value ≤ 2000, url ≤ 3000."""
    yield from known_fields(element, at, BUTTON_FIELDS)
    yield from required(element, at, "text")
    yield from text_object(element.get("text"), f"{at}/text", longest=LABEL, plain=True)
    yield from string(element.get("value"), f"{at}/value", longest=VALUE)
    yield from string(element.get("url"), f"{at}/url", longest=ADDRESS)
    yield from string(element.get("agent_prompt"), f"{at}/agent_prompt", longest=4000)
    label = element.get("accessibility_label")
    yield from string(label, f"{at}/accessibility_label", longest=LABEL)
    yield from one_of(element.get("style"), f"{at}/style", "primary", "danger")
    yield from _confirm(element.get("confirm"), f"{at}/confirm")


def _confirm(value: Any, at: str) -> Problems:
    if isinstance(value, dict):
        yield from required(value, at, "title", "text", "confirm", "deny")
        yield from text_object(value.get("title"), f"{at}/title", longest=100, plain=True)
        yield from text_object(value.get("text"), f"{at}/text", longest=300)
        yield from text_object(value.get("confirm"), f"{at}/confirm", longest=30, plain=True)
        yield from text_object(value.get("deny"), f"{at}/deny", longest=30, plain=True)


def _option(option: Json, at: str) -> Problems:
    yield from required(option, at, "text", "value")
    yield from text_object(option.get("text"), f"{at}/text", longest=LABEL)
    yield from string(option.get("value"), f"{at}/value", longest=OPTION_VALUE)
    description = option.get("description")
    yield from text_object(description, f"{at}/description", longest=LABEL)


def _group(group: Json, at: str) -> Problems:
    yield from required(group, at, "label", "options")
    yield from text_object(group.get("label"), f"{at}/label", longest=LABEL, plain=True)
    yield from items(group.get("options"), f"{at}/options", most=100)
    yield from each(group.get("options"), f"{at}/options", _option)


def menu(element: Json, at: str) -> Problems:
    """A select menu of fixed options: at most 100, or 100 groups."""
    if not element.get("options") and not element.get("option_groups"):
        yield problem("missing required field: options", at)
    yield from placeholder(element, at)
    yield from items(element.get("options"), f"{at}/options", most=100)
    yield from each(element.get("options"), f"{at}/options", _option)
    yield from items(element.get("option_groups"), f"{at}/option_groups", most=100)
    yield from each(element.get("option_groups"), f"{at}/option_groups", _group)


def _choices(most: int) -> Rule:
    def rule(element: Json, at: str) -> Problems:
        yield from required(element, at, "options")
        yield from items(element.get("options"), f"{at}/options", most=most)
        yield from each(element.get("options"), f"{at}/options", _option)

    return rule


def placeholder(element: Json, at: str) -> Problems:
    """What most inputs share: a placeholder ≤ 150."""
    yield from text_object(element.get("placeholder"), f"{at}/placeholder", longest=150, plain=True)


def image(element: Json, at: str) -> Problems:
    """A picture: alt_text, and an address ≤ 3000 or a file of Slack's."""
    yield from required(element, at, "alt_text")
    yield from string(element.get("alt_text"), f"{at}/alt_text", longest=2000)
    if not element.get("image_url") and not element.get("slack_file"):
        yield problem("missing required field: image_url", at)
    yield from string(element.get("image_url"), f"{at}/image_url", longest=ADDRESS)


def feedback_buttons(element: Json, at: str) -> Problems:
    """The pair of thumbs: labels ≤ 75, values ≤ 2000."""
    for name in ("positive_button", "negative_button"):
        yield from required(element, at, name)
        face, place = element.get(name), f"{at}/{name}"
        if isinstance(face, dict):
            yield from required(face, place, "text", "value")
            yield from text_object(face.get("text"), f"{place}/text", longest=LABEL, plain=True)
            yield from string(face.get("value"), f"{place}/value", longest=VALUE)


def icon_button(element: Json, at: str) -> Problems:
    """A button that is a picture; trash is the one icon there is."""
    yield from required(element, at, "icon", "text")
    yield from one_of(element.get("icon"), f"{at}/icon", "trash")
    yield from text_object(element.get("text"), f"{at}/text", longest=LABEL, plain=True)
    yield from string(element.get("value"), f"{at}/value", longest=VALUE)


def plain_text_input(element: Json, at: str) -> Problems:
    """A field to type in; its own limit is at most 3000."""
    yield from placeholder(element, at)
    yield from string(element.get("initial_value"), f"{at}/initial_value", longest=3000, shortest=0)
    longest = element.get("max_length")
    if longest is not None and not (isinstance(longest, int) and 1 <= longest <= 3000):  # noqa: PLR2004
        yield problem("must be between 1 and 3000", f"{at}/max_length")


PICKERS: Mapping[str, Rule] = dict.fromkeys(
    (
        "channels_select",
        "conversations_select",
        "datepicker",
        "datetimepicker",
        "multi_channels_select",
        "multi_conversations_select",
        "multi_users_select",
        "timepicker",
        "users_select",
    ),
    placeholder,
)
MENUS: Mapping[str, Rule] = {
    "checkboxes": _choices(10),
    "multi_static_select": menu,
    "radio_buttons": _choices(10),
    "static_select": menu,
}
INTERACTIVE: Mapping[str, Rule] = {
    **PICKERS,
    **MENUS,
    "button": button,
    "overflow": _choices(5),
}
ACCESSORIES: Mapping[str, Rule] = {**INTERACTIVE, "image": image}
FEEDBACK: Mapping[str, Rule] = {"feedback_buttons": feedback_buttons, "icon_button": icon_button}
INPUTS: Mapping[str, Rule] = {
    **PICKERS,
    **MENUS,
    "email_text_input": placeholder,
    "number_input": placeholder,
    "plain_text_input": plain_text_input,
    "rich_text_input": placeholder,
    "url_text_input": placeholder,
}


def element_of(kinds: Mapping[str, Rule]) -> Rule:
    """A rule for an element that must be one of these kinds."""

    def rule(element: Json, at: str) -> Problems:
        kind = element.get("type")
        if not isinstance(kind, str) or kind not in kinds:
            yield problem(f"unsupported type: {kind}", f"{at}/type")
            return
        yield from string(element.get("action_id"), f"{at}/action_id", longest=255)
        yield from kinds[kind](element, at)

    return rule
