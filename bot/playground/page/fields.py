"""An input of a view as a field of a browser's form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.playground.checks import listed, text_of
from bot.playground.controls import options
from bot.playground.page.inline import Names, plain_words
from bot.playground.page.mrkdwn import mrkdwn_inline
from bot.playground.page.rich import runs_html
from bot.playground.workspace import Json

MENUS = frozenset({"checkboxes", "multi_static_select", "radio_buttons", "static_select"})
PLACES: Mapping[str, str] = {
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "multi_channels_select": "selected_channels",
    "multi_conversations_select": "selected_conversations",
    "multi_users_select": "selected_users",
    "users_select": "selected_user",
}
"""Menus of people and conversations, and where Slack's state holds what was chosen in them."""
SEVERAL = {"checkboxes", "multi_static_select", *(kind for kind in PLACES if kind[:6] == "multi_")}
TYPES: Mapping[str, str] = {
    "datepicker": "date",
    "datetimepicker": "datetime-local",
    "email_text_input": "email",
    "number_input": "text",
    "plain_text_input": "text",
    "timepicker": "time",
    "url_text_input": "url",
}
"""The type of a browser's field for each input of one line."""
_INITIAL = {
    "datepicker": "initial_date",
    "datetimepicker": "initial_date_time",
    "timepicker": "initial_time",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a menu."""

    value: str
    label: str
    description: str = ""
    group: str = ""
    key: str = ""
    """Of its control, where choosing it is a press."""


def field_name(block: Json) -> str:
    """The name of an input block's field in a form."""
    element = block.get("element")
    action_id = element.get("action_id") if isinstance(element, dict) else ""
    return f"{block.get('block_id') or ''}/{action_id or ''}"


def initial_values(element: Json) -> list[str]:
    """What stands in an input at first, as the values of a form's field."""
    kind = str(element.get("type"))
    if kind in MENUS:
        several = listed(element.get("initial_options"))
        chosen = several if kind in SEVERAL else [element.get("initial_option")]
        return [str(option.get("value")) for option in chosen if isinstance(option, dict)]
    if kind in PLACES:
        given = element.get(PLACES[kind].replace("selected", "initial"))
        return [str(each) for each in (listed(given) if kind in SEVERAL else [given]) if each]
    value = element.get(_INITIAL.get(kind, "initial_value"))
    if kind == "rich_text_input":
        value = plain_words(runs_html(value, Names({}, {}, "")))
    if kind == "datetimepicker":
        value = _local(value)
    return [value] if isinstance(value, str) else []


def choices(element: Json, names: Names) -> list[Choice]:
    """What can be chosen in a menu, in order."""
    kind = str(element.get("type"))
    if kind not in PLACES:
        return [*_options(element, names)]
    people = names.people if "users" in kind or "conversations" in kind else {}
    channels = {} if "users" in kind else names.channels
    named = {id_: f"#{name}" for id_, name in channels.items()} | dict(people)
    return [Choice(id_, name) for id_, name in named.items()]


def _options(element: Json, names: Names) -> Iterator[Choice]:
    groups = [group for group in listed(element.get("option_groups")) if isinstance(group, dict)]
    for holder in (element, *groups):
        group = "" if holder is element else words(holder.get("label"), names)
        for option in options({"options": holder.get("options")}):
            shown = words(option.get("text"), names)
            description = words(option.get("description"), names)
            yield Choice(str(option.get("value")), shown, description, group)


def words(value: object, names: Names) -> str:
    """A text object in plain words, for where nothing else can stand."""
    if isinstance(value, dict) and value.get("type") == "mrkdwn":
        return plain_words(mrkdwn_inline(text_of(value), names))
    return text_of(value)


def _local(seconds: object) -> str | None:
    """Unix time as the value of a datetime-local field."""
    try:
        return f"{datetime.fromtimestamp(float(str(seconds))):%Y-%m-%dT%H:%M}"  # noqa: DTZ006 - local
    except (ValueError, OverflowError, OSError):
        return None
