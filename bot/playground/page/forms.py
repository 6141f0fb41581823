"""Inputs of a view in a browser's form: what stands in them, and what Slack makes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from bot.playground.checks import listed
from bot.playground.controls import options, pressable
from bot.playground.page.fields import PLACES, SEVERAL, field_name, initial_values
from bot.playground.page.inline import is_safe
from bot.playground.page.markdown import WEB
from bot.playground.workspace import Json

Fields = Mapping[str, Sequence[str]]
State = dict[str, dict[str, Json]]

REQUIRED = "Please fill this in."
CHOOSE = "Please choose one of these."
NUMBER = "Please enter a number, for example 12.5."
WHOLE = "Please enter a whole number, for example 12."
EMAIL = "Please enter an email address, for example ana@example.org."
WEB_ADDRESS = "Please enter an address that begins with http:// or https://."
DATE = "Please enter a date."
TIME = "Please enter a time."
DATE_TIME = "Please enter a date and a time."

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_ID = re.compile(r"[A-Z0-9]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Read:
    """What was read from one input."""

    value: Json
    """As Slack's state has it, without the type."""
    filled: bool
    error: str = ""


def values_of(view: Json, fields: Fields) -> tuple[State, dict[str, str]]:
    """What a posted form puts into a modal: Slack's `state.values`, and errors by block_id.

    `fields` are the form's, named as `field_name` says; times are local. The errors are what
    Slack's client itself finds wrong before it sends anything to the app, in words for people.
    """
    values: State = {}
    errors: dict[str, str] = {}
    for block, element in _inputs(view):
        read = _read(element, fields.get(field_name(block), ()))
        block_id = str(block.get("block_id", ""))
        _put(values, block_id, element, read.value)
        missing = not (read.filled or block.get("optional"))
        empty = CHOOSE if element["type"] in _CHOICES else REQUIRED
        if error := read.error or (empty if missing else ""):
            errors[block_id] = error
    _add_menus(values, view, fields)
    return values, errors


def _inputs(view: Json) -> Iterator[tuple[Json, Json]]:
    for block in listed(view.get("blocks")):
        if isinstance(block, dict) and block.get("type") == "input":
            element = block.get("element")
            if isinstance(element, dict) and str(element.get("type")) in READERS:
                yield block, element


def _put(values: State, block_id: str, element: Json, value: Json) -> None:
    action_id = str(element.get("action_id") or "")
    values.setdefault(block_id, {})[action_id] = {"type": element["type"], **value}


def _read(element: Json, given: Sequence[str]) -> Read:
    return READERS[element["type"]](element, [each.replace("\r\n", "\n") for each in given if each])


def _add_menus(values: State, view: Json, fields: Fields) -> None:
    """What is chosen in menus outside of inputs, as Slack's state holds it too."""
    inside = {id(element) for _, element in _inputs(view)}
    pressed = fields.get("control", ())
    for element, found in pressable(listed(view.get("blocks"))):
        if str(element.get("type")) in _MENUS and found and id(element) not in inside:
            chosen = [c for c in found if c.key in pressed]
            picked = [option for c in chosen for option in options_of(c.action)]
            given = [str(option.get("value")) for option in picked] or initial_values(element)
            _put(values, found[0].block_id, element, _read(element, given).value)


def options_of(action: Json) -> list[Json]:
    """The options that an action chooses."""
    return listed(action.get("selected_options")) or [action["selected_option"]]


def _text(element: Json, given: Sequence[str]) -> Read:
    text = given[0] if given else ""
    least, most = element.get("min_length"), element.get("max_length")
    error = ""
    if text and isinstance(least, int) and len(text) < least:
        error = f"Please write at least {_characters(least)}."
    if isinstance(most, int) and len(text) > most:
        error = f"Please keep it within {_characters(most)}."
    return Read({"value": text or None}, bool(text.strip()), error)


def _characters(number: int) -> str:
    return "1 character" if number == 1 else f"{number:,} characters"


