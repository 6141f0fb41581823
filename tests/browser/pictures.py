"""`python -m tests.browser.pictures FOLDER` photographs the playground for the documents.

What is seen is what the bot says on this day; the folder is docs/images, by `make pictures`.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import NAMES, NARROW, QUIET, WIDE
from tests.browser.playground import Playground

SETTLED_MS = 900
COLOURS = 192
"""Of each picture's palette, which keeps it small."""

Act = Callable[[Page], None]


def thread(number: int) -> Act:
    """Opens the so many-th thread of the example conversation, at its beginning."""

    def act(page: Page) -> None:
        page.locator("#messages a.replies").nth(number).click()
        page.locator("#replies > li").last.wait_for()
        page.wait_for_timeout(SETTLED_MS)
        page.locator("#scroll-thread").evaluate("box => { box.scrollTop = 0; }")

    return act


def inspector(page: Page) -> None:
    thread(0)(page)
    answer = page.locator("#replies > li").last
    answer.hover()
    answer.locator(".tools > a").last.click()
    page.locator("#inspector section, #inspector details").first.wait_for()
    page.wait_for_timeout(SETTLED_MS)
    page.mouse.move(0, 0)


PICTURES: dict[str, tuple[str, tuple[int, int], bool, Act | None]] = {
    "playground": ("/", WIDE, False, thread(0)),
    "guide": ("/", WIDE, False, thread(1)),
    "dark": ("/", WIDE, True, thread(1)),
    "home": ("/w/ana/home", WIDE, False, None),
    "inspector": ("/", (1440, 900), False, inspector),
    "phone": ("/", NARROW, False, thread(0)),
}


def photograph(browser: Browser, address: str, folder: Path) -> None:
    """One file a picture, as <name>.png."""
    for name, (path, (width, height), dark, act) in PICTURES.items():
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale="en-GB",
            has_touch=width < height,
            is_mobile=width < height,
        )
        page = context.new_page()
        page.goto(address + path)
        page.wait_for_timeout(SETTLED_MS)
        if act:
            act(page)
        file = folder / f"{name}.png"
        page.screenshot(path=file)
        Image.open(file).convert("RGB").quantize(COLOURS).save(file, optimize=True)
        context.close()


def main(folder: Path) -> None:
    """Take every picture of a playground with an index of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    chromium = next(filter(None, map(shutil.which, NAMES)), None)
    if chromium is None:
        sys.exit("There is no Chromium here: apt-get install chromium.")
    with TemporaryDirectory() as scratch, sync_playwright() as playwright:
        home = Path(scratch) / "home"
        built = os.environ.get("ADAPTBOT_HOME", "")
        shutil.copytree(built, home) if built else home.mkdir()
        browser = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        with Playground(home) as running:
            photograph(browser, running.address, folder)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
