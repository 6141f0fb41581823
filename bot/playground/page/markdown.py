"""Markdown as Slack shows it, as HTML: no HTML of its own, no pictures, links to the web only."""

from __future__ import annotations

import re
from collections.abc import MutableMapping, Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup, escape

from bot.playground.page.inline import Names, is_safe, link_html, marked_html, sound

Env = MutableMapping[str, Any]

WEB = frozenset({"http", "https"})
HEADING = 2
"""How much deeper a heading stands on the page than in the text."""
_MARK = re.compile(r"<((?:[@#][A-Z0-9]+|![a-z]+|https?:)[^<>\n]*)>")
_ALIGN = re.compile(r"text-align:(left|right|center)")


def markdown_html(text: str, names: Names) -> Markup:
    """A text of CommonMark with tables and strikethrough; Slack's mentions in it are live."""
    made = _parser().render(sound(text), {"names": names})
    return Markup('<div class="b-markdown">{}</div>').format(Markup(made))  # noqa: S704 - the parser escapes


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.validateLink = lambda url: is_safe(url, WEB)  # type: ignore[method-assign]
    parser.inline.ruler.before("autolink", "slack_mark", _find_mark)
    for name, rule in _RULES.items():
        parser.add_render_rule(name, rule)
    return parser


def _find_mark(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's
    """A mention, a date or a link in Slack's own form."""
    found = _MARK.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.push("slack_mark", "", 0).content = found[1]
    state.pos = found.end()
    return True


def _mark(
    _self: RendererProtocol, tokens: Sequence[Token], at: int, _options: OptionsDict, env: Env
) -> str:
    return str(marked_html(tokens[at].content, env["names"]))


def _link(
    self: RendererProtocol, tokens: Sequence[Token], at: int, options: OptionsDict, env: Env
) -> str:
    tokens[at].attrSet("target", "_blank")
    tokens[at].attrSet("rel", "noopener noreferrer")
    return _token(self, tokens, at, options, env)


def _picture(
    self: RendererProtocol, tokens: Sequence[Token], at: int, options: OptionsDict, env: Env
) -> str:
    """A picture is never loaded: its words are a link to it."""
    token = tokens[at]
    words = self.renderInlineAsText(token.children or [], options, env)  # type: ignore[attr-defined]
    return str(link_html(str(token.attrs["src"]), words or "Picture"))


def _heading(
    self: RendererProtocol, tokens: Sequence[Token], at: int, options: OptionsDict, env: Env
) -> str:
    token = tokens[at].copy()
    token.tag = f"h{min(int(token.tag[1:]) + HEADING, 6)}"
    return _token(self, [*tokens[:at], token, *tokens[at + 1 :]], at, options, env)


def _table(
    _self: RendererProtocol, tokens: Sequence[Token], at: int, _options: OptionsDict, _env: Env
) -> str:
    if tokens[at].nesting < 0:
        return "</table></div>"
    return '<div class="b-table" role="region" aria-label="Table" tabindex="0"><table>'


def _cell(
    self: RendererProtocol, tokens: Sequence[Token], at: int, options: OptionsDict, env: Env
) -> str:
    """A cell; the page allows no inline style, so that a class says how it is aligned."""
    token = tokens[at]
    if align := _ALIGN.search(str(token.attrs.pop("style", ""))):
        token.attrSet("class", f"b-{align[1]}")
    if token.tag == "th":
        token.attrSet("scope", "col")
    return _token(self, tokens, at, options, env)


def _code(
    _self: RendererProtocol, tokens: Sequence[Token], at: int, _options: OptionsDict, _env: Env
) -> str:
    content = tokens[at].content
    if tokens[at].type == "code_inline":
        return f'<code class="b-code">{escape(content)}</code>'
    return f'<pre class="b-pre"><code>{escape(content)}</code></pre>'


def _token(
    self: RendererProtocol, tokens: Sequence[Token], at: int, options: OptionsDict, env: Env
) -> str:
    made: str = self.renderToken(tokens, at, options, env)  # type: ignore[attr-defined]
    return made


_RULES = {
    "slack_mark": _mark,
    "link_open": _link,
    "image": _picture,
    "heading_open": _heading,
    "heading_close": _heading,
    "table_open": _table,
    "table_close": _table,
    "th_open": _cell,
    "td_open": _cell,
    "code_inline": _code,
    "code_block": _code,
    "fence": _code,
}
