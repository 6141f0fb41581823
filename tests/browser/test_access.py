"""Everybody gets in: by keyboard, by screen reader, in light and in dark."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opened
from tests.browser.watched import Watched

pytestmark = pytest.mark.slow

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
}
LOW = (1280, 560)
"""A window in which an answer is longer than its thread is high."""
MOST_TABS = 40
TRAPPED = """() => document.activeElement === document.body
  || document.querySelector("dialog[open]").contains(document.activeElement)"""
"""Between the last and the first control of a dialog, a browser's own frame has the focus."""


def violations(page: Page, where: str) -> list[str]:
    """What axe finds against WCAG A and AA, in either colour scheme."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for one in Axe().run(page, options=RULES).response["violations"]:
            nodes = "; ".join(node["html"][:200] for node in one["nodes"][:3])
            found.append(f"{where}, {scheme}: {one['id']}: {nodes}")
    return found


def visited(window: Watched) -> Iterator[str]:
    """One window after the other, by the name of what it shows."""
    page = window.page
    yield "channel"
    page.locator("#messages a.replies").first.click()
    answer = window.answer()
    answer.locator("summary", has_text="source").click()
    yield "thread"
    answer.hover()
    answer.locator(".tools").get_by_role("link", name="Inspect what was sent").click()
    expect(page.locator("#inspector .i-exchange").first).to_be_visible()
    page.locator("#inspector .i-exchange > summary").first.click()
    yield "inspector"
    page.get_by_role("link", name="App Home").click()
    expect(page.get_by_role("button", name="Start the decision guide")).to_be_visible()
    yield "home"
    page.get_by_role("link", name="general", exact=True).click()
    page.wait_for_url("**/C1GENERAL")
    window.say("/adapt")
    window.main.filter(has_text="@ben opened").locator("a.replies").last.click()
    why = page.get_by_role("button", name="Why we ask")
    expect(why).to_be_visible()
    yield "step of the dialog"
    why.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "modal"
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_axe_finds_nothing_on_any_window_in_light_and_in_dark(opened: Opened) -> None:
    window = opened("/w/ben/C1ADAPT", size=(1440, 900))
    found = [one for where in visited(window) for one in violations(window.page, where)]
    assert found == []


def tab_to(wanted: Locator, *, back: bool = False) -> None:
    """Press Tab until something has the focus, as people without a mouse do."""
    page = wanted.page
    expect(wanted).to_be_attached()
    for _ in range(MOST_TABS):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            return
    pytest.fail(f"{MOST_TABS} times Tab do not reach {wanted}")


def test_a_keyboard_is_enough(opened: Opened) -> None:
    window = opened("/w/ben/C1GENERAL", size=LOW)
    page = window.page
    expect(page.get_by_role("textbox", name="Message #general")).to_be_focused()
    page.keyboard.type("@adaptbot what does LoRA train?")
    page.keyboard.press("Enter")
    page.wait_for_url("**/C1GENERAL/*")
    answer = window.answer()
    sources = answer.locator("summary", has_text="source")
    expect(sources).to_be_attached()
    expect(page.locator("#heard")).to_contain_text("adaptbot: ")
    expect(answer.locator(".message__author")).to_be_in_viewport()

    tab_to(page.get_by_role("link", name="Close the thread"), back=True)
    page.keyboard.press("Enter")
    page.wait_for_url("**/C1GENERAL")
    expect(page.get_by_role("textbox", name="Message #general")).to_be_focused()
    tab_to(window.main.last.locator("a.replies"), back=True)
    page.keyboard.press("Enter")
    page.wait_for_url("**/C1GENERAL/*")
    expect(page.get_by_role("textbox", name="Reply")).to_be_focused()

    more = answer.locator("summary[aria-label='More actions']")
    tab_to(more, back=True)
    page.keyboard.press("Enter")
    expect(answer.get_by_role("button", name="Recommend a method")).to_be_visible()
    page.keyboard.press("Escape")
    expect(answer.get_by_role("button", name="Recommend a method")).to_be_hidden()
    expect(more).to_be_focused()

    thumb = answer.get_by_role("button", name="This answer did not help me")
    tab_to(thumb, back=True)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(TRAPPED)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(thumb).to_be_focused()

    tab_to(sources, back=True)
    page.keyboard.press("Enter")
    expect(answer.locator("details").get_by_role("link").first).to_be_visible()
