from __future__ import annotations

import httpx
import pytest
from websockets.exceptions import InvalidHandshake
from websockets.sync.client import connect
from websockets.typing import Origin

from bot.playground.server import LocalSlack

PAGE = "/w/ana/C1ADAPT"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "192.168.0.7:80"])
def test_a_name_that_another_site_points_here_is_refused(browser: httpx.Client, host: str) -> None:
    answer = browser.get(PAGE, headers={"Host": host})
    assert answer.status_code == 403
    assert "127.0.0.1" in answer.text


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_a_form_of_another_site_does_nothing(
    slack: LocalSlack, browser: httpx.Client, origin: str
) -> None:
    fields = {"person": "ana", "place": "C1ADAPT", "text": "sent by a stranger"}
    answer = browser.post("/do/say", data=fields, headers={"Origin": origin})
    assert answer.status_code == 403
    assert slack.messages("C1ADAPT") == []


def test_a_script_of_another_site_gets_no_updates(slack: LocalSlack) -> None:
    address = slack.site.base_url.replace("http", "ws") + "/live?person=ana&place=C1ADAPT"
    with (
        pytest.raises(InvalidHandshake),
        connect(address, origin=Origin("https://evil.example"), proxy=None),
    ):
        pass


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_this_machine_is_known_by_both_its_names(
    slack: LocalSlack, browser: httpx.Client, host: str
) -> None:
    here = f"{host}:{slack.port}"
    headers = {"Host": here, "Origin": f"http://{here}"}
    assert browser.get(PAGE, headers=headers).status_code == 200


@pytest.mark.parametrize("path", [PAGE, "/static/page.js", "/static/page.css"])
def test_nothing_but_our_own_files_may_run_or_be_loaded(browser: httpx.Client, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_an_app_calls_is_not_of_the_page(browser: httpx.Client) -> None:
    answer = browser.post("/api/auth.test", headers={"Host": "somewhere.example"})
    assert answer.json() == {"ok": False, "error": "not_authed"}


def test_our_own_plain_forms_say_where_they_come_from(browser: httpx.Client) -> None:
    """With "no-referrer" a browser would send them with an Origin of null, which is refused."""
    assert browser.get(PAGE).headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("headers", [{"Host": "["}, {"Origin": "http://["}])
def test_what_is_no_address_is_refused(browser: httpx.Client, headers: dict[str, str]) -> None:
    assert browser.get(PAGE, headers=headers).status_code == 403
