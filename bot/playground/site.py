"""Everything that the parts of one local Slack share."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.playground.response_urls import ResponseUrls
from bot.playground.surfaces import Surfaces

if TYPE_CHECKING:
    from bot.playground.posting import Content
    from bot.playground.registration import SlackApp
    from bot.playground.workspace import Workspace


@dataclass(slots=True)
class UploadedFile:
    """A file that an app sends."""

    id: str
    name: str
    length: int
    """As announced, in bytes."""
    alt_txt: str = ""
    """What a picture shows."""
    content: bytes | None = None
    """None until it is sent."""
    title: str = ""
    """As it was completed with; "" until then."""


@dataclass(frozen=True, slots=True)
class ScheduledMessage:
    """A message of the app's that waits for its time."""

    id: str
    channel: str
    post_at: int
    """In seconds since 1970."""
    date_created: int
    content: Content
    thread_ts: str


@dataclass(slots=True)
class Site:
    """One app in one workspace, and where they are served."""

    app: SlackApp
    workspace: Workspace
    base_url: str
    """As http://127.0.0.1:41234, with no slash at the end."""
    surfaces: Surfaces = field(default_factory=Surfaces)
    response_urls: ResponseUrls = field(default_factory=ResponseUrls)
    files: dict[str, UploadedFile] = field(default_factory=dict)
    """Files by their id, from the moment an upload is announced."""
    share_after: float = 0.0
    """Seconds between the answer to a completed upload and its message."""
    scheduled: dict[str, ScheduledMessage] = field(default_factory=dict)
    """Messages that wait for their time, by their id."""
    ahead: float = 0.0
    """Seconds that this Slack's clock is ahead of the real one."""
    tickets: set[str] = field(default_factory=set)
    """What apps.connections.open gave out and no socket has used yet."""

    def now(self) -> float:
        """What time it is here, in seconds since 1970."""
        return time.time() + self.ahead
