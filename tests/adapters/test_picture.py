from __future__ import annotations

import os
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from typing import Literal
from xml.etree import ElementTree as ET

import pytest

from bot.adapters.guide import load_guide
from bot.adapters.picture import draw
from bot.adapters.picture_text import drawable
from bot.adapters.picture_theme import COLOURS, Theme
from bot.domain.flowchart import Guide
from tests.adapters.pictured import GUIDE, GUIDES, HYBRID, PATHS, dialog


def size(png: bytes) -> tuple[int, int]:
    assert png[:16] == b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
    across, down = struct.unpack(">II", png[16:24])
    return across, down


def test_the_png_is_a_portrait_that_a_phone_can_show() -> None:
    across, down = size(draw(GUIDE, taken=dialog(HYBRID), form="png", theme="light"))
    assert 1600 <= across <= 1700
    assert 1.5 < down / across < 2.8


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_every_path_is_drawn(path: str) -> None:
    across, _ = size(draw(GUIDE, taken=dialog(path), form="png", theme="dark"))
    assert across >= 1600


@pytest.mark.parametrize("guide", GUIDES.values(), ids=GUIDES)
def test_a_guide_with_more_steps_is_drawn(guide: Guide) -> None:
    across, _ = size(draw(guide, taken=None, form="png", theme="light"))
    assert across >= 1600


@pytest.mark.parametrize("form", ["png", "svg"])
def test_the_same_input_gives_the_same_bytes(form: Literal["png", "svg"]) -> None:
    one, other = (draw(load_guide(), taken=dialog(HYBRID), form=form, theme="dark") for _ in "ab")
    assert one == other


@pytest.mark.slow
def test_another_process_draws_the_same_bytes() -> None:
    code = (
        "import sys; from hashlib import sha256; from bot.adapters.guide import load_guide; "
        "from bot.adapters.picture import draw; "
        "b = draw(load_guide(), taken=None, form='svg', theme='light'); "
        "sys.stdout.write(sha256(b).hexdigest())"
    )
    env = {**os.environ, "PYTHONHASHSEED": "7"}
    ran = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True)
    here = draw(GUIDE, taken=None, form="svg", theme="light")
    assert ran.stdout.decode() == sha256(here).hexdigest()


def test_threads_draw_what_a_single_one_draws() -> None:
    paths = [PATHS["first"], PATHS["open"], HYBRID] * 2

    def drawn(path: str) -> bytes:
        return draw(GUIDE, taken=dialog(path), form="svg", theme="light")

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(drawn, paths)) == [drawn(path) for path in paths]


def test_the_svg_is_well_formed_and_holds_outlines_only() -> None:
    svg = draw(GUIDE, taken=dialog(HYBRID), form="svg", theme="light")
    names = {element.tag.rpartition("}")[2] for element in ET.fromstring(svg).iter()}  # noqa: S314
    assert "path" in names
    assert not names & {"script", "image", "foreignObject", "text", "a"}
    assert b"dc:date" not in svg
    assert b"href" not in svg.replace(b'xlink:href="#', b"").replace(b"xmlns:xlink=", b"")


@pytest.mark.parametrize(
    "title",
    ["costs $5 and $\\frac$ more", "100% \\alpha_1^2 {x}", "<script>&amp;</script>", "a" * 300, ""],
)
def test_odd_texts_are_drawn_as_they_are(title: str) -> None:
    guide = replace(GUIDE, title=title)
    svg = draw(guide, taken=None, form="svg", theme="light")
    assert b"<script" not in svg
    assert ET.fromstring(svg) is not None  # noqa: S314


def test_invisible_characters_change_nothing() -> None:
    dirty = "A \x00\u202eguide\x1b[31m with\u200b\u2066 dirt\U000e0041"
    clean, drawn = (
        draw(replace(GUIDE, title=title), taken=None, form="svg", theme="light")
        for title in ("A guide with dirt", dirty)
    )
    assert clean == drawn


def test_a_letter_that_the_font_lacks_is_drawn_as_a_box() -> None:
    assert drawable("a 漢 b") == "a □ b"
    assert draw(replace(GUIDE, title="漢字 🤖"), taken=None, form="png", theme="light")


def test_a_dialog_of_another_guide_is_refused() -> None:
    other = replace(GUIDE, version="1999-01")
    with pytest.raises(ValueError, match="another guide"):
        draw(other, taken=dialog(HYBRID), form="png", theme="light")


def test_a_dialog_of_an_equal_guide_is_taken() -> None:
    assert draw(load_guide(), taken=dialog("prompting=meets"), form="png", theme="light")


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(theme: Theme) -> None:
    colours = COLOURS[theme]
    grounds = (colours.page, colours.panel, colours.box)
    pairs = [(ink, ground) for ink in (colours.text, colours.title) for ground in grounds]
    pairs += [(colours.accent, colours.page), (colours.on_passed, colours.passed)]
    pairs += [(colours.on_accent, colours.accent)]
    assert min(contrast(*pair) for pair in pairs) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_can_be_seen(theme: Theme) -> None:
    colours = COLOURS[theme]
    pairs = [(colours.line, colours.page), (colours.edge, colours.page)]
    pairs += [(colours.accent, colours.page), (colours.accent, colours.panel)]
    assert min(contrast(*pair) for pair in pairs) >= 3
