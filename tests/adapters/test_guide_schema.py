from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from bot.adapters.guide import parse_guide
from bot.adapters.guide_schema import guide_schema, schema_text
from bot.domain.flowchart import UNSURE
from bot.errors import ContentError

SHIPPED = files("knowledge").joinpath("flowchart.yaml").read_text(encoding="utf-8")
KEPT = files("knowledge").joinpath("flowchart.schema.json")
HOW = "run: python -m bot.adapters.guide_schema > knowledge/flowchart.schema.json"

STEP = "    question: How often do these facts change?\n"
NEVER = "        label: Hardly ever\n"

MISTAKES = [
    ("an unknown key at the top", "start: prompting", "strat: prompting", "'strat' was unexpected"),
    ("an unknown key of a choice", NEVER, f"{NEVER}        lable: x\n", "'lable' was unexpected"),
    ("a step without its question", STEP, "", "'question' is a required property"),
    ("a choice without its label", NEVER, "", "'label' is a required property"),
    (
        "a support there is none of",
        "support: original",
        "support: rumour",
        "'rumour' is not one of",
    ),
    ("a sixth method", "method: full_fine_tuning", "method: pre_training", "'pre_training'"),
    ("another basis", "basis: our inference", "basis: a hunch", "'our inference' was expected"),
    ("a figure in words", "few_examples: 50", "few_examples: fifty", "'fifty' is not of type"),
    ("a step that is empty", STEP, "    question:\n", "None is not valid"),
    ("Not sure under another id", "    not_sure:\n", "    not_sure:\n      id: x\n", "not valid"),
    ("a list where a text belongs", "start: prompting", "start: [prompting]", "is not of type"),
]


def mistakes(text: str) -> list[str]:
    validator = Draft202012Validator(guide_schema())
    return [error.message for error in validator.iter_errors(yaml.safe_load(text))]


def test_the_kept_schema_is_that_of_the_code() -> None:
    assert KEPT.read_text(encoding="utf-8") == schema_text(), HOW


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(guide_schema())


def test_the_shipped_guide_fits_the_schema() -> None:
    assert mistakes(SHIPPED) == []


def test_editors_find_the_schema_beside_the_guide() -> None:
    first = SHIPPED.splitlines()[0]
    assert first == f"# yaml-language-server: $schema={KEPT.name}"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [mistake[1:] for mistake in MISTAKES],
    ids=[mistake[0] for mistake in MISTAKES],
)
def test_a_mistake_is_refused_by_the_schema_and_by_the_check(old: str, new: str, says: str) -> None:
    assert old in SHIPPED
    text = SHIPPED.replace(old, new, 1)
    assert any(says in mistake for mistake in mistakes(text))
    with pytest.raises(ContentError, match=r"flowchart\.yaml:\d+: "):
        parse_guide(text, file="flowchart.yaml")


def test_the_schema_explains_what_may_be_written() -> None:
    kinds = guide_schema()["$defs"]
    for name, kind in kinds.items():
        assert kind["description"], name
    said: dict[str, Any] = kinds["NotSure"]["properties"]
    assert said["valid"]["description"] == "When the answer makes sense at all."
    assert kinds["Step"]["properties"]["cite"]["description"] == "Keys of sources."


def test_nobody_may_write_what_the_code_sets_itself() -> None:
    assert "id" not in guide_schema()["$defs"]["NotSure"]["properties"]
    assert f'"{UNSURE}"' not in json.dumps(guide_schema())
