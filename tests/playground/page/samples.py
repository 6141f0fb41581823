"""Blocks and views to render: the bot's own, made by its builders, and one of each type."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

from bot.domain.answer import Cited, NotFound, Reference
from bot.domain.dialog import Answered, start
from bot.playground.page.blocks import Names
from bot.services.ports import Recommended
from bot.services.recommending import Report, report
from bot.settings import Settings
from bot.slack.blocks import HELP, Said, answer_messages, section
from bot.slack.dialog_blocks import Shown, cancelled_blocks, dialog_blocks
from bot.slack.feedback_blocks import reason_modal
from bot.slack.home_blocks import ask_modal, home_view, notice_modal
from bot.slack.press import Press
from bot.slack.report_blocks import inputs_modal, reminder_modal, report_messages, why_modal
from bot.wiring import sources
from tests.fakes import CORPUS, LORA, PART1
from tests.slack.bots import GUIDE

Json = dict[str, Any]

PEOPLE = {"U1ANA": "ana", "U1BEN": "ben", "U0BOT": "adaptbot"}
NAMES = Names(PEOPLE, {"C1ADAPT": "llm-adaptation"}, "U1ANA")
WORK = "T1LOCAL:C1ADAPT:1700000000.000100"

ANSWER = """\
LoRA trains **two small matrices** and freezes the rest, with `r < 8` in most cases [1].

- It needs *far* less memory than full fine-tuning [1]
  - 4-bit weights save more [2]
- It adds no latency once merged [1]

1. Prepare the data
2. Train

| Method | Memory | Quality |
| :-- | --: | :-: |
| LoRA | 16 GB | close to full |
| Full fine-tuning | 120 GB | best |

> A quoted line of the series [2].

```
peft.get_peft_model(model, LoraConfig(r=8))
```
"""


@cache
def messages() -> dict[str, tuple[Said, ...]]:
    """What the bot posts, by what it is."""
    references = (
        Reference(1, LORA, ("What LoRA trains", "Rank"), "original"),
        Reference(2, PART1, ("Methods",), "secondary"),
    )
    return {
        "answer": (*answer_messages(Cited(ANSWER, references), work_id=WORK, year=2026),),
        "shared": (
            *answer_messages(
                Cited("One [1].", references[:1]), work_id=WORK, year=2026, share=True
            ),
        ),
        "refusal": (
            *answer_messages(
                NotFound(
                    "not_covered",
                    "My sources do not say.",
                    nearest=CORPUS[:2],
                    suggestions=("What is RAG?", "How much memory does LoRA need?"),
                    about_method=True,
                ),
                work_id=WORK,
                year=2026,
            ),
        ),
        "help": (Said(text="", blocks=[section(HELP)]),),
        "recommendation": (*report_messages(recommended(), PRESS, year=2026),),
        **{name: (Said(text="", blocks=blocks),) for name, blocks in _dialogs()},
    }


PRESS = Press(version="1", owner="U1ANA", path="", consultation="c1")


@cache
def recommended() -> Report:
    """A recommendation over the shipped sources."""
    known = [
        Answered("prompting", "falls_short", "prompts <!here> fail"),
        Answered("facts", "yes"),
        Answered("change", "often"),
    ]
    return report(start(GUIDE, known).assume(), sources(Settings(_env_file=None)))


def _dialogs() -> Iterator[tuple[str, list[Json]]]:
    first = start(GUIDE)
    read = start(GUIDE, [Answered("prompting", "falls_short", "prompts <b>fail</b>")])
    yield "dialog", dialog_blocks(Shown(first, "U1ANA"))
    yield "dialog read", dialog_blocks(Shown(read, "U1ANA"))
    yield "dialog ended", dialog_blocks(Shown(first.choose("prompting", "meets"), "U1ANA"))
    yield "dialog cancelled", cancelled_blocks(Shown(read, "U1ANA"), by="U1BEN")


@cache
def views() -> dict[str, Json]:
    """The bot's modals and its Home tab, with ids as the local Slack gives them."""
    done = Recommended(
        work_id="c1",
        thread="T1LOCAL:C1ADAPT:1700000000.000100",
        user="U1ANA",
        guide_version="2026-11",
        path="prompting=falls_short",
        method="rag",
        at=datetime(2026, 11, 3, 12, tzinfo=UTC),
    )
    estimate = recommended().estimate
    made = {
        "reason": reason_modal(WORK),
        "ask": ask_modal(),
        "notice": notice_modal("Somebody else's dialog. <b>Start your own.</b>"),
        "numbers": inputs_modal(estimate, held=""),
        "reminder": reminder_modal(held="", at=1_800_000_000),
        "why": why_modal(GUIDE.steps[0], "Why?", CORPUS[0]),
        "home": home_view(
            recommendations=[done],
            sources=[LORA, PART1],
            year=2026,
            titles={"rag": "Retrieval (RAG)"},
            retention_days=90,
        ),
        "empty home": home_view(
            recommendations=None, sources=[], year=2026, titles={}, retention_days=1
        ),
    }
    return {name: with_ids(view) for name, view in made.items()}


