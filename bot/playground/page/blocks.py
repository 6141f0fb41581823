"""Block Kit as HTML: every block that the local Slack takes, escaped, with its controls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from markupsafe import Markup

from bot.playground.checks import listed, text_of
from bot.playground.controls import Control, pressable
from bot.playground.page import fields
from bot.playground.page.environment import environment
from bot.playground.page.fields import Choice
from bot.playground.page.inline import Names, is_safe, sound
from bot.playground.page.markdown import WEB, markdown_html
from bot.playground.page.mrkdwn import mrkdwn_html, mrkdwn_inline
from bot.playground.page.rich import rich_html, runs_html, unknown_html
from bot.playground.page.tables import Table, read_table
from bot.playground.workspace import Json

__all__ = ["Names", "blocks_html", "stream_html", "text_html", "view_html"]

PRESS = "/do/press"
PRESS_VIEW = "/do/press-view"
_BLOCKS = frozenset(
    "actions alert card carousel container context context_actions data_table divider header image "
    "input markdown plan rich_text section table task_card".split()
)
_PRESSED = {
    "button": "button",
    "checkboxes": "options",
    "feedback_buttons": "thumbs",
    "icon_button": "icon_button",
    "image": "small_image",
    "multi_static_select": "menu",
    "overflow": "overflow",
    "radio_buttons": "options",
    "static_select": "menu",
}
"""The macro that shows each element outside of inputs."""
_INPUTS = {
    "checkboxes": "option_inputs",
    "radio_buttons": "option_inputs",
    "rich_text_input": "text_input",
    **dict.fromkeys(fields.TYPES, "text_input"),
    **dict.fromkeys(fields.PLACES, "menu_input"),
    "multi_static_select": "menu_input",
    "static_select": "menu_input",
}


def blocks_html(blocks: Sequence[Json], names: Names) -> Markup:
    """The blocks of a message; its form posts what is pressed, as "control", to `PRESS`."""
    return _sound(_Scene(blocks, names, PRESS).blocks(blocks))


def text_html(text: str, names: Names) -> Markup:
    """A message that has no blocks: mrkdwn."""
    return _sound(Markup('<div class="b-text">{}</div>').format(mrkdwn_html(text, names)))


def stream_html(text: str, names: Names) -> Markup:
    """The Markdown of a streamed message so far."""
    return _sound(markdown_html(text, names)) if text else Markup()


def view_html(view: Json, names: Names, errors: Mapping[str, str] | None = None) -> Markup:
    """What a modal or a Home tab holds; `errors` are words by block_id, shown at its input.

    Buttons post to `PRESS_VIEW`; the names of inputs are what `forms.values_of` reads.
    """
    blocks = listed(view.get("blocks"))
    prefix = f"v{view.get('id', '')}"
    return _sound(_Scene(blocks, names, PRESS_VIEW, prefix, errors or {}).blocks(blocks))


def _sound(made: Markup) -> Markup:
    return Markup(sound(str(made)))  # noqa: S704 - characters are only taken out


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: `src` is on this server; one from elsewhere is never loaded, only linked."""

    alt: str
    src: str
    url: str
    host: str


