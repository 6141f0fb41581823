"""From a posted form to the state that Slack sends of a view."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.controls import controls
from bot.playground.page import forms
from bot.playground.page.blocks import view_html
from bot.playground.page.forms import values_of
from bot.slack.feedback_blocks import Given, read_reason
from tests.playground.page.parsed import Parsed
from tests.playground.page.samples import (
    NAMES,
    Json,
    asked,
    button,
    field,
    menu,
    modal,
    option,
    plain,
    views,
)

NOON = int(datetime(2026, 11, 24, 12, 30).timestamp())  # noqa: DTZ001 - local, as the form's


def read(element: Json, *given: str, **more: Any) -> tuple[Json, str]:
    """What one input gives, and what is wrong with it."""
    name = f"b/{element['action_id']}"
    values, errors = values_of(modal(asked(element, **more)), {name: given} if given else {})
    state = values["b"][element["action_id"]]
    assert state.pop("type") == element["type"]
    return state, errors.get("b", "")


A, B = option("a"), option("b", "Bee")


@pytest.mark.parametrize(
    ("element", "given", "state"),
    [
        (field("plain_text_input"), ["a\r\nb "], {"value": "a\nb "}),
        (field("plain_text_input", max_length=3), ["a\r\nb"], {"value": "a\nb"}),
        (field("number_input"), [" 12 "], {"value": "12"}),
        (field("number_input", is_decimal_allowed=True), ["-12.5"], {"value": "-12.5"}),
        (field("number_input", min_value="1", max_value="3"), ["3"], {"value": "3"}),
        (field("email_text_input"), ["ana@example.org"], {"value": "ana@example.org"}),
        (field("url_text_input"), ["https://a.example"], {"value": "https://a.example"}),
        (field("datepicker"), ["2026-11-24"], {"selected_date": "2026-11-24"}),
        (field("timepicker"), ["12:30"], {"selected_time": "12:30"}),
        (field("datetimepicker"), ["2026-11-24T12:30"], {"selected_date_time": NOON}),
        (menu("radio_buttons"), ["b"], {"selected_option": B}),
        (menu("static_select"), ["a"], {"selected_option": A}),
        (menu("checkboxes"), ["b", "a"], {"selected_options": [A, B]}),
        (menu("multi_static_select"), ["b"], {"selected_options": [B]}),
        (menu("static_select", option_groups=[{"label": plain("G"), "options": [A, B]}]), ["b"],
         {"selected_option": B}),
        (field("users_select"), ["U1ANA"], {"selected_user": "U1ANA"}),
        (field("multi_users_select"), ["U1ANA", "U1BEN"], {"selected_users": ["U1ANA", "U1BEN"]}),
        (field("channels_select"), ["C1"], {"selected_channel": "C1"}),
        (field("conversations_select"), ["C1"], {"selected_conversation": "C1"}),
        (field("rich_text_input"), ["a"], {"rich_text_value": {"type": "rich_text", "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]}]}}),
    ],
)  # fmt: skip
def test_what_is_put_in_is_the_state_that_slack_sends(
    element: Json, given: list[str], state: Json
) -> None:
    assert read(element, *given) == (state, "")


EMPTY = [
    (field("plain_text_input"), {"value": None}, forms.REQUIRED),
    (field("number_input"), {"value": None}, forms.REQUIRED),
    (field("email_text_input"), {"value": None}, forms.REQUIRED),
    (field("datepicker"), {"selected_date": None}, forms.REQUIRED),
    (field("datetimepicker"), {"selected_date_time": None}, forms.REQUIRED),
    (field("rich_text_input"), {"rich_text_value": None}, forms.REQUIRED),
    (menu("radio_buttons"), {"selected_option": None}, forms.CHOOSE),
    (menu("static_select"), {"selected_option": None}, forms.CHOOSE),
    (menu("checkboxes"), {"selected_options": []}, forms.CHOOSE),
    (field("users_select"), {"selected_user": None}, forms.CHOOSE),
    (field("multi_users_select"), {"selected_users": []}, forms.CHOOSE),
]


@pytest.mark.parametrize("given", [[], [""]])
@pytest.mark.parametrize(("element", "state", "error"), EMPTY)
def test_an_empty_field_is_an_error_unless_it_is_optional(
    element: Json, state: Json, error: str, given: list[str]
) -> None:
    assert read(element, *given) == (state, error)
    assert read(element, *given, optional=True) == (state, "")


def test_blanks_alone_fill_nothing_in() -> None:
    assert read(field("plain_text_input"), " \r\n")[1] == forms.REQUIRED


@pytest.mark.parametrize(
    ("element", "given", "error"),
    [
        (field("plain_text_input", min_length=3), "ab", "Please write at least 3 characters."),
        (field("plain_text_input", max_length=1), "ab", "Please keep it within 1 character."),
        (field("plain_text_input", max_length=1000), "a" * 1001,
         "Please keep it within 1,000 characters."),
        (field("number_input"), "12.5", forms.WHOLE),
        (field("number_input"), "twelve", forms.WHOLE),
        (field("number_input", is_decimal_allowed=True), "1,000", forms.NUMBER),
        (field("number_input", is_decimal_allowed=True), "1e5", forms.NUMBER),
        (field("number_input", is_decimal_allowed=True), "NaN", forms.NUMBER),
        (field("number_input"), "١٢", forms.WHOLE),
        (field("number_input", min_value="2"), "1", "Please enter 2 or more."),
        (field("number_input", max_value="1000000"), "1000001", "Please enter 1,000,000 or less."),
        (field("number_input", min_value="0.5", is_decimal_allowed=True), ".25",
         "Please enter 0.5 or more."),
        (field("email_text_input"), "ana", forms.EMAIL),
        (field("email_text_input"), "ana@x", forms.EMAIL),
        (field("url_text_input"), "javascript:alert(1)", forms.WEB_ADDRESS),
        (field("datepicker"), "24.11.2026", forms.DATE),
        (field("timepicker"), "noon", forms.TIME),
        (field("datetimepicker"), "never", forms.DATE_TIME),
        (menu("radio_buttons"), "other", forms.CHOOSE),
        (menu("checkboxes"), "other", forms.CHOOSE),
        (field("users_select"), "<b>", forms.CHOOSE),
    ],
)  # fmt: skip
def test_what_slacks_client_would_not_send_is_an_error_in_words(
    element: Json, given: str, error: str
) -> None:
    assert read(element, given)[1] == error


def test_more_than_may_be_chosen_is_an_error() -> None:
    element = menu("multi_static_select", max_selected_items=1)
    assert read(element, "a", "b")[1] == "Please choose at most 1."


def test_each_error_stands_at_its_own_block() -> None:
    view = modal(
        asked(field("plain_text_input"), "one"),
        asked(field("number_input", "n"), "two"),
        asked(menu("radio_buttons"), "three"),
    )
    _, errors = values_of(view, {"two/n": ["x"], "three/menu": ["a"]})
    assert errors == {"one": forms.REQUIRED, "two": forms.WHOLE}


def test_menus_outside_of_inputs_are_part_of_the_state() -> None:
    outside = menu("static_select", "m")
    first = menu("radio_buttons", "r", initial_option=A)
    view = modal(
        asked(menu("static_select", "m"), "in"),
        {"type": "actions", "block_id": "out", "elements": [outside, button(), first]},
    )
    keys = [control.key for control in controls(view["blocks"])]
    values, _ = values_of(view, {"in/m": ["a"], "control": ["", keys[3]]})
    assert keys[:4] == ["m#0", "m#1", "m#2", "m#3"]
    assert values["in"]["m"]["selected_option"] == A
    assert values["out"]["m"] == {"type": "static_select", "selected_option": B}
    assert values["out"]["r"] == {"type": "radio_buttons", "selected_option": A}


def test_the_bots_own_modals_are_read_by_the_bot() -> None:
    view = views()["reason"]
    values, errors = values_of(view, {"reason/choice": ["wrong"], "comment/text": ["It\r\nis"]})
    assert errors == {}
    assert read_reason({"state": {"values": values}}) == Given(reason="wrong", comment="It\nis")
    assert values_of(view, {})[1] == {"reason": forms.CHOOSE}


INITIAL = [
    field("plain_text_input", initial_value="a <b>\n c"),
    field("plain_text_input", initial_value="\n a", multiline=True),
    field("number_input", initial_value="12"),
    field("datepicker", initial_date="2026-11-24"),
    field("timepicker", initial_time="12:30"),
    field("datetimepicker", initial_date_time=NOON),
    menu("radio_buttons", initial_option=B),
    menu("static_select", initial_option=B),
    menu("checkboxes", initial_options=[A, B]),
    menu("multi_static_select", initial_options=[B]),
    field("users_select", initial_user="U1BEN"),
    field("multi_users_select", initial_users=["U1ANA", "U1BEN"]),
    field("channels_select", initial_channel="C1ADAPT"),
    field("rich_text_input", initial_value={"type": "rich_text", "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "a & b"}]}]}),
]  # fmt: skip


def submitted(page: Parsed) -> dict[str, list[str]]:
    """What a browser sends of a form in which nothing was touched."""
    fields: dict[str, list[str]] = {}
    for tag in page.tags:
        kind, value = tag.attributes.get("type"), tag.attributes.get("value", "")
        if tag.name == "option" and "selected" in tag.attributes:
            select = next(outer for outer in tag.inside if outer.name == "select")
            fields.setdefault(select["name"], []).append(value)
        elif tag.name == "textarea":
            fields.setdefault(tag["name"], []).append(tag.text.removeprefix("\n"))
        elif tag.name == "input" and (
            kind not in ("radio", "checkbox") or "checked" in tag.attributes
        ):
            fields.setdefault(tag["name"], []).append(value)
    return fields


@pytest.mark.parametrize("element", INITIAL, ids=str)
def test_what_stands_in_a_field_at_first_is_sent_as_it_was_given(element: Json) -> None:
    view = modal(asked(element))
    values, errors = values_of(view, submitted(Parsed(view_html(view, NAMES))))
    [name] = [key for key in element if key.startswith("initial")]
    [state] = [v for k, v in values["b"][element["action_id"]].items() if k != "type"]
    assert errors == {}
    assert state == element[name]


@given(st.text(), st.sampled_from([element for element, *_ in EMPTY]))
def test_any_text_at_all_can_be_posted(text: str, element: Json) -> None:
    values, errors = values_of(modal(asked(element)), {f"b/{element['action_id']}": [text]})
    assert set(values) == {"b"}
    assert all(errors.values())
