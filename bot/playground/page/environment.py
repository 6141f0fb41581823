"""The environment of the page's templates: everything is escaped, and nothing may be missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bot.playground.page.inline import sound, unescaped
from bot.playground.page.markdown import markdown_html
from bot.playground.page.mrkdwn import mrkdwn_html

_PERSON = re.compile(r"<@(\w+)(?:\|[^>]*)?>")
_SPECIAL = re.compile(r"<!(here|channel|everyone)(?:\|[^>]*)?>")


@cache
def environment() -> Environment:
    """The one environment, with its filters.

    - `clock`: a Slack `ts` as a time element, "14:05", with the full date as its title
    - `time_of_day`: the same as bare text
    - `typed`: a message's text as its author would type it; takes names by id
    - `mrkdwn(names)`, `markdown(names)`: a text of that kind as HTML
    - `sound`: a text without what UTF-8 cannot hold
    """
    made = Environment(
        loader=PackageLoader("bot.playground.page"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "clock": clock,
        "time_of_day": time_of_day,
        "typed": typed,
        "mrkdwn": mrkdwn_html,
        "markdown": markdown_html,
        "sound": sound,
    }
    return made


def clock(ts: str) -> Markup:
    """A Slack `ts` as an element that shows the local time of day; "" for what is no `ts`."""
    moment = _moment(ts)
    if moment is None:
        return Markup()
    full = f"{moment:%A}, {moment.day} {moment:%B %Y}, {moment:%H:%M:%S}"
    return Markup('<time datetime="{}" title="{}">{:%H:%M}</time>').format(
        moment.isoformat(timespec="seconds"), full, moment
    )


def time_of_day(ts: str) -> str:
    """A Slack `ts` in local time, as "14:05"; "" for what is no `ts`."""
    moment = _moment(ts)
    return f"{moment:%H:%M}" if moment else ""


def typed(text: str, people: Mapping[str, str] | None = None) -> str:
    """A message's text as it was typed; mentions of people not in `people` stay as Slack's own."""
    named = people or {}
    text = _PERSON.sub(lambda m: f"@{named[m[1]]}" if m[1] in named else m[0], text)
    return unescaped(_SPECIAL.sub(r"@\1", text))


def _moment(ts: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(ts)).astimezone()
    except (ValueError, OverflowError, OSError):
        return None
