"""Files in a thread: several in one message, posted once."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError

from slack_sdk import WebClient
from slack_sdk.errors import SlackRequestError

from bot.domain.text import clean
from bot.errors import UndeliverableError
from bot.slack.calling import persistently
from bot.slack.looking import same_words, standing
from bot.slack.outbox import MAX_TEXT, Place
from bot.slack.text import clean_lines, shortened

LOOKS = (1.0, 2.0)
"""Seconds before each further look for a file: Slack shares files after it has answered."""
ALT_TEXT = 1_000
PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
"""Refusals of an upload after which another try may be taken."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to be shown in Slack."""

    name: str
    """With its ending. By the names of its files a message is known again, so that no other
    message in the thread may have one of them."""
    title: str
    """Shown above it."""
    content: bytes
    """Slack takes no empty file."""
    alt_text: str | None
    """What a picture shows, for those who cannot see it; Slack keeps 1,000 characters."""


class Uploads:
    """Posts files."""

    def __init__(self, client: WebClient, *, looks: Sequence[float] = LOOKS) -> None:
        self._client = client
        self._looks = looks

    def share(
        self, place: Place, files: Sequence[Attachment], text: str, *, again: bool = False
    ) -> None:
        """Post `files`, at least one, in one message under `text`, once.

        Slack shows no formatting and no links in `text`. The channel is a conversation's id: unlike
        messages, files cannot be addressed to a person. Where they may have been posted before
        (`again`, or a connection that was lost), they are looked for first.

        Raises:
            UndeliverableError: Slack refuses them, whenever they are sent.
            BusyError: Slack takes them only later than anybody should wait here.
            SlackApiError: Slack is out of order.
            OSError: Slack cannot be reached.
        """

        def once(*, again: bool) -> None:
            if not (again and self._shared(place, {file.name for file in files}, text)):
                self._send(place, files, text)

        persistently(once, again=again)

    def _send(self, place: Place, files: Sequence[Attachment], text: str) -> None:
        try:
            self._client.files_upload_v2(
                channel=place.channel,
                thread_ts=place.thread_ts,
                initial_comment=_plain(text),
                file_uploads=[_announced(file) for file in files],
            )
        except HTTPError as error:  # of the address to which the bytes go
            error.close()
            if _final(error.code):
                raise UndeliverableError(f"upload_{error.code}") from error
            raise
        except SlackRequestError as error:
            raise ConnectionError("an upload was not confirmed") from error

    def _shared(self, place: Place, named: set[str], text: str) -> bool:
        """Whether a message with such a file stands there, or appears while we wait for it."""

        def ours(message: Mapping[str, Any]) -> bool:
            names = {file.get("name") for file in message.get("files") or ()}
            if names == {None}:  # Slack hides what a file is from apps that may not read files
                return same_words(message.get("text", ""), _plain(text))
            return bool(named & names)

        for pause in (*self._looks, None):
            if standing(self._client, place.channel, place.thread_ts, ours=ours):
                return True
            if pause is not None:
                time.sleep(pause)
        return False


def _announced(file: Attachment) -> dict[str, Any]:
    return {
        "filename": file.name,
        "title": _plain(file.title),
        "content": file.content,
        "alt_txt": shortened(clean(file.alt_text), ALT_TEXT) if file.alt_text else None,
    }


def _plain(text: str) -> str:
    """Words that hold nothing live, whether Slack reads them as mrkdwn or not."""
    return shortened(clean_lines(text).replace("<", "(").replace(">", ")"), MAX_TEXT)


def _final(status: int) -> bool:
    refused = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return refused and status not in PASSING
