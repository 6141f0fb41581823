"""Text to and from Slack: what people typed made plain, what we say made inert."""

from __future__ import annotations

import html
import re

from bot.domain.text import clean

_LINK = re.compile(r"<(?P<target>(?:https?|mailto):[^|>]+)(?:\|(?P<label>[^>]*))?>")
_CHANNEL = re.compile(r"<#[A-Z0-9]+(?:\|(?P<name>[^>]*))?>")
_MARK = re.compile(r"\[([0-9]{1,3})\]")
_URL = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]+)?(?:[/?#][!-;=?-{}~]*)?")
"""Printable ASCII without < > |, and no user name before the host."""
_WORD = re.compile(r"\S+")
_SPACE = re.compile(r"\s")
_TAB = 4


def typed(text: str, *, bot_user: str) -> str:
    """What a person typed: our own mention and Slack's escapes undone.

    Other people's mentions stay, since they may matter to the meaning, and so do line breaks.
    """
    text = re.sub(rf"<@{re.escape(bot_user)}(?:\|[^>]*)?>", " ", text)
    text = _LINK.sub(lambda m: m["label"] or m["target"], text)
    text = _CHANNEL.sub(lambda m: f"#{m['name']}" if m["name"] else "#channel", text)
    return "\n".join(clean(line) for line in html.unescape(text).split("\n")).strip()


def inert(text: str) -> str:
    """`text` for mrkdwn with nothing live in it: no link, no mention, no broadcast."""
    return clean_lines(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clean_lines(text: str) -> str:
    """`text` without invisible characters; its line breaks and its indents stay."""
    return "\n".join(_clean_line(line) for line in text.expandtabs(_TAB).splitlines())


def _clean_line(line: str) -> str:
    return _WORD.sub(lambda word: clean(word[0]), _SPACE.sub(" ", line))


def linkable(url: str) -> bool:
    """Whether `url` is a plain https address; anything else never becomes a link."""
    return bool(_URL.fullmatch(url))


def link(url: str, label: str) -> str:
    """A link of our own; `url` comes from our corpus, never from a model."""
    shown = inert(clean(label))
    if not linkable(url):
        return shown
    return f"<{url.replace('&', '&amp;')}|{shown.replace('|', '/')}>"


def with_links(text: str, urls: dict[int, str]) -> str:
    """Answer text for mrkdwn, its marks [1] linked to the sources they name."""
    return _MARK.sub(
        lambda m: link(urls[int(m[1])], m[0]) if int(m[1]) in urls else "", inert(text)
    )


def shortened(text: str, limit: int) -> str:
    """`text` within `limit` characters, cut at a word."""
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0] + "…"
