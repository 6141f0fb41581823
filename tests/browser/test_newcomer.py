"""What a newcomer does in the first minutes, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW, Opened
from tests.browser.watched import Watched

pytestmark = pytest.mark.slow

QUESTION = "how much memory does QLoRA save?"
FOLLOW_UP = "and what does it cost in quality?"


def ask(window: Watched, question: str) -> None:
    window.page.get_by_role("link", name="Write to adaptbot directly").click()
    window.page.wait_for_url("**/w/ana/D*")
    window.say(question)
    expect(window.page.get_by_role("complementary", name="Thread")).to_be_visible()


def test_a_newcomer_asks_follows_up_and_says_what_was_wrong(opened: Opened) -> None:
    window = opened()
    page = window.page
    ask(window, QUESTION)
    answer = window.answer()
    expect(answer).to_contain_text("[1]")
    sources = answer.locator("details")
    sources.locator("summary").first.click()
    expect(sources.get_by_role("link").first).to_be_visible()

    window.say(FOLLOW_UP, thread=True)
    expect(window.answer(2)).to_contain_text("[1]")

    thumb = window.answer(2).get_by_role("button", name="This answer did not help me")
    thumb.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_role("radio").first.check()
    dialog.get_by_role("textbox").fill("The number is of another model")
    dialog.get_by_role("button", name="Send").click()
    expect(dialog).to_be_hidden()
    expect(thumb).to_have_attribute("aria-pressed", "true")


def test_a_newcomer_describes_a_project_and_opens_the_picture(opened: Opened) -> None:
    window = opened()
    page = window.page
    box = page.locator("#compose")
    box.press_sequentially("/ad")
    expect(page.get_by_role("option")).to_contain_text("/adapt")
    box.press("Tab")
    expect(box).to_have_value("/adapt ")
    box.press_sequentially("we run a support bot over a wiki that changes daily, no labelled data")
    box.press("Enter")
    window.main.filter(has_text="@ana opened").locator("a.replies").click()
    unsure = page.get_by_role("button", name="Not sure")
    recommended = window.replies.filter(has_text="Recommended: ")
    dialog = window.answer(2)
    for _ in range(10):
        expect(unsure.or_(recommended).first).to_be_visible()
        if not unsure.count():
            break
        step = dialog.text_content()  # not the inner text: that changes when the style sheet comes
        assert step
        unsure.click()
        expect(dialog).not_to_have_text(step)
    expect(recommended.first).to_be_visible()
    picture = window.replies.get_by_role("img").first
    expect(picture).to_be_visible()
    assert len(picture.get_attribute("alt") or "") > 40
    picture.click()
    shown = page.locator("#viewer img")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.naturalWidth") > 600
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()


def test_on_a_phone_the_same_is_reached_through_one_column(opened: Opened) -> None:
    window = opened(size=NARROW, has_touch=True, is_mobile=True)
    page = window.page
    page.get_by_role("button", name="Conversations").click()
    page.locator("#side").get_by_role("link", name="adaptbot", exact=True).click()
    page.wait_for_url("**/w/ana/D*")
    window.say(QUESTION)
    expect(window.answer()).to_contain_text("[1]")
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider <= 0
    page.get_by_role("link", name="Close the thread").click()
    expect(page.locator("#compose")).to_be_visible()
