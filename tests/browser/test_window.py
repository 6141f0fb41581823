"""What only a browser shows: its own rules for forms, and the page's script while things change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from bot.playground.page.routes import Page as Front
from bot.playground.server import LocalSlack
from bot.playground.workspace import Json

CHANNEL = "C1ADAPT"


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    """A workspace with its page and with no app connected."""
    with LocalSlack(front=Front(), retry_delays=()) as local:
        yield local


@pytest.fixture
def page(browser: Browser, slack: LocalSlack) -> Iterator[Page]:
    with browser.new_context(color_scheme="light") as context:
        page = context.new_page()
        page.goto(slack.site.base_url)
        yield page


def composer(page: Page) -> Locator:
    return page.locator("#compose")


def modal(title: str, *, hint: str) -> Json:
    plain = {"type": "plain_text", "text": title}
    element = {"type": "plain_text_input", "action_id": "why"}
    label = {"type": "plain_text", "text": "Why"}
    more = {"type": "plain_text", "text": hint}
    asked = {"type": "input", "block_id": "b", "label": label, "hint": more, "element": element}
    return {"id": "V1", "type": "modal", "title": plain, "blocks": [asked]}


def test_colours_are_changed_by_their_button(page: Page) -> None:
    page.get_by_role("button", name="Change to dark colours").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_message_is_sent_without_script(browser: Browser, slack: LocalSlack) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(slack.site.base_url)
        composer(page).fill("hello from a plain form")
        page.get_by_role("button", name="Send").click()
        expect(page.locator("#messages")).to_contain_text("hello from a plain form")


def test_what_is_being_written_in_a_modal_outlasts_its_update(
    slack: LocalSlack, page: Page
) -> None:
    surfaces = slack.site.surfaces
    surfaces.views["V1"], surfaces.modals["U1ANA"] = modal("Why?", hint="at first"), "V1"
    slack.workspace.touch()
    field = page.get_by_role("textbox", name="Why")
    field.press_sequentially("because")
    field.press("ArrowLeft")
    surfaces.views["V1"] = modal("Why?", hint="after a moment")
    slack.workspace.touch()
    expect(page.get_by_text("after a moment")).to_be_visible()
    expect(field).to_have_value("because")
    expect(field).to_be_focused()
    page.keyboard.type("...")
    expect(field).to_have_value("becaus...e")


def test_what_is_being_edited_outlasts_a_reply_to_it(slack: LocalSlack, page: Page) -> None:
    root = slack.user("ana").say(CHANNEL, "frist")
    message = page.get_by_role("article").filter(has_text="frist")
    message.hover()
    message.get_by_label("More actions").click()
    message.get_by_text("Edit message").click()
    text = message.get_by_role("textbox", name="The new text")
    text.fill("first")
    slack.user("ben").say(CHANNEL, "a reply", thread_ts=root.ts)
    expect(message.get_by_text("1 reply")).to_be_visible()
    expect(text).to_have_value("first")
    message.get_by_role("button", name="Save").click()
    expect(page.get_by_role("article").filter(has_text="(edited)")).to_contain_text("first")


def test_a_completion_in_the_middle_of_a_text_leaves_the_rest(page: Page) -> None:
    box = composer(page)
    box.fill("is @adapt here?")
    box.evaluate("box => box.setSelectionRange(6, 6)")
    box.press_sequentially("p", delay=0)
    box.press("Backspace")
    box.press("Tab")
    expect(box).to_have_value("is @adaptbot here?")
