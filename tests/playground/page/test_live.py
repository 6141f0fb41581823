from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from markupsafe import escape
from websockets.sync.client import connect

from bot.playground.page import rendering
from bot.playground.page.live import difference
from bot.playground.page.look import Look
from bot.playground.page.rendering import Piece, Pieces, Renderer
from bot.playground.server import LocalSlack
from bot.playground.surfaces import Session
from bot.playground.workspace import Message
from tests.playground.page.conftest import CHANNEL, Opened


def pieces(**items: str) -> Pieces:
    found = tuple(Piece(name, escape(text), text) for name, text in items.items())
    return Pieces({"banner": Piece("banner", escape("b"), "b")}, {"messages": found})


def test_a_window_is_sent_what_it_does_not_show() -> None:
    has = {"banner": "b", "messages": "m-1 m-2", "m-1": "one", "m-2": "two"}
    news = difference(pieces(**{"m-1": "one", "m-2": "new", "m-3": "three"}), has)
    assert [piece["id"] for piece in news["set"]] == ["m-2", "m-3"]
    assert news["lists"] == {"messages": ["m-1", "m-2", "m-3"]}
    assert difference(pieces(**{"m-1": "one", "m-2": "new", "m-3": "three"}), has) == {}


def test_what_went_leaves_the_list() -> None:
    has = {"banner": "b", "messages": "m-1 m-2", "m-1": "one", "m-2": "two"}
    assert difference(pieces(**{"m-2": "two"}), has) == {"set": [], "lists": {"messages": ["m-2"]}}
    again = difference(pieces(**{"m-1": "one", "m-2": "two"}), has)
    assert [piece["id"] for piece in again["set"]] == ["m-1"]


def test_a_message_appears_changes_and_goes_in_an_open_window(
    slack: LocalSlack, window: Opened
) -> None:
    shown = window()
    shown.until(lambda: "banner" in shown.pieces)
    message = slack.user("ben").say(CHANNEL, "hello there")
    shown.until(lambda: shown.holds("hello there"))
    [item] = shown.lists["messages"]
    slack.user("ben").edit(message, "goodbye")
    shown.until(lambda: "goodbye" in shown.pieces[item])
    slack.user("ben").delete(message)
    shown.until(lambda: shown.lists["messages"] == [])


def test_only_what_changed_is_sent(slack: LocalSlack, window: Opened) -> None:
    slack.user("ben").say(CHANNEL, "an old one")
    shown = window()
    shown.until(lambda: shown.holds("an old one"))
    slack.user("ana").say(CHANNEL, "a new one")
    shown.until(lambda: shown.holds("a new one"))
    assert not any("an old one" in piece["html"] for piece in shown.received[-1]["set"])


def test_others_see_no_ephemeral_message(slack: LocalSlack, window: Opened) -> None:
    anas, bens = window("ana"), window("ben")
    ts = slack.workspace.next_ts()
    bot = slack.app.bot_user_id
    slack.workspace.post(Message(CHANNEL, ts, bot, "for ana alone", only_for="U1ANA"))
    anas.until(lambda: anas.holds("for ana alone"))
    slack.user("ana").say(CHANNEL, "for all")
    bens.until(lambda: bens.holds("for all"))
    assert not bens.holds("for ana alone")


def test_work_is_shown_in_its_thread_while_it_goes_on(slack: LocalSlack, window: Opened) -> None:
    root = slack.user("ana").say(CHANNEL, "@adaptbot why?")
    shown = window(thread=root.ts)
    sessions = slack.site.surfaces.sessions
    sessions[CHANNEL, root.ts] = Session("processing")
    slack.workspace.touch()
    shown.until(lambda: "working" in shown.pieces.get("thread-status", ""))
    assert "Stop" in shown.pieces["thread-status"]
    sessions[CHANNEL, root.ts].status = "active"
    slack.workspace.touch()
    shown.until(lambda: not shown.pieces["thread-status"].strip())


def test_a_modal_opens_for_the_person_who_called_it(slack: LocalSlack, window: Opened) -> None:
    anas, bens = window("ana"), window("ben")
    surfaces = slack.site.surfaces
    surfaces.views["V1"] = {
        "id": "V1",
        "type": "modal",
        "title": {"type": "plain_text", "text": "Why <we> ask"},
        "blocks": [],
    }
    surfaces.modals["U1ANA"] = "V1"
    slack.workspace.touch()
    anas.until(lambda: "Why &lt;we&gt; ask" in anas.pieces.get("modal", ""))
    slack.user("ana").say(CHANNEL, "for all")
    bens.until(lambda: bens.holds("for all"))
    assert not bens.pieces.get("modal")


def test_open_windows_do_not_hold_up_the_end(slack: LocalSlack, window: Opened) -> None:
    shown = window()
    shown.until(lambda: "banner" in shown.pieces)
    began = time.monotonic()
    slack.close()
    assert time.monotonic() - began < 2


def test_a_window_that_says_nothing_sensible_is_sent_everything(slack: LocalSlack) -> None:
    address = slack.site.base_url.replace("http", "ws") + f"/live?person=ana&place={CHANNEL}"
    slack.user("ben").say(CHANNEL, "hello there")
    with connect(address, proxy=None) as socket:
        socket.send("[1]")
        assert "hello there" in str(socket.recv(timeout=5))


def test_windows_are_rendered_at_once_without_disturbing_each_other(
    slack: LocalSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "KEPT", 1)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    renderer = Renderer(slack, lambda _: None)
    for number in range(40):
        slack.user("ben").say(CHANNEL, f"number {number}")
    looks = [Look(person, CHANNEL) for person in ("ana", "ben", "guest")] * 20
    try:
        with ThreadPoolExecutor(6) as pool:
            shown = list(pool.map(renderer.pieces, looks))
    finally:
        sys.setswitchinterval(before)
    assert {len(pieces.lists["messages"]) for pieces in shown} == {40}


def test_many_messages_are_shown_again_quickly(slack: LocalSlack) -> None:
    renderer, look = Renderer(slack, lambda _: None), Look("ana", CHANNEL)
    ben = slack.user("ben")
    for number in range(2_500):
        ben.say(CHANNEL, f"number {number}")
    renderer.pieces(look)
    began = time.process_time()
    renderer.pieces(look)
    assert time.process_time() - began < 0.1
