"""HTML as a browser would take it, held to what the page's policy allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"br", "hr", "img", "input"})
TAGS = frozenset(
    "a b blockquote button code details div em fieldset figcaption figure h3 h4 h5 h6 hr img input "
    "label legend li ol optgroup option p path pre s section select small span strong summary svg "
    "table tbody td textarea th thead time tr u ul br".split()
)
ADDRESSES = ("http://", "https://", "mailto:", "/w/")


@dataclass
class Tag:
    """An element with its attributes, and the text of all that is in it."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    inside: list[Tag] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    @property
    def classes(self) -> set[str]:
        return set(self.attributes.get("class", "").split())


class Parsed(HTMLParser):
    """Reads HTML; asserts that it is well nested, of known tags, without script, style or on…=."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[Tag] = []
        self._open: list[Tag] = []
        self.text = ""
        self.feed(html.encode().decode())  # a plain str, even of Markup
        self.close()
        assert not self._open, f"{self._open[-1].name} is never closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, f"<{tag}>"
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        made = Tag(tag, {name: value or "" for name, value in attrs}, inside=[*self._open])
        check_attributes(made)
        self.tags.append(made)
        if tag not in VOID:
            self._open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop().name == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        self.text += data
        for tag in self._open:
            tag.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def all(self, name: str, *, where: Callable[[Tag], bool] = lambda _: True) -> list[Tag]:
        return [tag for tag in self.tags if tag.name == name and where(tag)]

    def classed(self, name: str) -> list[Tag]:
        return [tag for tag in self.tags if name in tag.classes]

    def one(self, name: str) -> Tag:
        [found] = self.all(name)
        return found


def check_attributes(tag: Tag) -> None:
    for name, value in tag.attributes.items():
        assert not name.startswith("on"), f"{name}="
        assert name not in ("style", "srcdoc", "srcset", "background", "ping"), f"{name}="
        if name == "href":
            assert value.startswith(ADDRESSES), value
        if name == "src":
            assert value.startswith("/w/"), value
        if name in ("formaction", "action"):
            assert value in ("/do/press", "/do/press-view"), value
    if tag.name == "a":
        assert tag["rel"] == "noopener noreferrer"
        assert tag["target"] == "_blank"
