"""The bot's own HTTP paths, as a health check, an attacker and Slack use them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import httpx
import pytest

from bot.playground.person import Person
from bot.playground.server import LocalSlack
from bot.playground.signed_http import encoded, signature
from bot.playground.workspace import Json
from bot.slack.web import MAX_BODY, HealthServer, Site
from tests.slack.bots import EVENTS, Bot, served
from tests.slack.said import everything, posted

SIGNATURE = "X-Slack-Signature"
TIME = "X-Slack-Request-Timestamp"


@pytest.fixture
def http(slack: LocalSlack) -> Iterator[httpx.Client]:
    """A client of the bot in HTTP mode."""
    with Bot(slack).app() as app, served(Site(app, ready=lambda: True)) as address:
        slack.deliver_to(f"{address}{EVENTS}")
        with httpx.Client(base_url=address, trust_env=False) as client:
            yield client


def event(slack: LocalSlack) -> Json:
    """A direct message to the bot, in its envelope."""
    stamp = slack.workspace.next_ts()
    message = {"type": "message", "channel": slack.user("ana").dm, "channel_type": "im"}
    message |= {"user": "U1ANA", "text": "What does LoRA train?", "ts": stamp, "event_ts": stamp}
    return {"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event": message}


def signed(slack: LocalSlack, body: str, *, late: int = 0) -> dict[str, str]:
    """The headers of Slack's own request, made so many seconds ago."""
    timestamp = str(int(time.time()) - late)
    made = signature(slack.app.signing_secret, timestamp=timestamp, body=body)
    return {"Content-Type": "application/json", TIME: timestamp, SIGNATURE: made}


def test_a_signed_event_is_answered(http: httpx.Client, slack: LocalSlack) -> None:
    body = json.dumps(event(slack))
    assert http.post(EVENTS, content=body, headers=signed(slack, body)).status_code == 200
    slack.wait_for("LoRA trains")


def test_a_replayed_request_has_no_second_effect(http: httpx.Client, slack: LocalSlack) -> None:
    body = json.dumps(event(slack))
    headers = signed(slack, body, late=240)
    for _ in range(3):
        assert http.post(EVENTS, content=body, headers=headers).status_code == 200
    assert len(posted(slack)) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {SIGNATURE: ""},
        {TIME: ""},
        {SIGNATURE: "v0=" + "0" * 64},
        {SIGNATURE: "v0=\xe9" + "0" * 63},
        {SIGNATURE: "v1=" + "0" * 64},
        {TIME: "abc"},
        {TIME: "-1"},
        {TIME: "\xb2"},
        {TIME: "1" * 5_000},
        {TIME: "1e9"},
        {TIME: "0"},
    ],
    ids=lambda changed: str(changed)[:40],
)
def test_a_request_that_slack_did_not_sign_is_refused(
    http: httpx.Client, slack: LocalSlack, changed: dict[str, str]
) -> None:
    body = json.dumps(event(slack))
    headers = signed(slack, body) | changed
    raw = [(name, value.encode("latin-1")) for name, value in headers.items() if value]
    answer = http.post(EVENTS, content=body, headers=[(n.encode(), v) for n, v in raw])
    assert answer.status_code == 401
    assert "Traceback" not in answer.text
    assert slack.calls() == []


@pytest.mark.parametrize("late", [-301, 301])
def test_a_request_out_of_its_time_is_refused(
    http: httpx.Client, slack: LocalSlack, late: int
) -> None:
    body = json.dumps(event(slack))
    headers = signed(slack, body, late=late + (1 if late > 0 else -1))
    assert http.post(EVENTS, content=body, headers=headers).status_code == 401
    assert posted(slack) == []


