"""The files of messages, as people see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.playground.site import Site
    from bot.playground.workspace import Message


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file as a person sees it in a conversation."""

    id: str
    name: str
    title: str
    alt_text: str
    """What a picture shows; "" where nothing is said."""
    content: bytes


def seen_files(site: Site, message: Message) -> list[SeenFile]:
    """The files of one message, in order."""
    files = (site.files[file["id"]] for file in message.files)
    return [SeenFile(f.id, f.name, f.title, f.alt_txt, f.content or b"") for f in files]
