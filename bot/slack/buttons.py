"""Buttons below answers and refusals, with the values they carry."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.slack.layout import Block
from bot.slack.text import shortened

ASK = "ask"
FEEDBACK = "feedback"
OPEN_GUIDE = "open_guide"
SHARE = "share"
LABEL_LIMIT = 75
VALUE_LIMIT = 2_000
SUGGESTIONS = 5
"""How many questions a refusal offers."""


def feedback(work_id: str) -> Block:
    """Thumbs up and down."""
    thumbs = {
        "type": "feedback_buttons",
        "action_id": FEEDBACK,
        "positive_button": _thumb("Helpful", "This answer helped me", work_id, "up"),
        "negative_button": _thumb("Not helpful", "This answer did not help me", work_id, "down"),
    }
    return {"type": "context_actions", "elements": [thumbs]}


def share_button(work_id: str) -> Block:
    """For an answer that only its asker sees."""
    return _actions([_button("Share to channel", SHARE, work_id)])


def guide_button(work_id: str) -> Block:
    """The way into the decision guide."""
    button = _button("Start the decision guide", OPEN_GUIDE, work_id)
    return _actions([button | {"style": "primary"}])


def suggestion_buttons(suggestions: Sequence[str], work_id: str) -> list[Block]:
    """One button a question, as long as its value holds the question; at most one block."""
    buttons = [
        _button(shortened(question, LABEL_LIMIT), f"{ASK}:{number}", value)
        for number, question in enumerate(suggestions)
        if len(value := _json({"q": question, "w": work_id})) <= VALUE_LIMIT
    ]
    return [_actions(buttons)] if buttons else []


def _thumb(label: str, spoken: str, work_id: str, opinion: str) -> Block:
    return {
        "text": _plain(label),
        "accessibility_label": spoken,
        "value": _json({"w": work_id, "o": opinion}),
    }


def _button(label: str, action: str, value: str) -> Block:
    return {"type": "button", "text": _plain(label), "action_id": action, "value": value}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def _actions(buttons: Sequence[Block]) -> Block:
    return {"type": "actions", "elements": [*buttons]}


def _json(value: dict[str, str]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
