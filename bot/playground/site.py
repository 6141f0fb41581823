"""Everything that the parts of one local Slack share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.playground.response_urls import ResponseUrls
from bot.playground.surfaces import Surfaces

if TYPE_CHECKING:
    from bot.playground.registration import SlackApp
    from bot.playground.workspace import Workspace


@dataclass(slots=True)
class UploadedFile:
    """A file that an app sends."""

    id: str
    name: str
    length: int
    """As announced, in bytes."""
    content: bytes | None = None
    """None until it is sent."""


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
    tickets: set[str] = field(default_factory=set)
    """What apps.connections.open gave out and no socket has used yet."""
