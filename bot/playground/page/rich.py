"""Slack's rich text as HTML: paragraphs, lists that nest, quotes and code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from markupsafe import Markup

from bot.playground.checks import listed
from bot.playground.page.inline import (
    Names,
    channel_html,
    emoji_html,
    group_html,
    link_html,
    person_html,
    rich_date_html,
)
from bot.playground.workspace import Json

INDENT = 8
"""How far a list can be indented; what is nested deeper is shown at this depth."""
_TAGS = {"bold": "strong", "italic": "em", "strike": "s", "underline": "u"}
_LIST = "rich_text_list"


def rich_html(block: Json, names: Names) -> Markup:
    """A rich_text block."""
    return _parts(_objects(block.get("elements")), names)


def runs_html(element: object, names: Names) -> Markup:
    """All the words of a block or an element in one line of text."""
    if not isinstance(element, dict):
        return Markup()
    inner = _objects(element.get("elements"))
    return Markup().join(
        runs_html(each, names) if isinstance(each.get("elements"), list) else _run(each, names)
        for each in inner
    )


def _parts(elements: Sequence[Json], names: Names) -> Markup:
    made = Markup()
    for is_list, group in groupby(elements, key=lambda element: element.get("type") == _LIST):
        if is_list:
            made += Markup().join(node.html() for node in _lists(group, names))
        else:
            made += Markup().join(_paragraph(element, names) for element in group)
    return made


def _paragraph(element: Json, names: Names) -> Markup:
    words = runs_html(element, names)
    match element.get("type"):
        case "rich_text_quote":
            return Markup('<blockquote class="b-quote">{}</blockquote>').format(words)
        case "rich_text_preformatted":
            return Markup('<pre class="b-pre"><code>{}</code></pre>').format(words)
        case "rich_text_section":
            return Markup('<div class="b-text">{}</div>').format(words)
        case kind:
            return unknown_html(kind, "element")


def unknown_html(kind: object, what: str) -> Markup:
    """An honest line in place of what is not shown."""
    return Markup('<p class="b-unknown">This playground cannot show a {} {}.</p>').format(
        str(kind), what
    )


@dataclass(slots=True)
class _Item:
    """A point of a list, with the lists below it."""

    words: Markup
    below: list[_Node] = field(default_factory=list)

    def html(self) -> Markup:
        inner = Markup().join(node.html() for node in self.below)
        return Markup('<li><div class="b-text">{}</div>{}</li>').format(self.words, inner)


@dataclass(slots=True)
class _Node:
    """A list whose points stand at one indent."""

    ordered: bool
    start: int
    indent: int
    further: int
    """How much more it is indented than its place in the tree says."""
    bordered: bool
    items: list[_Item] = field(default_factory=list)

    def goes_on(self, other: _Node) -> bool:
        """Whether `other` has the next points of the same list."""
        alike = (self.indent, self.ordered, self.bordered) == (
            other.indent,
            other.ordered,
            other.bordered,
        )
        return alike and (not self.ordered or other.start == self.start + len(self.items))

    def html(self) -> Markup:
        kind = f"b-list b-indent-{self.further}" + (" b-list--bordered" if self.bordered else "")
        items = Markup().join(item.html() for item in self.items)
        if not self.ordered:
            return Markup('<ul class="{}">{}</ul>').format(kind, items)
        return Markup('<ol class="{}" start="{}">{}</ol>').format(kind, self.start, items)


def _lists(elements: Iterator[Json], names: Names) -> list[_Node]:
    """Lists that follow each other, put below the points that they are indented under."""
    roots: list[_Node] = []
    path: list[_Node] = []
    for element in elements:
        node = _node(element, names)
        while path and path[-1].indent > node.indent:
            path.pop()
        if path and path[-1].goes_on(node):
            path[-1].items += node.items
            continue
        if path and path[-1].indent == node.indent:
            path.pop()
        node.further = max(0, node.indent - (path[-1].indent + 1 if path else 0))
        above = path[-1].items[-1].below if path and path[-1].items else roots
        above.append(node)
        path.append(node)
    return roots


def _node(element: Json, names: Names) -> _Node:
    indent = min(max(_whole(element.get("indent")), 0), INDENT)
    node = _Node(
        ordered=element.get("style") == "ordered",
        start=_whole(element.get("offset")) + 1,
        indent=indent,
        further=0,
        bordered=bool(element.get("border")),
    )
    node.items = [_Item(runs_html(each, names)) for each in _objects(element.get("elements"))]
    return node


def _whole(value: object) -> int:
    return value if isinstance(value, int) and abs(value) < 1_000_000_000 else 0  # noqa: PLR2004 - HTML counts no further


def _run(run: Json, names: Names) -> Markup:
    kind = run.get("type")
    shown = _RUNS[kind](run, names) if isinstance(kind, str) and kind in _RUNS else None
    if shown is None:
        return Markup('<span class="b-unknown">({} cannot be shown here)</span>').format(str(kind))
    return _styled(shown, run.get("style"))


def _styled(shown: Markup, style: object) -> Markup:
    if not isinstance(style, dict):
        return shown
    if style.get("code"):
        shown = Markup('<code class="b-code">{}</code>').format(shown)
    for name, tag in _TAGS.items():
        if style.get(name):
            shown = Markup("<{0}>{1}</{0}>").format(Markup(tag), shown)  # noqa: S704 - a tag of ours
    return shown


def _text(run: Json, _names: Names) -> Markup:
    return Markup("{}").format(_string(run, "text"))


def _link(run: Json, _names: Names) -> Markup:
    return link_html(_string(run, "url"), _string(run, "text"))


def _user(run: Json, names: Names) -> Markup:
    return person_html(_string(run, "user_id"), names)


def _channel(run: Json, names: Names) -> Markup:
    return channel_html(_string(run, "channel_id"), names)


def _color(run: Json, _names: Names) -> Markup:
    return Markup('<code class="b-code">{}</code>').format(_string(run, "value"))


_RUNS: Mapping[str, Callable[[Json, Names], Markup]] = {
    "text": _text,
    "link": _link,
    "user": _user,
    "channel": _channel,
    "color": _color,
    "usergroup": lambda run, _: group_html(_string(run, "usergroup_id")),
    "broadcast": lambda run, _: group_html(_string(run, "range")),
    "emoji": lambda run, _: emoji_html(run),
    "date": lambda run, _: rich_date_html(run),
}


def _string(holder: Json, name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""


def _objects(value: object) -> list[Json]:
    return [each for each in listed(value) if isinstance(each, dict)]
