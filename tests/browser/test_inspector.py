"""What people who develop the bot look at, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opened

pytestmark = pytest.mark.slow

WIDER = (1440, 900)


def test_the_inspector_tells_how_an_answer_came_about_and_replays_its_event(
    opened: Opened,
) -> None:
    window = opened(size=WIDER)
    page = window.page
    window.say("@adaptbot how does QLoRA differ from LoRA?")
    page.wait_for_url("**/w/ana/C1ADAPT/*")
    answer = window.answer()
    answer.hover()
    answer.locator(".tools").get_by_role("link", name="Inspect what was sent").click()
    pane = page.get_by_role("complementary", name="Inspector")
    expect(pane).to_contain_text("Acknowledged")
    expect(pane).to_contain_text("chat.postMessage")
    expect(pane.get_by_role("meter").first).to_be_visible()
    expect(pane).to_contain_text("Kept")
    expect(pane).not_to_contain_text("xoxb-")

    pane.get_by_role("button", name="Replay the event twice").click()
    expect(page.locator(".toast")).to_contain_text("twice")
    expect(pane).to_contain_text("retry 2")
    assert window.replies.filter(has=page.locator(".face--bot")).count() == 1


@pytest.mark.parametrize(
    "options", [{}, {"java_script_enabled": False}], ids=["with script", "before it is there"]
)
def test_a_lost_connection_is_shown_and_comes_back(
    opened: Opened, options: dict[str, bool]
) -> None:
    window = opened("/w/ana/C1ADAPT", size=WIDER, **options)
    page = window.page
    message = window.main.first
    message.hover()
    message.locator(".tools").get_by_role("link", name="Inspect what was sent").click()
    pane = page.get_by_role("complementary", name="Inspector")
    pane.get_by_role("button", name="Drop the socket").click()
    expect(page.locator(".toast")).to_be_visible(timeout=20_000)
    expect(page.locator("#banner")).not_to_contain_text("not connected", timeout=20_000)