def test_a_changed_body_is_refused(http: httpx.Client, slack: LocalSlack) -> None:
    body = json.dumps(event(slack))
    answer = http.post(EVENTS, content=body + " ", headers=signed(slack, body))
    assert answer.status_code == 401
    assert posted(slack) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[1]",
        b"null",
        b"payload=[",
        b"payload=7",
        b'{"authorizations": [1]}',
        b'{"authorizations": 7}',
        b'{"event": []}',
        b'{"a":' * 100_000,
        b"ssl_check=0&payload=%00",
    ],
    ids=lambda body: repr(body[:24]),
)
def test_garbage_is_refused_without_a_traceback(
    http: httpx.Client, slack: LocalSlack, body: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    for kind in ("application/json", "application/x-www-form-urlencoded"):
        headers = signed(slack, "other") | {"Content-Type": kind}
        assert http.post(EVENTS, content=body, headers=headers).status_code == 401
    assert "Traceback" not in "".join(capfd.readouterr())
    assert slack.calls() == []


@pytest.mark.parametrize("length", ["1048577", "99999999999999999999", "-1", "\xb2", "1.5"])
def test_a_body_that_is_too_large_or_of_odd_length_is_refused_unread(
    http: httpx.Client, slack: LocalSlack, length: str
) -> None:
    where = urlsplit(str(http.base_url))
    connection = HTTPConnection(str(where.hostname), where.port, timeout=5)
    try:
        connection.putrequest("POST", EVENTS)
        connection.putheader("Content-Length", length)
        connection.endheaders()
        assert connection.getresponse().status == 413
    finally:
        connection.close()
    assert slack.calls() == []


def test_a_large_body_within_the_limit_is_read(http: httpx.Client, slack: LocalSlack) -> None:
    padded = event(slack) | {"padding": "x" * (MAX_BODY - 2_000)}
    body = json.dumps(padded)
    assert http.post(EVENTS, content=body, headers=signed(slack, body)).status_code == 200


def test_the_url_verification_is_answered_only_to_slack(
    http: httpx.Client, slack: LocalSlack
) -> None:
    body = json.dumps({"type": "url_verification", "token": "x", "challenge": "c1"})
    unsigned = http.post(EVENTS, content=body, headers={"Content-Type": "application/json"})
    assert unsigned.status_code == 401
    assert "c1" not in unsigned.text
    assert slack.verify_request_url()


def test_a_form_is_checked_like_the_rest(
    http: httpx.Client, slack: LocalSlack, ana: Person
) -> None:
    body, kind = encoded("slash_commands", {"command": "/adapt", "text": "help"})
    headers = {"Content-Type": kind, TIME: str(int(time.time())), SIGNATURE: "v0=" + "1" * 64}
    assert http.post(EVENTS, content=body, headers=headers).status_code == 401
    assert ana.command("/adapt", "help", channel="#general").reply is not None
    assert everything(slack)


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/livez", 200, "alive"),
        ("/readyz", 200, "ready"),
        ("/metrics", 200, "adaptbot_questions_total"),
        ("/", 404, "not found"),
        ("/slack/events/", 404, "not found"),
        ("/slack/events", 401, "unsigned"),
        ("/.env", 404, "not found"),
        ("/slack/../metrics", 404, "not found"),
    ],
)
def test_the_paths_of_the_site(http: httpx.Client, path: str, status: int, text: str) -> None:
    where = urlsplit(str(http.base_url))
    connection = HTTPConnection(str(where.hostname), where.port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == status
        assert text in answer.read().decode()
    finally:
        connection.close()


def test_a_bot_that_is_not_ready_says_so() -> None:
    with (
        served(Site(None, ready=lambda: False)) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        assert client.get("/readyz").status_code == 503
        assert client.get("/livez").status_code == 200
        assert client.post(EVENTS).status_code == 404, "in Socket Mode nothing else is served"


def test_the_health_server_takes_no_port_that_is_taken(slack: LocalSlack) -> None:
    with pytest.raises(OSError, match="in use"):
        HealthServer(Site(None, ready=lambda: True), host="127.0.0.1", port=slack.port)


def test_the_health_server_ends_when_it_is_closed() -> None:
    server = HealthServer(Site(None, ready=lambda: True), host="127.0.0.1", port=0)
    server.close()
    assert not server._thread.is_alive()
