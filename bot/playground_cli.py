"""The verb `playground`: the local workspace, with the bot in it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache, partial
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from bot.console import console as _console
from bot.console import settings as _settings
from bot.errors import AdaptbotError

if TYPE_CHECKING:
    from bot.domain.trace import Trace
    from bot.playground.lodging import Lodging
    from bot.playground.server import Front, LocalSlack
    from bot.playground.tenant import Way
    from bot.settings import Settings

COMMAND = (sys.executable, "-m", "bot", "serve")
DEFAULT_PORT = 8765
ANNOUNCED_SECONDS = 15.0
"""How long another playground, which may just be starting, is given to say where it is."""
SERVER_ERRORS = 500


def playground(
    port: Annotated[
        int | None,
        typer.Option(
            help=f"Of the page; {DEFAULT_PORT} unless it is taken. 0: any that is free.",
            min=0,
            max=65_535,
            show_default=False,
        ),
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only print the page's address.")
    ] = False,
    terminal: Annotated[
        bool, typer.Option("--terminal", help="Chat in this terminal, without a page.")
    ] = False,
    http: Annotated[
        bool, typer.Option("--http", help="Reach the bot by signed HTTP, not in Socket Mode.")
    ] = False,
    no_example: Annotated[
        bool, typer.Option("--no-example", help="Begin without the example conversation.")
    ] = False,
) -> None:
    """Try the bot in a small Slack workspace in your browser; no Slack, no key."""
    from bot.playground.lodging import Lodging

    settings = _settings()
    lodging = Lodging(settings.home.absolute())
    way: Way = "http" if http else "socket"
    show = partial(_browser, no_browser=no_browser)
    with _said_in_words():
        if not lodging.take():
            _visit(lodging, port, show=None if terminal else show)
            return
        with closing(lodging):
            if terminal:
                _chat(settings, lodging, port=port, way=way)
            else:
                _host(settings, lodging, port=port, way=way, show=show, example=not no_example)


def _host(
    settings: Settings,
    lodging: Lodging,
    *,
    port: int | None,
    way: Way,
    show: Callable[[str], str],
    example: bool,
) -> None:
    """The page, and the bot behind it, until somebody asks for the end."""
    from bot.playground.ending import Ending
    from bot.playground.page.example import play
    from bot.playground.stay import Stay
    from bot.playground.tenant import Tenant
    from bot.playground_settings import embedded, environment

    say = partial(_console().print, highlight=False, soft_wrap=True, markup=False)
    with Ending() as ending, _workspace(port, _page(settings, lodging)) as slack:
        lodging.announce(slack.site.base_url)
        tenant = Tenant(
            slack,
            COMMAND,
            home=lodging.home,
            environment=environment(settings),
            way=way,
            asked=ending.times,
        )
        say(embedded(settings))
        Stay(
            slack,
            tenant,
            ending.times,
            say=say,
            welcome=lambda: f"{show(slack.site.base_url)}\nCtrl-C ends it.",
            play=play if example else None,
        ).run()


def _chat(settings: Settings, lodging: Lodging, *, port: int | None, way: Way) -> None:
    """The chat in the terminal, until /quit, the end of the input or Ctrl-C."""
    from bot.playground.chat import HELP, Chat
    from bot.playground.tenant import Tenant
    from bot.playground_settings import embedded, environment

    console = _console()
    with _workspace(port, None) as slack:
        tenant = Tenant(
            slack, COMMAND, home=lodging.home, environment=environment(settings), way=way
        )

        def restart() -> None:
            console.print("[dim]The bot was killed. Starting it again …[/dim]")
            tenant.start()
            console.print("[dim]It is back.[/dim]")

        console.print(embedded(settings), highlight=False, soft_wrap=True, markup=False)
        try:
            tenant.start()
            console.print(HELP)
            chat = Chat(slack, slack.user("ana"), say=console.print, restart=restart)
            chat.run(lambda: console.input("\n[bold]you >[/bold] "))
        except KeyboardInterrupt:
            console.print("\nEnding the bot …")
        finally:
            tenant.stop()


def _page(settings: Settings, lodging: Lodging) -> Front:
    """The page; what notes on answers it shows are those of its own bot."""
    from bot.playground.page.routes import Page

    own = settings.model_copy(update={"home": lodging.home, "database_url": None})

    @cache
    def traces() -> Callable[[str], Trace | None]:
        from bot import wiring  # takes seconds, in which the bot could start

        return wiring.traces(own)

    def trace(work_id: str) -> Trace | None:
        return traces()(work_id)

    return Page(traces=trace)


@contextmanager
def _workspace(port: int | None, front: Front | None) -> Iterator[LocalSlack]:
    """The local Slack, at the port that was asked for, or at any where none was."""
    from bot.playground.server import LocalSlack

    try:
        slack = LocalSlack(port=DEFAULT_PORT if port is None else port, front=front)
    except OSError as error:
        if port is not None:
            raise AdaptbotError(
                f"port {port} cannot be opened ({os.strerror(error.errno or 0)}); "
                "name another one with --port, or leave it out for any that is free"
            ) from error
        slack = LocalSlack(front=front)
        typer.echo(f"Port {DEFAULT_PORT} is taken by another program; using {slack.port}.")
    with slack:
        yield slack


def _visit(lodging: Lodging, port: int | None, *, show: Callable[[str], str] | None) -> None:
    """Lead to the playground that already runs, which has this home.

    Raises:
        AdaptbotError: something else was asked for, or it does not answer.
    """
    address = _announced(lodging)
    if address is None:
        raise AdaptbotError(
            f"another playground holds {lodging.home} and shows no page (it is starting, ending, "
            "or a chat in a terminal); end it, or set ADAPTBOT_HOME to another folder"
        )
    if show is None or port not in (None, 0, urlsplit(address).port):
        raise AdaptbotError(
            f"a playground already runs at {address}; end it first, or set ADAPTBOT_HOME to "
            "another folder"
        )
    typer.echo(f"A playground already runs at {address}.")
    typer.echo(show(address))


def _announced(lodging: Lodging) -> str | None:
    """Where it has its page, if it answers there in time."""
    import httpx

    deadline = time.monotonic() + ANNOUNCED_SECONDS
    while time.monotonic() < deadline:
        if address := lodging.announced():
            with suppress(httpx.HTTPError, httpx.InvalidURL):
                if httpx.get(address, trust_env=False, timeout=5.0).status_code < SERVER_ERRORS:
                    return address
        time.sleep(0.2)
    return None


def _browser(address: str, *, no_browser: bool) -> str:
    from bot.playground.browser import offered

    return offered(address, os.environ, opening=not no_browser)


@contextmanager
def _said_in_words() -> Iterator[None]:
    """Ctrl-C before or after all else ends as well as in between."""
    try:
        yield
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
