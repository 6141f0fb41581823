"""What one person sees of the workspace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from bot.playground.page.look import HOME, Look

if TYPE_CHECKING:
    from bot.playground.server import LocalSlack
    from bot.playground.workspace import Channel, Json, Message, User

TOGETHER_SECONDS = 300.0
"""Messages of one author that follow each other within these are shown under one name."""
FACES = 3
"""People shown beside the number of replies."""
MOST_LINES = 300
"""Messages of a list that are shown, the latest; a thread's root is always among them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the sidebar."""

    label: str
    address: str
    kind: Literal["channel", "group", "im", "home"]
    current: bool
    unread: int
    note: str = ""
    """What is special about it, in a few words."""


@dataclass(frozen=True, slots=True)
class Replies:
    """What hangs on the root of a thread."""

    number: int
    faces: tuple[str, ...]
    """Names of those who wrote, the first few."""
    latest: str
    """The `ts` of the last one."""
    open: bool
    """Whether the thread is open beside it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A message as one person sees it in a list."""

    message: Message
    author: User
    together: bool
    """Whether it is shown under the name of the one before."""
    mine: bool
    streaming: bool
    inspected: bool
    replies: Replies | None = None


def people(slack: LocalSlack) -> list[User]:
    """Whose client a window may be: the people who can still sign in here."""
    home = slack.app.team_id
    users = slack.workspace.users()
    return [u for u in users if not u.bot_id and not u.deleted and u.team_id == home]


class Sight:
    """The workspace through the eyes of one person, its messages as they are at the first look."""

    def __init__(self, slack: LocalSlack, person: User) -> None:
        self._slack = slack
        self._workspace = slack.workspace
        self.person = person

    def conversations(self) -> list[Channel]:
        """Every conversation that the person is in and that is not archived, by name."""
        channels = self._workspace.channels()
        mine = [c for c in channels if self.person.id in c.members and not c.is_archived]
        return sorted(mine, key=lambda channel: (channel.kind == "im", channel.name))

    def conversation(self, place: str) -> Channel | None:
        """One of them, by its id."""
        return next((c for c in self.conversations() if c.id == place), None)

    def lines(self, look: Look) -> Iterator[Line]:
        """The messages of a conversation outside its threads, oldest first; the latest of them."""
        replies: defaultdict[str, list[Message]] = defaultdict(list)
        for message in self._visible(look.place):
            if message.thread != message.ts:
                replies[message.thread].append(message)
        for line in self._lined(self._roots(look)[-MOST_LINES:], look):
            yield self._with_replies(line, replies[line.message.ts], look)

    def earlier(self, look: Look) -> int:
        """How many messages before those of `lines` are left out."""
        return max(0, len(self._roots(look)) - MOST_LINES)

    def thread(self, look: Look) -> list[Line]:
        """The messages of the open thread, its root first; none where there is no such thread."""
        messages = [m for m in self._visible(look.place) if m.thread == look.thread]
        rooted = messages and messages[0].ts == look.thread
        shown = messages[:1] + messages[1:][-MOST_LINES:]
        return list(self._lined(shown, look)) if rooted else []

    def unread(self, channel: Channel, *, since: str) -> int:
        """How many messages others wrote there since a `ts`."""
        seen = self._visible(channel.id)
        return sum(m.ts > since and m.user != self.person.id for m in seen)

    def newest(self, place: str) -> str:
        """The `ts` of the last message in a conversation, "" where there is none."""
        return max((m.ts for m in self._visible(place)), default="")

    def entry(self, channel: Channel, look: Look, *, since: str) -> Entry:
        """A conversation's line in the sidebar."""
        app = self._slack.app
        named = app.name if channel.kind == "im" else channel.name
        note = "shared with another company" if channel.is_ext_shared else ""
        if app.bot_user_id not in channel.members:
            note = f"{app.name} is not in it"
        current = channel.id == look.place
        unread = 0 if current else self.unread(channel, since=since)
        return Entry(named, look.to(channel.id).address, channel.kind, current, unread, note)

    def home(self, look: Look) -> Json | None:
        """The app's Home tab, as it was last published for the person."""
        surfaces = self._slack.site.surfaces
        view_id = surfaces.homes.get(self.person.id, "")
        return surfaces.views.get(view_id) if look.place == HOME else None

    def modal(self) -> Json | None:
        """The modal that the person has open."""
        surfaces = self._slack.site.surfaces
        return surfaces.views.get(surfaces.modals.get(self.person.id, ""))

    def prompts(self, look: Look) -> tuple[Json, ...]:
        """The questions that the app suggests in a direct message."""
        return self._slack.site.surfaces.prompts.get((look.place, ""), ())

    def status(self, look: Look, thread: str) -> str:
        """What the app shows of its work in a thread, "" where it rests."""
        surfaces = self._slack.site.surfaces
        key = (look.place, thread)
        session = surfaces.sessions.get(key)
        if status := surfaces.statuses.get(key, ""):
            return status
        return "is working on it" if session and session.status == "processing" else ""

    def title(self, look: Look) -> str:
        """The name of an open thread's session, "" where it has none."""
        surfaces = self._slack.site.surfaces
        key = (look.place, look.thread)
        session = surfaces.sessions.get(key)
        return surfaces.titles.get(key, "") or (session.title if session else "")

    def author(self, message: Message) -> User:
        """Who wrote a message; the app where nobody is known by that id."""
        found = self._workspace.user(message.user)
        return found or self._workspace.user(self._slack.app.bot_user_id) or self.person

    def _visible(self, place: str) -> list[Message]:
        return self._by_place[place]

    @cached_property
    def _by_place(self) -> defaultdict[str, list[Message]]:
        seen: defaultdict[str, list[Message]] = defaultdict(list)
        for message in self._workspace.everything():
            if message.only_for in (None, self.person.id):
                seen[message.channel].append(message)
        return seen

    def _roots(self, look: Look) -> list[Message]:
        return [m for m in self._visible(look.place) if m.thread == m.ts]

    def _lined(self, messages: Iterable[Message], look: Look) -> Iterator[Line]:
        before: Message | None = None
        streams = self._slack.site.surfaces.streams
        for message in messages:
            stream = streams.get((message.channel, message.ts))
            yield Line(
                message,
                self.author(message),
                together=_together(before, message),
                mine=message.user == self.person.id,
                streaming=stream is not None and stream.state == "streaming",
                inspected=message.ts == look.inspected,
            )
            before = message

    def _with_replies(self, line: Line, replies: list[Message], look: Look) -> Line:
        if not replies:
            return line
        names = dict.fromkeys(self.author(m).real_name for m in replies)
        hanging = Replies(
            sum(m.only_for is None for m in replies) or len(replies),
            tuple(names)[:FACES],
            replies[-1].ts,
            open=look.thread == line.message.ts,
        )
        return replace(line, replies=hanging)


def _together(before: Message | None, message: Message) -> bool:
    if before is None or before.user != message.user or before.only_for != message.only_for:
        return False
    if before.ts == message.thread_ts:
        return False  # the root of a thread stands by itself
    return float(message.ts) - float(before.ts) < TOGETHER_SECONDS
