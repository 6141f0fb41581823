"""The parts of the page as HTML, each with the digest by which a browser knows it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from bot.playground.page.blocks import Names, blocks_html, stream_html, text_html, view_html
from bot.playground.page.environment import environment
from bot.playground.page.inline import sound
from bot.playground.page.inspection import inspect
from bot.playground.page.look import HOME, Look, element_id
from bot.playground.page.seen import Entry, Line, Sight, people
from bot.playground.registration import COMMANDS, SHORTCUTS

if TYPE_CHECKING:
    from bot.domain.trace import Trace
    from bot.playground.server import LocalSlack
    from bot.playground.workspace import User

KEPT = 4_000
"""Rendered messages that are kept to be sent again."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The content of one element of the page."""

    id: str
    html: Markup
    rev: str
    """Differs where the content does."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Everything in a window that may change."""

    parts: Mapping[str, Piece]
    lists: Mapping[str, tuple[Piece, ...]]

    def every(self) -> Iterator[Piece]:
        """Parts and items."""
        yield from self.parts.values()
        for items in self.lists.values():
            yield from items


@dataclass(slots=True)
class Renderer:
    """Renders windows of one local Slack."""

    slack: LocalSlack
    traces: Callable[[str], Trace | None]
    """The trace of an answer, by the id of its work."""
    read: dict[tuple[str, str], str] = field(default_factory=dict)
    """The `ts` up to which each person has read each conversation."""
    _kept: dict[tuple[str, str, str], tuple[Line, Piece]] = field(default_factory=dict)
    _keeping: threading.Lock = field(default_factory=threading.Lock)

    def page(self, look: Look, *, theme: str, told: str = "") -> str:
        """The whole page; `told` are words for its person."""
        sight = self._sight(look)
        channel = sight.conversation(look.place)
        return (
            environment()
            .get_template("page.html")
            .render(
                look=look,
                theme=theme,
                told=told,
                channel=channel,
                app=self.slack.app,
                people=people(self.slack),
                me=sight.person,
                pieces=self.pieces(look),
                completions=self._completions(sight),
                dm=look.to(self._direct_message(sight.person)),
                home=look.to(HOME),
                commands=COMMANDS,
            )
        )

    def pieces(self, look: Look) -> Pieces:
        """The parts of a window as they are now; what it shows counts as read."""
        sight = self._sight(look)
        self.read[look.person, look.place] = sight.newest(look.place)
        names = self._names(sight)
        replies = sight.thread(look) if look.thread else ()
        lists = {
            "messages": self._items(sight.lines(look), look, names, kind="m"),
            "replies": self._items(replies, look, names, kind="r"),
        }
        parts = {
            "sidebar": self._macro("sidebar", self._entries(sight, look), look),
            "banner": self._macro("banner", self.slack.reachable, self.slack.app.name),
            "earlier": self._macro("earlier", sight.earlier(look)),
            "prompts": self._macro("prompts", sight.prompts(look), look),
            "thread-title": self._macro("thread_title", sight.title(look)),
            "thread-status": self._status(sight, look),
            "home": self._home(sight, look, names),
            "modal": self._modal(sight, look, names),
            "inspector": self._inspector(sight, look),
        }
        return Pieces({name: _piece(name, html) for name, html in parts.items()}, lists)

    def _items(
        self, lines: Iterable[Line], look: Look, names: Names, *, kind: str
    ) -> tuple[Piece, ...]:
        return tuple(self._line(line, look, names, kind) for line in lines)

    def _line(self, line: Line, look: Look, names: Names, kind: str) -> Piece:
        """A message; what was rendered before is kept while nothing of it changes."""
        key = (look.address, kind, line.message.ts)
        known = self._kept.get(key)
        if known and known[0] == line and known[0].message is line.message:
            return known[1]
        body = self._body(line, names)
        html = self._macro("message", line, body, look, kind, SHORTCUTS, names.people)
        piece = _piece(element_id(kind, line.message.ts), html)
        with self._keeping:
            self._kept[key] = line, piece
            while len(self._kept) > KEPT:
                del self._kept[next(iter(self._kept))]
        return piece

    def _body(self, line: Line, names: Names) -> Markup:
        message = line.message
        if (message.channel, message.ts) in self.slack.site.surfaces.streams:
            return stream_html(message.text, names) + blocks_html(message.blocks, names)
        if message.blocks:
            return blocks_html(message.blocks, names)
        return text_html(message.text, names)

    def _entries(self, sight: Sight, look: Look) -> list[Entry]:
        read = self.read
        return [
            sight.entry(channel, look, since=read.get((look.person, channel.id), ""))
            for channel in sight.conversations()
        ]

    def _status(self, sight: Sight, look: Look) -> Markup:
        status = sight.status(look, look.thread) if look.thread else ""
        return self._macro("status", status, look, self.slack.app.name)

    def _home(self, sight: Sight, look: Look, names: Names) -> Markup:
        view = sight.home(look)
        body = view_html(view, names) if view else Markup()
        return self._macro("home", view, body, look) if look.place == HOME else Markup()

    def _modal(self, sight: Sight, look: Look, names: Names) -> Markup:
        view = sight.modal()
        return self._macro("modal", view, view_html(view, names), look) if view else Markup()

    def _inspector(self, sight: Sight, look: Look) -> Markup:
        message = self.slack.workspace.message(look.place, look.inspected)
        if message is None or message.only_for not in (None, sight.person.id):
            return Markup()
        found = inspect(self.slack, message, traces=self.traces)
        return self._macro("inspector", found, look, template="inspector.html")

    def _macro(self, name: str, *given: Any, template: str = "parts.html") -> Markup:
        made = getattr(environment().get_template(template).module, name)(*given)
        return Markup(sound(str(made)))  # noqa: S704 - a template's own output

    def _sight(self, look: Look) -> Sight:
        return Sight(self.slack, self.slack.user(look.person).user)

    def _names(self, sight: Sight) -> Names:
        users = {user.id: user.name for user in self.slack.workspace.users()}
        channels = {c.id: c.name for c in self.slack.workspace.channels() if c.kind != "im"}
        return Names(users, channels, sight.person.id)

    def _direct_message(self, person: User) -> str:
        bot = self.slack.app.bot_user_id
        return self.slack.workspace.direct_message(bot, person.id).id

    def _completions(self, sight: Sight) -> dict[str, list[dict[str, str]]]:
        """What the composer completes, by the sign that begins it."""
        people = [u for u in self.slack.workspace.users() if not u.deleted]
        people.sort(key=lambda user: user.id != self.slack.app.bot_user_id)
        channels = [c for c in sight.conversations() if c.kind != "im"]
        return {
            "/": [
                {"value": name, "label": f"{name} {c.usage_hint}", "note": c.description}
                for name, c in COMMANDS.items()
            ],
            "@": [{"value": f"@{u.name}", "label": u.name, "note": u.real_name} for u in people],
            "#": [{"value": f"#{c.name}", "label": c.name, "note": ""} for c in channels],
        }


def _piece(name: str, html: Markup) -> Piece:
    return Piece(name, html, hashlib.blake2s(html.encode(), digest_size=6).hexdigest())
