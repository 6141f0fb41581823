"""The picture of the guide and the decision record beside a recommendation."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.domain.dialog import Dialog
from bot.playground.calls import Fault
from bot.playground.person import Person
from bot.playground.server import LocalSlack
from bot.playground.workspace import Message
from bot.settings import Settings
from bot.slack.recommendations import (
    FILES,
    NO_FILES,
    PICTURE_AND_RECORD,
    RECORD_ALONE,
)
from bot.wiring import picture
from tests.slack.bots import Bot
from tests.slack.conftest import WAYS
from tests.slack.desk import CHANNEL, MEETS, RAG, SETTLED, Desk, desk_at
from tests.slack.running import told
from tests.slack.said import everything, no_trace

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COMPLETE, ANNOUNCE, SEND = "files.completeUploadExternal", "files.getUploadURLExternal", "upload"


@pytest.fixture(params=sorted(WAYS))
def desk(request: pytest.FixtureRequest, slack: LocalSlack) -> Iterator[Desk]:
    with desk_at(slack, WAYS[request.param]) as made:
        yield made


@pytest.fixture
def over_http(slack: LocalSlack) -> Iterator[Desk]:
    """For what does not depend on the way."""
    with desk_at(slack, WAYS["http"]) as made:
        yield made


def ended(desk: Desk, person: Person) -> Message:
    return desk.pressed(person, desk.mentioned(person), MEETS)


def with_files(desk: Desk, dialog: Message) -> list[Message]:
    return [message for message in desk.beside(dialog) if message.files]


def test_picture_and_record_come_in_one_message_of_the_thread(
    slack: LocalSlack, ana: Person, tmp_path: Path
) -> None:
    """With the real picture, which takes half a second."""
    draw = partial(picture, Settings(_env_file=None, home=tmp_path))
    with desk_at(slack, WAYS["http"], bot=Bot(slack, draw=draw)) as desk:
        dialog = desk.opened(ana, SETTLED)
        [message] = with_files(desk, dialog)
        assert message.text.startswith(PICTURE_AND_RECORD)
        assert message.thread_ts == dialog.thread_ts
        drawn, record = ana.files(message)
    assert drawn.content.startswith(SIGNATURE)
    assert len(drawn.content) > 10_000
    assert drawn.name.endswith(".png")
    assert "Stay with prompting" in drawn.alt_text
    assert record.name.endswith(".md")
    text = record.content.decode()
    assert "# Adapt the model by in-context learning" in text
    assert SETTLED in text, "the description in the person's words"
    assert "read from" in text


def test_the_files_come_once_for_each_end(desk: Desk, slack: LocalSlack, ana: Person) -> None:
    dialog = ended(desk, ana)
    ana.press(dialog, "Back")
    desk.done()
    dialog = desk.pressed(ana, dialog, MEETS)
    [message] = with_files(desk, dialog)
    drawn, record = ana.files(message)
    assert drawn.content == SIGNATURE + b"prompting=meets"
    assert drawn.alt_text
    assert record.content
    assert len(slack.calls(COMPLETE)) == 1


@pytest.mark.parametrize(
    ("method", "fault"),
    [(COMPLETE, Fault(drop=True, applied=True)), (SEND, Fault(status=500, applied=True))],
    ids=["lost after they were shared", "trouble after the bytes were sent"],
)
def test_the_files_come_once_whatever_happens_on_the_way(
    over_http: Desk, slack: LocalSlack, ana: Person, method: str, fault: Fault
) -> None:
    slack.fail_next(method, fault)
    with capture_logs():
        dialog = ended(over_http, ana)
    [message] = with_files(over_http, dialog)
    assert len(ana.files(message)) == 2


@pytest.mark.parametrize("shared", [True, False])
def test_files_that_may_have_been_posted_before_a_crash_are_not_posted_again(
    over_http: Desk, slack: LocalSlack, ana: Person, *, shared: bool
) -> None:
    """The process ends before the work is recorded, after Slack has shared them or before."""
    if not shared:
        slack.fail_next(COMPLETE, Fault(error="invalid_auth"))
    with capture_logs():
        dialog = ended(over_http, ana)
    assert len(with_files(over_http, dialog)) == int(shared)
    [job] = over_http.work.of(FILES)
    over_http.work.repeat(job)
    [message] = with_files(over_http, dialog)
    assert len(ana.files(message)) == 2


def test_where_slack_takes_no_files_the_recommendation_stands_and_its_owner_is_told(
    desk: Desk, slack: LocalSlack, ana: Person
) -> None:
    slack.fail_next(ANNOUNCE, Fault(error="missing_scope"), times=9)
    with capture_logs():
        dialog = ended(desk, ana)
    desk.recommended(dialog)
    assert with_files(desk, dialog) == []
    assert told(slack, ana) == [NO_FILES]
    no_trace(slack)


def test_a_picture_that_cannot_be_drawn_costs_nobody_the_record(
    slack: LocalSlack, ana: Person
) -> None:
    def broken(_dialog: Dialog) -> bytes:
        raise RuntimeError("no font at /secret/place")

    with desk_at(slack, WAYS["http"], bot=Bot(slack, draw=broken)) as desk, capture_logs() as logs:
        dialog = ended(desk, ana)
        [message] = with_files(desk, dialog)
        [record] = ana.files(message)
    assert message.text.startswith(RECORD_ALONE)
    assert record.name.endswith(".md")
    assert [entry["where"] for entry in logs if entry["event"] == "failure"] == ["picture"]
    assert "secret" not in everything(slack)


def test_nothing_of_a_description_is_live_in_the_files(desk: Desk, ana: Person) -> None:
    words = "reaches our goal <!channel> [x](https://evil.example) ![y](https://evil.example/y.png)"
    dialog = desk.opened(ana, words)
    [message] = with_files(desk, dialog)
    before, quoted, after = ana.files(message)[1].content.decode().split("```")
    assert "](https://evil" in quoted, "as it was written, in a block of code"
    for alive in ("](https://evil", "<!channel>"):
        assert alive not in before + after


def test_in_a_channel_two_dialogs_have_their_own_files(
    desk: Desk, ana: Person, ben: Person
) -> None:
    one = ended(desk, ana)
    other = desk.pressed(ben, desk.mentioned(ben), MEETS)
    names = [f.name for d in (one, other) for m in with_files(desk, d) for f in ana.files(m)]
    assert len(set(names)) == 4
    assert one.channel == other.channel == desk.slack.workspace.channel(CHANNEL).id  # type: ignore[union-attr]


def test_the_record_is_of_the_path_taken(over_http: Desk, ana: Person) -> None:
    dialog = over_http.walked(ana, over_http.mentioned(ana), RAG)
    [message] = with_files(over_http, dialog)
    record = ana.files(message)[1].content.decode()
    assert "# Adapt the model by RAG" in record or "retrieval-augmented generation" in record
    assert "**Often, monthly or faster**" in record
    assert "guide-version" in record