def with_ids(view: Json) -> Json:
    blocks = [{"block_id": f"b{n}"} | block for n, block in enumerate(view["blocks"])]
    return view | {"id": "V1", "blocks": blocks}


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str, **more: Any) -> Json:
    return {"type": "mrkdwn", "text": text, **more}


def option(value: str, label: str = "", **more: Any) -> Json:
    return {"text": plain(label or value.title()), "value": value, **more}


def button(label: str = "Go", action: str = "go", **more: Any) -> Json:
    return {"type": "button", "text": plain(label), "action_id": action, "value": "v", **more}


def menu(kind: str, action: str = "menu", **more: Any) -> Json:
    options = {"options": [option("a"), option("b", "Bee")]} if "option_groups" not in more else {}
    return {"type": kind, "action_id": action, **options, **more}


def asked(element: Json, block_id: str = "b", **more: Any) -> Json:
    """An input block."""
    label = plain("Your answer")
    return {"type": "input", "block_id": block_id, "label": label, "element": element, **more}


def field(kind: str, action: str = "f", **more: Any) -> Json:
    return {"type": kind, "action_id": action, **more}


def modal(*blocks: Json) -> Json:
    return {"type": "modal", "id": "V1", "title": plain("T"), "blocks": [*blocks]}


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": [*elements]}


def runs(*found: Json | str, kind: str = "section", **more: Any) -> Json:
    parts = [{"type": "text", "text": run} if isinstance(run, str) else run for run in found]
    return {"type": f"rich_text_{kind}", "elements": parts, **more}


def bullets(*items: str, style: str = "bullet", **more: Any) -> Json:
    elements = [runs(item) for item in items]
    return {"type": "rich_text_list", "style": style, "elements": elements, **more}


