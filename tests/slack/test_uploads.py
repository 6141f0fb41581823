"""Files are posted once, in one message, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.errors import BusyError, UndeliverableError
from bot.playground.calls import Fault
from bot.playground.person import Person
from bot.playground.registration import SlackApp
from bot.playground.server import LocalSlack
from bot.playground.workspace import Message
from bot.slack.clients import web_client
from bot.slack.outbox import Place
from bot.slack.uploads import Attachment, Uploads

ANNOUNCE, SEND, COMPLETE = "files.getUploadURLExternal", "upload", "files.completeUploadExternal"
CHANNEL = "C1ADAPT"
PICTURE = Attachment("decision-guide-3fa2c1.png", "The guide", b"\x89PNG", "Five boxes in a row")
RECORD = Attachment("decision-record-3fa2c1.md", "The record", b"# Decision", None)
FILES = (PICTURE, RECORD)
TEXT = "The guide and the record."
QUICKLY = (0.05, 0.3)


@pytest.fixture
def client(slack: LocalSlack) -> WebClient:
    return web_client(slack.app.bot_token, base_url=slack.api_url)


@pytest.fixture
def uploads(client: WebClient) -> Uploads:
    return Uploads(client, looks=QUICKLY)


@pytest.fixture
def asked(ana: Person) -> Message:
    return ana.say(CHANNEL, "hello")


@pytest.fixture
def place(asked: Message) -> Place:
    return Place(asked.channel, asked.ts)


def shared(slack: LocalSlack, asked: Message) -> list[Message]:
    return [m for m in slack.messages(asked.channel, thread_ts=asked.ts) if m.files]


def test_files_come_in_one_message_of_the_thread_with_their_names_titles_and_words(
    slack: LocalSlack, ana: Person, uploads: Uploads, asked: Message, place: Place
) -> None:
    uploads.share(place, FILES, TEXT)
    [message] = shared(slack, asked)
    assert message.text == TEXT
    [picture, record] = ana.files(message)
    assert (picture.name, picture.title) == (PICTURE.name, "The guide")
    assert (picture.alt_text, picture.content) == ("Five boxes in a row", b"\x89PNG")
    assert (record.name, record.alt_text, record.content) == (RECORD.name, "", b"# Decision")
    assert len(slack.calls(COMPLETE)) == 1


@pytest.mark.parametrize("method", [ANNOUNCE, SEND, COMPLETE])
@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=429, retry_after=1),
        Fault(drop=True, applied=True),
        Fault(drop=True),
        Fault(status=500, applied=True),
        Fault(status=503),
    ],
    ids=["rate limit", "lost after", "lost before", "500 after", "503 before"],
)
def test_files_are_posted_once_whatever_happens_on_the_way(
    slack: LocalSlack, uploads: Uploads, asked: Message, place: Place, *, method: str, fault: Fault
) -> None:
    slack.fail_next(method, fault)
    uploads.share(place, FILES, TEXT)
    [message] = shared(slack, asked)
    assert [file["name"] for file in message.files] == [PICTURE.name, RECORD.name]


def test_a_message_that_appears_only_after_the_connection_was_lost_is_waited_for(
    slack: LocalSlack, uploads: Uploads, asked: Message, place: Place
) -> None:
    slack.share_later(0.4)
    slack.fail_next(COMPLETE, Fault(drop=True, applied=True))
    uploads.share(place, FILES, TEXT)
    assert len(shared(slack, asked)) == 1
    assert len(slack.calls(COMPLETE)) == 1


def test_what_was_posted_before_is_not_posted_again(
    slack: LocalSlack, uploads: Uploads, asked: Message, place: Place
) -> None:
    uploads.share(place, FILES, TEXT, again=True)
    uploads.share(place, FILES, TEXT, again=True)
    assert len(shared(slack, asked)) == 1
    other = Attachment("decision-record-000000.md", "The record", b"# Decision", None)
    uploads.share(place, [other], TEXT, again=True)
    assert len(shared(slack, asked)) == 2


def test_it_is_found_in_a_channel_as_well(slack: LocalSlack, uploads: Uploads) -> None:
    for _ in range(2):
        uploads.share(Place(CHANNEL), FILES, TEXT, again=True)
    assert len(slack.messages(CHANNEL)) == 1


class Hiding(WebClient):
    """A Slack that shows of a file its id and no more."""

    def conversations_replies(self, **arguments: Any) -> Any:
        page = super().conversations_replies(**arguments)
        for message in page["messages"]:
            message["files"] = [{"id": file["id"]} for file in message.get("files", ())]
            message["text"] = message["text"].replace("&", "&amp;")
        return page


def test_it_is_found_by_its_text_where_slack_hides_the_names_of_files(
    slack: LocalSlack, asked: Message, place: Place
) -> None:
    hiding = Hiding(slack.app.bot_token, base_url=slack.api_url, retry_handlers=[])
    uploads = Uploads(hiding, looks=())
    for text in ("Guide & record", "Guide & record", "Another record"):
        uploads.share(place, FILES, text, again=True)
    assert [message.text for message in shared(slack, asked)] == [
        "Guide & record",
        "Another record",
    ]


def test_a_thread_that_cannot_be_read_still_gets_its_files(
    slack: LocalSlack, uploads: Uploads, asked: Message, place: Place
) -> None:
    slack.fail_next("conversations.replies", Fault(error="missing_scope"), times=3)
    uploads.share(place, FILES, TEXT, again=True)
    assert len(shared(slack, asked)) == 1


def test_nothing_in_the_words_is_live_and_none_is_too_long(
    slack: LocalSlack, ana: Person, uploads: Uploads, asked: Message, place: Place
) -> None:
    hostile = "<!channel> <https://evil.example|x>\u202e"
    picture = Attachment("a.png", hostile, b"x", f"{hostile}{'word ' * 400}")
    uploads.share(place, [picture], hostile + "word " * 2_000)
    [message] = shared(slack, asked)
    [file] = ana.files(message)
    for text in (message.text, file.title):
        assert not {"<", ">", "\u202e"} & set(text)
    assert len(file.alt_text) <= 1_000
    assert "\u202e" not in file.alt_text
    assert len(message.text) <= 3_500


@pytest.mark.parametrize(
    ("place", "files", "code"),
    [
        (Place("C1OUTSIDE"), FILES, "not_in_channel"),
        (Place("C1NOWHERE"), FILES, "channel_not_found"),
        (Place("U1ANA"), FILES, "invalid_arguments"),
        (Place(CHANNEL), [Attachment("a.md", "a", b"", None)], "missing_argument"),
        (Place(CHANNEL, "1790000000.000100"), FILES, "thread_not_found"),
    ],
)
def test_what_slack_refuses_for_good_is_not_tried_again(
    slack: LocalSlack, uploads: Uploads, place: Place, files: Sequence[Attachment], code: str
) -> None:
    with pytest.raises(UndeliverableError, match=code):
        uploads.share(place, files, TEXT)
    assert len(slack.calls(ANNOUNCE)) <= len(files)


def test_an_upload_that_is_refused_for_good_is_not_tried_again(
    slack: LocalSlack, uploads: Uploads, place: Place
) -> None:
    slack.fail_next(SEND, Fault(status=413))
    with pytest.raises(UndeliverableError, match="upload_413"):
        uploads.share(place, FILES, TEXT)
    assert len(slack.calls(SEND)) == 1


def test_a_workspace_that_takes_no_files_is_named(slack: LocalSlack, place: Place) -> None:
    with LocalSlack(SlackApp(scopes=slack.app.scopes - {"files:write"})) as strict:
        bare = web_client(strict.app.bot_token, base_url=strict.api_url)
        with pytest.raises(UndeliverableError, match="missing_scope"):
            Uploads(bare).share(place, FILES, TEXT)


def test_a_long_rate_limit_is_left_to_the_queue(
    slack: LocalSlack, uploads: Uploads, place: Place
) -> None:
    slack.fail_next(COMPLETE, Fault(status=429, retry_after=600))
    with pytest.raises(BusyError) as busy:
        uploads.share(place, FILES, TEXT)
    assert busy.value.seconds == 600