def _number(element: Json, given: Sequence[str]) -> Read:
    text = given[0].strip() if given else ""
    decimal = element.get("is_decimal_allowed")
    if not text:
        return Read({"value": None}, filled=False)
    if not _NUMBER.fullmatch(text) or ("." in text and not decimal):
        return Read({"value": text}, filled=True, error=NUMBER if decimal else WHOLE)
    least, most = _bound(element.get("min_value")), _bound(element.get("max_value"))
    error = ""
    if least is not None and Decimal(text) < least:
        error = f"Please enter {least:,f} or more."
    if most is not None and Decimal(text) > most:
        error = f"Please enter {most:,f} or less."
    return Read({"value": text}, filled=True, error=error)


def _bound(value: object) -> Decimal | None:
    try:
        bound = Decimal(str(value))
    except InvalidOperation:
        return None
    return bound if bound.is_finite() else None


def _email(_element: Json, given: Sequence[str]) -> Read:
    text = given[0].strip() if given else ""
    wrong = bool(text) and not _EMAIL.fullmatch(text)
    return Read({"value": text or None}, bool(text), EMAIL if wrong else "")


def _url(_element: Json, given: Sequence[str]) -> Read:
    text = given[0].strip() if given else ""
    wrong = bool(text) and not is_safe(text, WEB)
    return Read({"value": text or None}, bool(text), WEB_ADDRESS if wrong else "")


def _date(_element: Json, given: Sequence[str]) -> Read:
    return _timed(given, "selected_date", lambda text: date.fromisoformat(text).isoformat(), DATE)


def _time(_element: Json, given: Sequence[str]) -> Read:
    return _timed(given, "selected_time", lambda text: f"{time.fromisoformat(text):%H:%M}", TIME)


def _date_time(_element: Json, given: Sequence[str]) -> Read:
    def seconds(text: str) -> int:
        return int(datetime.fromisoformat(text).timestamp())

    return _timed(given, "selected_date_time", seconds, DATE_TIME)


def _timed(given: Sequence[str], name: str, read: Callable[[str], str | int], error: str) -> Read:
    if not given:
        return Read({name: None}, filled=False)
    try:
        return Read({name: read(given[0])}, filled=True)
    except (ValueError, OverflowError, OSError):
        return Read({name: None}, filled=True, error=error)


def _one(element: Json, given: Sequence[str]) -> Read:
    chosen = next((o for o in options(element) if o.get("value") in given), None)
    return Read(
        {"selected_option": chosen}, chosen is not None, "" if chosen or not given else CHOOSE
    )


def _some(element: Json, given: Sequence[str]) -> Read:
    chosen = [option for option in options(element) if option.get("value") in given]
    most = element.get("max_selected_items")
    error = "" if chosen or not given else CHOOSE
    if isinstance(most, int) and len(chosen) > most:
        error = f"Please choose at most {most}."
    return Read({"selected_options": chosen}, bool(chosen), error)


def _place(element: Json, given: Sequence[str]) -> Read:
    kind = element["type"]
    wrong = any(not _ID.fullmatch(each) for each in given)
    chosen = [] if wrong else [*given]
    value = chosen if kind in SEVERAL else next(iter(chosen), None)
    return Read({PLACES[kind]: value}, bool(chosen), CHOOSE if wrong else "")


def _rich(_element: Json, given: Sequence[str]) -> Read:
    text = given[0] if given else ""
    if not text.strip():
        return Read({"rich_text_value": None}, filled=False)
    words = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return Read({"rich_text_value": {"type": "rich_text", "elements": [words]}}, filled=True)


_MENUS: Mapping[str, Callable[[Json, Sequence[str]], Read]] = {
    "checkboxes": _some,
    "multi_static_select": _some,
    "radio_buttons": _one,
    "static_select": _one,
}
_CHOICES = {*_MENUS, *PLACES}
READERS: Mapping[str, Callable[[Json, Sequence[str]], Read]] = {
    **_MENUS,
    **dict.fromkeys(PLACES, _place),
    "datepicker": _date,
    "datetimepicker": _date_time,
    "email_text_input": _email,
    "number_input": _number,
    "plain_text_input": _text,
    "rich_text_input": _rich,
    "timepicker": _time,
    "url_text_input": _url,
}
"""How each kind of input is read."""
