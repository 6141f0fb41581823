"""The errors of the local Slack, in one tree.

PlaygroundError
├── RefusedError           Slack refuses a call; holds Slack's code and what else the answer says
├── CannotDoError          a person tries what Slack's own client would not offer
└── NeverHappenedError     what was waited for did not happen in time
"""

from __future__ import annotations

from typing import Any


class PlaygroundError(Exception):
    """Root of everything the local Slack raises on purpose."""


class RefusedError(PlaygroundError):
    """Slack refuses a call."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more

    def as_json(self) -> dict[str, Any]:
        """The body of Slack's answer."""
        return {"ok": False, "error": self.code, **self.more}


class CannotDoError(PlaygroundError):
    """A person tries what Slack's own client would not offer, such as a missing button."""


class NeverHappenedError(PlaygroundError):
    """What was waited for did not happen in time."""
