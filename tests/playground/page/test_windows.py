from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bot.playground.page.seen import MOST_LINES
from bot.playground.server import LocalSlack
from bot.playground.site import UploadedFile
from bot.playground.workspace import Message
from tests.playground.page.conftest import CHANNEL

Do = Callable[..., Any]


def page(browser: httpx.Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.headers
    return answer.text


def test_the_first_address_leads_to_the_channel_of_the_examples(browser: httpx.Client) -> None:
    assert browser.get("/").headers["location"] == "/w/ana/C1ADAPT"


@pytest.mark.parametrize(
    "path",
    ["/w/nobody/C1ADAPT", "/w/ana/C9NOWHERE", "/w/ana/C1ARCHIVED", "/w/extern/C1ADAPT"],
)
def test_an_address_that_leads_nowhere_leads_to_the_first(browser: httpx.Client, path: str) -> None:
    answer = browser.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/w/ana/C1ADAPT")


def test_what_people_write_is_shown_as_text(slack: LocalSlack, browser: httpx.Client) -> None:
    slack.user("ben").say(CHANNEL, '<script>alert(1)</script> & "quoted" <https://a.example|x>')
    html = page(browser, "/w/ana/C1ADAPT")
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; " in html


def test_each_person_has_a_client_of_their_own(browser: httpx.Client) -> None:
    assert "You are Ana Silva" in page(browser, "/w/ana/C1ADAPT")
    assert "You are Ben Okafor" in page(browser, "/w/ben/C1ADAPT")
    people = page(browser, "/w/ana/C1ADAPT")
    assert 'href="/w/guest/C1ADAPT"' in people
    assert 'href="/w/former/C1ADAPT"' not in people
    assert 'href="/w/otherbot/C1ADAPT"' not in people


def test_a_thread_stands_beside_its_channel(slack: LocalSlack, browser: httpx.Client) -> None:
    root = slack.user("ben").say(CHANNEL, "the root")
    slack.user("ana").say(CHANNEL, "a reply", thread_ts=root.ts)
    beside = page(browser, f"/w/ana/C1ADAPT/{root.ts}")
    assert 'aria-label="Thread"' in beside
    assert beside.index("a reply") > beside.index('aria-label="Thread"')
    alone = page(browser, "/w/ana/C1ADAPT")
    assert "a reply" not in alone
    assert "1 reply" in alone


def test_unread_messages_are_counted_until_they_are_seen(
    slack: LocalSlack, browser: httpx.Client
) -> None:
    slack.user("ben").say("C1GENERAL", "one")
    slack.user("ben").say("C1GENERAL", "two")
    assert "2 unread" in page(browser, "/w/ana/C1ADAPT")
    page(browser, "/w/ana/C1GENERAL")
    assert "unread" not in page(browser, "/w/ana/C1ADAPT")


def test_only_its_reader_sees_an_ephemeral_message(
    slack: LocalSlack, browser: httpx.Client
) -> None:
    bot = slack.app.bot_user_id
    ts = slack.workspace.next_ts()
    slack.workspace.post(Message(CHANNEL, ts, bot, "for ana alone", only_for="U1ANA"))
    assert "for ana alone" in page(browser, "/w/ana/C1ADAPT")
    assert "Only visible to you" in page(browser, "/w/ana/C1ADAPT")
    assert "for ana alone" not in page(browser, "/w/ben/C1ADAPT")


def test_colours_are_kept_in_a_cookie(browser: httpx.Client) -> None:
    assert "data-theme" not in page(browser, "/w/ana/C1ADAPT").split("<head>")[0]
    answer = browser.post("/do/theme", data={"theme": "dark", "back": "/w/ana/C1ADAPT"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/w/ana/C1ADAPT")
    assert '<html lang="en" data-theme="dark">' in page(browser, "/w/ana/C1ADAPT")


def test_a_way_back_to_another_site_is_not_taken(browser: httpx.Client) -> None:
    answer = browser.post("/do/theme", data={"theme": "dark", "back": "https://evil.example"})
    assert answer.headers["location"] == "/"


def shared(slack: LocalSlack, name: str, content: bytes, *, only_for: str | None = None) -> str:
    """A file of the bot's in the channel; returns its id."""
    file = UploadedFile("F1", name, len(content), content=content, title=name)
    slack.site.files[file.id] = file
    shown = {"id": "F1", "name": name, "title": name, "mimetype": "image/png", "size": 3}
    ts = slack.workspace.next_ts()
    bot = slack.app.bot_user_id
    slack.workspace.post(Message(CHANNEL, ts, bot, files=(shown,), only_for=only_for))
    return file.id


def test_a_picture_is_shown_to_those_in_the_conversation(
    slack: LocalSlack, browser: httpx.Client
) -> None:
    shared(slack, "guide.png", b"png")
    answer = browser.get("/w/ana/files/F1/guide.png")
    assert (answer.content, answer.headers["content-type"]) == (b"png", "image/png")
    assert answer.headers["content-disposition"].startswith("inline")
    assert browser.get("/w/extern/files/F1/guide.png").status_code == 404
    assert browser.get("/w/ana/files/F2/guide.png").status_code == 404


def test_what_a_browser_would_run_is_saved_instead(
    slack: LocalSlack, browser: httpx.Client
) -> None:
    shared(slack, "page.html", b"<script>alert(1)</script>")
    answer = browser.get("/w/ana/files/F1/page.html")
    assert answer.headers["content-disposition"].startswith("attachment")


def test_a_record_is_shown_as_text_and_can_be_saved(
    slack: LocalSlack, browser: httpx.Client
) -> None:
    shared(slack, "decision.md", b"# Decision")
    shown = browser.get("/w/ana/files/F1/decision.md")
    assert shown.headers["content-type"].startswith("text/plain")
    saved = browser.get("/w/ana/files/F1/decision.md?save=1")
    assert saved.headers["content-disposition"] == "attachment; filename*=UTF-8''decision.md"


def test_somebody_elses_file_is_not_shown(slack: LocalSlack, browser: httpx.Client) -> None:
    shared(slack, "guide.png", b"png", only_for="U1BEN")
    assert browser.get("/w/ana/files/F1/guide.png").status_code == 404


def test_opening_the_home_tab_is_told_to_the_app(slack: LocalSlack, browser: httpx.Client) -> None:
    page(browser, "/w/ana/home")
    events = [delivery.payload["event"] for delivery in slack.deliveries("events_api")]
    assert [(event["type"], event["tab"]) for event in events] == [("app_home_opened", "home")]


def test_while_no_app_is_connected_the_page_says_so(browser: httpx.Client) -> None:
    assert "adaptbot is not connected" in page(browser, "/w/ana/C1ADAPT")


@pytest.mark.parametrize("theme", ["", "\u2028 blue; Path=/x"])
def test_colours_that_are_none_follow_the_system(browser: httpx.Client, theme: str) -> None:
    browser.post("/do/theme", data={"theme": "dark"})
    answer = browser.post("/do/theme", data={"theme": theme, "back": "/w/ana/C1ADAPT"})
    assert answer.status_code == 303
    assert "theme" not in browser.cookies


@pytest.mark.parametrize("person", ["adaptbot", "otherbot", "former", "U1ANA"])
def test_nobody_else_has_a_client(slack: LocalSlack, browser: httpx.Client, person: str) -> None:
    before = slack.workspace.channels()
    answer = browser.get(f"/w/{person}/home")
    assert (answer.status_code, answer.headers["location"]) == (303, "/w/ana/C1ADAPT")
    assert slack.workspace.channels() == before


def test_of_a_long_conversation_the_latest_is_shown(
    slack: LocalSlack, browser: httpx.Client
) -> None:
    ben = slack.user("ben")
    for number in range(MOST_LINES + 2):
        ben.say(CHANNEL, f"number {number}.")
    html = page(browser, "/w/ana/C1ADAPT")
    assert html.count("<article") == MOST_LINES
    assert "number 1." not in html
    assert f"number {MOST_LINES + 1}." in html
    assert "2 earlier messages are not shown here." in html


def test_of_a_long_thread_the_root_and_the_latest_are_shown(
    slack: LocalSlack, browser: httpx.Client
) -> None:
    ben = slack.user("ben")
    root = ben.say(CHANNEL, "the root")
    for number in range(MOST_LINES + 1):
        ben.say(CHANNEL, f"number {number}.", thread_ts=root.ts)
    thread = page(browser, f"/w/ana/C1ADAPT/{root.ts}").split('aria-label="Thread"')[1]
    assert "the root" in thread
    assert "number 0." not in thread
    assert f"number {MOST_LINES}." in thread


def test_halves_of_characters_leave_the_page_readable(
    slack: LocalSlack, browser: httpx.Client
) -> None:
    shared(slack, "half\ud800.png", b"png")
    dm = slack.user("ana").dm
    slack.site.surfaces.prompts[dm, ""] = ({"title": "half \ud800", "message": "half \ud800"},)
    page(browser, "/w/ana/C1ADAPT")
    assert browser.get("/w/ana/files/F1/half.png").status_code == 200
    assert "half \ufffd" in page(browser, f"/w/ana/{dm}")


def test_only_what_is_text_is_opened_as_text(slack: LocalSlack, browser: httpx.Client) -> None:
    bot, ts = slack.app.bot_user_id, slack.workspace.next_ts()
    shown = {"id": "F1", "name": "a.pdf", "title": "a", "mimetype": "application/pdf", "size": 3}
    slack.workspace.post(Message(CHANNEL, ts, bot, files=(shown,)))
    assert "data-show" not in page(browser, "/w/ana/C1ADAPT")