RUNS: list[Json] = [
    {"type": "text", "text": "words", "style": {"bold": True, "code": True}},
    {"type": "link", "url": "https://a.example", "text": "x", "style": {"italic": True}},
    {"type": "user", "user_id": "U1ANA"},
    {"type": "channel", "channel_id": "C1ADAPT"},
    {"type": "usergroup", "usergroup_id": "S1"},
    {"type": "emoji", "name": "wave", "unicode": "1f44b"},
    {"type": "date", "timestamp": 1_700_000_000, "format": "{date_num}", "fallback": "then"},
    {"type": "broadcast", "range": "here"},
    {"type": "color", "value": "#ff0000"},
    {"type": "news"},
]
ASK = {
    "title": plain("Sure?"),
    "text": mrkdwn("*Really*"),
    "confirm": plain("Y"),
    "deny": plain("N"),
}
THUMBS = {
    "type": "feedback_buttons",
    "action_id": "feedback",
    "positive_button": {"text": plain("Good"), "value": "up", "accessibility_label": "It helped"},
    "negative_button": {"text": plain("Bad"), "value": "down"},
}
TRASH = {"type": "icon_button", "icon": "trash", "text": plain("Delete"), "action_id": "trash"}
PICTURE = {"type": "image", "alt_text": "A chart", "image_url": "https://a.example/x.png"}
GROUPS = [
    {"label": plain("One"), "options": [option("a"), option("b")]},
    {"label": plain("Two"), "options": [option("c")]},
]
EVERY_BLOCK: list[Json] = [
    {"type": "section", "text": mrkdwn("*a*"), "fields": [plain("b"), mrkdwn("c")]},
    {"type": "section", "text": plain("a"), "accessory": button(confirm=ASK, style="danger")},
    {"type": "section", "text": plain("a"), "accessory": PICTURE},
    {"type": "section", "text": plain("a"), "accessory": menu("overflow")},
    {"type": "header", "text": plain("Head")},
    {"type": "divider"},
    {"type": "context", "elements": [mrkdwn("a"), plain("b"), PICTURE]},
    {"type": "actions", "elements": [button(), button("Web", "web", url="https://a.example")]},
    {"type": "actions", "elements": [
        menu("static_select", "m1", option_groups=GROUPS, placeholder=plain("Pick")),
        menu("multi_static_select", "m2", initial_options=[option("a")]),
        menu("radio_buttons", "m3", initial_option=option("a")),
        menu("checkboxes", "m4"),
        field("datepicker", "m5"),
    ]},
    {"type": "context_actions", "elements": [THUMBS, TRASH]},
    {**PICTURE, "title": plain("Chart")},
    {"type": "image", "alt_text": "A", "slack_file": {"id": "F1"}},
    rich(runs(*RUNS), bullets("a"), bullets("b", indent=1), bullets("c", style="ordered", offset=2),
         runs("q", kind="quote"), runs("p", kind="preformatted")),
    {"type": "table", "column_settings": [{"align": "right", "is_wrapped": True}, None], "rows": [
        [{"type": "raw_text", "text": "a"}, {"type": "raw_text", "text": "b"}],
        [{"type": "raw_number", "value": 1.5}, rich(runs("c"))],
        [{"type": "raw_text", "text": "d"}],
    ]},
    {"type": "data_table", "rows": [[{"type": "raw_text", "text": "a"}]]},
    {"type": "markdown", "text": ANSWER},
    {"type": "container", "title": plain("Box"), "subtitle": plain("of"), "is_collapsible": True,
     "child_blocks": [{"type": "section", "text": plain("a"), "accessory": button()}]},
    {"type": "container", "rich_text_title": rich(runs("Box")),
     "child_blocks": [{"type": "divider"}]},
    {"type": "alert", "level": "warning", "text": mrkdwn("a")},
    {"type": "card", "title": plain("a"), "subtitle": plain("b"), "body": mrkdwn("c"),
     "icon": PICTURE, "hero_image": PICTURE, "actions": [button()]},
    {"type": "carousel",
     "elements": [{"type": "card", "title": plain("a"), "actions": [button()]}]},
    {"type": "task_card", "task_id": "1", "title": "a", "status": "complete",
     "details": rich(runs("b")), "output": rich(runs("c")),
     "sources": [{"type": "url", "url": "https://a.example", "text": "x"}]},
    {"type": "plan", "title": "a", "tasks": [{"type": "task_card", "task_id": "1", "title": "b"}]},
]  # fmt: skip
"""One of each type and form; where a text stands, it is short."""
EVERY_INPUT: list[Json] = [
    asked(element, hint=plain("Hint"))
    for element in (
        field("plain_text_input", multiline=True, placeholder=plain("p"), focus_on_load=True),
        *(field(kind) for kind in (
            "plain_text_input", "number_input", "email_text_input", "url_text_input", "datepicker",
            "timepicker", "datetimepicker", "rich_text_input", "users_select", "channels_select",
            "conversations_select", "multi_users_select", "multi_channels_select",
            "multi_conversations_select",
        )),
        *(menu(kind) for kind in ("radio_buttons", "checkboxes", "multi_static_select")),
        menu("static_select", option_groups=GROUPS, initial_option=option("c")),
    )
]  # fmt: skip
