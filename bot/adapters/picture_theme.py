"""The colours of a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Theme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of one theme; every text colour is named after what it stands on."""

    page: str
    panel: str
    box: str
    edge: str
    line: str
    text: str
    """On page, panel and box."""
    title: str
    """On page, panel and box."""
    accent: str
    """The path's lines; on the page, the panel and `passed` also text."""
    passed: str
    """The boxes of the path."""
    on_passed: str
    on_accent: str


COLOURS: dict[Theme, Colours] = {
    "light": Colours(
        page="#ffffff",
        panel="#f3f5f8",
        box="#fafbfc",
        edge="#8a94a0",
        line="#8a94a0",
        text="#59636e",
        title="#1f2328",
        accent="#0b57c9",
        passed="#e3edfd",
        on_passed="#0a2c63",
        on_accent="#ffffff",
    ),
    "dark": Colours(
        page="#1a1d21",
        panel="#22262b",
        box="#23272d",
        edge="#717b87",
        line="#717b87",
        text="#abb4be",
        title="#eef1f4",
        accent="#7cb5ff",
        passed="#1c3557",
        on_passed="#e6f0ff",
        on_accent="#0c1a2c",
    ),
}
