"""Where somebody looks, and the address of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import quote

HOME = "home"
"""The place of the app's Home tab."""
_PLAIN = frozenset("-_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")


@dataclass(frozen=True, slots=True)
class Look:
    """What one window shows; `address` is where."""

    person: str
    """The name of whose client it is, as "ana"."""
    place: str
    """The id of a conversation, or HOME."""
    thread: str = ""
    """The `ts` of the root of the thread that is open beside it."""
    inspected: str = ""
    """The `ts` of the message that the inspector shows."""

    @property
    def address(self) -> str:
        """The path and the query of this window."""
        path = f"/w/{quote(self.person)}/{quote(self.place)}"
        path += f"/{quote(self.thread)}" if self.thread else ""
        return path + (f"?inspect={quote(self.inspected)}" if self.inspected else "")

    def to(self, place: str) -> Look:
        """The same person elsewhere."""
        return Look(self.person, place)

    def opened(self, thread: str) -> Look:
        """With a thread open; "" closes it."""
        return replace(self, thread=thread)

    def inspecting(self, ts: str) -> Look:
        """With a message in the inspector; "" closes it."""
        return replace(self, inspected=ts)


def element_id(kind: str, key: str) -> str:
    """The id of an element, safe in HTML, CSS and JavaScript."""
    return f"{kind}-" + "".join(c if c in _PLAIN else "_" for c in key)
