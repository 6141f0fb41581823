"""Stretches of styled text: nothing live in them but our own marks."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from bot.slack.text import clean_lines, linkable

Style = frozenset[Literal["bold", "italic", "strike", "code"]]
PLAIN: Style = frozenset()
REMOVED = "(link removed)"
"""Stands for an address that a model wrote."""

_OPEN, _CLOSE = "\ue000", "\ue001"
"""Around the number of a mark while Markdown is read; `clean` lets nobody else write them."""
_HIDDEN = re.compile(f"({_OPEN}[0-9]+{_CLOSE})")
_WRITTEN = re.compile(r"(?P<gap> ?)\[(?P<number>[0-9]{1,3})\](?:\(\s*<?(?i:[a-z+.-]+):[^()\s]*\))?")
_SCHEME = r"(?:[a-z][a-z0-9+-]{0,20}://|(?:javascript|vbscript|mailto|slack):|www\.)"
_FILES = "cpp|csv|gguf|html|java|js|json|jsonl|parquet|pdf|safetensors|ts|txt|yaml|yml"
_HOST = rf"(?:[a-z0-9-]{{1,63}}\.){{1,8}}(?!(?:{_FILES})/)[a-z]{{2,24}}/"
"""As in evil.example/path; Slack makes a link of it by itself. Not so config.json/model."""
_TARGET = rf"(?:{_SCHEME}|{_HOST})[^\s<>|{_OPEN}{_CLOSE}]*[^\s<>|{_OPEN}{_CLOSE}.,;:!?'\")\]}}*]"
_LABELLED = re.compile(rf"<{_TARGET}\|([^<>]*)>", re.IGNORECASE)
_ADDRESS = re.compile(rf"<?{_TARGET}>?", re.IGNORECASE)
_MENTION = re.compile(r"<([@#!][^<>\n]*)>?")
_FORGED = re.compile(r"\[[0-9]{1,3}\]")
"""A mark that was no mark before Markdown's escapes were undone."""
_LIVE: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_LABELLED, lambda match: match[1]),
    (_ADDRESS, lambda _: REMOVED),
    (_MENTION, lambda match: match[1]),
    (_FORGED, lambda _: ""),
)


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one style; with `url` a link to a source of ours."""

    text: str
    style: Style = PLAIN
    url: str = ""
    mark: bool = False
    """A mark such as [1], which is never cut in two."""


Runs = tuple[Run, ...]


def hide_marks(text: str, urls: Mapping[int, str]) -> str:
    """`text` with its marks out of the way of Markdown; those not in `urls` are left out.

    Leaving one out may bring another about, as in [[9]1].
    """

    def hidden(match: re.Match[str]) -> str:
        known = int(match["number"]) in urls
        return f"{match['gap']}{_OPEN}{match['number']}{_CLOSE}" if known else ""

    while (left := _WRITTEN.sub(hidden, text)) != text:
        text = left
    return text


def decoded(text: str) -> str:
    """Text with HTML's escapes undone, and what was invisible in them taken out."""
    parts = _HIDDEN.split(text)
    return "".join(
        part if _HIDDEN.fullmatch(part) else clean_lines(html.unescape(part)) for part in parts
    )


def runs_of(stretches: Iterable[tuple[str, Style]], urls: Mapping[int, str]) -> Runs:
    """One line or paragraph: addresses and mentions made harmless, hidden marks made links."""
    text, styles = _cleared(*_joined(stretches))
    made: list[Run] = []
    for style, pairs in groupby(zip(text, styles, strict=True), key=lambda pair: pair[1]):
        parts = _HIDDEN.split("".join(character for character, _ in pairs))
        made += [_run(part, style, urls) for part in parts if part]
    return stripped(made)


def code_of(text: str) -> str:
    """Code, where a mark is no mark; addresses and mentions are made harmless in it too."""
    return _HIDDEN.sub(lambda match: f"[{match[0][1:-1]}]", _cleared(text, [PLAIN] * len(text))[0])


def plain_run(text: str, *, style: Style = PLAIN, url: str = "") -> Run:
    """Text of our own, linked if `url` is fit for it."""
    return Run(clean_lines(text), style, url if linkable(url) else "")


def text_of(runs: Iterable[Run]) -> str:
    """The bare text."""
    return "".join(run.text for run in runs)


def stripped(runs: Iterable[Run]) -> Runs:
    """`runs` without white space at either end."""
    left = [run for run in runs if run.text]
    while left and not (lead := left[0].text.lstrip()):
        left.pop(0)
    if left:
        left[0] = Run(lead, left[0].style, left[0].url, left[0].mark)
    while left and not (rest := left[-1].text.rstrip()):
        left.pop()
    if left:
        left[-1] = Run(rest, left[-1].style, left[-1].url, left[-1].mark)
    return tuple(left)


def _run(part: str, style: Style, urls: Mapping[int, str]) -> Run:
    if not _HIDDEN.fullmatch(part):
        return Run(part, style)
    number = part[1:-1]
    if "code" in style:
        return Run(f"[{number}]", style)
    url = urls[int(number)]
    return Run(f"[{number}]", style, url if linkable(url) else "", mark=True)


def _joined(stretches: Iterable[tuple[str, Style]]) -> tuple[str, list[Style]]:
    pairs = list(stretches)
    styles = [style for text, style in pairs for _ in text]
    return "".join(text for text, _ in pairs), styles


def _cleared(text: str, styles: list[Style]) -> tuple[str, list[Style]]:
    """The same until nothing in it is live: what is taken out may bring another thing about."""
    before = None
    while text != before:
        before = text
        for pattern, instead in _LIVE:
            text, styles = _replaced(text, styles, pattern, instead)
    return text, styles


def _replaced(
    text: str,
    styles: list[Style],
    pattern: re.Pattern[str],
    instead: Callable[[re.Match[str]], str],
) -> tuple[str, list[Style]]:
    kept: list[str] = []
    kept_styles: list[Style] = []
    at = 0
    for match in pattern.finditer(text):
        new = instead(match)
        kept += [text[at : match.start()], new]
        kept_styles += styles[at : match.start()] + [styles[match.start()]] * len(new)
        at = match.end()
    return "".join(kept) + text[at:], kept_styles + styles[at:]
