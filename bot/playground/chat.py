"""A chat in the terminal with the bot in the local Slack."""

from __future__ import annotations

import queue
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot.playground.errors import CannotDoError, NeverHappenedError
from bot.playground.person import Person
from bot.playground.printing import buttons, message_lines
from bot.playground.server import LocalSlack
from bot.playground.shared_files import seen_files
from bot.playground.workspace import Change, Deleted, Message

ANSWER_SECONDS = 60.0
QUIET_SECONDS = 0.7
"""After the bot's last message, how long to wait for another."""
OPENING_SECONDS = 15.0
"""How long the decision guide may take to open."""
WORKING_SECONDS = 20.0
"""The same while the bot shows that it still works, as on a picture."""
CHANNEL = "llm-adaptation"

HELP = """\
[bold]Type a question[/bold], and adaptbot answers it in a direct message. Besides:
  [bold]/adapt[/bold]            the decision guide: press its buttons by number
  [bold]/adapt ask …[/bold]      an answer that only you see
  [bold]@adaptbot …[/bold]       ask in the channel #llm-adaptation
  [bold]1[/bold], [bold]2[/bold], …           press a button of the newest message
  [bold]/new[/bold]              a new thread: what you ask next is no follow-up
  [bold]/restart[/bold]          kill the bot and start it again: nothing is lost
  [bold]/help[/bold], [bold]/quit[/bold]"""


@dataclass(slots=True)
class Chat:
    """One person's view of the workspace, line by line."""

    slack: LocalSlack
    person: Person
    say: Callable[[str], None]
    restart: Callable[[], None]
    _root: str | None = None
    """Of the thread in the direct message: a question in it may follow up on the one before."""
    _opens: bool = False
    """Whether the line that was typed last opens the decision guide."""
    _saved: dict[str, Path] = field(default_factory=dict)
    """Where the bot's files lie on this machine, by their ids."""
    _folder: Path | None = None
    """Made for the first file; it stays when the chat ends."""

    def run(self, ask: Callable[[], str]) -> None:
        """Read and do until /quit or the end of the input."""
        changes: queue.Queue[Change] = queue.Queue()
        self.slack.workspace.watch(changes.put)
        newest: Message | None = None
        while True:
            try:
                line = ask().strip()
            except EOFError:
                return
            if line == "/quit":
                return
            try:
                expects = self._do(line, newest)
            except (CannotDoError, NeverHappenedError) as error:
                self.say(f"[yellow]{error}[/yellow]")
                continue
            newest = self._show(changes, expects=expects) or newest

    def _do(self, line: str, newest: Message | None) -> bool:
        """Do what a line says; whether the bot is expected to say something."""
        self._opens = False
        match line.split(maxsplit=1):
            case []:
                return False
            case ["/help"]:
                self.say(HELP)
                return False
            case ["/new"]:
                self._root = None
                return False
            case ["/restart"]:
                self.restart()
                return False
            case [number] if number.isdigit():
                self._press(int(number), newest)
            case [command, *rest] if command.startswith("/"):
                self._opens = not " ".join(rest).lower().startswith(("ask", "help"))
                self.person.command(command, " ".join(rest), channel=self.person.dm)
            case _ if "@adaptbot" in line:
                self.person.say(CHANNEL, line)
            case _:
                self._root = self.person.say(self.person.dm, line, thread_ts=self._root).thread
        return True

    def _press(self, number: int, newest: Message | None) -> None:
        shown = buttons(newest) if newest else []
        if newest is None or not 1 <= number <= len(shown):
            raise CannotDoError(f"there is no button {number} on the newest message")
        wanted = shown[number - 1]
        alike = [control for control in shown if control.action_id == wanted.action_id]
        self.person.press(newest, wanted.label if len(alike) > 1 else wanted.action_id)

    def _show(self, changes: queue.Queue[Change], *, expects: bool) -> Message | None:
        """Show what the bot says until it is quiet; returns the newest message with buttons."""
        latest: dict[str, Message] = {}
        wait = ANSWER_SECONDS if expects else QUIET_SECONDS
        while change := self._next(changes, wait):
            latest[change.message.ts] = change.message
            opening = self._opens and not any(map(buttons, latest.values()))
            wait = OPENING_SECONDS if opening else QUIET_SECONDS
        if expects and not latest:
            self.say("[yellow]adaptbot has not answered; /restart starts it again[/yellow]")
        for message in latest.values():
            self._save(message)
            for line in message_lines(message, self._names(), self._saved):
                self.say(line)
        return next((m for m in reversed(latest.values()) if buttons(m)), None)

    def _next(self, changes: queue.Queue[Change], wait: float) -> Change | None:
        """The next change that concerns the person, if it comes in time."""
        began = time.monotonic()
        while (waited := time.monotonic() - began) < wait or self._working(waited):
            try:
                change = changes.get(timeout=QUIET_SECONDS)
            except queue.Empty:
                continue
            if self._concerns(change):
                return change
        return None

    def _working(self, waited: float) -> bool:
        sessions = list(self.slack.site.surfaces.sessions.values())
        return waited < WORKING_SECONDS and any(s.status == "processing" for s in sessions)

    def _save(self, message: Message) -> None:
        """Write the message's files where their reader can open them."""
        for file in seen_files(self.slack.site, message):
            self._folder = self._folder or Path(tempfile.mkdtemp(prefix="adaptbot-files-"))
            name = Path(file.name).name or file.id
            taken = self._folder / name in self._saved.values() and file.id not in self._saved
            path = self._folder / (f"{file.id}-{name}" if taken else name)
            path.write_bytes(file.content)
            self._saved[file.id] = path

    def _concerns(self, change: Change) -> bool:
        message = change.message
        by_bot = message.user == self.slack.app.bot_user_id
        return (
            by_bot
            and not isinstance(change, Deleted)
            and message.only_for in (None, self.person.id)
        )

    def _names(self) -> dict[str, str]:
        people = (self.slack.app.name, self.person.user.name)
        found = (self.slack.workspace.user(name) for name in people)
        return {user.id: user.name for user in found if user}
