"""Files go up in two steps, come out in one message, and people and bots see them there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from slack_sdk.errors import SlackApiError

from bot.playground.calls import Fault
from bot.playground.registration import SlackApp
from bot.playground.server import LocalSlack
from tests.playground.bolt_apps import client_of

if TYPE_CHECKING:
    from slack_sdk import WebClient

GENERAL = "C1GENERAL"
PICTURE = {
    "filename": "guide.png",
    "title": "The guide",
    "content": b"\x89PNG",
    "alt_txt": "Five boxes",
}
RECORD = {"filename": "record.md", "title": "The record", "content": b"# Decision"}


def sent(client: WebClient, content: bytes = b"abc", **more: str) -> str:
    """The id of a file that is uploaded and not completed."""
    announced = client.files_getUploadURLExternal(filename="a.md", length=len(content), **more)
    with urlopen(Request(announced["upload_url"], data=content)) as answer:  # noqa: S310
        assert answer.status == 200
    return str(announced["file_id"])


def completed(client: WebClient, **arguments: Any) -> dict[str, Any]:
    answer = client.files_completeUploadExternal(**arguments)
    return dict(answer.data) if isinstance(answer.data, dict) else {}


def test_several_files_come_in_one_message_with_what_they_are(
    slack: LocalSlack, client: WebClient
) -> None:
    asked = slack.user("ana").say(GENERAL, "hello")
    client.files_upload_v2(
        channel=GENERAL,
        thread_ts=asked.ts,
        initial_comment="Look",
        file_uploads=[PICTURE, RECORD],
    )
    replies = client.conversations_replies(channel=GENERAL, ts=asked.ts)["messages"]
    [_, shared] = replies
    assert (shared["text"], shared["subtype"], shared["user"]) == ("Look", "file_share", "U1BOT")
    [picture, record] = shared["files"]
    assert (picture["name"], picture["title"]) == ("guide.png", "The guide")
    assert (picture["mimetype"], picture["alt_txt"]) == ("image/png", "Five boxes")
    assert (record["name"], record["filetype"], record["size"]) == ("record.md", "md", 10)
    assert "alt_txt" not in record


def test_people_see_the_files_of_a_thread(slack: LocalSlack, client: WebClient) -> None:
    ana = slack.user("ana")
    asked = ana.say(GENERAL, "hello")
    for one in (PICTURE, RECORD):
        client.files_upload_v2(channel=GENERAL, thread_ts=asked.ts, file_uploads=[one])
    [picture, record] = ana.files(asked)
    assert (picture.title, picture.alt_text, picture.content) == (
        "The guide",
        "Five boxes",
        b"\x89PNG",
    )
    assert (record.name, record.alt_text, record.content) == ("record.md", "", b"# Decision")
    [_, first, _] = slack.messages(GENERAL, thread_ts=asked.ts)
    assert ana.files(first) == [picture]


def fetched(url: str, token: str) -> bytes:
    request = Request(url, headers={"Authorization": f"Bearer {token}"})  # noqa: S310
    with urlopen(request) as answer:  # noqa: S310
        return bytes(answer.read())


def test_the_content_is_for_a_bot_that_may_read_files(slack: LocalSlack, client: WebClient) -> None:
    client.files_upload_v2(channel=GENERAL, file_uploads=[PICTURE])
    [message] = slack.messages(GENERAL)
    url = message.files[0]["url_private"]
    assert fetched(url, slack.app.bot_token) == b"\x89PNG"
    with pytest.raises(HTTPError) as refused:
        fetched(url, "xoxb-forged")
    refused.value.close()
    assert refused.value.code == 403


def test_a_bot_that_may_only_write_files_gets_no_content() -> None:
    with LocalSlack(SlackApp()) as slack:
        client_of(slack).files_upload_v2(channel=GENERAL, file_uploads=[PICTURE])
        [message] = slack.messages(GENERAL)
        with pytest.raises(HTTPError) as refused:
            fetched(message.files[0]["url_private"], slack.app.bot_token)
        refused.value.close()
        assert refused.value.code == 403


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"filename": "a.md", "length": 0}, "missing_argument"),
        ({"filename": "", "length": 3}, "invalid_arguments"),
        ({"filename": "a.png", "length": 3, "alt_txt": "x" * 1001}, "alt_txt_too_large"),
    ],
)
def test_uploads_that_slack_refuses(
    client: WebClient, arguments: dict[str, Any], code: str
) -> None:
    with pytest.raises(SlackApiError) as refused:
        client.files_getUploadURLExternal(**arguments)
    assert refused.value.response["error"] == code


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ({"channel_id": "U1ANA"}, "invalid_arguments"),
        ({"channel_id": "#general"}, "invalid_arguments"),
        ({"channel_id": "C1NOWHERE"}, "channel_not_found"),
        ({"channel_id": "C1OUTSIDE"}, "not_in_channel"),
        ({"channel_id": "C1ARCHIVED"}, "posting_to_channel_denied"),
        ({"channel_id": GENERAL, "thread_ts": "yesterday"}, "invalid_thread_ts"),
        ({"channel_id": GENERAL, "thread_ts": "1790000000.000100"}, "thread_not_found"),
    ],
)
def test_places_where_slack_shares_no_file(
    slack: LocalSlack, client: WebClient, place: dict[str, str], code: str
) -> None:
    file = sent(client)
    with pytest.raises(SlackApiError) as refused:
        completed(client, files=[{"id": file, "title": "a"}], **place)
    assert refused.value.response["error"] == code
    assert not any(message.files for message in slack.workspace.everything())
    assert completed(client, files=[{"id": file}])["files"][0]["title"] == "a.md"


def test_no_channel_no_message(slack: LocalSlack, client: WebClient) -> None:
    completed(client, files=[{"id": sent(client), "title": "a"}])
    assert slack.workspace.everything() == []


@pytest.mark.parametrize("files", [[], [{"id": "F0NOWHERE"}], [{"title": "no id"}]])
def test_files_that_are_not_there_are_refused(
    client: WebClient, files: list[dict[str, str | None]]
) -> None:
    with pytest.raises(SlackApiError, match=r"file_not_found|invalid_arguments"):
        completed(client, files=files, channel_id=GENERAL)


def test_an_upload_is_completed_once(client: WebClient) -> None:
    file = sent(client)
    completed(client, files=[{"id": file, "title": "a"}], channel_id=GENERAL)
    with pytest.raises(SlackApiError, match="file_not_found"):
        completed(client, files=[{"id": file, "title": "a"}], channel_id=GENERAL)


def test_bytes_other_than_announced_are_refused(client: WebClient) -> None:
    announced = client.files_getUploadURLExternal(filename="a.md", length=4)
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(announced["upload_url"], data=b"abc"))  # noqa: S310
    refused.value.close()
    assert refused.value.code == 400


def test_the_sending_of_bytes_may_fail_like_any_call(slack: LocalSlack, client: WebClient) -> None:
    slack.fail_next("upload", Fault(status=503))
    with pytest.raises(HTTPError) as refused:
        sent(client)
    refused.value.close()
    assert [call.status for call in slack.calls("upload")] == [503]
    sent(client)
    assert slack.calls("upload")[-1].args["length"] == 3


def test_files_may_appear_after_the_answer(slack: LocalSlack, client: WebClient) -> None:
    slack.share_later(0.2)
    client.files_upload_v2(channel=GENERAL, initial_comment="Look", file_uploads=[RECORD])
    assert slack.messages(GENERAL) == []
    assert slack.wait_for("Look").files[0]["name"] == "record.md"
