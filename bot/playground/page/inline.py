"""What stands within a line: links, mentions, dates, emoji, as HTML that is escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from markupsafe import Markup

from bot.playground.workspace import Json

SCHEMES = frozenset({"http", "https", "mailto"})
"""Of addresses that become links; any other is shown as its words."""
MARK = re.compile(r"\[[0-9]{1,3}\]")
"""The number of a source, as answers cite it."""
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SPACE_IN_URL = re.compile(r"[\s\x00-\x1f\x7f]")
_BROADCASTS = ("here", "channel", "everyone")


@dataclass(frozen=True)
class Names:
    """Display names by id, and the id of the person who looks."""

    people: Mapping[str, str]
    channels: Mapping[str, str]
    viewer: str


def sound(text: str) -> str:
    """`text` without what HTML or UTF-8 cannot hold: control characters, halves of characters."""
    return _UNSAFE.sub("\ufffd", text)


def is_safe(url: str, schemes: frozenset[str] = SCHEMES) -> bool:
    """Whether an address may become a link."""
    if _SPACE_IN_URL.search(url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.netloc or parts.scheme == "mailto")


def link_html(url: str, label: str | Markup = "") -> Markup:
    """A link that opens in a window of its own; the label alone where the address is not safe."""
    shown = label or url.removeprefix("mailto:")
    if not is_safe(url):
        return Markup("{}").format(shown)
    mark = Markup(' class="b-mark"') if MARK.fullmatch(shown) else Markup()
    return Markup('<a href="{}"{} target="_blank" rel="noopener noreferrer">{}</a>').format(
        url, mark, shown
    )


def person_html(user_id: str, names: Names, *, label: str = "") -> Markup:
    """Somebody's name; it stands out for the viewer's own."""
    named = names.people.get(user_id) or label or user_id
    kind = "mention you" if user_id == names.viewer else "mention"
    return Markup('<span class="{}">@{}</span>').format(kind, named)


def channel_html(channel_id: str, names: Names, *, label: str = "") -> Markup:
    """A conversation's name."""
    named = names.channels.get(channel_id) or label or channel_id
    return Markup('<span class="mention">#{}</span>').format(named)


def group_html(label: str) -> Markup:
    """The name of a group of people, as @here or a user group."""
    return Markup('<span class="mention mention--all">@{}</span>').format(label.removeprefix("@"))


def marked_html(inside: str, names: Names) -> Markup:
    """What stands between < and > in Slack's text: a link, a mention or a date.

    Anything else is shown as it was written.
    """
    target, _, label = inside.partition("|")
    label = unescaped(label)
    sign, name = target[:1], target[1:]
    if sign == "@" and name:
        return person_html(name, names, label=label)
    if sign == "#" and name:
        return channel_html(name, names, label=label)
    if sign == "!":
        return _special(name, label)
    if is_safe(unescaped(target)):
        return link_html(unescaped(target), label)
    return Markup("{}").format(label or f"<{unescaped(target)}>")


def _special(name: str, label: str) -> Markup:
    command, *given = name.split("^")
    if command in _BROADCASTS:
        return group_html(label or command)
    if command == "subteam" and given:
        return group_html(label or given[0])
    if command == "date" and len(given) > 1 and (moment := _moment(given[0])):
        url = unescaped(given[2]) if len(given) > 2 else ""  # noqa: PLR2004 - a link is the third
        return date_html(moment, unescaped(given[1]), url=url)
    return Markup("{}").format(label or f"<!{unescaped(name)}>")


def _moment(seconds: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(str(seconds))).astimezone()
    except (ValueError, OverflowError, OSError):
        return None


def date_html(moment: datetime, form: str, *, url: str = "") -> Markup:
    """A moment in the words of Slack's date formats, in local time."""
    words = re.sub(r"\{(\w+)\}", lambda found: _date_words(found[1], moment) or found[0], form)
    shown = Markup('<time datetime="{}" title="{}">{}</time>').format(
        moment.isoformat(timespec="seconds"), _long(moment), words
    )
    return link_html(url, shown) if url else shown


def rich_date_html(run: Json) -> Markup:
    """The date element of rich text; its fallback where it holds no moment."""
    moment, form, url = _moment(run.get("timestamp")), run.get("format"), run.get("url")
    if moment is None or not isinstance(form, str):
        fallback = run.get("fallback")
        return Markup("{}").format(fallback if isinstance(fallback, str) else "")
    return date_html(moment, form, url=url if isinstance(url, str) else "")


def emoji_html(run: Json) -> Markup:
    """An emoji as its character, or as its :name: where that is not known."""
    name = f":{run.get('name', '')}:"
    points = str(run.get("unicode") or "").split("-")
    try:
        character = "".join(chr(int(point, 16)) for point in points)
    except (ValueError, OverflowError):
        return Markup("{}").format(name)
    return Markup('<span role="img" aria-label="{}">{}</span>').format(name, character)


def unescaped(text: str) -> str:
    """Slack's three escapes undone, once; other entities of HTML are plain text."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def plain_words(markup: Markup) -> str:
    """What is left of HTML where only plain text can stand."""
    return html.unescape(re.sub(r"<[^>]*>", "", str(markup)))


def _date_words(token: str, moment: datetime) -> str:
    made = _TOKENS.get(token)
    return made(moment) if made else ""


def _ordinal(moment: datetime) -> str:
    day = moment.day
    ending = {1: "st", 2: "nd", 3: "rd"}.get(day % 10 if day not in (11, 12, 13) else 0, "th")
    return f"{moment:%B} {day}{ending}, {moment.year}"


def _long(moment: datetime) -> str:
    return f"{moment:%A}, {_ordinal(moment)}, {moment:%H:%M:%S}"


def _short(moment: datetime) -> str:
    return f"{moment:%b} {moment.day}, {moment.year}"


def _full(moment: datetime) -> str:
    return f"{moment:%A}, {_ordinal(moment)}"


def _pretty(otherwise: Callable[[datetime], str]) -> Callable[[datetime], str]:
    """The nearest days by their names, all others by `otherwise`."""

    def words(moment: datetime) -> str:
        away = moment.date() - datetime.now().astimezone().date()
        near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
        return near.get(away.days) or otherwise(moment)

    return words


def _ago(moment: datetime) -> str:
    past = datetime.now().astimezone() - moment
    size = abs(past)
    for unit, length in _SPANS:
        if (number := size // length) >= 1:
            counted = f"{number} {unit}" if number == 1 else f"{number} {unit}s"
            return f"{counted} ago" if past > timedelta() else f"in {counted}"
    return "now"


_SPANS = (
    ("year", timedelta(days=365)),
    ("month", timedelta(days=30)),
    ("day", timedelta(days=1)),
    ("hour", timedelta(hours=1)),
    ("minute", timedelta(minutes=1)),
)
_TOKENS: Mapping[str, Callable[[datetime], str]] = {
    "date_num": lambda moment: f"{moment:%Y-%m-%d}",
    "date": _ordinal,
    "date_slash": lambda moment: f"{moment:%d/%m/%Y}",
    "date_short": _short,
    "date_long": _full,
    "date_pretty": _pretty(_ordinal),
    "date_short_pretty": _pretty(_short),
    "date_long_pretty": _pretty(_full),
    "day_divider_pretty": _pretty(_full),
    "time": lambda moment: f"{moment:%H:%M}",
    "time_secs": lambda moment: f"{moment:%H:%M:%S}",
    "ago": _ago,
}
