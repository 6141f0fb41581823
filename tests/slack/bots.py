"""The bot's own Bolt app over fakes, and the two ways in which a local Slack reaches it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any, Protocol
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.adapters.guide import guide_text, load_guide, parse_guide
from bot.domain.answer import Passage
from bot.domain.dialog import Dialog
from bot.domain.flowchart import Guide
from bot.playground.server import LocalSlack
from bot.services.answering import Answering
from bot.services.editions import Editions
from bot.services.ports import Task, Work
from bot.services.reading import Reading
from bot.settings import Settings
from bot.slack.app import build_app
from bot.slack.clients import web_client
from bot.slack.origin import Identity
from bot.slack.press import write_path
from bot.slack.web import Site
from bot.wiring import Services, slack_parts
from tests.assembled import answering
from tests.fakes import (
    CORPUS,
    LORA,
    PART1,
    ImmediateWork,
    MemoryRecords,
    ScriptedModel,
    ScriptedReader,
    WordIndex,
)
from tests.playground.bolt_apps import PING_SECONDS, close_quickly

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

GUIDE = load_guide()
GUIDE_TEXT = guide_text()
SOURCES = {source.key: source for source in (LORA, PART1)}
EVENTS = "/slack/events"


def parsed(text: str) -> Guide:
    return parse_guide(text, file="an earlier guide")


def drawn(dialog: Dialog) -> bytes:
    """In place of a picture, which takes half a second."""
    return b"\x89PNG\r\n\x1a\n" + write_path(dialog.path).encode()


class Startable(Work, Protocol):
    """Work that is told how its jobs are done once there is a Slack to talk to."""

    def start(self, tasks: Mapping[str, Task]) -> None: ...


@dataclass
class Bot:
    """A bot whose parts a test may break or look at."""

    slack: LocalSlack
    index: WordIndex = field(default_factory=WordIndex)
    records: MemoryRecords = field(default_factory=MemoryRecords)
    writer: ScriptedModel = field(default_factory=lambda: ScriptedModel(None))
    """Out of reach unless told what to say: the answers are extractive."""
    reader: ScriptedReader = field(default_factory=lambda: ScriptedReader({}))
    """Reads nothing from a description unless told which words say what."""
    draw: Callable[[Dialog], bytes] = drawn
    passages: Sequence[Passage] = CORPUS
    """Of which the decision guide shows one behind each question."""
    settings: dict[str, Any] = field(default_factory=dict)
    """By field, where they differ from the defaults."""

    def answering(self) -> Answering:
        return answering(self.index, self.writer)

    def older_guide(self, question: str, *, of: str) -> str:
        """The version of a guide that is kept, which asks that at the step `of`."""
        wording = GUIDE.step(of).question[0].text
        text = GUIDE_TEXT.replace(wording, question)
        version = parsed(text).version
        self.records.keep_guide(version, text)
        return version

    def identity(self) -> Identity:
        app = self.slack.app
        return Identity(team=app.team_id, bot_user=app.bot_user_id, app=app.app_id)

    @contextmanager
    def app(self, work_for: Callable[[], Startable] = ImmediateWork) -> Iterator[App]:
        """The real app; what `work_for` makes does its jobs."""
        client = web_client(self.slack.app.bot_token, base_url=self.slack.api_url)
        work = work_for()
        services = Services(
            self.answering(),
            Editions(GUIDE, GUIDE_TEXT, texts=self.records, parse=parsed),
            reading=Reading([self.reader]),
            passages=self.passages,
            sources=SOURCES,
            records=self.records,
            work=work,
            draw=self.draw,
        )
        settings = Settings(_env_file=None, **self.settings)
        made = slack_parts(settings, self.identity(), client, services)
        app = build_app(
            client,
            signing_secret=self.slack.app.signing_secret,
            identity=self.identity(),
            outbox=made.outbox,
            parts=made.parts,
        )
        work.start(made.tasks)
        try:
            yield app
        finally:
            app.listener_runner.listener_executor.shutdown()
            work.close()


@contextmanager
def over_sockets(slack: LocalSlack, app: App) -> Iterator[None]:
    handler = SocketModeHandler(app, slack.app.app_token, ping_interval=PING_SECONDS)
    handler.client.connect()
    slack.wait_for_sockets()
    try:
        yield
    finally:
        close_quickly(slack, handler)


@contextmanager
def over_http(slack: LocalSlack, app: App) -> Iterator[None]:
    with served(Site(app, ready=lambda: True)) as address:
        slack.deliver_to(f"{address}{EVENTS}")
        yield


class _ThreadedServer(ThreadingMixIn, WSGIServer):
    daemon_threads = False
    request_queue_size = 128


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        pass


@contextmanager
def served(site: WSGIApplication) -> Iterator[str]:
    """The address at which a WSGI application is served."""
    with make_server("127.0.0.1", 0, site, _ThreadedServer, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
