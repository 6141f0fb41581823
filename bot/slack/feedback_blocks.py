"""What feedback carries: the value of its buttons, and the modal that asks for the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.services.ports import Opinion
from bot.slack.blocks import Block, context
from bot.slack.home_blocks import View, plain
from bot.slack.text import clean_lines

REASON_MODAL = "feedback_reason"
REASON_BLOCK = "reason"
REASON_INPUT = "choice"
COMMENT_BLOCK = "comment"
COMMENT_INPUT = "text"
COMMENT_LIMIT = 1_000
WORK_ID_LIMIT = 200

Reason = Literal["wrong", "unsupported", "off_question", "incomplete", "too_long", "other"]

REASONS: dict[Reason, str] = {
    "wrong": "It is wrong",
    "unsupported": "The source does not say so",
    "off_question": "It is not what I asked",
    "incomplete": "It is incomplete",
    "too_long": "It is too long",
    "other": "Something else",
}
CHOOSE = "Please choose one of these."
SHORTEN = f"Please keep it within {COMMENT_LIMIT:,} characters."
KEPT = "Your thumbs-down is kept already. Whoever looks after my sources reads what you add here."

WorkId = Annotated[str, Field(alias="w", min_length=1, max_length=WORK_ID_LIMIT)]


class About(BaseModel):
    """Which answer a modal is about: its private metadata."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True)

    work_id: WorkId


class Pressed(About):
    """What a thumb carries."""

    opinion: Opinion = Field(alias="o")


class Given(BaseModel):
    """The reason and the comment that were put into the modal."""

    model_config = ConfigDict(frozen=True)

    reason: Reason
    comment: Annotated[str, Field(max_length=COMMENT_LIMIT)] = ""

    @field_validator("comment", mode="before")
    @classmethod
    def _plain(cls, comment: object) -> object:
        """Without invisible characters, and without blank lines around it."""
        return clean_lines(comment).strip() if isinstance(comment, str) else comment


def reason_modal(work_id: str) -> View:
    """The modal that asks what was wrong with an answer."""
    return {
        "type": "modal",
        "callback_id": REASON_MODAL,
        "private_metadata": About(work_id=work_id).model_dump_json(by_alias=True),
        "title": plain("What was wrong?"),
        "submit": plain("Send"),
        "close": plain("Skip"),
        "blocks": [_reasons(), _comment(), context(KEPT)],
    }


def read_reason(view: Mapping[str, Any]) -> Given:
    """What a submitted modal holds.

    Raises:
        ValidationError: no known reason was chosen, or the comment is too long.
    """
    values = view["state"]["values"]
    chosen = values.get(REASON_BLOCK, {}).get(REASON_INPUT, {}).get("selected_option") or {}
    comment = values.get(COMMENT_BLOCK, {}).get(COMMENT_INPUT, {}).get("value") or ""
    return Given.model_validate({"reason": chosen.get("value"), "comment": comment})


def complaints(error: ValidationError) -> dict[str, str]:
    """What to say at which block of the modal."""
    wrong = {problem["loc"][0] for problem in error.errors()}
    said = {"reason": (REASON_BLOCK, CHOOSE), "comment": (COMMENT_BLOCK, SHORTEN)}
    return dict(said[field] for field in said if field in wrong)


def _reasons() -> Block:
    options = [{"text": plain(label), "value": reason} for reason, label in REASONS.items()]
    field = {"type": "radio_buttons", "action_id": REASON_INPUT, "options": options}
    label = plain("What describes it best?")
    return {"type": "input", "block_id": REASON_BLOCK, "label": label, "element": field}


def _comment() -> Block:
    field = {
        "type": "plain_text_input",
        "action_id": COMMENT_INPUT,
        "multiline": True,
        "max_length": COMMENT_LIMIT,
        "placeholder": plain("What would have been right, or what was missing?"),
    }
    return {
        "type": "input",
        "block_id": COMMENT_BLOCK,
        "optional": True,
        "label": plain("Anything to add?"),
        "element": field,
    }
