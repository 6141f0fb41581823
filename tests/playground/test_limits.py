"""What Slack refuses in messages and views, the local Slack refuses with the same code."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError

from bot.playground.block_rules import RULES
from bot.playground.element_rules import FEEDBACK, INTERACTIVE
from bot.playground.errors import RefusedError
from bot.playground.limits import check_blocks, check_view
from bot.playground.server import LocalSlack
from tests.playground.bolt_apps import client_of, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slack_sdk import WebClient

Block = dict[str, Any]


@pytest.fixture(scope="module")
def client() -> Iterator[WebClient]:
    with LocalSlack() as slack:
        yield client_of(slack)


def section(length: int) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": "x" * length}}


def button(*, label: int = 1, value: int = 1, **more: str) -> Block:
    return {"type": "button", "text": plain("x" * label), "value": "x" * value, **more}


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def markdown(length: int) -> Block:
    return {"type": "markdown", "text": "x" * length}


def context(number: int) -> Block:
    return {"type": "context", "elements": [plain("x")] * number}


def feedback(label: int, value: int) -> Block:
    face = {"text": plain("x" * label), "value": "x" * value}
    element = {"type": "feedback_buttons", "positive_button": face, "negative_button": face}
    return {"type": "context_actions", "elements": [element]}


def table(rows: int, columns: int) -> Block:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * columns] * rows}


def header(length: int) -> Block:
    return {"type": "header", "text": plain("x" * length)}


def menu(options: int, *, value: int = 1) -> Block:
    option = {"text": plain("x"), "value": "x" * value}
    return actions({"type": "static_select", "options": [option] * options})


DIVIDER: Block = {"type": "divider"}
IMAGE: Block = {"type": "image", "image_url": "https://x.example/a.png"}
RICH: Block = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}],
}

TAKEN = [
    [section(3000)],
    [DIVIDER] * 50,
    [actions(*[button(label=75, value=2000)] * 25)],
    [header(150)],
    [context(10)],
    [markdown(12_000)],
    [feedback(75, 2000)],
    [table(100, 20)],
    [menu(100, value=150)],
    [IMAGE | {"alt_text": "a picture"}],
    [RICH],
    [section(3000)] * 4 + [section(1200)],
    [section(1) | {"accessory": button(action_id="x" * 255), "block_id": "x" * 255}],
]

REFUSED = [
    ([section(3001)], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    ([section(0)], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ([{"type": "section"}], "missing required field: text [json-pointer:/blocks/0]"),
    ([DIVIDER] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    ([actions(button(label=76))], "must be less than 76 characters"),
    ([actions(button(value=2001))], "must be less than 2001 characters"),
    ([actions(button(style="big"))], "must be one of: primary, danger"),
    ([actions(*[button()] * 26)], "no more than 25 items allowed"),
    ([actions()], "no fewer than 1 items required"),
    ([actions(button(action_id="a"), button(action_id="a"))], "action_id already exists: a"),
    ([actions(button(action_id="x" * 256))], "must be less than 256 characters"),
    ([actions(button(colour="red"))], "invalid additional property: colour"),
    ([DIVIDER | {"block_id": "a"}] * 2, "block_id already exists: a"),
    ([DIVIDER | {"block_id": "x" * 256}], "must be less than 256 characters"),
    ([DIVIDER | {"text": "x"}], "invalid additional property: text"),
    ([header(151)], "must be less than 151 characters"),
    ([context(11)], "no more than 10 items allowed"),
    ([markdown(12_001)], "must be less than 12001 characters"),
    ([feedback(76, 1)], "must be less than 76 characters"),
    ([feedback(1, 2001)], "must be less than 2001 characters"),
    ([table(101, 1)], "no more than 100 items allowed"),
    ([table(1, 21)], "no more than 20 items allowed"),
    ([table(1, 1), table(1, 1)], "only one table block allowed"),
    ([menu(101)], "no more than 100 items allowed"),
    ([menu(1, value=151)], "must be less than 151 characters"),
    ([IMAGE], "missing required field: alt_text"),
    ([{"type": "rich_text", "elements": [{"type": "bold"}]}], "must be one of: rich_text_section"),
    ([{"type": "marquee"}], "unsupported type: marquee [json-pointer:/blocks/0/type]"),
    ([actions({"type": "image"})], "unsupported type: image"),
    ([{"type": "actions", "elements": "x"}], "must provide an array"),
    ([{"type": "table", "rows": [5]}], "must provide an array"),
    ([{"type": "section", "text": "x"}], "must provide an object"),
]


@pytest.mark.parametrize("blocks", TAKEN)
def test_blocks_at_their_limits_are_taken(client: WebClient, blocks: list[Block]) -> None:
    assert client.chat_postMessage(channel="C1GENERAL", text="x", blocks=blocks)["ok"]


@pytest.mark.parametrize(("blocks", "words"), REFUSED)
def test_blocks_beyond_their_limits_are_refused(
    client: WebClient, blocks: list[Block], words: str
) -> None:
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel="C1GENERAL", text="x", blocks=blocks)
    answer = refused.value.response
    assert answer["error"] == "invalid_blocks"
    assert any(words in problem for problem in answer["response_metadata"]["messages"])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": " "}, "no_text"),
        ({"text": "x", "blocks": [markdown(6001)] * 2}, "msg_too_long"),
        ({"text": "x", "blocks": [section(3000)] * 5}, "msg_blocks_too_long"),
        ({"text": "x", "blocks": "[{"}, "invalid_blocks_format"),
        ({"text": "x", "blocks": '{"type": "divider"}'}, "invalid_blocks_format"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"markdown_text": "x", "text": "y"}, "markdown_text_conflict"),
        ({"text": "x", "metadata": {"event_type": "t"}}, "invalid_metadata_format"),
        ({"text": "x", "thread_ts": "yesterday"}, "invalid_thread_ts"),
        ({"text": "x", "channel": "C1NOWHERE"}, "channel_not_found"),
        ({"text": "x", "channel": "C1OUTSIDE"}, "not_in_channel"),
        ({"text": "x", "channel": "C1ARCHIVED"}, "is_archived"),
    ],
)
def test_messages_that_slack_refuses(
    client: WebClient, arguments: dict[str, Any], code: str
) -> None:
    with pytest.raises(SlackApiError) as refused:
        client.api_call("chat.postMessage", json={"channel": "C1GENERAL"} | arguments)
    assert refused.value.response["error"] == code


MODAL = {"type": "modal", "title": plain("Why"), "blocks": [section(1)]}
ASKS = {"type": "input", "label": plain("x"), "element": {"type": "plain_text_input"}}


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (MODAL | {"blocks": [DIVIDER] * 101}, "no more than 100 items"),
        (MODAL | {"title": plain("x" * 25)}, "must be less than 25 characters"),
        (MODAL | {"private_metadata": "x" * 3001}, "must be less than 3001 characters"),
        (MODAL | {"callback_id": "x" * 256}, "must be less than 256 characters"),
        (MODAL | {"title": None}, "missing required field: title"),
        (MODAL | {"blocks": [ASKS]}, "submit is required"),
        (MODAL | {"blocks": ["x"]}, "must provide an object"),
        (MODAL | {"blocks": None}, "no fewer than 1 items required"),
        (MODAL | {"type": "window"}, "must be one of: home, modal"),
    ],
)
def test_views_that_slack_refuses(client: WebClient, view: dict[str, Any], words: str) -> None:
    with pytest.raises(SlackApiError) as refused:
        client.blocks_validate(view=view)
    answer = refused.value.response
    assert answer["error"] == "invalid_arguments"
    assert words in str(answer["response_metadata"])


def test_what_validates_is_told_so(client: WebClient) -> None:
    assert client.blocks_validate(view=MODAL)["ok"]
    assert client.blocks_validate(blocks=[DIVIDER])["ok"]
    assert client.blocks_validate(message={"text": "x"})["ok"]


NAMES = ["type", "text", "elements", "fields", "options", "rows", "accessory", "element", "blocks"]
KINDS = st.sampled_from(sorted({*RULES, *INTERACTIVE, *FEEDBACK, "plain_text", "mrkdwn", "home"}))
ANYTHING = st.recursive(
    st.none() | st.integers() | st.text(max_size=3) | KINDS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=12,
)
OBJECTS = st.fixed_dictionaries(
    {"type": KINDS}, optional=dict.fromkeys(NAMES[1:], ANYTHING | st.lists(ANYTHING, max_size=3))
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(OBJECTS, max_size=3), OBJECTS)
def test_nonsense_is_refused_and_never_crashes(blocks: list[Block], view: Block) -> None:
    with suppress(RefusedError):
        check_blocks(blocks)
    with suppress(RefusedError):
        check_view(view, "home", "modal")