@dataclass(slots=True)
class _Scene:
    """One message or view while it is rendered; the templates call it `c`."""

    all_blocks: Sequence[Json]
    names: Names
    press: str
    prefix: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    _keyed: Mapping[int, list[Control]] = field(init=False)
    _inputs: int = 0

    def __post_init__(self) -> None:
        self._keyed = {id(element): found for element, found in pressable(self.all_blocks)}

    def blocks(self, blocks: object) -> Markup:
        """Blocks in order."""
        return Markup().join(self.block(block) for block in self.objects(blocks))

    def block(self, block: Json) -> Markup:
        """One block; an honest line for one of an unknown type."""
        kind = block.get("type")
        if not isinstance(kind, str) or kind not in _BLOCKS:
            return unknown_html(kind, "block")
        return self._macro("blocks.html", kind, block)

    def element(self, element: object) -> Markup:
        """An element to press, or a small picture."""
        if not isinstance(element, dict) or not self._is_visible(element):
            return Markup()
        kind = str(element.get("type"))
        if kind not in _PRESSED:
            return unknown_html(kind, "here")
        return self._macro("block_elements.html", _PRESSED[kind], element)

    def input(self, block: Json) -> Markup:
        """The field of an input block."""
        element = block.get("element")
        kind = str(element.get("type")) if isinstance(element, dict) else ""
        if kind not in _INPUTS:
            return unknown_html(kind, "field")
        self._inputs += 1
        return self._macro("block_inputs.html", _INPUTS[kind], block)

    def _macro(self, template: str, name: str, given: Json) -> Markup:
        macro: Any = getattr(environment().get_template(template).module, name)
        return Markup(macro(given, self))  # noqa: S704 - a template's own output

    def _is_visible(self, element: Json) -> bool:
        seen_by = listed(element.get("visible_to_user_ids"))
        return not seen_by or self.names.viewer in seen_by

    def objects(self, value: object) -> list[Json]:
        """The objects of a list or a tuple."""
        every = value if isinstance(value, tuple) else listed(value)
        return [each for each in every if isinstance(each, dict)]

    def text(self, value: object) -> Markup:
        """A text object, a rich text or a string as a block of text; nothing for anything else."""
        if isinstance(value, dict) and value.get("type") == "rich_text":
            return rich_html(value, self.names)
        shown = Markup("{}").format(value if isinstance(value, str) else text_of(value))
        if isinstance(value, dict) and value.get("type") == "mrkdwn":
            verbatim = bool(value.get("verbatim"))
            shown = mrkdwn_html(text_of(value), self.names, verbatim=verbatim)
        return Markup('<div class="b-text">{}</div>').format(shown) if shown else Markup()

    def line(self, value: object) -> Markup:
        """The same within a line."""
        if isinstance(value, dict) and value.get("type") == "rich_text":
            return runs_html(value, self.names)
        if isinstance(value, dict) and value.get("type") == "mrkdwn":
            return mrkdwn_inline(text_of(value), self.names)
        return Markup("{}").format(value if isinstance(value, str) else text_of(value))

    def words(self, value: object) -> str:
        """A text object in plain words, for an attribute."""
        return fields.words(value, self.names)

    def rich(self, block: Json) -> Markup:
        """A rich_text block."""
        return rich_html(block, self.names)

    def markdown(self, value: object) -> Markup:
        """A text in Markdown."""
        return markdown_html(value if isinstance(value, str) else "", self.names)

    def table(self, block: Json) -> Table:
        """A table, its cells rendered."""
        return read_table(block, self.names)

    def controls(self, element: Json) -> list[Control]:
        """What can be pressed on an element, in order."""
        return self._keyed.get(id(element), [])

    def choices(self, element: Json) -> list[Choice]:
        """The options of a menu."""
        return fields.choices(element, self.names)

    def chosen(self, element: Json) -> list[str]:
        """The values that stand in an input or a menu at first."""
        return fields.initial_values(element)

    def name(self, block: Json) -> str:
        """The name of an input's field."""
        return fields.field_name(block)

    def input_type(self, kind: str) -> str:
        """The type of a browser's field for a kind of input."""
        return fields.TYPES[kind]

    def id(self) -> str:
        """The id of the input that is being rendered."""
        return f"{self.prefix}-{self._inputs}"

    def error(self, block: Json) -> str:
        """What is wrong with an input, in words."""
        return self.errors.get(str(block.get("block_id")), "")

    def web(self, value: object) -> str:
        """An address of the web; "" for anything else."""
        return value if isinstance(value, str) and is_safe(value, WEB) else ""

    def string(self, value: object) -> str:
        """A string or a number as a string; "" for anything else."""
        return str(value) if isinstance(value, (str, int, float)) else ""

    def picture(self, holder: Json) -> Picture:
        """What an image block or element shows."""
        alt = self.string(holder.get("alt_text"))
        url = self.web(holder.get("image_url"))
        return Picture(alt, self._own_file(holder.get("slack_file")), url, _host(url))

    def _own_file(self, file: object) -> str:
        """The address on this server of a file that an app uploaded; "" where it is none."""
        if not isinstance(file, dict):
            return ""
        file_id, name = self.string(file.get("id")), "picture"
        _, found, rest = self.string(file.get("url")).partition("/files-pri/")
        if found and not file_id:
            folder, _, name = rest.partition("/")
            file_id = folder.rpartition("-")[2]
        viewer = self.names.people.get(self.names.viewer, "")
        parts = (quote(sound(part), "") for part in (viewer, "files", file_id, name))
        return f"/w/{'/'.join(parts)}" if file_id else ""


def _host(url: str) -> str:
    return urlsplit(url).hostname or "" if url else ""
