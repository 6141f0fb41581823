"""A real browser, and the playground that `adaptbot playground` starts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.playground import Playground
from tests.browser.watched import Watched

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--no-first-run",
)
WIDE = (1280, 800)
NARROW = (390, 844)

Opened = Callable[..., Watched]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, or whatever the machine has of its kind.

    Playwright has an event loop running in the main thread, in which DBOS refuses to start: so it
    ends before a test of another package begins.
    """
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium): the page is not tried")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def playground(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playground]:
    """`adaptbot playground` as a newcomer starts it, its example conversation played."""
    home = tmp_path_factory.mktemp("playground") / "home"
    shutil.copytree(built_home, home)
    with Playground(home) as running:
        yield running


@pytest.fixture
def opened(browser: Browser, playground: Playground) -> Iterator[Opened]:
    """Opens windows; at the end no window may have complained or asked anything elsewhere."""
    windows: list[Watched] = []

    @contextmanager
    def closing() -> Iterator[Opened]:
        def open_(path: str = "/", *, size: tuple[int, int] = WIDE, **options: Any) -> Watched:
            width, height = size
            context = browser.new_context(
                viewport={"width": width, "height": height},
                locale="en-GB",
                timezone_id="UTC",
                **options,
            )
            page: Page = context.new_page()
            window = Watched(page)
            windows.append(window)
            page.goto(playground.address + path)
            return window

        yield open_
        for window in windows:
            window.page.context.close()

    with closing() as open_:
        yield open_
    for window in windows:
        assert window.complaints == []
        assert window.elsewhere == []
