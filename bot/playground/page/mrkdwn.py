"""Slack's mrkdwn as HTML: everything is escaped, once, and little else is live than in Slack."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup

from bot.playground.page.inline import Names, link_html, marked_html, sound, unescaped

_HELD = "\x00"
"""Stands for a part that is rendered already; no text can hold it, since `sound` takes it out."""
_PARTS = re.compile(
    r"```(?P<fence>.+?)```"
    r"|`(?P<code>[^`\n]+)`"
    r"|<(?P<mark>[^<>\n]+)>"
    r"|(?P<url>https?://[^\s<>|`]+)",
    re.DOTALL,
)
_STYLED = re.compile(
    r"(?<![\w*])\*(?P<strong>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])"
    r"|(?<![\w_])_(?P<em>[^\s_](?:[^_\n]*[^\s_])?)_(?![\w_])"
    r"|(?<![\w~])~(?P<s>[^\s~](?:[^~\n]*[^\s~])?)~(?![\w~])"
)
_URL_END = ".,:;!?'\"*_~)]}"
_QUOTE = re.compile(r"(?:&gt;|>) ?")
_QUOTE_REST = re.compile(r"(?:(?:&gt;){3}|>>>) ?")
_ITEM = re.compile(r"\s*(?:[•◦▪]|[0-9]{1,3}\.)\s")
_FENCE_OPEN, _FENCE_CLOSE = "\x01", "\x02"


def mrkdwn_html(text: str, names: Names, *, verbatim: bool = False) -> Markup:
    """A text as blocks of HTML; `verbatim` leaves bare addresses as they are.

    Line breaks stay line breaks: the element around it keeps them (`white-space: pre-wrap`).
    """
    return _Reader(names, verbatim=verbatim).read(text)


def mrkdwn_inline(text: str, names: Names) -> Markup:
    """A text within a line, for where no block may stand: quotes and fences are shown flat."""
    reader = _Reader(names, verbatim=True)
    return reader.line(reader.hold(text.replace("```", "`")))


class _Reader:
    """Reads one text: what is not formatted further is held aside while styles are found."""

    def __init__(self, names: Names, *, verbatim: bool) -> None:
        self._names = names
        self._verbatim = verbatim
        self._held: list[Markup] = []
        self._next: Iterator[Markup] = iter(())

    def read(self, text: str) -> Markup:
        """The whole text."""
        return _joined(self._lines(self.hold(text)))

    def hold(self, text: str) -> str:
        """`text` with a sign in place of each part that is rendered already."""
        held = _PARTS.sub(self._hold, sound(text))
        self._next = iter(self._held)
        return held

    def _hold(self, found: re.Match[str]) -> str:
        after = ""
        if (fence := found["fence"]) is not None:
            code = unescaped(fence.strip("\n"))
            self._held.append(Markup('<pre class="b-pre"><code>{}</code></pre>').format(code))
            return f"{_FENCE_OPEN}{_HELD}{_FENCE_CLOSE}"
        if (code := found["code"]) is not None:
            self._held.append(Markup('<code class="b-code">{}</code>').format(unescaped(code)))
        elif (mark := found["mark"]) is not None:
            self._held.append(marked_html(mark, self._names))
        else:
            if self._verbatim:
                return found["url"]
            url = found["url"].rstrip(_URL_END)
            after = found["url"][len(url) :]
            self._held.append(link_html(unescaped(url)))
        return _HELD + after

    def _lines(self, text: str) -> Iterator[tuple[bool, Markup]]:
        """Each line, and whether it is a block that needs no line break."""
        quoted: list[Markup] = []
        lines = iter(_split(text))
        for line in lines:
            if rest := _QUOTE_REST.match(line):
                quoted += [self.line(each) for each in [line[rest.end() :], *lines]]
            elif quote := _QUOTE.match(line):
                quoted.append(self.line(line[quote.end() :]))
            else:
                yield from _quote(quoted)
                quoted = []
                yield self._block(line)
        yield from _quote(quoted)

    def _block(self, line: str) -> tuple[bool, Markup]:
        if line.startswith(_FENCE_OPEN):
            return True, next(self._next)
        if item := _ITEM.match(line):
            mark, rest = self.line(item[0]), self.line(line[item.end() :])
            return True, Markup('<span class="b-line">{}{}</span>').format(mark, rest)
        return False, self.line(line)

    def line(self, text: str) -> Markup:
        """Text within one line, its styles and what is held included."""
        made, at = Markup(), 0
        for found in _STYLED.finditer(text):
            made += self._plain(text[at : found.start()])
            tag = found.lastgroup or ""
            made += Markup(f"<{tag}>") + self.line(found[tag]) + Markup(f"</{tag}>")  # noqa: S704 - a tag of ours
            at = found.end()
        return made + self._plain(text[at:])

    def _plain(self, text: str) -> Markup:
        first, *others = text.split(_HELD)
        made = Markup("{}").format(unescaped(first))
        for each in others:
            made += next(self._next) + unescaped(each)
        return made


def _split(text: str) -> Iterator[str]:
    """The lines of a text; a fence is a line of its own."""
    parts = re.split(f"\n?({_FENCE_OPEN}{_HELD}{_FENCE_CLOSE})\n?", text)
    for part in parts:
        if part.startswith(_FENCE_OPEN):
            yield part
        elif part or len(parts) == 1:
            yield from part.split("\n")


def _quote(lines: list[Markup]) -> Iterator[tuple[bool, Markup]]:
    if lines:
        quoted = Markup("\n").join(lines)
        yield True, Markup('<blockquote class="b-quote">{}</blockquote>').format(quoted)


def _joined(lines: Iterator[tuple[bool, Markup]]) -> Markup:
    """Lines with breaks between those that do not break by themselves."""
    made, broken = Markup(), True
    for is_block, line in lines:
        made += line if broken or is_block else Markup("\n") + line
        broken = is_block
    return made
